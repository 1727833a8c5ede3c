"""Petitions, their history and the counters that number them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    Computed,
    Double,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.petitions.base import PetitionsTable
from services.petitions.intake.domain import (
    Form,
    Purpose,
    Settled,
    State,
    Step,
    Urgency,
)
from services.petitions.profiles.domain import Channel, Track
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum
from shared.ids import uuid7


class NumberCounter(PetitionsTable, table=True):
    """Business numbers without gaps: the counter moves in the transaction that uses the number."""

    __tablename__ = "number_counter"
    __table_args__ = ({"info": rls.info(rls.CONTEXT)},)

    series: str = Field(primary_key=True, max_length=32)
    division: str = Field(primary_key=True, max_length=12)
    year: int = Field(primary_key=True, sa_type=SmallInteger)
    last: int = Field(default=0)


class Petition(PetitionsTable, Versioned, table=True):
    """A petition (信访件) without its petitioner, who is in the vault."""

    __tablename__ = "petition"
    __table_args__ = (
        UniqueConstraint("number"),
        # A platform's own number arrives once, however often it is sent.
        UniqueConstraint("source", "outside_number"),
        # Who has no vault entry is anonymous, or an archive was loaded without its people.
        CheckConstraint(
            "(petitioner_id IS NULL) = (anonymous OR withheld)", name="anonymous_has_no_entry"
        ),
        CheckConstraint("NOT (anonymous AND withheld)", name="anonymous_or_withheld"),
        CheckConstraint("head_count >= 1", name="somebody_petitions"),
        CheckConstraint(
            "competence_settled = (settled_by IS NOT NULL)", name="competence_settled_by"
        ),
        # What counts for a division is decided when the petition is registered.
        CheckConstraint("cardinality(divisions) > 0", name="has_division"),
        # The two orders of the worklist: one county's, one city's.
        Index("ix_petition_county", "holder", text("received_at DESC"), text("id DESC")),
        Index("ix_petition_city", "holder_city", text("received_at DESC"), text("id DESC")),
        Index("ix_petition_tokens", "petitioner_tokens", postgresql_using="gin"),
        # Two-character words of the redacted text (STACK part 1, section 1).
        Index("ix_petition_grams", "grams", postgresql_using="gin"),
        # Where a matter lies, newest first: figures, and what may be the same matter.
        Index("ix_petition_place", "county", text("received_at DESC")),
        Index("ix_petition_divisions", "divisions", postgresql_using="gin"),
        Index("ix_petition_object", "object_key", text("received_at DESC")),
        Index(
            "ix_petition_point",
            "latitude",
            "longitude",
            postgresql_where=text("latitude IS NOT NULL"),
        ),
        CheckConstraint("(longitude IS NULL) = (latitude IS NULL)", name="whole_point"),
        Index("ix_petition_parent", "parent_id"),
        # With a unit that may still object: few at any one time.
        Index(
            "ix_petition_contestable",
            "id",
            postgresql_where=text(
                "state IN ('transferred', 'assigned')"
                " AND NOT competence_settled AND NOT competence_open"
            ),
        ),
        # The figures of a short period out of many years.
        Index("ix_petition_received_at", "received_at"),
        Index("ix_petition_closed_at", "closed_at", postgresql_where=text("closed_at IS NOT NULL")),
        # What was answered and waits for a call: few rows at any time.
        Index("ix_petition_answered", "replied_at", postgresql_where=text("state = 'replied'")),
        # Few at any one time: parts whose matter may end before them, questions not answered.
        Index(
            "ix_petition_part_open",
            "parent_id",
            postgresql_where=text("parent_id IS NOT NULL AND closed_at IS NULL"),
        ),
        Index(
            "ix_petition_asked_back",
            "asked_back_at",
            postgresql_where=text("asked_back_at IS NOT NULL"),
        ),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    number: str = Field(max_length=40)
    source: str | None = Field(default=None, max_length=64)
    outside_number: str | None = Field(default=None, max_length=64)
    purpose: Purpose = Field(sa_type=str_enum(Purpose))
    channel: Channel = Field(sa_type=str_enum(Channel))
    media: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    form: Form = Field(sa_type=str_enum(Form))
    urgency: Urgency = Field(sa_type=str_enum(Urgency))
    track: Track = Field(sa_type=str_enum(Track))
    profile: str = Field(max_length=32)
    state: State = Field(default=State.REGISTERED, sa_type=str_enum(State))
    # The office that registered it, and the unit that has it now.
    office: str = Field(max_length=12)
    holder: str = Field(max_length=12)
    holder_city: str = Field(
        sa_column=Column(
            String(12), Computed("substr(holder, 1, 4) || '00'", persisted=True), nullable=False
        )
    )
    # The divisions the matter lies in, the first in charge; their exact shares sum to one.
    divisions: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    # The first of them: where the matter is handled and counted first.
    county: str = Field(max_length=12)
    # Others who see it: bodies in a dispute of competence, an organ of review.
    concerned: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    shares: dict[str, str] = Field(sa_column=Column(JSONB, nullable=False))
    title: str = Field(max_length=200)
    body: str
    redacted_title: str = Field(max_length=200)
    redacted_body: str
    place: str = Field(max_length=200)
    # Where it is on the map (WGS 84), if somebody knows.
    longitude: float | None = Field(default=None, sa_type=Double)
    latitude: float | None = Field(default=None, sa_type=Double)
    object_name: str | None = Field(default=None, max_length=200)
    object_code: str | None = Field(default=None, max_length=18)
    # The object's name as it is compared, and its industry (GB/T 4754).
    object_key: str | None = Field(default=None, max_length=200)
    industry: str | None = Field(default=None, max_length=8)
    at_night: bool = False
    momentary: bool = False
    # Pairs of characters of the redacted text, title, place and object.
    grams: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    # The coordinating item of a part that one division handles.
    parent_id: UUID | None = Field(default=None, foreign_key="petitions.petition.id")
    # The first answer was given before every part had been answered.
    partial: bool = False
    head_count: int = 1
    anonymous: bool = False
    # An archive knows who it was; this office was not told.
    withheld: bool = False
    # Vault entries of everybody who signed, the petitioner's first.
    party_ids: list[UUID] = Field(sa_column=Column(ARRAY(Uuid), nullable=False))
    petitioner_id: UUID | None = Field(default=None, foreign_key="petitions.vault_entry.id")
    petitioner_tokens: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    petitioner_masked: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    # How often the papers came back (art. 23).
    route_count: int = 0
    # No objection any more, and why.
    competence_settled: bool = False
    settled_by: Settled | None = Field(default=None, sa_type=str_enum(Settled), nullable=True)
    # It is asked which of several bodies accepts (art. 24); an officer asks for more time.
    competence_open: bool = False
    extension_open: bool = False
    refusal_ground: str | None = Field(default=None, max_length=32)
    # What it is refused for: the running or final item on the same matter (art. 19, 36).
    same_as_id: UUID | None = Field(default=None, foreign_key="petitions.petition.id")
    handler_id: UUID | None = None
    handler_name: str | None = Field(default=None, max_length=200)
    outcome: str | None = Field(default=None, max_length=32)
    reply: str | None = None
    # What the reply says beside the opinion (art. 32): request, facts, legal basis.
    reply_parts: dict[str, str] = Field(
        default_factory=dict, sa_column=Column(JSONB, nullable=False)
    )
    # HMAC of the code by which a citizen follows the case.
    follow_hash: bytes | None = Field(default=None, sa_type=LargeBinary)
    import_id: UUID | None = None
    # What an archive says of itself: a repeat whose first item it does not name; part of a total
    # that is a lower bound ("359余件").
    stated_repeat: bool = False
    approximate: bool = False
    received_at: datetime = Field(sa_type=Timestamptz)
    registered_at: datetime = Field(sa_type=Timestamptz)
    accepted_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    replied_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    closed_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    # The first answer's instant stays, however often the matter is opened again.
    first_replied_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    served_on: date | None = None
    asked_back_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    report_due_on: date | None = None
    visible_to: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))


class PetitionPart(PetitionsTable, table=True):
    """A scope that may see a petition without holding it: the second arm of the worklist.

    Follows from the petition's `visible_to` and `holder`; kept apart since row-level security bars
    an array index from any order, and because only few petitions have parts at any one time.
    """

    __tablename__ = "petition_part"
    __table_args__ = (
        Index(
            "ix_petition_part_scope", "scope", text("received_at DESC"), text("petition_id DESC")
        ),
        {"info": rls.info(rls.CONTEXT)},
    )

    petition_id: UUID = Field(primary_key=True, foreign_key="petitions.petition.id")
    scope: str = Field(primary_key=True, max_length=12)
    received_at: datetime = Field(sa_type=Timestamptz)


class MergeLink(PetitionsTable, table=True):
    """A petition is handled with `into_id`: a relation, never a move, and undone by a line of it.

    Both keep number, clocks and state; who may see a link follows from both petitions.
    """

    __tablename__ = "merge_link"
    __table_args__ = (
        CheckConstraint("petition_id <> into_id", name="not_itself"),
        Index(
            "uq_merge_link_running",
            "petition_id",
            unique=True,
            postgresql_where=text("undone_at IS NULL"),
        ),
        Index("ix_merge_link_into", "into_id"),
        {"info": rls.info(rls.CONTEXT)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    petition_id: UUID = Field(foreign_key="petitions.petition.id")
    into_id: UUID = Field(foreign_key="petitions.petition.id")
    reason: str = Field(max_length=500)
    merged_by: UUID
    merged_by_name: str = Field(max_length=200)
    at: datetime = Field(sa_type=Timestamptz)
    undone_by: UUID | None = None
    undone_by_name: str | None = Field(default=None, max_length=200)
    undone_reason: str | None = Field(default=None, max_length=500)
    undone_at: datetime | None = Field(default=None, sa_type=Timestamptz)


class UpwardReport(PetitionsTable, table=True):
    """One superior organ was told at once of a major or urgent matter (art. 25)."""

    __tablename__ = "upward_report"
    __table_args__ = (
        UniqueConstraint("petition_id", "superior"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    petition_id: UUID = Field(foreign_key="petitions.petition.id")
    superior: str = Field(max_length=12)
    reason: str = Field(max_length=500)
    reported_by: UUID
    reported_by_name: str = Field(max_length=200)
    reported_at: datetime = Field(sa_type=Timestamptz)
    acknowledge_by: datetime | None = Field(default=None, sa_type=Timestamptz)
    acknowledged_by: UUID | None = None
    acknowledged_by_name: str | None = Field(default=None, max_length=200)
    acknowledged_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))


class PetitionDraft(PetitionsTable, Versioned, table=True):
    """A petition half entered: no number yet, and sealed, since it may name its petitioner."""

    __tablename__ = "petition_draft"
    __table_args__ = (
        Index("ix_petition_draft_office", "office", text("created_at DESC"), text("id DESC")),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    office: str = Field(max_length=12)
    sealed: bytes = Field(sa_type=LargeBinary)
    created_by: UUID
    created_by_name: str = Field(max_length=200)
    created_at: datetime = Field(sa_type=Timestamptz)
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))


class PetitionStep(PetitionsTable, table=True):
    """One line of a petition's history; written with the change it tells of."""

    __tablename__ = "petition_step"
    __table_args__ = (
        Index("ix_petition_step_petition", "petition_id", "at"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    petition_id: UUID = Field(foreign_key="petitions.petition.id")
    step: Step | None = Field(default=None, sa_type=str_enum(Step), nullable=True)
    state: State = Field(sa_type=str_enum(State))
    actor_id: UUID
    actor_name: str = Field(max_length=200)
    reason: str | None = None
    facts: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
