"""The schemas' histories, run by alembic in this process: one start instead of four.

alembic keeps its context in a global, so the services are migrated one after the other.
"""

from collections.abc import Iterable

from alembic import command
from alembic.config import Config

from ops.environment import ROOT
from ops.services import SERVICES


def upgrade(owner_url: str, services: Iterable[str] = SERVICES) -> None:
    """Bring schemas to head. Blocks, and must not be called from a running event loop."""
    for service in services:
        command.upgrade(_config(service, owner_url), "head")


def revise(owner_url: str, service: str, message: str) -> None:
    """Write a migration for what the models declare and the database does not have yet."""
    command.revision(_config(service, owner_url), message, autogenerate=True)


def _config(service: str, url: str) -> Config:
    return Config(
        str(ROOT / "migrations" / "alembic.ini"), ini_section=service, attributes={"url": url}
    )
