"""A copy of the law as it is published.

Runs beside the release before it: it only adds.
"""

revision = "f40000000002"
down_revision = "f40000000001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
