"""Joint meetings over HTTP: one route a legal step."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Response, status

from services.regions.agreements import queries as agreements
from services.regions.meetings import queries
from services.regions.meetings.domain import Kind, State
from services.regions.meetings.models import Meeting
from services.regions.meetings.queries import Series
from services.regions.meetings.schemas import (
    ArrangementIn,
    ClosingIn,
    ConfirmationIn,
    ItemOut,
    MeetingIn,
    MeetingLineOut,
    MeetingOut,
    MinutesIn,
    ObjectionIn,
    ReasonIn,
    ScheduleOut,
)
from services.regions.meetings.use_cases import convening, minuting
from services.regions.meetings.use_cases.record import actions
from shared.clocks.days import legal_day
from shared.http.access import ActorDep, policy
from shared.http.body import Division
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router: Final = APIRouter(prefix="/meetings", tags=["joint meetings"], route_class=Route)
schedule: Final = APIRouter(prefix="/agreements", tags=["joint meetings"], route_class=Route)
ONE: Final = "/{meeting_id}"


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, when, and where the answer goes."""

    actor: ActorDep
    session: SessionDep
    now: Now
    response: Response

    async def answer(self, meeting: Meeting) -> MeetingOut:
        """The meeting whole, with what this caller may do next."""
        file = await queries.file(self.session, meeting)
        self.response.headers["ETag"] = etag(meeting.version)
        return MeetingOut.of(
            file,
            carried=await queries.carried(self.session, meeting),
            steps=await queries.steps(self.session, meeting.id),
            today=legal_day(self.now),
            actions=actions(self.actor, file),
        )


AskedDep = Annotated[Asked, Depends()]


@dataclass(frozen=True, slots=True)
class Step:
    """One legal step, on a meeting as the caller last read it."""

    asked: AskedDep
    expected_version: ExpectedVersion

    @property
    def call(self) -> dict[str, Any]:
        """What every use case of a step is told."""
        return {"expected_version": self.expected_version, "now": self.asked.now}


StepDep = Annotated[Step, Depends()]


@dataclass(frozen=True, slots=True)
class Under:
    """What meetings are held under, to choose by."""

    agreement_id: UUID | None = None
    plan_id: UUID | None = None
    joint_group_id: UUID | None = None

    @property
    def series(self) -> Series:
        return Series(self.agreement_id, self.plan_id, self.joint_group_id)


UnderDep = Annotated[Under, Depends()]


@router.get("", dependencies=[policy("meeting.read")])
async def list_meetings(
    session: SessionDep,
    page: PageDep,
    under: UnderDep,
    kind: Kind | None = None,
    state: State | None = None,
    division: Division | None = None,
) -> Page[MeetingLineOut]:
    """Meetings the caller was invited to, the newest first."""
    [after] = page.after or (None,)
    rows = await queries.meetings(
        session,
        series=under.series,
        kind=kind,
        state=state,
        division=division,
        after=UUID(after) if after else None,
        limit=page.limit,
    )
    cut = page.cut(rows, lambda row: (str(row.id),))
    return Page(items=[MeetingLineOut.model_validate(row) for row in cut], next=page.next)


@router.post("", status_code=status.HTTP_201_CREATED, dependencies=[policy("meeting.convene")])
async def convene_meeting(body: MeetingIn, asked: AskedDep) -> MeetingOut:
    """召集: call a meeting; by the rotation it is the turn of one."""
    meeting = await convening.convene(
        asked.session,
        asked.actor,
        kind=body.kind,
        series=body.series,
        host=body.host,
        invited=body.divisions,
        arrangement=body.value(),
        now=asked.now,
    )
    asked.response.headers["Location"] = f"/api/v1/meetings/{meeting.id}"
    return await asked.answer(meeting)


@router.get("/open-items", dependencies=[policy("meeting.read")])
async def list_open_items(
    session: SessionDep,
    page: PageDep,
    now: Now,
    under: UnderDep,
    division: Division | None = None,
    overdue: bool = False,  # noqa: FBT001, FBT002 -- a flag in an address
) -> Page[ItemOut]:
    """What meetings left open, the most urgent first: what a new lead takes over."""
    today = legal_day(now)
    after = page.after and (date.fromisoformat(page.after[0]), UUID(page.after[1]))
    rows = await queries.open_items(
        session,
        series=under.series,
        division=division,
        overdue_on=today if overdue else None,
        after=after,
        limit=page.limit,
    )
    cut = page.cut(rows, lambda row: (row.due_on.isoformat(), str(row.id)))
    return Page(items=[ItemOut.on(row, today) for row in cut], next=page.next)


