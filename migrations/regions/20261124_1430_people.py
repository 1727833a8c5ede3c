"""Bureaus, skills, equipment, substitutes, experts, help teams, supervisors.

Runs beside the release before it: it only adds.
"""

revision = "d40000000004"
down_revision = "d40000000003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
