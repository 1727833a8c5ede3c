"""What a calendar that moves clocks means for the calls that are planned."""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.callbacks import queries
from services.petitions.callbacks.domain import ClockKind
from shared.clock_rows.projection import Listener, Moved


async def _clocks_moved(session: AsyncSession, moved: Sequence[Moved]) -> Collection[UUID]:
    """A planned call is due when its clock is; answers the petitions whose plan is held."""
    days = {
        each.subject_id: each.due_after for each in moved if each.kind == ClockKind.CALLBACK_DUE
    }
    return await queries.move_plans(session, days) if days else ()


CLOCK_LISTENERS: Final[tuple[Listener, ...]] = (_clocks_moved,)
