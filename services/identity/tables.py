"""All tables of this service, each with its policy."""

from typing import Final

from sqlalchemy import MetaData

import services.identity.accounts.models
import services.identity.clients.models
import services.identity.grants.models
import services.identity.keys.models
import services.identity.sessions.models  # noqa: F401  importing declares the tables
from services.identity.base import SCHEMA, IdentityTable
from services.identity.grants.use_cases.giving import follow_division
from shared.db import kernel, rls
from shared.succession.open_work import OpenWork

__all__ = ["OPEN_WORK", "SCHEMA", "metadata"]

kernel.declare(IdentityTable.metadata)
metadata: Final[MetaData] = rls.protect(IdentityTable.metadata)

_TABLES: Final = {table.name: table for table in metadata.tables.values()}
# Grants first: they are what people work with.
OPEN_WORK: Final = (
    OpenWork(
        "grant",
        _TABLES["role_grant"],
        ("scope",),
        is_open="withdrawn_at IS NULL AND (valid_to IS NULL OR valid_to > clock_timestamp())",
        by_scope=True,
        move=follow_division,
    ),
    OpenWork("account", _TABLES["account"], ("division",)),
    OpenWork("client", _TABLES["client"], ("division",)),
)
