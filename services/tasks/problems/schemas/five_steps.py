"""Bodies of the five steps and the three lists, in and out."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from services.tasks.inspections.models.inspections import Inspection
from services.tasks.problems.domain.five_steps import (
    DemandAction,
    DemandKind,
    DemandState,
    Ground,
    Manner,
    PublicationKind,
    PunishmentState,
    Step,
)
from services.tasks.problems.domain.life import Category, ProblemState, Severity
from services.tasks.problems.models.five_steps import ProblemPublication, ServiceDemand
from services.tasks.problems.models.problems import Problem
from services.tasks.problems.queries.five_steps import Lists
from services.tasks.problems.schemas.problems import Day
from services.tasks.problems.use_cases.five_steps import (
    Announcement,
    Office,
    Telling,
    demand_steps,
)
from shared.auth.actor import Actor
from shared.http.body import Body, Instant, LongText, Out, ShortText


class TellingIn(Body):
    """Step 1: whom the list of problems was told, how and when."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "inspection_id": "018f3c5e-7b1a-7c3d-9e2f-1a2b3c4d5e6f",
                "told_to": "法定代表人",
                "is_legal_representative": True,
                "manner": "in_person",
                "told_at": "2026-04-20T10:30:00+08:00",
            }
        }
    )

    inspection_id: UUID
    told_to: ShortText
    is_legal_representative: bool
    manner: Manner
    told_at: Instant

    def telling(self) -> Telling:
        return Telling(self.told_to, self.is_legal_representative, self.manner, self.told_at)


class DemandIn(Body):
    """Step 2: what help the enterprise asks for; `none` says that it asked for none."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "inspection_id": "018f3c5e-7b1a-7c3d-9e2f-1a2b3c4d5e6f",
                "kind": "technology",
                "demand": "需要酸雾收集改造的技术指导",
                "stated_by": "环保负责人",
            }
        }
    )

    inspection_id: UUID
    kind: DemandKind
    demand: LongText
    stated_by: ShortText


class ServiceIn(Body):
    """The tailored service and who gives it."""

    service: LongText
    provider: ShortText


class OutcomeIn(Body):
    outcome: LongText


class OfficeIn(Body):
    kind: Category
    office: ShortText
    person: ShortText


class OfficesIn(Body):
    """Step 3: an office and a person for each kind of problem that was found."""

    inspection_id: UUID
    offices: Annotated[list[OfficeIn], Field(min_length=1, max_length=len(Category))]

    def named(self) -> list[Office]:
        return [Office(each.kind, each.office, each.person) for each in self.offices]


class PunishIn(Body):
    """Step 4: on what ground the problem is offered for a case."""

    ground: Ground
    facts: LongText


class CaseIn(Body):
    case_ref: ShortText


class AnnouncementIn(Body):
    """Step 5: what was published where, under which number."""

    problem_id: UUID
    kind: PublicationKind
    title: ShortText
    reference: ShortText
    place: ShortText
    published_on: Day

    def announcement(self) -> Announcement:
        return Announcement(self.kind, self.title, self.reference, self.place, self.published_on)


class ToldOut(Out):
    id: UUID
    problem_ids: list[UUID]
    told_to: str
    is_legal_representative: bool
    manner: Manner
    told_at: datetime
    told_by_name: str


class DemandOut(Out):
    id: UUID
    inspection_id: UUID
    division: str
    kind: DemandKind
    demand: str
    stated_by: str
    stated_at: datetime
    state: DemandState
    service: str | None
    provider: str | None
    outcome: str | None
    ended_at: datetime | None
    version: int


class DemandItem(DemandOut):
    actions: list[DemandAction]

    @classmethod
    def of(cls, row: ServiceDemand, actor: Actor) -> Self:
        shown = DemandOut.model_validate(row)
        return cls(**shown.model_dump(), actions=demand_steps(actor, row))


class OfficeOut(Out):
    id: UUID
    kind: Category
    office: str
    person: str
    named_at: datetime
    named_by_name: str


class PunishmentOut(Out):
    id: UUID
    problem_id: UUID
    round: int
    ground: Ground
    basis: str | None
    facts: str
    state: PunishmentState
    offered_at: datetime
    offered_by_name: str
    case_ref: str | None
    taken_at: datetime | None


class AnnouncementOut(Out):
    id: UUID
    problem_id: UUID
    kind: PublicationKind
    title: str
    reference: str
    place: str
    published_on: date
    object_name: str
    object_code: str
    recorded_at: datetime


class FeedItem(AnnouncementOut):
    """An entry for the credit platform."""

    division: str
    category: Category

    @classmethod
    def of_pair(cls, row: ProblemPublication, problem: Problem) -> Self:
        shown = AnnouncementOut.model_validate(row)
        return cls(**shown.model_dump(), division=problem.division, category=problem.category)


class ListedProblem(Out):
    """A line of the problem list 问题清单."""

    id: UUID
    category: Category
    severity: Severity
    description: str
    state: ProblemState
    due_at: datetime
    responsible_unit: str | None
    responsible_person: str | None


class FiveSteps(Out):
    """One inspection by the five steps, with the three lists as data to print."""

    inspection_id: UUID
    task_id: UUID
    division: str
    steps: dict[Step, bool]
    problem_list: list[ListedProblem]
    told: list[ToldOut]
    demand_list: list[DemandOut]
    responsibility_list: list[OfficeOut]
    punishments: list[PunishmentOut]
    publications: list[AnnouncementOut]

    @classmethod
    def of(cls, inspection: Inspection, lists: Lists) -> Self:
        recorded = lists.recorded()
        return cls(
            inspection_id=inspection.id,
            task_id=inspection.task_id,
            division=inspection.division,
            steps={step: step in recorded for step in Step},
            problem_list=[ListedProblem.model_validate(each) for each in lists.problems],
            told=[ToldOut.model_validate(each) for each in lists.told],
            demand_list=[DemandOut.model_validate(each) for each in lists.demands],
            responsibility_list=[OfficeOut.model_validate(each) for each in lists.in_charge],
            punishments=[PunishmentOut.model_validate(each) for each in lists.punishments],
            publications=[AnnouncementOut.model_validate(each) for each in lists.publications],
        )
