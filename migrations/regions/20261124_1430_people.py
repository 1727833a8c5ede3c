"""Bureaus, skills, equipment, substitutes, experts, help teams, supervisors.

Runs beside the release before it: it only adds.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "d40000000004"
down_revision = "d40000000003"
branch_labels = None
depends_on = None

KINDS = (
    "ecology_bureau",
    "enforcement_corps",
    "petition_office",
    "command_center",
    "government",
)
ADDED_KINDS = (
    "police",
    "procuratorate",
    "court_liaison",
    "provincial_platform",
    "monitoring_station",
    "industrial_park",
    "township_government",
)
IN_CONTEXT = "(SELECT current_setting('app.principal', true)) <> ''"
AS_SYSTEM = "(SELECT current_setting('app.system', true)) = 'on'"
IN_SCOPE = "visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ','))"
SCOPED = f"{IN_SCOPE} OR {AS_SYSTEM}"
# table, who reads, who writes
POLICIES = (
    ("officer_post", SCOPED, SCOPED),
    ("officer_substitute", SCOPED, SCOPED),
    ("equipment", SCOPED, SCOPED),
    ("equipment_booking", SCOPED, SCOPED),
    ("expert", IN_CONTEXT, SCOPED),
    ("help_team", SCOPED, SCOPED),
    ("environmental_supervisor", SCOPED, SCOPED),
)
# table, name, rule: checked for the rows that are there once the tables are free again
RULES = (
    ("bureau", "days_ordered", "active_from <= active_to"),
    ("bureau", "headcount_counts", "headcount >= 0"),
    ("bureau", "not_its_own_superior", "superior_id <> id"),
    ("bureau", "closed_with_reason", "(active_to IS NULL) = (close_reason IS NULL)"),
    (
        "officer_interest",
        "end_whole",
        "(ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (end_reason IS NULL)",
    ),
)
SETTINGS = (
    (
        "officer.skills",
        """{"air": "大气", "water": "水", "solid_waste": "固体废物", "hazardous_waste": "危险废物",
        "noise": "噪声", "odour": "恶臭", "soil": "土壤", "radiation": "核与辐射",
        "voc_detection": "VOCs检测", "online_monitoring_inspection": "自动监控检查",
        "drone_pilot": "无人机操控", "mobile_survey": "走航监测", "evidence_collection": "调查取证",
        "case_legal_review": "法制审核", "emergency_response": "应急处置"}""",
        "[DD] what officers can do, by the media and means of the seeds; codes are never re-used",
    ),
    (
        "officer.substitute_chain_most",
        "3",
        "[DD] links of a chain of substitutes: who stands in for somebody who stands in",
    ),
    (
        "helper.expert_fields",
        """{"air": "大气", "water": "水", "solid_waste": "固体废物", "hazardous_waste": "危险废物",
        "noise": "噪声", "odour": "恶臭", "soil": "土壤", "ecology": "生态", "radiation": "核与辐射",
        "voc_detection": "VOCs检测", "online_monitoring": "自动监控", "process": "生产工艺",
        "law": "法律", "damage_assessment": "环境损害鉴定", "emergency_response": "应急处置"}""",
        "[DD] fields for which experts are engaged",
    ),
)


def upgrade() -> None:
    _officers()
    _helpers()
    _columns()
    _kinds((*KINDS, *ADDED_KINDS))
    for table, using, check in POLICIES:
        op.execute(f"ALTER TABLE regions.{table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE regions.{table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY access ON regions.{table} USING ({using}) WITH CHECK ({check})")
    _settings()
    for table, name, rule in RULES:
        op.execute(
            f"ALTER TABLE regions.{table} ADD CONSTRAINT ck_{table}_{name} CHECK ({rule}) NOT VALID"
        )
    with op.get_context().autocommit_block():
        for table, name, _ in (*RULES, ("bureau", "bureaukind_known", "")):
            op.execute(f"ALTER TABLE regions.{table} VALIDATE CONSTRAINT ck_{table}_{name}")
        op.execute("ALTER TABLE regions.bureau VALIDATE CONSTRAINT fk_bureau_superior_id")
        op.create_index(
            "ix_bureau_superior_id",
            "bureau",
            ["superior_id"],
            schema="regions",
            postgresql_concurrently=True,
            if_not_exists=True,
        )
        op.create_index(
            "ix_booking_officer_id",
            "booking",
            ["officer_id", "starts_at"],
            schema="regions",
            postgresql_concurrently=True,
            if_not_exists=True,
        )


def _kinds(kinds: tuple[str, ...]) -> None:
    listed = ", ".join(map(repr, kinds))
    op.execute(
        "ALTER TABLE regions.bureau DROP CONSTRAINT ck_bureau_bureaukind_known,"
        f" ADD CONSTRAINT ck_bureau_bureaukind_known CHECK (kind IN ({listed})) NOT VALID"
    )


def _settings() -> None:
    # The table lets only the system write.
    op.execute("SELECT set_config('app.system', 'on', true)")
    insert = sa.text(
        "INSERT INTO regions.rule_setting (name, scope, valid_from, value, basis)"
        " VALUES (:name, '', DATE '2000-01-01', CAST(:value AS jsonb), :basis)"
    )
    for name, value, basis in SETTINGS:
        op.execute(insert.bindparams(name=name, value=value, basis=basis))
    op.execute("SELECT set_config('app.system', 'off', true)")


def _officers() -> None:
    op.create_table(
        "equipment",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(length=12), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "infrared_camera",
                "pid",
                "drone",
                "mobile_survey",
                "body_camera",
                name="equipmentkind_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("serial_number", sa.String(length=64), nullable=False),
        sa.Column("calibration_valid_to", sa.Date(), nullable=True),
        sa.Column("holder_id", sa.Uuid(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "in_service",
                "under_repair",
                "at_calibration",
                "retired",
                name="equipmentstatus_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["bureau_id"], ["regions.bureau.id"], name=op.f("fk_equipment_bureau_id")
        ),
        sa.ForeignKeyConstraint(
            ["holder_id"], ["regions.officer.id"], name=op.f("fk_equipment_holder_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_equipment")),
        schema="regions",
    )
    op.create_index(
        "ix_equipment_division", "equipment", ["division", "kind"], unique=False, schema="regions"
    )
    op.create_index(
        "ix_equipment_holder_id", "equipment", ["holder_id"], unique=False, schema="regions"
    )
    op.create_index(
        "ix_equipment_visible_to",
        "equipment",
        ["visible_to"],
        unique=False,
        schema="regions",
        postgresql_using="gin",
    )
    op.create_index(
        "uq_equipment_serial",
        "equipment",
        ["bureau_id", "kind", "serial_number"],
        unique=True,
        schema="regions",
    )
    op.create_table(
        "officer_post",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("held_from", sa.Date(), nullable=False),
        sa.Column("held_to", sa.Date(), nullable=True),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("officer_id"), "="),
            (sa.column("title"), "="),
            (sa.text("daterange(held_from, held_to, '[]')"), "&&"),
            using="gist",
            name="ex_officer_post_held_once",
        ),
        sa.CheckConstraint("held_from <= held_to", name=op.f("ck_officer_post_ordered")),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["regions.officer.id"], name=op.f("fk_officer_post_officer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officer_post")),
        schema="regions",
    )
    op.create_table(
        "equipment_booking",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("equipment_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booked_by", sa.Uuid(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_over_by", sa.Uuid(), nullable=True),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("equipment_id"), "="),
            (sa.text("tstzrange(starts_at, ends_at)"), "&&"),
            where=sa.text("released_at IS NULL"),
            using="gist",
            name="ex_equipment_booking_one_place_at_a_time",
        ),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_equipment_booking_ordered")),
        sa.ForeignKeyConstraint(
            ["equipment_id"],
            ["regions.equipment.id"],
            name=op.f("fk_equipment_booking_equipment_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_equipment_booking")),
        schema="regions",
    )
    op.create_index(
        "ix_equipment_booking_task_id",
        "equipment_booking",
        ["task_id"],
        unique=False,
        schema="regions",
    )
    op.create_table(
        "officer_substitute",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("absence_id", sa.Uuid(), nullable=False),
        sa.Column("substitute_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("officer_id"), "="),
            (sa.text("tstzrange(starts_at, ends_at)"), "&&"),
            where=sa.text("ended_at IS NULL"),
            using="gist",
            name="ex_officer_substitute_one_at_a_time",
        ),
        sa.CheckConstraint(
            "officer_id <> substitute_id", name=op.f("ck_officer_substitute_somebody_else")
        ),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_officer_substitute_ordered")),
        sa.ForeignKeyConstraint(
            ["absence_id"],
            ["regions.officer_absence.id"],
            name=op.f("fk_officer_substitute_absence_id"),
        ),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["regions.officer.id"], name=op.f("fk_officer_substitute_officer_id")
        ),
        sa.ForeignKeyConstraint(
            ["substitute_id"],
            ["regions.officer.id"],
            name=op.f("fk_officer_substitute_substitute_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officer_substitute")),
        schema="regions",
    )
    op.create_index(
        "ix_officer_substitute_absence_id",
        "officer_substitute",
        ["absence_id"],
        unique=False,
        schema="regions",
    )
    op.create_index(
        "ix_officer_substitute_substitute_id",
        "officer_substitute",
        ["substitute_id", "ends_at"],
        unique=False,
        schema="regions",
    )


def _helpers() -> None:
    op.create_table(
        "environmental_supervisor",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(length=12), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "enterprise",
                "village",
                name="supervisorkind_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="regions",
            ),
            nullable=False,
        ),
        sa.Column("object_name", sa.String(length=200), nullable=False),
        sa.Column("credit_code", sa.String(length=18), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=64), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.String(length=500), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "(kind = 'enterprise') = (credit_code IS NOT NULL)",
            name=op.f("ck_environmental_supervisor_of_an_object"),
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (end_reason IS NULL) AND (ended_at IS NULL OR valid_to IS NOT NULL)",
            name=op.f("ck_environmental_supervisor_end_whole"),
        ),
        sa.CheckConstraint(
            "valid_from <= valid_to", name=op.f("ck_environmental_supervisor_ordered")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_environmental_supervisor")),
        schema="regions",
    )
    op.create_index(
        "ix_environmental_supervisor_credit_code",
        "environmental_supervisor",
        ["credit_code"],
        unique=False,
        schema="regions",
    )
    op.create_index(
        "ix_environmental_supervisor_division",
        "environmental_supervisor",
        ["division", "kind"],
        unique=False,
        schema="regions",
    )
    op.create_index(
        "ix_environmental_supervisor_visible_to",
        "environmental_supervisor",
        ["visible_to"],
        unique=False,
        schema="regions",
        postgresql_using="gin",
    )
    op.create_table(
        "expert",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("fields", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("organisation", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=True),
        sa.Column("phone", sa.String(length=64), nullable=True),
        sa.Column("conflicts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.String(length=500), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (end_reason IS NULL) AND (ended_at IS NULL OR valid_to IS NOT NULL)",
            name=op.f("ck_expert_end_whole"),
        ),
        sa.CheckConstraint("cardinality(fields) > 0", name=op.f("ck_expert_has_field")),
        sa.CheckConstraint("valid_from <= valid_to", name=op.f("ck_expert_ordered")),
        sa.ForeignKeyConstraint(
            ["bureau_id"], ["regions.bureau.id"], name=op.f("fk_expert_bureau_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expert")),
        schema="regions",
    )
    op.create_index("ix_expert_bureau_id", "expert", ["bureau_id"], unique=False, schema="regions")
    op.create_index(
        "ix_expert_fields",
        "expert",
        ["fields"],
        unique=False,
        schema="regions",
        postgresql_using="gin",
    )
    op.create_index(
        "ix_expert_visible_to",
        "expert",
        ["visible_to"],
        unique=False,
        schema="regions",
        postgresql_using="gin",
    )
    op.create_table(
        "help_team",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(length=12), nullable=False),
        sa.Column("organisation", sa.String(length=200), nullable=False),
        sa.Column("credit_code", sa.String(length=18), nullable=False),
        sa.Column("duties", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("service_area", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("members", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.String(length=500), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "cardinality(duties) > 0 AND duties <@ ARRAY['diagnosis', 'per_firm_plan', 'rectification_guidance', 'training', 'monitoring_support']",
            name=op.f("ck_help_team_helps_only"),
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (end_reason IS NULL) AND (ended_at IS NULL OR valid_to IS NOT NULL)",
            name=op.f("ck_help_team_end_whole"),
        ),
        sa.CheckConstraint("cardinality(service_area) > 0", name=op.f("ck_help_team_has_area")),
        sa.CheckConstraint("valid_from <= valid_to", name=op.f("ck_help_team_ordered")),
        sa.ForeignKeyConstraint(
            ["bureau_id"], ["regions.bureau.id"], name=op.f("fk_help_team_bureau_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help_team")),
        schema="regions",
    )
    op.create_index(
        "ix_help_team_bureau_id", "help_team", ["bureau_id"], unique=False, schema="regions"
    )
    op.create_index(
        "ix_help_team_visible_to",
        "help_team",
        ["visible_to"],
        unique=False,
        schema="regions",
        postgresql_using="gin",
    )


def _columns() -> None:
    op.add_column("booking", sa.Column("taken_over_by", sa.Uuid(), nullable=True), schema="regions")
    op.add_column("bureau", sa.Column("superior_id", sa.Uuid(), nullable=True), schema="regions")
    op.add_column("bureau", sa.Column("headcount", sa.Integer(), nullable=True), schema="regions")
    op.add_column(
        "bureau", sa.Column("liaison_name", sa.String(length=200), nullable=True), schema="regions"
    )
    op.add_column(
        "bureau", sa.Column("liaison_phone", sa.String(length=64), nullable=True), schema="regions"
    )
    op.add_column("bureau", sa.Column("active_from", sa.Date(), nullable=True), schema="regions")
    op.add_column("bureau", sa.Column("active_to", sa.Date(), nullable=True), schema="regions")
    op.add_column(
        "bureau", sa.Column("close_reason", sa.String(length=500), nullable=True), schema="regions"
    )
    op.create_foreign_key(
        op.f("fk_bureau_superior_id"),
        "bureau",
        "bureau",
        ["superior_id"],
        ["id"],
        source_schema="regions",
        referent_schema="regions",
        postgresql_not_valid=True,
    )
    op.add_column(
        "officer",
        sa.Column("skills", postgresql.ARRAY(sa.Text()), nullable=False, server_default="{}"),
        schema="regions",
    )
    op.add_column(
        "officer_absence",
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        schema="regions",
    )
    op.add_column(
        "officer_interest",
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        schema="regions",
    )
    op.add_column(
        "officer_interest", sa.Column("ended_by", sa.Uuid(), nullable=True), schema="regions"
    )
    op.add_column(
        "officer_interest",
        sa.Column("end_reason", sa.String(length=500), nullable=True),
        schema="regions",
    )
    # The default was for the rows that are there.
    op.alter_column("officer", "skills", server_default=None, schema="regions")


def downgrade() -> None:
    op.drop_index("ix_booking_officer_id", table_name="booking", schema="regions")
    for table, name, _ in RULES:
        op.execute(f"ALTER TABLE regions.{table} DROP CONSTRAINT ck_{table}_{name}")
    # Rows of kinds that the release before does not know stay; it adds none.
    _kinds(KINDS)
    op.execute("SELECT set_config('app.system', 'on', true)")
    op.execute("SELECT set_config('app.principal', 'system', true)")
    delete = sa.text("DELETE FROM regions.rule_setting WHERE name = :name AND scope = ''")
    for name, _, _ in SETTINGS:
        op.execute(delete.bindparams(name=name))
    op.execute("SELECT set_config('app.system', 'off', true)")
    op.drop_column("officer_interest", "end_reason", schema="regions")
    op.drop_column("officer_interest", "ended_by", schema="regions")
    op.drop_column("officer_interest", "ended_at", schema="regions")
    op.drop_column("officer_absence", "withdrawn_at", schema="regions")
    op.drop_column("officer", "skills", schema="regions")
    op.drop_constraint(
        op.f("fk_bureau_superior_id"), "bureau", schema="regions", type_="foreignkey"
    )
    op.drop_index("ix_bureau_superior_id", table_name="bureau", schema="regions")
    op.drop_column("bureau", "close_reason", schema="regions")
    op.drop_column("bureau", "active_to", schema="regions")
    op.drop_column("bureau", "active_from", schema="regions")
    op.drop_column("bureau", "liaison_phone", schema="regions")
    op.drop_column("bureau", "liaison_name", schema="regions")
    op.drop_column("bureau", "headcount", schema="regions")
    op.drop_column("bureau", "superior_id", schema="regions")
    op.drop_column("booking", "taken_over_by", schema="regions")
    op.drop_index(
        "ix_officer_substitute_substitute_id", table_name="officer_substitute", schema="regions"
    )
    op.drop_index(
        "ix_officer_substitute_absence_id", table_name="officer_substitute", schema="regions"
    )
    op.drop_table("officer_substitute", schema="regions")
    op.drop_index("ix_equipment_booking_task_id", table_name="equipment_booking", schema="regions")
    op.drop_table("equipment_booking", schema="regions")
    op.drop_table("officer_post", schema="regions")
    op.drop_index("uq_equipment_serial", table_name="equipment", schema="regions")
    op.drop_index(
        "ix_equipment_visible_to", table_name="equipment", schema="regions", postgresql_using="gin"
    )
    op.drop_index("ix_equipment_holder_id", table_name="equipment", schema="regions")
    op.drop_index("ix_equipment_division", table_name="equipment", schema="regions")
    op.drop_table("equipment", schema="regions")
    op.drop_index(
        "ix_help_team_visible_to", table_name="help_team", schema="regions", postgresql_using="gin"
    )
    op.drop_index("ix_help_team_bureau_id", table_name="help_team", schema="regions")
    op.drop_table("help_team", schema="regions")
    op.drop_index(
        "ix_expert_visible_to", table_name="expert", schema="regions", postgresql_using="gin"
    )
    op.drop_index("ix_expert_fields", table_name="expert", schema="regions", postgresql_using="gin")
    op.drop_index("ix_expert_bureau_id", table_name="expert", schema="regions")
    op.drop_table("expert", schema="regions")
    op.drop_index(
        "ix_environmental_supervisor_visible_to",
        table_name="environmental_supervisor",
        schema="regions",
        postgresql_using="gin",
    )
    op.drop_index(
        "ix_environmental_supervisor_division",
        table_name="environmental_supervisor",
        schema="regions",
    )
    op.drop_index(
        "ix_environmental_supervisor_credit_code",
        table_name="environmental_supervisor",
        schema="regions",
    )
    op.drop_table("environmental_supervisor", schema="regions")
