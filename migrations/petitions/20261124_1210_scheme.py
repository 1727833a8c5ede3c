"""The document a working group stands on.

Runs beside the release before it: it only adds.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "c05e7d31f8a4"
down_revision = "a435ac606760"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "working_group",
        sa.Column("scheme", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        schema="petitions",
    )


def downgrade() -> None:
    op.drop_column("working_group", "scheme", schema="petitions")
