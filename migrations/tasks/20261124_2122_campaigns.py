"""Campaigns: rounds, teams of three kinds, special groups, targets, approvals of special checks.

Runs beside the release before it: it only adds.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "e60000000002"
down_revision = "e60000000001"
branch_labels = None
depends_on = None

# What a task says of the campaign it is for; the column for the campaign itself is there already.
ADDED = ("round_id", "campaign_team_id")
REFERENCES = {
    "campaign_id": "campaign",
    "round_id": "campaign_round",
    "campaign_team_id": "campaign_team",
}
TABLES = (
    "campaign_target",
    "campaign_team_member",
    "campaign_team",
    "campaign_group_reading",
    "campaign_group_question",
    "campaign_group_duty",
    "campaign_group",
    "campaign_step",
    "campaign_round",
    "campaign",
    "check_approval",
)


def upgrade() -> None:
    op.create_table(
        "check_approval",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organiser", sa.String(length=12), nullable=False),
        sa.Column("organ", sa.String(length=200), nullable=False),
        sa.Column("division", sa.String(length=12), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("approved_on", sa.Date(), nullable=False),
        sa.Column("filed_with", sa.String(length=200), nullable=False),
        sa.Column("filed_on", sa.Date(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("published_at", sa.String(length=200), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("most_objects", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "approved_on <= filed_on AND approved_on <= published_on AND valid_from <= valid_to",
            name=op.f("ck_check_approval_ordered"),
        ),
        sa.CheckConstraint("most_objects >= 1", name=op.f("ck_check_approval_limited")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_approval")),
        schema="tasks",
    )
    op.create_index(
        "ix_check_approval_visible_to",
        "check_approval",
        ["visible_to"],
        unique=False,
        schema="tasks",
        postgresql_using="gin",
    )
    op.create_table(
        "campaign",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(length=12), nullable=False),
        sa.Column("parties", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "special",
                "supervision",
                "cross",
                "drill",
                name="campaignkind_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="tasks",
            ),
            nullable=False,
        ),
        sa.Column("document_title", sa.String(length=200), nullable=False),
        sa.Column("document_number", sa.String(length=200), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("media", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("industries", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("areas", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("goals", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("approval_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "issued",
                "running",
                "closed",
                "called_off",
                name="campaignstate_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="tasks",
            ),
            nullable=False,
        ),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "(state = 'closed') = (summary IS NOT NULL)", name=op.f("ck_campaign_closed_summed_up")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'called_off') OR document_number <> ''",
            name=op.f("ck_campaign_issued_documented"),
        ),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_campaign_ordered")),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["tasks.check_approval.id"], name=op.f("fk_campaign_approval_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        schema="tasks",
    )
    op.create_index(
        "ix_campaign_approval_id", "campaign", ["approval_id"], unique=False, schema="tasks"
    )
    op.create_index(
        "ix_campaign_visible_to",
        "campaign",
        ["visible_to"],
        unique=False,
        schema="tasks",
        postgresql_using="gin",
    )
    op.create_index(
        "uq_campaign_document",
        "campaign",
        ["division", "document_number"],
        unique=True,
        schema="tasks",
        postgresql_where=sa.text("state <> 'called_off'"),
    )
    op.create_table(
        "campaign_group",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("leaders", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("core_staff", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("goals", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("watched", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("dissolved_on", sa.Date(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["tasks.campaign.id"], name=op.f("fk_campaign_group_campaign_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_group")),
        schema="tasks",
    )
    op.create_index(
        "ix_campaign_group_campaign_id",
        "campaign_group",
        ["campaign_id", "id"],
        unique=False,
        schema="tasks",
    )
    op.create_table(
        "campaign_round",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "round",
                "batch",
                name="roundkind_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="tasks",
            ),
            nullable=False,
        ),
        sa.Column("sequence", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("teams_planned", sa.SmallInteger(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "sequence >= 1 AND teams_planned >= 0", name=op.f("ck_campaign_round_counted")
        ),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_campaign_round_ordered")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["tasks.campaign.id"], name=op.f("fk_campaign_round_campaign_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_round")),
        sa.UniqueConstraint(
            "campaign_id",
            "kind",
            "sequence",
            name=op.f("uq_campaign_round_campaign_id_kind_sequence"),
        ),
        schema="tasks",
    )
    op.create_table(
        "campaign_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["tasks.campaign.id"], name=op.f("fk_campaign_step_campaign_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_step")),
        schema="tasks",
    )
    op.create_index(
        "ix_campaign_step_campaign_id",
        "campaign_step",
        ["campaign_id", "id"],
        unique=False,
        schema="tasks",
    )
    op.create_table(
        "campaign_group_duty",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("division", sa.String(length=12), nullable=False),
        sa.Column("duty", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(done_at IS NULL) = (note IS NULL)", name=op.f("ck_campaign_group_duty_done_told")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["tasks.campaign_group.id"], name=op.f("fk_campaign_group_duty_group_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_group_duty")),
        schema="tasks",
    )
    op.create_index(
        "ix_campaign_group_duty_group_id",
        "campaign_group_duty",
        ["group_id", "id"],
        unique=False,
        schema="tasks",
    )
    op.create_table(
        "campaign_group_question",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("put_to", sa.String(length=200), nullable=False),
        sa.Column("division", sa.String(length=12), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(length=200), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.String(length=200), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answer IS NULL) AND (answered_at IS NULL) = (answered_by IS NULL)",
            name=op.f("ck_campaign_group_question_answered_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["tasks.campaign_group.id"],
            name=op.f("fk_campaign_group_question_group_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_group_question")),
        schema="tasks",
    )
    op.create_index(
        "ix_campaign_group_question_group_id",
        "campaign_group_question",
        ["group_id", "id"],
        unique=False,
        schema="tasks",
    )
    op.create_table(
        "campaign_group_reading",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column(
            "figure",
            sa.Enum(
                "check_steps",
                "report_format",
                "rectification",
                name="watched_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="tasks",
            ),
            nullable=False,
        ),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("whole", sa.Integer(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("noted_by", sa.String(length=200), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "0 <= done AND done <= whole", name=op.f("ck_campaign_group_reading_part_of_whole")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["tasks.campaign_group.id"],
            name=op.f("fk_campaign_group_reading_group_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_group_reading")),
        schema="tasks",
    )
    op.create_index(
        "ix_campaign_group_reading_group_id",
        "campaign_group_reading",
        ["group_id", "id"],
        unique=False,
        schema="tasks",
    )
    op.create_table(
        "campaign_team",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "professional",
                "diagnosis",
                "cross_county",
                name="teamkind_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="tasks",
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("alias", sa.String(length=200), nullable=True),
        sa.Column("home_divisions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("works_in", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("tools", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("focus", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("skills", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("disbanded_on", sa.Date(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "home_divisions <> '{}'", name=op.f("ck_campaign_team_comes_from_somewhere")
        ),
        sa.CheckConstraint(
            "kind <> 'cross_county' OR NOT home_divisions && works_in",
            name=op.f("ck_campaign_team_not_at_home"),
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["tasks.campaign.id"], name=op.f("fk_campaign_team_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["tasks.campaign_round.id"], name=op.f("fk_campaign_team_round_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_team")),
        schema="tasks",
    )
    op.create_index(
        "ix_campaign_team_campaign_id",
        "campaign_team",
        ["campaign_id", "id"],
        unique=False,
        schema="tasks",
    )
    op.create_index(
        "ix_campaign_team_round_id", "campaign_team", ["round_id"], unique=False, schema="tasks"
    )
    op.create_table(
        "campaign_target",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=True),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("division", sa.String(length=12), nullable=False),
        sa.Column(
            "basis",
            sa.Enum(
                "ministry",
                "province",
                "trade",
                "own",
                name="targetbasis_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="tasks",
            ),
            nullable=False,
        ),
        sa.Column("document", sa.String(length=200), nullable=True),
        sa.Column("added_on", sa.Date(), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=False),
        sa.Column("removed_on", sa.Date(), nullable=True),
        sa.Column("removal_reason", sa.Text(), nullable=True),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "(removed_on IS NULL) = (removal_reason IS NULL)",
            name=op.f("ck_campaign_target_removal_reasoned"),
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["tasks.campaign.id"], name=op.f("fk_campaign_target_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"],
            ["tasks.enterprise.id"],
            name=op.f("fk_campaign_target_enterprise_id"),
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["tasks.campaign_round.id"], name=op.f("fk_campaign_target_round_id")
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["tasks.campaign_team.id"], name=op.f("fk_campaign_target_team_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_target")),
        schema="tasks",
    )
    op.create_index(
        "ix_campaign_target_enterprise_id",
        "campaign_target",
        ["enterprise_id"],
        unique=False,
        schema="tasks",
    )
    op.create_index(
        "ix_campaign_target_round_id", "campaign_target", ["round_id"], unique=False, schema="tasks"
    )
    op.create_index(
        "ix_campaign_target_team_id", "campaign_target", ["team_id"], unique=False, schema="tasks"
    )
    op.create_index(
        "ix_campaign_target_visible_to",
        "campaign_target",
        ["visible_to"],
        unique=False,
        schema="tasks",
        postgresql_using="gin",
    )
    op.create_index(
        "uq_campaign_target_standing",
        "campaign_target",
        [
            "campaign_id",
            sa.literal_column("coalesce(round_id, '00000000-0000-0000-0000-000000000000'::uuid)"),
            "enterprise_id",
        ],
        unique=True,
        schema="tasks",
        postgresql_where=sa.text("removed_on IS NULL"),
    )
    op.create_table(
        "campaign_team_member",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("division", sa.String(length=12), nullable=False),
        sa.Column(
            "function",
            sa.Enum(
                "officer",
                "monitoring_staff",
                "expert",
                "lawyer",
                name="function_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="tasks",
            ),
            nullable=False,
        ),
        sa.Column("is_leader", sa.Boolean(), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "NOT is_leader OR function = 'officer'",
            name=op.f("ck_campaign_team_member_led_by_officer"),
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["tasks.campaign_team.id"], name=op.f("fk_campaign_team_member_team_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_team_member")),
        schema="tasks",
    )
    op.create_index(
        "ix_campaign_team_member_team_id",
        "campaign_team_member",
        ["team_id"],
        unique=False,
        schema="tasks",
    )
    op.create_index(
        "uq_campaign_team_member_leader",
        "campaign_team_member",
        ["team_id"],
        unique=True,
        schema="tasks",
        postgresql_where=sa.text("is_leader AND left_on IS NULL"),
    )
    op.create_index(
        "uq_campaign_team_member_officer",
        "campaign_team_member",
        ["team_id", "officer_id"],
        unique=True,
        schema="tasks",
        postgresql_where=sa.text("left_on IS NULL"),
    )
    op.execute(
        "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON tasks.check_approval\nFOR EACH STATEMENT EXECUTE FUNCTION tasks.refuse_change()"
    )
    op.execute("ALTER TABLE tasks.check_approval ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE tasks.check_approval FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON tasks.check_approval USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE tasks.campaign ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE tasks.campaign FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON tasks.campaign USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE tasks.campaign_group ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE tasks.campaign_group FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON tasks.campaign_group USING (EXISTS (SELECT FROM tasks.campaign whole WHERE whole.id = campaign_id) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (EXISTS (SELECT FROM tasks.campaign whole WHERE whole.id = campaign_id) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE tasks.campaign_round ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE tasks.campaign_round FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON tasks.campaign_round USING (EXISTS (SELECT FROM tasks.campaign whole WHERE whole.id = campaign_id) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (EXISTS (SELECT FROM tasks.campaign whole WHERE whole.id = campaign_id) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute(
        "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON tasks.campaign_step\nFOR EACH STATEMENT EXECUTE FUNCTION tasks.refuse_change()"
    )
    op.execute("ALTER TABLE tasks.campaign_step ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE tasks.campaign_step FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON tasks.campaign_step USING (EXISTS (SELECT FROM tasks.campaign whole WHERE whole.id = campaign_id) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (EXISTS (SELECT FROM tasks.campaign whole WHERE whole.id = campaign_id) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE tasks.campaign_group_duty ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE tasks.campaign_group_duty FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON tasks.campaign_group_duty USING (EXISTS (SELECT FROM tasks.campaign_group whole WHERE whole.id = group_id) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (EXISTS (SELECT FROM tasks.campaign_group whole WHERE whole.id = group_id) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE tasks.campaign_group_question ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE tasks.campaign_group_question FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON tasks.campaign_group_question USING (EXISTS (SELECT FROM tasks.campaign_group whole WHERE whole.id = group_id) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (EXISTS (SELECT FROM tasks.campaign_group whole WHERE whole.id = group_id) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute(
        "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON tasks.campaign_group_reading\nFOR EACH STATEMENT EXECUTE FUNCTION tasks.refuse_change()"
    )
    op.execute("ALTER TABLE tasks.campaign_group_reading ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE tasks.campaign_group_reading FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON tasks.campaign_group_reading USING (EXISTS (SELECT FROM tasks.campaign_group whole WHERE whole.id = group_id) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (EXISTS (SELECT FROM tasks.campaign_group whole WHERE whole.id = group_id) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE tasks.campaign_team ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE tasks.campaign_team FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON tasks.campaign_team USING (EXISTS (SELECT FROM tasks.campaign whole WHERE whole.id = campaign_id) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (EXISTS (SELECT FROM tasks.campaign whole WHERE whole.id = campaign_id) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE tasks.campaign_target ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE tasks.campaign_target FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON tasks.campaign_target USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE tasks.campaign_team_member ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE tasks.campaign_team_member FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON tasks.campaign_team_member USING (EXISTS (SELECT FROM tasks.campaign_team whole WHERE whole.id = team_id) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (EXISTS (SELECT FROM tasks.campaign_team whole WHERE whole.id = team_id) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    for column in ADDED:
        op.add_column("task", sa.Column(column, sa.Uuid(), nullable=True), schema="tasks")
    for column, table in REFERENCES.items():
        op.execute(
            f"ALTER TABLE tasks.task ADD CONSTRAINT fk_task_{column}"
            f" FOREIGN KEY ({column}) REFERENCES tasks.{table} (id) NOT VALID"
        )
    # Beside the running release: neither a check of the old rows nor an index blocks a write.
    with op.get_context().autocommit_block():
        for column in REFERENCES:
            op.execute(f"ALTER TABLE tasks.task VALIDATE CONSTRAINT fk_task_{column}")
        for column in ADDED:
            op.create_index(
                f"ix_task_{column}",
                "task",
                [column],
                schema="tasks",
                postgresql_concurrently=True,
                if_not_exists=True,
            )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        for column in ADDED:
            op.drop_index(
                f"ix_task_{column}",
                table_name="task",
                schema="tasks",
                postgresql_concurrently=True,
            )
    for column in REFERENCES:
        op.drop_constraint(f"fk_task_{column}", "task", schema="tasks", type_="foreignkey")
    for column in ADDED:
        op.drop_column("task", column, schema="tasks")
    for table in TABLES:
        op.drop_table(table, schema="tasks")
