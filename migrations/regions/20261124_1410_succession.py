"""Divisions that are renamed, merged or split.

Runs beside the release before it: it only adds.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "d40000000002"
down_revision = "d40000000001"
branch_labels = None
depends_on = None

USING_REFERENCE = "(SELECT current_setting('app.principal', true)) <> ''"
CHECK_REFERENCE = "(SELECT current_setting('app.system', true)) = 'on'"
SCOPED = (
    "visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ','))"
    " OR (SELECT current_setting('app.system', true)) = 'on'"
)

# [DD] is our own default.
SETTINGS = (
    (
        "division_change.preview_days",
        "3",
        "[DD] how old the preview may be on which a change of divisions is published",
    ),
)


def upgrade() -> None:
    op.create_table(
        "division_succession",
        sa.Column("predecessor", sa.String(length=12), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column(
            "position", sa.SmallInteger(), nullable=False, comment="among those of its change"
        ),
        sa.Column("successors", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "main", sa.String(length=12), nullable=False, comment="takes what nobody assigned"
        ),
        sa.Column(
            "assignments",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="kind of work to id to successor",
        ),
        sa.Column("document", sa.Text(), nullable=False, comment="its legal basis"),
        sa.Column("pass_kind", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("pass_after", sa.Text(), nullable=True),
        sa.Column(
            "moved_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when a pass over all open work last ended",
        ),
        sa.CheckConstraint(
            "main = ANY (successors)", name=op.f("ck_division_succession_main_succeeds")
        ),
        sa.PrimaryKeyConstraint("predecessor", "effective_on", name=op.f("pk_division_succession")),
        schema="regions",
    )
    _protect("division_succession", USING_REFERENCE, CHECK_REFERENCE)
    op.create_table(
        "division_change",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "rename",
                "merge",
                "split",
                "recode",
                name="changekind_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "published",
                "in_force",
                "withdrawn",
                name="changestate_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column("authority", sa.String(length=12), nullable=False),
        sa.Column("predecessors", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("successors", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("main", sa.String(length=12), nullable=True),
        sa.Column("assignments", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("borders", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("document_title", sa.String(length=200), nullable=False),
        sa.Column("document_number", sa.String(length=200), nullable=False),
        sa.Column("drafted_by", sa.Uuid(), nullable=False),
        sa.Column("drafted_by_name", sa.String(length=200), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("preview", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("previewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("table_stamp", sa.String(length=32), nullable=True),
        sa.Column("published_by", sa.Uuid(), nullable=True),
        sa.Column("published_by_name", sa.String(length=200), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "cardinality(predecessors) > 0", name=op.f("ck_division_change_has_predecessor")
        ),
        sa.CheckConstraint(
            "published_by IS DISTINCT FROM drafted_by", name=op.f("ck_division_change_four_eyes")
        ),
        sa.CheckConstraint(
            "(state IN ('published', 'in_force')) = (published_at IS NOT NULL)"
            " AND (published_at IS NULL) = (published_by IS NULL)",
            name=op.f("ck_division_change_published_by_someone"),
        ),
        sa.CheckConstraint(
            "(state = 'in_force') = (applied_at IS NOT NULL)",
            name=op.f("ck_division_change_in_force_since"),
        ),
        sa.CheckConstraint(
            "(previewed_at IS NULL) = (preview IS NULL)"
            " AND (previewed_at IS NULL) = (table_stamp IS NULL)",
            name=op.f("ck_division_change_preview_whole"),
        ),
        sa.CheckConstraint(
            "published_at IS NULL OR previewed_at IS NOT NULL",
            name=op.f("ck_division_change_previewed_first"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_division_change")),
        schema="regions",
    )
    op.create_index(
        "ix_division_change_visible_to",
        "division_change",
        ["visible_to"],
        schema="regions",
        postgresql_using="gin",
    )
    op.create_index(
        "ix_division_change_waiting",
        "division_change",
        ["effective_on"],
        schema="regions",
        postgresql_where=sa.text("state = 'published'"),
    )
    op.create_table(
        "division_change_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "published",
                "in_force",
                "withdrawn",
                name="changestate_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["regions.division_change.id"],
            name=op.f("fk_division_change_step_change_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_division_change_step")),
        schema="regions",
    )
    op.create_index(
        "ix_division_change_step_change_id",
        "division_change_step",
        ["change_id"],
        schema="regions",
    )
    for table in ("division_change", "division_change_step"):
        _protect(table, SCOPED, SCOPED)
    op.execute(
        "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE"
        " ON regions.division_change_step"
        " FOR EACH STATEMENT EXECUTE FUNCTION regions.refuse_change()"
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
    op.drop_table("division_change_step", schema="regions")
    op.drop_table("division_change", schema="regions")
    op.drop_table("division_succession", schema="regions")


def _protect(table: str, using: str, check: str) -> None:
    op.execute(f"ALTER TABLE regions.{table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE regions.{table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY access ON regions.{table} USING ({using}) WITH CHECK ({check})")
