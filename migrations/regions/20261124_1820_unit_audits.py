"""Audits of units: auditors, findings, rectification.

Runs beside the release before it: it only adds. [DD] is our own default.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "d50000000005"
down_revision = "d50000000004"
branch_labels = None
depends_on = None

TOPICS = """[
  {"code": "site_checks", "zh": "现场检查", "items": [
    {"code": "two_officers", "zh": "两名以上持证人员检查并出示证件"},
    {"code": "record_complete", "zh": "检查笔录完整、当场录入"},
    {"code": "problems_followed", "zh": "发现问题及时处置、跟踪整改"}]},
  {"code": "petition_handling", "zh": "信访办理", "items": [
    {"code": "answered_in_time", "zh": "按期受理、办结、答复"},
    {"code": "facts_checked", "zh": "到场核实、事实清楚"},
    {"code": "petitioner_protected", "zh": "信访人信息保密"}]},
  {"code": "fees", "zh": "规费征收", "items": [
    {"code": "basis_right", "zh": "核定依据准确"},
    {"code": "levied_in_full", "zh": "应征尽征、足额入库"}]},
  {"code": "three_simultaneity", "zh": "建设项目“三同时”", "items": [
    {"code": "followed_up", "zh": "开展“三同时”监督检查"},
    {"code": "acceptance_checked", "zh": "竣工环保验收监督到位"}]},
  {"code": "case_files", "zh": "案件办理", "items": [
    {"code": "filed_in_time", "zh": "应立尽立、及时立案"},
    {"code": "procedure_kept", "zh": "程序合法、证据充分"},
    {"code": "discretion_right", "zh": "裁量适当"},
    {"code": "executed", "zh": "决定执行到位"}]}
]"""
SETTINGS = (
    (
        "unit_audit.topics",
        TOPICS,
        "[seed 002] site checks, petitions, fees, 三同时; [seed 001] case audits; [DD] the items",
    ),
    ("unit_audit.min_auditors", "2", "[DD] auditors at least, as at an inspection (art. 42)"),
    (
        "unit_audit.not_again_within",
        "2",
        "[DD] whoever was on one of so many last audits of a unit goes there after the others",
    ),
    (
        "unit_audit.night_hours",
        '{"from": 18, "to": 6}',
        "[S77] night checks run from 18:00 to 06:00",
    ),
    (
        "unit_audit.statement_working_days",
        "5",
        "[DD] working days the audited unit has to speak to a report",
    ),
    (
        "unit_audit.rectify_working_days",
        '{"minor": 5, "general": 20, "serious": 30}',
        "[DD] working days to rectify a finding, by its severity",
    ),
    ("unit_audit.warn_days", "1", "[DD] days a time is warned of, and raised after"),
    (
        "unit_audit.unit_kinds",
        '["ecology_bureau", "enforcement_corps"]',
        "[seed 002] brigades and stations; [DD] the kinds of bureaus these are",
    ),
    (
        "unit_audit.per_year",
        "1",
        "[seed 001] in 2019 the city centre all covered; [DD] once a year everywhere",
    ),
)


def upgrade() -> None:
    op.create_table(
        "unit_audit",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("orderer", sa.String(length=12), nullable=False),
        sa.Column("audited", sa.String(length=12), nullable=False),
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("topics", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("announced", sa.Boolean(), nullable=False),
        sa.Column("planned_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("planned_to", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "ordered",
                "running",
                "reported",
                "heard",
                "rectifying",
                "closed",
                "called_off",
                name="state_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drafted_by", sa.Uuid(), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "hour_class",
            sa.Enum(
                "workday",
                "workday_night",
                "weekend",
                "weekend_night",
                "holiday",
                "holiday_night",
                name="hourclass_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=True,
        ),
        sa.Column("report", sa.Text(), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("statement_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("statement", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("call_off_reason", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("work_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "(state = 'called_off') = (call_off_reason IS NOT NULL)",
            name=op.f("ck_unit_audit_called_off"),
        ),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_unit_audit_closed_when")
        ),
        sa.CheckConstraint(
            "(state IN ('draft', 'ordered', 'called_off')) = (started_at IS NULL)",
            name=op.f("ck_unit_audit_started_when"),
        ),
        sa.CheckConstraint(
            "(reported_at IS NULL) = (report IS NULL)", name=op.f("ck_unit_audit_report_whole")
        ),
        sa.CheckConstraint(
            "(started_at IS NULL) = (hour_class IS NULL)", name=op.f("ck_unit_audit_hour_known")
        ),
        sa.CheckConstraint("cardinality(topics) > 0", name=op.f("ck_unit_audit_has_topic")),
        sa.CheckConstraint("orderer <> audited", name=op.f("ck_unit_audit_of_another")),
        sa.CheckConstraint("planned_from < planned_to", name=op.f("ck_unit_audit_time_ordered")),
        sa.ForeignKeyConstraint(
            ["bureau_id"], ["regions.bureau.id"], name=op.f("fk_unit_audit_bureau_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_audit")),
        schema="regions",
    )
    op.create_index(
        "ix_unit_audit_bureau_id",
        "unit_audit",
        ["bureau_id", "started_at"],
        unique=False,
        schema="regions",
    )
    op.create_index(
        "ix_unit_audit_visible_to",
        "unit_audit",
        ["visible_to"],
        unique=False,
        schema="regions",
        postgresql_using="gin",
    )
    op.create_table(
        "unit_audit_check",
        sa.Column("unit_audit_id", sa.Uuid(), nullable=False),
        sa.Column("topic", sa.String(length=64), nullable=False),
        sa.Column("item", sa.String(length=64), nullable=False),
        sa.Column(
            "result",
            sa.Enum(
                "in_order",
                "fault",
                "not_applicable",
                name="checkresult_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_by", sa.Uuid(), nullable=False),
        sa.Column("checked_name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["unit_audit_id"],
            ["regions.unit_audit.id"],
            name=op.f("fk_unit_audit_check_unit_audit_id"),
        ),
        sa.PrimaryKeyConstraint("unit_audit_id", "topic", "item", name=op.f("pk_unit_audit_check")),
        schema="regions",
    )
    op.create_table(
        "unit_audit_finding",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_audit_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("topic", sa.String(length=64), nullable=False),
        sa.Column("item", sa.String(length=64), nullable=False),
        sa.Column(
            "severity",
            sa.Enum(
                "minor",
                "general",
                "serious",
                name="severity_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column("fact", sa.Text(), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("sample", sa.String(length=200), nullable=True),
        sa.Column("responsible", sa.String(length=200), nullable=False),
        sa.Column("relapse", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "found",
                "open",
                "rectified",
                "verified",
                "withdrawn",
                name="findingstate_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("found_by", sa.Uuid(), nullable=False),
        sa.Column("found_name", sa.String(length=200), nullable=False),
        sa.Column(
            "position",
            sa.Enum(
                "agrees",
                "disagrees",
                name="position_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=True,
        ),
        sa.Column("position_reason", sa.Text(), nullable=True),
        sa.Column("ruling", sa.Text(), nullable=True),
        sa.Column("rectify_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proof", sa.Text(), nullable=True),
        sa.Column("rectified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rectified_by", sa.Uuid(), nullable=True),
        sa.Column("rectified_name", sa.String(length=200), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_by", sa.Uuid(), nullable=True),
        sa.Column("verified_name", sa.String(length=200), nullable=True),
        sa.Column("holds", sa.Boolean(), nullable=True),
        sa.Column("look_back", sa.Text(), nullable=True),
        sa.Column("looked_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'verified') = (verified_at IS NOT NULL)",
            name=op.f("ck_unit_audit_finding_verified_when"),
        ),
        sa.CheckConstraint(
            "position IS DISTINCT FROM 'disagrees' OR position_reason IS NOT NULL",
            name=op.f("ck_unit_audit_finding_dispute_reasoned"),
        ),
        sa.CheckConstraint(
            "state <> 'withdrawn' OR ruling IS NOT NULL",
            name=op.f("ck_unit_audit_finding_ruling_reasoned"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('rectified', 'verified') OR proof IS NOT NULL",
            name=op.f("ck_unit_audit_finding_proved"),
        ),
        sa.CheckConstraint(
            "verified_by IS NULL OR verified_by <> rectified_by",
            name=op.f("ck_unit_audit_finding_by_another"),
        ),
        sa.ForeignKeyConstraint(
            ["unit_audit_id"],
            ["regions.unit_audit.id"],
            name=op.f("fk_unit_audit_finding_unit_audit_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_audit_finding")),
        sa.UniqueConstraint(
            "unit_audit_id", "number", name=op.f("uq_unit_audit_finding_unit_audit_id_number")
        ),
        schema="regions",
    )
    op.create_index(
        "ix_unit_audit_finding_due",
        "unit_audit_finding",
        ["rectify_due_at"],
        unique=False,
        schema="regions",
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "unit_audit_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_audit_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "ordered",
                "running",
                "reported",
                "heard",
                "rectifying",
                "closed",
                "called_off",
                name="state_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column("finding_id", sa.Uuid(), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["unit_audit_id"],
            ["regions.unit_audit.id"],
            name=op.f("fk_unit_audit_step_unit_audit_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_audit_step")),
        schema="regions",
    )
    op.create_index(
        "ix_unit_audit_step_unit_audit_id",
        "unit_audit_step",
        ["unit_audit_id"],
        unique=False,
        schema="regions",
    )
    op.create_table(
        "unit_auditor",
        sa.Column("unit_audit_id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["regions.officer.id"], name=op.f("fk_unit_auditor_officer_id")
        ),
        sa.ForeignKeyConstraint(
            ["unit_audit_id"], ["regions.unit_audit.id"], name=op.f("fk_unit_auditor_unit_audit_id")
        ),
        sa.PrimaryKeyConstraint("unit_audit_id", "officer_id", name=op.f("pk_unit_auditor")),
        schema="regions",
    )
    op.create_index(
        "ix_unit_auditor_officer_id", "unit_auditor", ["officer_id"], unique=False, schema="regions"
    )
    op.create_table(
        "unit_audit_referral",
        sa.Column("finding_id", sa.Uuid(), nullable=False),
        sa.Column("unit_audit_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("referred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("referred_by", sa.Uuid(), nullable=False),
        sa.Column("referred_name", sa.String(length=200), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["finding_id"],
            ["regions.unit_audit_finding.id"],
            name=op.f("fk_unit_audit_referral_finding_id"),
        ),
        sa.ForeignKeyConstraint(
            ["unit_audit_id"],
            ["regions.unit_audit.id"],
            name=op.f("fk_unit_audit_referral_unit_audit_id"),
        ),
        sa.PrimaryKeyConstraint("finding_id", name=op.f("pk_unit_audit_referral")),
        schema="regions",
    )
    op.create_index(
        "ix_unit_audit_referral_unit_audit_id",
        "unit_audit_referral",
        ["unit_audit_id"],
        unique=False,
        schema="regions",
    )
    op.create_index(
        "ix_unit_audit_referral_visible_to",
        "unit_audit_referral",
        ["visible_to"],
        unique=False,
        schema="regions",
        postgresql_using="gin",
    )
    op.execute("ALTER TABLE regions.unit_audit ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.unit_audit FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.unit_audit USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE regions.unit_audit_check ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.unit_audit_check FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.unit_audit_check USING (EXISTS (SELECT 1 FROM regions.unit_audit AS a WHERE a.id = unit_audit_check.unit_audit_id AND a.visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) AND (a.reported_at IS NOT NULL OR a.work_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')))) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK ((SELECT current_setting('app.principal', true)) <> '')"
    )
    op.execute("ALTER TABLE regions.unit_audit_finding ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.unit_audit_finding FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.unit_audit_finding USING (EXISTS (SELECT 1 FROM regions.unit_audit AS a WHERE a.id = unit_audit_finding.unit_audit_id AND a.visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) AND (a.reported_at IS NOT NULL OR a.work_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')))) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK ((SELECT current_setting('app.principal', true)) <> '')"
    )
    op.execute(
        "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON regions.unit_audit_step\nFOR EACH STATEMENT EXECUTE FUNCTION regions.refuse_change()"
    )
    op.execute("ALTER TABLE regions.unit_audit_step ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.unit_audit_step FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.unit_audit_step USING (EXISTS (SELECT 1 FROM regions.unit_audit AS a WHERE a.id = unit_audit_step.unit_audit_id AND a.visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) AND (unit_audit_step.action NOT IN ('check', 'find') OR a.reported_at IS NOT NULL OR a.work_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')))) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK ((SELECT current_setting('app.principal', true)) <> '')"
    )
    op.execute("ALTER TABLE regions.unit_auditor ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.unit_auditor FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.unit_auditor USING (EXISTS (SELECT 1 FROM regions.unit_audit AS a WHERE a.id = unit_auditor.unit_audit_id AND a.visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ','))) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK ((SELECT current_setting('app.principal', true)) <> '')"
    )
    op.execute(
        "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON regions.unit_audit_referral\nFOR EACH STATEMENT EXECUTE FUNCTION regions.refuse_change()"
    )
    op.execute("ALTER TABLE regions.unit_audit_referral ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE regions.unit_audit_referral FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON regions.unit_audit_referral USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("SELECT set_config('app.system', 'on', true)")
    op.execute("SELECT set_config('app.principal', 'system', true)")
    insert = sa.text(
        "INSERT INTO regions.rule_setting (name, scope, valid_from, value, basis)"
        " VALUES (:name, '', DATE '2000-01-01', CAST(:value AS jsonb), :basis)"
    )
    for name, value, basis in SETTINGS:
        op.execute(insert.bindparams(name=name, value=value, basis=basis))
    op.execute("SELECT set_config('app.system', 'off', true)")


def downgrade() -> None:
    op.drop_index(
        "ix_unit_audit_referral_visible_to",
        table_name="unit_audit_referral",
        schema="regions",
        postgresql_using="gin",
    )
    op.drop_index(
        "ix_unit_audit_referral_unit_audit_id", table_name="unit_audit_referral", schema="regions"
    )
    op.drop_table("unit_audit_referral", schema="regions")
    op.drop_index("ix_unit_auditor_officer_id", table_name="unit_auditor", schema="regions")
    op.drop_table("unit_auditor", schema="regions")
    op.drop_index(
        "ix_unit_audit_step_unit_audit_id", table_name="unit_audit_step", schema="regions"
    )
    op.drop_table("unit_audit_step", schema="regions")
    op.drop_index(
        "ix_unit_audit_finding_due",
        table_name="unit_audit_finding",
        schema="regions",
        postgresql_where=sa.text("state = 'open'"),
    )
    op.drop_table("unit_audit_finding", schema="regions")
    op.drop_table("unit_audit_check", schema="regions")
    op.drop_index(
        "ix_unit_audit_visible_to",
        table_name="unit_audit",
        schema="regions",
        postgresql_using="gin",
    )
    op.drop_index("ix_unit_audit_bureau_id", table_name="unit_audit", schema="regions")
    op.drop_table("unit_audit", schema="regions")
    op.execute("SELECT set_config('app.system', 'on', true)")
    op.execute("SELECT set_config('app.principal', 'system', true)")
    delete = sa.text("DELETE FROM regions.rule_setting WHERE name = :name AND scope = ''")
    for name, _, _ in SETTINGS:
        op.execute(delete.bindparams(name=name))
    op.execute("SELECT set_config('app.system', 'off', true)")
