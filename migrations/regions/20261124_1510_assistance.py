"""Assistance requests, hand-overs, disputes of jurisdiction, and the figures they live by.

Runs beside the release before it: it only adds. [S02] is 行政处罚法, [DD] our own default.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "d40000000008"
down_revision = "d40000000007"
branch_labels = None
depends_on = None

SETTINGS = (
    (
        "assistance.acknowledge_working_days",
        "1",
        "[DD] DOMAIN 4.4: acknowledge within 1 working day; no national term was found",
    ),
    (
        "assistance.objection_working_days",
        "5",
        "[DD] DOMAIN 4.4: objection with reasons, by analogy with 信访工作条例 art. 23 (P5)",
    ),
    (
        "assistance.urgent_measures_hours",
        "4",
        "[DD] DOMAIN 4.4: first measures on an urgent clue whose evidence may vanish",
    ),
    ("assistance.reply_working_days", "10", "[DD] DOMAIN 4.4: reply within 10 working days"),
    (
        "assistance.reply_extension_working_days",
        "10",
        "[DD] DOMAIN 4.4: one extension of the reply by up to 10 working days",
    ),
    (
        "assistance.escalate_after_working_days",
        "2",
        "[DD] DOMAIN 4.4: to the common superior 2 working days after overdue",
    ),
    (
        "assistance.return_restarts_reply",
        "true",
        "[DD] an answer sent back has the whole reply term again",
    ),
    ("assistance.warn_before_hours", "24", "[DD] before the deadline"),
    ("assistance.raise_after_hours", "24", "[DD] after the deadline"),
    (
        "assistance.recognition_officers_min",
        "2",
        "[S02] art. 42: two officers; recognition itself [DD] DOMAIN 4.4",
    ),
    (
        "dispute.negotiation_working_days",
        "10",
        "[DD] 行政处罚法 art. 25 names no term for the negotiation",
    ),
)
IN_CONTEXT = "(SELECT current_setting('app.principal', true)) <> ''"
SCOPED = (
    "visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ','))"
    " OR (SELECT current_setting('app.system', true)) = 'on'"
)
TABLES = (
    ("letter_counter", IN_CONTEXT),
    ("assistance_request", SCOPED),
    ("handover", SCOPED),
    ("letter_evidence", SCOPED),
    ("assistance_step", SCOPED),
    ("jurisdiction_dispute", SCOPED),
    ("dispute_party", SCOPED),
    ("preservation", SCOPED),
    ("dispute_step", SCOPED),
)

FROZEN = ("assistance_step", "dispute_step")


def upgrade() -> None:
    op.create_table(
        "letter_counter",
        sa.Column("series", sa.String(length=32), nullable=False),
        sa.Column("division", sa.String(length=12), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("series", "division", "year", name=op.f("pk_letter_counter")),
        schema="regions",
    )
    op.create_table(
        "assistance_request",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("sender", sa.String(length=12), nullable=False),
        sa.Column("receiver", sa.String(length=12), nullable=False),
        sa.Column("receiver_bureau_id", sa.Uuid(), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("contact", sa.String(length=200), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "sent",
                "acknowledged",
                "objected",
                "referred",
                "working",
                "replied",
                "accepted_by_sender",
                "returned",
                "withdrawn",
                name="state_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column("designated", sa.Boolean(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by", sa.Uuid(), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("objection", sa.Text(), nullable=True),
        sa.Column("measures", sa.Text(), nullable=True),
        sa.Column("measures_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "done",
                "partly",
                "unable",
                name="outcome_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=True,
        ),
        sa.Column("outcome_reason", sa.Text(), nullable=True),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("receiver_case_id", sa.String(length=64), nullable=True),
        sa.Column("returns", sa.SmallInteger(), nullable=False),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("escalated_to", sa.String(length=12), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "inquiry",
                "sampling",
                "on_site_help",
                "records",
                "recognition",
                "preservation",
                "service",
                "other",
                name="asked_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("legal_basis", sa.String(length=200), nullable=False),
        sa.Column("attachments", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("follows_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "outcome IS DISTINCT FROM 'unable' OR outcome_reason IS NOT NULL",
            name=op.f("ck_assistance_request_reasoned"),
        ),
        sa.CheckConstraint(
            "(replied_at IS NULL) = (reply IS NULL) AND (replied_at IS NULL) = (outcome IS NULL)",
            name=op.f("ck_assistance_request_reply_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["follows_id"],
            ["regions.assistance_request.id"],
            name=op.f("fk_assistance_request_follows_id"),
        ),
        sa.ForeignKeyConstraint(
            ["receiver_bureau_id"],
            ["regions.bureau.id"],
            name=op.f("fk_assistance_request_receiver_bureau_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assistance_request")),
        sa.UniqueConstraint("number", name=op.f("uq_assistance_request_number")),
        schema="regions",
    )
    op.create_index(
        "ix_assistance_request_follows_id",
        "assistance_request",
        ["follows_id"],
        unique=False,
        schema="regions",
    )
    op.create_index(
        "ix_assistance_request_owed",
        "assistance_request",
        ["id"],
        unique=False,
        schema="regions",
        postgresql_where=sa.text(
            "escalated_at IS NULL AND state IN ('sent', 'acknowledged', 'working', 'returned')"
        ),
    )
    op.create_index(
        "ix_assistance_request_receiver_bureau_id",
        "assistance_request",
        ["receiver_bureau_id"],
        unique=False,
        schema="regions",
    )
    op.create_index(
        "ix_assistance_request_visible_to",
        "assistance_request",
        ["visible_to"],
        unique=False,
        schema="regions",
        postgresql_using="gin",
    )
    op.create_table(
        "handover",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("sender", sa.String(length=12), nullable=False),
        sa.Column("receiver", sa.String(length=12), nullable=False),
        sa.Column("receiver_bureau_id", sa.Uuid(), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("contact", sa.String(length=200), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "sent",
                "acknowledged",
                "objected",
                "referred",
                "working",
                "replied",
                "accepted_by_sender",
                "returned",
                "withdrawn",
                name="state_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column("designated", sa.Boolean(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by", sa.Uuid(), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("objection", sa.Text(), nullable=True),
        sa.Column("measures", sa.Text(), nullable=True),
        sa.Column("measures_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "done",
                "partly",
                "unable",
                name="outcome_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=True,
        ),
        sa.Column("outcome_reason", sa.Text(), nullable=True),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("receiver_case_id", sa.String(length=64), nullable=True),
        sa.Column("returns", sa.SmallInteger(), nullable=False),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("escalated_to", sa.String(length=12), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "ground",
            sa.Enum(
                "place_of_act",
                "agreed",
                "designated",
                "other_organ",
                name="ground_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column("matter", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("legal_view", sa.Text(), nullable=False),
        sa.Column("operation_id", sa.Uuid(), nullable=True),
        sa.Column("finding_id", sa.Uuid(), nullable=True),
        sa.Column("follows_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "outcome IS DISTINCT FROM 'unable' OR outcome_reason IS NOT NULL",
            name=op.f("ck_handover_reasoned"),
        ),
        sa.CheckConstraint(
            "(replied_at IS NULL) = (reply IS NULL) AND (replied_at IS NULL) = (outcome IS NULL)",
            name=op.f("ck_handover_reply_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["follows_id"], ["regions.handover.id"], name=op.f("fk_handover_follows_id")
        ),
        sa.ForeignKeyConstraint(
            ["receiver_bureau_id"],
            ["regions.bureau.id"],
            name=op.f("fk_handover_receiver_bureau_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
        sa.UniqueConstraint("number", name=op.f("uq_handover_number")),
        schema="regions",
    )
    op.create_index(
        "ix_handover_follows_id", "handover", ["follows_id"], unique=False, schema="regions"
    )
    op.create_index(
        "ix_handover_operation_id", "handover", ["operation_id"], unique=False, schema="regions"
    )
    op.create_index(
        "ix_handover_owed",
        "handover",
        ["id"],
        unique=False,
        schema="regions",
        postgresql_where=sa.text(
            "escalated_at IS NULL AND state IN ('sent', 'acknowledged', 'working', 'returned')"
        ),
    )
    op.create_index(
        "ix_handover_receiver_bureau_id",
        "handover",
        ["receiver_bureau_id"],
        unique=False,
        schema="regions",
    )
    op.create_index(
        "ix_handover_visible_to",
        "handover",
        ["visible_to"],
        unique=False,
        schema="regions",
        postgresql_using="gin",
    )
    op.create_index(
        "uq_handover_finding_id",
        "handover",
        ["finding_id"],
        unique=True,
        schema="regions",
        postgresql_where=sa.text("state <> 'withdrawn'"),
    )
    op.create_table(
        "letter_evidence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("handover_id", sa.Uuid(), nullable=True),
        sa.Column("assistance_request_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "documentary",
                "physical",
                "audio_visual",
                "electronic",
                "witness",
                "statement",
                "expert_opinion",
                "record",
                "monitoring_report",
                name="evidencekind_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("chain", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("cma_number", sa.String(length=64), nullable=True),
        sa.Column("method_standard", sa.String(length=200), nullable=True),
        sa.Column(
            "receipt",
            sa.Enum(
                "pending",
                "confirmed",
                "refused",
                name="receipt_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column("received_sha256", sa.String(length=64), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_by", sa.String(length=200), nullable=True),
        sa.Column("recognised", sa.Boolean(), nullable=True),
        sa.Column("lacks", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("recognition_reason", sa.Text(), nullable=True),
        sa.Column("recognised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recognised_by", sa.String(length=200), nullable=True),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "(receipt = 'pending') = (received_at IS NULL)",
            name=op.f("ck_letter_evidence_received_once_said"),
        ),
        sa.CheckConstraint(
            "(handover_id IS NULL) <> (assistance_request_id IS NULL)",
            name=op.f("ck_letter_evidence_of_one_letter"),
        ),
        sa.CheckConstraint(
            "(recognised IS NULL) = (recognised_at IS NULL) AND (recognised IS NULL) = (recognition_reason IS NULL)",
            name=op.f("ck_letter_evidence_recognition_reasoned"),
        ),
        sa.CheckConstraint(
            "recognised IS NOT TRUE OR cardinality(lacks) = 0",
            name=op.f("ck_letter_evidence_recognised_lacks_nothing"),
        ),
        sa.ForeignKeyConstraint(
            ["assistance_request_id"],
            ["regions.assistance_request.id"],
            name=op.f("fk_letter_evidence_assistance_request_id"),
        ),
        sa.ForeignKeyConstraint(
            ["handover_id"], ["regions.handover.id"], name=op.f("fk_letter_evidence_handover_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_evidence")),
        sa.UniqueConstraint(
            "assistance_request_id",
            "sha256",
            name=op.f("uq_letter_evidence_assistance_request_id_sha256"),
        ),
        sa.UniqueConstraint(
            "handover_id", "sha256", name=op.f("uq_letter_evidence_handover_id_sha256")
        ),
        schema="regions",
    )
    op.create_table(
        "assistance_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_kind", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assistance_step")),
        schema="regions",
    )
    op.create_index(
        "ix_assistance_step_subject_id",
        "assistance_step",
        ["subject_id"],
        unique=False,
        schema="regions",
    )
    op.create_table(
        "jurisdiction_dispute",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("opened_by", sa.String(length=12), nullable=False),
        sa.Column("matter", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "negotiating",
                "agreed",
                "referred",
                "decision_recorded",
                "designated",
                "closed",
                name="disputestate_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("competent", sa.String(length=12), nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("legal_basis", sa.String(length=200), nullable=True),
        sa.Column("document_number", sa.String(length=100), nullable=True),
        sa.Column("document_date", sa.Date(), nullable=True),
        sa.Column("document_names", sa.String(length=12), nullable=True),
        sa.Column("recorded_by", sa.String(length=12), nullable=True),
        sa.Column("handover_id", sa.Uuid(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "(state IN ('agreed', 'designated', 'closed')) = (competent IS NOT NULL)",
            name=op.f("ck_jurisdiction_dispute_decided_on_somebody"),
        ),
        sa.CheckConstraint(
            "state <> 'designated' OR (decision_reason IS NOT NULL AND legal_basis IS NOT NULL)",
            name=op.f("ck_jurisdiction_dispute_designation_reasoned"),
        ),
        sa.CheckConstraint(
            "(document_number IS NULL) = (recorded_by IS NULL) AND (document_number IS NULL) = (document_names IS NULL)",
            name=op.f("ck_jurisdiction_dispute_document_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["handover_id"],
            ["regions.handover.id"],
            name=op.f("fk_jurisdiction_dispute_handover_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jurisdiction_dispute")),
        sa.UniqueConstraint("number", name=op.f("uq_jurisdiction_dispute_number")),
        schema="regions",
    )
    op.create_index(
        "ix_jurisdiction_dispute_handover_id",
        "jurisdiction_dispute",
        ["handover_id"],
        unique=False,
        schema="regions",
    )
    op.create_index(
        "ix_jurisdiction_dispute_negotiating",
        "jurisdiction_dispute",
        ["id"],
        unique=False,
        schema="regions",
        postgresql_where=sa.text("state = 'negotiating'"),
    )
    op.create_index(
        "ix_jurisdiction_dispute_visible_to",
        "jurisdiction_dispute",
        ["visible_to"],
        unique=False,
        schema="regions",
        postgresql_using="gin",
    )
    op.create_table(
        "dispute_party",
        sa.Column("dispute_id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(length=12), nullable=False),
        sa.Column(
            "stance",
            sa.Enum(
                "silent",
                "claims",
                "denies",
                name="stance_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("filed_number", sa.String(length=100), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("agrees_on", sa.String(length=12), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "(stance = 'silent') = (answered_at IS NULL)",
            name=op.f("ck_dispute_party_answered_once_said"),
        ),
        sa.CheckConstraint(
            "stance = 'silent' OR reason IS NOT NULL", name=op.f("ck_dispute_party_reasoned")
        ),
        sa.ForeignKeyConstraint(
            ["dispute_id"],
            ["regions.jurisdiction_dispute.id"],
            name=op.f("fk_dispute_party_dispute_id"),
        ),
        sa.PrimaryKeyConstraint("dispute_id", "division", name=op.f("pk_dispute_party")),
        schema="regions",
    )
    op.create_table(
        "preservation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dispute_id", sa.Uuid(), nullable=False),
        sa.Column("holder", sa.String(length=12), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("measure", sa.String(length=200), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "ended_at IS NULL OR started_at <= ended_at", name=op.f("ck_preservation_ordered")
        ),
        sa.ForeignKeyConstraint(
            ["dispute_id"],
            ["regions.jurisdiction_dispute.id"],
            name=op.f("fk_preservation_dispute_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preservation")),
        schema="regions",
    )
    op.create_index(
        "ix_preservation_dispute_id", "preservation", ["dispute_id"], unique=False, schema="regions"
    )
    op.create_table(
        "dispute_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dispute_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "negotiating",
                "agreed",
                "referred",
                "decision_recorded",
                "designated",
                "closed",
                name="disputestate_known",
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
            ["dispute_id"],
            ["regions.jurisdiction_dispute.id"],
            name=op.f("fk_dispute_step_dispute_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_step")),
        schema="regions",
    )
    op.create_index(
        "ix_dispute_step_dispute_id", "dispute_step", ["dispute_id"], unique=False, schema="regions"
    )
    for table, who in TABLES:
        op.execute(f"ALTER TABLE regions.{table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE regions.{table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY access ON regions.{table} USING ({who}) WITH CHECK ({who})")
    for table in FROZEN:
        op.execute(
            f"CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON regions.{table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION regions.refuse_change()"
        )
    # The table of settings lets only the system write.
    op.execute("SELECT set_config('app.system', 'on', true)")
    insert = sa.text(
        "INSERT INTO regions.rule_setting (name, scope, valid_from, value, basis)"
        " VALUES (:name, '', DATE '2000-01-01', CAST(:value AS jsonb), :basis)"
    )
    for name, value, basis in SETTINGS:
        op.execute(insert.bindparams(name=name, value=value, basis=basis))
    op.execute("SELECT set_config('app.system', 'off', true)")


def downgrade() -> None:
    op.execute("SELECT set_config('app.system', 'on', true)")
    op.execute("SELECT set_config('app.principal', 'system', true)")
    delete = sa.text("DELETE FROM regions.rule_setting WHERE name = :name AND scope = ''")
    for name, _, _ in SETTINGS:
        op.execute(delete.bindparams(name=name))
    for table, _ in reversed(TABLES):
        op.drop_table(table, schema="regions")
