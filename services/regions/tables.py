"""All tables of this service, each with its policy."""

from typing import Final

from sqlalchemy import MetaData

import services.regions.bureaus.models
import services.regions.divisions.models
import services.regions.grid.models.people
import services.regions.helpers.models.engaged
import services.regions.officers.models  # noqa: F401  importing declares the tables
from services.regions.activations.models import ActivationStep
from services.regions.agreements.models import AgreementSkip, AgreementStep, AgreementText
from services.regions.assessment.models import (
    AssessmentDelivery,
    AssessmentEvent,
    AssessmentResult,
    AssessmentStep,
)
from services.regions.assistance.models import AssistanceStep
from services.regions.base import SCHEMA, RegionsTable
from services.regions.calendars.models import PublishedYear
from services.regions.consultations.models import ConsultationDissent, ConsultationStep
from services.regions.disputes.models import DisputeStep
from services.regions.duty.models.incidents import DispatchOrder, Incident, IncidentStep
from services.regions.duty.models.rosters import DutyStep
from services.regions.exchanges.models import ExchangeStep, TrainingStep
from services.regions.file_reviews.models import FileReviewDraw, FileReviewStep
from services.regions.grid.models.practice import GridStep, GridVisit
from services.regions.groups.models import GroupSkip, GroupStep
from services.regions.helpers.models.taking_part import SupervisorActivity
from services.regions.meetings.models import MeetingStep
from services.regions.notices.models import NoticeStep
from services.regions.operations.models import (
    FOLLOWERS,
    LookBack,
    OperationStep,
    Participation,
)
from services.regions.plans.models import PlanStep, PlanText
from services.regions.rota.models import RotaStep
from services.regions.succession.models import DivisionChangeStep
from services.regions.unit_audits.models import UnitAuditReferral, UnitAuditStep
from services.regions.unit_audits.queries import keep_work_of
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
    AssessmentEvent,
    AssessmentResult,
    AssessmentDelivery,
    AssessmentStep,
    ConsultationDissent,
    ConsultationStep,
    UnitAuditReferral,
    UnitAuditStep,
    ExchangeStep,
    TrainingStep,
    GridStep,
    GridVisit,
    FileReviewDraw,
    FileReviewStep,
    SupervisorActivity,
    RotaStep,
    DutyStep,
    IncidentStep,
)

kernel.declare(RegionsTable.metadata)
for kept in KEPT:
    kernel.freeze(RegionsTable.metadata.tables[f"{SCHEMA}.{kept.__tablename__}"])
# Whose policy looks at who takes part comes after it.
for follower in FOLLOWERS:
    RegionsTable.metadata.tables[f"{SCHEMA}.{follower}"].add_is_dependent_on(
        RegionsTable.metadata.tables[f"{SCHEMA}.{Participation.__tablename__}"]
    )
for later, earlier in (
    (DispatchOrder, Incident),
    (IncidentStep, Incident),
    (IncidentStep, DispatchOrder),
):
    RegionsTable.metadata.tables[f"{SCHEMA}.{later.__tablename__}"].add_is_dependent_on(
        RegionsTable.metadata.tables[f"{SCHEMA}.{earlier.__tablename__}"]
    )
metadata: Final[MetaData] = rls.protect(RegionsTable.metadata)

_TABLES: Final = {table.name: table for table in metadata.tables.values()}


def _parent(
    table: str,
    *columns: str,
    is_open: str,
    party: tuple[str, str] | None = None,
) -> OpenWork:
    """What has parties in rows of their own: `party` is their table and its reference."""
    beside = None
    if party is not None:
        name, reference = party
        beside = f"EXISTS (SELECT FROM {name} p WHERE p.{reference} = t.id AND p.division = $1)"
    return OpenWork(table, _TABLES[table], columns, is_open=is_open, beside=beside)


def _within(
    table: str, *columns: str, of: str, by: str, is_open: str, besides: str = "true"
) -> OpenWork:
    """What follows as long as the row it is part of is open."""
    parent = f"EXISTS (SELECT FROM {of} whole WHERE whole.id = t.{by} AND whole.{is_open})"
    return OpenWork(table, _TABLES[table], columns, is_open=f"{besides} AND {parent}")


