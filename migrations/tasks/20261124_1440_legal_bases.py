"""A copy of the law as it is published.

Runs beside the release before it: it only adds.
"""

revision = "e40000000002"
down_revision = "e40000000001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
