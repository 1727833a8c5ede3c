"""Evidence that changes hands: custody chain, receipt, mutual recognition (互认证据).

A report counts with its content complete (环境行政处罚办法 2010 art. 35); that the other organ may
take it over as it is, is our rule (DOMAIN 4.4, [DD]).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import Final

from shared.errors import InvalidInput, RuleViolation


class EvidenceKind(StrEnum):
    """行政处罚法 art. 46, and the monitoring report, which is documentary evidence of its own."""

    DOCUMENTARY = "documentary"  # 书证
    PHYSICAL = "physical"  # 物证
    AUDIO_VISUAL = "audio_visual"  # 视听资料
    ELECTRONIC = "electronic"  # 电子数据
    WITNESS = "witness"  # 证人证言
    STATEMENT = "statement"  # 当事人的陈述
    EXPERT_OPINION = "expert_opinion"  # 鉴定意见
    RECORD = "record"  # 勘验笔录、现场笔录
    MONITORING_REPORT = "monitoring_report"  # 监测报告


class Receipt(StrEnum):
    """What the receiver found when it compared an item with the list."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class Lack(StrEnum):
    """What stands in the way of recognising an item."""

    NOT_A_REPORT = "not_a_monitoring_report"
    NO_CMA_NUMBER = "no_cma_number"
    TOO_FEW_OFFICERS = "too_few_officers"
    NO_CHAIN = "no_chain"
    CHAIN_BROKEN = "chain_broken"
    NO_METHOD = "no_method_standard"
    NOT_RECEIVED = "not_received"


@dataclass(frozen=True, slots=True)
class CustodyStep:
    """Who passed an item to whom, when and how; the first is the taking of the sample."""

    at: datetime
    giver: str
    taker: str
    what: str


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """One line of the custody list. `taken_by` are names or numbers of officers."""

    title: str
    sha256: str
    kind: EvidenceKind
    taken_at: datetime
    taken_by: Sequence[str]
    chain: Sequence[CustodyStep] = ()
    cma_number: str | None = None
    method_standard: str | None = None


class BadEvidence(InvalidInput):
    code = "bad_evidence"
    zh = "证据清单有误:{reason}"
    en = "The evidence list does not hold together: {reason}"


class NotRecognisable(RuleViolation):
    """The item lacks what the rule asks for; `lacks` are stable codes."""

    code = "not_recognisable"
    zh = "该证据缺少互认条件:{lacks}"
    en = "The item cannot be recognised; it lacks: {lacks}"


class ReceiptMissing(RuleViolation):
    """An answer waits until each item was compared with the list."""

    code = "receipt_missing"
    zh = "仍有 {count} 项证据未签收核对。"
    en = "{count} item(s) have not been compared with the list."


class ReceiptSettled(RuleViolation):
    code = "receipt_settled"
    zh = "该项证据已签收确认。"
    en = "The item has been confirmed already."


def chain_is_intact(item: EvidenceItem) -> bool:
    """Whether each step follows the last: from the taking on, who gives is who took, in time."""
    if not item.chain:
        return False
    first = item.chain[0]
    if first.at < item.taken_at or first.giver not in item.taken_by:
        return False
    return all(
        later.at >= earlier.at and later.giver == earlier.taker
        for earlier, later in pairwise(item.chain)
    )


def lacks(item: EvidenceItem, receipt: Receipt, *, officers_min: int) -> tuple[Lack, ...]:
    """What an item lacks to be recognised by the other organ; nothing if it may be."""
    found = {
        Lack.NOT_A_REPORT: item.kind is not EvidenceKind.MONITORING_REPORT,
        Lack.NO_CMA_NUMBER: not item.cma_number,
        Lack.TOO_FEW_OFFICERS: len(set(item.taken_by)) < officers_min,
        Lack.NO_CHAIN: not item.chain,
        Lack.CHAIN_BROKEN: bool(item.chain) and not chain_is_intact(item),
        Lack.NO_METHOD: not item.method_standard,
        Lack.NOT_RECEIVED: receipt is not Receipt.CONFIRMED,
    }
    return tuple(lack for lack, is_lacking in found.items() if is_lacking)


def compare(declared: str, seen: str) -> Receipt:
    """What a receiver's own hash of an item says about the item on the list."""
    return Receipt.CONFIRMED if declared == seen else Receipt.REFUSED


def require_sound(
    items: Sequence[EvidenceItem], *, now: datetime, known: Sequence[str] = ()
) -> None:
    """BadEvidence if an item is listed twice, now or before, or was taken in the future.

    A broken chain is not refused here: it is handed over as it is, and cannot be recognised.
    """
    hashes = [*known, *(each.sha256 for each in items)]
    if len(set(hashes)) < len(hashes):
        raise BadEvidence(reason="an item is listed twice", pointer="/evidence")
    for place, each in enumerate(items):
        latest = max([each.taken_at, *(step.at for step in each.chain)])
        if latest > now:
            raise BadEvidence(reason="taken in the future", pointer=f"/evidence/{place}")


OFFICERS_MIN: Final = "assistance.recognition_officers_min"
