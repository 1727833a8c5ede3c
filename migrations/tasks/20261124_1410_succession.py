"""Divisions that are renamed, merged or split.

Runs beside the release before it: it only adds.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "e40000000001"
down_revision = "b3d1c6a0f245"
branch_labels = None
depends_on = None

USING_REFERENCE = "(SELECT current_setting('app.principal', true)) <> ''"
CHECK_REFERENCE = "(SELECT current_setting('app.system', true)) = 'on'"


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
        schema="tasks",
    )
    _protect("division_succession", USING_REFERENCE, CHECK_REFERENCE)


def downgrade() -> None:
    op.drop_table("division_succession", schema="tasks")


def _protect(table: str, using: str, check: str) -> None:
    op.execute(f"ALTER TABLE tasks.{table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE tasks.{table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY access ON tasks.{table} USING ({using}) WITH CHECK ({check})")
