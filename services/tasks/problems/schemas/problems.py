"""Bodies of problems, in and out."""

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from services.tasks.dispatch.use_cases.crews import Crew
from services.tasks.problems.domain.closing import Assessed, Pace, Standard, Verdict, pace
from services.tasks.problems.domain.five_steps import PunishmentState
from services.tasks.problems.domain.life import (
    Category,
    ListLevel,
    ProblemAction,
    ProblemState,
    Severity,
)
from services.tasks.problems.domain.lists import ListingState
from services.tasks.problems.domain.time import ExtensionState
from services.tasks.problems.models.problems import Problem
from services.tasks.problems.use_cases.rectification import Finding, Responsibility
from services.tasks.problems.use_cases.steps import next_steps
from shared.auth.actor import Actor
from shared.clock_rows.rows import ClockRow, ClockState
from shared.clocks.calendar import WorkCalendar
from shared.errors import Language
from shared.http.body import FIRST_YEAR, LAST_YEAR, Body, Instant, LongText, Out, ShortText

# Days outside these years are typing errors, as instants are.
Day = Annotated[date, Field(ge=date(FIRST_YEAR, 1, 1), le=date(LAST_YEAR, 12, 31))]
Officers = Annotated[list[UUID], Field(min_length=1, max_length=50)]


class ProblemIn(Body):
    """`due_on` is needed for a major problem and follows from the rules for any other."""

    inspection_id: UUID
    category: Category
    severity: Severity
    is_key: bool = False
    description: LongText
    traceable_source: ShortText
    list_level: ListLevel = ListLevel.NONE
    external_list_ref: ShortText | None = None
    found_at: Instant
    due_on: Day | None = None

    def finding(self) -> Finding:
        return Finding(**self.model_dump(exclude={"inspection_id"}))


class AssignmentIn(Body):
    """`account_id` is the person's login, if there is one: they then may not verify."""

    unit: ShortText
    person: ShortText
    account_id: UUID | None = None

    def responsibility(self) -> Responsibility:
        return Responsibility(self.unit, self.person, self.account_id)


class MeasuresIn(Body):
    """`long_term` 长期坚持: measures that have to be kept up."""

    measures: LongText
    long_term: bool = False


class SubmissionIn(Body):
    """Evidence of the same task; at least one piece taken after the finding."""

    proof: Annotated[list[UUID], Field(min_length=1, max_length=100)]


class VerificationIn(Body):
    """The officers who went, all of the task's team, the caller among them."""

    officer_ids: Officers
    result: LongText


class StandardIn(Body):
    """How one standard of closing is met, and on what that rests."""

    standard: Standard
    verdict: Verdict
    ground: ShortText


class ApprovalIn(Body):
    """Each standard of closing once; some may be `not_needed`, unless the records say they are."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "opinion": "同意销号",
                "standards": [
                    {"standard": each, "verdict": "met", "ground": "现场核查记录"}
                    for each in Standard
                ],
            }
        }
    )

    opinion: LongText
    standards: Annotated[list[StandardIn], Field(min_length=1, max_length=len(Standard))]

    def assessed(self) -> list[Assessed]:
        return [Assessed(each.standard, each.verdict, each.ground) for each in self.standards]


class ExtensionIn(Body):
    """The legal day at whose end the problem is to be put right instead."""

    due_on: Day
    reason: LongText


class ExtensionDecisionIn(Body):
    granted: bool
    opinion: LongText


Listed = Literal[ListLevel.COUNTY, ListLevel.CITY, ListLevel.PROVINCE]


class EnlistIn(Body):
    level: Listed
    reason: LongText


class SentIn(Body):
    level: Listed


class ReceivedIn(Body):
    """The number the problem has on the list, e.g. on the province's 七张问题清单 platform."""

    level: Listed
    reference: ShortText


class FilingIn(Body):
    """备案 by the level that keeps the list."""

    level: Listed
    filing_ref: ShortText


