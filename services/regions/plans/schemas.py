"""Bodies of joint plans."""

from datetime import date, datetime
from typing import Annotated, Any, Final, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from services.regions.agreements.domain import Focus, Form, Link, Season
from services.regions.agreements.domain.consent import Answer, BoundBy, common_superior
from services.regions.agreements.schemas import Industry, Sha256
from services.regions.plans.domain import contents
from services.regions.plans.domain.contents import (
    Figures,
    ItemState,
    ItemTerms,
    Outcome,
    Period,
    PlanTerms,
    Quota,
    Window,
)
from services.regions.plans.domain.life import State
from services.regions.plans.models import PlanStep, PlanText
from services.regions.plans.queries import PlanFile, fact
from shared.http.body import Body, Code, Division, LongText, Out, Reason, ShortText

Month = Annotated[int, Field(ge=1, le=12)]
Year = Annotated[int, Field(ge=2000, le=2199)]


class WindowIn(Body):
    """Months of comprehensive action, the first and the last included."""

    season: Season
    form: Form = Form.COMPREHENSIVE
    first_month: Month
    last_month: Month

    def value(self) -> Window:
        return Window(self.season, self.form, self.first_month, self.last_month)


class ItemIn(Body):
    """A matter of the plan; without `year` it is of the plan's year."""

    year: Year | None = None
    first_month: Month
    last_month: Month
    form: Form
    focus: Focus | None = None
    media: Annotated[list[Code], Field(max_length=20)] = Field(default_factory=list)
    industries: Annotated[list[Industry], Field(max_length=200)] = Field(default_factory=list)
    what: LongText
    places: Annotated[list[Division], Field(max_length=100)] = Field(default_factory=list)
    responsible: Division

    def value(self, year: int) -> ItemTerms:
        return ItemTerms(
            year=self.year or year,
            first_month=self.first_month,
            last_month=self.last_month,
            form=self.form,
            focus=self.focus,
            media=tuple(self.media),
            industries=tuple(self.industries),
            what=self.what,
            places=tuple(self.places),
            responsible=self.responsible,
        )


_PLAN: Final[dict[str, Any]] = {
    "title": "宁波市、嘉兴市2026年联动执法实施方案",
    "body": "围绕交界地区开展综合联动、日常联动、应急联动和交流联动。",
    "year": 2026,
    "valid_from": "2026-01-01",
    "valid_to": "2026-12-31",
    "parties": ["330200", "330400"],
    "forms": ["comprehensive", "daily", "emergency", "exchange"],
    "links": ["area", "time", "staff", "information"],
    "focuses": ["air", "water", "waste", "off_site"],
    "items": [
        {
            "first_month": 7,
            "last_month": 7,
            "form": "comprehensive",
            "focus": "waste",
            "what": "跨界联合检查",
            "responsible": "330400",
        }
    ],
}


class RevisionIn(Body):
    """The whole text of a plan; without `year` it is a scheme of several years.

    Without figures of its own (`min_ops`, `quota_period`, `windows`) those of the settings hold.
    """

    model_config = ConfigDict(json_schema_extra={"example": _PLAN})

    agreement_id: UUID | None = None
    parent_plan_id: UUID | None = None
    year: Year | None = None
    title: ShortText
    body: LongText
    valid_from: date
    valid_to: date
    parties: Annotated[list[Division], Field(min_length=2, max_length=100)]
    forms: Annotated[list[Form], Field(min_length=1, max_length=4)]
    links: Annotated[list[Link], Field(max_length=4)] = Field(default_factory=list)
    focuses: Annotated[list[Focus], Field(max_length=4)] = Field(default_factory=list)
    min_ops: Annotated[int, Field(ge=1, le=366)] | None = None
    quota_period: Period | None = None
    windows: Annotated[list[WindowIn], Field(min_length=1, max_length=12)] | None = None
    items: Annotated[list[ItemIn], Field(max_length=200)] = Field(default_factory=list)

    def value(self) -> PlanTerms:
        year = self.year or self.valid_from.year
        return PlanTerms(
            agreement_id=self.agreement_id,
            parent_plan_id=self.parent_plan_id,
            year=self.year,
            title=self.title,
            body=self.body,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            parties=tuple(self.parties),
            forms=tuple(dict.fromkeys(self.forms)),
            links=tuple(dict.fromkeys(self.links)),
            focuses=tuple(dict.fromkeys(self.focuses)),
            min_ops=self.min_ops,
            quota_period=self.quota_period,
            windows=None if self.windows is None else tuple(map(WindowIn.value, self.windows)),
            items=tuple(each.value(year) for each in self.items),
        )


class PlanIn(RevisionIn):
    """A draft of `lead`: one of the parties, or the city above them."""

    model_config = ConfigDict(json_schema_extra={"example": {"lead": "330200", **_PLAN}})

    lead: Division


