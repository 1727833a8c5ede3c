"""One file per problem 一事一档, the live lists and the figures, out."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

from services.tasks.evidence.schemas import EvidenceOut
from services.tasks.problems.domain.closing import Pace, pace
from services.tasks.problems.domain.life import Category, ListLevel, ProblemState, Severity
from services.tasks.problems.domain.lists import ListingState
from services.tasks.problems.schemas.five_steps import (
    AnnouncementOut,
    DemandOut,
    OfficeOut,
    PunishmentOut,
    ToldOut,
)
from services.tasks.problems.schemas.look_backs import SampleOut
from services.tasks.problems.schemas.problems import (
    AcceptanceOut,
    ExtensionOut,
    ProblemOut,
    ProblemStepOut,
)
from shared.http.body import Out


class LookedBack(SampleOut):
    look_back_id: UUID


class ProblemFile(Out):
    """Everything that is kept of one problem, under the reader's rights."""

    problem: ProblemOut
    steps: list[ProblemStepOut]
    acceptances: list[AcceptanceOut]
    extensions: list[ExtensionOut]
    evidence: list[EvidenceOut]
    told: list[ToldOut]
    demands: list[DemandOut]
    offices: list[OfficeOut]
    punishments: list[PunishmentOut]
    publications: list[AnnouncementOut]
    look_backs: list[LookedBack]


class ListLine(Out):
    """A problem on a list as it stands now; `pace` is none once it is behind."""

    id: UUID
    problem_id: UUID
    level: ListLevel
    list_state: ListingState
    reference: str | None
    filing_ref: str | None
    entered_at: datetime
    division: str
    object_name: str
    category: Category
    severity: Severity
    description: str
    measures: str | None
    responsible_unit: str | None
    responsible_person: str | None
    due_at: datetime
    state: ProblemState
    pace: Pace | None

    @classmethod
    def of(cls, row: dict[str, Any], now: datetime) -> Self:
        stands = pace(
            ProblemState(row["state"]),
            long_term=row["long_term"],
            due_at=row["due_at"],
            now=now,
        )
        return cls.model_validate({**row, "pace": stands})


class FigureLine(Out):
    """Found and closed of one severity or one list; lists overlap and are never added."""

    name: str
    found: int
    closed: int


class Figures(Out):
    """Counts of a division with all below, by the instant of the finding. Rates are percent."""

    division: str
    found: int
    closed: int
    closing_rate: Decimal | None
    key_problems: int
    overdue: int
    raised: int
    rejections: int
    relapses: int
    punished: int
    closed_traceable: int
    closed_proven: int
    closed_owned: int
    traceable_rate: Decimal | None
    proven_rate: Decimal | None
    owned_rate: Decimal | None
    by_severity: list[FigureLine]
    by_list: list[FigureLine]

    @classmethod
    def of(cls, division: str, counts: dict[str, int], lines: list[dict[str, Any]]) -> Self:
        closed = counts["closed"]
        return cls.model_validate(
            {
                **counts,
                "division": division,
                "closing_rate": _percent(closed, counts["found"]),
                "traceable_rate": _percent(counts["closed_traceable"], closed),
                "proven_rate": _percent(counts["closed_proven"], closed),
                "owned_rate": _percent(counts["closed_owned"], closed),
                "by_severity": [each for each in lines if each["kind"] == "severity"],
                "by_list": [each for each in lines if each["kind"] == "list"],
            }
        )


def _percent(part: int, whole: int) -> Decimal | None:
    return round(Decimal(100 * part) / whole, 2) if whole else None
