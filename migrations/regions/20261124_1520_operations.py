"""Joint operations with teams, findings and an end for each party.

Runs beside the release before it: it adds, and who sees a line of an operation is judged when it is
read. Indexes on tables that are there are made concurrently, in an autocommit block.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "d40000000009"
down_revision = "d40000000008"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
TEXTS = postgresql.ARRAY(sa.Text())
UUIDS = postgresql.ARRAY(sa.Uuid())
JSON = postgresql.JSONB(astext_type=sa.Text())
UUID = sa.Uuid()
NEXT_ACT = sa.text("nextval('regions.operation_act')")

SCOPES = "(SELECT string_to_array(current_setting('app.scopes', true), ','))"
IN_SCOPE = f"visible_to && {SCOPES}"
AS_SYSTEM = "(SELECT current_setting('app.system', true)) = 'on'"
KNOWN = "(SELECT current_setting('app.principal', true)) <> ''"
SCOPED = f"{IN_SCOPE} OR {AS_SYSTEM}"


def _in_sight(table):
    of_it = f"o.id = {table}.operation_id AND o.visible_to && {SCOPES}"
    return f"EXISTS (SELECT 1 FROM regions.operation AS o WHERE {of_it})"  # noqa: S608 -- our names


def _remembered(table):
    ended = (
        f"p.operation_id = {table}.operation_id AND p.status = 'finished'"
        f" AND p.visible_to && {SCOPES} AND {table}.act <= p.ended_act"
    )
    return f"EXISTS (SELECT 1 FROM regions.participation AS p WHERE {ended})"  # noqa: S608 -- same


def _followed(table):
    return f"{_in_sight(table)} OR {_remembered(table)} OR {AS_SYSTEM}"


# Of tables that were there: what is seen, and what may be written.
REPLACED = {
    "operation": (f"{IN_SCOPE} OR recall_to && {SCOPES} OR {AS_SYSTEM}", SCOPED),
    "participation": (f"{IN_SCOPE} OR {_in_sight('participation')} OR {AS_SYSTEM}", KNOWN),
    "operation_step": (_followed("operation_step"), KNOWN),
    "operation_result": (_followed("operation_result"), KNOWN),
}
NEW = {
    "operation_team": (_followed("operation_team"), KNOWN),
    "operation_officer": (_followed("operation_officer"), KNOWN),
    "finding": (f"{IN_SCOPE} OR {_followed('finding')}", KNOWN),
    "finding_look_back": (f"{IN_SCOPE} OR {_followed('finding_look_back')}", KNOWN),
}
# table, name, type, default for rows that are there
ADDED = (
    ("operation", "kind", sa.String(32), "'normal'"),
    ("operation", "links", TEXTS, "'{}'"),
    ("operation", "focuses", TEXTS, "'{}'"),
    ("operation", "group_id", UUID, None),
    ("operation", "plan_id", UUID, None),
    ("operation", "activation_id", UUID, None),
    ("operation", "named", UUIDS, "'{}'"),
    ("operation", "started_at", INSTANT, None),
    ("operation", "report", JSON, None),
    ("operation", "recall_to", TEXTS, "'{}'"),
    ("participation", "ended_at", INSTANT, None),
    ("participation", "ended_act", sa.BigInteger(), None),
    ("participation", "closing", sa.Text(), None),
    ("participation", "own_figures", JSON, None),
    ("operation_result", "shares", JSON, "'{}'"),
    # Before all acts that come.
    ("operation_result", "act", sa.BigInteger(), "0"),
    ("operation_step", "act", sa.BigInteger(), "0"),
)
# [DD] our own defaults.
SETTINGS = (
    ("operation.report_days", "15", "[DD] natural days from the last day planned to the report"),
    (
        "operation.late_draft_days",
        "30",
        "[DD] natural days an owed operation plans whose window has passed",
    ),
)
STATES_BEFORE = (
    "draft",
    "countersign",
    "issued",
    "preparing",
    "running",
    "handing_over",
    "summarised",
    "looked_back",
    "closed",
)
STATES = (*STATES_BEFORE, "called_off")
STATUSES = ("invited", "taking_part", "finished", "left", "ended")
ISSUERS = ("consent", "common_superior", "command")
STATUSES_BEFORE = ("invited", "taking_part", "ended")
ISSUERS_BEFORE = ("consent", "common_superior")
RULES = (
    ("operation", "kind_known", "kind IN ('normal', 'surprise')"),
    ("operation", "links_known", "links <@ '{area,time,staff,information}'"),
    ("operation", "focuses_known", "focuses <@ '{air,water,waste,off_site}'"),
    ("operation", "named_if_surprise", "kind = 'surprise' OR named = '{}'"),
    (
        "participation",
        "end_told",
        "status NOT IN ('finished', 'left') OR num_nulls(ended_at, ended_act, closing) = 0",
    ),
)
INDEXES = (
    ("group_id", None),
    ("plan_id", None),
    ("activation_id", None),
    ("recall_to", "gin"),
)


def _known(table, name, column, values):
    listed = ", ".join(f"'{each}'" for each in values)
    op.execute(f"ALTER TABLE regions.{table} DROP CONSTRAINT IF EXISTS ck_{table}_{name}")
    op.execute(
        f"ALTER TABLE regions.{table} ADD CONSTRAINT ck_{table}_{name}"
        f" CHECK ({column} IN ({listed})) NOT VALID"
    )


def _policies(policies):
    for table, (using, check) in policies.items():
        op.execute(f"DROP POLICY IF EXISTS access ON regions.{table}")
        op.execute(f"CREATE POLICY access ON regions.{table} USING ({using}) WITH CHECK ({check})")


def _tables():
    op.create_table(
        "operation_team",
        sa.Column("id", UUID, nullable=False),
        sa.Column("operation_id", UUID, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("place", sa.String(length=12), nullable=False),
        sa.Column("formed_at", INSTANT, nullable=False),
        sa.Column("act", sa.BigInteger(), server_default=NEXT_ACT, nullable=False),
        sa.ForeignKeyConstraint(
            ["operation_id"], ["regions.operation.id"], name=op.f("fk_operation_team_operation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operation_team")),
        schema="regions",
    )
    op.create_index(
        "uq_operation_team_name",
        "operation_team",
        ["operation_id", "name"],
        unique=True,
        schema="regions",
    )
    op.create_table(
        "operation_officer",
        sa.Column("operation_id", UUID, nullable=False),
        sa.Column("officer_id", UUID, nullable=False),
        sa.Column("team_id", UUID, nullable=False),
        sa.Column("party", sa.String(length=12), nullable=False),
        sa.Column("division", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("named_at", INSTANT, nullable=False),
        sa.Column("act", sa.BigInteger(), server_default=NEXT_ACT, nullable=False),
        sa.ForeignKeyConstraint(
            ["operation_id"],
            ["regions.operation.id"],
            name=op.f("fk_operation_officer_operation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["regions.operation_team.id"], name=op.f("fk_operation_officer_team_id")
        ),
        sa.PrimaryKeyConstraint("operation_id", "officer_id", name=op.f("pk_operation_officer")),
        schema="regions",
    )
    op.create_index(
        "ix_operation_officer_team_id",
        "operation_officer",
        ["team_id"],
        unique=False,
        schema="regions",
    )
    op.create_table(
        "finding",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", UUID, nullable=False),
        sa.Column("operation_id", UUID, nullable=False),
        sa.Column("division", sa.String(length=12), nullable=False),
        sa.Column("place", sa.String(length=12), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("site", sa.String(length=200), nullable=False),
        sa.Column("media", TEXTS, nullable=False),
        sa.Column("enterprise_name", sa.String(length=200), nullable=True),
        sa.Column("enterprise_code", sa.String(length=64), nullable=True),
        sa.Column("evidence", JSON, nullable=False),
        sa.Column("officer_ids", UUIDS, nullable=False),
        sa.Column("task_id", UUID, nullable=True),
        sa.Column("inspection_id", UUID, nullable=True),
        sa.Column("case_number", sa.String(length=64), nullable=True),
        sa.Column("shares", JSON, nullable=False),
        sa.Column("found_at", INSTANT, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("act", sa.BigInteger(), server_default=NEXT_ACT, nullable=False),
        sa.Column("recorded_by", UUID, nullable=False),
        sa.Column("handover_id", UUID, nullable=True),
        sa.Column("handed_over_at", INSTANT, nullable=True),
        sa.Column("dropped_at", INSTANT, nullable=True),
        sa.Column("drop_reason", sa.Text(), nullable=True),
        sa.Column(
            "rectified",
            sa.Enum(
                "solved",
                "partly",
                "relapsed",
                name="rectified_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=True,
        ),
        sa.Column("checked_at", INSTANT, nullable=True),
        sa.Column("visible_to", TEXTS, nullable=False),
        sa.CheckConstraint(
            "(handover_id IS NULL) = (handed_over_at IS NULL)",
            name=op.f("ck_finding_handover_whole"),
        ),
        sa.CheckConstraint(
            "num_nulls(dropped_at, drop_reason) IN (0, 2)"
            " AND (dropped_at IS NULL OR handover_id IS NULL)",
            name=op.f("ck_finding_drop_reasoned"),
        ),
        sa.CheckConstraint(
            "(rectified IS NULL) = (checked_at IS NULL)", name=op.f("ck_finding_check_whole")
        ),
        sa.CheckConstraint(
            "handover_id IS NULL OR place <> division",
            name=op.f("ck_finding_handed_to_another_place"),
        ),
        sa.ForeignKeyConstraint(
            ["operation_id", "division"],
            ["regions.participation.operation_id", "regions.participation.division"],
            name=op.f("fk_finding_operation_id_division"),
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        schema="regions",
    )
    op.create_index(
        "ix_finding_handover_id", "finding", ["handover_id"], unique=False, schema="regions"
    )
    op.create_index(
        "ix_finding_operation_id", "finding", ["operation_id"], unique=False, schema="regions"
    )
    op.create_table(
        "finding_look_back",
        sa.Column("id", UUID, nullable=False),
        sa.Column("operation_id", UUID, nullable=False),
        sa.Column("finding_id", UUID, nullable=False),
        sa.Column("division", sa.String(length=12), nullable=False),
        sa.Column(
            "rectified",
            sa.Enum(
                "solved",
                "partly",
                "relapsed",
                name="rectified_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("actor_id", UUID, nullable=False),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("act", sa.BigInteger(), server_default=NEXT_ACT, nullable=False),
        sa.Column("visible_to", TEXTS, nullable=False),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["regions.finding.id"], name=op.f("fk_finding_look_back_finding_id")
        ),
        sa.ForeignKeyConstraint(
            ["operation_id"],
            ["regions.operation.id"],
            name=op.f("fk_finding_look_back_operation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding_look_back")),
        schema="regions",
    )
    op.create_index(
        "ix_finding_look_back_finding_id",
        "finding_look_back",
        ["finding_id"],
        unique=False,
        schema="regions",
    )
    op.create_index(
        "ix_finding_look_back_operation_id",
        "finding_look_back",
        ["operation_id"],
        unique=False,
        schema="regions",
    )


def _as_system(switch):
    op.execute(
        f"SELECT set_config('app.system', '{switch}', true),"
        " set_config('app.principal', 'system', true)"
    )


def _columns():
    for table, name, kind, default in ADDED:
        op.add_column(
            table,
            sa.Column(
                name, kind, nullable=default is None, server_default=default and sa.text(default)
            ),
            schema="regions",
        )
        if default is not None:
            op.alter_column(table, name, server_default=None, schema="regions")
    for table in ("operation_result", "operation_step"):
        op.alter_column(table, "act", server_default=NEXT_ACT, schema="regions")


def upgrade() -> None:
    op.execute("CREATE SEQUENCE regions.operation_act")
    _columns()
    for table, name, rule in RULES:
        op.execute(
            f"ALTER TABLE regions.{table} ADD CONSTRAINT ck_{table}_{name} CHECK ({rule}) NOT VALID"
        )
    _known("participation", "partystatus_known", "status", STATUSES)
    _known("operation", "issuedby_known", "issued_by", ISSUERS)
    for table in ("operation", "operation_step"):
        _known(table, "state_known", "state", STATES)
    _tables()
    for table in NEW:
        op.execute(f"ALTER TABLE regions.{table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE regions.{table} FORCE ROW LEVEL SECURITY")
    _policies(REPLACED | NEW)
    op.execute(
        "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE"
        " ON regions.finding_look_back"
        " FOR EACH STATEMENT EXECUTE FUNCTION regions.refuse_change()"
    )
    _as_system("on")
    insert = sa.text(
        "INSERT INTO regions.rule_setting (name, scope, valid_from, value, basis)"
        " VALUES (:name, '', DATE '2000-01-01', CAST(:value AS jsonb), :basis)"
    )
    for name, value, basis in SETTINGS:
        op.execute(insert.bindparams(name=name, value=value, basis=basis))
    _as_system("off")
    # Beside the running release: neither a check of the old rows nor an index blocks a write.
    with op.get_context().autocommit_block():
        for table, name, _ in RULES:
            op.execute(f"ALTER TABLE regions.{table} VALIDATE CONSTRAINT ck_{table}_{name}")
        for table, name in (
            ("participation", "partystatus"),
            ("operation", "issuedby"),
            ("operation", "state"),
            ("operation_step", "state"),
        ):
            op.execute(f"ALTER TABLE regions.{table} VALIDATE CONSTRAINT ck_{table}_{name}_known")
        for column, using in INDEXES:
            op.create_index(
                f"ix_operation_{column}",
                "operation",
                [column],
                schema="regions",
                postgresql_using=using,
                postgresql_concurrently=True,
            )


def downgrade() -> None:
    _policies(dict.fromkeys(REPLACED, (SCOPED, SCOPED)))
    for table in reversed(NEW):
        op.drop_table(table, schema="regions")
    _as_system("on")
    delete = sa.text("DELETE FROM regions.rule_setting WHERE name = :name AND scope = ''")
    for name, _, _ in SETTINGS:
        op.execute(delete.bindparams(name=name))
    op.execute(
        "UPDATE regions.participation SET status = 'ended' WHERE status IN ('finished', 'left')"
    )
    op.execute("UPDATE regions.operation SET issued_by = 'consent' WHERE issued_by = 'command'")
    # The report of what was called off is never asked for. Its steps are written down for good.
    op.execute("UPDATE regions.operation SET state = 'closed' WHERE state = 'called_off'")
    for table in ("operation", "operation_step"):
        _known(table, "state_known", "state", STATES_BEFORE)
    op.execute("ALTER TABLE regions.operation VALIDATE CONSTRAINT ck_operation_state_known")
    _known("participation", "partystatus_known", "status", STATUSES_BEFORE)
    _known("operation", "issuedby_known", "issued_by", ISSUERS_BEFORE)
    for name in ("participation", "operation"):
        rule = "partystatus_known" if name == "participation" else "issuedby_known"
        op.execute(f"ALTER TABLE regions.{name} VALIDATE CONSTRAINT ck_{name}_{rule}")
    for table, name, _ in RULES:
        op.drop_constraint(f"ck_{table}_{name}", table, schema="regions")
    for table, name, _, _ in reversed(ADDED):
        op.drop_column(table, name, schema="regions")
    op.execute("DROP SEQUENCE regions.operation_act")
