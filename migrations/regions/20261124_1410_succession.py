"""Divisions that are renamed, merged or split.

Runs beside the release before it: it only adds.
"""

revision = "d40000000002"
down_revision = "d40000000001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
