"""Nothing: a number that databases have passed already."""

revision = "e50000000003"
down_revision = "e50000000002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
