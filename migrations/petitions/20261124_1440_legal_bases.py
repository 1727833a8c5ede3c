"""A copy of the law as it is published; how running clocks follow a calendar.

Runs beside the release before it: it only adds.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "f40000000002"
down_revision = "f40000000001"
branch_labels = None
depends_on = None

IN_CONTEXT = "(SELECT current_setting('app.principal', true)) <> ''"
AS_SYSTEM = "(SELECT current_setting('app.system', true)) = 'on'"
IN_SCOPE = (
    "visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ','))"
    f" OR {AS_SYSTEM}"
)
POLICIES = {
    "reference_legal_basis": (IN_CONTEXT, AS_SYSTEM),
    "calendar_projection": (AS_SYSTEM, AS_SYSTEM),
    "clock_projection": (IN_SCOPE, IN_CONTEXT),
}
FREEZE = """
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON petitions.clock_projection
FOR EACH STATEMENT EXECUTE FUNCTION petitions.refuse_change()
"""
INSTANT = postgresql.TIMESTAMP(timezone=True)
NOW = sa.text("clock_timestamp()")


def _create_tables() -> None:
    op.create_table(
        "reference_legal_basis",
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
        sa.PrimaryKeyConstraint(
            "law_code", "article", "valid_from", name=op.f("pk_reference_legal_basis")
        ),
        schema="petitions",
    )
    op.create_table(
        "calendar_projection",
        sa.Column("year", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("notice", sa.String(length=64), nullable=True),
        sa.Column(
            "replaced",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="the versions clocks may still rest on",
        ),
        sa.Column("heard_at", INSTANT, server_default=NOW, nullable=False),
        sa.Column("next_at", INSTANT, server_default=NOW, nullable=False),
        sa.Column(
            "after_clock",
            sa.Uuid(),
            nullable=True,
            comment="where the pass over the running clocks stands",
        ),
        sa.Column("checked", sa.Integer(), server_default="0", nullable=False),
        sa.Column("moved", sa.Integer(), server_default="0", nullable=False),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("year", "version", name=op.f("pk_calendar_projection")),
        schema="petitions",
    )
    op.create_index(
        "ix_calendar_projection_open",
        "calendar_projection",
        ["next_at"],
        schema="petitions",
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_table(
        "clock_projection",
        sa.Column("clock_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("subject_kind", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=48), nullable=False),
        sa.Column("due_before", sa.Date(), nullable=False),
        sa.Column("due_after", sa.Date(), nullable=False),
        sa.Column("notice", sa.String(length=64), nullable=True),
        sa.Column("why_zh", sa.Text(), nullable=False),
        sa.Column("why_en", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("clock_id", "year", "version", name=op.f("pk_clock_projection")),
        schema="petitions",
    )
    op.create_index(
        "ix_clock_projection_subject_id", "clock_projection", ["subject_id"], schema="petitions"
    )
    op.execute(FREEZE)
    for table, (using, check) in POLICIES.items():
        op.execute(f"ALTER TABLE petitions.{table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE petitions.{table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY access ON petitions.{table} USING ({using}) WITH CHECK ({check})"
        )


def upgrade() -> None:
    _create_tables()


def downgrade() -> None:
    for table in reversed(POLICIES):
        op.drop_table(table, schema="petitions")
