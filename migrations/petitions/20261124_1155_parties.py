"""Who petitions with whom: parts of a matter, several persons, drafts, recusal, merging, urgency.

Runs beside the release before it: it adds tables, figures and one step of a part.
[GK] is general knowledge of the trade, [DD] our own default.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "942a32b47cfc"
down_revision = "b8b97ed11fe2"
branch_labels = None
depends_on = None

STEPS = (
    "transfer", "assign", "object", "accept_objection", "reject_objection", "accept", "refuse",
    "start", "extend", "reply", "settle", "reopen", "file", "reclassify", "deem_competent",
    "ask_back", "supplement", "mark_urgent", "hand_over", "serve", "ask_review", "give_review",
    "ask_re_review", "give_re_review", "send_back", "request_extension", "refuse_extension",
    "competence", "answer_competence", "meet_competence", "settle_competence",
)  # fmt: skip
SETTINGS = (
    ("petitions.collective_from", "5", "[GK] from how many persons a petition is collective"),
    ("cross_region.children", "true", "[DD] a matter of several divisions opens a part for each"),
    ("ask_back.days", "15", "[DD] natural days a petitioner has to complete what was said"),
    ("urgent.acknowledge_hours", "2", "[DD] hours a superior has to confirm an urgent report"),
)
INDEXES = (
    ("ix_petition_part_open", "parent_id", "parent_id IS NOT NULL AND closed_at IS NULL"),
    ("ix_petition_asked_back", "asked_back_at", "asked_back_at IS NOT NULL"),
)


def _steps(*added: str) -> None:
    """What a line of the history may name."""
    listed = ", ".join(f"'{each}'" for each in (*STEPS, *added))
    op.execute(
        "ALTER TABLE petitions.petition_step DROP CONSTRAINT ck_petition_step_step_known,"
        f" ADD CONSTRAINT ck_petition_step_step_known CHECK (step IN ({listed})) NOT VALID"
    )


def _seed() -> None:
    # The table lets only the system write.
    op.execute("SELECT set_config('app.system', 'on', true)")
    insert = sa.text(
        "INSERT INTO petitions.rule_setting (name, scope, valid_from, value, basis)"
        " VALUES (:name, '', DATE '2000-01-01', CAST(:value AS jsonb), :basis)"
    )
    for name, value, basis in SETTINGS:
        op.execute(insert.bindparams(name=name, value=value, basis=basis))
    op.execute("SELECT set_config('app.system', 'off', true)")


def _forget() -> None:
    op.execute(
        "SELECT set_config('app.system', 'on', true), set_config('app.principal', 'system', true)"
    )
    delete = sa.text("DELETE FROM petitions.rule_setting WHERE name = :name AND scope = ''")
    for name, _, _ in SETTINGS:
        op.execute(delete.bindparams(name=name))


def upgrade() -> None:
    op.create_table(
        "petition_draft",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office", sa.String(length=12), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_by_name", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_petition_draft")),
        schema="petitions",
    )
    op.create_index(
        "ix_petition_draft_office",
        "petition_draft",
        ["office", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        schema="petitions",
    )
    op.create_table(
        "merge_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("petition_id", sa.Uuid(), nullable=False),
        sa.Column("into_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("merged_by", sa.Uuid(), nullable=False),
        sa.Column("merged_by_name", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_by", sa.Uuid(), nullable=True),
        sa.Column("undone_by_name", sa.String(length=200), nullable=True),
        sa.Column("undone_reason", sa.String(length=500), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("petition_id <> into_id", name=op.f("ck_merge_link_not_itself")),
        sa.ForeignKeyConstraint(
            ["into_id"], ["petitions.petition.id"], name=op.f("fk_merge_link_into_id")
        ),
        sa.ForeignKeyConstraint(
            ["petition_id"], ["petitions.petition.id"], name=op.f("fk_merge_link_petition_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge_link")),
        schema="petitions",
    )
    op.create_index(
        "ix_merge_link_into", "merge_link", ["into_id"], unique=False, schema="petitions"
    )
    op.create_index(
        "uq_merge_link_running",
        "merge_link",
        ["petition_id"],
        unique=True,
        schema="petitions",
        postgresql_where=sa.text("undone_at IS NULL"),
    )
    op.create_table(
        "petition_party",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("petition_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "petitioner",
                "co_signer",
                "representative",
                "principal",
                "proxy",
                name="partyrole_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="petitions",
            ),
            nullable=False,
        ),
        sa.Column("tokens", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("masked", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["petitions.vault_entry.id"], name=op.f("fk_petition_party_entry_id")
        ),
        sa.ForeignKeyConstraint(
            ["petition_id"], ["petitions.petition.id"], name=op.f("fk_petition_party_petition_id")
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_petition_party")),
        schema="petitions",
    )
    op.create_index(
        "ix_petition_party_petition",
        "petition_party",
        ["petition_id", "position"],
        unique=False,
        schema="petitions",
    )
    op.create_table(
        "recusal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("petition_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("account_name", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("declared_by", sa.Uuid(), nullable=False),
        sa.Column("declared_by_name", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_by", sa.Uuid(), nullable=True),
        sa.Column("lifted_by_name", sa.String(length=200), nullable=True),
        sa.Column("lifted_reason", sa.String(length=500), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["petition_id"], ["petitions.petition.id"], name=op.f("fk_recusal_petition_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recusal")),
        schema="petitions",
    )
    op.create_index(
        op.f("ix_recusal_petition_id"), "recusal", ["petition_id"], unique=False, schema="petitions"
    )
    op.create_index(
        "uq_recusal_running",
        "recusal",
        ["petition_id", "account_id"],
        unique=True,
        schema="petitions",
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.create_table(
        "upward_report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("petition_id", sa.Uuid(), nullable=False),
        sa.Column("superior", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("reported_by", sa.Uuid(), nullable=False),
        sa.Column("reported_by_name", sa.String(length=200), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledge_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.Uuid(), nullable=True),
        sa.Column("acknowledged_by_name", sa.String(length=200), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["petition_id"], ["petitions.petition.id"], name=op.f("fk_upward_report_petition_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upward_report")),
        sa.UniqueConstraint(
            "petition_id", "superior", name=op.f("uq_upward_report_petition_id_superior")
        ),
        schema="petitions",
    )
    op.execute("ALTER TABLE petitions.petition_draft ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE petitions.petition_draft FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON petitions.petition_draft USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE petitions.merge_link ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE petitions.merge_link FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON petitions.merge_link USING ((SELECT current_setting('app.principal', true)) <> '') WITH CHECK ((SELECT current_setting('app.principal', true)) <> '')"
    )
    op.execute("ALTER TABLE petitions.petition_party ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE petitions.petition_party FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON petitions.petition_party USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE petitions.recusal ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE petitions.recusal FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON petitions.recusal USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE petitions.upward_report ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE petitions.upward_report FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON petitions.upward_report USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    _steps("close_part")
    _seed()
    # Beside the running release: neither a check of the old rows nor an index blocks a write.
    with op.get_context().autocommit_block():
        op.execute(
            "ALTER TABLE petitions.petition_step VALIDATE CONSTRAINT ck_petition_step_step_known"
        )
        for name, column, where in INDEXES:
            op.create_index(
                name,
                "petition",
                [column],
                schema="petitions",
                postgresql_where=sa.text(where),
                postgresql_concurrently=True,
                if_not_exists=True,
            )


def downgrade() -> None:
    for name, _, _ in reversed(INDEXES):
        op.drop_index(name, table_name="petition", schema="petitions")
    _forget()
    _steps()
    op.drop_table("upward_report", schema="petitions")
    op.drop_index(
        "uq_recusal_running",
        table_name="recusal",
        schema="petitions",
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.drop_index(op.f("ix_recusal_petition_id"), table_name="recusal", schema="petitions")
    op.drop_table("recusal", schema="petitions")
    op.drop_index("ix_petition_party_petition", table_name="petition_party", schema="petitions")
    op.drop_table("petition_party", schema="petitions")
    op.drop_index(
        "uq_merge_link_running",
        table_name="merge_link",
        schema="petitions",
        postgresql_where=sa.text("undone_at IS NULL"),
    )
    op.drop_index("ix_merge_link_into", table_name="merge_link", schema="petitions")
    op.drop_table("merge_link", schema="petitions")
    op.drop_index("ix_petition_draft_office", table_name="petition_draft", schema="petitions")
    op.drop_table("petition_draft", schema="petitions")
