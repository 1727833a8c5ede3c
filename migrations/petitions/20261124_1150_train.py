"""The whole through-train, restated reports, letters of inspections, calls to make.

Runs beside the release before it: it adds, and what it replaces is dropped by a later one. An
index on a busy table is made concurrently, in an autocommit block.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "b8b97ed11fe2"
down_revision = "5b7e20d4a611"
branch_labels = None
depends_on = None

# [seed 004] is the Ningbo scheme, [DD] our own default.
SETTINGS = (
    ("callbacks.due_days", "10", "[DD] natural days from the answer to the call"),
    ("letters.first_look_back_days", "30", "[DD] natural days from the close of a letter"),
    ("letters.second_look_back_days", "90", "[DD] natural days from the first look back"),
    (
        "through_train.county_handling_due",
        '"period_report"',
        "[DD] until the next period report; or a number of natural days",
    ),
    ("through_train.receipt_hours", "24", "[DD] in which members confirm a report"),
    (
        "through_train.wait_minutes",
        "60",
        "[DD] how long a weekly report waits for what was announced before its cut-off",
    ),
    (
        "through_train.week_start",
        '"monday 00:00"',
        "[DD] cut-off Sunday 24:00, in Asia/Shanghai; a weekday and a full hour",
    ),
)
# name, type, default for reports that are there
ADDED = (
    ("starts_at", sa.DateTime(timezone=True), "'-infinity'"),
    ("cut_off", sa.DateTime(timezone=True), "'-infinity'"),
    ("restates_id", sa.Uuid(), None),
    ("restatement", sa.SmallInteger(), "0"),
    ("reason", sa.String(200), None),
    ("carried_hashes", postgresql.ARRAY(sa.Text()), "'{}'"),
    ("line_hashes", postgresql.ARRAY(sa.Text()), "'{}'"),
    ("change_hashes", postgresql.ARRAY(sa.Text()), "'{}'"),
    ("previous_hash", sa.String(64), None),
    # Their hash covers number, period and items.
    ("hash_form", sa.SmallInteger(), "1"),
)
# The instants their days meant. Nothing of what a report says is touched.
MEANT = """
UPDATE petitions.report SET
  starts_at = period_start::timestamp AT TIME ZONE 'Asia/Shanghai',
  cut_off = period_end::timestamp AT TIME ZONE 'Asia/Shanghai'
