"""Divisions that are renamed, merged or split.

Runs beside the release before it: it only adds.
"""

revision = "c40000000001"
down_revision = "98fece72a512"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
