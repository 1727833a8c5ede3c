"""Tables of consultations.

A consultation is confidential: the convener and the invited that did not decline see it, not those
above or below them. Who declined keeps the invitation it was sent.
"""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, SmallInteger, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.regions.base import SCHEMA, RegionsTable
from services.regions.consultations.domain import Answer, InviteeKind, MeasureState, State
from services.regions.meetings.models import MEETING_ID
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum

CONSULTATION_ID: Final = f"{SCHEMA}.consultation.id"
PROBLEM_ID: Final = f"{SCHEMA}.consultation_problem.id"
INVITEE_ID: Final = f"{SCHEMA}.consultation_invitee.id"


def _in_sight(table: str) -> str:
    of_it = f"c.id = {table}.consultation_id AND c.visible_to && {rls.SCOPES}"
    return f"EXISTS (SELECT 1 FROM {SCHEMA}.consultation AS c WHERE {of_it})"  # noqa: S608 -- our own names


def _followed(table: str) -> rls.Policy:
    """Rows that are seen with their consultation, judged when they are read."""
    return rls.Policy(f"{_in_sight(table)} OR {rls.AS_SYSTEM}", rls.IN_CONTEXT)


# One's own invitation, and the others' as long as the consultation is in sight.
INVITED: Final = rls.Policy(
    f"{rls.IN_SCOPE} OR {_in_sight('consultation_invitee')} OR {rls.AS_SYSTEM}", rls.IN_CONTEXT
)


