"""All tables of this service, each with its policy."""

from typing import Final

from sqlalchemy import MetaData

import services.tasks.campaigns.models.groups
import services.tasks.campaigns.models.teams
import services.tasks.dispatch.models
import services.tasks.draws.models.library
import services.tasks.enterprises.models.imports
import services.tasks.enterprises.models.positive_lists
import services.tasks.evidence.models
import services.tasks.inspections.models
import services.tasks.inspections.models.forms
import services.tasks.inspections.models.inspections
import services.tasks.inspections.models.recorders
import services.tasks.inspections.models.special
import services.tasks.leads.models.surveys
import services.tasks.orders.models
import services.tasks.problems.models
import services.tasks.problems.models.look_backs  # noqa: F401  importing declares the tables
from services.tasks.base import SCHEMA, TasksTable
from services.tasks.campaigns.models.campaigns import CampaignStep, CheckApproval
from services.tasks.campaigns.models.groups import GroupReading
from services.tasks.dispatch.models import TaskStep
from services.tasks.draws.models.draws import DrawFollowUpSample, DrawnOfficer, DrawStep
from services.tasks.enterprises.models.registry import EnterpriseChange, EnterpriseGrade
from services.tasks.enterprises.models.visits import EnterpriseVisitStep
from services.tasks.inspections.models.forms import (
    InspectionFormSignature,
    InspectionFormVersion,
)
from services.tasks.inspections.models.inspections import InspectionAddition
from services.tasks.inspections.models.recorders import SupervisionNote
from services.tasks.leads.models.leads import LeadStep
from services.tasks.leads.models.surveys import AirAnalysis
from services.tasks.problems.models.five_steps import NamedOffice, ProblemPublication, ToldList
from services.tasks.problems.models.problems import ProblemAcceptance
from shared.db import kernel, rls
from shared.succession.open_work import OpenWork

__all__ = ["OPEN_WORK", "SCHEMA", "metadata"]

# Written once and never changed.
KEPT: Final = (
    AirAnalysis,
    CampaignStep,
    CheckApproval,
    DrawFollowUpSample,
    DrawStep,
    DrawnOfficer,
    EnterpriseChange,
    EnterpriseGrade,
    EnterpriseVisitStep,
    GroupReading,
    InspectionAddition,
    InspectionFormSignature,
    InspectionFormVersion,
    LeadStep,
    NamedOffice,
    ProblemAcceptance,
    ProblemPublication,
    SupervisionNote,
    TaskStep,
    ToldList,
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
    OpenWork("draw_item", _TABLES["draw_item"], ("division",), is_open="withdrawn_at IS NULL"),
    OpenWork("draw_plan", _TABLES["draw_plan"], ("division", "bodies"), is_open="ended_at IS NULL"),
    # The drawn list follows as it is: marks of people are no division's.
    OpenWork(
        "draw",
        _TABLES["draw"],
        ("division",),
        is_open="state IN ('committed', 'frozen', 'revealed', 'staffed') AND opened_at IS NULL",
    ),
    OpenWork(
        "drawn_object",
        _TABLES["drawn_object"],
        ("division", "sent_up_to"),
        is_open="state <> 'checked' OR (decision IS NOT NULL AND published_at IS NULL)",
    ),
    OpenWork("draw_follow_up", _TABLES["draw_follow_up"], ("division",), is_open="done_at IS NULL"),
    OpenWork(
        "campaign",
        _TABLES["campaign"],
        ("division", "parties"),
        is_open="state NOT IN ('closed', 'called_off')",
    ),
    OpenWork(
        "campaign_team",
        _TABLES["campaign_team"],
        ("home_divisions", "works_in"),
        is_open="disbanded_on IS NULL",
    ),
    OpenWork(
        "campaign_team_member",
        _TABLES["campaign_team_member"],
        ("division",),
        is_open="left_on IS NULL",
    ),
    OpenWork(
        "campaign_target", _TABLES["campaign_target"], ("division",), is_open="removed_on IS NULL"
    ),
    OpenWork(
        "campaign_group_duty",
        _TABLES["campaign_group_duty"],
        ("division",),
        is_open="done_at IS NULL",
    ),
    OpenWork(
        "campaign_group_question",
        _TABLES["campaign_group_question"],
        ("division",),
        is_open="answered_at IS NULL",
    ),
    # Who received it once stays who may know its source; a merged lead goes with its matter.
    OpenWork(
        "lead",
        _TABLES["lead"],
        ("division", "parties", "place", "assigned_to", "received_by"),
        is_open="state <> 'closed'",
    ),
    OpenWork(
        "survey_request",
        _TABLES["survey_request"],
        ("division", "asked_of"),
        is_open="state = 'requested'",
    ),
    OpenWork(
        "task",
        _TABLES["task"],
        ("division", "parties", "place", "lent_by", "raised_to"),
        is_open="state NOT IN ('completed', 'withdrawn')",
    ),
    OpenWork("task_order", _TABLES["task_order"], ("division",), is_open="state = 'sending'"),
    OpenWork("task_envelope", _TABLES["task_envelope"], ("matter",), is_open="opened_at IS NULL"),
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
