"""The calendar by which this service's own clocks are computed.

Runs beside the release before it: it only adds.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "d40000000001"
down_revision = "52c7ba99b4c6"
branch_labels = None
depends_on = None


USING = "(SELECT current_setting('app.principal', true)) <> ''"
CHECK = "(SELECT current_setting('app.system', true)) = 'on'"
LATEST = """
INSERT INTO regions.reference_calendar (year, version, notice, days_off, make_up)
SELECT DISTINCT ON (year) year, version, notice, days_off, make_up
  FROM regions.calendar_year ORDER BY year, version DESC
"""


def upgrade() -> None:
    op.create_table(
        "reference_calendar",
        sa.Column("year", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("notice", sa.String(length=64), nullable=True),
        sa.Column("days_off", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("make_up", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_reference_calendar")),
        schema="regions",
    )
    op.execute("ALTER TABLE regions.reference_calendar ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.reference_calendar FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY access ON regions.reference_calendar USING ({USING}) WITH CHECK ({CHECK})"
    )
    op.execute("SELECT set_config('app.system', 'on', true)")
    op.execute("SELECT set_config('app.principal', 'migration', true)")
    op.execute(LATEST)


def downgrade() -> None:
    op.drop_table("reference_calendar", schema="regions")
