"""Writing down what was done, and saying what may be done next."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.consultations import domain, queries
from services.regions.consultations.domain import Action, Answer, MeasureState
from services.regions.consultations.models import (
    Consultation,
    ConsultationMeasure,
    ConsultationStep,
)
from services.regions.consultations.queries import ConsultationFile
from shared import divisions
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.ids import uuid7

MEASURE_CLOCK: Final = "consultation_measure"


async def begin(
    session: AsyncSession,
    actor: Actor,
    consultation_id: UUID,
    action: Action,
    *,
    expected_version: int,
) -> ConsultationFile:
    """The consultation locked, for a step of who convened it; its state is the one after."""
    file = await queries.lock_consultation(session, consultation_id)
    row = file.consultation
    require(actor, "consultation.convene", division=row.convener)
    row.require_version(expected_version)
    row.state = domain.step(row.state, action)
    return file


def seen_by(codes: tuple[str, ...]) -> list[str]:
    """Exactly these divisions: what is consulted on concerns nobody above or below them."""
    return sorted({divisions.scope(each) for each in codes})


async def note(
    session: AsyncSession,
    actor: Actor,
    row: Consultation,
    action: str,
    *,
    about_id: UUID | None = None,
    text: str | None = None,
    now: datetime,
) -> None:
    """Every act is a new version, a line of history and a line in the trace.

    The trace does not repeat what was said: it is read by others than the consultation.
    """
    row.changed_at = now
    flag_modified(row, "changed_at")  # a version even if no time has passed
    session.add(
        ConsultationStep(
            id=uuid7(),
            consultation_id=row.id,
            action=action,
            state=row.state,
            about_id=about_id,
            text=text,
            actor_id=actor.id,
            actor_name=actor.name,
            at=now,
        )
    )
    await session.flush()
    await record(
        session,
        actor,
        f"consultation.{action}",
        object_kind="consultation",
        object_id=row.id,
        now=now,
        seen_by=row.visible_to,
        after={**row.model_dump(mode="json"), "about_id": about_id, "text": text},
    )


def actions(actor: Actor, file: ConsultationFile) -> list[str]:
    """The legal next steps this caller may take."""
    legal = domain.TRANSITIONS[file.consultation.state]
    return [each.value for each in legal if _may_take(actor, file, each)]


def _may_take(actor: Actor, file: ConsultationFile, action: Action) -> bool:
    convenes = may(actor, "consultation.convene", division=file.consultation.convener)
    if action in (Action.ANSWER, Action.DISSENT):
        return convenes or any(
            each.division is not None
            and each.answer is not Answer.DECLINED
            and may(actor, "consultation.answer", division=each.division)
            for each in file.invitees
        )
    return convenes


def measure_actions(actor: Actor, convener: str, measure: ConsultationMeasure) -> list[str]:
    """What this caller may do with a measure now."""
    legal = domain.MEASURES[MeasureState(measure.state)]
    convenes = may(actor, "consultation.convene", division=convener)
    sees_to = may(actor, "consultation.see_to", division=measure.responsible)
    return [
        each.value for each in legal if (sees_to if each in domain.OF_THE_RESPONSIBLE else convenes)
    ]
