"""What a petition says when it is registered (信访工作条例; DOMAIN 2.1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from services.petitions.profiles.domain import Channel, Track
from shared import divisions
from shared.errors import InvalidInput


class Purpose(StrEnum):
    """Art. 29-31."""

    SUGGESTION = "suggestion"  # 建议意见
    ACCUSATION = "accusation"  # 检举控告
    CLAIM = "claim"  # 申诉求决


class Medium(StrEnum):
    """Pollution types (DOMAIN 6.3); a petition may carry several."""

    AIR = "air"
    WATER = "water"
    NOISE = "noise"
    SOLID_WASTE = "solid_waste"
    SOIL = "soil"
    RADIATION = "radiation"
    ECOLOGY = "ecology"
    CONSTRUCTION_PROJECT = "construction_project"
    MARINE = "marine"
    ELECTROMAGNETIC = "electromagnetic"
    MONITORING_DATA = "monitoring_data"
    OTHER = "other"


class Form(StrEnum):
    INDIVIDUAL = "individual"
    JOINT = "joint"
    COLLECTIVE = "collective"


class Urgency(StrEnum):
    """Art. 25."""

    NORMAL = "normal"
    MAJOR_URGENT = "major_urgent"


@dataclass(frozen=True, slots=True)
class NewPetition:
    """What an office enters when it registers a petition; the petitioner comes apart."""

    purpose: Purpose
    channel: Channel
    media: Sequence[Medium]
    form: Form
    urgency: Urgency
    track: Track
    office: str
    divisions: Sequence[str]
    division_shares: Mapping[str, str] | None
    title: str
    body: str
    place: str
    object_name: str | None
    object_code: str | None
    at_night: bool
    received_at: datetime
    source: str | None
    outside_number: str | None
    industry: str | None = None
    momentary: bool = False
    head_count: int = 1
    longitude: float | None = None
    latitude: float | None = None


class ReceivedInFuture(InvalidInput):
    code = "received_in_future"
    zh = "收到时间不能晚于现在。"
    en = "A petition cannot have been received in the future."


class UnequalShares(InvalidInput):
    code = "shares_not_one"
    zh = "各区划份额之和应为 1,实际为 {total}。"
    en = "The divisions' shares must sum to 1, not {total}."


def shares_of(named: Sequence[str], weights: Mapping[str, str] | None) -> dict[str, Fraction]:
    """How much of the petition counts for each division: equal parts unless said otherwise.

    One letter about two districts counts half in each (the figures of practice, S59).
    """
    if not weights:
        return {division: Fraction(1, len(named)) for division in named}
    shares = {division: Fraction(weight) for division, weight in weights.items()}
    if sum(shares.values()) != 1:
        raise UnequalShares(
            reason="shares", pointer="/division_shares", total=str(sum(shares.values()))
        )
    return shares


class FormNeedsPersons(InvalidInput):
    code = "form_needs_persons"
    zh = "“{form}”至少需要 {needed} 人,实际为 {persons} 人。"
    en = "The form {form} needs at least {needed} persons, not {persons}."


class SignedByMany(InvalidInput):
    code = "signed_by_many"
    zh = "由多人署名的信访件应登记为联名或集体。"
    en = "What several persons signed is registered as joint or collective."


def require_form(form: Form, *, persons: int, signed: int, collective_from: int) -> None:
    """Whether so many persons make the form; `signed` are those who signed by name.

    Two make a petition joint (联名). From how many it is collective is practice, hence a setting.
    """
    if form is Form.INDIVIDUAL and signed > 1:
        raise SignedByMany(reason="form", pointer="/form")
    needed = {Form.INDIVIDUAL: 1, Form.JOINT: 2, Form.COLLECTIVE: collective_from}[form]
    if persons < needed:
        raise FormNeedsPersons(
            reason="form", pointer="/form", form=form.value, needed=needed, persons=persons
        )


def superiors(division: str) -> list[str]:
    """The organs above that learn of a major or urgent matter at once (art. 25), nearest first."""
    above = divisions.lineage(division)[:-1]
    return [divisions.division_of(scope) for scope in reversed(above)]
