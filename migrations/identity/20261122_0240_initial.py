"""The first tables: accounts, grants, clients, keys, sessions, and those of the kernel.

Runs beside the release before it: it adds, and what it replaces is dropped by a later one. An
index on a busy table is made concurrently, in an autocommit block.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "98fece72a512"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("login_name", sa.String(length=64), nullable=False),
        sa.Column("display_name", sa.String(length=200), nullable=False),
        sa.Column("division", sa.String(length=12), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("active_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "login_name = lower(login_name)", name=op.f("ck_account_login_name_lower")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        schema="identity",
    )
    op.create_index(
        "ix_account_visible_to",
        "account",
        ["visible_to"],
        unique=False,
        schema="identity",
        postgresql_using="gin",
    )
    op.create_index(
        "uq_account_login_name", "account", ["login_name"], unique=True, schema="identity"
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_kind", sa.String(length=16), nullable=False),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column(
            "via", postgresql.ARRAY(sa.Text()), nullable=False, comment="services acting on behalf"
        ),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("object_kind", sa.String(length=64), nullable=False),
        sa.Column("object_id", sa.String(length=64), nullable=False),
        sa.Column("before_hash", sa.String(length=64), nullable=True),
        sa.Column("after_hash", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("result", sa.String(length=32), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        schema="identity",
    )
    op.create_index(
        "ix_audit_object",
        "audit",
        ["object_kind", "object_id", "at"],
        unique=False,
        schema="identity",
    )
    op.create_table(
        "client",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "public",
                "service",
                "platform",
                name="clientkind_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="identity",
            ),
            nullable=False,
        ),
        sa.Column("display_name", sa.String(length=200), nullable=False),
        sa.Column("division", sa.String(length=12), nullable=True),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("active_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(division IS NULL) = (kind <> 'platform')", name=op.f("ck_client_division_of_platform")
        ),
        sa.CheckConstraint(
            "(secret_hash IS NULL) = (kind = 'public')", name=op.f("ck_client_secret_unless_public")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client")),
        schema="identity",
    )
    op.create_index(
        "ix_client_visible_to",
        "client",
        ["visible_to"],
        unique=False,
        schema="identity",
        postgresql_using="gin",
    )
    op.create_index("uq_client_client_id", "client", ["client_id"], unique=True, schema="identity")
    op.create_table(
        "clock",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_kind", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=48), nullable=False),
        sa.Column("term", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("ledger", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "versions",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="calendar years computed with",
        ),
        sa.Column("state", sa.String(length=16), server_default="running", nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("warn_before", sa.Interval(), nullable=False),
        sa.Column("raise_after", sa.Interval(), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "state IN ('running', 'paused', 'met', 'missed', 'dropped')",
            name=op.f("ck_clock_state_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock")),
        schema="identity",
    )
    op.create_index("ix_clock_subject_id", "clock", ["subject_id"], unique=False, schema="identity")
    op.create_index(
        "uq_clock_running",
        "clock",
        ["subject_id", "kind"],
        unique=True,
        schema="identity",
        postgresql_where=sa.text("state IN ('running', 'paused')"),
    )
    op.create_table(
        "database_time",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("latest", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_database_time_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_database_time")),
        schema="identity",
    )
    op.create_table(
        "idempotency",
        sa.Column("principal", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("route", sa.String(length=256), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("principal", "key", name=op.f("pk_idempotency")),
        schema="identity",
    )
    op.create_index(
        "ix_idempotency_created_at", "idempotency", ["created_at"], unique=False, schema="identity"
    )
    op.create_table(
        "inbox",
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("topic", sa.String(length=96), nullable=False),
        sa.Column(
            "received_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("source", "event_id", name=op.f("pk_inbox")),
        schema="identity",
    )
    op.create_table(
        "login_guess",
        sa.Column("login_hash", sa.LargeBinary(), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("login_hash", "source", name=op.f("pk_login_guess")),
        schema="identity",
    )
    op.create_index(
        "ix_login_guess_blocked_until",
        "login_guess",
        ["blocked_until"],
        unique=False,
        schema="identity",
    )
    op.create_table(
        "login_session",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column(
            "subject_kind",
            sa.Enum(
                "account",
                "client",
                "service",
                name="actorkind_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="identity",
            ),
            nullable=False,
        ),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.String(length=32), nullable=True),
        sa.CheckConstraint(
            "subject_kind IN ('account', 'client')", name=op.f("ck_login_session_subject_logs_in")
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (end_reason IS NULL)",
            name=op.f("ck_login_session_ended_for_a_reason"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_session")),
        schema="identity",
    )
    op.create_index(
        "ix_login_session_expires_at",
        "login_session",
        ["expires_at"],
        unique=False,
        schema="identity",
    )
    op.create_index(
        "ix_login_session_subject_id",
        "login_session",
        ["subject_id", "id"],
        unique=False,
        schema="identity",
    )
    op.create_table(
        "outbox_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("topic", sa.String(length=96), nullable=False),
        sa.Column(
            "key",
            sa.String(length=64),
            nullable=False,
            comment="the aggregate: its events stay in order",
        ),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_event")),
        schema="identity",
    )
    op.create_table(
        "role_grant",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "county_leader_in_charge",
                "department_head",
                "command_center",
                "officer",
                "legal_reviewer",
                "grid_officer",
                "grid_lead",
                "auditor",
                "discipline_officer",
                "petition_clerk",
                "petitioner",
                "enterprise_contact",
                "assistance_team",
                "system_administrator",
                "security_administrator",
                "audit_administrator",
                "platform",
                name="role_known",
                native_enum=False,
                create_constraint=True,
                length=32,
                schema="identity",
            ),
            nullable=False,
        ),
        sa.Column("scope", sa.String(length=12), nullable=False),
        sa.Column("visible_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(length=500), nullable=True),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by IS NULL)",
            name=op.f("ck_role_grant_withdrawn_by_someone"),
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from < valid_to", name=op.f("ck_role_grant_ordered")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
        schema="identity",
    )
    op.create_index(
        "ix_role_grant_holder_id",
        "role_grant",
        ["holder_id"],
        unique=False,
        schema="identity",
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_index(
        "ix_role_grant_visible_to",
        "role_grant",
        ["visible_to"],
        unique=False,
        schema="identity",
        postgresql_using="gin",
    )
    op.create_table(
        "rule_setting",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("scope", sa.String(length=12), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", "scope", "valid_from", name=op.f("pk_rule_setting")),
        schema="identity",
    )
    op.create_table(
        "signing_key",
        sa.Column("kid", sa.String(length=64), nullable=False),
        sa.Column("public_jwk", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sealed_private", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signs_from", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_signing_key")),
        schema="identity",
    )
    op.create_table(
        "clock_alarm",
        sa.Column("clock_id", sa.Uuid(), nullable=False),
        sa.Column(
            "fires_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="of the next rung; null when all have fired",
        ),
        sa.Column("rung", sa.SmallInteger(), nullable=False, comment="how many rungs have fired"),
        sa.Column("rungs", postgresql.ARRAY(sa.DateTime(timezone=True)), nullable=False),
        sa.ForeignKeyConstraint(
            ["clock_id"],
            ["identity.clock.id"],
            name=op.f("fk_clock_alarm_clock_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("clock_id", name=op.f("pk_clock_alarm")),
        schema="identity",
        postgresql_with={"fillfactor": 80},
    )
    op.create_index(
        "ix_clock_alarm_fires_at", "clock_alarm", ["fires_at"], unique=False, schema="identity"
    )
    op.create_table(
        "clock_rung",
        sa.Column("clock_id", sa.Uuid(), nullable=False),
        sa.Column("rung", sa.SmallInteger(), nullable=False),
        sa.Column("scheduled_for", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fired_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["clock_id"],
            ["identity.clock.id"],
            name=op.f("fk_clock_rung_clock_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("clock_id", "rung", "scheduled_for", name=op.f("pk_clock_rung")),
        schema="identity",
    )
    op.create_table(
        "credential",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["identity.account.id"], name=op.f("fk_credential_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_credential")),
        schema="identity",
    )
    op.create_table(
        "outbox_delivery",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("destination", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), server_default="pending", nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column(
            "next_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("fence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('pending', 'delivered', 'parked')",
            name=op.f("ck_outbox_delivery_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["identity.outbox_event.id"], name=op.f("fk_outbox_delivery_event_id")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_outbox_delivery")),
        schema="identity",
    )
    op.create_index(
        "ix_outbox_delivery_due",
        "outbox_delivery",
        ["next_at"],
        unique=False,
        schema="identity",
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        "ix_outbox_delivery_event_id",
        "outbox_delivery",
        ["event_id"],
        unique=False,
        schema="identity",
    )
    op.create_index(
        "ix_outbox_delivery_undelivered",
        "outbox_delivery",
        ["destination", "key", "seq"],
        unique=False,
        schema="identity",
        postgresql_where=sa.text("state <> 'delivered'"),
    )
    op.create_table(
        "refresh_token",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["identity.login_session.id"],
            name=op.f("fk_refresh_token_session_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_refresh_token")),
        schema="identity",
    )
    op.create_index(
        "ix_refresh_token_session_id",
        "refresh_token",
        ["session_id"],
        unique=False,
        schema="identity",
    )
    op.create_index(
        "uq_refresh_token_unused",
        "refresh_token",
        ["session_id"],
        unique=True,
        schema="identity",
        postgresql_where=sa.text("used_at IS NULL"),
    )
    op.execute("ALTER TABLE identity.account ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE identity.account FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON identity.account USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR id::text = (SELECT current_setting('app.principal', true)) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute(
        "CREATE FUNCTION identity.refuse_change() RETURNS trigger LANGUAGE plpgsql AS\n$$ BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is never changed'; END $$"
    )
    op.execute(
        "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON identity.audit\nFOR EACH STATEMENT EXECUTE FUNCTION identity.refuse_change()"
    )
    op.execute("ALTER TABLE identity.audit ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE identity.audit FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON identity.audit USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK ((SELECT current_setting('app.principal', true)) <> '')"
    )
    op.execute("ALTER TABLE identity.client ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE identity.client FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON identity.client USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE identity.clock ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE identity.clock FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON identity.clock USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE identity.database_time ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE identity.database_time FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON identity.database_time USING ((SELECT current_setting('app.system', true)) = 'on') WITH CHECK ((SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE identity.idempotency ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE identity.idempotency FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON identity.idempotency USING (principal = (SELECT current_setting('app.principal', true)) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (principal = (SELECT current_setting('app.principal', true)))"
    )
    op.execute("ALTER TABLE identity.inbox ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE identity.inbox FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON identity.inbox USING ((SELECT current_setting('app.system', true)) = 'on') WITH CHECK ((SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE identity.login_guess ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE identity.login_guess FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON identity.login_guess USING ((SELECT current_setting('app.system', true)) = 'on') WITH CHECK ((SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE identity.login_session ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE identity.login_session FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON identity.login_session USING (subject_id::text = (SELECT current_setting('app.principal', true)) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (subject_id::text = (SELECT current_setting('app.principal', true)) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE identity.outbox_event ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE identity.outbox_event FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON identity.outbox_event USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK ((SELECT current_setting('app.principal', true)) <> '')"
    )
    op.execute("ALTER TABLE identity.role_grant ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE identity.role_grant FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON identity.role_grant USING (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR holder_id::text = (SELECT current_setting('app.principal', true)) OR (SELECT current_setting('app.system', true)) = 'on') WITH CHECK (visible_to && (SELECT string_to_array(current_setting('app.scopes', true), ',')) OR (SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE identity.rule_setting ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE identity.rule_setting FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON identity.rule_setting USING ((SELECT current_setting('app.principal', true)) <> '') WITH CHECK ((SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE identity.signing_key ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE identity.signing_key FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON identity.signing_key USING ((SELECT current_setting('app.system', true)) = 'on') WITH CHECK ((SELECT current_setting('app.system', true)) = 'on')"
    )
    op.execute("ALTER TABLE identity.clock_alarm ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE identity.clock_alarm FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON identity.clock_alarm USING ((SELECT current_setting('app.principal', true)) <> '') WITH CHECK ((SELECT current_setting('app.principal', true)) <> '')"
    )
    op.execute("ALTER TABLE identity.clock_rung ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE identity.clock_rung FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON identity.clock_rung USING ((SELECT current_setting('app.principal', true)) <> '') WITH CHECK ((SELECT current_setting('app.principal', true)) <> '')"
    )
    op.execute("ALTER TABLE identity.credential ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE identity.credential FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON identity.credential USING ((SELECT current_setting('app.system', true)) = 'on') WITH CHECK ((SELECT current_setting('app.principal', true)) <> '')"
    )
    op.execute("ALTER TABLE identity.outbox_delivery ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE identity.outbox_delivery FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON identity.outbox_delivery USING ((SELECT current_setting('app.principal', true)) <> '') WITH CHECK ((SELECT current_setting('app.principal', true)) <> '')"
    )
    op.execute("ALTER TABLE identity.refresh_token ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE identity.refresh_token FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY access ON identity.refresh_token USING ((SELECT current_setting('app.system', true)) = 'on') WITH CHECK ((SELECT current_setting('app.system', true)) = 'on')"
    )


def downgrade() -> None:
    op.drop_index(
        "uq_refresh_token_unused",
        table_name="refresh_token",
        schema="identity",
        postgresql_where=sa.text("used_at IS NULL"),
    )
    op.drop_index("ix_refresh_token_session_id", table_name="refresh_token", schema="identity")
    op.drop_table("refresh_token", schema="identity")
    op.drop_index(
        "ix_outbox_delivery_undelivered",
        table_name="outbox_delivery",
        schema="identity",
        postgresql_where=sa.text("state <> 'delivered'"),
    )
    op.drop_index("ix_outbox_delivery_event_id", table_name="outbox_delivery", schema="identity")
    op.drop_index(
        "ix_outbox_delivery_due",
        table_name="outbox_delivery",
        schema="identity",
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.drop_table("outbox_delivery", schema="identity")
    op.drop_table("credential", schema="identity")
    op.drop_table("clock_rung", schema="identity")
    op.drop_index("ix_clock_alarm_fires_at", table_name="clock_alarm", schema="identity")
    op.drop_table("clock_alarm", schema="identity")
    op.drop_table("signing_key", schema="identity")
    op.drop_table("rule_setting", schema="identity")
    op.drop_index(
        "ix_role_grant_visible_to",
        table_name="role_grant",
        schema="identity",
        postgresql_using="gin",
    )
    op.drop_index(
        "ix_role_grant_holder_id",
        table_name="role_grant",
        schema="identity",
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.drop_table("role_grant", schema="identity")
    op.drop_table("outbox_event", schema="identity")
    op.drop_index("ix_login_session_subject_id", table_name="login_session", schema="identity")
    op.drop_index("ix_login_session_expires_at", table_name="login_session", schema="identity")
    op.drop_table("login_session", schema="identity")
    op.drop_index("ix_login_guess_blocked_until", table_name="login_guess", schema="identity")
    op.drop_table("login_guess", schema="identity")
    op.drop_table("inbox", schema="identity")
    op.drop_index("ix_idempotency_created_at", table_name="idempotency", schema="identity")
    op.drop_table("idempotency", schema="identity")
    op.drop_table("database_time", schema="identity")
    op.drop_index(
        "uq_clock_running",
        table_name="clock",
        schema="identity",
        postgresql_where=sa.text("state IN ('running', 'paused')"),
    )
    op.drop_index("ix_clock_subject_id", table_name="clock", schema="identity")
    op.drop_table("clock", schema="identity")
    op.drop_index("uq_client_client_id", table_name="client", schema="identity")
    op.drop_index(
        "ix_client_visible_to", table_name="client", schema="identity", postgresql_using="gin"
    )
    op.drop_table("client", schema="identity")
    op.drop_index("ix_audit_object", table_name="audit", schema="identity")
    op.drop_table("audit", schema="identity")
    op.drop_index("uq_account_login_name", table_name="account", schema="identity")
    op.drop_index(
        "ix_account_visible_to", table_name="account", schema="identity", postgresql_using="gin"
    )
    op.drop_table("account", schema="identity")
    op.execute("DROP FUNCTION identity.refuse_change")
