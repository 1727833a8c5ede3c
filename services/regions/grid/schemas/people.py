"""Bodies of cells and of those who answer for them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Self
from uuid import UUID

from pydantic import ConfigDict, Field, JsonValue

from services.regions.grid.domain.partition import Named
from services.regions.grid.domain.tenure import Answerable, periods
from services.regions.grid.models.people import GridHandover
from services.regions.grid.models.practice import GridStep
from services.regions.grid.models.territory import GridArea, GridCell
from services.regions.grid.queries.cells import CellFile
from services.regions.grid.use_cases.people import actions
from services.regions.grid.use_cases.views import Coverage, LeadLoad, Responsible
from shared.auth.actor import Actor
from shared.auth.policy import may
from shared.http.body import Body, Instant, Out, Reason, ShortText

SOMEBODY: Final[dict[str, JsonValue]] = {
    "account_id": "01890a5d-ac96-774b-bcce-b302099a8057",
    "name": "张三",
}


class PersonIn(Body):
    """A named person: the login that acts and the name people read."""

    account_id: UUID
    name: ShortText

    def value(self) -> Named:
        return Named(self.account_id, self.name)


class HandOverIn(Body):
    """Who leads from `at` on, from now on if it is left out."""

    model_config = ConfigDict(json_schema_extra={"example": {"to": SOMEBODY, "reason": "轮岗"}})

    to: PersonIn
    at: Instant | None = None
    reason: Reason


class LeaveIn(Body):
    """The lead is away, `since` included, `until` not; until further notice without one."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"deputy": SOMEBODY, "reason": "外出培训"}}
    )

    since: Instant | None = None
    until: Instant | None = None
    deputy: PersonIn
    reason: Reason


class ComeBackIn(Body):
    model_config = ConfigDict(json_schema_extra={"example": {}})


