"""Kinds of borders, functional zones, notices to both sides of a border.

Runs beside the release before it, which goes on reading; only its loading of borders, a command of
the operator's, has to wait for the new release.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "d40000000003"
down_revision = "d40000000002"
branch_labels = None
depends_on = None

TEXTS = postgresql.ARRAY(sa.Text())
INSTANT = sa.DateTime(timezone=True)
LEVELS = ("province", "city", "county")
KINDS = ("land", "water", "sea")
STATES = ("open", "answered", "closed")
PARTY_STATES = ("told", "acknowledged", "answered")
POSITIONS = (
    "downstream", "upstream", "left_bank", "right_bank", "larger_share", "smaller_share",
)  # fmt: skip
FINDINGS = ("no_facts", "joint_handling", "handed_over")
IN_SCOPE = "visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ','))"
AS_SYSTEM = "(SELECT current_setting('app.system', true)) = 'on'"
SEEN = f"{IN_SCOPE} OR {AS_SYSTEM}"
TABLES = ("border_notice", "border_notice_party", "border_notice_step")
SETTINGS = (
    ("border.strip_km", "5", "[DD] how far from a border a matter concerns the other side too"),
    (
        "border.candidate_m",
        "300",
        "[DD] how near to a generalised line a point may lie in the county beyond it",
    ),
    ("border.sea_km", "30", "[DD] as far as distances over the sea are published"),
    ("notice.acknowledge_working_days", "1", "[DD] as an assistance request is (DOMAIN 4.4)"),
    ("notice.acknowledge_urgent_hours", "2", "[DD] when evidence may vanish"),
    (
        "notice.warn_before_minutes",
        '{"normal": 240, "urgent": 30}',
        "[DD] before the time to acknowledge ends, by urgency",
    ),
    (
        "notice.raise_after_minutes",
        '{"normal": 1440, "urgent": 60}',
        "[DD] after it has ended, by urgency",
    ),
)


def _enum(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(
        *values, name=name, native_enum=False, create_constraint=True, length=32, schema="regions"
    )


def _levels(values: tuple[str, ...]) -> None:
    listed = ", ".join(map(repr, values))
    op.execute(
        "ALTER TABLE regions.division DROP CONSTRAINT ck_division_level_known,"
        f" ADD CONSTRAINT ck_division_level_known CHECK (level IN ({listed})) NOT VALID"
    )


def _kinds() -> None:
    op.add_column(
        "border",
        sa.Column("kind", sa.String(32), server_default="land", nullable=False),
        schema="regions",
    )
    op.alter_column("border", "kind", server_default=None, schema="regions")
    listed = ", ".join(map(repr, KINDS))
    op.execute(
        "ALTER TABLE regions.border ADD CONSTRAINT ck_border_borderkind_known"
        f" CHECK (kind IN ({listed})) NOT VALID"
    )


def _notices() -> None:
    op.create_table(
        "border_notice",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(12), nullable=False),
        sa.Column("matter", postgresql.JSONB(), nullable=False),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("urgency", _enum("urgency_known", ("normal", "urgent")), nullable=False),
        sa.Column("state", _enum("state_known", STATES), nullable=False),
        sa.Column("given_at", INSTANT, nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=False),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("closing", sa.Text(), nullable=True),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("visible_to", TEXTS, nullable=False),
        sa.CheckConstraint(
            "(longitude IS NULL) = (latitude IS NULL)", name=op.f("ck_border_notice_point_whole")
        ),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_at IS NOT NULL)",
            name=op.f("ck_border_notice_closed_once_said"),
        ),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (closing IS NULL)",
            name=op.f("ck_border_notice_closing_reasoned"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_border_notice")),
        schema="regions",
    )
    op.create_index(
        "ix_border_notice_visible_to",
        "border_notice",
        ["visible_to"],
        schema="regions",
        postgresql_using="gin",
    )


def _parties() -> None:
    op.create_table(
        "border_notice_party",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(12), nullable=False),
        sa.Column("border", _enum("borderkind_known", KINDS), nullable=False),
        sa.Column("km", sa.Float(), nullable=False),
        sa.Column("position", _enum("position_known", POSITIONS), nullable=True),
        sa.Column("state", _enum("partystate_known", PARTY_STATES), nullable=False),
        sa.Column("acknowledged_at", INSTANT, nullable=True),
        sa.Column("acknowledged_by", sa.Uuid(), nullable=True),
        sa.Column("finding", _enum("finding_known", FINDINGS), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("handed_over_to", sa.String(200), nullable=True),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("visible_to", TEXTS, nullable=False),
        sa.CheckConstraint(
            "(state = 'told') = (acknowledged_at IS NULL)",
            name=op.f("ck_border_notice_party_acknowledged_said"),
        ),
        sa.CheckConstraint(
            "(state = 'answered') = (finding IS NOT NULL)",
            name=op.f("ck_border_notice_party_answered_said"),
        ),
        sa.CheckConstraint(
            "(finding IS NULL) = (answer IS NULL) AND (finding IS NULL) = (answered_at IS NULL)",
            name=op.f("ck_border_notice_party_answer_whole"),
        ),
        sa.CheckConstraint(
            "(finding IS NOT DISTINCT FROM 'handed_over') = (handed_over_to IS NOT NULL)",
            name=op.f("ck_border_notice_party_handed_to_somebody"),
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"],
            ["regions.border_notice.id"],
            name=op.f("fk_border_notice_party_notice_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_border_notice_party")),
        schema="regions",
    )
    op.create_index(
        "uq_border_notice_party_notice_id_division",
        "border_notice_party",
        ["notice_id", "division"],
        unique=True,
        schema="regions",
    )
    op.create_index(
        "ix_border_notice_party_division", "border_notice_party", ["division"], schema="regions"
    )


def _steps() -> None:
    op.create_table(
        "border_notice_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("state", _enum("state_known", STATES), nullable=False),
        sa.Column("division", sa.String(12), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_name", sa.String(200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("visible_to", TEXTS, nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"],
            ["regions.border_notice.id"],
            name=op.f("fk_border_notice_step_notice_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_border_notice_step")),
        schema="regions",
    )
    op.create_index(
        "ix_border_notice_step_notice_id", "border_notice_step", ["notice_id"], schema="regions"
    )
    op.execute(
        "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE"
        " ON regions.border_notice_step"
        " FOR EACH STATEMENT EXECUTE FUNCTION regions.refuse_change()"
    )


def _settings() -> None:
    op.execute("SELECT set_config('app.system', 'on', true)")
    insert = sa.text(
        "INSERT INTO regions.rule_setting (name, scope, valid_from, value, basis)"
        " VALUES (:name, '', DATE '2000-01-01', CAST(:value AS jsonb), :basis)"
    )
    for name, value, basis in SETTINGS:
        op.execute(insert.bindparams(name=name, value=value, basis=basis))
    op.execute("SELECT set_config('app.system', 'off', true)")


def _key(columns: str) -> None:
    with op.get_context().autocommit_block():
        op.execute(
            "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS pk_border_next"
            f" ON regions.border ({columns})"
        )
    op.execute(
        "ALTER TABLE regions.border DROP CONSTRAINT pk_border,"
        " ADD CONSTRAINT pk_border PRIMARY KEY USING INDEX pk_border_next"
    )


def upgrade() -> None:
    _levels((*LEVELS, "zone"))
    _kinds()
    _key("a, b, kind")
    _notices()
    _parties()
    _steps()
    for table in TABLES:
        op.execute(f"ALTER TABLE regions.{table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE regions.{table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY access ON regions.{table} USING ({SEEN}) WITH CHECK ({SEEN})")
    _settings()
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE regions.division VALIDATE CONSTRAINT ck_division_level_known")
        op.execute("ALTER TABLE regions.border VALIDATE CONSTRAINT ck_border_borderkind_known")


def downgrade() -> None:
    op.execute("SELECT set_config('app.system', 'on', true)")
    op.execute("SELECT set_config('app.principal', 'migration', true)")
    delete = sa.text("DELETE FROM regions.rule_setting WHERE name = :name AND scope = ''")
    for name, _, _ in SETTINGS:
        op.execute(delete.bindparams(name=name))
    for table in reversed(TABLES):
        op.drop_table(table, schema="regions")
    # What the release before cannot name: distances over the sea, functional zones.
    op.execute(
        "DELETE FROM regions.border AS b WHERE b.kind = 'sea' OR (b.kind = 'water'"
        " AND EXISTS (SELECT FROM regions.border AS l WHERE (l.a, l.b, l.kind) = (b.a, b.b, 'land')))"
    )
    op.execute("DELETE FROM regions.division WHERE level = 'zone'")
    _key("a, b")
    op.drop_column("border", "kind", schema="regions")
    _levels(LEVELS)
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE regions.division VALIDATE CONSTRAINT ck_division_level_known")