_RUNNING: Final = "state <> 'closed'"
_OPERATION_OPEN: Final = "state NOT IN ('closed', 'called_off')"
_IN_TALKS_OR_FORCE: Final = "state NOT IN ('expired', 'terminated', 'renewed')"
_NOT_ENDED: Final = "state <> 'ended'"
_LETTER_OPEN: Final = "state NOT IN ('accepted_by_sender', 'withdrawn')"
_MEETING_OPEN: Final = "state IN ('convened', 'minuted')"
_CONSULTATION_OPEN: Final = "state IN ('convened', 'held')"
_REVIEW_OPEN: Final = "state NOT IN ('closed', 'cancelled')"
_STANDS: Final = "ended_at IS NULL"
_EXCHANGE_OPEN: Final = "state NOT IN ('reported', 'declined', 'called_off')"
_TRAINING_OPEN: Final = "state IN ('convened', 'held')"
_GRID_OPEN: Final = "next_id IS NULL"
_DUTY_KEPT: Final = "state IN ('draft', 'published')"
_INCIDENT_OPEN: Final = "state NOT IN ('closed', 'merged')"
# What was said for a division stays in the history; the row it was said in goes on with its word.
OPEN_WORK: Final = (
    OpenWork("bureau", _TABLES["bureau"], ("division",)),
    OpenWork("officer", _TABLES["officer"], ("division",), is_open="left_at IS NULL"),
    OpenWork("equipment", _TABLES["equipment"], ("division",), is_open="status <> 'retired'"),
    OpenWork("expert", _TABLES["expert"], ("division",), is_open=_STANDS),
    OpenWork("help_team", _TABLES["help_team"], ("division", "service_area"), is_open=_STANDS),
    OpenWork(
        "environmental_supervisor",
        _TABLES["environmental_supervisor"],
        ("division",),
        is_open=_STANDS,
    ),
    _parent(
        "border_notice",
        "division",
        "matter",
        is_open=_RUNNING,
        party=("border_notice_party", "notice_id"),
    ),
    _within(
        "border_notice_party", "division", of="border_notice", by="notice_id", is_open=_RUNNING
    ),
    _parent(
        "agreement",
        "drafter",
        "rotation_order",
        is_open=_IN_TALKS_OR_FORCE,
        party=("agreement_party", "agreement_id"),
    ),
    _within(
        "agreement_party", "division", of="agreement", by="agreement_id", is_open=_IN_TALKS_OR_FORCE
    ),
    _parent("plan", "lead", is_open=_RUNNING, party=("plan_party", "plan_id")),
    _within("plan_party", "division", of="plan", by="plan_id", is_open=_RUNNING),
    OpenWork(
        "plan_item", _TABLES["plan_item"], ("responsible", "places"), is_open="state = 'open'"
    ),
    _parent(
        "joint_group",
        "drafter",
        "lead",
        "rotation",
        is_open=_NOT_ENDED,
        party=("group_member", "group_id"),
    ),
    _within(
        "group_member",
        "division",
        of="joint_group",
        by="group_id",
        is_open=_NOT_ENDED,
        besides="status IN ('invited', 'taking_part')",
    ),
    _within("group_liaison", "division", of="joint_group", by="group_id", is_open=_NOT_ENDED),
    OpenWork(
        "group_handover",
        _TABLES["group_handover"],
        ("from_division", "to_division"),
        is_open="taken_at IS NULL",
    ),
    _parent("meeting", "host", is_open=_MEETING_OPEN, party=("meeting_party", "meeting_id")),
    _within("meeting_party", "division", of="meeting", by="meeting_id", is_open=_MEETING_OPEN),
    OpenWork("meeting_item", _TABLES["meeting_item"], ("responsible",), is_open="state = 'open'"),
    OpenWork(
        "assistance_request",
        _TABLES["assistance_request"],
        ("sender", "receiver", "escalated_to"),
        is_open=_LETTER_OPEN,
    ),
    OpenWork(
        "handover",
        _TABLES["handover"],
        ("sender", "receiver", "escalated_to", "matter"),
        is_open=_LETTER_OPEN,
    ),
    _parent(
        "jurisdiction_dispute",
        "opened_by",
        "competent",
        "document_names",
        "recorded_by",
        "matter",
        is_open=_RUNNING,
        party=("dispute_party", "dispute_id"),
    ),
    _within(
        "dispute_party",
        "division",
        "agrees_on",
        of="jurisdiction_dispute",
        by="dispute_id",
        is_open=_RUNNING,
    ),
    OpenWork("preservation", _TABLES["preservation"], ("holder",), is_open=_STANDS),
    _parent(
        "operation",
        "lead",
        "matter",
        is_open=_OPERATION_OPEN,
        party=("participation", "operation_id"),
    ),
    # A finding's recorder follows the party it is of.
    _within(
        "participation", "division", of="operation", by="operation_id", is_open=_OPERATION_OPEN
    ),
    _within("operation_team", "place", of="operation", by="operation_id", is_open=_OPERATION_OPEN),
    _within(
        "operation_officer",
        "party",
        "division",
        of="operation",
        by="operation_id",
        is_open=_OPERATION_OPEN,
    ),
    _within(
        "finding",
        "place",
        of="operation",
        by="operation_id",
        is_open=_OPERATION_OPEN,
        besides="handover_id IS NULL",
    ),
    _parent(
        "emergency_protocol",
        "proposer",
        is_open=_NOT_ENDED,
        party=("emergency_protocol_party", "protocol_id"),
    ),
    _within(
        "emergency_protocol_party",
        "division",
        of="emergency_protocol",
        by="protocol_id",
        is_open=_NOT_ENDED,
    ),
    _parent(
        "activation",
        "caller",
        "matter",
        is_open=_RUNNING,
        party=("activation_reply", "activation_id"),
    ),
    _within("activation_reply", "division", of="activation", by="activation_id", is_open=_RUNNING),
    # Rules of a year that is not over; what was counted keeps the codes it was counted under.
    OpenWork(
        "assessment_scheme",
        _TABLES["assessment_scheme"],
        ("division", "units"),
        is_open="state IN ('draft', 'published')",
    ),
    OpenWork(
        "assessment",
        _TABLES["assessment"],
        ("division",),
        is_open="state IN ('computed', 'announced')",
    ),
    OpenWork(
        "assessment_objection",
        _TABLES["assessment_objection"],
        ("division",),
        is_open="state IN ('filed', 'proposed')",
    ),
    _parent(
        "consultation",
        "convener",
        is_open=_CONSULTATION_OPEN,
        party=("consultation_invitee", "consultation_id"),
    ),
    _within(
        "consultation_problem",
        "matter",
        of="consultation",
        by="consultation_id",
        is_open=_CONSULTATION_OPEN,
    ),
    _within(
        "consultation_invitee",
        "division",
        of="consultation",
        by="consultation_id",
        is_open=_CONSULTATION_OPEN,
    ),
    OpenWork(
        "consultation_measure",
        _TABLES["consultation_measure"],
        ("responsible",),
        is_open="state NOT IN ('done', 'dropped')",
    ),
    OpenWork(
        "unit_audit",
        _TABLES["unit_audit"],
        ("orderer", "audited"),
        is_open=_OPERATION_OPEN,
        after=keep_work_of,
    ),
    _within(
        "unit_auditor", "division", of="unit_audit", by="unit_audit_id", is_open=_OPERATION_OPEN
    ),
    _parent(
        "staff_exchange",
        "proposer",
        "partner",
        "extension_by",
        is_open=_EXCHANGE_OPEN,
        party=("staff_exchange_party", "exchange_id"),
    ),
    _within(
        "staff_exchange_party",
        "division",
        of="staff_exchange",
        by="exchange_id",
        is_open=_EXCHANGE_OPEN,
    ),
    # The grant at a host that ended moves by itself, in identity.
    _within(
        "staff_exchange_guest",
        "home",
        "host",
        of="staff_exchange",
        by="exchange_id",
        is_open=_EXCHANGE_OPEN,
    ),
    _parent(
        "training", "convener", is_open=_TRAINING_OPEN, party=("training_party", "training_id")
    ),
    _within("training_party", "division", of="training", by="training_id", is_open=_TRAINING_OPEN),
    # Who confirms it is the bureau above the successor; what was confirmed is history.
    OpenWork("honour", _TABLES["honour"], ("division",), is_open="state = 'recorded'"),
    # A grid goes on in the county that takes over, until it draws its own.
    OpenWork("grid_area", _TABLES["grid_area"], ("division",), is_open="retired_at IS NULL"),
    OpenWork("grid_object", _TABLES["grid_object"], ("division",), is_open=_STANDS),
    OpenWork("grid_plan", _TABLES["grid_plan"], ("division",), is_open=_GRID_OPEN),
    _within("grid_cell", "division", of="grid_plan", by="plan_id", is_open=_GRID_OPEN),
    OpenWork("grid_finding", _TABLES["grid_finding"], ("division",), is_open="state <> 'answered'"),
    _parent(
        "file_review",
        "convener",
        is_open=_REVIEW_OPEN,
        party=("file_review_party", "round_id"),
    ),
    _within("file_review_party", "division", of="file_review", by="round_id", is_open=_REVIEW_OPEN),
    _within("file_reviewer", "division", of="file_review", by="round_id", is_open=_REVIEW_OPEN),
    _within("review_file", "division", of="file_review", by="round_id", is_open=_REVIEW_OPEN),
    _within("review_reading", "division", of="file_review", by="round_id", is_open=_REVIEW_OPEN),
    OpenWork("review_fault", _TABLES["review_fault"], ("division",), is_open="remedied_at IS NULL"),
    # Whoever succeeds looks whether the firm keeps its word.
    OpenWork(
        "exchange_day",
        _TABLES["exchange_day"],
        ("division",),
        is_open="EXISTS (SELECT FROM exchange_promise p"
        " WHERE p.exchange_day_id = t.id AND p.state <> 'kept')",
    ),
    OpenWork("rota", _TABLES["rota"], ("division",), is_open=_STANDS),
    OpenWork("rota_unit", _TABLES["rota_unit"], ("division",), is_open="left_at IS NULL"),
    OpenWork(
        "rota_round",
        _TABLES["rota_round"],
        ("division", "place"),
        is_open="state IN ('prepared', 'published')",
    ),
    OpenWork(
        "rota_draw",
        _TABLES["rota_draw"],
        ("division",),
        is_open="state IN ('drawn', 'confirmed')",
    ),
    OpenWork("duty_roster", _TABLES["duty_roster"], ("division",), is_open=_DUTY_KEPT),
    _parent(
        "incident",
        "division",
        "place_division",
        is_open=_INCIDENT_OPEN,
        party=("dispatch_order", "incident_id"),
    ),
    _within(
        "dispatch_order",
        "division",
        "escalated_to",
        of="incident",
        by="incident_id",
        is_open=_INCIDENT_OPEN,
    ),
)
