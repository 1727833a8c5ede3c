"""Every SELECT on signing keys."""

from collections.abc import Sequence

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.keys.models import SigningKey


async def keys(session: AsyncSession) -> Sequence[SigningKey]:
    """All keys in the order in which they began or will begin to sign."""
    return (await session.exec(select(SigningKey).order_by(col(SigningKey.signs_from)))).all()


async def be_alone(session: AsyncSession) -> None:
    """Wait for another process that makes a key, and keep others waiting."""
    await session.exec(select(func.pg_advisory_xact_lock(func.hashtext("identity.signing_key"))))
