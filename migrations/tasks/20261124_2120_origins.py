"""Tasks may come from leads, draws and orders, and say what kind of inspection they want.

Runs beside the release before it: it only adds.
"""

import sqlalchemy as sa
from alembic import op

revision = "e60000000001"
down_revision = "e50000000003"
branch_labels = None
depends_on = None

BEFORE = ("escalation", "operation")
ADDED = ("lead", "draw", "order")
# A constraint is named after the enum.
CHOICES = {
    "legal_kind": ("routine", "special", "individual"),
    "mode": ("on_site", "off_site"),
}


def _known(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(map(repr, values))})"


def upgrade() -> None:
    for column, values in CHOICES.items():
        op.add_column("task", sa.Column(column, sa.String(32), nullable=True), schema="tasks")
        op.execute(
            f"ALTER TABLE tasks.task ADD CONSTRAINT ck_task_{column.replace('_', '')}_known"
            f" CHECK ({_known(column, values)}) NOT VALID"
        )
    op.add_column(
        "task",
        sa.Column("methods", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        schema="tasks",
    )
    op.add_column("task", sa.Column("campaign_id", sa.Uuid(), nullable=True), schema="tasks")
    op.execute(
        "ALTER TABLE tasks.task DROP CONSTRAINT ck_task_originkind_known,"
        " ADD CONSTRAINT ck_task_originkind_known"
        f" CHECK ({_known('origin_kind', BEFORE + ADDED)}) NOT VALID"
    )
    # Beside the running release: neither a check of the old rows nor an index blocks a write.
    with op.get_context().autocommit_block():
        for column in (*CHOICES, "origin_kind"):
            op.execute(
                f"ALTER TABLE tasks.task VALIDATE CONSTRAINT ck_task_{column.replace('_', '')}_known"
            )
        op.create_index(
            "ix_task_campaign_id",
            "task",
            ["campaign_id"],
            schema="tasks",
            postgresql_concurrently=True,
            if_not_exists=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            "ix_task_campaign_id", table_name="task", schema="tasks", postgresql_concurrently=True
        )
    op.execute(
        "ALTER TABLE tasks.task DROP CONSTRAINT ck_task_originkind_known,"
        " ADD CONSTRAINT ck_task_originkind_known"
        f" CHECK ({_known('origin_kind', BEFORE)}) NOT VALID"
    )
    for column in ("campaign_id", "methods", *CHOICES):
        op.drop_column("task", column, schema="tasks")
