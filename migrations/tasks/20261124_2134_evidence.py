"""Evidence.

Runs beside the release before it: it only adds.
"""

revision = "e60000000008"
down_revision = "e60000000007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
