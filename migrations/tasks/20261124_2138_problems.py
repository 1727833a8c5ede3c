"""Problems: more time, lists, acceptance, five steps, punishment, look-backs.

Runs beside the release before it: it only adds. [DD] is our own default.
"""

import json

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "e60000000010"
down_revision = "e60000000009"
branch_labels = None
depends_on = None

SETTINGS = (
    (
        "problem.extensions_at_most",
        json.dumps({"immediate": 1, "general": 1, "major": 2}),
        "DOMAIN 3.8: major ones at most twice [DD]; once for the others [DD]",
    ),
    (
        "problem.filed_levels",
        json.dumps(["city", "province"]),
        "[S76 安徽] 分级验收、备案销号: lists above the county's; which ones [DD]",
    ),
    ("problem.look_back_ratio", '"0.2"', "[DD] share of closed problems looked at again"),
)
STATES = (
    "found",
    "assigned",
    "rectifying",
    "submitted",
    "verified",
    "approved",
    "published",
    "closed",
)
ACTIONS = ("assign", "rectify", "submit", "verify", "approve", "publish", "close", "reject")
ACTIONS_ADDED = (
    "reopen",
    "ask_extension",
    "decide_extension",
    "enlist",
    "send_to_list",
    "receive_on_list",
    "file_closing",
    "punish",
    "take_case",
)
# Table, name of the constraint, column, values before, values added.
WIDENED = (
    ("problem", "problemstate_known", "state", STATES, ("reopened",)),
    ("problem_step", "problemstate_known", "state", STATES, ("reopened",)),
    ("problem_step", "problemaction_known", "action", ACTIONS, ACTIONS_ADDED),
)
CHECKS = {
    "ck_problem_punishmentstate_known": "punishment IN ('offered', 'taken')",
    "ck_problem_reopened_when": (
        "reopen_count >= 0 AND (reopen_count = 0) = (reopened_at IS NULL)"
    ),
    "ck_problem_raised_whole": "(raised_at IS NULL) = (raised_to IS NULL)",
}
UNTOLD = "raised_at IS NULL AND state IN ('found', 'assigned', 'rectifying', 'reopened')"
# The lists of what stands on one already; a municipality's districts have no city above them.
LISTED = """
INSERT INTO tasks.problem_listing
  (id, problem_id, level, division, state, reference, reason, entered_at, received_at, visible_to)
SELECT gen_random_uuid(), p.id, p.list_level,
       CASE WHEN p.list_level = 'county' THEN p.division
            WHEN p.list_level = 'province' OR left(p.division, 2) IN ('11', '12', '31', '50')
                 OR substr(p.division, 3, 2) = '90'
              THEN left(p.division, 2) || '0000'
            ELSE left(p.division, 4) || '00' END,
       CASE WHEN p.external_list_ref <> '' THEN 'received' ELSE 'entered' END,
       p.external_list_ref, p.description, p.found_at,
       CASE WHEN p.external_list_ref <> '' THEN p.found_at END, p.visible_to
  FROM tasks.problem p WHERE p.list_level <> 'none'
"""


def _widen(table, name, column, values):
    known = ", ".join(map(repr, values))
    op.execute(
        f"ALTER TABLE tasks.{table} DROP CONSTRAINT ck_{table}_{name},"
        f" ADD CONSTRAINT ck_{table}_{name} CHECK ({column} IN ({known})) NOT VALID"
    )


