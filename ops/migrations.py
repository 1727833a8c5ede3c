"""The schemas' histories, run by alembic in this process: one start instead of four.

alembic keeps its context in a global, so the services are migrated one after the other.
"""

import io
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config

from ops.services import SERVICES

ROOT: Final = Path(__file__).parents[1]


def upgrade(owner_url: str, services: Iterable[str] = SERVICES) -> None:
    """Bring schemas to head. Blocks, and must not be called from a running event loop."""
    for service in services:
        command.upgrade(_config(service, owner_url), "head")


def revise(owner_url: str, service: str, message: str) -> None:
    """Write a migration for what the models declare and the database does not have yet."""
    command.revision(_config(service, owner_url), message, autogenerate=True)


def sql(service: str) -> str:
    """Every migration of a service as the SQL it would run, for review by machine."""
    text = io.StringIO()
    command.upgrade(_config(service, output=text), "head", sql=True)
    return text.getvalue()


def _config(service: str, url: str = "", output: io.StringIO | None = None) -> Config:
    return Config(
        str(ROOT / "migrations" / "alembic.ini"),
        ini_section=service,
        output_buffer=output,
        attributes={"url": url},
    )
