"""Staff exchanges, trainings, honours.

Runs beside the release before it: it only adds.
"""

revision = "d50000000006"
down_revision = "d50000000005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
