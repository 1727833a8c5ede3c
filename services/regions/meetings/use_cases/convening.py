"""A meeting is called by whose turn it is, changed or cancelled; and when the next one is owed."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.agreements import queries as agreements
from services.regions.agreements.domain import System, lead_of, term_at
from services.regions.agreements.domain.life import BINDING, IN_EFFECT as AGREED
from services.regions.agreements.models import Agreement
from services.regions.divisions.use_cases import require_known
from services.regions.groups import queries as groups
from services.regions.groups.domain.life import GroupState
from services.regions.meetings import domain, queries
from services.regions.meetings.domain import (
    Action,
    BadMeeting,
    Confirmation,
    GuestKind,
    Kind,
    NothingToMeetUnder,
    NotTheHost,
    State,
)
from services.regions.meetings.models import Meeting, MeetingParty
from services.regions.meetings.queries import MeetingFile, Series
from services.regions.meetings.use_cases.record import Held, lock, note
from services.regions.plans import queries as plans
from services.regions.plans.domain import IN_EFFECT
from shared import divisions
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clocks.days import legal_day
from shared.ids import uuid7
from shared.rule_settings import rule_settings

CONVENED: Final = "convene"


@dataclass(frozen=True, slots=True)
class Liaison:
    """Whom to call in a division (联络员)."""

    unit: str
    person: str
    phone: str | None


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody asked to come beside the parties."""

    kind: GuestKind
    organisation: str
    person: str | None


@dataclass(frozen=True, slots=True)
class Arrangement:
    """When, where and about what."""

    title: str
    starts_at: datetime
    ends_at: datetime
    place: str
    agenda: tuple[str, ...]
    guests: tuple[Guest, ...]

    @property
    def columns(self) -> dict[str, Any]:
        plain_guests = [asdict(each) | {"kind": each.kind.value} for each in self.guests]
        return {**_without_guests(self), "agenda": list(self.agenda), "guests": plain_guests}


def _without_guests(arrangement: Arrangement) -> dict[str, Any]:
    names = ("title", "starts_at", "ends_at", "place")
    return {name: getattr(arrangement, name) for name in names}


@dataclass(frozen=True, slots=True)
class Footing:
    """Whom a meeting may call together, whose turn it is on the day, and whom to call up."""

    parties: tuple[str, ...]
    host: str | None
    term: int | None
    liaisons: Mapping[str, Liaison]


@dataclass(frozen=True, slots=True)
class Owed:
    """A kind of meeting parties owe one another, and whose turn it is to call it."""

    kind: Kind
    last_held_on: date | None
    due_on: date
    host: str | None
    term: int | None


async def convene(
    session: AsyncSession,
    actor: Actor,
    *,
    kind: Kind,
    series: Series,
    host: str,
    invited: Sequence[str],
    arrangement: Arrangement,
    now: datetime,
) -> Meeting:
    """Call a meeting. NotTheHost if by the rotation another's turn it is on that day."""
    require(actor, "meeting.convene", division=host)
    _require_ordered(arrangement)
    day = legal_day(arrangement.starts_at)
    footing = await footing_of(session, series, day)
    if footing.host is not None and footing.host != host:
        raise NotTheHost(reason=host, host=footing.host, pointer="/host")
    called = tuple(invited) or footing.parties
    domain.require_parties(host, called)
    await require_known(session, called, on_day=legal_day(now), pointer="/divisions")
    scopes = [divisions.scope(each) for each in footing.parties]
    if not all(any(divisions.covers(scope, each) for scope in scopes) for each in called):
        raise BadMeeting(reason="only parties are invited as such", pointer="/divisions")
    meeting = Meeting(
        id=uuid7(),
        kind=kind,
        agreement_id=series.agreement_id,
        plan_id=series.plan_id,
        joint_group_id=series.joint_group_id,
        host=host,
        term=footing.term,
        state=State.CONVENED,
        decisions=[],
        convened_at=now,
        convened_by=actor.id,
        changed_at=now,
        visible_to=divisions.visibility(called),
        **arrangement.columns,
    )
    session.add(meeting)
    await session.flush()
    parties = [_party(meeting, each, footing, place) for place, each in enumerate(called)]
    session.add_all(parties)
    held = Held(MeetingFile(meeting, parties, []), None)
    await note(session, actor, held, CONVENED, division=host, reason=None, now=now)
    return meeting


async def change(
    session: AsyncSession,
    actor: Actor,
    meeting_id: UUID,
    *,
    arrangement: Arrangement,
    expected_version: int,
    now: datetime,
) -> Meeting:
    """Another time, place or agenda; who is invited stays."""
    held = await lock(session, meeting_id)
    require(actor, "meeting.convene", division=held.meeting.host)
    held.meeting.require_version(expected_version)
    held.meeting.state = domain.step(held.meeting.state, Action.CHANGE)
    _require_ordered(arrangement)
    for name, value in arrangement.columns.items():
        setattr(held.meeting, name, value)
    host = held.meeting.host
    await note(session, actor, held, Action.CHANGE, division=host, reason=None, now=now)
    return held.meeting


