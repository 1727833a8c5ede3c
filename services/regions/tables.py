"""All tables of this service, each with its policy."""

from typing import Final

from sqlalchemy import MetaData

import services.regions.bureaus.models
import services.regions.divisions.models
import services.regions.officers.models  # noqa: F401  importing declares the tables
from services.regions.assistance.models import AssistanceStep
from services.regions.base import SCHEMA, RegionsTable
from services.regions.calendars.models import PublishedYear
from services.regions.operations.models import (
    FOLLOWERS,
    LookBack,
    OperationStep,
    Participation,
)
from shared.db import kernel, rls

__all__ = ["SCHEMA", "metadata"]

kernel.declare(RegionsTable.metadata)
for kept in (PublishedYear, OperationStep, AssistanceStep, LookBack):
    kernel.freeze(RegionsTable.metadata.tables[f"{SCHEMA}.{kept.__tablename__}"])
# Whose policy looks at who takes part comes after it.
for follower in FOLLOWERS:
    RegionsTable.metadata.tables[f"{SCHEMA}.{follower}"].add_is_dependent_on(
        RegionsTable.metadata.tables[f"{SCHEMA}.{Participation.__tablename__}"]
    )
metadata: Final[MetaData] = rls.protect(RegionsTable.metadata)
