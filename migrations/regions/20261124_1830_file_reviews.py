"""Cross reviews of case files.

Runs beside the release before it: it only adds.
"""

revision = "d50000000007"
down_revision = "d50000000006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