class Consultation(RegionsTable, Versioned, table=True):
    """会诊: called by a city or county on problems of its own; `regular` ones keep the rhythm."""

    __tablename__ = "consultation"
    __table_args__: Any = (
        CheckConstraint("(state = 'cancelled') = (cancel_reason IS NOT NULL)", name="cancelled"),
        CheckConstraint("(state IN ('held', 'closed')) = (held_on IS NOT NULL)", name="held_when"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_when"),
        Index("ix_consultation_meeting_id", "meeting_id"),
        Index("ix_consultation_convener", "convener", "held_on"),
        Index("ix_consultation_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    title: str = Field(max_length=200)
    convener: str = Field(max_length=12)
    regular: bool
    meeting_id: UUID | None = Field(default=None, foreign_key=MEETING_ID)
    starts_at: datetime = Field(sa_type=Timestamptz)
    place: str = Field(max_length=200)
    state: State = Field(sa_type=str_enum(State))
    convened_at: datetime = Field(sa_type=Timestamptz)
    convened_by: UUID
    held_on: date | None = None
    closed_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    cancel_reason: str | None = Field(default=None, sa_type=Text)
    # Set by every act, so that what an invited says is a new version of the consultation.
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class ConsultationProblem(RegionsTable, table=True):
    """A problem laid before them, its diagnosis, and what a look-back found."""

    __tablename__ = "consultation_problem"
    __table_args__: Any = (
        UniqueConstraint("consultation_id", "number"),
        CheckConstraint(
            "num_nulls(cause, legal_view, technical_view, recommended, diagnosed_at) IN (0, 5)",
            name="diagnosis_whole",
        ),
        CheckConstraint(
            "num_nulls(solved, looked_back_at, look_back) IN (0, 3)", name="look_back_whole"
        ),
        {"info": rls.info(_followed("consultation_problem"))},
    )

    id: UUID = Field(primary_key=True)
    consultation_id: UUID = Field(foreign_key=CONSULTATION_ID)
    number: int = Field(sa_type=SmallInteger)
    matter: dict[str, Any] = Field(sa_type=JSONB)
    cause: str | None = Field(default=None, sa_type=Text)
    legal_view: str | None = Field(default=None, sa_type=Text)
    technical_view: str | None = Field(default=None, sa_type=Text)
    recommended: str | None = Field(default=None, sa_type=Text)
    diagnosed_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    solved: bool | None = None
    look_back: str | None = Field(default=None, sa_type=Text)
    looked_back_at: datetime | None = Field(default=None, sa_type=Timestamptz)


class ConsultationInvitee(RegionsTable, table=True):
    """Who was called, what it answered, whether it came. `invitation` is what it was sent."""

    __tablename__ = "consultation_invitee"
    __table_args__: Any = (
        Index(
            "uq_consultation_invitee_division",
            "consultation_id",
            "division",
            unique=True,
            postgresql_where=text("division IS NOT NULL"),
        ),
        Index("ix_consultation_invitee_expert_id", "expert_id"),
        Index("ix_consultation_invitee_visible_to", "visible_to", postgresql_using="gin"),
        CheckConstraint("(kind = 'division') = (division IS NOT NULL)", name="division_named"),
        CheckConstraint("(kind = 'expert') = (expert_id IS NOT NULL)", name="expert_named"),
        CheckConstraint("(answer = 'pending') = (answered_at IS NULL)", name="answered_once_said"),
        CheckConstraint(
            "answer NOT IN ('declined', 'sends_opinion') OR answer_text IS NOT NULL",
            name="answer_reasoned",
        ),
        CheckConstraint("answer <> 'declined' OR attended IS NULL", name="declined_stays_away"),
        {"info": rls.info(INVITED)},
    )

    id: UUID = Field(primary_key=True)
    consultation_id: UUID = Field(foreign_key=CONSULTATION_ID)
    kind: InviteeKind = Field(sa_type=str_enum(InviteeKind))
    division: str | None = Field(default=None, max_length=12)
    expert_id: UUID | None = Field(default=None, foreign_key=f"{SCHEMA}.expert.id")
    organisation: str | None = Field(default=None, max_length=200)
    person: str | None = Field(default=None, max_length=200)
    invitation: dict[str, Any] = Field(sa_type=JSONB)
    answer: Answer = Field(sa_type=str_enum(Answer))
    # The opinion, or why it does not come.
    answer_text: str | None = Field(default=None, sa_type=Text)
    answered_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    # Who wrote it down: its own people, for who has no login the convener's.
    answered_by: UUID | None = None
    answered_name: str | None = Field(default=None, max_length=200)
    # Unknown until it was held.
    attended: bool | None = None
    attendees: list[str] = Field(sa_type=ARRAY(Text))
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class ConsultationDissent(RegionsTable, table=True):
    """Another view on a problem, under the name of who holds it. Never changed."""

    __tablename__ = "consultation_dissent"
    __table_args__: Any = (
        Index("ix_consultation_dissent_consultation_id", "consultation_id"),
        Index("ix_consultation_dissent_problem_id", "problem_id"),
        Index("ix_consultation_dissent_invitee_id", "invitee_id"),
        {"info": rls.info(_followed("consultation_dissent"))},
    )

    id: UUID = Field(primary_key=True)
    consultation_id: UUID = Field(foreign_key=CONSULTATION_ID)
    problem_id: UUID = Field(foreign_key=PROBLEM_ID)
    invitee_id: UUID = Field(foreign_key=INVITEE_ID)
    name: str = Field(max_length=200)
    text: str = Field(sa_type=Text)
    recorded_by: UUID
    recorded_name: str = Field(max_length=200)
    at: datetime = Field(sa_type=Timestamptz)


class ConsultationMeasure(RegionsTable, Versioned, table=True):
    """A measure somebody answers for, until its clock is over; closed by who convened."""

    __tablename__ = "consultation_measure"
    __table_args__: Any = (
        Index("ix_consultation_measure_consultation_id", "consultation_id"),
        Index("ix_consultation_measure_problem_id", "problem_id"),
        Index(
            "ix_consultation_measure_open",
            "responsible",
            "due_at",
            postgresql_where=text("state NOT IN ('done', 'dropped')"),
        ),
        CheckConstraint("state NOT IN ('reported', 'done') OR proof IS NOT NULL", name="proved"),
        CheckConstraint("(state = 'dropped') = (drop_reason IS NOT NULL)", name="drop_reasoned"),
        CheckConstraint(
            "(state IN ('done', 'dropped')) = (closed_at IS NOT NULL)", name="closed_when"
        ),
        {"info": rls.info(_followed("consultation_measure"))},
    )

    id: UUID = Field(primary_key=True)
    consultation_id: UUID = Field(foreign_key=CONSULTATION_ID)
    problem_id: UUID = Field(foreign_key=PROBLEM_ID)
    text: str = Field(sa_type=Text)
    responsible: str = Field(max_length=12)
    state: MeasureState = Field(sa_type=str_enum(MeasureState))
    ordered_at: datetime = Field(sa_type=Timestamptz)
    due_at: datetime = Field(sa_type=Timestamptz)
    progress: str | None = Field(default=None, sa_type=Text)
    proof: str | None = Field(default=None, sa_type=Text)
    reported_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    drop_reason: str | None = Field(default=None, sa_type=Text)
    closed_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    changed_at: datetime = Field(sa_type=Timestamptz)


class ConsultationStep(RegionsTable, table=True):
    """Who did what and when, with what was said by it. Never changed."""

    __tablename__ = "consultation_step"
    __table_args__: Any = (
        Index("ix_consultation_step_consultation_id", "consultation_id"),
        {"info": rls.info(_followed("consultation_step"))},
    )

    id: UUID = Field(primary_key=True)
    consultation_id: UUID = Field(foreign_key=CONSULTATION_ID)
    action: str = Field(max_length=32)
    state: State = Field(sa_type=str_enum(State))
    # The problem, invited or measure it is about.
    about_id: UUID | None = None
    text: str | None = Field(default=None, sa_type=Text)
    actor_id: UUID
    actor_name: str = Field(max_length=200)
    at: datetime = Field(sa_type=Timestamptz)
