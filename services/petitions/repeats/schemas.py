"""Bodies of repeats."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field

from services.petitions.intake.domain import Medium
from services.petitions.intake.schemas import CreditCode, Latitude, Longitude
from services.petitions.repeats.domain.reasons import Ground
from services.petitions.repeats.domain.rules import Basis
from services.petitions.repeats.use_cases.candidates import Candidate
from shared.http.body import Body, Division, Instant, LongText, Out, Reason, ShortText


class ConfirmRepeatIn(Body):
    """Which earlier petition is raised again, and why the clerk thinks so."""

    root_id: UUID
    note: ShortText | None = None


class RevokeRepeatIn(Body):
    """Why it was no repeat."""

    reason: Reason


class TypedIn(Body):
    """A petition that somebody is typing. Its petitioner is not asked for.

    Whoever could try phone numbers here would learn who wrote what he may read.
    """

    office: Division
    divisions: Annotated[list[Division], Field(min_length=1, max_length=8)]
    media: Annotated[list[Medium], Field(min_length=1, max_length=8)]
    title: ShortText | None = None
    body: LongText | None = None
    place: ShortText | None = None
    longitude: Longitude | None = None
    latitude: Latitude | None = None
    object_name: ShortText | None = None
    object_code: CreditCode | None = None
    received_at: Instant | None = None


class ReasonOut(Out):
    ground: Ground
    zh: str
    en: str


class CandidateOut(Out):
    """An earlier petition with what it has in common; `score` is between 0 and 1.

    `confirmable` tells whether the basis in force lets a clerk confirm it.
    """

    petition_id: UUID
    number: str
    title: str
    received_at: datetime
    rank: int
    score: float
    confirmable: bool
    grounds: list[Ground]
    reasons: list[ReasonOut]

    @classmethod
    def of(cls, found: Candidate) -> Self:
        grounds = [each.ground for each in found.reasons]
        return cls.model_validate({**asdict(found), "grounds": grounds})


class RepeatOut(Out):
    """The `position`-th time the matter of `root_id` is raised."""

    petition_id: UUID
    root_id: UUID
    position: int
    basis: Basis
    grounds: list[Ground]
    note: str | None
    at: datetime
