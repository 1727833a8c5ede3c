"""Fills a database with reference and sample data once."""

from pathlib import Path
from typing import Final

import asyncpg

from ops.bootstrap import Databases
from ops.secrets import Secrets

_MARK: Final = "seeded"


async def seed_references_once(databases: Databases) -> None:
    """Load divisions, borders, calendars and legal bases; a repetition changes nothing."""
    from ops.seed_references import seed_references  # noqa: PLC0415 -- as below

    await seed_references(databases.url("regions"))


async def seed_once(databases: Databases, keys: Secrets, principals: Path) -> None:
    """Seed unless it was done to the end before."""
    owner = await asyncpg.connect(databases.owner)
    try:
        mark = await owner.fetchval("SELECT obj_description('identity'::regnamespace)")
        if mark == _MARK:
            return
        # It brings all services' models: not for commands that never seed.
        from ops import seed  # noqa: PLC0415

        await seed.run(databases.as_dict(), keys, principals)
        await owner.execute(f"COMMENT ON SCHEMA identity IS '{_MARK}'")
    finally:
        await owner.close()
