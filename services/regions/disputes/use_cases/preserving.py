"""Evidence stays preserved until it is known who decides."""

from datetime import datetime
from uuid import UUID

from services.regions.disputes.domain import (
    DECIDED,
    BadDispute,
    DisputeState,
    IllegalDisputeStep,
    PreservationEnded,
    StillPreserved,
)
from services.regions.disputes.models import JurisdictionDispute, Preservation
from services.regions.disputes.use_cases.record import (
    END_PRESERVATION,
    PRESERVE,
    DisputeAct,
    lock,
)
from shared.auth.policy import require
from shared.errors import NotFound
from shared.ids import uuid7


async def preserve(
    act: DisputeAct, *, holder: str, what: str, measure: str, started_at: datetime
) -> JurisdictionDispute:
    """Whoever holds evidence keeps it safe and says since when."""
    file = await act.open("dispute.preserve", holder)
    if file.dispute.state is DisputeState.CLOSED:
        raise IllegalDisputeStep(state=file.dispute.state.value, action=PRESERVE)
    if started_at > act.now:
        raise BadDispute(reason="preserved in the future", pointer="/started_at")
    act.session.add(
        Preservation(
            id=uuid7(),
            dispute_id=file.dispute.id,
            holder=holder,
            what=what,
            measure=measure,
            started_at=started_at,
            visible_to=file.dispute.visible_to,
        )
    )
    return await act.note(file, PRESERVE, reason=f"{holder}: {what}; {measure}")


async def end_preservation(
    act: DisputeAct, preservation_id: UUID, *, reason: str
) -> JurisdictionDispute:
    """Let go what was kept, by who holds it: not before it is known who decides."""
    file = await lock(act.session, act.dispute_id)
    kept = next((each for each in file.preserved if each.id == preservation_id), None)
    if kept is None:
        raise NotFound(what="preservation")
    require(act.actor, "dispute.preserve", division=kept.holder)
    file.dispute.require_version(act.expected_version)
    if file.dispute.state not in DECIDED:
        raise StillPreserved
    if kept.ended_at is not None:
        raise PreservationEnded
    kept.ended_at = act.now
    return await act.note(file, END_PRESERVATION, reason=f"{kept.holder}: {reason}")
