"""Inspections: what they rest on, recorders, forms, endings, the code of the act.

Runs beside the release before it: it adds, and widens what it replaces. [DD] is our own default.
"""

import json

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "e60000000009"
down_revision = "e60000000008"
branch_labels = None
depends_on = None

SETTINGS = (
    (
        "inspection.turn_grounds",
        json.dumps(["abnormal_data", "refusal", "complaint", "clue", "accident", "data_missing"]),
        "[S24] conditions for off-site into on-site must be defined; which ones is [DD]",
    ),
    ("inspection.flying_outsiders", "2", "[DD] officers of elsewhere at a flying check"),
    (
        "inspection.act_code",
        json.dumps({"agency": "16", "serial_digits": 6}),
        "[S23, S25] want the code; division, agency, year, serial, ISO 7064 MOD 11,10 are [DD]",
    ),
    (
        "inspection.agency_name",
        json.dumps("{name}生态环境部门", ensure_ascii=False),
        "[DD] how the office of a division is called in the ledger",
    ),
    ("inspection.special_longest_days", "183", "[S23] wants a limit; half a year is [DD]"),
    (
        "inspection.recorder_said",
        json.dumps(["time", "place", "officers", "conduct", "focus", "told"]),
        "[S15] art. 18-20, Guangdong; used everywhere [DD]",
    ),
    ("inspection.recording_stored_workdays", "1", "[S15] art. 23, Guangdong; everywhere [DD]"),
    ("inspection.recording_warn_hours", "4", "[DD]"),
    ("inspection.recording_raise_hours", "24", "[DD]"),
)
STATES = ("under_way", "finished")
ACTIONS = ("record", "switch_recorder", "hand_integrity_sheet", "find", "finish")
ALL_STATES = (*STATES, "aborted", "called_off")
ALL_ACTIONS = (
    "show_certificates",
    "show_code",
    "record",
    "switch_recorder",
    "hand_integrity_sheet",
    "declare_unannounced",
    "write_form",
    "sign_form",
    "find",
    "finish",
    "abort",
    "call_off",
    "store_recording",
    "add",
)
CASES = ("refused_to_come", "not_found", "refused_to_sign", "covert", "other")
GROUNDS = ("entry_refused", "certificates_not_shown", "force_majeure", "safety")
REFERENCES = {
    "enterprise_id": "enterprise",
    "special_check_id": "special_check",
    "visit_id": "enterprise_visit",
}
INDEXES = {
    "ix_inspection_enterprise_id": ("enterprise_id", False),
    "ix_inspection_special_check_id": ("special_check_id", False),
    "ix_inspection_started_at": ("started_at", False),
    "uq_inspection_act_code": ("act_code", True),
    "uq_inspection_sheet_number": ("sheet_number", True),
    "uq_inspection_visit_id": ("visit_id", True),
}


def _known(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(map(repr, values))})"


CHECKS = {
    "absencecase_known": _known("absence_case", CASES),
    "abortground_known": _known("abort_ground", GROUNDS),
    "ended_reasoned": (
        "state NOT IN ('aborted', 'called_off') OR (ended_at IS NOT NULL AND end_reason <> '')"
    ),
    "aborted_on": "(state = 'aborted') = (abort_ground IS NOT NULL)",
    "sheet_numbered": "(sheet_number IS NULL) OR (sheet_handed_at IS NOT NULL)",
}
WIDENED = {
    "inspection": ("inspectionstate_known", "state", STATES, ALL_STATES),
    "inspection_step": ("inspectionaction_known", "action", ACTIONS, ALL_ACTIONS),
}


