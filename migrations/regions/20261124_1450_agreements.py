"""Agreements, yearly plans, joint meetings.

Runs beside the release before it: it only adds.
"""

revision = "d40000000006"
down_revision = "d40000000005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