class OfficersIn(Body):
    """The officers of the cell from now on, all of them."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"officers": [SOMEBODY], "reason": "人员调整"}}
    )

    officers: Annotated[list[PersonIn], Field(max_length=100)]
    reason: Reason


class AcknowledgeIn(Body):
    model_config = ConfigDict(json_schema_extra={"example": {"note": "已逐项接收"}})

    note: Reason


class PersonOut(Out):
    account_id: UUID
    name: str


class AnswerableOut(Out):
    """Who answers; `acting_for` is the lead while a deputy does."""

    person: PersonOut
    acting_for: PersonOut | None

    @classmethod
    def of(cls, answerable: Answerable) -> Self:
        return cls.model_validate(answerable)


class LeadOut(Out):
    person: PersonOut
    valid_from: datetime
    valid_to: datetime | None


class AbsenceOut(Out):
    id: UUID
    lead: PersonOut
    deputy: PersonOut
    valid_from: datetime
    valid_to: datetime | None
    reason: str


class CellLineOut(Out):
    """A cell with who answers for it at the instant asked for, if it is in force then."""

    id: UUID
    plan_id: UUID
    division: str
    level: int
    key: str
    name: str
    parent_id: UUID | None
    valid_from: datetime
    valid_to: datetime | None
    answers: AnswerableOut | None
    officers: list[PersonOut]
    version: int

    @classmethod
    def of(cls, file: CellFile, *, at: datetime) -> Self:
        return cls(**_line(file, at))


class StepOut(Out):
    """What was done, by whom; `content` is what the act named."""

    action: str
    content: dict[str, JsonValue]
    actor_name: str
    reason: str | None
    at: datetime


class AreaNameOut(Out):
    code: str
    name: str


class CellOut(CellLineOut):
    """`leads` has each lead with its time: one ends where the next begins.

    `answers` and `officers` are those of the instant asked for, `actions` what can be done now.
    """

    successor_id: UUID | None
    is_lowest: bool
    areas: list[AreaNameOut]
    leads: list[LeadOut]
    absences: list[AbsenceOut]
    steps: list[StepOut]
    actions: list[str]

    @classmethod
    def whole(
        cls,
        file: CellFile,
        steps: Sequence[GridStep],
        actor: Actor,
        *,
        at: datetime,
        now: datetime,
    ) -> Self:
        cell = file.cell
        return cls(
            **_line(file, at),
            successor_id=cell.successor_id,
            is_lowest=file.is_lowest,
            areas=[AreaNameOut.model_validate(each) for each in file.areas],
            leads=[
                LeadOut(
                    person=PersonOut.model_validate(each.person),
                    valid_from=each.since,
                    valid_to=until,
                )
                for each, until in periods(file.tenure)
            ],
            absences=[
                AbsenceOut(
                    id=each.id,
                    lead=PersonOut(account_id=each.account_id, name=each.name),
                    deputy=PersonOut(account_id=each.deputy_id, name=each.deputy_name),
                    valid_from=each.begins_at,
                    valid_to=each.ends_at,
                    reason=each.reason,
                )
                for each in file.absences
            ],
            steps=[StepOut.model_validate(each) for each in steps],
            actions=actions(actor, file, now=now),
        )


def _line(file: CellFile, at: datetime) -> dict[str, Any]:
    cell = file.cell
    answers = file.tenure.answers_at(at) if file.tenure.in_force(at) else None
    return {
        "id": cell.id,
        "plan_id": cell.plan_id,
        "division": cell.division,
        "level": cell.level,
        "key": cell.key,
        "name": cell.name,
        "parent_id": cell.parent_id,
        "valid_from": cell.valid_from,
        "valid_to": cell.valid_to,
        "answers": None if answers is None else AnswerableOut.of(answers),
        "officers": [PersonOut.model_validate(each) for each in file.officers_at(at)],
        "version": cell.version,
    }


class MatterOut(Out):
    """A visit overdue or a finding without an answer."""

    kind: str
    id: UUID
    title: str
    due_at: datetime | None


class HandoverOut(Out):
    """A hand-over: of a cell between two leads, or of a cell to its successor."""

    id: UUID
    cell_id: UUID
    to_cell_id: UUID
    giver: PersonOut
    taker: PersonOut
    at: datetime
    reason: str
    open_matters: list[MatterOut]
    acknowledged_at: datetime | None
    note: str | None
    version: int
    actions: list[str]

    @classmethod
    def of(cls, row: GridHandover, actor: Actor) -> Self:
        mine = row.acknowledged_at is None and row.to_id == actor.id
        return cls(
            id=row.id,
            cell_id=row.cell_id,
            to_cell_id=row.to_cell_id,
            giver=PersonOut(account_id=row.from_id, name=row.from_name),
            taker=PersonOut(account_id=row.to_id, name=row.to_name),
            at=row.at,
            reason=row.reason,
            open_matters=[MatterOut.model_validate(each) for each in row.open_matters],
            acknowledged_at=row.acknowledged_at,
            note=row.note,
            version=row.version,
            actions=["acknowledge"] if mine and may(actor, "grid.take_over") else [],
        )


class CellNameOut(Out):
    id: UUID
    level: int
    key: str
    name: str


class ResponsibleOut(Out):
    """Who answered for a cell at the instant."""

    cell: CellNameOut
    person: PersonOut
    acting_for: PersonOut | None

    @classmethod
    def of(cls, found: Responsible) -> Self:
        return cls(
            cell=CellNameOut.model_validate(found.cell),
            person=PersonOut.model_validate(found.answerable.person),
            acting_for=None
            if found.answerable.acting_for is None
            else PersonOut.model_validate(found.answerable.acting_for),
        )


class LiabilityOut(Out):
    """Who answered for an area at an instant, one on each level; none before there was a grid."""

    area: AreaNameOut
    at: datetime
    responsible: list[ResponsibleOut]

    @classmethod
    def of(cls, area: GridArea, found: list[Responsible], *, at: datetime) -> Self:
        return cls(
            area=AreaNameOut.model_validate(area),
            at=at,
            responsible=[ResponsibleOut.of(each) for each in found],
        )


class LeadLoadOut(Out):
    """A person, the cells led and those stood in for."""

    person: PersonOut
    cells: int
    acting: int

    @classmethod
    def of(cls, load: LeadLoad) -> Self:
        return cls.model_validate(load)


class CoverageOut(Out):
    """One county's grid at an instant: what is covered, where officers lack, who has how much.

    `uncovered` are areas listed since the plan was drawn, `retired` areas no longer listed that
    cells still have: both want a new plan.
    """

    division: str
    plan_id: UUID | None
    at: datetime
    areas: int
    covered: int
    uncovered: list[str]
    retired: list[str]
    cells_by_level: list[int]
    short_of_officers: list[CellNameOut]
    leads: list[LeadLoadOut]

    @classmethod
    def of(cls, found: Coverage, *, at: datetime) -> Self:
        return cls(
            division=found.division,
            plan_id=None if found.plan is None else found.plan.id,
            at=at,
            areas=found.areas,
            covered=found.covered,
            uncovered=list(found.uncovered),
            retired=list(found.retired),
            cells_by_level=list(found.by_level),
            short_of_officers=[_name(each) for each in found.short],
            leads=[LeadLoadOut.of(each) for each in found.leads],
        )


def _name(cell: GridCell) -> CellNameOut:
    return CellNameOut.model_validate(cell)
