"""Calendar and law as they are published; how running clocks follow a calendar.

Runs beside the release before it: it only adds.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "d40000000005"
down_revision = "d40000000004"
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
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON regions.clock_projection
FOR EACH STATEMENT EXECUTE FUNCTION regions.refuse_change()
"""
INSTANT = postgresql.TIMESTAMP(timezone=True)
NOW = sa.text("clock_timestamp()")

COPY = """
INSERT INTO regions.reference_legal_basis (law_code, article, valid_from, valid_to, text_date,
                                           title_zh, title_en, subject_zh, subject_en,
                                           superseded_by)
SELECT law_code, article, valid_from, valid_to, text_date, title_zh, title_en, subject_zh,
       subject_en, superseded_by
  FROM regions.legal_basis
"""


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
        schema="regions",
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
        schema="regions",
    )
    op.create_index(
        "ix_calendar_projection_open",
        "calendar_projection",
        ["next_at"],
        schema="regions",
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
        schema="regions",
    )
    op.create_index(
        "ix_clock_projection_subject_id", "clock_projection", ["subject_id"], schema="regions"
    )
    op.execute(FREEZE)
    for table, (using, check) in POLICIES.items():
        op.execute(f"ALTER TABLE regions.{table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE regions.{table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY access ON regions.{table} USING ({using}) WITH CHECK ({check})")


def upgrade() -> None:
    _create_tables()
    for column in (
        sa.Column("title", sa.String(length=200), nullable=True),
        sa.Column("published_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
    ):
        op.add_column("calendar_year", column, schema="regions")
    op.add_column(
        "legal_basis", sa.Column("published_by", sa.Uuid(), nullable=True), schema="regions"
    )
    op.execute("SELECT set_config('app.system', 'on', true)")
    op.execute("SELECT set_config('app.principal', 'migration', true)")
    op.execute(COPY)


def downgrade() -> None:
    op.drop_column("legal_basis", "published_by", schema="regions")
    for column in ("reason", "published_by", "title"):
        op.drop_column("calendar_year", column, schema="regions")
    for table in reversed(POLICIES):
        op.drop_table(table, schema="regions")
