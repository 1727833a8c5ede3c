"""Every table of the service, for migrations and tests."""

from typing import Final

from sqlalchemy import Index, text

from services.petitions.base import SCHEMA, PetitionsTable
from services.petitions.callbacks import models as _callbacks  # noqa: F401 -- declares its tables
from services.petitions.follow import models as _follow  # noqa: F401 -- declares its tables
from services.petitions.handling import models as _handling  # noqa: F401 -- declares its tables
from services.petitions.imports import models as _imports  # noqa: F401 -- declares its tables
from services.petitions.intake import models as _intake  # noqa: F401 -- declares its tables
from services.petitions.intake.queries import keep_parts_of
from services.petitions.letters import models as _letters  # noqa: F401 -- declares its tables
from services.petitions.oversight.models import SpotCheck, SpotCheckSample
from services.petitions.profiles import models as _profiles  # noqa: F401 -- declares its tables
from services.petitions.repeats import models as _repeats  # noqa: F401 -- declares its tables
from services.petitions.reports.models import Report, ReportItem, ReportPart
from services.petitions.reviews import models as _reviews  # noqa: F401 -- declares its tables
from services.petitions.through_train import models as _train  # noqa: F401 -- declares its tables
from services.petitions.vault import models as _vault  # noqa: F401 -- declares its tables
from shared.db import kernel, rls
from shared.succession.open_work import OpenWork

__all__ = ["OPEN_WORK", "SCHEMA", "metadata"]

metadata = PetitionsTable.metadata
kernel.declare(metadata)
# What ran out in a period; clocks lie in the order in which they were started, near enough.
Index(
    "ix_clock_due_at",
    metadata.tables[f"{SCHEMA}.clock"].c.due_at,
    postgresql_using="brin",
)
# Rights of the petitioner that time ends: few among all clocks that run.
Index(
    "ix_clock_lapsing",
    metadata.tables[f"{SCHEMA}.clock"].c.due_at,
    postgresql_where=text("state = 'running' AND kind IN ('review_request', 're_review_request')"),
)
for issued in (Report, ReportItem, ReportPart, SpotCheck, SpotCheckSample):
    kernel.freeze(metadata.tables[f"{SCHEMA}.{issued.__tablename__}"])
rls.protect(metadata)

_TABLES: Final = {table.name: table for table in metadata.tables.values()}
OPEN_WORK: Final = (
    OpenWork(
        "petition",
        _TABLES["petition"],
        ("office", "holder", "county", "divisions", "concerned", "shares"),
        is_open="closed_at IS NULL",
        after=keep_parts_of,
    ),
    OpenWork("petition_draft", _TABLES["petition_draft"], ("office",)),
    OpenWork(
        "upward_report",
        _TABLES["upward_report"],
        ("superior",),
        is_open="acknowledged_at IS NULL",
    ),
    OpenWork(
        "competence_question",
        _TABLES["competence_question"],
        ("bodies", "decider", "proposed"),
        is_open="state <> 'settled'",
    ),
    OpenWork(
        "supervision_order",
        _TABLES["supervision_order"],
        ("division", "unit"),
        is_open="ended_at IS NULL",
    ),
    OpenWork("supervisor_call", _TABLES["supervisor_call"], ("division",), is_open="came IS NULL"),
    OpenWork("review", _TABLES["review"], ("organ",), is_open="decided_at IS NULL"),
    OpenWork(
        "escalation",
        _TABLES["escalation"],
        ("county", "divisions"),
        is_open="state <> 'resolved'",
        cities={"city": "county"},
    ),
    OpenWork("working_group", _TABLES["working_group"], ("city",)),
    OpenWork(
        "working_group_member",
        _TABLES["working_group_member"],
        ("division",),
        is_open="left_at IS NULL",
    ),
    OpenWork(
        "letter_batch",
        _TABLES["letter_batch"],
        ("division",),
        is_open="EXISTS (SELECT FROM inspection_letter l"
        " WHERE l.batch_id = t.id AND l.state <> 'closed')",
    ),
    OpenWork(
        "inspection_letter",
        _TABLES["inspection_letter"],
        ("county", "shares"),
        is_open="state <> 'closed'",
    ),
)
