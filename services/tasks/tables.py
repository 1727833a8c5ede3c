"""All tables of this service, each with its policy."""

from typing import Final

from sqlalchemy import MetaData

import services.tasks.dispatch.models
import services.tasks.enterprises.models.imports
import services.tasks.enterprises.models.positive_lists
import services.tasks.evidence.models
import services.tasks.inspections.models.forms
import services.tasks.inspections.models.inspections
import services.tasks.inspections.models.recorders
import services.tasks.inspections.models.special
import services.tasks.problems.models  # noqa: F401  importing declares the tables
from services.tasks.base import SCHEMA, TasksTable
from services.tasks.enterprises.models.registry import EnterpriseChange, EnterpriseGrade
from services.tasks.enterprises.models.visits import EnterpriseVisitStep
from services.tasks.inspections.models.forms import (
    InspectionFormSignature,
    InspectionFormVersion,
)
from services.tasks.inspections.models.inspections import InspectionAddition
from services.tasks.inspections.models.recorders import SupervisionNote
from shared.db import kernel, rls
from shared.succession.open_work import OpenWork

__all__ = ["OPEN_WORK", "SCHEMA", "metadata"]

# Written once and never changed.
KEPT: Final = (
    EnterpriseChange,
    EnterpriseGrade,
    EnterpriseVisitStep,
    InspectionAddition,
    InspectionFormSignature,
    InspectionFormVersion,
    SupervisionNote,
)

kernel.declare(TasksTable.metadata)
for kept in KEPT:
    kernel.freeze(TasksTable.metadata.tables[f"{SCHEMA}.{kept.__tablename__}"])
metadata: Final[MetaData] = rls.protect(TasksTable.metadata)

_TABLES: Final = {table.name: table for table in metadata.tables.values()}
# Who was in a team or at an inspection stays written down as of then.
OPEN_WORK: Final = (
    # What is closed stays where it was; its lines are seen by whoever sees it.
    OpenWork(
        "enterprise",
        _TABLES["enterprise"],
        ("division",),
        is_open="status IN ('operating', 'suspended')",
    ),
    OpenWork(
        "enterprise_visit",
        _TABLES["enterprise_visit"],
        ("agency_division", "place"),
        is_open="state IN ('planned', 'awaiting_approval')",
    ),
    OpenWork(
        "positive_list", _TABLES["positive_list"], ("division",), is_open="withdrawn_on IS NULL"
    ),
    OpenWork(
        "task",
        _TABLES["task"],
        ("division", "parties", "place"),
        is_open="state NOT IN ('completed', 'withdrawn')",
    ),
    OpenWork(
        "inspection",
        _TABLES["inspection"],
        ("division", "parties"),
        is_open="state = 'under_way'",
    ),
    OpenWork(
        "special_check",
        _TABLES["special_check"],
        ("division", "approving_division", "divisions"),
        is_open="state <> 'ended'",
    ),
    OpenWork(
        "recorder_device",
        _TABLES["recorder_device"],
        ("division",),
        is_open="returned_at IS NULL",
    ),
    OpenWork("problem", _TABLES["problem"], ("division", "parties"), is_open="state <> 'closed'"),
)
