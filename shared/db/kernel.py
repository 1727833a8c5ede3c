"""The tables every service has in its own schema: trace, messages, retries, clocks, references.

They are plain SQLAlchemy tables, since the kernel reaches them by a few fixed statements and the
connection's search_path decides whose they are.
"""

from sqlalchemy import (
    DDL,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Interval,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    Uuid,
    event,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.db import rls
from shared.db.types import Timestamptz

NOW = text("clock_timestamp()")
# identity counts no legal days; `regions` is the source of the territory itself.
WITHOUT_CALENDAR = frozenset({"identity"})
WITHOUT_TERRITORY = frozenset({"regions", "identity"})

# A frozen row is written once; not even the owner's code may touch it again.
FREEZE_FUNCTION = """
CREATE FUNCTION {schema}.refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is never changed'; END $$
"""
FREEZE_TRIGGER = """
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse_change()
"""


def _ddl(statement: str) -> DDL:
    return DDL(statement)  # type: ignore[no-untyped-call]  # unannotated there


def freeze(table: Table) -> None:
    """Make the table's rows unchangeable once written."""
    trigger = FREEZE_TRIGGER.format(table=table.fullname, schema=table.schema)
    event.listen(table, "after_create", _ddl(trigger))
    table.info["frozen"] = True
    # The function comes with the trace.
    if table.name != "audit":
        table.add_is_dependent_on(table.metadata.tables[f"{table.schema}.audit"])


def declare(metadata: MetaData) -> None:
    """Add the kernel's tables to a service's metadata."""
    _trace(metadata)
    _messages(metadata)
    _retries(metadata)
    _clocks(metadata)
    _settings(metadata)
    _succession(metadata)
    _references(metadata)


def _trace(metadata: MetaData) -> None:
    audit = Table(
        "audit",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("at", Timestamptz, nullable=False),
        Column("actor_id", Uuid, nullable=False),
        Column("actor_kind", String(16), nullable=False),
        Column("actor_name", String(200), nullable=False),
        Column("via", ARRAY(Text), nullable=False, comment="services acting on behalf"),
        Column("action", String(64), nullable=False),
        Column("object_kind", String(64), nullable=False),
        Column("object_id", String(64), nullable=False),
        Column("before_hash", String(64)),
        Column("after_hash", String(64)),
        Column("reason", Text),
        Column("result", String(32), nullable=False),
        Column("request_id", String(64), nullable=False),
        Column("visible_to", ARRAY(Text), nullable=False),
        info=rls.info(rls.TRACE),
    )
    Index("ix_audit_object", audit.c.object_kind, audit.c.object_id, audit.c.at)
    # The first table of a schema brings the function that freezes this one and others.
    function = FREEZE_FUNCTION.format(schema=metadata.schema)
    event.listen(audit, "after_create", _ddl(function))
    freeze(audit)


def _messages(metadata: MetaData) -> None:
    Table(
        "outbox_event",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("topic", String(96), nullable=False),
        Column(
            "key", String(64), nullable=False, comment="the aggregate: its events stay in order"
        ),
        Column("data", JSONB, nullable=False),
        Column("occurred_at", Timestamptz, nullable=False),
        Column("request_id", String(64), nullable=False),
        Column("visible_to", ARRAY(Text), nullable=False),
        info=rls.info(rls.TRACE),
    )
    delivery = Table(
        "outbox_delivery",
        metadata,
        Column("seq", BigInteger, Identity(always=True), primary_key=True),
        Column("event_id", Uuid, ForeignKey("outbox_event.id"), nullable=False),
        Column("destination", String(32), nullable=False),
        Column("key", String(64), nullable=False),
        Column("state", String(16), nullable=False, server_default="pending"),
        Column("attempts", SmallInteger, nullable=False, server_default="0"),
        Column("next_at", Timestamptz, nullable=False, server_default=NOW),
        Column("fence", Integer, nullable=False, server_default="0"),
        Column("last_error", Text),
        Column("done_at", Timestamptz),
        CheckConstraint("state IN ('pending', 'delivered', 'parked')", name="state_known"),
        info=rls.info(rls.CONTEXT),
    )
    undelivered = text("state <> 'delivered'")
    Index(
        "ix_outbox_delivery_undelivered",
        delivery.c.destination,
        delivery.c.key,
        delivery.c.seq,
        postgresql_where=undelivered,
    )
    Index(
        "ix_outbox_delivery_due",
        delivery.c.next_at,
        postgresql_where=text("state = 'pending'"),
    )
    Index("ix_outbox_delivery_event_id", delivery.c.event_id)
    Table(
        "inbox",
        metadata,
        Column("source", String(32), primary_key=True),
        Column("event_id", Uuid, primary_key=True),
        Column("topic", String(96), nullable=False),
        Column("received_at", Timestamptz, nullable=False, server_default=NOW),
        info=rls.info(rls.SYSTEM_ONLY),
    )


def _retries(metadata: MetaData) -> None:
    answer = Table(
        "idempotency",
        metadata,
        Column("principal", String(64), primary_key=True),
        Column("key", String(128), primary_key=True),
        Column("route", String(256), nullable=False),
        Column("body_hash", LargeBinary(32), nullable=False),
        Column("status", SmallInteger, nullable=False),
        Column("headers", JSONB, nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("created_at", Timestamptz, nullable=False, server_default=NOW),
        info=rls.info(rls.OWN),
    )
    Index("ix_idempotency_created_at", answer.c.created_at)


def _clocks(metadata: MetaData) -> None:
    clock = Table(
        "clock",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("subject_kind", String(32), nullable=False),
        Column("subject_id", Uuid, nullable=False),
        Column("kind", String(48), nullable=False),
        Column("term", JSONB, nullable=False),
        Column("ledger", JSONB, nullable=False),
        Column("due_on", Date),
        Column("due_at", Timestamptz),
        Column("versions", JSONB, nullable=False, comment="calendar years computed with"),
        Column("state", String(16), nullable=False, server_default="running"),
        Column("ended_at", Timestamptz),
        Column("warn_before", Interval, nullable=False),
        Column("raise_after", Interval, nullable=False),
        Column("visible_to", ARRAY(Text), nullable=False),
        Column("version", Integer, nullable=False, server_default="1"),
        CheckConstraint(
            "state IN ('running', 'paused', 'met', 'missed', 'dropped')", name="state_known"
        ),
        info=rls.info(rls.SCOPED),
    )
    Index(
        "uq_clock_running",
        clock.c.subject_id,
        clock.c.kind,
        unique=True,
        postgresql_where=text("state IN ('running', 'paused')"),
    )
    Index("ix_clock_subject_id", clock.c.subject_id)
    # What a sweep rewrites is kept apart and narrow: a tenth of the clock row, one index entry.
    alarm = Table(
        "clock_alarm",
        metadata,
        Column("clock_id", Uuid, ForeignKey("clock.id", ondelete="CASCADE"), primary_key=True),
        Column("fires_at", Timestamptz, comment="of the next rung; null when all have fired"),
        Column("rung", SmallInteger, nullable=False, comment="how many rungs have fired"),
        Column("rungs", ARRAY(Timestamptz), nullable=False),
        info=rls.info(rls.CONTEXT),
        postgresql_with={"fillfactor": 80},
    )
    Index("ix_clock_alarm_fires_at", alarm.c.fires_at)
    Table(
        "clock_rung",
        metadata,
        Column("clock_id", Uuid, ForeignKey("clock.id", ondelete="CASCADE"), primary_key=True),
        Column("rung", SmallInteger, primary_key=True),
        Column("scheduled_for", Timestamptz, primary_key=True),
        Column("fired_at", Timestamptz, nullable=False),
        info=rls.info(rls.CONTEXT),
    )
    Table(
        "database_time",
        metadata,
        Column("id", SmallInteger, primary_key=True, autoincrement=False),
        Column("latest", Timestamptz, nullable=False),
        CheckConstraint("id = 1", name="single"),
        info=rls.info(rls.SYSTEM_ONLY),
    )


def _projections(metadata: MetaData) -> None:
    """How running clocks follow a newly published calendar."""
    # Work to be done: one row for each version of a year that was taken over.
    run = Table(
        "calendar_projection",
        metadata,
        Column("year", SmallInteger, primary_key=True, autoincrement=False),
        Column("version", Integer, primary_key=True, autoincrement=False),
        Column("notice", String(64)),
        Column("replaced", JSONB, nullable=False, comment="the versions clocks may still rest on"),
        Column("heard_at", Timestamptz, nullable=False, server_default=NOW),
        Column("next_at", Timestamptz, nullable=False, server_default=NOW),
        Column("after_clock", Uuid, comment="where the pass over the running clocks stands"),
        Column("checked", Integer, nullable=False, server_default="0"),
        Column("moved", Integer, nullable=False, server_default="0"),
        Column("done_at", Timestamptz),
        info=rls.info(rls.SYSTEM_ONLY),
    )
    Index(
        "ix_calendar_projection_open",
        run.c.next_at,
        postgresql_where=text("done_at IS NULL"),
    )
    # What was done, written once. No foreign key: a journal outlives what it tells of.
    journal = Table(
        "clock_projection",
        metadata,
        Column("clock_id", Uuid, primary_key=True),
        Column("year", SmallInteger, primary_key=True, autoincrement=False),
        Column("version", Integer, primary_key=True, autoincrement=False),
        Column("subject_kind", String(32), nullable=False),
        Column("subject_id", Uuid, nullable=False),
        Column("kind", String(48), nullable=False),
        Column("due_before", Date, nullable=False),
        Column("due_after", Date, nullable=False),
        Column("notice", String(64)),
        Column("why_zh", Text, nullable=False),
        Column("why_en", Text, nullable=False),
        Column("at", Timestamptz, nullable=False),
        Column("visible_to", ARRAY(Text), nullable=False),
        info=rls.info(rls.TRACE),
    )
    Index("ix_clock_projection_subject_id", journal.c.subject_id)
    freeze(journal)


def _settings(metadata: MetaData) -> None:
    Table(
        "rule_setting",
        metadata,
        Column("name", String(64), primary_key=True),
        Column("scope", String(12), primary_key=True),
        Column("valid_from", Date, primary_key=True),
        Column("value", JSONB, nullable=False),
        Column("basis", Text, nullable=False),
        info=rls.info(rls.REFERENCE),
    )


def _succession(metadata: MetaData) -> None:
    """What divisions ended and which took their place; and how far open work has followed."""
    Table(
        "division_succession",
        metadata,
        Column("predecessor", String(12), primary_key=True),
        Column("effective_on", Date, primary_key=True),
        Column("change_id", Uuid, nullable=False),
        Column("position", SmallInteger, nullable=False, comment="among those of its change"),
        Column("successors", ARRAY(Text), nullable=False),
        Column("main", String(12), nullable=False, comment="takes what nobody assigned"),
        Column("assignments", JSONB, nullable=False, comment="kind of work to id to successor"),
        Column("document", Text, nullable=False, comment="its legal basis"),
        Column("pass_kind", SmallInteger, nullable=False, server_default="0"),
        Column("pass_after", Text),
        Column("moved_at", Timestamptz, comment="when a pass over all open work last ended"),
        CheckConstraint("main = ANY (successors)", name="main_succeeds"),
        info=rls.info(rls.REFERENCE),
    )


def _references(metadata: MetaData) -> None:
    """Copies of what `regions` publishes, so that no deadline and no check needs a call."""
    if metadata.schema in WITHOUT_CALENDAR:
        return
    Table(
        "reference_calendar",
        metadata,
        Column("year", SmallInteger, primary_key=True, autoincrement=False),
        Column("version", Integer, nullable=False),
        Column("notice", String(64)),
        Column("days_off", JSONB, nullable=False),
        Column("make_up", JSONB, nullable=False),
        info=rls.info(rls.REFERENCE),
    )
    Table(
        "reference_legal_basis",
        metadata,
        Column("law_code", String(64), primary_key=True),
        Column("article", String(32), primary_key=True),
        Column("valid_from", Date, primary_key=True),
        Column("valid_to", Date),
        Column("text_date", Date, nullable=False),
        Column("title_zh", String(200), nullable=False),
        Column("title_en", String(200), nullable=False),
        Column("subject_zh", String(200), nullable=False),
        Column("subject_en", String(200), nullable=False),
        Column("superseded_by", String(128)),
        info=rls.info(rls.REFERENCE),
    )
    _projections(metadata)
    if metadata.schema in WITHOUT_TERRITORY:
        return
    Table(
        "reference_division",
        metadata,
        Column("code", String(12), primary_key=True),
        Column("name", String(100), nullable=False),
        Column("valid_from", Date, primary_key=True),
        Column("valid_to", Date),
        info=rls.info(rls.REFERENCE),
    )
    Table(
        "reference_total",
        metadata,
        Column("kind", String(16), primary_key=True),
        Column("rows", Integer, nullable=False),
        info=rls.info(rls.REFERENCE),
    )
    Table(
        "reference_border",
        metadata,
        Column("a", String(12), primary_key=True),
        Column("b", String(12), primary_key=True),
        Column("km", Double, nullable=False),
        CheckConstraint("a < b", name="ordered"),
        info=rls.info(rls.REFERENCE),
    )
