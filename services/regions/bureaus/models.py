"""Table of bureaus: public offices, known to every caller, kept by their own division."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.regions.base import SCHEMA, RegionsTable
from services.regions.bureaus.domain import BureauKind
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum

# A joint operation needs to know the offices of a division that is not one's own.
PUBLIC_OFFICE: Final = rls.Policy(rls.IN_CONTEXT, f"{rls.IN_SCOPE} OR {rls.AS_SYSTEM}")


class Bureau(RegionsTable, Versioned, table=True):
    """机构: an office of one division. Its liaison person is public, as the office's phone is."""

    __tablename__ = "bureau"
    __table_args__: Any = (
        CheckConstraint("active_from <= active_to", name="days_ordered"),
        CheckConstraint("headcount >= 0", name="headcount_counts"),
        CheckConstraint("superior_id <> id", name="not_its_own_superior"),
        CheckConstraint("(active_to IS NULL) = (close_reason IS NULL)", name="closed_with_reason"),
        Index("uq_bureau_division_name", "division", "name", unique=True),
        Index("ix_bureau_superior_id", "superior_id"),
        Index("ix_bureau_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(PUBLIC_OFFICE)},
    )

    id: UUID = Field(primary_key=True)
    division: str = Field(max_length=12)
    kind: BureauKind = Field(sa_type=str_enum(BureauKind))
    name: str = Field(max_length=200)
    # As in document numbers, e.g. 惠市环.
    short_name: str | None = Field(default=None, max_length=200)
    phone: str | None = Field(default=None, max_length=64)
    superior_id: UUID | None = Field(default=None, foreign_key=f"{SCHEMA}.bureau.id")
    # 编制在职人数: the persons on its establishment and in office, as it reports them.
    headcount: int | None = None
    liaison_name: str | None = Field(default=None, max_length=200)
    liaison_phone: str | None = Field(default=None, max_length=64)
    # Unknown for bureaus that were there before anybody wrote it down.
    active_from: date | None = None
    active_to: date | None = None
    close_reason: str | None = Field(default=None, max_length=500)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))
    created_at: datetime = Field(sa_type=Timestamptz)
