"""Divisions that are renamed, merged or split.

Runs beside the release before it: it only adds.
"""

revision = "e40000000001"
down_revision = "b3d1c6a0f245"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
