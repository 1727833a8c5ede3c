"""Environmental supervisors who take part in a petition.

Runs beside the release before it: it only adds.
"""

revision = "f50000000001"
down_revision = "f40000000002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