def upgrade() -> None:
    op.create_table(
        "recorder_device",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("serial", sa.String(length=64), nullable=False),
        sa.Column("division", sa.String(length=12), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("officer_name", sa.String(length=200), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assigned_by", sa.Uuid(), nullable=False),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "returned_at >= assigned_at", name=op.f("ck_recorder_device_returned_later")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recorder_device")),
        schema="tasks",
    )
    op.create_index(
        "ix_recorder_device_visible_to",
        "recorder_device",
        ["visible_to"],
        unique=False,
        schema="tasks",
        postgresql_using="gin",
    )
    op.create_index(
        "uq_recorder_device_officer",
        "recorder_device",
        ["officer_id"],
        unique=True,
        schema="tasks",
        postgresql_where=sa.text("returned_at IS NULL"),
    )
    op.create_index(
        "uq_recorder_device_serial",
        "recorder_device",
        ["serial"],
        unique=True,
        schema="tasks",
        postgresql_where=sa.text("returned_at IS NULL"),
    )
    op.create_table(
        "special_check",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(length=12), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column(
            "approver",
            sa.Enum(
                "county_government",
                "vertical_superior",
                name="approver_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="tasks",
            ),
            nullable=False,
        ),
        sa.Column("approving_division", sa.String(length=12), nullable=False),
        sa.Column("approved_on", sa.Date(), nullable=False),
        sa.Column("divisions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("contents", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "registered",
                "filed",
                "published",
                "ended",
                name="specialstate_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="tasks",
            ),
            nullable=False,
        ),
        sa.Column("filed_on", sa.Date(), nullable=True),
        sa.Column("filing_ref", sa.String(length=200), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("publication_ref", sa.String(length=500), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "state <> 'published' OR (published_on IS NOT NULL AND publication_ref <> '')",
            name=op.f("ck_special_check_published_where"),
        ),
        sa.CheckConstraint(
            "state IN ('registered', 'ended') OR (filed_on IS NOT NULL AND filing_ref <> '')",
            name=op.f("ck_special_check_filed_with_number"),
        ),
        sa.CheckConstraint(
            "approved_on <= starts_on", name=op.f("ck_special_check_approved_first")
        ),
        sa.CheckConstraint("cardinality(contents) > 0", name=op.f("ck_special_check_says_what")),
        sa.CheckConstraint("most >= 1", name=op.f("ck_special_check_allows_some")),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_special_check_runs_forward")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_special_check")),
        sa.UniqueConstraint(
            "division", "document", name=op.f("uq_special_check_division_document")
        ),
        schema="tasks",
    )
    op.create_index(
        "ix_special_check_visible_to",
        "special_check",
        ["visible_to"],
        unique=False,
        schema="tasks",
        postgresql_using="gin",
    )
    op.create_table(
        "site_turn",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column(
            "ground",
            sa.Enum(
                "abnormal_data",
                "refusal",
                "complaint",
                "clue",
                "accident",
                "data_missing",
                name="turnground_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="tasks",
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_by_name", sa.String(length=200), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_by_name", sa.String(length=200), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opinion", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(approved IS NULL) = (decided_at IS NULL)", name=op.f("ck_site_turn_decided_when")
        ),
        sa.CheckConstraint("decided_by <> asked_by", name=op.f("ck_site_turn_decided_by_another")),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.task.id"], name=op.f("fk_site_turn_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_turn")),
        schema="tasks",
    )
    op.create_index("ix_site_turn_task_id", "site_turn", ["task_id"], unique=False, schema="tasks")
    op.create_index(
        "uq_site_turn_standing",
        "site_turn",
        ["task_id"],
        unique=True,
        schema="tasks",
        postgresql_where=sa.text("approved IS NOT FALSE"),
    )
    op.create_table(
        "inspection_addition",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("officers", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "signature",
            sa.Enum(
                "signed",
                "refused",
                "absent",
                name="signature_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="tasks",
            ),
            nullable=False,
        ),
        sa.Column("signature_note", sa.Text(), nullable=True),
        sa.Column(
            "absence_case",
            sa.Enum(
                "refused_to_come",
                "not_found",
                "refused_to_sign",
                "covert",
                "other",
                name="absencecase_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="tasks",
            ),
            nullable=True,
        ),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "signature = 'signed' OR signature_note <> ''",
            name=op.f("ck_inspection_addition_answered"),
        ),
        sa.CheckConstraint(
            "cardinality(officers) >= 2", name=op.f("ck_inspection_addition_two_officers")
        ),
        sa.ForeignKeyConstraint(
            ["inspection_id"],
            ["tasks.inspection.id"],
            name=op.f("fk_inspection_addition_inspection_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_addition")),
        schema="tasks",
    )
    op.create_index(
        "ix_inspection_addition_inspection_id",
        "inspection_addition",
        ["inspection_id"],
        unique=False,
        schema="tasks",
    )
    op.create_table(
        "inspection_form",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "site_record",
                "interview",
                "sampling",
                name="formkind_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="tasks",
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "signed",
                name="formstate_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="tasks",
            ),
            nullable=False,
        ),
        sa.Column("revision", sa.SmallInteger(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["inspection_id"],
            ["tasks.inspection.id"],
            name=op.f("fk_inspection_form_inspection_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_form")),
        sa.UniqueConstraint(
            "inspection_id", "number", name=op.f("uq_inspection_form_inspection_id_number")
        ),
        schema="tasks",
    )
    op.create_table(
        "recording",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("device", sa.String(length=64), nullable=True),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("to_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("evidence_id", sa.Uuid(), nullable=True),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(evidence_id IS NULL) = (stored_at IS NULL)", name=op.f("ck_recording_stored_when")
        ),
        sa.CheckConstraint("to_at >= from_at", name=op.f("ck_recording_runs_forward")),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["tasks.evidence.id"], name=op.f("fk_recording_evidence_id")
        ),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["tasks.inspection.id"], name=op.f("fk_recording_inspection_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording")),
        schema="tasks",
    )
    op.create_index(
        "ix_recording_inspection_id", "recording", ["inspection_id"], unique=False, schema="tasks"
    )
    op.create_index(
        "uq_recording_evidence_id", "recording", ["evidence_id"], unique=True, schema="tasks"
    )
    op.create_index(
        "uq_recording_running",
        "recording",
        ["inspection_id"],
        unique=True,
        schema="tasks",
        postgresql_where=sa.text("to_at IS NULL"),
    )
    op.create_table(
        "supervision_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "in_order",
                "reminder",
                "correction",
                name="notekind_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="tasks",
            ),
            nullable=False,
        ),
        sa.Column("device", sa.String(length=64), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("note <> ''", name=op.f("ck_supervision_note_says_what")),
        sa.ForeignKeyConstraint(
            ["inspection_id"],
            ["tasks.inspection.id"],
            name=op.f("fk_supervision_note_inspection_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_note")),
        schema="tasks",
    )
    op.create_index(
        "ix_supervision_note_inspection_id",
        "supervision_note",
        ["inspection_id"],
        unique=False,
        schema="tasks",
    )
    op.create_table(
        "inspection_form_signature",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.SmallInteger(), nullable=False),
        sa.Column(
            "signer",
            sa.Enum(
                "party",
                "officer",
                "witness",
                "recorder",
                name="signer_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="tasks",
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=True),
        sa.Column(
            "signature",
            sa.Enum(
                "signed",
                "refused",
                "absent",
                name="signature_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="tasks",
            ),
            nullable=False,
        ),
        sa.Column(
            "absence_case",
            sa.Enum(
                "refused_to_come",
                "not_found",
                "refused_to_sign",
                "covert",
                "other",
                name="absencecase_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="tasks",
            ),
            nullable=True,
        ),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(signer = 'officer') = (officer_id IS NOT NULL)",
            name=op.f("ck_inspection_form_signature_officer_known"),
        ),
        sa.CheckConstraint(
            "signature = 'signed' OR note <> ''", name=op.f("ck_inspection_form_signature_answered")
        ),
        sa.ForeignKeyConstraint(
            ["form_id"],
            ["tasks.inspection_form.id"],
            name=op.f("fk_inspection_form_signature_form_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_form_signature")),
        sa.UniqueConstraint(
            "form_id",
            "revision",
            "signer",
            "name",
            name=op.f("uq_inspection_form_signature_form_id_revision_signer_name"),
        ),
        schema="tasks",
    )
    op.create_table(
        "inspection_form_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.SmallInteger(), nullable=False),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=False),
        sa.Column("written_by_name", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["form_id"],
            ["tasks.inspection_form.id"],
            name=op.f("fk_inspection_form_version_form_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_form_version")),
        sa.UniqueConstraint(
            "form_id", "revision", name=op.f("uq_inspection_form_version_form_id_revision")
        ),
        schema="tasks",
    )
    op.execute("ALTER TABLE tasks.recorder_device ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE tasks.recorder_device FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON tasks.recorder_device USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE tasks.special_check ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE tasks.special_check FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON tasks.special_check USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on' OR ((state IN ('published', 'ended') AND published_on IS NOT NULL) AND (SELECT current_setting('app.principal', true)) <> '')) WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE tasks.site_turn ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE tasks.site_turn FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON tasks.site_turn USING (EXISTS (SELECT FROM tasks.task whole WHERE whole.id = task_id) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (EXISTS (SELECT FROM tasks.task whole WHERE whole.id = task_id) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute(
        "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON tasks.inspection_addition\nFOR EACH STATEMENT EXECUTE FUNCTION tasks.refuse_change()"
    )
    op.execute("ALTER TABLE tasks.inspection_addition ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE tasks.inspection_addition FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON tasks.inspection_addition USING (EXISTS (SELECT FROM tasks.inspection whole WHERE whole.id = inspection_id) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (EXISTS (SELECT FROM tasks.inspection whole WHERE whole.id = inspection_id) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE tasks.inspection_form ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE tasks.inspection_form FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON tasks.inspection_form USING (EXISTS (SELECT FROM tasks.inspection whole WHERE whole.id = inspection_id) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (EXISTS (SELECT FROM tasks.inspection whole WHERE whole.id = inspection_id) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE tasks.recording ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE tasks.recording FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON tasks.recording USING (EXISTS (SELECT FROM tasks.inspection whole WHERE whole.id = inspection_id) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (EXISTS (SELECT FROM tasks.inspection whole WHERE whole.id = inspection_id) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute(
        "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON tasks.supervision_note\nFOR EACH STATEMENT EXECUTE FUNCTION tasks.refuse_change()"
    )
    op.execute("ALTER TABLE tasks.supervision_note ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE tasks.supervision_note FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON tasks.supervision_note USING (EXISTS (SELECT FROM tasks.inspection whole WHERE whole.id = inspection_id) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (EXISTS (SELECT FROM tasks.inspection whole WHERE whole.id = inspection_id) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute(
        "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON tasks.inspection_form_signature\nFOR EACH STATEMENT EXECUTE FUNCTION tasks.refuse_change()"
    )
    op.execute("ALTER TABLE tasks.inspection_form_signature ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE tasks.inspection_form_signature FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON tasks.inspection_form_signature USING (EXISTS (SELECT FROM tasks.inspection_form whole WHERE whole.id = form_id) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (EXISTS (SELECT FROM tasks.inspection_form whole WHERE whole.id = form_id) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute(
        "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON tasks.inspection_form_version\nFOR EACH STATEMENT EXECUTE FUNCTION tasks.refuse_change()"
    )
    op.execute("ALTER TABLE tasks.inspection_form_version ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE tasks.inspection_form_version FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON tasks.inspection_form_version USING (EXISTS (SELECT FROM tasks.inspection_form whole WHERE whole.id = form_id) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (EXISTS (SELECT FROM tasks.inspection_form whole WHERE whole.id = form_id) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    _extend_inspections()
    _settings()


def _extend_inspections() -> None:
    """Columns and checks of rows that are there already, without holding anybody up."""
    for column in (
        sa.Column("enterprise_id", sa.Uuid(), nullable=True),
        sa.Column("special_check_id", sa.Uuid(), nullable=True),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("contents", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("on_rest_day", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("crossing", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("act_code", sa.String(length=64), nullable=True),
        sa.Column("code_shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late_reason", sa.Text(), nullable=True),
        sa.Column("said", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("absence_case", sa.String(length=32), nullable=True),
        sa.Column("sheet_number", sa.String(length=32), nullable=True),
        sa.Column("breaches", postgresql.JSONB(), nullable=True),
        sa.Column("abort_ground", sa.String(length=32), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
    ):
        op.add_column("inspection", column, schema="tasks")
    for table, (name, column, _, after) in WIDENED.items():
        _replace_check(table, name, _known(column, after))
    for name, check in CHECKS.items():
        op.execute(
            f"ALTER TABLE tasks.inspection ADD CONSTRAINT ck_inspection_{name}"
            f" CHECK ({check}) NOT VALID"
        )
    for column, table in REFERENCES.items():
        op.execute(
            f"ALTER TABLE tasks.inspection ADD CONSTRAINT fk_inspection_{column}"
            f" FOREIGN KEY ({column}) REFERENCES tasks.{table} (id) NOT VALID"
        )
    op.execute("SELECT set_config('app.system', 'on', true)")
    op.execute("SELECT set_config('app.principal', 'migration', true)")
    # What runs has run since the arrival: what the release before knew of it.
    op.execute(
        "INSERT INTO tasks.recording (id, inspection_id, from_at)"
        " SELECT gen_random_uuid(), id, started_at FROM tasks.inspection"
        " WHERE state = 'under_way' AND recorder_on"
    )
    op.execute("SELECT set_config('app.principal', '', true)")
    op.execute("SELECT set_config('app.system', 'off', true)")
    _validate()


def _validate() -> None:
    with op.get_context().autocommit_block():
        for table, (name, *_) in WIDENED.items():
            op.execute(f"ALTER TABLE tasks.{table} VALIDATE CONSTRAINT ck_{table}_{name}")
        for name in CHECKS:
            op.execute(f"ALTER TABLE tasks.inspection VALIDATE CONSTRAINT ck_inspection_{name}")
        for column in REFERENCES:
            op.execute(f"ALTER TABLE tasks.inspection VALIDATE CONSTRAINT fk_inspection_{column}")
        for name, (column, unique) in INDEXES.items():
            op.create_index(
                name,
                "inspection",
                [column],
                unique=unique,
                schema="tasks",
                postgresql_concurrently=True,
                if_not_exists=True,
            )


def _replace_check(table: str, name: str, check: str) -> None:
    op.execute(
        f"ALTER TABLE tasks.{table} DROP CONSTRAINT ck_{table}_{name},"
        f" ADD CONSTRAINT ck_{table}_{name} CHECK ({check}) NOT VALID"
    )


def _settings() -> None:
    op.execute("SELECT set_config('app.system', 'on', true)")
    op.execute("SELECT set_config('app.principal', 'migration', true)")
    insert = sa.text(
        "INSERT INTO tasks.rule_setting (name, scope, valid_from, value, basis)"
        " VALUES (:name, '', DATE '2000-01-01', CAST(:value AS jsonb), :basis)"
    )
    for name, value, basis in SETTINGS:
        op.execute(insert.bindparams(name=name, value=value, basis=basis))
    op.execute("SELECT set_config('app.principal', '', true)")
    op.execute("SELECT set_config('app.system', 'off', true)")


def downgrade() -> None:
    op.execute("SELECT set_config('app.system', 'on', true)")
    delete = sa.text("DELETE FROM tasks.rule_setting WHERE name = :name AND scope = ''")
    for name, _, _ in SETTINGS:
        op.execute(delete.bindparams(name=name))
    op.execute("SELECT set_config('app.system', 'off', true)")
    for table, (name, column, before, _) in WIDENED.items():
        _replace_check(table, name, _known(column, before))
    for name in ("ended_reasoned", "aborted_on"):
        op.execute(f"ALTER TABLE tasks.inspection DROP CONSTRAINT ck_inspection_{name}")
    for name in INDEXES:
        op.drop_index(name, table_name="inspection", schema="tasks")
    for column in (
        "changed_at",
        "end_reason",
        "ended_at",
        "abort_ground",
        "breaches",
        "sheet_number",
        "absence_case",
        "said",
        "late_reason",
        "code_shown_at",
        "act_code",
        "crossing",
        "on_rest_day",
        "contents",
        "visit_id",
        "special_check_id",
        "enterprise_id",
    ):
        op.drop_column("inspection", column, schema="tasks")
    op.drop_table("inspection_form_version", schema="tasks")
    op.drop_table("inspection_form_signature", schema="tasks")
    op.drop_index(
        "ix_supervision_note_inspection_id", table_name="supervision_note", schema="tasks"
    )
    op.drop_table("supervision_note", schema="tasks")
    op.drop_index(
        "uq_recording_running",
        table_name="recording",
        schema="tasks",
        postgresql_where=sa.text("to_at IS NULL"),
    )
    op.drop_index("uq_recording_evidence_id", table_name="recording", schema="tasks")
    op.drop_index("ix_recording_inspection_id", table_name="recording", schema="tasks")
    op.drop_table("recording", schema="tasks")
    op.drop_table("inspection_form", schema="tasks")
    op.drop_index(
        "ix_inspection_addition_inspection_id", table_name="inspection_addition", schema="tasks"
    )
    op.drop_table("inspection_addition", schema="tasks")
    op.drop_index(
        "uq_site_turn_standing",
        table_name="site_turn",
        schema="tasks",
        postgresql_where=sa.text("approved IS NOT FALSE"),
    )
    op.drop_index("ix_site_turn_task_id", table_name="site_turn", schema="tasks")
    op.drop_table("site_turn", schema="tasks")
    op.drop_index(
        "ix_special_check_visible_to",
        table_name="special_check",
        schema="tasks",
        postgresql_using="gin",
    )
    op.drop_table("special_check", schema="tasks")
    op.drop_index(
        "uq_recorder_device_serial",
        table_name="recorder_device",
        schema="tasks",
        postgresql_where=sa.text("returned_at IS NULL"),
    )
    op.drop_index(
        "uq_recorder_device_officer",
        table_name="recorder_device",
        schema="tasks",
        postgresql_where=sa.text("returned_at IS NULL"),
    )
    op.drop_index(
        "ix_recorder_device_visible_to",
        table_name="recorder_device",
        schema="tasks",
        postgresql_using="gin",
    )
    op.drop_table("recorder_device", schema="tasks")
