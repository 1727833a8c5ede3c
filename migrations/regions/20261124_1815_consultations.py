"""Consultations: who was asked, the diagnosis, what became of it.

Runs beside the release before it: it only adds. [DD] is our own default.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "d50000000004"
down_revision = "d50000000003"
branch_labels = None
depends_on = None

SETTINGS = (
    (
        "consultation.rhythm_months",
        "3",
        "[DD] months between regular consultations; seed 002 says 定期 and no period",
    ),
    (
        "consultation.measure_working_days",
        "20",
        "[DD] working days for a measure the consultation gave no date",
    ),
    ("consultation.warn_days", "3", "[DD] days a measure's time is warned of, and raised after"),
)


def upgrade() -> None:
    op.create_table(
        "consultation",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("convener", sa.String(length=12), nullable=False),
        sa.Column("regular", sa.Boolean(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "convened",
                "held",
                "closed",
                "cancelled",
                name="state_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column("convened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("convened_by", sa.Uuid(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "(state = 'cancelled') = (cancel_reason IS NOT NULL)",
            name=op.f("ck_consultation_cancelled"),
        ),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_consultation_closed_when")
        ),
        sa.CheckConstraint(
            "(state IN ('held', 'closed')) = (held_on IS NOT NULL)",
            name=op.f("ck_consultation_held_when"),
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["regions.meeting.id"], name=op.f("fk_consultation_meeting_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation")),
        schema="regions",
    )
    op.create_index(
        "ix_consultation_convener",
        "consultation",
        ["convener", "held_on"],
        unique=False,
        schema="regions",
    )
    op.create_index(
        "ix_consultation_meeting_id", "consultation", ["meeting_id"], unique=False, schema="regions"
    )
    op.create_index(
        "ix_consultation_visible_to",
        "consultation",
        ["visible_to"],
        unique=False,
        schema="regions",
        postgresql_using="gin",
    )
    op.create_table(
        "consultation_invitee",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("consultation_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "division",
                "department",
                "police",
                "procuratorate",
                "court",
                "lawyer",
                "expert",
                "other",
                name="inviteekind_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column("division", sa.String(length=12), nullable=True),
        sa.Column("expert_id", sa.Uuid(), nullable=True),
        sa.Column("organisation", sa.String(length=200), nullable=True),
        sa.Column("person", sa.String(length=200), nullable=True),
        sa.Column("invitation", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "answer",
            sa.Enum(
                "pending",
                "comes",
                "sends_opinion",
                "declined",
                name="answer_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column("answer_text", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_name", sa.String(length=200), nullable=True),
        sa.Column("attended", sa.Boolean(), nullable=True),
        sa.Column("attendees", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "(answer = 'pending') = (answered_at IS NULL)",
            name=op.f("ck_consultation_invitee_answered_once_said"),
        ),
        sa.CheckConstraint(
            "(kind = 'division') = (division IS NOT NULL)",
            name=op.f("ck_consultation_invitee_division_named"),
        ),
        sa.CheckConstraint(
            "(kind = 'expert') = (expert_id IS NOT NULL)",
            name=op.f("ck_consultation_invitee_expert_named"),
        ),
        sa.CheckConstraint(
            "answer <> 'declined' OR attended IS NULL",
            name=op.f("ck_consultation_invitee_declined_stays_away"),
        ),
        sa.CheckConstraint(
            "answer NOT IN ('declined', 'sends_opinion') OR answer_text IS NOT NULL",
            name=op.f("ck_consultation_invitee_answer_reasoned"),
        ),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["regions.consultation.id"],
            name=op.f("fk_consultation_invitee_consultation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["regions.expert.id"], name=op.f("fk_consultation_invitee_expert_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation_invitee")),
        schema="regions",
    )
    op.create_index(
        "ix_consultation_invitee_expert_id",
        "consultation_invitee",
        ["expert_id"],
        unique=False,
        schema="regions",
    )
    op.create_index(
        "ix_consultation_invitee_visible_to",
        "consultation_invitee",
        ["visible_to"],
        unique=False,
        schema="regions",
        postgresql_using="gin",
    )
    op.create_index(
        "uq_consultation_invitee_division",
        "consultation_invitee",
        ["consultation_id", "division"],
        unique=True,
        schema="regions",
        postgresql_where=sa.text("division IS NOT NULL"),
    )
    op.create_table(
        "consultation_problem",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("consultation_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("matter", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("legal_view", sa.Text(), nullable=True),
        sa.Column("technical_view", sa.Text(), nullable=True),
        sa.Column("recommended", sa.Text(), nullable=True),
        sa.Column("diagnosed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("solved", sa.Boolean(), nullable=True),
        sa.Column("look_back", sa.Text(), nullable=True),
        sa.Column("looked_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "num_nulls(cause, legal_view, technical_view, recommended, diagnosed_at) IN (0, 5)",
            name=op.f("ck_consultation_problem_diagnosis_whole"),
        ),
        sa.CheckConstraint(
            "num_nulls(solved, looked_back_at, look_back) IN (0, 3)",
            name=op.f("ck_consultation_problem_look_back_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["regions.consultation.id"],
            name=op.f("fk_consultation_problem_consultation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation_problem")),
        sa.UniqueConstraint(
            "consultation_id", "number", name=op.f("uq_consultation_problem_consultation_id_number")
        ),
        schema="regions",
    )
    op.create_table(
        "consultation_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("consultation_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "convened",
                "held",
                "closed",
                "cancelled",
                name="state_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column("about_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["regions.consultation.id"],
            name=op.f("fk_consultation_step_consultation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation_step")),
        schema="regions",
    )
    op.create_index(
        "ix_consultation_step_consultation_id",
        "consultation_step",
        ["consultation_id"],
        unique=False,
        schema="regions",
    )
    op.create_table(
        "consultation_dissent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("consultation_id", sa.Uuid(), nullable=False),
        sa.Column("problem_id", sa.Uuid(), nullable=False),
        sa.Column("invitee_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_name", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["regions.consultation.id"],
            name=op.f("fk_consultation_dissent_consultation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["invitee_id"],
            ["regions.consultation_invitee.id"],
            name=op.f("fk_consultation_dissent_invitee_id"),
        ),
        sa.ForeignKeyConstraint(
            ["problem_id"],
            ["regions.consultation_problem.id"],
            name=op.f("fk_consultation_dissent_problem_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation_dissent")),
        schema="regions",
    )
    op.create_index(
        "ix_consultation_dissent_consultation_id",
        "consultation_dissent",
        ["consultation_id"],
        unique=False,
        schema="regions",
    )
    op.create_index(
        "ix_consultation_dissent_invitee_id",
        "consultation_dissent",
        ["invitee_id"],
        unique=False,
        schema="regions",
    )
    op.create_index(
        "ix_consultation_dissent_problem_id",
        "consultation_dissent",
        ["problem_id"],
        unique=False,
        schema="regions",
    )
    op.create_table(
        "consultation_measure",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("consultation_id", sa.Uuid(), nullable=False),
        sa.Column("problem_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("responsible", sa.String(length=12), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "ordered",
                "under_way",
                "reported",
                "done",
                "dropped",
                name="measurestate_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("progress", sa.Text(), nullable=True),
        sa.Column("proof", sa.Text(), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("drop_reason", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state = 'dropped') = (drop_reason IS NOT NULL)",
            name=op.f("ck_consultation_measure_drop_reasoned"),
        ),
        sa.CheckConstraint(
            "(state IN ('done', 'dropped')) = (closed_at IS NOT NULL)",
            name=op.f("ck_consultation_measure_closed_when"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('reported', 'done') OR proof IS NOT NULL",
            name=op.f("ck_consultation_measure_proved"),
        ),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["regions.consultation.id"],
            name=op.f("fk_consultation_measure_consultation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["problem_id"],
            ["regions.consultation_problem.id"],
            name=op.f("fk_consultation_measure_problem_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation_measure")),
        schema="regions",
    )
    op.create_index(
        "ix_consultation_measure_consultation_id",
        "consultation_measure",
        ["consultation_id"],
        unique=False,
        schema="regions",
    )
    op.create_index(
        "ix_consultation_measure_open",
        "consultation_measure",
        ["responsible", "due_at"],
        unique=False,
        schema="regions",
        postgresql_where=sa.text("state NOT IN ('done', 'dropped')"),
    )
    op.create_index(
        "ix_consultation_measure_problem_id",
        "consultation_measure",
        ["problem_id"],
        unique=False,
        schema="regions",
    )
    op.execute("ALTER TABLE regions.consultation ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.consultation FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.consultation USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE regions.consultation_invitee ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.consultation_invitee FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.consultation_invitee USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR EXISTS (SELECT 1 FROM regions.consultation AS c WHERE c.id = consultation_invitee.consultation_id AND c.visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ','))) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK ((SELECT current_setting('app.principal', true)) <> '')"
    )
    op.execute("ALTER TABLE regions.consultation_problem ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.consultation_problem FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.consultation_problem USING (EXISTS (SELECT 1 FROM regions.consultation AS c WHERE c.id = consultation_problem.consultation_id AND c.visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ','))) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK ((SELECT current_setting('app.principal', true)) <> '')"
    )
    op.execute(
        "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON regions.consultation_step\nFOR EACH STATEMENT EXECUTE FUNCTION regions.refuse_change()"
    )
    op.execute("ALTER TABLE regions.consultation_step ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.consultation_step FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.consultation_step USING (EXISTS (SELECT 1 FROM regions.consultation AS c WHERE c.id = consultation_step.consultation_id AND c.visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ','))) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK ((SELECT current_setting('app.principal', true)) <> '')"
    )
    op.execute(
        "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON regions.consultation_dissent\nFOR EACH STATEMENT EXECUTE FUNCTION regions.refuse_change()"
    )
    op.execute("ALTER TABLE regions.consultation_dissent ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.consultation_dissent FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.consultation_dissent USING (EXISTS (SELECT 1 FROM regions.consultation AS c WHERE c.id = consultation_dissent.consultation_id AND c.visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ','))) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK ((SELECT current_setting('app.principal', true)) <> '')"
    )
    op.execute("ALTER TABLE regions.consultation_measure ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.consultation_measure FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.consultation_measure USING (EXISTS (SELECT 1 FROM regions.consultation AS c WHERE c.id = consultation_measure.consultation_id AND c.visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ','))) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK ((SELECT current_setting('app.principal', true)) <> '')"
    )
    op.execute("SELECT set_config('app.system', 'on', true)")
    op.execute("SELECT set_config('app.principal', 'system', true)")
    insert = sa.text(
        "INSERT INTO regions.rule_setting (name, scope, valid_from, value, basis)"
        " VALUES (:name, '', DATE '2000-01-01', CAST(:value AS jsonb), :basis)"
    )
    for name, value, basis in SETTINGS:
        op.execute(insert.bindparams(name=name, value=value, basis=basis))
    op.execute("SELECT set_config('app.system', 'off', true)")


def downgrade() -> None:
    op.drop_index(
        "ix_consultation_measure_problem_id", table_name="consultation_measure", schema="regions"
    )
    op.drop_index(
        "ix_consultation_measure_open",
        table_name="consultation_measure",
        schema="regions",
        postgresql_where=sa.text("state NOT IN ('done', 'dropped')"),
    )
    op.drop_index(
        "ix_consultation_measure_consultation_id",
        table_name="consultation_measure",
        schema="regions",
    )
    op.drop_table("consultation_measure", schema="regions")
    op.drop_index(
        "ix_consultation_dissent_problem_id", table_name="consultation_dissent", schema="regions"
    )
    op.drop_index(
        "ix_consultation_dissent_invitee_id", table_name="consultation_dissent", schema="regions"
    )
    op.drop_index(
        "ix_consultation_dissent_consultation_id",
        table_name="consultation_dissent",
        schema="regions",
    )
    op.drop_table("consultation_dissent", schema="regions")
    op.drop_index(
        "ix_consultation_step_consultation_id", table_name="consultation_step", schema="regions"
    )
    op.drop_table("consultation_step", schema="regions")
    op.drop_table("consultation_problem", schema="regions")
    op.drop_index(
        "uq_consultation_invitee_division",
        table_name="consultation_invitee",
        schema="regions",
        postgresql_where=sa.text("division IS NOT NULL"),
    )
    op.drop_index(
        "ix_consultation_invitee_visible_to",
        table_name="consultation_invitee",
        schema="regions",
        postgresql_using="gin",
    )
    op.drop_index(
        "ix_consultation_invitee_expert_id", table_name="consultation_invitee", schema="regions"
    )
    op.drop_table("consultation_invitee", schema="regions")
    op.drop_index(
        "ix_consultation_visible_to",
        table_name="consultation",
        schema="regions",
        postgresql_using="gin",
    )
    op.drop_index("ix_consultation_meeting_id", table_name="consultation", schema="regions")
    op.drop_index("ix_consultation_convener", table_name="consultation", schema="regions")
    op.drop_table("consultation", schema="regions")
    op.execute("SELECT set_config('app.system', 'on', true)")
    op.execute("SELECT set_config('app.principal', 'system', true)")
    delete = sa.text("DELETE FROM regions.rule_setting WHERE name = :name AND scope = ''")
    for name, _, _ in SETTINGS:
        op.execute(delete.bindparams(name=name))
    op.execute("SELECT set_config('app.system', 'off', true)")