class PublicationIn(Body):
    """Where it was published; its number on the list, unless that is known already."""

    publication_ref: Annotated[ShortText, Field(max_length=500)]
    external_list_ref: ShortText | None = None


class RejectionIn(Body):
    reason: LongText


class CompletionIn(Body):
    summary: LongText


class BasisOut(Out):
    law_code: str
    article: str
    title_zh: str
    title_en: str


class DeadlineOut(Out):
    """A clock of the problem, with what it rests on and how it came about."""

    kind: str
    state: ClockState
    due_on: date | None
    due_at: datetime | None
    provisional: bool
    ended_at: datetime | None
    basis: BasisOut
    explanation: list[str]

    @classmethod
    def of(cls, clock: ClockRow, calendar: WorkCalendar, language: Language) -> Self:
        return cls(
            kind=clock.kind,
            state=clock.state,
            due_on=clock.due_on,
            due_at=clock.due_at,
            provisional=clock.provisional,
            ended_at=clock.ended_at,
            basis=BasisOut.model_validate(clock.term.basis),
            explanation=[step.text(language) for step in clock.explanation(calendar)],
        )


class VerifierOut(Out):
    round: int
    officer_id: UUID
    name: str
    verified_at: datetime


class ProblemStepOut(Out):
    action: ProblemAction
    state: ProblemState
    actor_name: str
    note: str | None
    at: datetime


class ProblemFacts(Out):
    """What the row itself says."""

    id: UUID
    task_id: UUID
    inspection_id: UUID
    division: str
    parties: list[str]
    category: Category
    severity: Severity
    is_key: bool
    description: str
    traceable_source: str
    list_level: ListLevel
    external_list_ref: str | None
    state: ProblemState
    found_at: datetime
    due_on: date
    due_at: datetime
    responsible_unit: str | None
    responsible_person: str | None
    responsible_account_id: UUID | None
    measures: str | None
    proof: list[UUID]
    reject_count: int
    accepter_id: UUID | None
    accepter_name: str | None
    publication_ref: str | None
    closed_at: datetime | None
    long_term: bool
    punishment: PunishmentState | None
    reopen_count: int
    reopened_at: datetime | None
    raised_to: str | None
    raised_at: datetime | None
    version: int


class ProblemLine(ProblemFacts):
    """A problem as the worklist shows it; `pace` is none once it is behind."""

    pace: Pace | None
    actions: list[ProblemAction]

    @classmethod
    def of(cls, problem: Problem, crew: Crew | None, actor: Actor, now: datetime) -> Self:
        return cls(
            **ProblemFacts.model_validate(problem).model_dump(),
            pace=pace(problem.state, long_term=problem.long_term, due_at=problem.due_at, now=now),
            actions=next_steps(actor, problem, crew),
        )


class StandardOut(Out):
    standard: Standard
    verdict: Verdict
    ground: str


class AcceptanceOut(Out):
    """Who signed for which division, and how each standard was answered."""

    round: int
    division: str
    accepter_id: UUID
    accepter_name: str
    standards: list[StandardOut]
    opinion: str
    at: datetime


class ExtensionOut(Out):
    round: int
    state: ExtensionState
    reason: str
    due_before: datetime
    due_on: date
    asked_at: datetime
    asked_by_name: str
    decided_at: datetime | None
    decided_by_name: str | None
    opinion: str | None


class ListingOut(Out):
    level: ListLevel
    division: str
    state: ListingState
    reference: str | None
    reason: str
    entered_at: datetime
    sent_at: datetime | None
    received_at: datetime | None
    filing_ref: str | None
    filed_at: datetime | None


class ProblemOut(ProblemLine):
    """A problem with its clocks, its lists and with everybody who went to see."""

    deadlines: list[DeadlineOut]
    verifiers: list[VerifierOut]
    listings: list[ListingOut]
