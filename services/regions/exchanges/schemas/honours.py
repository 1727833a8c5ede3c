"""Bodies of honours."""

from datetime import date, datetime
from typing import Self
from uuid import UUID

from pydantic import ConfigDict

from services.regions.calendars.schemas import LegalDay
from services.regions.exchanges.domain.honours import HonourState, IssuerLevel, Reference
from services.regions.exchanges.models import Honour
from services.regions.exchanges.queries.honours import HonourCount
from services.regions.exchanges.use_cases.honours import Merit
from shared.http.body import Body, Division, LongText, Out, ShortText


class HonourIn(Body):
    """An officer of `division` was honoured by `document`; `reference_id` says for what service."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "division": "510121",
                "officer_id": "01900000-0000-7000-8000-000000000001",
                "issuer_level": "ministry",
                "issuer": "生态环境部",
                "document": "环办执法函〔2026〕1号",
                "awarded_on": "2026-01-15",
                "merit": "参加生态环境部统筹执法表现突出",
            }
        }
    )

    division: Division
    officer_id: UUID
    issuer_level: IssuerLevel
    issuer: ShortText
    document: ShortText
    awarded_on: LegalDay
    merit: LongText
    reference: Reference | None = None
    reference_id: UUID | None = None

    def value(self) -> Merit:
        fields = self.model_dump(exclude={"reference", "reference_id"})
        whole = self.reference is not None and self.reference_id is not None
        return Merit(
            **fields,
            reference=self.reference if whole else None,
            reference_id=self.reference_id if whole else None,
        )


class HonourReasonIn(Body):
    reason: LongText


class HonourConfirmIn(Body):
    reason: LongText | None = None


class HonourLineOut(Out):
    id: UUID
    division: str
    officer_id: UUID
    officer_name: str
    issuer_level: IssuerLevel
    issuer: str
    document: str
    awarded_on: date
    state: HonourState
    version: int


class HonourOut(HonourLineOut):
    merit: str
    reference: Reference | None
    reference_id: UUID | None
    recorded_at: datetime
    decided_at: datetime | None
    reason: str | None
    actions: list[str]

    @classmethod
    def of(cls, row: Honour, actions: list[str]) -> Self:
        return cls(
            **row.model_dump(exclude={"visible_to", "recorded_by", "decided_by", "changed_at"}),
            actions=actions,
        )


class HonourCountLineOut(Out):
    division: str
    issuer_level: IssuerLevel
    honours: int
    people: int


class HonourCountOut(Out):
    """Confirmed and not revoked, of the division and all below it, dated in the year."""

    division: str
    year: int
    honours: int
    lines: list[HonourCountLineOut]

    @classmethod
    def of(cls, division: str, year: int, rows: list[HonourCount]) -> Self:
        return cls(
            division=division,
            year=year,
            honours=sum(each.honours for each in rows),
            lines=[HonourCountLineOut.model_validate(each) for each in rows],
        )
