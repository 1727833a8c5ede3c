"""Campaigns.

Runs beside the release before it: it only adds.
"""

revision = "e60000000002"
down_revision = "e60000000001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
