"""Yearly assessments of units.

Runs beside the release before it: it only adds.
"""

revision = "d50000000009"
down_revision = "d50000000008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
