"""Joint groups, their rotation and their quotas.

Runs beside the release before it: it only adds.
"""

revision = "d40000000007"
down_revision = "d40000000006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
