"""All tables of this service, each with its policy."""

from typing import Final

from sqlalchemy import MetaData

import services.regions.bureaus.models
import services.regions.calendars.models
import services.regions.divisions.models
import services.regions.officers.models
import services.regions.operations.models  # noqa: F401  importing declares the tables
from services.regions.base import SCHEMA, RegionsTable
from shared.db import kernel, rls

__all__ = ["SCHEMA", "metadata"]

kernel.declare(RegionsTable.metadata)
metadata: Final[MetaData] = rls.protect(RegionsTable.metadata)