@router.get(ONE, dependencies=[policy("meeting.read")])
async def read_meeting(meeting_id: UUID, asked: AskedDep) -> MeetingOut:
    """One meeting with its minutes, each party's word on them and what it left open."""
    return await asked.answer(await queries.meeting(asked.session, meeting_id))


@router.post(f"{ONE}/change", dependencies=[policy("meeting.convene")])
async def change_meeting(meeting_id: UUID, body: ArrangementIn, step: StepDep) -> MeetingOut:
    """Another time, place or agenda."""
    meeting = await convening.change(
        step.asked.session,
        step.asked.actor,
        meeting_id,
        arrangement=body.value(),
        **step.call,
    )
    return await step.asked.answer(meeting)


@router.post(f"{ONE}/cancel", dependencies=[policy("meeting.convene")])
async def cancel_meeting(meeting_id: UUID, body: ReasonIn, step: StepDep) -> MeetingOut:
    """The meeting does not take place."""
    meeting = await convening.cancel(
        step.asked.session, step.asked.actor, meeting_id, reason=body.reason, **step.call
    )
    return await step.asked.answer(meeting)


@router.post(f"{ONE}/record", dependencies=[policy("meeting.convene")])
async def record_meeting(meeting_id: UUID, body: MinutesIn, step: StepDep) -> MeetingOut:
    """纪要: the host writes down what was said, decided and left open."""
    meeting = await minuting.record(
        step.asked.session, step.asked.actor, meeting_id, minutes=body.value(), **step.call
    )
    return await step.asked.answer(meeting)


@router.post(f"{ONE}/amend", dependencies=[policy("meeting.convene")])
async def amend_meeting(meeting_id: UUID, body: MinutesIn, step: StepDep) -> MeetingOut:
    """Other minutes: whoever confirmed the ones before has confirmed nothing."""
    meeting = await minuting.amend(
        step.asked.session, step.asked.actor, meeting_id, minutes=body.value(), **step.call
    )
    return await step.asked.answer(meeting)


@router.post(f"{ONE}/confirm", dependencies=[policy("meeting.confirm")])
async def confirm_meeting(meeting_id: UUID, body: ConfirmationIn, step: StepDep) -> MeetingOut:
    """A party that attended confirms the minutes of this hash. Silence is no consent."""
    meeting = await minuting.confirm(
        step.asked.session,
        step.asked.actor,
        meeting_id,
        division=body.division,
        minutes_hash=body.minutes_hash,
        **step.call,
    )
    return await step.asked.answer(meeting)


@router.post(f"{ONE}/object", dependencies=[policy("meeting.confirm")])
async def object_to_meeting(meeting_id: UUID, body: ObjectionIn, step: StepDep) -> MeetingOut:
    """A party that attended does not confirm them, and says why."""
    meeting = await minuting.object_to(
        step.asked.session,
        step.asked.actor,
        meeting_id,
        division=body.division,
        minutes_hash=body.minutes_hash,
        reason=body.reason,
        **step.call,
    )
    return await step.asked.answer(meeting)


@router.post(f"{ONE}/items/{{item_id}}/close", dependencies=[policy("meeting.see_to")])
async def close_meeting_item(
    meeting_id: UUID, item_id: UUID, body: ClosingIn, step: StepDep
) -> ItemOut:
    """A matter is done, as its division shows, or dropped by the lead; If-Match is the matter's."""
    item = await minuting.close_item(
        step.asked.session,
        step.asked.actor,
        meeting_id,
        item_id,
        done=body.done,
        proof=body.proof,
        attachments=tuple(each.value() for each in body.attachments),
        **step.call,
    )
    step.asked.response.headers["ETag"] = etag(item.version)
    return ItemOut.on(item, legal_day(step.asked.now))


@schedule.get("/{agreement_id}/meeting-schedule", dependencies=[policy("meeting.read")])
async def read_meeting_schedule(agreement_id: UUID, session: SessionDep, now: Now) -> ScheduleOut:
    """The meetings the agreement asks for: when the next is owed, and whose turn it is."""
    agreement = await agreements.agreement(session, agreement_id)
    today = legal_day(now)
    return ScheduleOut.of(await convening.owed(session, agreement, today), today)
