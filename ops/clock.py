"""Business time of a demo or test stack: one row that every service reads."""

from datetime import datetime

import asyncpg


async def move(owner_url: str, instant: datetime) -> None:
    """Set business time. Services see it with their next question."""
    owner = await asyncpg.connect(owner_url)
    try:
        await owner.execute("UPDATE clock.simulated SET now = $1", instant)
    finally:
        await owner.close()
