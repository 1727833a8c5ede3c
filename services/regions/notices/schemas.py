"""Bodies of border notices."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from services.regions.divisions.domain import BorderKind
from services.regions.notices import domain
from services.regions.notices.domain import (
    Contact,
    Finding,
    PartyState,
    Position,
    State,
    Urgency,
)
from services.regions.notices.models import NotifiedParty
from services.regions.notices.queries import NoticeFile
from services.regions.places.schemas import PointIn
from shared.clock_rows.rows import ClockRow, ClockState
from shared.contracts.origins import Matter
from shared.http.body import Body, Division, LongText, Out, ShortText
from shared.http.matter import MatterIn


class NeighbourIn(Body):
    """Whom it concerns; on shared waters, how the giver's side lies to that neighbour."""

    division: Division
    position: Annotated[
        Position | None,
        Field(description="of the giver: downstream contacts upstream, left bank right bank"),
    ] = None


class NoticeIn(Body):
    """Notice of a matter near a border to the neighbours it concerns."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "matter": {
                    "title": "界河水体发黑",
                    "division": "330281",
                    "media": ["water"],
                    "place": "泗门镇与慈溪交界界河闸口",
                    "facts": "闸口下游水体发黑并有刺激性气味,上游来水异常",
                },
                "neighbours": [{"division": "330282", "position": "downstream"}],
                "point": {"lon": 121.16, "lat": 30.2},
                "urgency": "urgent",
            }
        }
    )

    matter: MatterIn
    neighbours: Annotated[list[NeighbourIn], Field(min_length=1, max_length=20)]
    point: PointIn | None = None
    urgency: Urgency = Urgency.NORMAL

    def positions(self) -> dict[str, Position | None]:
        """How the giver lies to each neighbour; BadNotice if one is named twice."""
        codes = [each.division for each in self.neighbours]
        domain.require_distinct(self.matter.division, codes)
        return {each.division: each.position for each in self.neighbours}


class NoticeAcknowledgeIn(Body):
    """In whose name the notice is acknowledged."""

    model_config = ConfigDict(json_schema_extra={"example": {"division": "330282"}})

    division: Division


class NoticeAnswerIn(Body):
    """What a neighbour found; what was handed over says to whom."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "division": "330282",
                "finding": "joint_handling",
                "text": "上游排口查见异常排水,建议两地联合处置",
            }
        }
    )

    division: Division
    finding: Finding
    text: LongText
    handed_over_to: ShortText | None = None


class NoticeCloseIn(Body):
    """What came of it; `without_answers` says that whoever is silent is not waited for."""

    model_config = ConfigDict(json_schema_extra={"example": {"closing": "两地联合处置完毕"}})

    closing: LongText
    without_answers: bool = False


class NoticeContactOut(Out):
    """Whose duty it is to make contact (S70 on shared waters)."""

    rule: Contact
    from_division: str
    to_division: str


class NotifiedOut(Out):
    """A neighbour: how it borders, until when it has to acknowledge, and what it found.

    `overdue` it is while it has let that time pass in silence; `late` once it came after it.
    """

    division: str
    border: BorderKind
    km: float
    position: Position | None
    contact: NoticeContactOut
    state: PartyState
    acknowledge_by: datetime | None
    acknowledge_by_day: date | None
    provisional: bool
    overdue: bool
    late: bool
    acknowledged_at: datetime | None
    finding: Finding | None
    answer: str | None
    handed_over_to: str | None
    answered_at: datetime | None


class NoticeStepOut(Out):
    action: str
    state: State
    division: str
    actor_name: str
    reason: str | None
    at: datetime


class NoticeLineOut(Out):
    """A notice in a list."""

    id: UUID
    division: str
    title: str
    urgency: Urgency
    state: State
    given_at: datetime
    neighbours: list[str]
    overdue: list[str]
    version: int

    @classmethod
    def line(cls, file: NoticeFile, now: datetime) -> "NoticeLineOut":
        return NoticeLineOut.model_validate(_line(file, now))


class NoticeOut(NoticeLineOut):
    """A notice with its neighbours and its history; the point is in WGS-84."""

    matter: Matter
    longitude: float | None
    latitude: float | None
    closed_at: datetime | None
    closing: str | None
    parties: list[NotifiedOut]
    steps: list[NoticeStepOut]
    actions: list[str]

    @classmethod
    def of(cls, file: NoticeFile, actions: list[str], now: datetime) -> Self:
        row = file.notice
        return cls.model_validate(
            {
                **_line(file, now),
                "matter": Matter.model_validate(row.matter),
                "longitude": row.longitude,
                "latitude": row.latitude,
                "closed_at": row.closed_at,
                "closing": row.closing,
                "parties": [_party(file, each, now) for each in file.parties],
                "steps": [NoticeStepOut.model_validate(each) for each in file.steps],
                "actions": actions,
            }
        )


def _line(file: NoticeFile, now: datetime) -> dict[str, object]:
    row = file.notice
    return {
        "id": row.id,
        "division": row.division,
        "title": Matter.model_validate(row.matter).title,
        "urgency": row.urgency,
        "state": row.state,
        "given_at": row.given_at,
        "neighbours": [each.division for each in file.parties],
        "overdue": [
            each.division for each in file.parties if _overdue(file.clocks.get(each.id), now)
        ],
        "version": row.version,
    }


def _party(file: NoticeFile, party: NotifiedParty, now: datetime) -> NotifiedOut:
    clock = file.clocks.get(party.id)
    duty = domain.duty(file.notice.division, party.division, party.position)
    return NotifiedOut(
        division=party.division,
        border=party.border,
        km=party.km,
        position=party.position,
        contact=NoticeContactOut.model_validate(duty),
        state=party.state,
        acknowledge_by=clock.due_at if clock else None,
        acknowledge_by_day=clock.due_on if clock else None,
        provisional=clock.provisional if clock else False,
        overdue=_overdue(clock, now),
        late=clock is not None and clock.state is ClockState.MISSED,
        acknowledged_at=party.acknowledged_at,
        finding=party.finding,
        answer=party.answer,
        handed_over_to=party.handed_over_to,
        answered_at=party.answered_at,
    )


def _overdue(clock: ClockRow | None, now: datetime) -> bool:
    running = clock is not None and clock.state is ClockState.RUNNING
    return running and clock is not None and clock.due_at is not None and clock.due_at <= now
