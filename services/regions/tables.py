"""All tables of this service, each with its policy."""

from typing import Final

from sqlalchemy import MetaData

import services.regions.bureaus.models
import services.regions.divisions.models
import services.regions.helpers.models
import services.regions.officers.models  # noqa: F401  importing declares the tables
from services.regions.activations.models import ActivationStep
from services.regions.agreements.models import AgreementSkip, AgreementStep, AgreementText
from services.regions.assistance.models import AssistanceStep
from services.regions.base import SCHEMA, RegionsTable
from services.regions.calendars.models import PublishedYear
from services.regions.groups.models import GroupSkip, GroupStep
from services.regions.meetings.models import MeetingStep
from services.regions.notices.models import NoticeStep
from services.regions.operations.models import OperationStep
from services.regions.plans.models import PlanStep, PlanText
from shared.db import kernel, rls

__all__ = ["SCHEMA", "metadata"]

# Written once and never changed.
KEPT: Final = (
    PublishedYear,
    AgreementSkip,
    AgreementStep,
    AgreementText,
    PlanStep,
    PlanText,
    GroupSkip,
    GroupStep,
    MeetingStep,
    NoticeStep,
    AssistanceStep,
    OperationStep,
    ActivationStep,
)

kernel.declare(RegionsTable.metadata)
for kept in KEPT:
    kernel.freeze(RegionsTable.metadata.tables[f"{SCHEMA}.{kept.__tablename__}"])
metadata: Final[MetaData] = rls.protect(RegionsTable.metadata)
