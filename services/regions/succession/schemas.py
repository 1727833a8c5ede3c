"""Bodies of changes of divisions."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Final, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from services.regions.divisions.domain import BorderKind
from services.regions.succession.domain import (
    Change,
    ChangeKind,
    ChangeState,
    GivenBorder,
    Successor,
)
from services.regions.succession.models import DivisionChange, DivisionChangeStep
from shared.contracts.regions import ChangeDocument
from shared.divisions import Level
from shared.http.body import Body, Code, Division, Out, Reason, ShortText

MOST_CODES: Final = 50
MOST_ROWS: Final = 5000
LONGEST_BORDER_KM: Final = 20_000


class SuccessorIn(Body):
    """A division as it is to be; `parent` is its superior on the effective day."""

    code: Division
    name: Annotated[ShortText, Field(max_length=100)]
    level: Level
    parent: Division | None = None


class DocumentIn(Body):
    """The document (批复) the change rests on."""

    title: ShortText
    number: ShortText


class AssignmentIn(Body):
    """A row that goes to another successor than the main one, named as the preview names it."""

    kind: Code
    id: UUID
    code: Division


class BorderIn(Body):
    """A border of a successor of a split, in kilometres."""

    a: Division
    b: Division
    km: Annotated[float, Field(gt=0, le=LONGEST_BORDER_KM)]
    kind: BorderKind = BorderKind.LAND


class DivisionChangeIn(Body):
    """A draft. Codes before and after; a recoding pairs them by their order."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "kind": "merge",
                "predecessors": ["330205", "330211"],
                "successors": [
                    {
                        "code": "330218",
                        "name": "甬江新区",
                        "level": "county",
                        "parent": "330200",
                    }
                ],
                "effective_on": "2027-01-01",
                "document": {"title": "关于调整部分行政区划的批复", "number": "国函〔2026〕1号"},
            }
        }
    )

    kind: ChangeKind
    predecessors: Annotated[list[Division], Field(min_length=1, max_length=MOST_CODES)]
    successors: Annotated[list[SuccessorIn], Field(min_length=1, max_length=MOST_CODES)]
    effective_on: date
    document: DocumentIn
    main: Division | None = None
    assignments: Annotated[list[AssignmentIn], Field(max_length=MOST_ROWS)] = Field(
        default_factory=list
    )
    borders: Annotated[list[BorderIn], Field(max_length=MOST_ROWS)] = Field(default_factory=list)

    def change(self) -> Change:
        return Change(
            kind=self.kind,
            predecessors=tuple(self.predecessors),
            successors=tuple(
                Successor(each.code, each.name, each.level, each.parent) for each in self.successors
            ),
            effective_on=self.effective_on,
            main=self.main,
            assignments=tuple((each.kind, each.id, each.code) for each in self.assignments),
            borders=tuple(GivenBorder(each.a, each.b, each.km, each.kind) for each in self.borders),
        )

    def basis(self) -> ChangeDocument:
        return ChangeDocument(title=self.document.title, number=self.document.number)


class WithdrawalIn(Body):
    reason: Reason


class SuccessorOut(Out):
    code: str
    name: str
    level: Level
    parent: str | None


class DocumentOut(Out):
    title: str
    number: str


class AssignmentOut(Out):
    kind: str
    id: UUID
    code: str


class WorkOut(Out):
    """Open rows of one kind: how many, the ids of up to 50, and the clocks that run for them."""

    service: str
    division: str
    kind: str
    open: int
    ids: list[str]
    clocks: dict[str, int]


class BorderPlanOut(Out):
    """Pairs that go, pairs that come with kilometres and kind, and neighbours nobody has placed."""

    removed: list[tuple[str, str]]
    added: list[tuple[str, str, float, BorderKind]]
    missing: list[str]


class PreviewOut(Out):
    """What a change would move; nothing of what any row says."""

    made_at: datetime
    not_reachable: list[str]
    work: list[WorkOut]
    borders: BorderPlanOut


class ChangeStepOut(Out):
    action: str
    state: ChangeState
    actor_name: str
    reason: str | None
    at: datetime


class DivisionChangeLineOut(Out):
    """A change in a list."""

    id: UUID
    kind: ChangeKind
    state: ChangeState
    authority: str
    predecessors: list[str]
    successors: list[SuccessorOut]
    effective_on: date
    document: DocumentOut
    version: int

    @classmethod
    def line(cls, row: DivisionChange) -> Self:
        return cls(**_line(row))


class DivisionChangeOut(DivisionChangeLineOut):
    """A change with its preview and its history."""

    main: str | None
    assignments: list[AssignmentOut]
    borders: list[dict[str, Any]]
    drafted_by_name: str
    drafted_at: datetime
    published_by_name: str | None
    published_at: datetime | None
    applied_at: datetime | None
    preview: PreviewOut | None
    steps: list[ChangeStepOut]
    actions: list[str]

    @classmethod
    def of(
        cls, row: DivisionChange, steps: Sequence[DivisionChangeStep], actions: list[str]
    ) -> Self:
        return cls(
            **_line(row),
            main=row.main,
            assignments=[AssignmentOut.model_validate(each) for each in row.assignments],
            borders=row.borders,
            drafted_by_name=row.drafted_by_name,
            drafted_at=row.drafted_at,
            published_by_name=row.published_by_name,
            published_at=row.published_at,
            applied_at=row.applied_at,
            preview=_preview(row),
            steps=[ChangeStepOut.model_validate(each) for each in steps],
            actions=actions,
        )


def _line(row: DivisionChange) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": row.kind,
        "state": row.state,
        "authority": row.authority,
        "predecessors": row.predecessors,
        "successors": row.successors,
        "effective_on": row.effective_on,
        "document": {"title": row.document_title, "number": row.document_number},
        "version": row.version,
    }


def _preview(row: DivisionChange) -> PreviewOut | None:
    if row.preview is None:
        return None
    return PreviewOut.model_validate({"made_at": row.previewed_at, **row.preview})