class NoteIn(Body):
    reason: Reason | None = None


class ReasonIn(Body):
    reason: Reason


class AnswerIn(Body):
    """A party's word on the text of this hash; who declines says why."""

    division: Division
    agrees: bool
    text_hash: Sha256
    reason: Reason | None = None


class PartyReasonIn(Body):
    division: Division
    reason: Reason


class ProgressIn(Body):
    """What became of a matter: `told` is how far it is, with what it was done, or why dropped."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"outcome": "done", "told": "检查企业12家次", "done_on": "2026-02-27"}
        }
    )

    outcome: Outcome
    told: LongText
    done_on: date | None = None


class SummaryIn(Body):
    summary: LongText


class PartyOut(Out):
    division: str
    answer: Answer
    answered_hash: str | None
    answered_at: datetime | None
    answered_name: str | None
    answer_reason: str | None


class ItemOut(Out):
    id: UUID
    year: int
    first_month: int
    last_month: int
    due_on: date
    form: Form
    focus: Focus | None
    media: list[str]
    industries: list[str]
    what: str
    places: list[str]
    responsible: str
    state: ItemState
    outcome: str | None
    done_on: date | None
    closed_at: datetime | None
    closed_name: str | None


class WindowOut(Out):
    season: Season
    form: Form
    first_month: int
    last_month: int


class QuotaOut(Out):
    """What each group owes; `own` says whether the figures are the plan's or the settings'."""

    min_ops: int
    period: Period
    windows: list[WindowOut]
    own: list[str]


class FiguresOut(Out):
    """Completion: of what was not dropped, how much is done."""

    total: int
    done: int
    dropped: int
    open: int
    overdue: int
    completed_percent: float | None


class StepOut(Out):
    action: str
    state: State
    division: str | None
    item_id: UUID | None
    text_version: int
    actor_name: str
    reason: str | None
    at: datetime


class TextLineOut(Out):
    """A text that was before the parties."""

    text_version: int
    text_hash: str
    actor_name: str
    at: datetime


class TextOut(TextLineOut):
    """The same, whole: `content` in canonical JSON (sorted keys, no blanks, UTF-8) has the hash."""

    content: dict[str, Any]


class PlanLineOut(Out):
    """A plan in a list."""

    id: UUID
    agreement_id: UUID | None
    parent_plan_id: UUID | None
    year: int | None
    title: str
    lead: str
    state: State
    valid_from: date
    valid_to: date
    version: int


class PlanOut(PlanLineOut):
    """A plan whole. `missing` are the parties that have not agreed to the text before them."""

    body: str
    forms: list[Form]
    links: list[Link]
    focuses: list[Focus]
    quota: QuotaOut
    text_version: int
    text_hash: str
    superior: str | None
    missing: list[str]
    countersign_until: datetime | None
    decision_asked_at: datetime | None
    issued_by: BoundBy | None
    issued_at: datetime | None
    decided_by: str | None
    decision_reason: str | None
    summary: str | None
    closed_at: datetime | None
    parties: list[PartyOut]
    items: list[ItemOut]
    figures: FiguresOut
    figures_by_party: dict[str, FiguresOut]
    texts: list[TextLineOut]
    steps: list[StepOut]
    actions: list[str]

    @classmethod
    def of(
        cls,
        file: PlanFile,
        *,
        quota: Quota,
        texts: list[PlanText],
        steps: list[PlanStep],
        today: date,
        actions: list[str],
    ) -> Self:
        row = file.plan
        own = {"min_ops": row.min_ops, "period": row.quota_period, "windows": row.windows}
        facts = file.facts
        return cls.model_validate(
            {
                **row.model_dump(),
                "superior": common_superior(file.codes),
                "missing": file.countersigning.consents.missing,
                "quota": {
                    "min_ops": quota.min_ops,
                    "period": quota.period,
                    "windows": [WindowOut.model_validate(each) for each in quota.windows],
                    "own": [name for name, value in own.items() if value is not None],
                },
                "parties": [PartyOut.model_validate(each) for each in file.parties],
                "items": [
                    {**each.model_dump(), "due_on": fact(each).due_on} for each in file.items
                ],
                "figures": _figures(contents.figures(facts, today=today)),
                "figures_by_party": {
                    code: _figures(
                        contents.figures(
                            (each for each in facts if each.responsible == code), today=today
                        )
                    )
                    for code in file.codes
                },
                "texts": [TextLineOut.model_validate(each) for each in texts],
                "steps": [StepOut.model_validate(each) for each in steps],
                "actions": actions,
            }
        )


def _figures(found: Figures) -> FiguresOut:
    return FiguresOut.model_validate(found)
