"""The figures of a short period out of many years.

Beside the running release: no index blocks a write.
"""

import sqlalchemy as sa
from alembic import op

revision = "5b7e20d4a611"
down_revision = "a7c4e1b90d23"
branch_labels = None
depends_on = None

# name, table, column, using, where
INDEXES = (
    ("ix_petition_received_at", "petition", "received_at", "btree", None),
    ("ix_petition_closed_at", "petition", "closed_at", "btree", "closed_at IS NOT NULL"),
    ("ix_callback_at", "callback", "at", "btree", None),
    ("ix_clock_due_at", "clock", "due_at", "brin", None),
)


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for name, table, column, using, where in INDEXES:
            op.create_index(
                name,
                table,
                [column],
                schema="petitions",
                postgresql_using=using,
                postgresql_where=where and sa.text(where),
                postgresql_concurrently=True,
                if_not_exists=True,
            )


def downgrade() -> None:
    for name, table, *_ in reversed(INDEXES):
        op.drop_index(name, table_name=table, schema="petitions")
