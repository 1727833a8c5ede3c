"""Bodies of grid plans: proposed, drawn, checked, published, shown on the map."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final, Self
from uuid import UUID

from pydantic import ConfigDict, Field, JsonValue

from services.regions.grid.domain.partition import MOST_LEVELS, CellDraft, PlanState, normal
from services.regions.grid.domain.proposal import Force, Part, Proposal
from services.regions.grid.models.practice import GridStep
from services.regions.grid.models.territory import GridPlan
from services.regions.grid.queries.cells import CellFile
from services.regions.grid.schemas.areas import AreaCode
from services.regions.grid.schemas.people import PersonIn, PersonOut, StepOut
from services.regions.grid.use_cases.plans import Checked, Drawing, Wanted, actions
from shared.auth.actor import Actor
from shared.http.body import Body, Code, Division, Instant, LongText, Out, Reason, ShortText

MOST_CELLS: Final = 5000
MOST_IN_CELL: Final = 2000
A_PERSON: Final[dict[str, JsonValue]] = {
    "account_id": "01890a5d-ac96-774b-bcce-b302099a8057",
    "name": "张三",
}
A_DRAWING: Final[dict[str, JsonValue]] = {
    "title": "定海区2026年网格划分方案",
    "basis": "按现有力量重新划定监管区域",
    "levels": ["县级", "乡镇级"],
    "cells": [
        {"key": "dh", "name": "定海区", "level": 1, "areas": ["330902001"], "lead": A_PERSON},
        {
            "key": "dh-1",
            "name": "环南网格",
            "level": 2,
            "parent": "dh",
            "areas": ["330902001"],
            "lead": A_PERSON,
            "officers": [A_PERSON],
        },
    ],
}


class CellIn(Body):
    """A cell: the union of areas; a code of a township stands for all its villages."""

    key: Code
    name: ShortText
    level: Annotated[int, Field(ge=1, le=MOST_LEVELS)]
    parent: Code | None = None
    areas: Annotated[list[AreaCode], Field(min_length=1, max_length=MOST_IN_CELL)]
    lead: PersonIn | None = None
    officers: Annotated[list[PersonIn], Field(max_length=100)] = Field(default_factory=list)

    def value(self) -> CellDraft:
        return CellDraft(
            key=self.key,
            name=self.name,
            level=self.level,
            parent=self.parent,
            areas=tuple(self.areas),
            lead=None if self.lead is None else self.lead.value(),
            officers=tuple(each.value() for each in self.officers),
        )


class DrawingIn(Body):
    """The plan as drawn; levels are names from the highest down."""

    model_config = ConfigDict(json_schema_extra={"example": A_DRAWING})

    title: ShortText
    basis: LongText
    levels: Annotated[list[ShortText], Field(min_length=1, max_length=MOST_LEVELS)]
    cells: Annotated[list[CellIn], Field(min_length=1, max_length=MOST_CELLS)]

    def value(self) -> Drawing:
        return Drawing(
            title=self.title,
            basis=self.basis,
            levels=tuple(self.levels),
            cells=tuple(each.value() for each in self.cells),
        )


class PlanIn(DrawingIn):
    model_config = ConfigDict(json_schema_extra={"example": {"division": "330902", **A_DRAWING}})

    division: Division


class SuccessorIn(Body):
    """Which new cell takes over the open matters of one that ends."""

    cell_id: UUID
    successor: Code


class PublishIn(Body):
    """`short_reason`: why some of the lowest cells have too few officers."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"successors": [], "short_reason": "编制未满,年内补足"}}
    )

    takes_over_at: Instant | None = None
    successors: Annotated[list[SuccessorIn], Field(max_length=MOST_CELLS)] = Field(
        default_factory=list
    )
    short_reason: Reason | None = None

    def named(self) -> dict[UUID, str]:
        return {each.cell_id: each.successor for each in self.successors}


class WithdrawIn(Body):
    model_config = ConfigDict(json_schema_extra={"example": {"reason": "另行划定"}})

    reason: Reason


class WeightIn(Body):
    """What weighs in an area, e.g. its key units and complaints."""

    area: AreaCode
    weight: Annotated[float, Field(ge=0, le=1_000_000)]


class ForceIn(Body):
    """Grid officers of a township."""

    township: Annotated[AreaCode, Field(description="nine digits")]
    officers: Annotated[int, Field(ge=0, le=10_000)]


class NeighboursIn(Body):
    """Two areas that border on each other."""

    a: AreaCode
    b: AreaCode


