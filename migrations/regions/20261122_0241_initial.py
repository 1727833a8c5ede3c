"""Territory, calendar and law, bureaus and officers, joint operations, and what every service has.

Runs beside the release before it: it adds, and what it replaces is dropped by a later one. An
index on a busy table is made concurrently, in an autocommit block.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "52c7ba99b4c6"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_kind", sa.String(length=16), nullable=False),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column(
            "via", postgresql.ARRAY(sa.Text()), nullable=False, comment="services acting on behalf"
        ),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("object_kind", sa.String(length=64), nullable=False),
        sa.Column("object_id", sa.String(length=64), nullable=False),
        sa.Column("before_hash", sa.String(length=64), nullable=True),
        sa.Column("after_hash", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("result", sa.String(length=32), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        schema="regions",
    )
    op.create_index(
        "ix_audit_object",
        "audit",
        ["object_kind", "object_id", "at"],
        unique=False,
        schema="regions",
    )
    op.create_table(
        "border",
        sa.Column("a", sa.String(length=12), nullable=False),
        sa.Column("b", sa.String(length=12), nullable=False),
        sa.Column("km", sa.Float(), nullable=False),
        sa.CheckConstraint("a < b", name=op.f("ck_border_ordered")),
        sa.CheckConstraint("km > 0", name=op.f("ck_border_has_length")),
        sa.PrimaryKeyConstraint("a", "b", name=op.f("pk_border")),
        schema="regions",
    )
    op.create_index("ix_border_b", "border", ["b"], unique=False, schema="regions")
    op.create_table(
        "bureau",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(length=12), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "ecology_bureau",
                "enforcement_corps",
                "petition_office",
                "command_center",
                "government",
                name="bureaukind_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("short_name", sa.String(length=200), nullable=True),
        sa.Column("phone", sa.String(length=64), nullable=True),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bureau")),
        schema="regions",
    )
    op.create_index(
        "ix_bureau_visible_to",
        "bureau",
        ["visible_to"],
        unique=False,
        schema="regions",
        postgresql_using="gin",
    )
    op.create_index(
        "uq_bureau_division_name", "bureau", ["division", "name"], unique=True, schema="regions"
    )
    op.create_table(
        "calendar_year",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("notice", sa.String(length=64), nullable=True),
        sa.Column("days_off", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("make_up", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("ck_calendar_year_version_positive")),
        sa.PrimaryKeyConstraint("year", "version", name=op.f("pk_calendar_year")),
        schema="regions",
    )
    op.create_table(
        "clock",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_kind", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=48), nullable=False),
        sa.Column("term", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("ledger", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "versions",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="calendar years computed with",
        ),
        sa.Column("state", sa.String(length=16), server_default="running", nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("warn_before", sa.Interval(), nullable=False),
        sa.Column("raise_after", sa.Interval(), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "state IN ('running', 'paused', 'met', 'missed', 'dropped')",
            name=op.f("ck_clock_state_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock")),
        schema="regions",
    )
    op.create_index("ix_clock_subject_id", "clock", ["subject_id"], unique=False, schema="regions")
    op.create_index(
        "uq_clock_running",
        "clock",
        ["subject_id", "kind"],
        unique=True,
        schema="regions",
        postgresql_where=sa.text("state IN ('running', 'paused')"),
    )
    op.create_table(
        "database_time",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("latest", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_database_time_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_database_time")),
        schema="regions",
    )
    op.create_table(
        "division",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "province",
                "city",
                "county",
                name="level_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column("parent", sa.String(length=12), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("code"), "="),
            (sa.text("daterange(valid_from, valid_to, '[]')"), "&&"),
            using="gist",
            name="ex_division_one_at_a_time",
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from <= valid_to", name=op.f("ck_division_ordered")
        ),
        sa.PrimaryKeyConstraint("code", "valid_from", name=op.f("pk_division")),
        schema="regions",
    )
    op.create_index("ix_division_parent", "division", ["parent"], unique=False, schema="regions")
    op.create_table(
        "idempotency",
        sa.Column("principal", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("route", sa.String(length=256), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("principal", "key", name=op.f("pk_idempotency")),
        schema="regions",
    )
    op.create_index(
        "ix_idempotency_created_at", "idempotency", ["created_at"], unique=False, schema="regions"
    )
    op.create_table(
        "inbox",
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("topic", sa.String(length=96), nullable=False),
        sa.Column(
            "received_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("source", "event_id", name=op.f("pk_inbox")),
        schema="regions",
    )
    op.create_table(
        "legal_basis",
        sa.Column("law_code", sa.String(length=64), nullable=False),
        sa.Column("article", sa.String(length=32), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("text_date", sa.Date(), nullable=False),
        sa.Column("title_zh", sa.String(length=200), nullable=False),
        sa.Column("title_en", sa.String(length=200), nullable=False),
        sa.Column("subject_zh", sa.String(length=200), nullable=False),
        sa.Column("subject_en", sa.String(length=200), nullable=False),
        sa.Column("superseded_by", sa.String(length=128), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from <= valid_to", name=op.f("ck_legal_basis_ordered")
        ),
        sa.PrimaryKeyConstraint("law_code", "article", "valid_from", name=op.f("pk_legal_basis")),
        schema="regions",
    )
    op.create_index(
        "ix_legal_basis_valid_from", "legal_basis", ["valid_from"], unique=False, schema="regions"
    )
    op.create_table(
        "operation",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "form",
            sa.Enum(
                "comprehensive",
                "daily",
                "emergency",
                "exchange",
                name="form_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("lead", sa.String(length=12), nullable=False),
        sa.Column("matter", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "origin_kind",
            sa.Enum(
                "escalation",
                "operation",
                name="originkind_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=True,
        ),
        sa.Column("origin_id", sa.Uuid(), nullable=True),
        sa.Column("planned_from", sa.Date(), nullable=False),
        sa.Column("planned_to", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "countersign",
                "issued",
                "preparing",
                "running",
                "handing_over",
                "summarised",
                "looked_back",
                "closed",
                name="state_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column(
            "issued_by",
            sa.Enum(
                "consent",
                "common_superior",
                name="issuedby_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=True,
        ),
        sa.Column("issue_reason", sa.Text(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("summarised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("inspections", sa.Integer(), nullable=True),
        sa.Column("problems_found", sa.Integer(), nullable=True),
        sa.Column("problems_closed", sa.Integer(), nullable=True),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drafted_by", sa.Uuid(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "issued_by IS DISTINCT FROM 'common_superior' OR issue_reason IS NOT NULL",
            name=op.f("ck_operation_decision_reasoned"),
        ),
        sa.CheckConstraint(
            "(origin_kind IS NULL) = (origin_id IS NULL)", name=op.f("ck_operation_origin_whole")
        ),
        sa.CheckConstraint(
            "(summarised_at IS NULL) = (summary IS NULL) AND (summarised_at IS NULL) = (inspections IS NULL) AND (summarised_at IS NULL) = (problems_found IS NULL) AND (summarised_at IS NULL) = (problems_closed IS NULL)",
            name=op.f("ck_operation_report_whole"),
        ),
        sa.CheckConstraint(
            "planned_from <= planned_to AND planned_to <= due_on",
            name=op.f("ck_operation_days_ordered"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operation")),
        schema="regions",
    )
    op.create_index(
        "ix_operation_origin_id", "operation", ["origin_id"], unique=False, schema="regions"
    )
    op.create_index(
        "ix_operation_visible_to",
        "operation",
        ["visible_to"],
        unique=False,
        schema="regions",
        postgresql_using="gin",
    )
    op.create_table(
        "outbox_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("topic", sa.String(length=96), nullable=False),
        sa.Column(
            "key",
            sa.String(length=64),
            nullable=False,
            comment="the aggregate: its events stay in order",
        ),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_event")),
        schema="regions",
    )
    op.create_table(
        "rule_setting",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("scope", sa.String(length=12), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", "scope", "valid_from", name=op.f("pk_rule_setting")),
        schema="regions",
    )
    op.create_table(
        "clock_alarm",
        sa.Column("clock_id", sa.Uuid(), nullable=False),
        sa.Column(
            "fires_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="of the next rung; null when all have fired",
        ),
        sa.Column("rung", sa.SmallInteger(), nullable=False, comment="how many rungs have fired"),
        sa.Column("rungs", postgresql.ARRAY(sa.DateTime(timezone=True)), nullable=False),
        sa.ForeignKeyConstraint(
            ["clock_id"],
            ["regions.clock.id"],
            name=op.f("fk_clock_alarm_clock_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("clock_id", name=op.f("pk_clock_alarm")),
        schema="regions",
        postgresql_with={"fillfactor": 80},
    )
    op.create_index(
        "ix_clock_alarm_fires_at", "clock_alarm", ["fires_at"], unique=False, schema="regions"
    )
    op.create_table(
        "clock_rung",
        sa.Column("clock_id", sa.Uuid(), nullable=False),
        sa.Column("rung", sa.SmallInteger(), nullable=False),
        sa.Column("scheduled_for", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fired_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["clock_id"],
            ["regions.clock.id"],
            name=op.f("fk_clock_rung_clock_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("clock_id", "rung", "scheduled_for", name=op.f("pk_clock_rung")),
        schema="regions",
    )
    op.create_table(
        "officer",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(length=12), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["bureau_id"], ["regions.bureau.id"], name=op.f("fk_officer_bureau_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officer")),
        schema="regions",
    )
    op.create_index(
        op.f("ix_officer_bureau_id"), "officer", ["bureau_id"], unique=False, schema="regions"
    )
    op.create_index("ix_officer_division", "officer", ["division"], unique=False, schema="regions")
    op.create_index(
        "ix_officer_visible_to",
        "officer",
        ["visible_to"],
        unique=False,
        schema="regions",
        postgresql_using="gin",
    )
    op.create_index(
        "uq_officer_account_id",
        "officer",
        ["account_id"],
        unique=True,
        schema="regions",
        postgresql_where=sa.text("account_id IS NOT NULL"),
    )
    op.create_table(
        "operation_result",
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("inspections", sa.Integer(), nullable=False),
        sa.Column("problems_found", sa.Integer(), nullable=False),
        sa.Column("problems_closed", sa.Integer(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "inspections >= 0 AND problems_closed >= 0 AND problems_closed <= problems_found",
            name=op.f("ck_operation_result_plausible"),
        ),
        sa.ForeignKeyConstraint(
            ["operation_id"],
            ["regions.operation.id"],
            name=op.f("fk_operation_result_operation_id"),
        ),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_operation_result")),
        schema="regions",
    )
    op.create_index(
        "ix_operation_result_operation_id",
        "operation_result",
        ["operation_id"],
        unique=False,
        schema="regions",
    )
    op.create_table(
        "operation_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "countersign",
                "issued",
                "preparing",
                "running",
                "handing_over",
                "summarised",
                "looked_back",
                "closed",
                name="state_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["operation_id"], ["regions.operation.id"], name=op.f("fk_operation_step_operation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operation_step")),
        schema="regions",
    )
    op.create_index(
        "ix_operation_step_operation_id",
        "operation_step",
        ["operation_id"],
        unique=False,
        schema="regions",
    )
    op.create_table(
        "outbox_delivery",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("destination", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), server_default="pending", nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column(
            "next_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("fence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('pending', 'delivered', 'parked')",
            name=op.f("ck_outbox_delivery_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["regions.outbox_event.id"], name=op.f("fk_outbox_delivery_event_id")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_outbox_delivery")),
        schema="regions",
    )
    op.create_index(
        "ix_outbox_delivery_due",
        "outbox_delivery",
        ["next_at"],
        unique=False,
        schema="regions",
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        "ix_outbox_delivery_event_id",
        "outbox_delivery",
        ["event_id"],
        unique=False,
        schema="regions",
    )
    op.create_index(
        "ix_outbox_delivery_undelivered",
        "outbox_delivery",
        ["destination", "key", "seq"],
        unique=False,
        schema="regions",
        postgresql_where=sa.text("state <> 'delivered'"),
    )
    op.create_table(
        "participation",
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(length=12), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "lead",
                "member",
                name="partyrole_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column(
            "consent",
            sa.Enum(
                "pending",
                "agreed",
                "declined",
                name="consent_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "invited",
                "taking_part",
                "ended",
                name="partystatus_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answer_reason", sa.Text(), nullable=True),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "(consent = 'pending') = (answered_at IS NULL)",
            name=op.f("ck_participation_answered_once_said"),
        ),
        sa.CheckConstraint(
            "consent <> 'declined' OR answer_reason IS NOT NULL",
            name=op.f("ck_participation_reasoned"),
        ),
        sa.ForeignKeyConstraint(
            ["operation_id"], ["regions.operation.id"], name=op.f("fk_participation_operation_id")
        ),
        sa.PrimaryKeyConstraint("operation_id", "division", name=op.f("pk_participation")),
        schema="regions",
    )
    op.create_index(
        "ix_participation_division", "participation", ["division"], unique=False, schema="regions"
    )
    op.create_table(
        "booking",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booked_by", sa.Uuid(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("officer_id"), "="),
            (sa.text("tstzrange(starts_at, ends_at)"), "&&"),
            where=sa.text("released_at IS NULL"),
            using="gist",
            name="ex_booking_one_place_at_a_time",
        ),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_booking_ordered")),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["regions.officer.id"], name=op.f("fk_booking_officer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
        schema="regions",
    )
    op.create_index("ix_booking_task_id", "booking", ["task_id"], unique=False, schema="regions")
    op.create_table(
        "officer_absence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_officer_absence_ordered")),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["regions.officer.id"], name=op.f("fk_officer_absence_officer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officer_absence")),
        schema="regions",
    )
    op.create_index(
        "ix_officer_absence_officer_id",
        "officer_absence",
        ["officer_id", "ends_at"],
        unique=False,
        schema="regions",
    )
    op.create_table(
        "officer_certificate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("number"), "="),
            (sa.column("officer_id"), "<>"),
            using="gist",
            name="ex_officer_certificate_one_holder",
        ),
        postgresql.ExcludeConstraint(
            (sa.column("officer_id"), "="),
            (sa.text("daterange(valid_from, valid_to, '[]')"), "&&"),
            using="gist",
            name="ex_officer_certificate_one_at_a_time",
        ),
        sa.CheckConstraint("valid_from <= valid_to", name=op.f("ck_officer_certificate_ordered")),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["regions.officer.id"], name=op.f("fk_officer_certificate_officer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officer_certificate")),
        schema="regions",
    )
    op.create_table(
        "officer_interest",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("object_name", sa.String(length=200), nullable=True),
        sa.Column("object_code", sa.String(length=64), nullable=True),
        sa.Column("relation", sa.String(length=200), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("declared_by", sa.Uuid(), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "object_name IS NOT NULL OR object_code IS NOT NULL",
            name=op.f("ck_officer_interest_names_object"),
        ),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["regions.officer.id"], name=op.f("fk_officer_interest_officer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officer_interest")),
        schema="regions",
    )
    op.create_index(
        "ix_officer_interest_officer_id",
        "officer_interest",
        ["officer_id"],
        unique=False,
        schema="regions",
    )
    op.execute(
        "CREATE FUNCTION regions.refuse_change() RETURNS trigger LANGUAGE plpgsql AS\n$$ BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is never changed'; END $$"
    )
    op.execute(
        "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON regions.audit\nFOR EACH STATEMENT EXECUTE FUNCTION regions.refuse_change()"
    )
    op.execute("ALTER TABLE regions.audit ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.audit FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.audit USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK ((SELECT current_setting('app.principal', true)) <> '')"
    )
    op.execute("ALTER TABLE regions.border ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.border FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.border USING ((SELECT current_setting('app.principal', true)) <> '') WITH CHECK ((SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE regions.bureau ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.bureau FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.bureau USING ((SELECT current_setting('app.principal', true)) <> '') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute(
        "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON regions.calendar_year\nFOR EACH STATEMENT EXECUTE FUNCTION regions.refuse_change()"
    )
    op.execute("ALTER TABLE regions.calendar_year ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.calendar_year FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.calendar_year USING ((SELECT current_setting('app.principal', true)) <> '') WITH CHECK ((SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE regions.clock ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.clock FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.clock USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE regions.database_time ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.database_time FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.database_time USING ((SELECT current_setting('app.system', true)) = 'on') WITH CHECK ((SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE regions.division ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.division FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.division USING ((SELECT current_setting('app.principal', true)) <> '') WITH CHECK ((SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE regions.idempotency ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.idempotency FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.idempotency USING (principal = (SELECT current_setting('app.principal', true)) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (principal = (SELECT current_setting('app.principal', true)))"
    )
    op.execute("ALTER TABLE regions.inbox ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.inbox FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.inbox USING ((SELECT current_setting('app.system', true)) = 'on') WITH CHECK ((SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE regions.legal_basis ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.legal_basis FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.legal_basis USING ((SELECT current_setting('app.principal', true)) <> '') WITH CHECK ((SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE regions.operation ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.operation FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.operation USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE regions.outbox_event ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.outbox_event FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.outbox_event USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK ((SELECT current_setting('app.principal', true)) <> '')"
    )
    op.execute("ALTER TABLE regions.rule_setting ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.rule_setting FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.rule_setting USING ((SELECT current_setting('app.principal', true)) <> '') WITH CHECK ((SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE regions.clock_alarm ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.clock_alarm FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.clock_alarm USING ((SELECT current_setting('app.principal', true)) <> '') WITH CHECK ((SELECT current_setting('app.principal', true)) <> '')"
    )
    op.execute("ALTER TABLE regions.clock_rung ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.clock_rung FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.clock_rung USING ((SELECT current_setting('app.principal', true)) <> '') WITH CHECK ((SELECT current_setting('app.principal', true)) <> '')"
    )
    op.execute("ALTER TABLE regions.officer ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.officer FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.officer USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE regions.operation_result ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.operation_result FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.operation_result USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute(
        "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON regions.operation_step\nFOR EACH STATEMENT EXECUTE FUNCTION regions.refuse_change()"
    )
    op.execute("ALTER TABLE regions.operation_step ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.operation_step FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.operation_step USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE regions.outbox_delivery ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.outbox_delivery FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.outbox_delivery USING ((SELECT current_setting('app.principal', true)) <> '') WITH CHECK ((SELECT current_setting('app.principal', true)) <> '')"
    )
    op.execute("ALTER TABLE regions.participation ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.participation FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.participation USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE regions.booking ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.booking FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.booking USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE regions.officer_absence ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.officer_absence FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.officer_absence USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE regions.officer_certificate ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.officer_certificate FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.officer_certificate USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE regions.officer_interest ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.officer_interest FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.officer_interest USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )


def downgrade() -> None:
    op.drop_index("ix_officer_interest_officer_id", table_name="officer_interest", schema="regions")
    op.drop_table("officer_interest", schema="regions")
    op.drop_table("officer_certificate", schema="regions")
    op.drop_index("ix_officer_absence_officer_id", table_name="officer_absence", schema="regions")
    op.drop_table("officer_absence", schema="regions")
    op.drop_index("ix_booking_task_id", table_name="booking", schema="regions")
    op.drop_table("booking", schema="regions")
    op.drop_index("ix_participation_division", table_name="participation", schema="regions")
    op.drop_table("participation", schema="regions")
    op.drop_index(
        "ix_outbox_delivery_undelivered",
        table_name="outbox_delivery",
        schema="regions",
        postgresql_where=sa.text("state <> 'delivered'"),
    )
    op.drop_index("ix_outbox_delivery_event_id", table_name="outbox_delivery", schema="regions")
    op.drop_index(
        "ix_outbox_delivery_due",
        table_name="outbox_delivery",
        schema="regions",
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.drop_table("outbox_delivery", schema="regions")
    op.drop_index("ix_operation_step_operation_id", table_name="operation_step", schema="regions")
    op.drop_table("operation_step", schema="regions")
    op.drop_index(
        "ix_operation_result_operation_id", table_name="operation_result", schema="regions"
    )
    op.drop_table("operation_result", schema="regions")
    op.drop_index(
        "uq_officer_account_id",
        table_name="officer",
        schema="regions",
        postgresql_where=sa.text("account_id IS NOT NULL"),
    )
    op.drop_index(
        "ix_officer_visible_to", table_name="officer", schema="regions", postgresql_using="gin"
    )
    op.drop_index("ix_officer_division", table_name="officer", schema="regions")
    op.drop_index(op.f("ix_officer_bureau_id"), table_name="officer", schema="regions")
    op.drop_table("officer", schema="regions")
    op.drop_table("clock_rung", schema="regions")
    op.drop_index("ix_clock_alarm_fires_at", table_name="clock_alarm", schema="regions")
    op.drop_table("clock_alarm", schema="regions")
    op.drop_table("rule_setting", schema="regions")
    op.drop_table("outbox_event", schema="regions")
    op.drop_index(
        "ix_operation_visible_to", table_name="operation", schema="regions", postgresql_using="gin"
    )
    op.drop_index("ix_operation_origin_id", table_name="operation", schema="regions")
    op.drop_table("operation", schema="regions")
    op.drop_index("ix_legal_basis_valid_from", table_name="legal_basis", schema="regions")
    op.drop_table("legal_basis", schema="regions")
    op.drop_table("inbox", schema="regions")
    op.drop_index("ix_idempotency_created_at", table_name="idempotency", schema="regions")
    op.drop_table("idempotency", schema="regions")
    op.drop_index("ix_division_parent", table_name="division", schema="regions")
    op.drop_table("division", schema="regions")
    op.drop_table("database_time", schema="regions")
    op.drop_index(
        "uq_clock_running",
        table_name="clock",
        schema="regions",
        postgresql_where=sa.text("state IN ('running', 'paused')"),
    )
    op.drop_index("ix_clock_subject_id", table_name="clock", schema="regions")
    op.drop_table("clock", schema="regions")
    op.drop_table("calendar_year", schema="regions")
    op.drop_index("uq_bureau_division_name", table_name="bureau", schema="regions")
    op.drop_index(
        "ix_bureau_visible_to", table_name="bureau", schema="regions", postgresql_using="gin"
    )
    op.drop_table("bureau", schema="regions")
    op.drop_index("ix_border_b", table_name="border", schema="regions")
    op.drop_table("border", schema="regions")
    op.drop_index("ix_audit_object", table_name="audit", schema="regions")
    op.drop_table("audit", schema="regions")
    op.execute("DROP FUNCTION regions.refuse_change")
