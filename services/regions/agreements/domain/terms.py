"""What an agreement says: the text parties sign, as a value with one canonical form."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from services.regions.agreements.domain import Form, System
from services.regions.agreements.domain.rotation import BadRotation
from shared import divisions
from shared.errors import InvalidInput

# 环境保护法 art. 20 gave joint prevention across regions its footing. It ended with 2026-08-14, and
# which article of 生态环境法典 took its place was not seen (DOMAIN 1.4): then nothing is cited.
LEGAL_ROOTS: Final = frozenset({("environmental-protection-law", "20")})


class BadAgreement(InvalidInput):
    """A text that could not be lived by."""

    code = "bad_agreement"
    zh = "协议内容有误:{reason}"
    en = "The agreement does not hold together: {reason}"


@dataclass(frozen=True, slots=True)
class PartyTerms:
    """A party: which organisation, who signs for it, whom to call there."""

    division: str
    organisation: str
    bureau_id: UUID | None
    signatory: str
    signatory_post: str | None
    liaison_unit: str
    liaison_person: str
    liaison_phone: str | None


@dataclass(frozen=True, slots=True)
class SystemTerms:
    """A system set up between the parties, and how it works in words."""

    system: System
    terms: str | None


@dataclass(frozen=True, slots=True)
class RotationTerms:
    """Whose turn it is: the order, where it begins, and how many months a term has."""

    order: tuple[str, ...]
    offset: int
    months: int


@dataclass(frozen=True, slots=True)
class SharedData:
    """What data go from whom to whom, how often and by what way."""

    what: str
    how_often: str | None
    by: str | None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A document kept elsewhere: its title, SHA-256 and size in bytes."""

    title: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Terms:
    """The whole text."""

    title: str
    body: str
    parent_agreement_id: UUID | None
    parties: tuple[PartyTerms, ...]
    valid_from: date
    valid_to: date | None
    media: tuple[str, ...]
    industries: tuple[str, ...]
    border_strip_km: float | None
    forms: tuple[Form, ...]
    systems: tuple[SystemTerms, ...]
    rotation: RotationTerms
    data_sharing: tuple[SharedData, ...]
    attachments: tuple[Attachment, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(each.division for each in self.parties)

    def lasting(self, valid_from: date, valid_to: date | None) -> "Terms":
        """The same for other days, as a renewal has it."""
        return replace(self, valid_from=valid_from, valid_to=valid_to)


def plain(terms: Terms, basis: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The text as JSON has it, with what it stands on: what is hashed, and kept."""
    text: dict[str, Any] = json.loads(json.dumps(asdict(terms), default=str))
    return {**text, "legal_basis": [dict(each) for each in basis]}


def require_sound(terms: Terms, *, drafter: str) -> None:
    """BadAgreement unless two parties at least agree, about themselves, for days in order."""
    parties = terms.codes
    if len(set(parties)) < len(parties):
        raise BadAgreement(reason="a party is named twice", pointer="/parties")
    if len(parties) < 2:  # noqa: PLR2004 -- an agreement has two sides
        raise BadAgreement(reason="an agreement has two parties at least", pointer="/parties")
    if not any(divisions.covers(divisions.scope(drafter), each) for each in parties):
        raise BadAgreement(reason="the drafter is no party and above none", pointer="/drafter")
    if terms.valid_to is not None and terms.valid_to < terms.valid_from:
        raise BadAgreement(reason="the days are not in order", pointer="/valid_to")
    _require_turns(terms.rotation.order, parties, [each.system for each in terms.systems])


def _require_turns(order: Sequence[str], parties: Sequence[str], systems: Sequence[System]) -> None:
    if len(set(systems)) < len(systems):
        raise BadAgreement(reason="a system is named twice", pointer="/systems")
    if set(order) - set(parties) or len(set(order)) < len(order):
        raise BadRotation(reason="only parties take turns, each once", pointer="/rotation/order")
    if System.ROTATING_LEAD in systems and not order:
        raise BadRotation(reason="a rotating lead needs an order", pointer="/rotation/order")


def require_within(parties: Iterable[str], outer: Iterable[str], *, pointer: str) -> None:
    """BadAgreement unless every party lies in the division of one of `outer`."""
    scopes = [divisions.scope(each) for each in outer]
    for party in parties:
        if not any(divisions.covers(scope, party) for scope in scopes):
            raise BadAgreement(reason=f"{party} is not bound by what is above", pointer=pointer)


def cited(articles: Iterable[tuple[str, str, str]]) -> list[Mapping[str, Any]]:
    """Of the articles in force (code, article, title), those joint action stands on."""
    return [
        {"law_code": code, "article": article, "title": title}
        for code, article, title in articles
        if (code, article) in LEGAL_ROOTS
    ]
