"""The all-staff rota: units, staff, rounds, draws, swaps.

Runs beside the release before it: it only adds.
"""

revision = "d50000000001"
down_revision = "d4000000000a"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
