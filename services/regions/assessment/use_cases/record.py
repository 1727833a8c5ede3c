"""Writing down what was done, and saying what may be done next."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.assessment.domain import life
from services.regions.assessment.domain.life import ObjectionState, SchemeStep, State, Step
from services.regions.assessment.models import (
    Assessment,
    AssessmentObjection,
    AssessmentScheme,
    AssessmentStep,
)
from services.regions.assessment.queries.files import AssessmentFile
from shared import divisions
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import may
from shared.ids import uuid7

OBJECTION_CLOCK: Final = "assessment_objection"
# Who assesses takes these; the others are a unit's.
_RIGHTS: Final = {
    Step.COMPUTE: "assessment.compute",
    Step.ANNOUNCE: "assessment.set_up",
    Step.DECIDE: "assessment.decide",
    Step.CONFIRM: "assessment.decide",
    Step.PUBLISH: "assessment.publish",
    Step.HAND_OVER: "assessment.set_up",
    Step.WITHDRAW: "assessment.publish",
}


async def note_scheme(
    session: AsyncSession,
    actor: Actor,
    row: AssessmentScheme,
    action: str,
    *,
    reason: str | None,
    now: datetime,
) -> None:
    """Every act is a new version, a line of history and a line in the trace."""
    row.changed_at = now
    flag_modified(row, "changed_at")  # a version even if no time has passed
    session.add(_step(actor, row.id, action, row.state, row.visible_to, reason=reason, now=now))
    await session.flush()
    await record(
        session,
        actor,
        f"assessment_scheme.{action}",
        object_kind="assessment_scheme",
        object_id=row.id,
        now=now,
        seen_by=row.visible_to,
        reason=reason,
        after=row.model_dump(mode="json"),
    )


async def note(
    session: AsyncSession,
    actor: Actor,
    row: Assessment,
    action: str,
    *,
    reason: str | None,
    now: datetime,
    unit: str | None = None,
) -> None:
    """As `note_scheme`; what concerns one `unit` is seen by it and those above it alone."""
    seen_by = row.visible_to if unit is None else divisions.visibility([unit, row.division])
    row.changed_at = now
    flag_modified(row, "changed_at")  # a version even if no time has passed
    session.add(_step(actor, row.id, action, row.state, seen_by, reason=reason, now=now, unit=unit))
    await session.flush()
    await record(
        session,
        actor,
        f"assessment.{action}",
        object_kind="assessment",
        object_id=row.id,
        now=now,
        seen_by=seen_by,
        reason=reason,
        after=row.model_dump(mode="json"),
    )


def _step(
    actor: Actor,
    subject_id: UUID,
    action: str,
    state: str,
    seen_by: list[str],
    *,
    reason: str | None,
    now: datetime,
    unit: str | None = None,
) -> AssessmentStep:
    return AssessmentStep(
        id=uuid7(),
        subject_id=subject_id,
        action=action,
        state=state,
        division=unit,
        actor_id=actor.id,
        actor_name=actor.name,
        reason=reason,
        at=now,
        visible_to=seen_by,
    )


def scheme_actions(actor: Actor, row: AssessmentScheme) -> list[str]:
    """What this caller may do with the scheme now."""
    return [
        each.value
        for each in life.SCHEME_TRANSITIONS[row.state]
        if may(actor, _scheme_right(each), division=row.division)
    ]


def _scheme_right(step: SchemeStep) -> str:
    return "assessment.publish" if step is SchemeStep.PUBLISH else "assessment.set_up"


def actions(actor: Actor, file: AssessmentFile, *, now: datetime) -> list[str]:
    """The legal next steps this caller may take."""
    legal = life.TRANSITIONS[file.assessment.state]
    return [each.value for each in legal if _may_take(actor, file, each, now=now)]


def _may_take(actor: Actor, file: AssessmentFile, step: Step, *, now: datetime) -> bool:
    match step:
        case Step.AGREE | Step.OBJECT:
            own = [
                each for each in file.scheme.units if may(actor, "assessment.answer", division=each)
            ]
            if step is Step.OBJECT:
                return bool(own) and may_object(file.assessment, now=now)
            return not file.agreed.issuperset(own)
        case _ if not may(actor, _RIGHTS[step], division=file.assessment.division):
            return False
        case Step.DECIDE | Step.CONFIRM:
            waits = ObjectionState.FILED if step is Step.DECIDE else ObjectionState.PROPOSED
            return any(
                each.state is waits and not had_a_hand(actor, file.assessment, each)
                for each in file.objections
            )
        case Step.PUBLISH:
            return heard(file, now=now)
        case _:
            return True


def may_object(row: Assessment, *, now: datetime) -> bool:
    """Whether the time to object runs."""
    return row.objections_due_at is not None and now < row.objections_due_at


def heard(file: AssessmentFile, *, now: datetime) -> bool:
    """Whether every unit agreed or the time is over, and every objection is decided."""
    over = not may_object(file.assessment, now=now) or file.agreed.issuperset(file.scheme.units)
    return file.assessment.state is State.ANNOUNCED and over and not file.undecided


def had_a_hand(actor: Actor, row: Assessment, objection: AssessmentObjection) -> bool:
    """Whether the actor may not take the objection's next step for what it did before."""
    before = row.computed_by if objection.state is ObjectionState.FILED else objection.decided_by
    return actor.id in (before, objection.filed_by)
