"""Grants of officers sent to another division.

Runs beside the release before it: it only adds. The release before writes no guests, and its rows
satisfy the rules on them.
"""

import sqlalchemy as sa
from alembic import op

revision = "c50000000001"
down_revision = "c40000000001"
branch_labels = None
depends_on = None

RULES = (
    (
        "guest_whole",
        (
            "(guest_id IS NULL) = (exchange_id IS NULL)"
            " AND (guest_id IS NULL) = (stay_ends_at IS NULL)"
        ),
    ),
    ("guest_ends", "guest_id IS NULL OR (valid_to IS NOT NULL AND role = 'officer')"),
)


def upgrade() -> None:
    op.add_column(
        "role_grant", sa.Column("exchange_id", sa.Uuid(), nullable=True), schema="identity"
    )
    op.add_column("role_grant", sa.Column("guest_id", sa.Uuid(), nullable=True), schema="identity")
    op.add_column(
        "role_grant",
        sa.Column("stay_ends_at", sa.DateTime(timezone=True), nullable=True),
        schema="identity",
    )
    for name, rule in RULES:
        op.execute(
            f"ALTER TABLE identity.role_grant ADD CONSTRAINT ck_role_grant_{name}"
            f" CHECK ({rule}) NOT VALID"
        )
    # Beside the running release: neither a check of the old rows nor an index blocks a write.
    with op.get_context().autocommit_block():
        for name, _ in RULES:
            op.execute(f"ALTER TABLE identity.role_grant VALIDATE CONSTRAINT ck_role_grant_{name}")
        op.create_index(
            "ix_role_grant_exchange_id",
            "role_grant",
            ["exchange_id"],
            schema="identity",
            postgresql_where=sa.text("exchange_id IS NOT NULL"),
            postgresql_concurrently=True,
            if_not_exists=True,
        )
        op.create_index(
            "uq_role_grant_guest_id",
            "role_grant",
            ["guest_id"],
            unique=True,
            schema="identity",
            postgresql_where=sa.text("guest_id IS NOT NULL AND withdrawn_at IS NULL"),
            postgresql_concurrently=True,
            if_not_exists=True,
        )


def downgrade() -> None:
    op.drop_index("uq_role_grant_guest_id", table_name="role_grant", schema="identity")
    op.drop_index("ix_role_grant_exchange_id", table_name="role_grant", schema="identity")
    for name, _ in reversed(RULES):
        op.execute(f"ALTER TABLE identity.role_grant DROP CONSTRAINT ck_role_grant_{name}")
    op.drop_column("role_grant", "stay_ends_at", schema="identity")
    op.drop_column("role_grant", "guest_id", schema="identity")
    op.drop_column("role_grant", "exchange_id", schema="identity")
