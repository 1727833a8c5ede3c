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
from services.regions.disputes.models import DisputeStep
from services.regions.groups.models import GroupSkip, GroupStep
from services.regions.meetings.models import MeetingStep
from services.regions.notices.models import NoticeStep
from services.regions.operations.models import (
    FOLLOWERS,
    LookBack,
    OperationStep,
    Participation,
)
from services.regions.plans.models import PlanStep, PlanText
from services.regions.succession.models import DivisionChangeStep
from shared.db import kernel, rls
from shared.succession.open_work import OpenWork

__all__ = ["OPEN_WORK", "SCHEMA", "metadata"]

# Written once and never changed.
KEPT: Final = (
    DivisionChangeStep,
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
    DisputeStep,
    OperationStep,
    LookBack,
    ActivationStep,
)

kernel.declare(RegionsTable.metadata)
for kept in KEPT:
    kernel.freeze(RegionsTable.metadata.tables[f"{SCHEMA}.{kept.__tablename__}"])
# Whose policy looks at who takes part comes after it.
for follower in FOLLOWERS:
    RegionsTable.metadata.tables[f"{SCHEMA}.{follower}"].add_is_dependent_on(
        RegionsTable.metadata.tables[f"{SCHEMA}.{Participation.__tablename__}"]
    )
metadata: Final[MetaData] = rls.protect(RegionsTable.metadata)

_TABLES: Final = {table.name: table for table in metadata.tables.values()}
_RUNNING: Final = "state <> 'closed'"
# Letters between two organs.
_UNDER_WAY: Final = "state NOT IN ('accepted_by_sender', 'withdrawn')"
OPEN_WORK: Final = (
    OpenWork("bureau", _TABLES["bureau"], ("division",)),
    OpenWork("officer", _TABLES["officer"], ("division",), is_open="left_at IS NULL"),
    OpenWork(
        "operation",
        _TABLES["operation"],
        ("lead", "matter"),
        is_open=_RUNNING,
        beside="EXISTS (SELECT FROM participation p"
        " WHERE p.operation_id = t.id AND p.division = $1)",
    ),
    OpenWork(
        "participation",
        _TABLES["participation"],
        ("division",),
        is_open=f"EXISTS (SELECT FROM operation o WHERE o.id = t.operation_id AND o.{_RUNNING})",
    ),
    # Its recorder follows the party it is of.
    OpenWork(
        "finding",
        _TABLES["finding"],
        ("place",),
        is_open="handover_id IS NULL AND EXISTS"
        f" (SELECT FROM operation o WHERE o.id = t.operation_id AND o.{_RUNNING})",
    ),
    OpenWork(
        "border_notice",
        _TABLES["border_notice"],
        ("division", "matter"),
        is_open=_RUNNING,
        beside="EXISTS (SELECT FROM border_notice_party p"
        " WHERE p.notice_id = t.id AND p.division = $1)",
    ),
    OpenWork(
        "border_notice_party",
        _TABLES["border_notice_party"],
        ("division",),
        is_open=f"EXISTS (SELECT FROM border_notice n WHERE n.id = t.notice_id AND n.{_RUNNING})",
    ),
    OpenWork(
        "assistance_request",
        _TABLES["assistance_request"],
        ("sender", "receiver"),
        is_open=_UNDER_WAY,
    ),
    OpenWork("handover", _TABLES["handover"], ("sender", "receiver", "matter"), is_open=_UNDER_WAY),
    OpenWork(
        "jurisdiction_dispute",
        _TABLES["jurisdiction_dispute"],
        ("opened_by", "competent", "document_names", "recorded_by", "matter"),
        is_open=_RUNNING,
        beside="EXISTS (SELECT FROM dispute_party p WHERE p.dispute_id = t.id AND p.division = $1)",
    ),
    OpenWork(
        "dispute_party",
        _TABLES["dispute_party"],
        ("division", "agrees_on"),
        is_open="EXISTS (SELECT FROM jurisdiction_dispute d"
        f" WHERE d.id = t.dispute_id AND d.{_RUNNING})",
    ),
    OpenWork(
        "preservation",
        _TABLES["preservation"],
        ("holder",),
        is_open="ended_at IS NULL",
    ),
)
