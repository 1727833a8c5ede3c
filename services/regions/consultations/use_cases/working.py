"""What becomes of a consultation: diagnosis, dissent, measures, their end, the look-back."""

from dataclasses import astuple
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.agreements.domain.consent import NotAParty
from services.regions.consultations import domain, queries
from services.regions.consultations.domain import (
    Action,
    Answer,
    Diagnosis,
    MeasureState,
    MeasureStep,
    NotPresent,
)
from services.regions.consultations.models import (
    Consultation,
    ConsultationDissent,
    ConsultationMeasure,
)
from services.regions.consultations.queries import ConsultationFile
from services.regions.consultations.use_cases.record import MEASURE_CLOCK, begin, note
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clock_rows.rows import Ladder, drop_clocks, start_clock, stop_clock
from shared.clocks.days import legal_day
from shared.errors import NotFound
from shared.ids import uuid7
from shared.rule_settings import rule_settings


async def diagnose(
    session: AsyncSession,
    actor: Actor,
    consultation_id: UUID,
    *,
    problem_id: UUID,
    diagnosis: Diagnosis,
    expected_version: int,
    now: datetime,
) -> Consultation:
    """会诊意见: what those present found. Another one replaces it; the history keeps both."""
    file = await begin(
        session, actor, consultation_id, Action.DIAGNOSE, expected_version=expected_version
    )
    problem = file.problem(problem_id)
    problem.cause, problem.legal_view = diagnosis.cause, diagnosis.legal_view
    problem.technical_view, problem.recommended = diagnosis.technical_view, diagnosis.recommended
    problem.diagnosed_at = now
    told = "\n".join(astuple(diagnosis))
    row = file.consultation
    await note(session, actor, row, Action.DIAGNOSE, about_id=problem.id, text=told, now=now)
    return row


async def dissent(
    session: AsyncSession,
    actor: Actor,
    consultation_id: UUID,
    *,
    problem_id: UUID,
    invitee_id: UUID,
    text: str,
    expected_version: int,
    now: datetime,
) -> Consultation:
    """Another view, under the name of who holds it: of a division by itself, else as noted."""
    file = await queries.lock_consultation(session, consultation_id)
    row, own = file.consultation, file.invitee(invitee_id)
    problem = file.problem(problem_id)
    if own.division is not None:
        require(actor, "consultation.answer", division=own.division)
    else:
        require(actor, "consultation.convene", division=row.convener)
    row.require_version(expected_version)
    row.state = domain.step(row.state, Action.DISSENT)
    name = own.person or own.organisation or own.division or ""
    if not own.attended and own.answer is not Answer.SENDS_OPINION:
        raise NotPresent(name=name)
    session.add(
        ConsultationDissent(
            id=uuid7(),
            consultation_id=row.id,
            problem_id=problem.id,
            invitee_id=own.id,
            name=name,
            text=text,
            recorded_by=actor.id,
            recorded_name=actor.name,
            at=now,
        )
    )
    await note(session, actor, row, Action.DISSENT, about_id=problem.id, text=name, now=now)
    return row


async def order_measure(
    session: AsyncSession,
    actor: Actor,
    consultation_id: UUID,
    *,
    problem_id: UUID,
    text: str,
    responsible: str,
    due_on: date | None,
    expected_version: int,
    now: datetime,
) -> Consultation:
    """A measure somebody who takes part answers for; its clock runs from now on."""
    file = await begin(
        session, actor, consultation_id, Action.ORDER_MEASURE, expected_version=expected_version
    )
    row, problem = file.consultation, file.problem(problem_id)
    if responsible not in file.taking_part:
        raise NotAParty(reason=responsible, division=responsible, pointer="/responsible")
    figures = await rule_settings(session, division=row.convener, on_day=legal_day(now))
    term = domain.measure_term(
        legal_day(now), due_on, working_days=figures["consultation.measure_working_days"]
    )
    warned = timedelta(days=figures["consultation.warn_days"])
    measure_id = uuid7()
    due = await start_clock(
        session,
        subject_kind="consultation_measure",
        subject_id=measure_id,
        kind=MEASURE_CLOCK,
        term=term,
        ladder=Ladder(warn_before=warned, raise_after=warned),
        started_at=now,
        seen_by=[row.convener, responsible],
    )
    assert due.due_at is not None  # noqa: S101 -- a clock that was never paused has an end
    session.add(
        ConsultationMeasure(
            id=measure_id,
            consultation_id=row.id,
            problem_id=problem.id,
            text=text,
            responsible=responsible,
            state=MeasureState.ORDERED,
            ordered_at=now,
            due_at=due.due_at,
            changed_at=now,
        )
    )
    await note(session, actor, row, Action.ORDER_MEASURE, about_id=measure_id, text=text, now=now)
    return row


