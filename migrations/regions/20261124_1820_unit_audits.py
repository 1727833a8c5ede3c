"""Audits of units: auditors, findings, rectification.

Runs beside the release before it: it only adds.
"""

revision = "d50000000005"
down_revision = "d50000000004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