def upgrade() -> None:
    for table, name, column, before, added in WIDENED:
        _widen(table, name, column, before + added)
    op.add_column("problem", sa.Column("extension_id", sa.Uuid(), nullable=True), schema="tasks")
    op.add_column(
        "problem",
        sa.Column("long_term", sa.Boolean(), server_default="false", nullable=False),
        schema="tasks",
    )
    op.add_column("problem", sa.Column("punishment", sa.String(32), nullable=True), schema="tasks")
    op.add_column(
        "problem",
        sa.Column("reopen_count", sa.Integer(), server_default="0", nullable=False),
        schema="tasks",
    )
    op.add_column("problem", sa.Column("raised_to", sa.String(12), nullable=True), schema="tasks")
    for column in ("reopened_at", "raised_at", "changed_at"):
        op.add_column(
            "problem",
            sa.Column(column, sa.DateTime(timezone=True), nullable=True),
            schema="tasks",
        )
    for name, holds in CHECKS.items():
        op.execute(f"ALTER TABLE tasks.problem ADD CONSTRAINT {name} CHECK ({holds}) NOT VALID")
    op.add_column(
        "task",
        sa.Column("takes_proof", sa.Boolean(), server_default="false", nullable=False),
        schema="tasks",
    )
    op.create_table(
        "look_back",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(length=12), nullable=False),
        sa.Column("closed_from", sa.Date(), nullable=False),
        sa.Column("closed_to", sa.Date(), nullable=False),
        sa.Column("ratio", sa.Numeric(precision=5, scale=4), nullable=False),
        sa.Column("nonce_hash", sa.String(length=64), nullable=False),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("committed_by", sa.Uuid(), nullable=False),
        sa.Column("committed_by_name", sa.String(length=200), nullable=False),
        sa.Column(
            "pool", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True
        ),
        sa.Column("pool_hash", sa.String(length=64), nullable=True),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("frozen_by", sa.Uuid(), nullable=True),
        sa.Column("frozen_by_name", sa.String(length=200), nullable=True),
        sa.Column("nonce", sa.String(length=64), nullable=True),
        sa.Column("revealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "committed",
                "frozen",
                "revealed",
                "done",
                name="lookbackstate_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="tasks",
            ),
            nullable=False,
        ),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "(state = 'committed') = (pool IS NULL) AND (pool IS NULL) = (frozen_at IS NULL) AND (pool IS NULL) = (pool_hash IS NULL)",
            name=op.f("ck_look_back_pool_when_frozen"),
        ),
        sa.CheckConstraint(
            "(state IN ('committed', 'frozen')) = (nonce IS NULL) AND (nonce IS NULL) = (revealed_at IS NULL)",
            name=op.f("ck_look_back_nonce_when_revealed"),
        ),
        sa.CheckConstraint("closed_from <= closed_to", name=op.f("ck_look_back_period_ordered")),
        sa.CheckConstraint("frozen_by <> committed_by", name=op.f("ck_look_back_two_people")),
        sa.CheckConstraint("ratio > 0 AND ratio <= 1", name=op.f("ck_look_back_ratio_is_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_look_back")),
        schema="tasks",
    )
    op.create_index(
        "ix_look_back_division",
        "look_back",
        ["division", "closed_from"],
        unique=False,
        schema="tasks",
    )
    op.create_index(
        "ix_look_back_visible_to",
        "look_back",
        ["visible_to"],
        unique=False,
        schema="tasks",
        postgresql_using="gin",
    )
    op.create_table(
        "look_back_secret",
        sa.Column("look_back_id", sa.Uuid(), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["look_back_id"], ["tasks.look_back.id"], name=op.f("fk_look_back_secret_look_back_id")
        ),
        sa.PrimaryKeyConstraint("look_back_id", name=op.f("pk_look_back_secret")),
        schema="tasks",
    )
    op.create_table(
        "named_office",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "water",
                "gas",
                "solid_waste",
                "eia",
                "noise",
                "other",
                name="category_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="tasks",
            ),
            nullable=False,
        ),
        sa.Column("office", sa.String(length=200), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("named_by", sa.Uuid(), nullable=False),
        sa.Column("named_by_name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["tasks.inspection.id"], name=op.f("fk_named_office_inspection_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_named_office")),
        schema="tasks",
    )
    op.create_index(
        "ix_named_office_inspection_id",
        "named_office",
        ["inspection_id"],
        unique=False,
        schema="tasks",
    )
    op.create_table(
        "service_demand",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(length=12), nullable=False),
        sa.Column("parties", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "technology",
                "policy",
                "permit",
                "funding",
                "training",
                "other",
                "none",
                name="demandkind_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="tasks",
            ),
            nullable=False,
        ),
        sa.Column("demand", sa.Text(), nullable=False),
        sa.Column("stated_by", sa.String(length=200), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "stated",
                "serving",
                "done",
                "declined",
                name="demandstate_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="tasks",
            ),
            nullable=False,
        ),
        sa.Column("service", sa.Text(), nullable=True),
        sa.Column("provider", sa.String(length=200), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "(state IN ('done', 'declined')) = (ended_at IS NOT NULL)",
            name=op.f("ck_service_demand_ended_when"),
        ),
        sa.CheckConstraint(
            "state <> 'declined' OR outcome <> ''", name=op.f("ck_service_demand_declined_why")
        ),
        sa.CheckConstraint(
            "state NOT IN ('serving', 'done') OR kind = 'none' OR (service <> '' AND provider <> '')",
            name=op.f("ck_service_demand_service_named"),
        ),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["tasks.inspection.id"], name=op.f("fk_service_demand_inspection_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_demand")),
        schema="tasks",
    )
    op.create_index(
        "ix_service_demand_inspection_id",
        "service_demand",
        ["inspection_id"],
        unique=False,
        schema="tasks",
    )
    op.create_index(
        "ix_service_demand_visible_to",
        "service_demand",
        ["visible_to"],
        unique=False,
        schema="tasks",
        postgresql_using="gin",
    )
    op.create_table(
        "told_list",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("problem_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("told_to", sa.String(length=200), nullable=False),
        sa.Column("is_legal_representative", sa.Boolean(), nullable=False),
        sa.Column(
            "manner",
            sa.Enum(
                "in_person",
                "letter",
                "electronic",
                name="manner_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="tasks",
            ),
            nullable=False,
        ),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_by", sa.Uuid(), nullable=False),
        sa.Column("told_by_name", sa.String(length=200), nullable=False),
        sa.CheckConstraint("cardinality(problem_ids) > 0", name=op.f("ck_told_list_has_problems")),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["tasks.inspection.id"], name=op.f("fk_told_list_inspection_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_told_list")),
        schema="tasks",
    )
    op.create_index(
        "ix_told_list_inspection_id", "told_list", ["inspection_id"], unique=False, schema="tasks"
    )
    op.create_table(
        "look_back_sample",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("look_back_id", sa.Uuid(), nullable=False),
        sa.Column("problem_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("visitors", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "finding",
            sa.Enum(
                "kept",
                "relapse",
                name="finding_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="tasks",
            ),
            nullable=True,
        ),
        sa.Column("facts", sa.Text(), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reported_by", sa.Uuid(), nullable=True),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "(finding IS NULL) = (reported_at IS NULL) AND (finding IS NULL) = (facts IS NULL)",
            name=op.f("ck_look_back_sample_reported_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["look_back_id"], ["tasks.look_back.id"], name=op.f("fk_look_back_sample_look_back_id")
        ),
        sa.ForeignKeyConstraint(
            ["problem_id"], ["tasks.problem.id"], name=op.f("fk_look_back_sample_problem_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_look_back_sample")),
        sa.UniqueConstraint(
            "look_back_id", "problem_id", name=op.f("uq_look_back_sample_look_back_id_problem_id")
        ),
        schema="tasks",
    )
    op.create_index(
        "ix_look_back_sample_problem_id",
        "look_back_sample",
        ["problem_id"],
        unique=False,
        schema="tasks",
    )
    op.create_table(
        "problem_acceptance",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("problem_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("division", sa.String(length=12), nullable=False),
        sa.Column("accepter_id", sa.Uuid(), nullable=False),
        sa.Column("accepter_name", sa.String(length=200), nullable=False),
        sa.Column("standards", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("opinion", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["problem_id"], ["tasks.problem.id"], name=op.f("fk_problem_acceptance_problem_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem_acceptance")),
        sa.UniqueConstraint(
            "problem_id", "round", name=op.f("uq_problem_acceptance_problem_id_round")
        ),
        schema="tasks",
    )
    op.create_table(
        "problem_extension",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("problem_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "asked",
                "granted",
                "refused",
                "lapsed",
                name="extensionstate_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="tasks",
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("due_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_by_name", sa.String(length=200), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_by_name", sa.String(length=200), nullable=True),
        sa.Column("opinion", sa.Text(), nullable=True),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "(state = 'asked') = (decided_at IS NULL) AND (state IN ('asked', 'lapsed')) = (decided_by IS NULL)",
            name=op.f("ck_problem_extension_decided_when"),
        ),
        sa.CheckConstraint(
            "decided_by <> asked_by", name=op.f("ck_problem_extension_decided_by_another")
        ),
        sa.ForeignKeyConstraint(
            ["problem_id"], ["tasks.problem.id"], name=op.f("fk_problem_extension_problem_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem_extension")),
        schema="tasks",
    )
    op.create_index(
        "ix_problem_extension_problem_id",
        "problem_extension",
        ["problem_id"],
        unique=False,
        schema="tasks",
    )
    op.create_index(
        "uq_problem_extension_asked",
        "problem_extension",
        ["problem_id"],
        unique=True,
        schema="tasks",
        postgresql_where=sa.text("state = 'asked'"),
    )
    op.create_table(
        "problem_listing",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("problem_id", sa.Uuid(), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "none",
                "county",
                "city",
                "province",
                name="listlevel_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="tasks",
            ),
            nullable=False,
        ),
        sa.Column("division", sa.String(length=12), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "entered",
                "sent",
                "received",
                "filed",
                name="listingstate_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="tasks",
            ),
            nullable=False,
        ),
        sa.Column("reference", sa.String(length=200), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("filing_ref", sa.String(length=200), nullable=True),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "(state = 'filed') = (filing_ref IS NOT NULL)",
            name=op.f("ck_problem_listing_filed_with_number"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('received', 'filed') OR reference <> ''",
            name=op.f("ck_problem_listing_received_with_number"),
        ),
        sa.ForeignKeyConstraint(
            ["problem_id"], ["tasks.problem.id"], name=op.f("fk_problem_listing_problem_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem_listing")),
        sa.UniqueConstraint(
            "problem_id", "level", name=op.f("uq_problem_listing_problem_id_level")
        ),
        schema="tasks",
    )
    op.create_index(
        "ix_problem_listing_list",
        "problem_listing",
        ["division", "level"],
        unique=False,
        schema="tasks",
    )
    op.create_table(
        "problem_publication",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("problem_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "penalty",
                "bad_case",
                "credit",
                name="publicationkind_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="tasks",
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("object_name", sa.String(length=200), nullable=False),
        sa.Column("object_code", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["problem_id"], ["tasks.problem.id"], name=op.f("fk_problem_publication_problem_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem_publication")),
        sa.UniqueConstraint(
            "problem_id",
            "kind",
            "reference",
            name=op.f("uq_problem_publication_problem_id_kind_reference"),
        ),
        schema="tasks",
    )
    op.create_table(
        "problem_punishment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("problem_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column(
            "ground",
            sa.Enum(
                "still_violating",
                "suspected_crime",
                "falsified_data",
                "hidden_outlet",
                "hazardous_waste",
                "evasion",
                name="ground_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="tasks",
            ),
            nullable=False,
        ),
        sa.Column("basis", sa.Text(), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "offered",
                "taken",
                name="punishmentstate_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="tasks",
            ),
            nullable=False,
        ),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offered_by", sa.Uuid(), nullable=False),
        sa.Column("offered_by_name", sa.String(length=200), nullable=False),
        sa.Column("case_ref", sa.String(length=200), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "(state = 'taken') = (case_ref IS NOT NULL)",
            name=op.f("ck_problem_punishment_taken_by_a_case"),
        ),
        sa.ForeignKeyConstraint(
            ["problem_id"], ["tasks.problem.id"], name=op.f("fk_problem_punishment_problem_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem_punishment")),
        sa.UniqueConstraint(
            "problem_id", "round", name=op.f("uq_problem_punishment_problem_id_round")
        ),
        schema="tasks",
    )
    op.execute("ALTER TABLE tasks.look_back ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE tasks.look_back FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON tasks.look_back USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE tasks.look_back_secret ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE tasks.look_back_secret FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON tasks.look_back_secret USING ((SELECT current_setting('app.system', true)) = 'on') WITH CHECK ((SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute(
        "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON tasks.named_office\nFOR EACH STATEMENT EXECUTE FUNCTION tasks.refuse_change()"
    )
    op.execute("ALTER TABLE tasks.named_office ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE tasks.named_office FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON tasks.named_office USING (EXISTS (SELECT FROM tasks.inspection whole WHERE whole.id = inspection_id) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (EXISTS (SELECT FROM tasks.inspection whole WHERE whole.id = inspection_id) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE tasks.service_demand ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE tasks.service_demand FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON tasks.service_demand USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute(
        "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON tasks.told_list\nFOR EACH STATEMENT EXECUTE FUNCTION tasks.refuse_change()"
    )
    op.execute("ALTER TABLE tasks.told_list ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE tasks.told_list FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON tasks.told_list USING (EXISTS (SELECT FROM tasks.inspection whole WHERE whole.id = inspection_id) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (EXISTS (SELECT FROM tasks.inspection whole WHERE whole.id = inspection_id) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE tasks.look_back_sample ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE tasks.look_back_sample FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON tasks.look_back_sample USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute(
        "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON tasks.problem_acceptance\nFOR EACH STATEMENT EXECUTE FUNCTION tasks.refuse_change()"
    )
    op.execute("ALTER TABLE tasks.problem_acceptance ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE tasks.problem_acceptance FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON tasks.problem_acceptance USING (EXISTS (SELECT FROM tasks.problem whole WHERE whole.id = problem_id) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (EXISTS (SELECT FROM tasks.problem whole WHERE whole.id = problem_id) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE tasks.problem_extension ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE tasks.problem_extension FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON tasks.problem_extension USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE tasks.problem_listing ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE tasks.problem_listing FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON tasks.problem_listing USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute(
        "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON tasks.problem_publication\nFOR EACH STATEMENT EXECUTE FUNCTION tasks.refuse_change()"
    )
    op.execute("ALTER TABLE tasks.problem_publication ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE tasks.problem_publication FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON tasks.problem_publication USING (EXISTS (SELECT FROM tasks.problem whole WHERE whole.id = problem_id) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (EXISTS (SELECT FROM tasks.problem whole WHERE whole.id = problem_id) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE tasks.problem_punishment ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE tasks.problem_punishment FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON tasks.problem_punishment USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("SELECT set_config('app.system', 'on', true)")
    op.execute("SELECT set_config('app.principal', 'system', true)")
    insert = sa.text(
        "INSERT INTO tasks.rule_setting (name, scope, valid_from, value, basis)"
        " VALUES (:name, '', DATE '2000-01-01', CAST(:value AS jsonb), :basis)"
    )
    for name, value, basis in SETTINGS:
        op.execute(insert.bindparams(name=name, value=value, basis=basis))
    op.execute(LISTED)
    op.execute("SELECT set_config('app.system', 'off', true)")
    # Beside the running release: neither a check of the old rows nor an index blocks a write.
    with op.get_context().autocommit_block():
        for table, name, *_ in WIDENED:
            op.execute(f"ALTER TABLE tasks.{table} VALIDATE CONSTRAINT ck_{table}_{name}")
        for name in CHECKS:
            op.execute(f"ALTER TABLE tasks.problem VALIDATE CONSTRAINT {name}")
        op.create_index(
            "ix_problem_closed_at",
            "problem",
            ["division", "closed_at"],
            schema="tasks",
            postgresql_concurrently=True,
            if_not_exists=True,
        )
        op.create_index(
            "ix_problem_untold",
            "problem",
            ["due_at"],
            schema="tasks",
            postgresql_where=sa.text(UNTOLD),
            postgresql_concurrently=True,
            if_not_exists=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        for index in ("ix_problem_untold", "ix_problem_closed_at"):
            op.drop_index(index, table_name="problem", schema="tasks", postgresql_concurrently=True)
    op.drop_column("task", "takes_proof", schema="tasks")
    for name in CHECKS:
        op.execute(f"ALTER TABLE tasks.problem DROP CONSTRAINT {name}")
    for column in (
        "changed_at",
        "raised_at",
        "raised_to",
        "reopened_at",
        "reopen_count",
        "punishment",
        "long_term",
        "extension_id",
    ):
        op.drop_column("problem", column, schema="tasks")
    for table, name, column, before, _ in WIDENED:
        _widen(table, name, column, before)
    op.drop_table("problem_punishment", schema="tasks")
    op.drop_table("problem_publication", schema="tasks")
    op.drop_index("ix_problem_listing_list", table_name="problem_listing", schema="tasks")
    op.drop_table("problem_listing", schema="tasks")
    op.drop_index(
        "uq_problem_extension_asked",
        table_name="problem_extension",
        schema="tasks",
        postgresql_where=sa.text("state = 'asked'"),
    )
    op.drop_index("ix_problem_extension_problem_id", table_name="problem_extension", schema="tasks")
    op.drop_table("problem_extension", schema="tasks")
    op.drop_table("problem_acceptance", schema="tasks")
    op.drop_index("ix_look_back_sample_problem_id", table_name="look_back_sample", schema="tasks")
    op.drop_table("look_back_sample", schema="tasks")
    op.drop_index("ix_told_list_inspection_id", table_name="told_list", schema="tasks")
    op.drop_table("told_list", schema="tasks")
    op.drop_index(
        "ix_service_demand_visible_to",
        table_name="service_demand",
        schema="tasks",
        postgresql_using="gin",
    )
    op.drop_index("ix_service_demand_inspection_id", table_name="service_demand", schema="tasks")
    op.drop_table("service_demand", schema="tasks")
    op.drop_index("ix_named_office_inspection_id", table_name="named_office", schema="tasks")
    op.drop_table("named_office", schema="tasks")
    op.drop_table("look_back_secret", schema="tasks")
    op.drop_index("ix_look_back_division", table_name="look_back", schema="tasks")
    op.drop_index(
        "ix_look_back_visible_to", table_name="look_back", schema="tasks", postgresql_using="gin"
    )
    op.drop_table("look_back", schema="tasks")
    op.execute("SELECT set_config('app.system', 'on', true)")
    op.execute("SELECT set_config('app.principal', 'system', true)")
    delete = sa.text("DELETE FROM tasks.rule_setting WHERE name = :name AND scope = ''")
    for name, _, _ in SETTINGS:
        op.execute(delete.bindparams(name=name))
    op.execute("SELECT set_config('app.system', 'off', true)")
