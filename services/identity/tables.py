"""All tables of this service, each with its policy."""

from typing import Final

from sqlalchemy import MetaData

import services.identity.accounts.models
import services.identity.clients.models
import services.identity.grants.models
import services.identity.keys.models
import services.identity.sessions.models  # noqa: F401  importing declares the tables
from services.identity.base import SCHEMA, IdentityTable
from shared.db import kernel, rls

__all__ = ["SCHEMA", "metadata"]

kernel.declare(IdentityTable.metadata)
metadata: Final[MetaData] = rls.protect(IdentityTable.metadata)
