"""Bodies of rounds of file reviews."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final, Self
from uuid import UUID

from pydantic import ConfigDict, Field, JsonValue

from services.regions.file_reviews.domain.assigning import Level
from services.regions.file_reviews.domain.life import FileState, Purpose, State
from services.regions.file_reviews.domain.scoring import FinalRule, ItemKind, Mark
from services.regions.file_reviews.queries import RoundFile
from services.regions.file_reviews.use_cases.convening import Wanted
from services.regions.file_reviews.use_cases.looking import (
    Key,
    Progress,
    Summary,
    Verification,
)
from shared.http.body import Body, Code, Division, LongText, Out, ShortText

Points = Annotated[Decimal, Field(ge=0, le=100, max_digits=5, decimal_places=2)]
AN_ITEM: Final[dict[str, JsonValue]] = {
    "code": "facts",
    "text": "违法事实认定清楚",
    "kind": "deduction",
    "basis": "行政处罚法第四十条",
    "max_points": 20,
    "weight": 20,
}


class ItemIn(Body):
    """One line of a rubric; a veto has neither points nor weight."""

    code: Code
    text: ShortText
    kind: ItemKind
    basis: ShortText
    max_points: Annotated[int, Field(ge=0, le=100)] = 0
    weight: Annotated[int, Field(ge=0, le=100)] = 0


class RoundIn(Body):
    """A round; readers per file and rubric are as the settings say when left out."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "title": "成德眉资雅2026年案卷交叉评查",
                "convener": "510100",
                "parties": ["510100", "510600", "511400", "511800", "512000"],
                "kinds": ["penalty"],
                "closed_from": "2025-10-01",
                "closed_to": "2026-09-30",
                "files_per_division": 2,
                "readers_per_file": 2,
                "rubric": [AN_ITEM],
            }
        }
    )

    title: ShortText
    convener: Division
    parties: Annotated[list[Division], Field(min_length=2, max_length=30)]
    kinds: Annotated[list[Code], Field(min_length=1, max_length=20)]
    closed_from: date
    closed_to: date
    files_per_division: Annotated[int, Field(ge=1, le=50)]
    readers_per_file: Annotated[int, Field(ge=1, le=5)] | None = None
    rubric: Annotated[list[ItemIn], Field(min_length=1, max_length=60)] | None = None
    agreement_id: UUID | None = None

    def value(self) -> Wanted:
        return Wanted(
            title=self.title,
            convener=self.convener,
            parties=tuple(self.parties),
            kinds=tuple(self.kinds),
            closed_from=self.closed_from,
            closed_to=self.closed_to,
            files_per_division=self.files_per_division,
            readers_per_file=self.readers_per_file,
            rubric=tuple(each.model_dump(mode="json") for each in self.rubric or ()) or None,
            agreement_id=self.agreement_id,
        )


class ConsentIn(Body):
    """A division's word in its own name; who declines says why."""

    division: Division
    consents: bool
    reason: LongText | None = None


class ReviewersIn(Body):
    """Officers of the own division who read for it."""

    division: Division
    officers: Annotated[list[UUID], Field(min_length=1, max_length=100)]


class SubstituteIn(Body):
    """Who drops out: by officer id for the own division, by reader's code for the convener."""

    reader: Code
    reason: LongText


class FileCodeIn(Body):
    """A file by its blind code."""

    code: Code


class DecideIn(Body):
    """Whether the other reader's score stands instead of the first result."""

    code: Code
    grants: bool
    reason: LongText


class MarkIn(Body):
    """What is taken off an item, with its reason; of a veto, that it holds."""

    item: Code
    points: Points = Decimal(0)
    reason: LongText

    def value(self) -> Mark:
        return Mark(self.item, self.reason, self.points)


class MeetIn(Body):
    """What those who read the file agreed on."""

    code: Code
    marks: Annotated[list[MarkIn], Field(max_length=60)]
    minutes: LongText


class CancelIn(Body):
    reason: LongText


class ItemOut(Out):
    code: str
    text: str
    kind: ItemKind
    basis: str
    max_points: int
    weight: int


class RulesOut(Out):
    """What was settled when the round opened."""

    readers_per_file: int
    threshold: Decimal
    final_rule: FinalRule
    third_rule: FinalRule
    veto_score: Decimal
    opens_reader_division: bool
    reading_working_days: int
    objection_working_days: int


class PartyOut(Out):
    division: str
    consents: bool | None
    reason: str | None
    answered_at: datetime | None
    takes_part: bool | None


class ReviewerOut(Out):
    """A reviewer of the caller's own division."""

    officer_id: UUID
    division: str
    name: str
    dropped_at: datetime | None
    drop_reason: str | None


class StepOut(Out):
    action: str
    state: State
    actor_name: str
    reason: str | None
    at: datetime


