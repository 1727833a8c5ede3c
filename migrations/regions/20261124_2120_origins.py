"""Operations may come from what `tasks` calls an origin, too.

Runs beside the release before it: it only adds.
"""

from alembic import op

revision = "d60000000001"
down_revision = "d50000000009"
branch_labels = None
depends_on = None

BEFORE = ("escalation", "operation")
ADDED = ("lead", "draw", "order")


def _known(values: tuple[str, ...]) -> None:
    op.execute(
        "ALTER TABLE regions.operation DROP CONSTRAINT ck_operation_originkind_known,"
        " ADD CONSTRAINT ck_operation_originkind_known"
        f" CHECK (origin_kind IN ({', '.join(map(repr, values))})) NOT VALID"
    )


def upgrade() -> None:
    _known(BEFORE + ADDED)
    with op.get_context().autocommit_block():
        op.execute(
            "ALTER TABLE regions.operation VALIDATE CONSTRAINT ck_operation_originkind_known"
        )


def downgrade() -> None:
    _known(BEFORE)
