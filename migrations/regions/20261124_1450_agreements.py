"""Agreements, yearly plans, joint meetings, and the figures they live by.

[seed 003] is the Chengdu briefing, [S63] [S65] [S66] [S72] agreements of others, [DD] our own
default. Runs beside the release before it: it only adds.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "d40000000006"
down_revision = "d40000000005"
branch_labels = None
depends_on = None

SETTINGS = (
    ("agreement.negotiation_days", "30", "[DD] natural days to agree before a superior may decide"),
    ("agreement.expiring_months", "3", "[DD] so long before its last day an agreement is expiring"),
    ("agreement.notice_days", "30", "[DD] natural days between a party's notice and the end"),
    ("agreement.rotation_months", "12", "[S65] the lead changes each year"),
    ("plan.countersign_days", "15", "[DD] natural days to answer before a superior may decide"),
    ("plan.min_ops_per_period", "2", "[seed 003] 不少于两次, by group"),
    ("plan.quota_period", '"plan_year"', "[DD] the seed names no period"),
    (
        "plan.windows",
        (
            '[{"season": "summer", "form": "comprehensive", "first_month": 5, "last_month": 8},'
            ' {"season": "autumn_winter", "form": "comprehensive", "first_month": 10,'
            ' "last_month": 12}]'
        ),
        "[seed 003] comprehensive action in summer (5-8) and autumn-winter (10-12)",
    ),
    ("meeting.joint_meeting_months", "12", "[S66] by rotation, at least once a year; [S63]"),
    ("meeting.consultation_months", "1", "[S72] monthly"),
    (
        "cooperation.warn_before_hours",
        "72",
        "[DD] before negotiation, countersigning or an item of a meeting falls due",
    ),
    ("cooperation.raise_after_hours", "24", "[DD] after it fell due, to the next superior"),
)


def upgrade() -> None:
    op.create_table(
        "agreement",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("drafter", sa.String(length=12), nullable=False),
        sa.Column("parent_agreement_id", sa.Uuid(), nullable=True),
        sa.Column("predecessor_id", sa.Uuid(), nullable=True),
        sa.Column("successor_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "negotiating",
                "signed",
                "in_force",
                "expiring",
                "expired",
                "terminated",
                "renewed",
                name="state_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("media", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("industries", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("border_strip_km", sa.Float(), nullable=True),
        sa.Column("forms", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("systems", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("rotation_order", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("rotation_offset", sa.SmallInteger(), nullable=False),
        sa.Column("rotation_months", sa.SmallInteger(), nullable=False),
        sa.Column("data_sharing", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("attachments", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("legal_basis", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("text_version", sa.SmallInteger(), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("negotiate_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "bound_by",
            sa.Enum(
                "consent",
                "common_superior",
                name="boundby_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=True,
        ),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.String(length=12), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expiring_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("notice_by", sa.String(length=12), nullable=True),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drafted_by", sa.Uuid(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "(bound_by IS NOT DISTINCT FROM 'common_superior') = (decision_reason IS NOT NULL)",
            name=op.f("ck_agreement_decision_reasoned"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'negotiating', 'terminated') OR bound_by IS NOT NULL",
            name=op.f("ck_agreement_bound_by_somebody"),
        ),
        sa.CheckConstraint(
            "(bound_by IS NULL) = (signed_at IS NULL)", name=op.f("ck_agreement_signed_at_once")
        ),
        sa.CheckConstraint(
            "(ends_on IS NULL) = (end_reason IS NULL) AND (ends_on IS NULL) = (notice_by IS NULL)",
            name=op.f("ck_agreement_notice_whole"),
        ),
        sa.CheckConstraint(
            "border_strip_km IS NULL OR border_strip_km > 0", name=op.f("ck_agreement_strip_wide")
        ),
        sa.CheckConstraint(
            "rotation_months > 0 AND rotation_offset >= 0", name=op.f("ck_agreement_rotation_turns")
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from <= valid_to", name=op.f("ck_agreement_days_ordered")
        ),
        sa.ForeignKeyConstraint(
            ["parent_agreement_id"],
            ["regions.agreement.id"],
            name=op.f("fk_agreement_parent_agreement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["predecessor_id"], ["regions.agreement.id"], name=op.f("fk_agreement_predecessor_id")
        ),
        sa.ForeignKeyConstraint(
            ["successor_id"], ["regions.agreement.id"], name=op.f("fk_agreement_successor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
        schema="regions",
    )
    op.create_index(
        "ix_agreement_parent_agreement_id",
        "agreement",
        ["parent_agreement_id"],
        unique=False,
        schema="regions",
    )
    op.create_index(
        "ix_agreement_predecessor_id",
        "agreement",
        ["predecessor_id"],
        unique=False,
        schema="regions",
    )
    op.create_index(
        "ix_agreement_successor_id", "agreement", ["successor_id"], unique=False, schema="regions"
    )
    op.create_index(
        "ix_agreement_visible_to",
        "agreement",
        ["visible_to"],
        unique=False,
        schema="regions",
        postgresql_using="gin",
    )
    op.create_table(
        "agreement_party",
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(length=12), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("organisation", sa.String(length=200), nullable=False),
        sa.Column("bureau_id", sa.Uuid(), nullable=True),
        sa.Column("signatory", sa.String(length=200), nullable=False),
        sa.Column("signatory_post", sa.String(length=200), nullable=True),
        sa.Column("liaison_unit", sa.String(length=200), nullable=False),
        sa.Column("liaison_person", sa.String(length=200), nullable=False),
        sa.Column("liaison_phone", sa.String(length=64), nullable=True),
        sa.Column(
            "answer",
            sa.Enum(
                "pending",
                "agreed",
                "declined",
                name="answer_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column("answered_hash", sa.String(length=64), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_name", sa.String(length=200), nullable=True),
        sa.Column("answer_reason", sa.Text(), nullable=True),
        sa.Column("joined_end_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "(answer = 'pending') = (answered_at IS NULL)",
            name=op.f("ck_agreement_party_answered_once_said"),
        ),
        sa.CheckConstraint(
            "(answer = 'pending') = (answered_hash IS NULL)",
            name=op.f("ck_agreement_party_names_its_text"),
        ),
        sa.CheckConstraint(
            "answer <> 'declined' OR answer_reason IS NOT NULL",
            name=op.f("ck_agreement_party_reasoned"),
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["regions.agreement.id"], name=op.f("fk_agreement_party_agreement_id")
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id"], ["regions.bureau.id"], name=op.f("fk_agreement_party_bureau_id")
        ),
        sa.PrimaryKeyConstraint("agreement_id", "division", name=op.f("pk_agreement_party")),
        schema="regions",
    )
    op.create_index(
        "ix_agreement_party_bureau_id",
        "agreement_party",
        ["bureau_id"],
        unique=False,
        schema="regions",
    )
    op.create_index(
        "ix_agreement_party_division",
        "agreement_party",
        ["division"],
        unique=False,
        schema="regions",
    )
    op.create_table(
        "agreement_skip",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("term", sa.Integer(), nullable=False),
        sa.Column("member", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("approved_for", sa.String(length=12), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=False),
        sa.Column("approved_name", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["regions.agreement.id"], name=op.f("fk_agreement_skip_agreement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_skip")),
        sa.UniqueConstraint(
            "agreement_id",
            "term",
            "member",
            name=op.f("uq_agreement_skip_agreement_id_term_member"),
        ),
        schema="regions",
    )
    op.create_table(
        "agreement_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "negotiating",
                "signed",
                "in_force",
                "expiring",
                "expired",
                "terminated",
                "renewed",
                name="state_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column("division", sa.String(length=12), nullable=True),
        sa.Column("text_version", sa.SmallInteger(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["regions.agreement.id"], name=op.f("fk_agreement_step_agreement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_step")),
        schema="regions",
    )
    op.create_index(
        "ix_agreement_step_agreement_id",
        "agreement_step",
        ["agreement_id"],
        unique=False,
        schema="regions",
    )
    op.create_table(
        "agreement_text",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("text_version", sa.SmallInteger(), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("proposed_by", sa.String(length=12), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["regions.agreement.id"], name=op.f("fk_agreement_text_agreement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_text")),
        sa.UniqueConstraint(
            "agreement_id", "text_version", name=op.f("uq_agreement_text_agreement_id_text_version")
        ),
        schema="regions",
    )
    op.create_table(
        "plan",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), nullable=True),
        sa.Column("parent_plan_id", sa.Uuid(), nullable=True),
        sa.Column("year", sa.SmallInteger(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("lead", sa.String(length=12), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "countersign",
                "issued",
                "running",
                "closed",
                name="state_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("forms", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("links", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("focuses", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("min_ops", sa.SmallInteger(), nullable=True),
        sa.Column(
            "quota_period",
            sa.Enum(
                "plan_year",
                name="period_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=True,
        ),
        sa.Column("windows", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("text_version", sa.SmallInteger(), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("countersign_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "issued_by",
            sa.Enum(
                "consent",
                "common_superior",
                name="boundby_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=True,
        ),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.String(length=12), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drafted_by", sa.Uuid(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "(issued_by IS NOT DISTINCT FROM 'common_superior') = (decision_reason IS NOT NULL)",
            name=op.f("ck_plan_decision_reasoned"),
        ),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_plan_closed_at_once")
        ),
        sa.CheckConstraint(
            "(state IN ('draft', 'countersign')) = (issued_by IS NULL)",
            name=op.f("ck_plan_issued_by_somebody"),
        ),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (summary IS NULL)", name=op.f("ck_plan_closed_with_summary")
        ),
        sa.CheckConstraint(
            "(issued_by IS NULL) = (issued_at IS NULL)", name=op.f("ck_plan_issued_at_once")
        ),
        sa.CheckConstraint("min_ops IS NULL OR min_ops > 0", name=op.f("ck_plan_quota_positive")),
        sa.CheckConstraint("valid_from <= valid_to", name=op.f("ck_plan_days_ordered")),
        sa.CheckConstraint(
            "year IS NULL OR (extract(year FROM valid_from) = year AND extract(year FROM valid_to) = year)",
            name=op.f("ck_plan_lies_in_its_year"),
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["regions.agreement.id"], name=op.f("fk_plan_agreement_id")
        ),
        sa.ForeignKeyConstraint(
            ["parent_plan_id"], ["regions.plan.id"], name=op.f("fk_plan_parent_plan_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
        schema="regions",
    )
    op.create_index(
        "ix_plan_agreement_id", "plan", ["agreement_id"], unique=False, schema="regions"
    )
    op.create_index(
        "ix_plan_parent_plan_id", "plan", ["parent_plan_id"], unique=False, schema="regions"
    )
    op.create_index(
        "ix_plan_visible_to",
        "plan",
        ["visible_to"],
        unique=False,
        schema="regions",
        postgresql_using="gin",
    )
    op.create_table(
        "meeting",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "joint_meeting",
                "consultation",
                name="kind_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), nullable=True),
        sa.Column("plan_id", sa.Uuid(), nullable=True),
        sa.Column("joint_group_id", sa.Uuid(), nullable=True),
        sa.Column("host", sa.String(length=12), nullable=False),
        sa.Column("term", sa.Integer(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("agenda", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("guests", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "convened",
                "minuted",
                "confirmed",
                "cancelled",
                name="state_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column("minutes", sa.Text(), nullable=True),
        sa.Column("decisions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("minutes_hash", sa.String(length=64), nullable=True),
        sa.Column("minutes_version", sa.SmallInteger(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.Column("convened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("convened_by", sa.Uuid(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "(state = 'cancelled') = (cancel_reason IS NOT NULL)", name=op.f("ck_meeting_cancelled")
        ),
        sa.CheckConstraint(
            "(state IN ('convened', 'cancelled')) = (minutes IS NULL) AND (minutes IS NULL) = (minutes_hash IS NULL) AND (minutes IS NULL) = (held_on IS NULL)",
            name=op.f("ck_meeting_minutes_whole"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(agreement_id, plan_id, joint_group_id) = 1",
            name=op.f("ck_meeting_under_one_thing"),
        ),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_meeting_times_ordered")),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["regions.agreement.id"], name=op.f("fk_meeting_agreement_id")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["regions.plan.id"], name=op.f("fk_meeting_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
        schema="regions",
    )
    op.create_index(
        "ix_meeting_agreement_id", "meeting", ["agreement_id"], unique=False, schema="regions"
    )
    op.create_index(
        "ix_meeting_joint_group_id", "meeting", ["joint_group_id"], unique=False, schema="regions"
    )
    op.create_index("ix_meeting_plan_id", "meeting", ["plan_id"], unique=False, schema="regions")
    op.create_index(
        "ix_meeting_visible_to",
        "meeting",
        ["visible_to"],
        unique=False,
        schema="regions",
        postgresql_using="gin",
    )
    op.create_table(
        "plan_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("first_month", sa.SmallInteger(), nullable=False),
        sa.Column("last_month", sa.SmallInteger(), nullable=False),
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
        sa.Column(
            "focus",
            sa.Enum(
                "air",
                "water",
                "waste",
                "off_site",
                name="focus_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=True,
        ),
        sa.Column("media", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("industries", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("places", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("responsible", sa.String(length=12), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "done",
                "dropped",
                name="itemstate_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("closed_name", sa.String(length=200), nullable=True),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "(state = 'done') = (done_on IS NOT NULL)", name=op.f("ck_plan_item_done_on_a_day")
        ),
        sa.CheckConstraint(
            "(state = 'open') = (closed_at IS NULL)", name=op.f("ck_plan_item_closed_at_once")
        ),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (outcome IS NULL)", name=op.f("ck_plan_item_closed_with_outcome")
        ),
        sa.CheckConstraint(
            "first_month BETWEEN 1 AND 12 AND last_month BETWEEN first_month AND 12",
            name=op.f("ck_plan_item_months_ordered"),
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["regions.plan.id"], name=op.f("fk_plan_item_plan_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_item")),
        sa.UniqueConstraint("plan_id", "position", name=op.f("uq_plan_item_plan_id_position")),
        schema="regions",
    )
    op.create_table(
        "plan_party",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(length=12), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column(
            "answer",
            sa.Enum(
                "pending",
                "agreed",
                "declined",
                name="answer_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column("answered_hash", sa.String(length=64), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_name", sa.String(length=200), nullable=True),
        sa.Column("answer_reason", sa.Text(), nullable=True),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "(answer = 'pending') = (answered_at IS NULL)",
            name=op.f("ck_plan_party_answered_once_said"),
        ),
        sa.CheckConstraint(
            "(answer = 'pending') = (answered_hash IS NULL)",
            name=op.f("ck_plan_party_names_its_text"),
        ),
        sa.CheckConstraint(
            "answer <> 'declined' OR answer_reason IS NOT NULL", name=op.f("ck_plan_party_reasoned")
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["regions.plan.id"], name=op.f("fk_plan_party_plan_id")
        ),
        sa.PrimaryKeyConstraint("plan_id", "division", name=op.f("pk_plan_party")),
        schema="regions",
    )
    op.create_index(
        "ix_plan_party_division", "plan_party", ["division"], unique=False, schema="regions"
    )
    op.create_table(
        "plan_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "countersign",
                "issued",
                "running",
                "closed",
                name="state_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column("division", sa.String(length=12), nullable=True),
        sa.Column("text_version", sa.SmallInteger(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["regions.plan.id"], name=op.f("fk_plan_step_plan_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_step")),
        schema="regions",
    )
    op.create_index(
        "ix_plan_step_item_id", "plan_step", ["item_id"], unique=False, schema="regions"
    )
    op.create_index(
        "ix_plan_step_plan_id", "plan_step", ["plan_id"], unique=False, schema="regions"
    )
    op.create_table(
        "plan_text",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("text_version", sa.SmallInteger(), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["regions.plan.id"], name=op.f("fk_plan_text_plan_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_text")),
        sa.UniqueConstraint(
            "plan_id", "text_version", name=op.f("uq_plan_text_plan_id_text_version")
        ),
        schema="regions",
    )
    op.create_table(
        "meeting_item",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("responsible", sa.String(length=12), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "done",
                "dropped",
                name="itemstate_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column("proof", sa.Text(), nullable=True),
        sa.Column("attachments", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("closed_name", sa.String(length=200), nullable=True),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "(state = 'open') = (closed_at IS NULL)", name=op.f("ck_meeting_item_closed_at_once")
        ),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (proof IS NULL)", name=op.f("ck_meeting_item_closed_with_proof")
        ),
        sa.CheckConstraint("opened_on < due_on", name=op.f("ck_meeting_item_days_ordered")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["regions.meeting.id"], name=op.f("fk_meeting_item_meeting_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_item")),
        sa.UniqueConstraint(
            "meeting_id", "position", name=op.f("uq_meeting_item_meeting_id_position")
        ),
        schema="regions",
    )
    op.create_index(
        "ix_meeting_item_open",
        "meeting_item",
        ["responsible", "due_on"],
        unique=False,
        schema="regions",
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "ix_meeting_item_visible_to",
        "meeting_item",
        ["visible_to"],
        unique=False,
        schema="regions",
        postgresql_using="gin",
    )
    op.create_table(
        "meeting_party",
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(length=12), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("liaison_unit", sa.String(length=200), nullable=True),
        sa.Column("liaison_person", sa.String(length=200), nullable=True),
        sa.Column("liaison_phone", sa.String(length=64), nullable=True),
        sa.Column("attended", sa.Boolean(), nullable=True),
        sa.Column("attendees", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "confirmation",
            sa.Enum(
                "pending",
                "confirmed",
                "objected",
                name="confirmation_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_name", sa.String(length=200), nullable=True),
        sa.Column("answer_reason", sa.Text(), nullable=True),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "(confirmation = 'pending') = (answered_at IS NULL)",
            name=op.f("ck_meeting_party_answered_once_said"),
        ),
        sa.CheckConstraint(
            "confirmation <> 'objected' OR answer_reason IS NOT NULL",
            name=op.f("ck_meeting_party_reasoned"),
        ),
        sa.CheckConstraint(
            "confirmation = 'pending' OR attended", name=op.f("ck_meeting_party_attended_first")
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["regions.meeting.id"], name=op.f("fk_meeting_party_meeting_id")
        ),
        sa.PrimaryKeyConstraint("meeting_id", "division", name=op.f("pk_meeting_party")),
        schema="regions",
    )
    op.create_index(
        "ix_meeting_party_division", "meeting_party", ["division"], unique=False, schema="regions"
    )
    op.create_table(
        "meeting_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "convened",
                "minuted",
                "confirmed",
                "cancelled",
                name="state_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column("division", sa.String(length=12), nullable=True),
        sa.Column("item_id", sa.Uuid(), nullable=True),
        sa.Column("minutes_hash", sa.String(length=64), nullable=True),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["regions.meeting.id"], name=op.f("fk_meeting_step_meeting_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_step")),
        schema="regions",
    )
    op.create_index(
        "ix_meeting_step_meeting_id", "meeting_step", ["meeting_id"], unique=False, schema="regions"
    )
    op.execute("ALTER TABLE regions.agreement ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.agreement FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.agreement USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE regions.agreement_party ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.agreement_party FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.agreement_party USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute(
        "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON regions.agreement_skip\nFOR EACH STATEMENT EXECUTE FUNCTION regions.refuse_change()"
    )
    op.execute("ALTER TABLE regions.agreement_skip ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.agreement_skip FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.agreement_skip USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute(
        "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON regions.agreement_step\nFOR EACH STATEMENT EXECUTE FUNCTION regions.refuse_change()"
    )
    op.execute("ALTER TABLE regions.agreement_step ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.agreement_step FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.agreement_step USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute(
        "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON regions.agreement_text\nFOR EACH STATEMENT EXECUTE FUNCTION regions.refuse_change()"
    )
    op.execute("ALTER TABLE regions.agreement_text ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.agreement_text FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.agreement_text USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE regions.plan ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.plan FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.plan USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE regions.meeting ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.meeting FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.meeting USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE regions.plan_item ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.plan_item FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.plan_item USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE regions.plan_party ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.plan_party FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.plan_party USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute(
        "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON regions.plan_step\nFOR EACH STATEMENT EXECUTE FUNCTION regions.refuse_change()"
    )
    op.execute("ALTER TABLE regions.plan_step ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.plan_step FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.plan_step USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute(
        "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON regions.plan_text\nFOR EACH STATEMENT EXECUTE FUNCTION regions.refuse_change()"
    )
    op.execute("ALTER TABLE regions.plan_text ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.plan_text FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.plan_text USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE regions.meeting_item ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.meeting_item FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.meeting_item USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE regions.meeting_party ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.meeting_party FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.meeting_party USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute(
        "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON regions.meeting_step\nFOR EACH STATEMENT EXECUTE FUNCTION regions.refuse_change()"
    )
    op.execute("ALTER TABLE regions.meeting_step ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.meeting_step FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.meeting_step USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    _seed_settings()


def _seed_settings() -> None:
    # The table lets only the system write.
    op.execute("SELECT set_config('app.system', 'on', true)")
    insert = sa.text(
        "INSERT INTO regions.rule_setting (name, scope, valid_from, value, basis)"
        " VALUES (:name, '', DATE '2000-01-01', CAST(:value AS jsonb), :basis)"
    )
    for name, value, basis in SETTINGS:
        op.execute(insert.bindparams(name=name, value=value, basis=basis))
    op.execute("SELECT set_config('app.system', 'off', true)")


def downgrade() -> None:
    _forget_settings()
    op.drop_index("ix_meeting_step_meeting_id", table_name="meeting_step", schema="regions")
    op.drop_table("meeting_step", schema="regions")
    op.drop_index("ix_meeting_party_division", table_name="meeting_party", schema="regions")
    op.drop_table("meeting_party", schema="regions")
    op.drop_index(
        "ix_meeting_item_visible_to",
        table_name="meeting_item",
        schema="regions",
        postgresql_using="gin",
    )
    op.drop_index(
        "ix_meeting_item_open",
        table_name="meeting_item",
        schema="regions",
        postgresql_where=sa.text("state = 'open'"),
    )
    op.drop_table("meeting_item", schema="regions")
    op.drop_table("plan_text", schema="regions")
    op.drop_index("ix_plan_step_plan_id", table_name="plan_step", schema="regions")
    op.drop_index("ix_plan_step_item_id", table_name="plan_step", schema="regions")
    op.drop_table("plan_step", schema="regions")
    op.drop_index("ix_plan_party_division", table_name="plan_party", schema="regions")
    op.drop_table("plan_party", schema="regions")
    op.drop_table("plan_item", schema="regions")
    op.drop_index(
        "ix_meeting_visible_to", table_name="meeting", schema="regions", postgresql_using="gin"
    )
    op.drop_index("ix_meeting_plan_id", table_name="meeting", schema="regions")
    op.drop_index("ix_meeting_joint_group_id", table_name="meeting", schema="regions")
    op.drop_index("ix_meeting_agreement_id", table_name="meeting", schema="regions")
    op.drop_table("meeting", schema="regions")
    op.drop_index("ix_plan_visible_to", table_name="plan", schema="regions", postgresql_using="gin")
    op.drop_index("ix_plan_parent_plan_id", table_name="plan", schema="regions")
    op.drop_index("ix_plan_agreement_id", table_name="plan", schema="regions")
    op.drop_table("plan", schema="regions")
    op.drop_table("agreement_text", schema="regions")
    op.drop_index("ix_agreement_step_agreement_id", table_name="agreement_step", schema="regions")
    op.drop_table("agreement_step", schema="regions")
    op.drop_table("agreement_skip", schema="regions")
    op.drop_index("ix_agreement_party_division", table_name="agreement_party", schema="regions")
    op.drop_index("ix_agreement_party_bureau_id", table_name="agreement_party", schema="regions")
    op.drop_table("agreement_party", schema="regions")
    op.drop_index(
        "ix_agreement_visible_to", table_name="agreement", schema="regions", postgresql_using="gin"
    )
    op.drop_index("ix_agreement_successor_id", table_name="agreement", schema="regions")
    op.drop_index("ix_agreement_predecessor_id", table_name="agreement", schema="regions")
    op.drop_index("ix_agreement_parent_agreement_id", table_name="agreement", schema="regions")
    op.drop_table("agreement", schema="regions")


def _forget_settings() -> None:
    op.execute("SELECT set_config('app.system', 'on', true)")
    op.execute("SELECT set_config('app.principal', 'system', true)")
    delete = sa.text("DELETE FROM regions.rule_setting WHERE name = :name AND scope = ''")
    for name, _, _ in SETTINGS:
        op.execute(delete.bindparams(name=name))
    op.execute("SELECT set_config('app.system', 'off', true)")
