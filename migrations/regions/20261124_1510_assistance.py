"""Assistance requests, hand-overs, disputes of jurisdiction.

Runs beside the release before it: it only adds.
"""

revision = "d40000000008"
down_revision = "d40000000007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
