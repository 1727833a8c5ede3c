"""All tables of this service, each with its policy."""

from typing import Final

from sqlalchemy import MetaData

import services.tasks.dispatch.models
import services.tasks.enterprises.models.imports
import services.tasks.enterprises.models.positive_lists
import services.tasks.evidence.models
import services.tasks.inspections.models
import services.tasks.problems.models.look_backs  # noqa: F401  importing declares the tables
from services.tasks.base import SCHEMA, TasksTable
from services.tasks.enterprises.models.registry import EnterpriseChange, EnterpriseGrade
from services.tasks.enterprises.models.visits import EnterpriseVisitStep
from services.tasks.problems.models.five_steps import NamedOffice, ProblemPublication, ToldList
from services.tasks.problems.models.problems import ProblemAcceptance
from shared.db import kernel, rls
from shared.succession.open_work import OpenWork

__all__ = ["OPEN_WORK", "SCHEMA", "metadata"]

# Written once and never changed.
KEPT: Final = (
    EnterpriseChange,
    EnterpriseGrade,
    EnterpriseVisitStep,
    ToldList,
    NamedOffice,
    ProblemAcceptance,
    ProblemPublication,
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
        is_open="state <> 'finished'",
    ),
    OpenWork(
        "problem",
        _TABLES["problem"],
        ("division", "parties", "raised_to"),
        is_open="state <> 'closed'",
    ),
    OpenWork(
        "problem_listing", _TABLES["problem_listing"], ("division",), is_open="state <> 'filed'"
    ),
    OpenWork(
        "service_demand",
        _TABLES["service_demand"],
        ("division", "parties"),
        is_open="state IN ('stated', 'serving')",
    ),
    OpenWork("look_back", _TABLES["look_back"], ("division",), is_open="state <> 'done'"),
)
