"""Tables of duty rosters: seen within the desk's division and above.

That duty has no hole is held here too, whatever the program believed: no two rosters, seats or
duties of one person overlap (exclusion constraints), and at the end of each transaction every
seat of every published shift is filled from its first to its last minute, shifts follow on one
another, and so do rosters (`NO_HOLE`, a deferred constraint trigger).
"""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import DDL, CheckConstraint, Index, Text, column, event, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, ExcludeConstraint
from sqlmodel import Field

from services.regions.base import SCHEMA, RegionsTable
from services.regions.duty.domain.changes import RosterState, SwapState
from services.regions.duty.domain.watch import AlertKind
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum

ROSTER_ID: Final = f"{SCHEMA}.duty_roster.id"
SHIFT_ID: Final = f"{SCHEMA}.duty_shift.id"
STINT_ID: Final = f"{SCHEMA}.duty_stint.id"
OFFICER_ID: Final = f"{SCHEMA}.officer.id"
BUREAU_ID: Final = f"{SCHEMA}.bureau.id"

NO_HOLE_FUNCTION: Final = f"""
CREATE FUNCTION {SCHEMA}.refuse_duty_hole() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  then_ jsonb := to_jsonb(OLD);
  now_ jsonb := to_jsonb(NEW);
  of_rosters uuid[];
  of_shifts uuid[];
  desk uuid := (coalesce(now_, then_) ->> 'bureau_id')::uuid;
BEGIN
  -- Two at once would each see duty as it was before the other: what is part of a roster waits
  -- for who changes the roster, and where the time of a desk changes, for who changes it too.
  IF TG_TABLE_NAME <> 'duty_roster' THEN
    PERFORM FROM {SCHEMA}.duty_roster
      WHERE id IN ((then_ ->> 'roster_id')::uuid, (now_ ->> 'roster_id')::uuid) FOR SHARE;
  ELSIF then_ -> 'bureau_id' IS DISTINCT FROM now_ -> 'bureau_id'
     OR then_ -> 'starts_at' IS DISTINCT FROM now_ -> 'starts_at'
     OR then_ -> 'ends_at' IS DISTINCT FROM now_ -> 'ends_at'
     OR then_ -> 'published_at' IS DISTINCT FROM now_ -> 'published_at' THEN
    IF coalesce(now_, then_) ->> 'state' IN ('published', 'ended') THEN
      PERFORM FROM {SCHEMA}.bureau WHERE id = desk FOR NO KEY UPDATE;
    END IF;
  END IF;
  IF TG_TABLE_NAME = 'duty_roster' THEN
    of_rosters := ARRAY[then_ ->> 'id', now_ ->> 'id']::uuid[];
    of_shifts := ARRAY(SELECT id FROM {SCHEMA}.duty_shift WHERE roster_id = ANY (of_rosters));
  ELSIF TG_TABLE_NAME = 'duty_shift' THEN
    of_rosters := ARRAY[then_ ->> 'roster_id', now_ ->> 'roster_id']::uuid[];
    of_shifts := ARRAY[then_ ->> 'id', now_ ->> 'id']::uuid[];
  ELSE
    of_rosters := '{{}}';
    of_shifts := ARRAY[then_ ->> 'shift_id', now_ ->> 'shift_id']::uuid[];
  END IF;
  IF EXISTS (
    SELECT FROM {SCHEMA}.duty_roster r
     WHERE r.id = ANY (of_rosters) AND r.state IN ('published', 'ended')
       AND (SELECT range_agg(tstzrange(s.starts_at, s.ends_at)) FROM {SCHEMA}.duty_shift s
             WHERE s.roster_id = r.id AND s.standing)
           IS DISTINCT FROM tstzmultirange(tstzrange(r.starts_at, r.ends_at))) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation',
      MESSAGE = 'shifts do not cover their duty roster';
  END IF;
  IF EXISTS (
    SELECT FROM {SCHEMA}.duty_shift s
      JOIN {SCHEMA}.duty_roster r ON r.id = s.roster_id AND r.state IN ('published', 'ended')
     CROSS JOIN generate_series(0, r.seats - 1) AS n (seat)
      LEFT JOIN {SCHEMA}.duty_stint d ON d.shift_id = s.id AND d.seat = n.seat AND d.standing
     WHERE s.id = ANY (of_shifts) AND s.standing
     GROUP BY s.id, n.seat
    HAVING range_agg(tstzrange(d.starts_at, d.ends_at))
           IS DISTINCT FROM tstzmultirange(tstzrange(s.starts_at, s.ends_at))) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation',
      MESSAGE = 'a seat of a duty roster is empty at some time';
  END IF;
  IF TG_TABLE_NAME = 'duty_roster' AND EXISTS (
    SELECT FROM {SCHEMA}.duty_roster f
     WHERE f.bureau_id = desk
       AND f.state IN ('published', 'ended')
       AND NOT EXISTS (SELECT FROM {SCHEMA}.duty_roster p
                        WHERE p.bureau_id = f.bureau_id AND p.ends_at = f.starts_at
                          AND p.state IN ('published', 'ended'))
    HAVING count(*) > 1) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation',
      MESSAGE = 'a duty roster does not follow on another';
  END IF;
  RETURN NULL;
END $$
"""  # noqa: S608 -- our own names
NO_HOLE: Final = """
CREATE CONSTRAINT TRIGGER refuse_duty_hole AFTER INSERT OR UPDATE OR DELETE ON {table}
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {schema}.refuse_duty_hole()
"""


