"""Bodies of visits, findings, ledgers and the worklist."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from services.regions.grid.domain.findings import FindingState, OutcomeKind
from services.regions.grid.domain.practice import Kept, ObjectKind
from services.regions.grid.models.practice import GridFinding, GridObject, GridStep, GridVisit
from services.regions.grid.models.territory import GridArea
from services.regions.grid.queries.practice import Owed
from services.regions.grid.schemas.areas import AreaCode
from services.regions.grid.schemas.people import CellNameOut, ResponsibleOut, StepOut
from services.regions.grid.use_cases.views import Ledger, Responsible, Work
from services.regions.grid.use_cases.visits import VisitFacts, finding_actions
from shared.auth.actor import Actor
from shared.http.body import Body, Code, Instant, LongText, Out


class VisitIn(Body):
    """A visit to an object of the cell, or to one of its areas as a whole."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "at": "2026-01-05T10:00:00+08:00",
                "area": "330902001",
                "found": "河道水质正常",
                "findings": ["某修理厂露天喷漆"],
            }
        }
    )

    at: Instant
    found: LongText
    object_id: UUID | None = None
    area: AreaCode | None = None
    findings: Annotated[list[LongText], Field(max_length=20)] = Field(default_factory=list)

    def facts(self) -> VisitFacts:
        return VisitFacts(self.at, self.found, self.object_id, self.area, self.findings)


class HandOnIn(Body):
    """What the finding became: a border notice, a task, a hand-over, by its number."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "outcome_kind": "task",
                "outcome_id": "01890a5d-ac96-774b-bcce-b302099a8057",
                "remark": "交执法队现场检查",
            }
        }
    )

    outcome_kind: OutcomeKind
    outcome_id: Code
    remark: LongText


class AnswerIn(Body):
    model_config = ConfigDict(json_schema_extra={"example": {"answer": "已责令改正,复查合格"}})

    answer: LongText


class FindingOut(Out):
    id: UUID
    visit_id: UUID
    cell_id: UUID
    object_id: UUID | None
    division: str
    text: str
    state: FindingState
    found_at: datetime
    reported_at: datetime
    outcome_kind: OutcomeKind | None
    outcome_id: str | None
    handed_on_at: datetime | None
    answer: str | None
    answered_at: datetime | None
    version: int
    actions: list[str]

    @classmethod
    def of(cls, row: GridFinding, actor: Actor) -> Self:
        return cls(
            id=row.id,
            visit_id=row.visit_id,
            cell_id=row.cell_id,
            object_id=row.object_id,
            division=row.division,
            text=row.text,
            state=row.state,
            found_at=row.found_at,
            reported_at=row.reported_at,
            outcome_kind=row.outcome_kind,
            outcome_id=row.outcome_id,
            handed_on_at=row.handed_on_at,
            answer=row.answer,
            answered_at=row.answered_at,
            version=row.version,
            actions=finding_actions(actor, row),
        )


class FindingFileOut(FindingOut):
    """A finding with what was done, and who answered for the place when it was found."""

    responsible: list[ResponsibleOut]
    steps: list[StepOut]

    @classmethod
    def whole(
        cls,
        row: GridFinding,
        answerable: Sequence[Responsible],
        steps: Sequence[GridStep],
        actor: Actor,
    ) -> Self:
        return cls(
            **FindingOut.of(row, actor).model_dump(),
            responsible=[ResponsibleOut.of(each) for each in answerable],
            steps=[StepOut.model_validate(each) for each in steps],
        )


class VisitLineOut(Out):
    id: UUID
    cell_id: UUID
    level: int
    object_id: UUID | None
    account_id: UUID
    name: str
    at: datetime
    at_night: bool
    found: str
    recorded_at: datetime


class VisitOut(VisitLineOut):
    """A visit with the findings reported by it."""

    findings: list[FindingOut]

    @classmethod
    def of(cls, row: GridVisit, findings: list[GridFinding], actor: Actor) -> Self:
        line = VisitLineOut.model_validate(row).model_dump()
        return cls(**line, findings=[FindingOut.of(each, actor) for each in findings])


class OwedOut(Out):
    """An object to visit: how often, when it was last, when it is due."""

    object_id: UUID
    name: str
    kind: ObjectKind
    area_id: UUID
    every_hours: float
    last_visit_at: datetime | None
    due_at: datetime
    is_late: bool

    @classmethod
    def of(cls, owed: Owed, *, now: datetime) -> Self:
        return cls(
            object_id=owed.thing.id,
            name=owed.thing.name,
            kind=owed.thing.kind,
            area_id=owed.thing.area_id,
            every_hours=owed.every.total_seconds() / 3600,
            last_visit_at=owed.last,
            due_at=owed.due_at,
            is_late=owed.due_at <= now,
        )


class WorklistOut(Out):
    """What the cell is to visit, the most urgent first."""

    cell_id: UUID
    at: datetime
    late: int
    owed: list[OwedOut]

    @classmethod
    def of(cls, cell_id: UUID, found: list[Owed], *, now: datetime) -> Self:
        owed = [OwedOut.of(each, now=now) for each in found]
        return cls(cell_id=cell_id, at=now, late=sum(each.is_late for each in owed), owed=owed)


class DutiesOut(Out):
    """Visits owed whose time came in the period: kept in time or missed."""

    due: int
    done: int
    missed: int

    @classmethod
    def of(cls, kept: Kept) -> Self:
        return cls(due=kept.due, done=kept.done, missed=kept.missed)


class WorkOut(Out):
    """What a cell did; `night_check` is None where it is not its level's to do."""

    cell: CellNameOut
    duties: DutiesOut
    visits: int
    findings: int
    night_check: bool | None

    @classmethod
    def of(cls, work: Work) -> Self:
        return cls(
            cell=CellNameOut.model_validate(work.cell),
            duties=DutiesOut.of(work.duties),
            visits=work.visits,
            findings=work.findings,
            night_check=work.night,
        )


class EntryOut(Out):
    """A line of the ledger."""

    visit_id: UUID
    at: datetime
    at_night: bool
    person: str
    area: str
    object: str | None
    found: str

    @classmethod
    def of(cls, row: GridVisit, area: GridArea, thing: GridObject | None) -> Self:
        return cls(
            visit_id=row.id,
            at=row.at,
            at_night=row.at_night,
            person=row.name,
            area=area.name,
            object=None if thing is None else thing.name,
            found=row.found,
        )


class LedgerOut(Out):
    """日台账, 周报: first and last day, both included; the night check of the last day's month."""

    first_day: date
    last_day: date
    work: WorkOut
    entries: list[EntryOut]
    findings: list[FindingOut]

    @classmethod
    def of(cls, found: Ledger, actor: Actor, *, first: date, last: date) -> Self:
        return cls(
            first_day=first,
            last_day=last,
            work=WorkOut.of(found.work),
            entries=[EntryOut.of(*each) for each in found.visits],
            findings=[FindingOut.of(each, actor) for each in found.findings],
        )


class PerformanceOut(Out):
    """Duties done and missed per cell of a division in a period, and in all."""

    division: str
    first_day: date
    last_day: date
    duties: DutiesOut
    findings: int
    cells: list[WorkOut]

    @classmethod
    def of(cls, division: str, found: list[Work], *, first: date, last: date) -> Self:
        return cls(
            division=division,
            first_day=first,
            last_day=last,
            duties=DutiesOut.of(sum((each.duties for each in found), Kept())),
            findings=sum(each.findings for each in found),
            cells=[WorkOut.of(each) for each in found],
        )
