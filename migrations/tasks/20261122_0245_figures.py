"""The figures inspections and rectification live by, each with what it rests on.

[seed 000] is the Jiaxing scheme, [S19] 噪声污染防治法 art. 88, [DD] our own default.
"""

import sqlalchemy as sa
from alembic import op

revision = "b3d1c6a0f245"
down_revision = "d04b67bbff47"
branch_labels = None
depends_on = None

SETTINGS = (
    (
        "inspection.night_starts",
        "22",
        "[S19] art. 88: 22:00-06:00 unless the city sets other hours, always eight",
    ),
    ("problem.immediate_hours", "24", "[seed 000] not past the day; [DD] as 24 hours"),
    ("problem.general_days", "7", "[seed 000] not past the week; [DD] as 7 natural days"),
    (
        "problem.warn_before_hours",
        '{"immediate": 4, "general": 24, "major": 72}',
        "[DD] before the deadline, by severity",
    ),
    ("problem.raise_after_hours", "24", "[DD] after the deadline, to the next superior"),
    (
        "problem.published_levels",
        '["county", "city", "province"]',
        "[DD] lists whose problems are published before they are closed",
    ),
)


def upgrade() -> None:
    # The table lets only the system write.
    op.execute("SELECT set_config('app.system', 'on', true)")
    insert = sa.text(
        "INSERT INTO tasks.rule_setting (name, scope, valid_from, value, basis)"
        " VALUES (:name, '', DATE '2000-01-01', CAST(:value AS jsonb), :basis)"
    )
    for name, value, basis in SETTINGS:
        op.execute(insert.bindparams(name=name, value=value, basis=basis))
    op.execute("SELECT set_config('app.system', 'off', true)")


def downgrade() -> None:
    op.execute("SELECT set_config('app.system', 'on', true)")
    op.execute("SELECT set_config('app.principal', 'system', true)")
    delete = sa.text("DELETE FROM tasks.rule_setting WHERE name = :name AND scope = ''")
    for name, _, _ in SETTINGS:
        op.execute(delete.bindparams(name=name))
