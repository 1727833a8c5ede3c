"""Kinds of borders, functional zones, notices to both sides of a border.

Runs beside the release before it: it only adds.
"""

revision = "d40000000003"
down_revision = "d40000000002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
