"""Calendar and law as they are published.

Runs beside the release before it: it only adds.
"""

revision = "d40000000005"
down_revision = "d40000000004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
