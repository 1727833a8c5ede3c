"""Grants of officers sent to another division.

Runs beside the release before it: it only adds.
"""

revision = "c50000000001"
down_revision = "c40000000001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
