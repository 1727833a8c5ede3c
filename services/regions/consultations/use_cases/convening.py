"""Calling a consultation, what the called answer, and holding it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.consultations import domain, queries
from services.regions.consultations.domain import (
    Action,
    Answer,
    ExpertNotEngaged,
    Invitee,
    MeetingOver,
    Rhythm,
    State,
)
from services.regions.consultations.models import (
    Consultation,
    ConsultationInvitee,
    ConsultationProblem,
)
from services.regions.consultations.queries import ConsultationFile
from services.regions.consultations.use_cases.record import begin, note, seen_by
from services.regions.divisions.use_cases import require_known
from services.regions.helpers.models.engaged import Expert
from services.regions.helpers.queries import engaged as helpers
from services.regions.meetings import queries as meetings
from services.regions.meetings.domain import State as MeetingState
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clocks.days import legal_day
from shared.contracts.origins import Matter
from shared.db.session import beyond_scope
from shared.ids import uuid7
from shared.rule_settings import rule_settings


@dataclass(frozen=True, slots=True)
class Call:
    """Who calls whom to which problems, where and when; `meeting_id` if at a meeting."""

    convener: str
    title: str
    regular: bool
    meeting_id: UUID | None
    starts_at: datetime
    place: str
    problems: tuple[Matter, ...]
    invitees: tuple[Invitee, ...]


@dataclass(frozen=True, slots=True)
class Attendance:
    attended: bool
    attendees: tuple[str, ...]


async def convene(
    session: AsyncSession, actor: Actor, call: Call, *, now: datetime
) -> Consultation:
    """召集会诊: each invited is sent the title, the time and what each problem is called."""
    require(actor, "consultation.convene", division=call.convener)
    domain.require_convener(call.convener)
    today = legal_day(now)
    for place, each in enumerate(call.problems):
        pointer = f"/problems/{place}/division"
        await require_known(session, [each.division], on_day=today, pointer=pointer)
    if call.meeting_id is not None:
        meeting = await meetings.meeting(session, call.meeting_id)
        if meeting.state is MeetingState.CANCELLED:
            raise MeetingOver
    row = Consultation(
        id=uuid7(),
        title=call.title,
        convener=call.convener,
        regular=call.regular,
        meeting_id=call.meeting_id,
        starts_at=call.starts_at,
        place=call.place,
        state=State.CONVENED,
        convened_at=now,
        convened_by=actor.id,
        changed_at=now,
        visible_to=seen_by((call.convener,)),
    )
    session.add(row)
    await session.flush()
    problems = [
        ConsultationProblem(
            id=uuid7(), consultation_id=row.id, number=number, matter=each.model_dump(mode="json")
        )
        for number, each in enumerate(call.problems, 1)
    ]
    session.add_all(problems)
    await _call(session, ConsultationFile(row, problems, [], [], []), call.invitees, now=now)
    await note(session, actor, row, "convene", now=now)
    return row


async def invite(
    session: AsyncSession,
    actor: Actor,
    consultation_id: UUID,
    *,
    invitees: Sequence[Invitee],
    expected_version: int,
    now: datetime,
) -> Consultation:
    """Call others too. A division that declined and is called again is asked anew."""
    file = await begin(
        session, actor, consultation_id, Action.INVITE, expected_version=expected_version
    )
    await _call(session, file, invitees, now=now)
    await note(session, actor, file.consultation, Action.INVITE, now=now)
    return file.consultation


async def _call(
    session: AsyncSession, file: ConsultationFile, invitees: Sequence[Invitee], *, now: datetime
) -> None:
    row = file.consultation
    domain.require_invitees(row.convener, invitees)
    codes = [each.division for each in invitees if each.division is not None]
    await require_known(session, codes, on_day=legal_day(now), pointer="/invitees")
    domain.require_not_called(
        (each.expert_id for each in invitees), (each.expert_id for each in file.invitees)
    )
    called = {each.division: each for each in file.invitees if each.division is not None}
    for each in invitees:
        again = called.get(each.division) if each.division is not None else None
        if again is not None:
            _ask_anew(again)
            continue
        file.invitees.append(await _invitee(session, file, each, now=now))
    session.add_all(file.invitees)
    row.visible_to = seen_by(file.taking_part)
    await session.flush()


def _ask_anew(invitee: ConsultationInvitee) -> None:
    """Who declined may think again; of who did not, the answer stands."""
    if invitee.answer is Answer.DECLINED:
        invitee.answer, invitee.answer_text = Answer.PENDING, None
        invitee.answered_at = invitee.answered_by = invitee.answered_name = None


async def _invitee(
    session: AsyncSession, file: ConsultationFile, named: Invitee, *, now: datetime
) -> ConsultationInvitee:
    row = file.consultation
    organisation, person = named.organisation, named.person
    if named.expert_id is not None:
        expert = await _expert(session, file, named.expert_id, on_day=legal_day(now))
        organisation, person = expert.organisation, expert.name
    sees = (row.convener,) if named.division is None else (row.convener, named.division)
    return ConsultationInvitee(
        id=uuid7(),
        consultation_id=row.id,
        kind=named.kind,
        division=named.division,
        expert_id=named.expert_id,
        organisation=organisation,
        person=person,
        invitation={
            "title": row.title,
            "convener": row.convener,
            "starts_at": row.starts_at.isoformat(),
            "place": row.place,
            "problems": [each.matter["title"] for each in file.problems],
        },
        answer=Answer.PENDING,
        attendees=[],
        visible_to=seen_by(sees),
    )


async def _expert(
    session: AsyncSession, file: ConsultationFile, expert_id: UUID, *, on_day: date
) -> Expert:
    """The expert, if engaged on the day and without an interest in any problem's object."""
    expert = await helpers.one(session, Expert, expert_id)
    assert isinstance(expert, Expert)  # noqa: S101 -- that is the table asked
    if expert.valid_from > on_day or (expert.valid_to is not None and expert.valid_to < on_day):
        raise ExpertNotEngaged(name=expert.name)
    domain.require_no_interest(expert.name, expert.conflicts, file.objects)
    return expert


