"""Repeats: by what a link was confirmed, the object's key of what is there, points on the map.

What was confirmed so far was confirmed by person.
"""

import sqlalchemy as sa
from alembic import op

from shared.enterprise_names import key_of

revision = "a7c4e1b90d23"
down_revision = "a4d7e2b90c31"
branch_labels = None
depends_on = None

SETTINGS = (
    (
        "repeats.basis",
        '"person"',
        '[S54] the same person and matter; [S60] counts by object: "object"',
    ),
    ("repeats.place_metres", "300", "[DD] DOMAIN 2.7: within which a place is the same"),
)
AS_SYSTEM = (
    "SELECT set_config('app.system', 'on', true), set_config('app.principal', 'system', true)"
)


def upgrade() -> None:
    op.add_column(
        "repeat_link",
        sa.Column("basis", sa.String(32), nullable=False, server_default="person"),
        schema="petitions",
    )
    op.alter_column("repeat_link", "basis", server_default=None, schema="petitions")
    op.execute(
        "ALTER TABLE petitions.repeat_link ADD CONSTRAINT ck_repeat_link_basis_known"
        " CHECK (basis IN ('person', 'object')) NOT VALID"
    )
    for name in ("longitude", "latitude"):
        op.add_column("petition", sa.Column(name, sa.Double(), nullable=True), schema="petitions")
    op.execute(
        "ALTER TABLE petitions.petition ADD CONSTRAINT ck_petition_whole_point"
        " CHECK ((longitude IS NULL) = (latitude IS NULL)) NOT VALID"
    )
    op.execute(AS_SYSTEM)
    _keys()
    insert = sa.text(
        "INSERT INTO petitions.rule_setting (name, scope, valid_from, value, basis)"
        " VALUES (:name, '', DATE '2022-01-01', CAST(:value AS jsonb), :basis)"
    )
    for name, value, basis in SETTINGS:
        op.execute(insert.bindparams(name=name, value=value, basis=basis))
    op.execute("SELECT set_config('app.system', 'off', true)")
    with op.get_context().autocommit_block():
        for table, name in (("repeat_link", "basis_known"), ("petition", "whole_point")):
            op.execute(f"ALTER TABLE petitions.{table} VALIDATE CONSTRAINT ck_{table}_{name}")
        op.create_index(
            "ix_petition_point",
            "petition",
            ["latitude", "longitude"],
            schema="petitions",
            postgresql_where=sa.text("latitude IS NOT NULL"),
            postgresql_concurrently=True,
            if_not_exists=True,
        )
        op.create_index(
            "ix_petition_divisions",
            "petition",
            ["divisions"],
            schema="petitions",
            postgresql_using="gin",
            postgresql_concurrently=True,
            if_not_exists=True,
        )


def _keys() -> None:
    """The key of every object there is; a migration printed as SQL has nobody to ask."""
    if op.get_context().as_sql:
        return
    named = sa.text(
        "SELECT DISTINCT object_name FROM petitions.petition WHERE object_name IS NOT NULL"
    )
    update = sa.text(
        "UPDATE petitions.petition SET object_key = :key WHERE object_name = :name"
        " AND object_key IS DISTINCT FROM :key"
    )
    connection = op.get_bind()
    for name in connection.execute(named).scalars().all():
        connection.execute(update, {"name": name, "key": key_of(name)})


def downgrade() -> None:
    op.execute(AS_SYSTEM)
    delete = sa.text("DELETE FROM petitions.rule_setting WHERE name = :name AND scope = ''")
    for name, _, _ in SETTINGS:
        op.execute(delete.bindparams(name=name))
    op.execute("SELECT set_config('app.system', 'off', true)")
    op.drop_index("ix_petition_divisions", table_name="petition", schema="petitions")
    op.drop_index("ix_petition_point", table_name="petition", schema="petitions")
    for name in ("longitude", "latitude"):
        op.drop_column("petition", name, schema="petitions")
    op.drop_column("repeat_link", "basis", schema="petitions")
