"""A petition through its whole life: parts, parties, review, search.

Runs beside the release before it: columns are added with a default for the rows that are there.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "f1a0c3d5e701"
down_revision = "2c957a593c19"
branch_labels = None
depends_on = None

TEXTS = postgresql.ARRAY(sa.Text())
STATES = (
    "registered", "transferred", "assigned", "objected", "accepted", "not_accepted", "in_progress",
    "replied", "reopened", "under_review", "reviewed", "under_re_review", "final", "closed",
)  # fmt: skip
STEPS = (
    "transfer", "assign", "object", "accept_objection", "reject_objection", "accept", "refuse",
    "start", "extend", "reply", "settle", "reopen", "file", "reclassify", "deem_competent",
    "ask_back", "supplement", "mark_urgent", "hand_over", "serve", "ask_review", "give_review",
    "ask_re_review", "give_re_review", "send_back",
)  # fmt: skip
# What a constraint said before.
OLD_STATES = (*STATES[:9], "closed")
OLD_STEPS = STEPS[:13]

# name, type, default for rows that are there
ADDED = (
    ("object_key", sa.String(200), None),
    ("industry", sa.String(8), None),
    ("momentary", sa.Boolean(), "false"),
    ("grams", TEXTS, "'{}'"),
    ("parent_id", sa.Uuid(), None),
    ("partial", sa.Boolean(), "false"),
    ("head_count", sa.Integer(), "1"),
    ("withheld", sa.Boolean(), "false"),
    ("party_ids", postgresql.ARRAY(sa.Uuid()), "'{}'"),
    ("concerned", TEXTS, "'{}'"),
    ("county", sa.String(12), "''"),
    ("competence_settled", sa.Boolean(), "false"),
    ("refusal_ground", sa.String(32), None),
    ("same_as_id", sa.Uuid(), None),
    ("follow_hash", sa.LargeBinary(), None),
    ("import_id", sa.Uuid(), None),
    ("stated_repeat", sa.Boolean(), "false"),
    ("approximate", sa.Boolean(), "false"),
    ("first_replied_at", sa.DateTime(timezone=True), None),
    ("served_on", sa.Date(), None),
    ("asked_back_at", sa.DateTime(timezone=True), None),
)
# As search_text() and grams_of() of intake/domain.py make them.
BACKFILL = """
UPDATE petitions.petition p SET
  party_ids = CASE WHEN petitioner_id IS NULL THEN '{}' ELSE ARRAY[petitioner_id] END,
  first_replied_at = replied_at,
  county = divisions[1],
  grams = coalesce((
    SELECT array_agg(DISTINCT substr(line, at, 2) ORDER BY substr(line, at, 2))
      FROM (SELECT regexp_replace(lower(normalize(concat_ws(E'\\n', redacted_title, redacted_body,
              place, object_name), NFKC)), '[^\\S\\n]+', '', 'g') AS line) AS whole,
           generate_series(1, greatest(length(line) - 1, 1)) AS at
     WHERE strpos(substr(line, at, 2), E'\\n') = 0), '{}')
"""


RULES = (
    ("anonymous_has_no_entry", "(petitioner_id IS NULL) = (anonymous OR withheld)"),
    ("anonymous_or_withheld", "NOT (anonymous AND withheld)"),
    ("somebody_petitions", "head_count >= 1"),
)
REFERENCES = ("parent_id", "same_as_id")
VALIDATED = (
    ("petition", "ck_petition_state_known"),
    ("petition_step", "ck_petition_step_state_known"),
    ("petition_step", "ck_petition_step_step_known"),
    *(("petition", f"ck_petition_{name}") for name, _ in RULES),
    *(("petition", f"fk_petition_{name}") for name in REFERENCES),
)
INDEXES = (
    ("ix_petition_grams", ("grams",), "gin"),
    ("ix_petition_parent", ("parent_id",), "btree"),
    ("ix_petition_place", ("county", "received_at DESC"), "btree"),
    ("ix_petition_object", ("object_key", "received_at DESC"), "btree"),
)


def _known(table: str, column: str, values: tuple[str, ...]) -> None:
    constraint = f"ck_{table}_{column}_known"
    listed = ", ".join(f"'{each}'" for each in values)
    op.execute(
        f"ALTER TABLE petitions.{table} DROP CONSTRAINT {constraint},"
        f" ADD CONSTRAINT {constraint} CHECK ({column} IN ({listed})) NOT VALID"
    )


def upgrade() -> None:
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
    op.execute(
        "SELECT set_config('app.system', 'on', true), set_config('app.principal', 'system', true)"
    )
    op.execute(BACKFILL)
    op.execute("SELECT set_config('app.system', 'off', true)")
    for table in ("petition", "petition_step"):
        _known(table, "state", STATES)
    _known("petition_step", "step", STEPS)
    op.execute("ALTER TABLE petitions.petition DROP CONSTRAINT ck_petition_anonymous_has_no_entry")
    for name, rule in RULES:
        op.execute(
            f"ALTER TABLE petitions.petition ADD CONSTRAINT ck_petition_{name}"
            f" CHECK ({rule}) NOT VALID"
        )
    for name in REFERENCES:
        op.create_foreign_key(
            f"fk_petition_{name}",
            "petition",
            "petition",
            [name],
            ["id"],
            source_schema="petitions",
            referent_schema="petitions",
            postgresql_not_valid=True,
        )
    # Beside the running release: neither a check of the old rows nor an index blocks a write.
    with op.get_context().autocommit_block():
        for table, name in VALIDATED:
            op.execute(f"ALTER TABLE petitions.{table} VALIDATE CONSTRAINT {name}")
        for name, columns, using in INDEXES:
            op.create_index(
                name,
                "petition",
                [sa.text(each) for each in columns],
                schema="petitions",
                postgresql_using=using,
                postgresql_concurrently=True,
                if_not_exists=True,
            )


def downgrade() -> None:
    for name, _, _ in reversed(INDEXES):
        op.drop_index(name, table_name="petition", schema="petitions")
    for name, _ in RULES:
        op.execute(f"ALTER TABLE petitions.petition DROP CONSTRAINT ck_petition_{name}")
    op.execute(
        "ALTER TABLE petitions.petition ADD CONSTRAINT ck_petition_anonymous_has_no_entry"
        " CHECK (anonymous = (petitioner_id IS NULL))"
    )
    _known("petition_step", "step", OLD_STEPS)
    for table in ("petition", "petition_step"):
        _known(table, "state", OLD_STATES)
    for name, _, _ in reversed(ADDED):
        op.drop_column("petition", name, schema="petitions")
