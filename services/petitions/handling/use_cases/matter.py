"""The other items on a petition's matter, as a clerk confirmed them."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.handling.domain.acceptance import Related
from services.petitions.intake.models import Petition
from services.petitions.profiles.domain import ClockKind
from services.petitions.repeats import queries as repeats
from shared.clock_rows.rows import ClockRow, ClockState, clocks_of
from shared.db.session import beyond_scope


async def others_on_the_matter(
    session: AsyncSession, petition: Petition, *, now: datetime
) -> list[Related]:
    """Every confirmed item, wherever it is: finality binds whoever may not see it, too."""
    async with beyond_scope(session):
        root = await repeats.root_of(session, petition.id)
        found = [each for each in await repeats.matter(session, root) if each.id != petition.id]
        clocks = await clocks_of(session, [each.id for each in found])
    return [
        Related(
            id=each.id,
            number=each.number,
            state=each.state,
            holder=each.holder,
            in_time=_in_time([clock for clock in clocks if clock.subject_id == each.id], now),
        )
        for each in found
    ]


def _in_time(clocks: Sequence[ClockRow], now: datetime) -> bool:
    """Unless the time to close ran out; where none runs, nothing can be late."""
    for clock in clocks:
        if clock.kind != ClockKind.CLOSING:
            continue
        past = clock.due_at is not None and now >= clock.due_at
        if clock.state is ClockState.MISSED or (clock.state is ClockState.RUNNING and past):
            return False
    return True