class DutyRoster(RegionsTable, Versioned, table=True):
    """值班表: who keeps a desk, for a period. `changes_at` are the times of day of change-over."""

    __tablename__ = "duty_roster"
    __table_args__: Any = (
        CheckConstraint("starts_at < ends_at", name="ordered"),
        CheckConstraint("seats >= 2", name="seats_enough"),
        CheckConstraint("(published_at IS NULL) = (published_by IS NULL)", name="published_whole"),
        CheckConstraint(
            "state NOT IN ('published', 'ended') OR published_at IS NOT NULL",
            name="published_when",
        ),
        ExcludeConstraint(
            (column("bureau_id"), "="),
            (text("tstzrange(starts_at, ends_at)"), "&&"),
            where=text("state IN ('published', 'ended')"),
            name="ex_duty_roster_one_at_a_time",
        ),
        Index("ix_duty_roster_bureau_id", "bureau_id", "starts_at"),
        Index("ix_duty_roster_state", "state", "ends_at"),
        Index("ix_duty_roster_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    bureau_id: UUID = Field(foreign_key=BUREAU_ID)
    division: str = Field(max_length=12)
    title: str = Field(max_length=200)
    starts_at: datetime = Field(sa_type=Timestamptz)
    ends_at: datetime = Field(sa_type=Timestamptz)
    changes_at: list[str] = Field(sa_type=ARRAY(Text))
    seats: int
    # Ids of the persons whose turn it is, in their order.
    leaders: list[str] = Field(sa_type=ARRAY(Text))
    officers: list[str] = Field(sa_type=ARRAY(Text))
    state: RosterState = Field(sa_type=str_enum(RosterState))
    created_at: datetime = Field(sa_type=Timestamptz)
    published_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    published_by: UUID | None = None
    # Set by every act, so that a new duty is a new version of the roster.
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class DutyShift(RegionsTable, table=True):
    """班次, with the hand-over at its end. One that fell away does not stand."""

    __tablename__ = "duty_shift"
    __table_args__: Any = (
        CheckConstraint("starts_at < ends_at", name="ordered"),
        ExcludeConstraint(
            (column("roster_id"), "="),
            (text("tstzrange(starts_at, ends_at)"), "&&"),
            where=text("standing"),
            name="ex_duty_shift_one_at_a_time",
        ),
        Index("ix_duty_shift_roster_id", "roster_id", "starts_at"),
        Index("ix_duty_shift_ends_at", "ends_at"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    roster_id: UUID = Field(foreign_key=ROSTER_ID)
    starts_at: datetime = Field(sa_type=Timestamptz)
    ends_at: datetime = Field(sa_type=Timestamptz)
    standing: bool = True
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class DutyStint(RegionsTable, table=True):
    """One person's time on a seat of a shift; seat 0 is the leader's. One given up stands not."""

    __tablename__ = "duty_stint"
    __table_args__: Any = (
        CheckConstraint("starts_at < ends_at", name="ordered"),
        CheckConstraint("seat >= 0", name="seat_counts"),
        CheckConstraint("NOT urgent OR reason IS NOT NULL", name="urgent_reasoned"),
        ExcludeConstraint(
            (column("shift_id"), "="),
            (column("seat"), "="),
            (text("tstzrange(starts_at, ends_at)"), "&&"),
            where=text("standing"),
            name="ex_duty_stint_one_a_seat",
        ),
        # Nobody has two duties at a time; drafts may yet be thrown away.
        ExcludeConstraint(
            (column("officer_id"), "="),
            (text("tstzrange(starts_at, ends_at)"), "&&"),
            where=text("standing AND published"),
            name="ex_duty_stint_one_duty_at_a_time",
        ),
        Index("ix_duty_stint_roster_id", "roster_id"),
        Index("ix_duty_stint_shift_id", "shift_id"),
        Index("ix_duty_stint_officer_id", "officer_id", "starts_at"),
        Index(
            "ix_duty_stint_changed",
            "ends_at",
            postgresql_where=text("reason IS NOT NULL AND standing"),
        ),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    roster_id: UUID = Field(foreign_key=ROSTER_ID)
    shift_id: UUID = Field(foreign_key=SHIFT_ID)
    seat: int
    officer_id: UUID = Field(foreign_key=OFFICER_ID)
    starts_at: datetime = Field(sa_type=Timestamptz)
    ends_at: datetime = Field(sa_type=Timestamptz)
    standing: bool = True
    published: bool = False
    # Taken over at once; too little rest does not bar it then.
    urgent: bool = False
    reason: str | None = Field(default=None, max_length=500)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class DutySwap(RegionsTable, table=True):
    """换班: two people ask to take one another's duty."""

    __tablename__ = "duty_swap"
    __table_args__: Any = (
        CheckConstraint("stint_id <> other_stint_id", name="two_duties"),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decision_whole"),
        CheckConstraint("state <> 'declined' OR decline_reason IS NOT NULL", name="reasoned"),
        Index("ix_duty_swap_roster_id", "roster_id"),
        Index("ix_duty_swap_stint_id", "stint_id"),
        Index("ix_duty_swap_other_stint_id", "other_stint_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    roster_id: UUID = Field(foreign_key=ROSTER_ID)
    stint_id: UUID = Field(foreign_key=STINT_ID)
    other_stint_id: UUID = Field(foreign_key=STINT_ID)
    reason: str = Field(max_length=500)
    state: SwapState = Field(sa_type=str_enum(SwapState))
    proposed_at: datetime = Field(sa_type=Timestamptz)
    proposed_by: UUID
    consented_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    consented_by: UUID | None = None
    decided_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    decided_by: UUID | None = None
    decline_reason: str | None = Field(default=None, max_length=500)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class DutyHandover(RegionsTable, table=True):
    """交接班记录: written by who goes, taken over by who comes, of one shift."""

    __tablename__ = "duty_handover"
    __table_args__: Any = (
        CheckConstraint("(taken_at IS NULL) = (taken_by IS NULL)", name="taken_whole"),
        CheckConstraint("reservations IS NULL OR taken_at IS NOT NULL", name="reserved_when_taken"),
        Index("uq_duty_handover_shift_id", "shift_id", unique=True),
        Index("ix_duty_handover_written_by", "written_by"),
        Index("ix_duty_handover_taken_by", "taken_by"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    shift_id: UUID = Field(foreign_key=SHIFT_ID)
    # What was open when the note was written, and so goes on to the next shift.
    open_incidents: list[dict[str, Any]] = Field(sa_type=JSONB)
    remarks: str = Field(sa_type=Text)
    written_at: datetime = Field(sa_type=Timestamptz)
    written_by: UUID = Field(foreign_key=OFFICER_ID)
    taken_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    taken_by: UUID | None = Field(default=None, foreign_key=OFFICER_ID)
    reservations: str | None = Field(default=None, sa_type=Text)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class DutyAlert(RegionsTable, table=True):
    """值班预警: what threatens duty at a desk, from when it was seen until it was seen to."""

    __tablename__ = "duty_alert"
    __table_args__: Any = (
        CheckConstraint("raised_at <= cleared_at", name="ordered"),
        Index(
            "uq_duty_alert_standing",
            "kind",
            "subject_id",
            unique=True,
            postgresql_where=text("cleared_at IS NULL"),
        ),
        Index("ix_duty_alert_bureau_id", "bureau_id"),
        Index("ix_duty_alert_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    bureau_id: UUID = Field(foreign_key=BUREAU_ID)
    kind: AlertKind = Field(sa_type=str_enum(AlertKind))
    # The shift, the roster or the order it is about.
    subject_id: UUID
    detail: str = Field(sa_type=Text)
    raised_at: datetime = Field(sa_type=Timestamptz)
    cleared_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class DutyStep(RegionsTable, table=True):
    """Who did what to a roster. Never changed."""

    __tablename__ = "duty_step"
    __table_args__: Any = (
        Index("ix_duty_step_roster_id", "roster_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    roster_id: UUID = Field(foreign_key=ROSTER_ID)
    action: str = Field(max_length=32)
    state: RosterState = Field(sa_type=str_enum(RosterState))
    actor_id: UUID
    actor_name: str = Field(max_length=200)
    reason: str | None = Field(default=None, sa_type=Text)
    content: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


def _ddl(statement: str) -> DDL:
    return DDL(statement)  # type: ignore[no-untyped-call]  # unannotated there


def _hold() -> None:
    """The function comes with the last of the three tables it reads, and its triggers with it."""
    tables = RegionsTable.metadata.tables
    last = tables[f"{SCHEMA}.{DutyStint.__tablename__}"]
    event.listen(last, "after_create", _ddl(NO_HOLE_FUNCTION))
    for name in (DutyRoster.__tablename__, DutyShift.__tablename__, DutyStint.__tablename__):
        statement = NO_HOLE.format(table=f"{SCHEMA}.{name}", schema=SCHEMA)
        event.listen(last, "after_create", _ddl(statement))


_hold()
