"""Bodies of repeats."""

from datetime import datetime
from uuid import UUID

from services.petitions.repeats.domain import Ground
from shared.http.body import Body, Out, ShortText


class ConfirmRepeatIn(Body):
    """Which earlier petition is raised again, and why the clerk thinks so."""

    root_id: UUID
    note: ShortText | None = None


class CandidateOut(Out):
    """An earlier petition with what it has in common."""

    petition_id: UUID
    number: str
    title: str
    received_at: datetime
    grounds: list[Ground]


class RepeatOut(Out):
    """The `position`-th time the matter of `root_id` is raised."""

    petition_id: UUID
    root_id: UUID
    position: int
    grounds: list[Ground]
    note: str | None
    at: datetime