class ProposeIn(Body):
    """What to divide: the county's areas, or some; without `cells`, by the officers there are."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "division": "330902",
                "areas": [],
                "cells": 2,
                "weights": [{"area": "330902001", "weight": 5}],
                "officers": [{"township": "330902001", "officers": 4}],
            }
        }
    )

    division: Division
    areas: Annotated[list[AreaCode], Field(max_length=MOST_IN_CELL)] = Field(default_factory=list)
    cells: Annotated[int, Field(ge=1, le=MOST_CELLS)] | None = None
    weights: Annotated[list[WeightIn], Field(max_length=MOST_IN_CELL)] = Field(default_factory=list)
    officers: Annotated[list[ForceIn], Field(max_length=500)] = Field(default_factory=list)
    neighbours: Annotated[list[NeighboursIn], Field(max_length=20_000)] = Field(
        default_factory=list
    )

    def value(self) -> Wanted:
        return Wanted(
            division=self.division,
            areas=tuple(self.areas),
            cells=self.cells,
            force=Force(
                weights={normal(each.area): each.weight for each in self.weights},
                officers={each.township[:9]: each.officers for each in self.officers},
                neighbours=tuple((normal(each.a), normal(each.b)) for each in self.neighbours),
            ),
        )


class PartOut(Out):
    """A cell proposed; `short`: fewer officers than a cell should have."""

    areas: list[str]
    weight: float
    officers: int
    short: bool

    @classmethod
    def of(cls, part: Part, least: int) -> Self:
        return cls(
            areas=list(part.areas),
            weight=part.weight,
            officers=part.officers,
            short=part.officers < least,
        )


class ProposalOut(Out):
    """`spread`: heaviest less lightest cell. `bound`: what it is at most in a township."""

    cells: list[PartOut]
    spread: float
    bound: float | None

    @classmethod
    def of(cls, proposal: Proposal, least: int) -> Self:
        return cls(
            cells=[PartOut.of(each, least) for each in proposal.parts],
            spread=proposal.spread,
            bound=proposal.bound,
        )


class GapOut(Out):
    """What is wrong below a cell; without one, below the county."""

    level: int
    parent: str | None
    missing: list[str]
    doubled: list[str]
    outside: list[str]


class FollowerOut(Out):
    """A cell that ends and the one that would take its open matters."""

    cell_id: UUID
    key: str
    successor: str


class CheckOut(Out):
    """What bars publication (`gaps`, `without_lead`), what needs a reason (`short`)."""

    is_whole: bool
    gaps: list[GapOut]
    without_lead: list[str]
    short: list[str]
    officers_per_cell: int
    successors: list[FollowerOut]

    @classmethod
    def of(cls, found: Checked) -> Self:
        return cls(
            is_whole=found.check.is_whole,
            gaps=[GapOut.model_validate(each) for each in found.check.gaps],
            without_lead=list(found.check.without_lead),
            short=list(found.check.short),
            officers_per_cell=found.check.least,
            successors=[
                FollowerOut(cell_id=key, key=found.old[key].key, successor=successor)
                for key, successor in found.followers.items()
            ],
        )


class GridPlanLineOut(Out):
    id: UUID
    division: str
    number: int
    title: str
    levels: list[str]
    state: PlanState
    drawn_at: datetime
    published_at: datetime | None
    valid_from: datetime | None
    valid_to: datetime | None
    next_id: UUID | None
    version: int


class DrawnCellOut(Out):
    key: str
    name: str
    level: int
    parent: str | None
    areas: list[str]
    lead: PersonOut | None
    officers: list[PersonOut]


class PlanOut(GridPlanLineOut):
    basis: str
    drawn_name: str
    published_name: str | None
    short_reason: str | None
    withdraw_reason: str | None
    cells: list[DrawnCellOut]
    steps: list[StepOut]
    actions: list[str]

    @classmethod
    def of(cls, row: GridPlan, steps: Sequence[GridStep], actor: Actor) -> Self:
        line = GridPlanLineOut.model_validate(row).model_dump()
        return cls(
            **line,
            basis=row.basis,
            drawn_name=row.drawn_name,
            published_name=row.published_name,
            short_reason=row.short_reason,
            withdraw_reason=row.withdraw_reason,
            cells=[DrawnCellOut.model_validate(each) for each in row.cells],
            steps=[StepOut.model_validate(each) for each in steps],
            actions=actions(actor, row),
        )


class MapAreaOut(Out):
    """An area of the map: `lon`, `lat` or an outline, if the list had one."""

    code: str
    name: str
    lon: float | None
    lat: float | None
    outline: list[tuple[float, float]] | None


class MapCellOut(Out):
    id: UUID
    key: str
    name: str
    level: int
    parent_id: UUID | None
    answers: PersonOut | None
    areas: list[str]


class MapOut(Out):
    """The cells of a plan by codes of areas, each area once."""

    plan_id: UUID
    division: str
    levels: list[str]
    at: datetime
    cells: list[MapCellOut]
    areas: list[MapAreaOut]

    @classmethod
    def of(cls, row: GridPlan, files: Sequence[CellFile], *, at: datetime) -> Self:
        """At an instant outside the plan's time nobody answers."""
        areas = {each.code: each for file in files for each in file.areas}
        return cls(
            plan_id=row.id,
            division=row.division,
            levels=row.levels,
            at=at,
            cells=[_on_map(each, at) for each in files],
            areas=[MapAreaOut.model_validate(areas[code]) for code in sorted(areas)],
        )


def _on_map(file: CellFile, at: datetime) -> MapCellOut:
    person = file.tenure.answers_at(at).person if file.tenure.in_force(at) else None
    return MapCellOut(
        id=file.cell.id,
        key=file.cell.key,
        name=file.cell.name,
        level=file.cell.level,
        parent_id=file.cell.parent_id,
        answers=None if person is None else PersonOut.model_validate(person),
        areas=[each.code for each in file.areas],
    )
