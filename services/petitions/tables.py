"""Every table of the service, for migrations and tests."""

from sqlalchemy import Index, text

from services.petitions.base import SCHEMA, PetitionsTable
from services.petitions.callbacks import models as _callbacks  # noqa: F401 -- declares its tables
from services.petitions.follow import models as _follow  # noqa: F401 -- declares its tables
from services.petitions.handling import models as _handling  # noqa: F401 -- declares its tables
from services.petitions.imports import models as _imports  # noqa: F401 -- declares its tables
from services.petitions.intake import models as _intake  # noqa: F401 -- declares its tables
from services.petitions.letters import models as _letters  # noqa: F401 -- declares its tables
from services.petitions.oversight.models import SpotCheck, SpotCheckSample
from services.petitions.profiles import models as _profiles  # noqa: F401 -- declares its tables
from services.petitions.repeats import models as _repeats  # noqa: F401 -- declares its tables
from services.petitions.reports.models import Report, ReportItem, ReportPart
from services.petitions.reviews import models as _reviews  # noqa: F401 -- declares its tables
from services.petitions.through_train import models as _train  # noqa: F401 -- declares its tables
from services.petitions.vault import models as _vault  # noqa: F401 -- declares its tables
from shared.db import kernel, rls

__all__ = ["SCHEMA", "metadata"]

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
