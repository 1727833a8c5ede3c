"""Reading call-backs."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.callbacks.models import Callback


async def callbacks_of(session: AsyncSession, petition_id: UUID) -> Sequence[Callback]:
    """Every call to the petition's petitioner, oldest first."""
    statement = (
        select(Callback)
        .where(Callback.petition_id == petition_id)
        .order_by(col(Callback.at), col(Callback.id))
    )
    return (await session.exec(statement)).all()