"""
RESTATED = "(restatement = 0) = (restates_id IS NULL) AND (restatement = 0) = (reason IS NULL)"


VALIDATED = (
    ("report", "fk_report_restates_id"),
    ("report", "ck_report_restated_with_reason"),
    ("report_item", "ck_report_item_section_known"),
)


def _as_system(switch: str) -> None:
    op.execute(
        f"SELECT set_config('app.system', '{switch}', true),"
        " set_config('app.principal', 'system', true)"
    )


def upgrade() -> None:
    op.create_table(
        "letter_batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.String(length=200), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "central",
                "provincial",
                name="level_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="petitions",
            ),
            nullable=False,
        ),
        sa.Column("division", sa.String(length=12), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("stated_total", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("loaded_by", sa.Uuid(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_batch")),
        sa.UniqueConstraint("body", "number", name=op.f("uq_letter_batch_body_number")),
        schema="petitions",
    )
    op.create_table(
        "callback_plan",
        sa.Column("petition_id", sa.Uuid(), nullable=False),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["petition_id"], ["petitions.petition.id"], name=op.f("fk_callback_plan_petition_id")
        ),
        sa.PrimaryKeyConstraint("petition_id", "replied_at", name=op.f("pk_callback_plan")),
        schema="petitions",
    )
    op.create_index(
        "ix_callback_plan_open",
        "callback_plan",
        ["due_on", "petition_id"],
        unique=False,
        schema="petitions",
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_table(
        "inspection_letter",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("outside_number", sa.String(length=64), nullable=False),
        sa.Column("petition_id", sa.Uuid(), nullable=True),
        sa.Column("county", sa.String(length=12), nullable=False),
        sa.Column("shares", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "answered",
                "returned",
                "closed",
                name="state_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="petitions",
            ),
            nullable=False,
        ),
        sa.Column(
            "pace",
            sa.Enum(
                "completed",
                "on_schedule",
                "long_term",
                name="pace_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="petitions",
            ),
            nullable=True,
        ),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("reopened", sa.SmallInteger(), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_on IS NOT NULL)",
            name=op.f("ck_inspection_letter_closed_on_a_day"),
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["petitions.letter_batch.id"], name=op.f("fk_inspection_letter_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["petition_id"],
            ["petitions.petition.id"],
            name=op.f("fk_inspection_letter_petition_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_letter")),
        sa.UniqueConstraint(
            "batch_id", "outside_number", name=op.f("uq_inspection_letter_batch_id_outside_number")
        ),
        sa.UniqueConstraint(
            "batch_id", "position", name=op.f("uq_inspection_letter_batch_id_position")
        ),
        schema="petitions",
    )
    op.create_index(
        "ix_inspection_letter_petition",
        "inspection_letter",
        ["petition_id"],
        unique=False,
        schema="petitions",
    )
    op.create_table(
        "report_part",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "line",
                "change",
                name="partkind_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="petitions",
            ),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["petitions.report.id"], name=op.f("fk_report_part_report_id")
        ),
        sa.PrimaryKeyConstraint("report_id", "kind", "position", name=op.f("pk_report_part")),
        schema="petitions",
    )
    op.create_table(
        "escalation_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("escalation_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "progress",
                "triggered_again",
                "repeat_revoked",
                "task_withdrawn",
                name="notekind_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="petitions",
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["escalation_id"],
            ["petitions.escalation.id"],
            name=op.f("fk_escalation_note_escalation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation_note")),
        schema="petitions",
    )
    op.create_index(
        "ix_escalation_note_escalation",
        "escalation_note",
        ["escalation_id", "at"],
        unique=False,
        schema="petitions",
    )
    op.create_table(
        "letter_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column(
            "step",
            sa.Enum(
                "answer",
                "close",
                "return",
                "reopen",
                name="step_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="petitions",
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "answered",
                "returned",
                "closed",
                name="state_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="petitions",
            ),
            nullable=False,
        ),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["petitions.inspection_letter.id"], name=op.f("fk_letter_step_letter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_step")),
        schema="petitions",
    )
    op.create_index(
        "ix_letter_step_letter",
        "letter_step",
        ["letter_id", "at"],
        unique=False,
        schema="petitions",
    )
    op.create_table(
        "look_back",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("reopened", sa.SmallInteger(), nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column(
            "found",
            sa.Enum(
                "solved",
                "partly",
                "relapsed",
                name="found_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="petitions",
            ),
            nullable=False,
        ),
        sa.Column("findings", sa.String(length=500), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint("round IN (1, 2)", name=op.f("ck_look_back_two_rounds")),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["petitions.inspection_letter.id"], name=op.f("fk_look_back_letter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_look_back")),
        sa.UniqueConstraint(
            "letter_id", "reopened", "round", name=op.f("uq_look_back_letter_id_reopened_round")
        ),
        schema="petitions",
    )
    op.add_column(
        "escalation",
        sa.Column("task_withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        schema="petitions",
    )
    for name, kind, default in ADDED:
        _add("report", name, kind, default)
    _complete_reports()
    op.drop_constraint(
        op.f("uq_report_group_id_kind_period_start"), "report", schema="petitions", type_="unique"
    )
    op.create_foreign_key(
        op.f("fk_report_restates_id"),
        "report",
        "report",
        ["restates_id"],
        ["id"],
        source_schema="petitions",
        referent_schema="petitions",
        postgresql_not_valid=True,
    )
    op.execute(
        "ALTER TABLE petitions.report ADD CONSTRAINT ck_report_restated_with_reason"
        f" CHECK ({RESTATED}) NOT VALID"
    )
    _add("report_item", "section", sa.String(32), "'named'")
    op.execute(
        "ALTER TABLE petitions.report_item ADD CONSTRAINT ck_report_item_section_known"
        " CHECK (section IN ('named', 'carried')) NOT VALID"
    )
    _add("working_group_member", "must_confirm", sa.Boolean(), "true")
    op.add_column(
        "working_group_member",
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        schema="petitions",
    )
    op.add_column(
        "working_group_member",
        sa.Column("left_reason", sa.String(length=200), nullable=True),
        schema="petitions",
    )
    op.execute("ALTER TABLE petitions.letter_batch ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE petitions.letter_batch FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON petitions.letter_batch USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE petitions.callback_plan ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE petitions.callback_plan FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON petitions.callback_plan USING ((SELECT current_setting('app.principal', true)) <> '') WITH CHECK ((SELECT current_setting('app.principal', true)) <> '')"
    )
    op.execute("ALTER TABLE petitions.inspection_letter ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE petitions.inspection_letter FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON petitions.inspection_letter USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute(
        "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON petitions.report_part\nFOR EACH STATEMENT EXECUTE FUNCTION petitions.refuse_change()"
    )
    op.execute("ALTER TABLE petitions.report_part ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE petitions.report_part FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON petitions.report_part USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE petitions.escalation_note ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE petitions.escalation_note FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON petitions.escalation_note USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE petitions.letter_step ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE petitions.letter_step FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON petitions.letter_step USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE petitions.look_back ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE petitions.look_back FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON petitions.look_back USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    _as_system("on")
    insert = sa.text(
        "INSERT INTO petitions.rule_setting (name, scope, valid_from, value, basis)"
        " VALUES (:name, '', DATE '2000-01-01', CAST(:value AS jsonb), :basis)"
    )
    for name, value, basis in SETTINGS:
        op.execute(insert.bindparams(name=name, value=value, basis=basis))
    _as_system("off")
    # Beside the running release: neither a check of the old rows nor an index blocks a write.
    with op.get_context().autocommit_block():
        for table, constraint in VALIDATED:
            op.execute(f"ALTER TABLE petitions.{table} VALIDATE CONSTRAINT {constraint}")
        op.create_index(
            "uq_report_period",
            "report",
            ["group_id", "kind", "period_start", "restatement"],
            unique=True,
            schema="petitions",
            postgresql_concurrently=True,
            if_not_exists=True,
        )
        op.create_index(
            "ix_petition_answered",
            "petition",
            ["replied_at"],
            schema="petitions",
            postgresql_where=sa.text("state = 'replied'"),
            postgresql_concurrently=True,
            if_not_exists=True,
        )


def _add(table: str, name: str, kind: sa.types.TypeEngine[object], default: str | None) -> None:
    """A column with a default for the rows that are there, and none for new ones."""
    op.add_column(
        table,
        sa.Column(
            name, kind, nullable=default is None, server_default=default and sa.text(default)
        ),
        schema="petitions",
    )
    if default is not None:
        op.alter_column(table, name, server_default=None, schema="petitions")


def _complete_reports() -> None:
    """The trigger that freezes reports stands aside for the two instants they lacked."""
    op.execute("ALTER TABLE petitions.report DISABLE TRIGGER refuse_change")
    _as_system("on")
    op.execute(MEANT)
    _as_system("off")
    op.execute("ALTER TABLE petitions.report ENABLE TRIGGER refuse_change")


def downgrade() -> None:
    _as_system("on")
    delete = sa.text("DELETE FROM petitions.rule_setting WHERE name = :name AND scope = ''")
    for name, _, _ in SETTINGS:
        op.execute(delete.bindparams(name=name))
    _as_system("off")
    op.drop_index("ix_petition_answered", table_name="petition", schema="petitions")
    op.drop_column("working_group_member", "left_reason", schema="petitions")
    op.drop_column("working_group_member", "left_at", schema="petitions")
    op.drop_column("working_group_member", "must_confirm", schema="petitions")
    op.drop_column("report_item", "section", schema="petitions")
    op.drop_constraint(
        op.f("fk_report_restates_id"), "report", schema="petitions", type_="foreignkey"
    )
    op.drop_index("uq_report_period", table_name="report", schema="petitions")
    op.create_unique_constraint(
        op.f("uq_report_group_id_kind_period_start"),
        "report",
        ["group_id", "kind", "period_start"],
        schema="petitions",
    )
    op.drop_constraint("ck_report_restated_with_reason", "report", schema="petitions")
    for name, _, _ in reversed(ADDED):
        op.drop_column("report", name, schema="petitions")
    op.drop_column("escalation", "task_withdrawn_at", schema="petitions")
    op.drop_table("look_back", schema="petitions")
    op.drop_index("ix_letter_step_letter", table_name="letter_step", schema="petitions")
    op.drop_table("letter_step", schema="petitions")
    op.drop_index("ix_escalation_note_escalation", table_name="escalation_note", schema="petitions")
    op.drop_table("escalation_note", schema="petitions")
    op.drop_table("report_part", schema="petitions")
    op.drop_index(
        "ix_inspection_letter_petition", table_name="inspection_letter", schema="petitions"
    )
    op.drop_table("inspection_letter", schema="petitions")
    op.drop_index(
        "ix_callback_plan_open",
        table_name="callback_plan",
        schema="petitions",
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.drop_table("callback_plan", schema="petitions")
    op.drop_table("letter_batch", schema="petitions")