async def take(
    session: AsyncSession,
    actor: Actor,
    consultation_id: UUID,
    measure_id: UUID,
    step: MeasureStep,
    *,
    text: str | None,
    expected_version: int,
    now: datetime,
) -> ConsultationMeasure:
    """A step with a measure: of who answers for it, or of the convener, who closes it.

    `text` is the progress, the proof, what is lacking, or why it is dropped. Whether it was in
    time is decided by when it was last reported done, not by when the convener looked.
    """
    file = await queries.lock_consultation(session, consultation_id)
    row, measure = file.consultation, _measure(file, measure_id)
    if step in domain.OF_THE_RESPONSIBLE:
        require(actor, "consultation.see_to", division=measure.responsible)
    else:
        require(actor, "consultation.convene", division=row.convener)
    measure.require_version(expected_version)
    measure.state = domain.measure_step(measure.state, step)
    match step:
        case MeasureStep.PROGRESS:
            measure.progress = text
        case MeasureStep.REPORT:
            measure.proof, measure.reported_at = text, now
        case MeasureStep.CLOSE:
            measure.closed_at = now
            reported_at = measure.reported_at or now
            await stop_clock(session, subject_id=measure.id, kind=MEASURE_CLOCK, at=reported_at)
        case MeasureStep.DROP:
            measure.closed_at, measure.drop_reason = now, text
            await drop_clocks(session, subject_id=measure.id, at=now)
        case MeasureStep.CONFIRM | MeasureStep.SEND_BACK:
            pass
    measure.changed_at = now
    flag_modified(measure, "changed_at")  # a version even if no time has passed
    await note(
        session, actor, row, f"measure_{step.value}", about_id=measure.id, text=text, now=now
    )
    return measure


def _measure(file: ConsultationFile, measure_id: UUID) -> ConsultationMeasure:
    found = next((each for each in file.measures if each.id == measure_id), None)
    if found is None:
        raise NotFound(what="consultation measure")
    return found


async def close(
    session: AsyncSession,
    actor: Actor,
    consultation_id: UUID,
    *,
    expected_version: int,
    now: datetime,
) -> Consultation:
    """办结: every problem has its diagnosis and every measure its end."""
    file = await begin(
        session, actor, consultation_id, Action.CLOSE, expected_version=expected_version
    )
    domain.require_closable(
        [each.diagnosed_at is not None for each in file.problems],
        [each.state for each in file.measures],
    )
    file.consultation.closed_at = now
    await note(session, actor, file.consultation, Action.CLOSE, now=now)
    return file.consultation


async def look_back(
    session: AsyncSession,
    actor: Actor,
    consultation_id: UUID,
    *,
    problem_id: UUID,
    solved: bool,
    text: str,
    expected_version: int,
    now: datetime,
) -> Consultation:
    """回头看: whether a problem is solved for good; a later look replaces an earlier one."""
    file = await begin(
        session, actor, consultation_id, Action.LOOK_BACK, expected_version=expected_version
    )
    problem = file.problem(problem_id)
    problem.solved, problem.look_back, problem.looked_back_at = solved, text, now
    row = file.consultation
    await note(session, actor, row, Action.LOOK_BACK, about_id=problem.id, text=text, now=now)
    return row
