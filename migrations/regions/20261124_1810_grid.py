"""Grid plans, cells, who answers for them, visits.

Runs beside the release before it: it only adds.
"""

revision = "d50000000003"
down_revision = "d50000000002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
