"""Divisions that are renamed, merged or split.

Runs beside the release before it: it only adds.
"""

revision = "f40000000001"
down_revision = "c05e7d31f8a4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
