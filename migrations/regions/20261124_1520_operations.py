"""Joint operations with teams, findings and an end for each party.

Runs beside the release before it: it only adds.
"""

revision = "d40000000009"
down_revision = "d40000000008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