class FileReviewLineOut(Out):
    """A round in a list."""

    id: UUID
    title: str
    convener: str
    state: State
    kinds: list[str]
    closed_from: date
    closed_to: date
    files_per_division: int
    opened_at: datetime
    submit_due_at: datetime | None
    assigned_at: datetime | None
    published_at: datetime | None
    objection_due_at: datetime | None
    closed_at: datetime | None
    version: int


class RoundOut(FileReviewLineOut):
    """A round with its rules; of reviewers and steps those the caller may know of.

    `seed` is revealed with the assignment; `key_hash` is that of the key the codes are made with.
    """

    agreement_id: UUID | None
    rubric: list[ItemOut]
    rules: RulesOut
    seed_hash: str
    key_hash: str
    seed: str | None
    level: Level | None
    cancel_reason: str | None
    parties: list[PartyOut]
    reviewers: list[ReviewerOut]
    steps: list[StepOut]
    actions: list[str]

    @classmethod
    def of(cls, file: RoundFile, actions: list[str]) -> Self:
        row = file.round
        return cls(
            **FileReviewLineOut.model_validate(row).model_dump(),
            agreement_id=row.agreement_id,
            rubric=[ItemOut.model_validate(each) for each in file.rubric],
            rules=RulesOut.model_validate(file.rules),
            seed_hash=row.seed_hash,
            key_hash=row.key_hash,
            seed=row.seed,
            level=row.level,
            cancel_reason=row.cancel_reason,
            parties=[PartyOut.model_validate(each) for each in file.parties],
            reviewers=[ReviewerOut.model_validate(each) for each in file.reviewers],
            steps=[StepOut.model_validate(each) for each in file.steps],
            actions=actions,
        )


class ProgressLineOut(Out):
    """A file by its code, its readers by theirs; totals once all of its readers are in."""

    code: str
    state: FileState
    readers: list[str]
    waiting: list[str]
    totals: list[Decimal]
    objection: str | None


class ProgressOut(Out):
    files: list[ProgressLineOut]

    @classmethod
    def of(cls, files: list[Progress]) -> Self:
        return cls(files=[ProgressLineOut.model_validate(each) for each in files])


class DrawOut(Out):
    """One assignment in codes: `problem` with the seed gives `pairs` of file and reader again."""

    number: int
    purpose: Purpose
    level: Level
    problem: dict[str, Any]
    pairs: list[list[str]]
    holds: bool


class VerificationOut(Out):
    """Whether the seed is the one whose hash was published and every assignment comes out again."""

    holds: bool
    seed_hash: str
    seed: str | None
    seed_holds: bool
    draws: list[DrawOut]

    @classmethod
    def of(cls, found: Verification) -> Self:
        return cls(
            holds=found.seed_holds and all(holds for _, holds in found.draws),
            seed_hash=found.seed_hash,
            seed=found.seed,
            seed_holds=found.seed_holds,
            draws=[
                DrawOut(
                    number=each.number,
                    purpose=each.purpose,
                    level=each.level,
                    problem=each.problem,
                    pairs=each.pairs,
                    holds=holds,
                )
                for each, holds in found.draws
            ],
        )


class RankingOut(Out):
    rank: int
    division: str
    files: int
    average: Decimal
    vetoes: int


class CommonFaultOut(Out):
    """An item and how many files have a fault in it."""

    item: str
    files: int


class SummaryOut(Out):
    """Averages by division and common faults by item; empty until the round is closed."""

    closed: bool
    rankings: list[RankingOut]
    common_faults: list[CommonFaultOut]

    @classmethod
    def of(cls, found: Summary | None) -> Self:
        if found is None:
            return cls(closed=False, rankings=[], common_faults=[])
        return cls(
            closed=True,
            rankings=[RankingOut.model_validate(each) for each in found.rankings],
            common_faults=[
                CommonFaultOut(item=item, files=files) for item, files in found.common_faults
            ],
        )


class KeyReaderOut(Out):
    name: str
    division: str
    purpose: Purpose
    total: Decimal | None


class KeyLineOut(Out):
    """Whose file it is and who read it."""

    code: str
    division: str
    reference: str
    readers: list[KeyReaderOut]


class KeyOut(Out):
    """对照表; `key` makes the codes from file and officer ids, so that they can be checked too."""

    key: str
    files: list[KeyLineOut]

    @classmethod
    def of(cls, found: Key) -> Self:
        return cls(
            key=found.secret.key,
            files=[
                KeyLineOut(
                    code=line.file.code,
                    division=line.file.division,
                    reference=line.file.reference,
                    readers=[
                        KeyReaderOut(
                            name=name,
                            division=each.division,
                            purpose=each.purpose,
                            total=each.total,
                        )
                        for each, name in line.readings
                    ],
                )
                for line in found.lines
            ],
        )
