"""Orders: one call, a task for each of many, with a result for each; the tasks of a draw.

Runs beside the release before it: it only adds.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "e60000000006"
down_revision = "e60000000005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "task_order",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(length=12), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=True),
        sa.Column("round_id", sa.Uuid(), nullable=True),
        sa.Column("approval_id", sa.Uuid(), nullable=True),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("media", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "legal_kind",
            sa.Enum(
                "routine",
                "special",
                "individual",
                name="legalkind_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="tasks",
            ),
            nullable=False,
        ),
        sa.Column(
            "mode",
            sa.Enum(
                "on_site",
                "off_site",
                name="mode_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="tasks",
            ),
            nullable=False,
        ),
        sa.Column("methods", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("off_site_instead", sa.Boolean(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "sending",
                "finished",
                "stopped",
                name="orderstate_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="tasks",
            ),
            nullable=False,
        ),
        sa.Column("stop_reason", sa.Text(), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_kind", sa.String(length=16), nullable=False),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("grants", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "(state = 'stopped') = (stop_reason IS NOT NULL)",
            name=op.f("ck_task_order_stopped_for_a_reason"),
        ),
        sa.CheckConstraint(
            "legal_kind <> 'special' OR approval_id IS NOT NULL",
            name=op.f("ck_task_order_special_approved"),
        ),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["tasks.check_approval.id"], name=op.f("fk_task_order_approval_id")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["tasks.campaign.id"], name=op.f("fk_task_order_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["tasks.campaign_round.id"], name=op.f("fk_task_order_round_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_order")),
        sa.UniqueConstraint("division", "key", name=op.f("uq_task_order_division_key")),
        schema="tasks",
    )
    op.create_index(
        "ix_task_order_approval_id", "task_order", ["approval_id"], unique=False, schema="tasks"
    )
    op.create_index(
        "ix_task_order_campaign_id",
        "task_order",
        ["campaign_id", "id"],
        unique=False,
        schema="tasks",
    )
    op.create_index(
        "ix_task_order_round_id", "task_order", ["round_id"], unique=False, schema="tasks"
    )
    op.create_index(
        "ix_task_order_sending",
        "task_order",
        ["id"],
        unique=False,
        schema="tasks",
        postgresql_where=sa.text("state = 'sending'"),
    )
    op.create_index(
        "ix_task_order_visible_to",
        "task_order",
        ["visible_to"],
        unique=False,
        schema="tasks",
        postgresql_using="gin",
    )
    op.create_table(
        "task_order_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("asked", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column(
            "result",
            sa.Enum(
                "waiting",
                "made",
                "refused",
                "stopped",
                name="itemresult_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="tasks",
            ),
            nullable=False,
        ),
        sa.Column(
            "problem", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True
        ),
        sa.Column("task_id", sa.Uuid(), nullable=True),
        sa.Column("enterprise_id", sa.Uuid(), nullable=True),
        sa.Column(
            "mode",
            sa.Enum(
                "on_site",
                "off_site",
                name="mode_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="tasks",
            ),
            nullable=True,
        ),
        sa.CheckConstraint(
            "(result = 'made') = (task_id IS NOT NULL)",
            name=op.f("ck_task_order_item_made_has_task"),
        ),
        sa.CheckConstraint(
            "(result = 'refused') = (problem IS NOT NULL)",
            name=op.f("ck_task_order_item_refusal_explained"),
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"],
            ["tasks.enterprise.id"],
            name=op.f("fk_task_order_item_enterprise_id"),
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["tasks.task_order.id"], name=op.f("fk_task_order_item_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["tasks.task.id"], name=op.f("fk_task_order_item_task_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_order_item")),
        sa.UniqueConstraint("order_id", "key", name=op.f("uq_task_order_item_order_id_key")),
        sa.UniqueConstraint("order_id", "number", name=op.f("uq_task_order_item_order_id_number")),
        schema="tasks",
    )
    op.create_index(
        "ix_task_order_item_task_id", "task_order_item", ["task_id"], unique=False, schema="tasks"
    )
    op.create_index(
        "ix_task_order_item_enterprise_id",
        "task_order_item",
        ["enterprise_id"],
        unique=False,
        schema="tasks",
    )
    op.create_index(
        "ix_task_order_item_waiting",
        "task_order_item",
        ["order_id", "number"],
        unique=False,
        schema="tasks",
        postgresql_where=sa.text("result = 'waiting'"),
    )
    op.create_index(
        "uq_task_order_item_object",
        "task_order_item",
        ["order_id", "enterprise_id"],
        unique=True,
        schema="tasks",
        postgresql_where=sa.text("result = 'made'"),
    )
    op.execute("ALTER TABLE tasks.task_order ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE tasks.task_order FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON tasks.task_order USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE tasks.task_order_item ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE tasks.task_order_item FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON tasks.task_order_item USING (EXISTS (SELECT FROM tasks.task_order whole WHERE whole.id = order_id) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (EXISTS (SELECT FROM tasks.task_order whole WHERE whole.id = order_id) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.create_table(
        "draw_order",
        sa.Column("draw_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("media", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_kind", sa.String(length=16), nullable=False),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("grants", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["draw_id"], ["tasks.draw.id"], name=op.f("fk_draw_order_draw_id")),
        sa.PrimaryKeyConstraint("draw_id", name=op.f("pk_draw_order")),
        schema="tasks",
    )
    op.create_table(
        "draw_order_refusal",
        sa.Column("drawn_object_id", sa.Uuid(), nullable=False),
        sa.Column("problem", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["drawn_object_id"],
            ["tasks.drawn_object.id"],
            name=op.f("fk_draw_order_refusal_drawn_object_id"),
        ),
        sa.PrimaryKeyConstraint("drawn_object_id", name=op.f("pk_draw_order_refusal")),
        schema="tasks",
    )
    op.execute("ALTER TABLE tasks.draw_order ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE tasks.draw_order FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON tasks.draw_order USING (EXISTS (SELECT FROM tasks.draw whole WHERE whole.id = draw_id) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (EXISTS (SELECT FROM tasks.draw whole WHERE whole.id = draw_id) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE tasks.draw_order_refusal ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE tasks.draw_order_refusal FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON tasks.draw_order_refusal USING (EXISTS (SELECT FROM tasks.drawn_object whole WHERE whole.id = drawn_object_id) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (EXISTS (SELECT FROM tasks.drawn_object whole WHERE whole.id = drawn_object_id) OR (SELECT current_setting('app.system', true)) = 'on')"
    )


def downgrade() -> None:
    op.drop_table("draw_order_refusal", schema="tasks")
    op.drop_table("draw_order", schema="tasks")
    op.drop_table("task_order_item", schema="tasks")
    op.drop_table("task_order", schema="tasks")
