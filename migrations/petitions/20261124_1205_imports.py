"""Imports, and codes by which citizens follow a case; with the figures the codes live by.

Runs beside the release before it: it adds, and what it replaces is dropped by a later one. An
index on a busy table is made concurrently, in an autocommit block.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "a435ac606760"
down_revision = "45965ba47bf0"
branch_labels = None
depends_on = None

# [DD] is our own default.
SETTINGS = (
    ("follow.free_tries", "5", "[DD] wrong guesses before each doubles the wait"),
    ("follow.grace_minutes", "10", "[DD] how long a used code is honoured: its answer may be lost"),
    ("follow.longest_wait_minutes", "15", "[DD] the longest wait between guesses"),
)


def upgrade() -> None:
    op.create_table(
        "file_import",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office", sa.String(length=12), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column(
            "mode",
            sa.Enum(
                "live",
                "archive",
                name="mode_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="petitions",
            ),
            nullable=False,
        ),
        sa.Column(
            "format",
            sa.Enum(
                "csv",
                "xlsx",
                "jsonl",
                name="fileformat_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="petitions",
            ),
            nullable=False,
        ),
        sa.Column(
            "channel",
            sa.Enum(
                "network",
                "letter",
                "phone",
                "fax",
                "visit",
                "wechat",
                "hotline_12369",
                "hotline_12345",
                "message_board",
                "inspection_group",
                "emergency_110",
                name="channel_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="petitions",
            ),
            nullable=True,
        ),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("skip_errors", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "received",
                "reading",
                "checked",
                "loading",
                "done",
                "failed",
                "cancelled",
                name="importstate_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="petitions",
            ),
            nullable=False,
        ),
        sa.Column(
            "failure",
            sa.Enum(
                "file_empty",
                "file_not_xlsx",
                "file_old_or_locked",
                "file_not_text",
                "file_broken",
                "file_bomb",
                "file_too_many_rows",
                "file_too_many_columns",
                "file_no_heads",
                "file_doubled_heads",
                "file_over_limits",
                "file_not_loaded",
                name="refusalcode_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="petitions",
            ),
            nullable=True,
        ),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("rows_total", sa.Integer(), nullable=False),
        sa.Column("rows_checked", sa.Integer(), nullable=False),
        sa.Column("rows_wrong", sa.Integer(), nullable=False),
        sa.Column("rows_known", sa.Integer(), nullable=False),
        sa.Column("rows_differing", sa.Integer(), nullable=False),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("rows_loaded", sa.Integer(), nullable=False),
        sa.Column("rows_failed", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_kind", sa.String(length=16), nullable=False),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("grants", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("split_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "(state = 'failed') = (failure IS NOT NULL)",
            name=op.f("ck_file_import_failure_is_named"),
        ),
        sa.CheckConstraint("rows_done <= rows_total", name=op.f("ck_file_import_done_of_total")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_import")),
        schema="petitions",
    )
    op.create_index(
        "ix_file_import_running",
        "file_import",
        ["id"],
        unique=False,
        schema="petitions",
        postgresql_where=sa.text("state NOT IN ('done', 'failed', 'cancelled', 'checked')"),
    )
    op.create_table(
        "follow_guess",
        sa.Column("subject", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_follow_guess")),
        schema="petitions",
    )
    op.create_index(
        "ix_follow_guess_blocked_until",
        "follow_guess",
        ["blocked_until"],
        unique=False,
        schema="petitions",
    )
    op.create_table(
        "import_chunk",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("checked", sa.Boolean(), nullable=False),
        sa.Column("loaded", sa.Boolean(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["petitions.file_import.id"], name=op.f("fk_import_chunk_import_id")
        ),
        sa.PrimaryKeyConstraint("import_id", "position", name=op.f("pk_import_chunk")),
        schema="petitions",
    )
    op.create_table(
        "import_number",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("outside_number", sa.String(length=64), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["petitions.file_import.id"], name=op.f("fk_import_number_import_id")
        ),
        sa.PrimaryKeyConstraint("import_id", "outside_number", name=op.f("pk_import_number")),
        schema="petitions",
    )
    op.create_table(
        "import_part",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["petitions.file_import.id"], name=op.f("fk_import_part_import_id")
        ),
        sa.PrimaryKeyConstraint("import_id", "position", name=op.f("pk_import_part")),
        schema="petitions",
    )
    op.create_table(
        "import_problem",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=32), nullable=False),
        sa.Column(
            "code",
            sa.Enum(
                "missing",
                "unknown_value",
                "too_long",
                "too_many_values",
                "unsafe_text",
                "bad_number",
                "bad_time",
                "implausible_time",
                "in_future",
                "out_of_order",
                "unknown_division",
                "outside_scope",
                "doubled_division",
                "bad_shares",
                "shares_not_one",
                "shares_mismatch",
                "bad_form",
                "invalid_id_number",
                "identity_not_expected",
                "name_missing",
                "nobody_to_call",
                "archive_only",
                "doubled_in_file",
                "number_taken",
                "unknown_first_item",
                "itself",
                "incomplete",
                "contradiction",
                "no_profile",
                "bad_line",
                "not_registered",
                "differs",
                "unknown_column",
                "no_clocks",
                name="code_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="petitions",
            ),
            nullable=False,
        ),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["petitions.file_import.id"], name=op.f("fk_import_problem_import_id")
        ),
        sa.PrimaryKeyConstraint("import_id", "row", "position", name=op.f("pk_import_problem")),
        schema="petitions",
    )
    op.create_table(
        "follow_previous",
        sa.Column("petition_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("usable_until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["petition_id"], ["petitions.petition.id"], name=op.f("fk_follow_previous_petition_id")
        ),
        sa.PrimaryKeyConstraint("petition_id", name=op.f("pk_follow_previous")),
        schema="petitions",
    )
    op.create_table(
        "import_link",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("petition_id", sa.Uuid(), nullable=False),
        sa.Column("first_number", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["petitions.file_import.id"], name=op.f("fk_import_link_import_id")
        ),
        sa.ForeignKeyConstraint(
            ["petition_id"], ["petitions.petition.id"], name=op.f("fk_import_link_petition_id")
        ),
        sa.PrimaryKeyConstraint("import_id", "petition_id", name=op.f("pk_import_link")),
        schema="petitions",
    )
    op.execute("ALTER TABLE petitions.file_import ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE petitions.file_import FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON petitions.file_import USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE petitions.follow_guess ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE petitions.follow_guess FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON petitions.follow_guess USING ((SELECT current_setting('app.system', true)) = 'on') WITH CHECK ((SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE petitions.import_chunk ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE petitions.import_chunk FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON petitions.import_chunk USING ((SELECT current_setting('app.system', true)) = 'on') WITH CHECK ((SELECT current_setting('app.principal', true)) <> '')"
    )
    op.execute("ALTER TABLE petitions.import_number ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE petitions.import_number FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON petitions.import_number USING ((SELECT current_setting('app.system', true)) = 'on') WITH CHECK ((SELECT current_setting('app.principal', true)) <> '')"
    )
    op.execute("ALTER TABLE petitions.import_part ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE petitions.import_part FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON petitions.import_part USING ((SELECT current_setting('app.system', true)) = 'on') WITH CHECK ((SELECT current_setting('app.principal', true)) <> '')"
    )
    op.execute("ALTER TABLE petitions.import_problem ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE petitions.import_problem FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON petitions.import_problem USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE petitions.follow_previous ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE petitions.follow_previous FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON petitions.follow_previous USING ((SELECT current_setting('app.system', true)) = 'on') WITH CHECK ((SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE petitions.import_link ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE petitions.import_link FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON petitions.import_link USING ((SELECT current_setting('app.system', true)) = 'on') WITH CHECK ((SELECT current_setting('app.principal', true)) <> '')"
    )
    # The table lets only the system write.
    op.execute("SELECT set_config('app.system', 'on', true)")
    insert = sa.text(
        "INSERT INTO petitions.rule_setting (name, scope, valid_from, value, basis)"
        " VALUES (:name, '', DATE '2000-01-01', CAST(:value AS jsonb), :basis)"
    )
    for name, value, basis in SETTINGS:
        op.execute(insert.bindparams(name=name, value=value, basis=basis))
    op.execute("SELECT set_config('app.system', 'off', true)")


def downgrade() -> None:
    op.execute("SELECT set_config('app.system', 'on', true)")
    op.execute("SELECT set_config('app.principal', 'system', true)")
    delete = sa.text("DELETE FROM petitions.rule_setting WHERE name = :name AND scope = ''")
    for name, _, _ in SETTINGS:
        op.execute(delete.bindparams(name=name))
    op.execute("SELECT set_config('app.system', 'off', true)")
    op.drop_table("import_link", schema="petitions")
    op.drop_table("follow_previous", schema="petitions")
    op.drop_table("import_problem", schema="petitions")
    op.drop_table("import_part", schema="petitions")
    op.drop_table("import_number", schema="petitions")
    op.drop_table("import_chunk", schema="petitions")
    op.drop_index("ix_follow_guess_blocked_until", table_name="follow_guess", schema="petitions")
    op.drop_table("follow_guess", schema="petitions")
    op.drop_index(
        "ix_file_import_running",
        table_name="file_import",
        schema="petitions",
        postgresql_where=sa.text("state NOT IN ('done', 'failed', 'cancelled', 'checked')"),
    )
    op.drop_table("file_import", schema="petitions")
