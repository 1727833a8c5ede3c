"""Handling by the book: profiles as rows, competence settled or asked, more time in two acts.

Runs beside the release before it: columns are added with a default for the rows that are there.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "a4d7e2b90c31"
down_revision = "f1a0c3d5e701"
branch_labels = None
depends_on = None

TEXTS = postgresql.ARRAY(sa.Text())
INSTANT = sa.DateTime(timezone=True)
JSON = postgresql.JSONB()
STEPS = (
    "transfer", "assign", "object", "accept_objection", "reject_objection", "accept", "refuse",
    "start", "extend", "reply", "settle", "reopen", "file", "reclassify", "deem_competent",
    "ask_back", "supplement", "mark_urgent", "hand_over", "serve", "ask_review", "give_review",
    "ask_re_review", "give_re_review", "send_back",
)  # fmt: skip
ADDED_STEPS = (
    "request_extension", "refuse_extension", "competence", "answer_competence", "meet_competence",
    "settle_competence",
)  # fmt: skip
SETTLED = ("deemed", "insisted", "designated", "agreed")
# name, type, default for rows that are there
ADDED = (
    ("settled_by", sa.String(32), None),
    ("competence_open", sa.Boolean(), "false"),
    ("extension_open", sa.Boolean(), "false"),
    ("reply_parts", JSON, "'{}'"),
)
RULES = (
    ("settled_known", f"settled_by IN ({', '.join(map(repr, SETTLED))})"),
    ("competence_settled_by", "competence_settled = (settled_by IS NOT NULL)"),
)
IN_SCOPE = "visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ','))"
AS_SYSTEM = "(SELECT current_setting('app.system', true)) = 'on'"
IN_CONTEXT = "(SELECT current_setting('app.principal', true)) <> ''"
SCOPED = (f"{IN_SCOPE} OR {AS_SYSTEM}", f"{IN_SCOPE} OR {AS_SYSTEM}")
POLICIES = {
    "handling_profile": (IN_CONTEXT, AS_SYSTEM),
    "extension_request": SCOPED,
    "competence_question": SCOPED,
    "competence_answer": SCOPED,
}
SETTINGS = (
    (
        "clocks.roll_natural_deadline",
        "true",
        "[DD] T10: a last day that is a rest day moves to the next working day",
    ),
    (
        "handling.returns_before_superior",
        "3",
        "[DD] returns after which the petition goes to the organ above the office by itself",
    ),
)


def _known(name: str, column: str, values: tuple[str, ...]) -> sa.CheckConstraint:
    listed = ", ".join(map(repr, values))
    return sa.CheckConstraint(f"{column} IN ({listed})", name=name)


def _steps(values: tuple[str, ...]) -> None:
    listed = ", ".join(map(repr, values))
    op.execute(
        "ALTER TABLE petitions.petition_step DROP CONSTRAINT ck_petition_step_step_known,"
        f" ADD CONSTRAINT ck_petition_step_step_known CHECK (step IN ({listed})) NOT VALID"
    )


def _profiles() -> None:
    op.create_table(
        "handling_profile",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("scope", sa.String(12), nullable=False),
        sa.Column("channels", TEXTS, nullable=False),
        sa.Column("tracks", TEXTS, nullable=False),
        sa.Column("momentary_only", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("accept", JSON, nullable=False),
        sa.Column("begin", JSON, nullable=True),
        sa.Column("close", JSON, nullable=True),
        sa.Column("sender_agrees", sa.Boolean(), nullable=False),
        sa.Column("pausable", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("cardinality(channels) > 0", name="has_channel"),
        sa.CheckConstraint("cardinality(tracks) > 0", name="has_track"),
        sa.CheckConstraint("valid_to >= valid_from", name="ends_after_start"),
        sa.PrimaryKeyConstraint("id", name="pk_handling_profile"),
        sa.UniqueConstraint("code", name="uq_handling_profile_code"),
        schema="petitions",
    )


def _extensions() -> None:
    op.create_table(
        "extension_request",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("petition_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("requested_by", sa.Uuid(), nullable=False),
        sa.Column("requested_by_name", sa.String(200), nullable=False),
        sa.Column("requested_at", INSTANT, nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_by_name", sa.String(200), nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("consent", sa.String(), nullable=True),
        sa.Column("visible_to", TEXTS, nullable=False),
        _known(
            "requeststate_known",
            "state",
            ("open", "granted", "refused", "lapsed"),
        ),
        sa.ForeignKeyConstraint(
            ["petition_id"],
            ["petitions.petition.id"],
            name="fk_extension_request_petition_id",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_extension_request"),
        schema="petitions",
    )
    op.create_index(
        "uq_extension_request_open",
        "extension_request",
        ["petition_id"],
        unique=True,
        schema="petitions",
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "ix_extension_request_petition", "extension_request", ["petition_id"], schema="petitions"
    )


def _competence() -> None:
    op.create_table(
        "competence_question",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("petition_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("bodies", TEXTS, nullable=False),
        sa.Column("decider", sa.String(12), nullable=True),
        sa.Column("proposed", sa.String(12), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("opened_by_name", sa.String(200), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("minutes", sa.String(), nullable=True),
        sa.Column("lead", sa.String(12), nullable=True),
        sa.Column("settled_by", sa.String(32), nullable=True),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.Column("visible_to", TEXTS, nullable=False),
        sa.CheckConstraint("cardinality(bodies) >= 2", name="several_bodies"),
        sa.CheckConstraint(
            "(state = 'settled') = (lead IS NOT NULL)",
            name="settled_has_lead",
        ),
        _known(
            "questionstate_known",
            "state",
            ("open", "disputed", "to_meet", "met", "settled"),
        ),
        _known("settled_known", "settled_by", SETTLED),
        sa.ForeignKeyConstraint(
            ["petition_id"],
            ["petitions.petition.id"],
            name="fk_competence_question_petition_id",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_competence_question"),
        schema="petitions",
    )
    op.create_index(
        "uq_competence_question_open",
        "competence_question",
        ["petition_id"],
        unique=True,
        schema="petitions",
        postgresql_where=sa.text("state <> 'settled'"),
    )
    op.create_index(
        "ix_competence_question_petition",
        "competence_question",
        ["petition_id"],
        schema="petitions",
    )
    op.create_table(
        "competence_answer",
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(12), nullable=False),
        sa.Column("lead", sa.String(12), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=False),
        sa.Column("answered_by_name", sa.String(200), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("visible_to", TEXTS, nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["petitions.competence_question.id"],
            name="fk_competence_answer_question_id",
        ),
        sa.PrimaryKeyConstraint("question_id", "round", "body", name="pk_competence_answer"),
        schema="petitions",
    )


def _protect() -> None:
    for table, (using, check) in POLICIES.items():
        op.execute(f"ALTER TABLE petitions.{table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE petitions.{table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY access ON petitions.{table} USING ({using}) WITH CHECK ({check})"
        )


def _columns() -> None:
    for name, kind, default in ADDED:
        op.add_column(
            "petition",
            sa.Column(
                name, kind, nullable=default is None, server_default=default and sa.text(default)
            ),
            schema="petitions",
        )
        if default is not None:
            op.alter_column("petition", name, server_default=None, schema="petitions")
    for name, rule in RULES:
        op.execute(
            f"ALTER TABLE petitions.petition ADD CONSTRAINT ck_petition_{name}"
            f" CHECK ({rule}) NOT VALID"
        )
    _steps((*STEPS, *ADDED_STEPS))


def upgrade() -> None:
    _profiles()
    _extensions()
    _competence()
    _protect()
    _columns()
    op.execute("SELECT set_config('app.system', 'on', true)")
    insert = sa.text(
        "INSERT INTO petitions.rule_setting (name, scope, valid_from, value, basis)"
        " VALUES (:name, '', DATE '2000-01-01', CAST(:value AS jsonb), :basis)"
    )
    for name, value, basis in SETTINGS:
        op.execute(insert.bindparams(name=name, value=value, basis=basis))
    op.execute("SELECT set_config('app.system', 'off', true)")
    # Beside the running release: neither a check of the old rows nor an index blocks a write.
    with op.get_context().autocommit_block():
        for name, _ in RULES:
            op.execute(f"ALTER TABLE petitions.petition VALIDATE CONSTRAINT ck_petition_{name}")
        op.execute(
            "ALTER TABLE petitions.petition_step VALIDATE CONSTRAINT ck_petition_step_step_known"
        )
        op.create_index(
            "ix_petition_contestable",
            "petition",
            ["id"],
            schema="petitions",
            postgresql_where=sa.text(
                "state IN ('transferred', 'assigned')"
                " AND NOT competence_settled AND NOT competence_open"
            ),
            postgresql_concurrently=True,
            if_not_exists=True,
        )


def downgrade() -> None:
    op.drop_index("ix_petition_contestable", table_name="petition", schema="petitions")
    op.execute("SELECT set_config('app.system', 'on', true)")
    op.execute("SELECT set_config('app.principal', 'system', true)")
    delete = sa.text("DELETE FROM petitions.rule_setting WHERE name = :name AND scope = ''")
    for name, _, _ in SETTINGS:
        op.execute(delete.bindparams(name=name))
    _steps(STEPS)
    for name, _ in RULES:
        op.execute(f"ALTER TABLE petitions.petition DROP CONSTRAINT ck_petition_{name}")
    for name, _, _ in reversed(ADDED):
        op.drop_column("petition", name, schema="petitions")
    for table in reversed(POLICIES):
        op.drop_table(table, schema="petitions")
