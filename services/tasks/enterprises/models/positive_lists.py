"""Tables of positive lists and who is on them."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.tasks.base import SCHEMA, TasksTable
from services.tasks.enterprises.domain.positive_lists import Category, RemovalGround
from services.tasks.enterprises.models.registry import ENTERPRISE_ID, OF_THE_OBJECT
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum
from shared.ids import uuid7

LIST_ID: Final = f"{SCHEMA}.positive_list.id"
# A list is a published document; who is on it is seen by those who see the object.
PUBLISHED: Final = rls.Policy(rls.IN_CONTEXT, f"{rls.IN_SCOPE} OR {rls.AS_SYSTEM}")


class PositiveList(TasksTable, Versioned, table=True):
    """监督执法正面清单, published by a division under a document number."""

    __tablename__ = "positive_list"
    __table_args__: Any = (
        CheckConstraint("valid_from <= valid_to", name="ordered"),
        CheckConstraint(
            "(withdrawn_on IS NULL) = (withdrawal_reason IS NULL)", name="withdrawal_reasoned"
        ),
        Index("uq_positive_list_document", "division", "document", unique=True),
        {"info": rls.info(PUBLISHED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    division: str = Field(max_length=12)
    document: str = Field(max_length=200)
    title: str = Field(max_length=200)
    published_on: date
    valid_from: date
    valid_to: date | None = None
    withdrawn_on: date | None = None
    withdrawal_reason: str | None = Field(default=None, sa_type=Text)
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class PositiveListing(TasksTable, table=True):
    """One object on one list, from a day until it is taken off."""

    __tablename__ = "positive_listing"
    __table_args__: Any = (
        Index(
            "uq_positive_listing_standing",
            "list_id",
            "enterprise_id",
            unique=True,
            postgresql_where=text("removed_on IS NULL"),
        ),
        CheckConstraint(
            "(removed_on IS NULL) = (removal_reason IS NULL)"
            " AND (removed_on IS NULL) = (removal_ground IS NULL)"
            " AND (removed_on IS NULL) = (removed_by IS NULL)",
            name="removal_reasoned",
        ),
        CheckConstraint("removed_on >= listed_on", name="ordered"),
        Index("ix_positive_listing_enterprise_id", "enterprise_id"),
        {"info": rls.info(OF_THE_OBJECT)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    list_id: UUID = Field(foreign_key=LIST_ID)
    enterprise_id: UUID = Field(foreign_key=ENTERPRISE_ID)
    category: Category = Field(sa_type=str_enum(Category))
    listed_on: date
    removed_on: date | None = None
    removal_ground: RemovalGround | None = Field(
        default=None, sa_type=str_enum(RemovalGround), nullable=True
    )
    removal_reason: str | None = Field(default=None, sa_type=Text)
    removed_by: UUID | None = None
