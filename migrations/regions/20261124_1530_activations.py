"""Emergency activations.

Runs beside the release before it: it only adds.
"""

revision = "d4000000000a"
down_revision = "d40000000009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