async def answer(
    session: AsyncSession,
    actor: Actor,
    consultation_id: UUID,
    *,
    invitee_id: UUID,
    said: Answer,
    text: str | None,
    expected_version: int,
    now: datetime,
) -> tuple[Consultation, ConsultationInvitee]:
    """An invited comes, sends an opinion, or does not come and says why.

    A division speaks for itself; for who has no login the convener writes it under their name.
    Who declines sees no more than the invitation from now on.
    """
    file = await queries.lock_consultation(session, consultation_id)
    row, own = file.consultation, file.invitee(invitee_id)
    if own.division is not None:
        require(actor, "consultation.answer", division=own.division)
    else:
        require(actor, "consultation.convene", division=row.convener)
    row.require_version(expected_version)
    row.state = domain.step(row.state, Action.ANSWER)
    domain.require_answer(said, text)
    own.answer, own.answer_text = said, text
    own.answered_at, own.answered_by, own.answered_name = now, actor.id, actor.name
    async with beyond_scope(session):  # the actor may be the one who sees it no more
        row.visible_to = seen_by(file.taking_part)
        await note(session, actor, row, Action.ANSWER, about_id=own.id, text=said.value, now=now)
    return row, own


async def hold(
    session: AsyncSession,
    actor: Actor,
    consultation_id: UUID,
    *,
    held_on: date,
    attendance: Mapping[UUID, Attendance],
    expected_version: int,
    now: datetime,
) -> Consultation:
    """It was held: who was there. ExpertRecused for one who advised and has an interest by now."""
    file = await begin(
        session, actor, consultation_id, Action.HOLD, expected_version=expected_version
    )
    row = file.consultation
    domain.require_held_by(held_on, today=legal_day(now))
    expected = [each for each in file.invitees if each.answer is not Answer.DECLINED]
    domain.require_attendance(
        {key: each.attended for key, each in attendance.items()},
        [each.id for each in expected],
        opinions=sum(each.answer is Answer.SENDS_OPINION for each in expected),
    )
    for each in expected:
        noted = attendance[each.id]
        advised = noted.attended or each.answer is Answer.SENDS_OPINION
        if advised and each.expert_id is not None:
            await _expert(session, file, each.expert_id, on_day=held_on)
        each.attended, each.attendees = noted.attended, list(noted.attendees)
    row.held_on = held_on
    await note(session, actor, row, Action.HOLD, text=held_on.isoformat(), now=now)
    return row


async def cancel(
    session: AsyncSession,
    actor: Actor,
    consultation_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Consultation:
    """It does not take place."""
    file = await begin(
        session, actor, consultation_id, Action.CANCEL, expected_version=expected_version
    )
    file.consultation.cancel_reason = reason
    await note(session, actor, file.consultation, Action.CANCEL, text=reason, now=now)
    return file.consultation


async def rhythm(session: AsyncSession, actor: Actor, division: str, *, today: date) -> Rhythm:
    """定期: whether a division's next regular consultation is owed; its superiors may ask too.

    They learn the day and nothing of what was consulted on.
    """
    require(actor, "consultation.rhythm", division=division)
    domain.require_convener(division)
    figures = await rule_settings(session, division=division, on_day=today)
    async with beyond_scope(session):
        last = await queries.last_held_on(session, division)
    return Rhythm(figures["consultation.rhythm_months"], last)
