"""Evidence.

Runs beside the release before it: it only adds.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "e60000000008"
down_revision = "e60000000006"
branch_labels = None
depends_on = None

SETTINGS = (
    ("evidence.largest_mib", "1024", "[DD] MiB of one file; recorders cut their files below it"),
    ("evidence.upload_days", "7", "[DD] days from its declaration an upload is kept"),
)


def upgrade() -> None:
    op.create_table(
        "evidence_upload",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("media_type", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("description", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "arriving",
                "kept",
                "expired",
                name="uploadstate_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="tasks",
            ),
            nullable=False,
        ),
        sa.Column("evidence_id", sa.Uuid(), nullable=True),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "(state = 'kept') = (evidence_id IS NOT NULL)", name=op.f("ck_evidence_upload_kept_as")
        ),
        sa.CheckConstraint(
            "sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_evidence_upload_sha256_form")
        ),
        sa.CheckConstraint(
            "received BETWEEN 0 AND size AND size > 0",
            name=op.f("ck_evidence_upload_received_within"),
        ),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["tasks.evidence.id"], name=op.f("fk_evidence_upload_evidence_id")
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["tasks.task.id"], name=op.f("fk_evidence_upload_task_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_upload")),
        schema="tasks",
    )
    op.create_index(
        "ix_evidence_upload_evidence_id",
        "evidence_upload",
        ["evidence_id"],
        unique=False,
        schema="tasks",
    )
    op.create_index(
        "ix_evidence_upload_expires_at",
        "evidence_upload",
        ["expires_at"],
        unique=False,
        schema="tasks",
        postgresql_where=sa.text("state = 'arriving'"),
    )
    op.create_index(
        "ix_evidence_upload_task_id", "evidence_upload", ["task_id"], unique=False, schema="tasks"
    )
    op.create_index(
        "ix_evidence_upload_visible_to",
        "evidence_upload",
        ["visible_to"],
        unique=False,
        schema="tasks",
        postgresql_using="gin",
    )
    op.add_column(
        "evidence",
        sa.Column("officers", postgresql.ARRAY(sa.Uuid()), server_default="{}", nullable=False),
        schema="tasks",
    )
    op.add_column(
        "evidence", sa.Column("document_ref", sa.String(length=200), nullable=True), schema="tasks"
    )
    op.execute("ALTER TABLE tasks.evidence_upload ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE tasks.evidence_upload FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON tasks.evidence_upload USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    # The row policy of the figures lets only the service itself write them.
    op.execute("SELECT set_config('app.system', 'on', true)")
    insert = sa.text(
        "INSERT INTO tasks.rule_setting (name, scope, valid_from, value, basis)"
        " VALUES (:name, '', DATE '2000-01-01', CAST(:value AS jsonb), :basis)"
    )
    for name, value, basis in SETTINGS:
        op.execute(insert.bindparams(name=name, value=value, basis=basis))
    op.execute("SELECT set_config('app.system', 'off', true)")


def downgrade() -> None:
    op.drop_column("evidence", "document_ref", schema="tasks")
    op.drop_column("evidence", "officers", schema="tasks")
    op.drop_index(
        "ix_evidence_upload_visible_to",
        table_name="evidence_upload",
        schema="tasks",
        postgresql_using="gin",
    )
    op.drop_index("ix_evidence_upload_task_id", table_name="evidence_upload", schema="tasks")
    op.drop_index(
        "ix_evidence_upload_expires_at",
        table_name="evidence_upload",
        schema="tasks",
        postgresql_where=sa.text("state = 'arriving'"),
    )
    op.drop_index("ix_evidence_upload_evidence_id", table_name="evidence_upload", schema="tasks")
    op.drop_table("evidence_upload", schema="tasks")
    op.execute("SELECT set_config('app.system', 'on', true)")
    delete = sa.text("DELETE FROM tasks.rule_setting WHERE name = :name AND scope = ''")
    for name, _, _ in SETTINGS:
        op.execute(delete.bindparams(name=name))
    op.execute("SELECT set_config('app.system', 'off', true)")
