"""The consent of parties to one text (会签): silence is none, and a changed text begins anew.

What parties cannot agree on, their lowest common superior decides (行政处罚法 art. 25).
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from shared import divisions
from shared.errors import InvalidInput, ReasonMissing, RuleViolation


class Answer(StrEnum):
    """What a party said to a text; nothing is no consent."""

    PENDING = "pending"  # 未表态
    AGREED = "agreed"  # 同意(签署)
    DECLINED = "declined"  # 不同意


class BoundBy(StrEnum):
    """On whose word a text binds all parties."""

    CONSENT = "consent"  # 各方签署
    COMMON_SUPERIOR = "common_superior"  # 共同上一级决定


class NotAParty(InvalidInput):
    code = "not_a_party"
    zh = "{division} 不是当事方。"
    en = "{division} is not a party."


class OtherText(RuleViolation):
    """Who answers names the text he read; the one on the table is another."""

    code = "other_text"
    zh = "文本已变更,应对现行文本(哈希 {current})表态。"
    en = "The text has changed; what is on the table has the hash {current}."


class NoDeadlock(RuleViolation):
    """A superior steps in when time is up or a party asks, and not while parties still talk."""

    code = "no_deadlock"
    zh = "协商期限未满,且无当事方提请决定。"
    en = "The time to agree is not up, and no party has asked for a decision."


class NoCommonSuperior(RuleViolation):
    """Parties of two provinces have nobody above them here: only they can bind themselves."""

    code = "no_common_superior"
    zh = "各方在本系统内没有共同上一级,只能协商一致。"
    en = "The parties have no common superior in this system; they can only agree."


@dataclass(frozen=True, slots=True)
class Word:
    """A party's answer and the hash of the text it was given to."""

    answer: Answer = Answer.PENDING
    text_hash: str | None = None


SILENT: Final = Word()


@dataclass(frozen=True, slots=True)
class Consents:
    """The text on the table and what each party said to it."""

    text_hash: str
    words: Mapping[str, Word]

    @property
    def missing(self) -> tuple[str, ...]:
        """Parties that have not agreed to exactly this text, by silence, refusal or another one."""
        agreed = Word(Answer.AGREED, self.text_hash)
        return tuple(sorted(code for code, word in self.words.items() if word != agreed))

    def said(self, party: str, answer: Answer, *, text_hash: str, reason: str | None) -> "Consents":
        """After the party's answer; NotAParty, OtherText, or ReasonMissing when it declines."""
        if party not in self.words:
            raise NotAParty(reason=party, division=party, pointer="/division")
        if text_hash != self.text_hash:
            raise OtherText(current=self.text_hash)
        if answer is Answer.DECLINED and reason is None:
            raise ReasonMissing(reason="decline", pointer="/reason")
        return replace(self, words={**self.words, party: Word(answer, text_hash)})

    def on(self, text_hash: str) -> "Consents":
        """Another text on the table: nobody has agreed to it. The same text changes nothing."""
        if text_hash == self.text_hash:
            return self
        return Consents(text_hash, dict.fromkeys(self.words, SILENT))


def fingerprint(text: Mapping[str, Any]) -> str:
    """SHA-256 of a text in its one canonical form, so that anybody can recompute it."""
    packed = json.dumps(text, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(packed.encode()).hexdigest()


def common_superior(codes: Iterable[str]) -> str | None:
    """The lowest division above every one of these and none of them; None if there is none.

    A superior that is itself a party does not decide its own dispute: the next above it does.
    """
    chains = [_above(code) for code in codes]
    shared_by_all = set(chains[0]).intersection(*chains[1:]) if chains else set()
    return next((each for each in chains[0] if each in shared_by_all), None) if chains else None


def _above(code: str) -> list[str]:
    chain = []
    above = divisions.superior(code)
    while above is not None:
        chain.append(above)
        above = divisions.superior(above)
    return chain


def decider(codes: Iterable[str], *, asked: bool, until: datetime | None, now: datetime) -> str:
    """The division whose head decides now; NoCommonSuperior, or NoDeadlock while parties talk."""
    superior = common_superior(codes)
    if superior is None:
        raise NoCommonSuperior
    if not asked and (until is None or now < until):
        raise NoDeadlock
    return superior
