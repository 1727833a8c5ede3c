"""Consultations: who was asked, the diagnosis, what became of it.

Runs beside the release before it: it only adds.
"""

revision = "d50000000004"
down_revision = "d50000000003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