async def cancel(
    session: AsyncSession,
    actor: Actor,
    meeting_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Meeting:
    """The meeting does not take place, and why."""
    held = await lock(session, meeting_id)
    require(actor, "meeting.convene", division=held.meeting.host)
    held.meeting.require_version(expected_version)
    held.meeting.state = domain.step(held.meeting.state, Action.CANCEL)
    held.meeting.cancel_reason = reason
    host = held.meeting.host
    await note(session, actor, held, Action.CANCEL, division=host, reason=reason, now=now)
    return held.meeting


async def footing_of(session: AsyncSession, series: Series, day: date) -> Footing:
    """On what a meeting of the series stands on a day; NothingToMeetUnder if it binds nobody."""
    if series.agreement_id is not None:
        agreement = await agreements.agreement(session, series.agreement_id)
        if agreement.state not in BINDING:
            raise NothingToMeetUnder
        return await _under_agreement(session, agreement, day)
    if series.plan_id is not None:
        return await _under_plan(session, series.plan_id, day)
    if series.joint_group_id is not None:
        return await _in_group(session, series.joint_group_id)
    raise BadMeeting(reason="it is called under nothing", pointer="/agreement_id")


async def _under_agreement(session: AsyncSession, agreement: Agreement, day: date) -> Footing:
    file = await agreements.file(session, agreement)
    host, term = await turn_of(session, agreement, day)
    liaisons = {
        each.division: Liaison(each.liaison_unit, each.liaison_person, each.liaison_phone)
        for each in file.parties
    }
    return Footing(file.codes, host, term, liaisons)


async def turn_of(
    session: AsyncSession, agreement: Agreement, day: date
) -> tuple[str | None, int | None]:
    """Whose turn it is on the day, and in which term; nobody's without a rotation."""
    if not agreement.rotation_order:
        return None, None
    term = term_at(day, agreement.valid_from, agreement.rotation_months)
    skips = await agreements.skips(session, agreement.id)
    return lead_of(term, agreement.rotation_order, agreement.rotation_offset, skips), term


async def _under_plan(session: AsyncSession, plan_id: UUID, day: date) -> Footing:
    """A plan under an agreement goes by its rotation and its liaisons."""
    plan = await plans.plan(session, plan_id)
    if plan.state not in IN_EFFECT:
        raise NothingToMeetUnder
    codes = await plans.parties_of(session, plan_id)
    # A city above its counties leads without being one of them.
    codes = codes if plan.lead in codes else (plan.lead, *codes)
    if plan.agreement_id is None:
        return Footing(codes, None, None, {})
    agreement = await agreements.agreement(session, plan.agreement_id)
    above = await _under_agreement(session, agreement, day)
    return Footing(codes, above.host, above.term, above.liaisons)


async def _in_group(session: AsyncSession, joint_group_id: UUID) -> Footing:
    """A group is called together by the one that leads it now."""
    group = await groups.group(session, joint_group_id)
    if group.state is not GroupState.ACTIVE:
        raise NothingToMeetUnder
    file = await groups.file(session, group)
    liaisons = {
        each.division: Liaison(each.unit, each.person, each.phone) for each in file.liaisons
    }
    codes = tuple(each.division for each in file.taking_part)
    return Footing(codes, group.lead, group.term, liaisons)


async def owed(session: AsyncSession, agreement: Agreement, today: date) -> list[Owed]:
    """The meetings an agreement in effect asks for, by the systems its parties set up."""
    if agreement.state not in AGREED:
        return []
    settings = await rule_settings(session, division=agreement.drafter, on_day=today)
    months = {
        Kind.JOINT_MEETING: settings["meeting.joint_meeting_months"],
        Kind.CONSULTATION: settings["meeting.consultation_months"],
    }
    set_up = {each["system"] for each in agreement.systems}
    host, term = await turn_of(session, agreement, today)
    series = Series(agreement_id=agreement.id)
    found = []
    for kind in Kind:
        if System(kind.value) not in set_up:
            continue
        last = await queries.last_held_on(session, series, kind)
        due_on = domain.next_due(last, agreement.valid_from, months=months[kind])
        found.append(Owed(kind, last, due_on, host, term))
    return found


def _require_ordered(arrangement: Arrangement) -> None:
    if arrangement.ends_at <= arrangement.starts_at:
        raise BadMeeting(reason="the times are not in order", pointer="/ends_at")


def _party(meeting: Meeting, division: str, footing: Footing, position: int) -> MeetingParty:
    liaison = footing.liaisons.get(division)
    return MeetingParty(
        meeting_id=meeting.id,
        division=division,
        position=position,
        liaison_unit=liaison.unit if liaison else None,
        liaison_person=liaison.person if liaison else None,
        liaison_phone=liaison.phone if liaison else None,
        attendees=[],
        confirmation=Confirmation.PENDING,
        visible_to=meeting.visible_to,
    )
