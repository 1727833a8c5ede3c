"""Joint groups, their rotation and their quotas, and the figures they live by.

Runs beside the release before it: it only adds.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "d40000000007"
down_revision = "d40000000006"
branch_labels = None
depends_on = None

SEEN = (
    "visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ','))"
    " OR (SELECT current_setting('app.system', true)) = 'on'"
)
TABLES = (
    "joint_group",
    "group_member",
    "group_liaison",
    "group_handover",
    "group_skip",
    "group_step",
    "quota_slot",
)
NEVER_CHANGED = ("group_skip", "group_step")
SETTINGS = (
    ("group.min_cities", "2", "[seed 003] 两两交界: across a city's border; the number [DD]"),
    ("group.days_to_hold_operation", "30", "[DD] from nothing to done"),
    ("group.days_to_finish_operation", "10", "[DD] from a draft without days to done"),
    ("group.term_months", "12", "[S65] the head of a group rotates, one year each"),
    ("group.confirm_days", "15", "[DD] natural days to confirm before a superior may decide"),
    (
        "group.several_per_plan",
        "true",
        "[DD] a division may sit in several groups of a plan; seed 003's 21 sit in one each",
    ),
    (
        "group.proposal_max_members",
        "5",
        "[DD] seed 003 has 21 counties in 8 groups, 2 or 3 each; up to 4 in the fixture",
    ),
)


def upgrade() -> None:
    op.create_table(
        "joint_group",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
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
        sa.Column("plan_id", sa.Uuid(), nullable=True),
        sa.Column("drafter", sa.String(length=12), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "confirming",
                "active",
                "ended",
                name="groupstate_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("lead", sa.String(length=12), nullable=False),
        sa.Column("rotation", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("rotation_offset", sa.Integer(), nullable=False),
        sa.Column("rotation_from", sa.Integer(), nullable=False),
        sa.Column("rotation_number", sa.Integer(), nullable=False),
        sa.Column("term", sa.Integer(), nullable=False),
        sa.Column("term_months", sa.Integer(), nullable=False),
        sa.Column("term_started_on", sa.Date(), nullable=False),
        sa.Column("confirm_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "activated_by",
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
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("quota_year", sa.Integer(), nullable=True),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drafted_by", sa.Uuid(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "(activated_by IS NOT DISTINCT FROM 'common_superior') = (decision_reason IS NOT NULL)",
            name=op.f("ck_joint_group_decision_reasoned"),
        ),
        sa.CheckConstraint(
            "(state = 'ended') = (ended_on IS NOT NULL)", name=op.f("ck_joint_group_ended_on_a_day")
        ),
        sa.CheckConstraint(
            "(state IN ('draft', 'confirming')) = (activated_by IS NULL) OR state = 'ended'",
            name=op.f("ck_joint_group_activated_once_said"),
        ),
        sa.CheckConstraint(
            "rotation_offset >= 0 AND rotation_from >= 0 AND rotation_from <= term + 1",
            name=op.f("ck_joint_group_rotation_counted"),
        ),
        sa.CheckConstraint(
            "term_months > 0 AND term >= 0", name=op.f("ck_joint_group_terms_counted")
        ),
        sa.CheckConstraint("valid_from <= valid_to", name=op.f("ck_joint_group_days_ordered")),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["regions.plan.id"], name=op.f("fk_joint_group_plan_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joint_group")),
        schema="regions",
    )
    op.create_index(
        "ix_joint_group_active",
        "joint_group",
        ["quota_year"],
        unique=False,
        schema="regions",
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_index(
        "ix_joint_group_plan_id", "joint_group", ["plan_id"], unique=False, schema="regions"
    )
    op.create_index(
        "ix_joint_group_visible_to",
        "joint_group",
        ["visible_to"],
        unique=False,
        schema="regions",
        postgresql_using="gin",
    )
    op.create_index(
        "uq_joint_group_drafter_code",
        "joint_group",
        ["drafter", "code"],
        unique=True,
        schema="regions",
    )
    op.create_table(
        "group_member",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(length=12), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "lead",
                "member",
                "observer",
                name="memberrole_known",
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
                name="answer_known",
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
                "declined",
                "left",
                name="memberstatus_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column("joins_on", sa.Date(), nullable=False),
        sa.Column("leaves_on", sa.Date(), nullable=True),
        sa.Column("leave_reason", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answer_reason", sa.Text(), nullable=True),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "(consent = 'pending') = (answered_at IS NULL)",
            name=op.f("ck_group_member_answered_once_said"),
        ),
        sa.CheckConstraint(
            "consent <> 'declined' OR answer_reason IS NOT NULL",
            name=op.f("ck_group_member_reasoned"),
        ),
        sa.CheckConstraint(
            "leaves_on IS NULL OR joins_on <= leaves_on", name=op.f("ck_group_member_days_ordered")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["regions.joint_group.id"], name=op.f("fk_group_member_group_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_member")),
        schema="regions",
    )
    op.create_index(
        "ix_group_member_division", "group_member", ["division"], unique=False, schema="regions"
    )
    op.create_index(
        op.f("ix_group_member_group_id"),
        "group_member",
        ["group_id"],
        unique=False,
        schema="regions",
    )
    op.create_index(
        "ix_group_member_leaves_on",
        "group_member",
        ["leaves_on"],
        unique=False,
        schema="regions",
        postgresql_where=sa.text("status = 'taking_part' AND leaves_on IS NOT NULL"),
    )
    op.create_index(
        "uq_group_member_present",
        "group_member",
        ["group_id", "division"],
        unique=True,
        schema="regions",
        postgresql_where=sa.text("status IN ('invited', 'taking_part')"),
    )
    op.create_table(
        "group_liaison",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(length=12), nullable=False),
        sa.Column("unit", sa.String(length=200), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=64), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["regions.joint_group.id"], name=op.f("fk_group_liaison_group_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_liaison")),
        schema="regions",
    )
    op.create_index(
        op.f("ix_group_liaison_group_id"),
        "group_liaison",
        ["group_id"],
        unique=False,
        schema="regions",
    )
    op.create_table(
        "group_handover",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("term", sa.Integer(), nullable=False),
        sa.Column("from_division", sa.String(length=12), nullable=False),
        sa.Column("to_division", sa.String(length=12), nullable=False),
        sa.Column("listed", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("found", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("given_by", sa.Uuid(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_by", sa.Uuid(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "given_at IS NOT NULL OR taken_at IS NOT NULL",
            name=op.f("ck_group_handover_by_somebody"),
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["regions.joint_group.id"], name=op.f("fk_group_handover_group_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_handover")),
        schema="regions",
    )
    op.create_index(
        "uq_group_handover_term",
        "group_handover",
        ["group_id", "term"],
        unique=True,
        schema="regions",
    )
    op.create_table(
        "group_skip",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("term", sa.Integer(), nullable=False),
        sa.Column("rotation_number", sa.Integer(), nullable=False),
        sa.Column("division", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=False),
        sa.Column("approver_name", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["regions.joint_group.id"], name=op.f("fk_group_skip_group_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_skip")),
        schema="regions",
    )
    op.create_index(
        "uq_group_skip_term_division",
        "group_skip",
        ["group_id", "term", "division"],
        unique=True,
        schema="regions",
    )
    op.create_table(
        "group_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "confirming",
                "active",
                "ended",
                name="groupstate_known",
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
            ["group_id"], ["regions.joint_group.id"], name=op.f("fk_group_step_group_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_step")),
        schema="regions",
    )
    op.create_index(
        op.f("ix_group_step_group_id"), "group_step", ["group_id"], unique=False, schema="regions"
    )
    op.create_table(
        "quota_slot",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.String(length=32), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
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
        sa.Column("window_from", sa.Date(), nullable=False),
        sa.Column("window_to", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "drafted",
                "planned",
                "done",
                "dropped",
                name="slotstate_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column("operation_id", sa.Uuid(), nullable=True),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("planned_to", sa.Date(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "(state = 'done') = (done_at IS NOT NULL)", name=op.f("ck_quota_slot_done_once")
        ),
        sa.CheckConstraint(
            "(state IN ('open', 'dropped')) = (operation_id IS NULL)",
            name=op.f("ck_quota_slot_drafted_as_something"),
        ),
        sa.CheckConstraint("ordinal > 0", name=op.f("ck_quota_slot_counted")),
        sa.CheckConstraint("window_from <= window_to", name=op.f("ck_quota_slot_days_ordered")),
        sa.ForeignKeyConstraint(
            ["group_id"], ["regions.joint_group.id"], name=op.f("fk_quota_slot_group_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quota_slot")),
        schema="regions",
    )
    op.create_index(
        "ix_quota_slot_open",
        "quota_slot",
        ["window_from"],
        unique=False,
        schema="regions",
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "uq_quota_slot_operation_id",
        "quota_slot",
        ["operation_id"],
        unique=True,
        schema="regions",
        postgresql_where=sa.text("operation_id IS NOT NULL"),
    )
    op.create_index(
        "uq_quota_slot_ordinal",
        "quota_slot",
        ["group_id", "period", "ordinal"],
        unique=True,
        schema="regions",
    )
    for table in TABLES:
        op.execute(f"ALTER TABLE regions.{table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE regions.{table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY access ON regions.{table} USING ({SEEN}) WITH CHECK ({SEEN})")
    for table in NEVER_CHANGED:
        op.execute(
            "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE"
            f" ON regions.{table}\nFOR EACH STATEMENT EXECUTE FUNCTION regions.refuse_change()"
        )
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
    op.execute("SELECT set_config('app.system', 'on', true)")
    op.execute("SELECT set_config('app.principal', 'system', true)")
    delete = sa.text("DELETE FROM regions.rule_setting WHERE name = :name AND scope = ''")
    for name, _, _ in SETTINGS:
        op.execute(delete.bindparams(name=name))
    for table in reversed(TABLES):
        op.drop_table(table, schema="regions")
