"""Bodies of assistance requests and hand-overs."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from services.regions.assistance.domain import course
from services.regions.assistance.domain.course import Duty, State
from services.regions.assistance.domain.evidence import (
    CustodyStep,
    EvidenceItem,
    EvidenceKind,
    Receipt,
)
from services.regions.assistance.domain.handing import Ground
from services.regions.assistance.domain.requests import Asked, Outcome
from services.regions.assistance.queries import AnyLetter, LetterFile
from shared.clock_rows.rows import ClockState
from shared.contracts.origins import Matter
from shared.http.body import Body, Code, Division, Instant, LongText, Out, Reason, ShortText
from shared.http.matter import MatterIn

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$"), Field(examples=["ab" * 32])]
CaseId = Annotated[ShortText, StringConstraints(max_length=64)]
HASH: Final = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
MATTER: Final[dict[str, Any]] = {
    "title": "跨界水污染线索",
    "division": "330282",
    "media": ["water"],
    "place": "界河下游断面",
    "facts": "夜间排放,下游断面氨氮异常",
}
REPORT: Final[dict[str, Any]] = {
    "title": "监测报告",
    "sha256": HASH,
    "kind": "monitoring_report",
    "taken_at": "2026-03-01T09:00:00+08:00",
    "taken_by": ["浙A0001", "浙A0002"],
    "chain": [
        {
            "at": "2026-03-01T11:00:00+08:00",
            "giver": "浙A0001",
            "taker": "监测站收样员",
            "what": "送样",
        }
    ],
    "cma_number": "171100000001",
    "method_standard": "HJ 535-2009",
}


class CustodyStepIn(Body):
    """Who passed the item to whom; the first gives who took it."""

    at: Instant
    giver: ShortText
    taker: ShortText
    what: ShortText


class EvidenceIn(Body):
    """One line of the custody list. The file itself goes its own way; its hash identifies it."""

    title: ShortText
    sha256: Sha256
    kind: EvidenceKind
    taken_at: Instant
    taken_by: Annotated[list[ShortText], Field(max_length=20)]
    chain: Annotated[tuple[CustodyStepIn, ...], Field(max_length=50)] = ()
    cma_number: Code | None = None
    method_standard: ShortText | None = None

    def value(self) -> EvidenceItem:
        chain = [CustodyStep(each.at, each.giver, each.taker, each.what) for each in self.chain]
        return EvidenceItem(
            title=self.title,
            sha256=self.sha256,
            kind=self.kind,
            taken_at=self.taken_at,
            taken_by=self.taken_by,
            chain=chain,
            cma_number=self.cma_number,
            method_standard=self.method_standard,
        )


Evidence = Annotated[tuple[EvidenceIn, ...], Field(max_length=200)]


class AttachmentIn(Body):
    title: ShortText
    sha256: Sha256


class RequestIn(Body):
    """协查函. Within one division the other organ is named as the bureau it is."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "sender": "330281",
                "receiver": "330282",
                "kind": "sampling",
                "title": "协助采样",
                "facts": "界河上游疑有偷排",
                "asked": "请对贵方一侧排口采样监测",
                "urgent": True,
                "contact": "值班室 0574-62700000",
            }
        }
    )

    sender: Division
    receiver: Division
    receiver_bureau_id: UUID | None = None
    kind: Asked
    title: ShortText
    facts: LongText
    asked: LongText
    legal_basis: ShortText = "行政处罚法第二十六条"
    urgent: bool = Field(default=False, description="evidence may vanish")
    contact: ShortText
    attachments: Annotated[tuple[AttachmentIn, ...], Field(max_length=50)] = ()


class HandoverIn(Body):
    """移交: to the organ of the place of the act, or to another organ that is named."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "sender": "330281",
                "receiver": "330282",
                "matter": MATTER,
                "facts": "巡查发现排口位于慈溪一侧",
                "legal_view": "涉嫌违反水污染防治法第三十九条",
                "evidence": [REPORT],
                "urgent": False,
                "contact": "值班室 0574-62700000",
            }
        }
    )

    sender: Division
    receiver: Division
    receiver_bureau_id: UUID | None = None
    # By agreement or designation a matter comes out of a dispute of jurisdiction only.
    ground: Literal[Ground.PLACE_OF_ACT, Ground.OTHER_ORGAN] = Ground.PLACE_OF_ACT
    matter: MatterIn
    facts: LongText
    legal_view: LongText
    evidence: Evidence = ()
    urgent: bool = Field(default=False, description="evidence may vanish")
    contact: ShortText


class NoteIn(Body):
    reason: Reason | None = None


class ReasonIn(Body):
    reason: Reason


class BeginIn(Body):
    """What was done first."""

    measures: LongText


class ExtendIn(Body):
    """More working days for the answer, and why."""

    working_days: Annotated[int, Field(ge=1, le=100)]
    reason: Reason


class ForwardIn(Body):
    """The organ that is to get the letter instead."""

    receiver: Division
    receiver_bureau_id: UUID | None = None
    reason: Reason


class ReplyIn(Body):
    """The answer; who could not do all says why."""

    text: LongText
    outcome: Outcome
    reason: LongText | None = None


class RequestReplyIn(ReplyIn):
    """With what was collected, as a custody list."""

    receiver_case_id: CaseId | None = None
    evidence: Evidence = ()


class HandoverReplyIn(ReplyIn):
    """With the receiver's case number when the matter was taken over."""

    receiver_case_id: CaseId | None = None


class SeenIn(Body):
    """The receiver's own hash of an item."""

    evidence_id: UUID
    sha256: Sha256


class ReceiptIn(Body):
    items: Annotated[list[SeenIn], Field(min_length=1, max_length=200)]


class RecognitionIn(Body):
    """The legal reviewer's word on one item, with his reason."""

    evidence_id: UUID
    recognised: bool
    reason: Reason


class CustodyStepOut(Out):
    at: datetime
    giver: str
    taker: str
    what: str


class EvidenceOut(Out):
    """A line of the custody list, its receipt and its recognition."""

    id: UUID
    position: int
    title: str
    sha256: str
    kind: EvidenceKind
    taken_at: datetime
    taken_by: list[str]
    chain: list[CustodyStepOut]
    cma_number: str | None
    method_standard: str | None
    receipt: Receipt
    received_sha256: str | None
    received_at: datetime | None
    received_by: str | None
    recognised: bool | None
    lacks: list[str]
    recognition_reason: str | None
    recognised_at: datetime | None
    recognised_by: str | None


class StepOut(Out):
    action: str
    state: str
    actor_name: str
    reason: str | None
    at: datetime


class ClockOut(Out):
    kind: str
    state: ClockState
    due_on: date | None
    due_at: datetime | None
    provisional: bool
    ended_at: datetime | None


class AttachmentOut(Out):
    title: str
    sha256: str


class LetterLineOut(Out):
    """A letter in a list. `overdue`: a duty of the receiver's has run out and is not done."""

    id: UUID
    number: str
    sender: str
    receiver: str
    receiver_bureau_id: UUID | None
    urgent: bool
    state: State
    overdue: bool
    answered: bool
    escalated_at: datetime | None
    no_common_superior: bool
    receiver_case_id: str | None
    sent_at: datetime
    version: int

    @classmethod
    def line(cls, letter: AnyLetter, duties: Sequence[Duty], now: datetime) -> "LetterLineOut":
        return LetterLineOut(**_line(letter, duties, now))


def _line(letter: AnyLetter, duties: Sequence[Duty], now: datetime) -> dict[str, Any]:
    superior = course.common_superior(letter.sender, letter.receiver)
    unresolved = letter.escalated_at is not None or letter.state is State.REFERRED
    shown = set(LetterLineOut.model_fields) - {"overdue", "no_common_superior"}
    return {
        **{each: getattr(letter, each) for each in shown},
        "overdue": course.is_overdue(tuple(duties), now),
        # Late or referred, and nobody in this system stands above both.
        "no_common_superior": unresolved and superior is None,
    }


class _LetterOut(LetterLineOut):
    facts: str
    contact: str
    designated: bool
    acknowledged_at: datetime | None
    objection: str | None
    measures: str | None
    measures_at: datetime | None
    reply: str | None
    outcome: Outcome | None
    outcome_reason: str | None
    replied_at: datetime | None
    returns: int
    escalated_to: str | None
    common_superior: str | None = Field(description="the scope whose head decides between the two")
    follows_id: UUID | None
    followed_by_id: UUID | None
    evidence: list[EvidenceOut]
    clocks: list[ClockOut]
    steps: list[StepOut]
    actions: list[str]

    @classmethod
    def of(
        cls, file: LetterFile, actions: list[str], successor: UUID | None, now: datetime
    ) -> Self:
        letter = file.letter
        own = set(cls.model_fields) - set(LetterLineOut.model_fields) - _COMPUTED
        return cls(
            **_line(letter, file.duties, now),
            **{each: getattr(letter, each) for each in own},
            common_superior=course.common_superior(letter.sender, letter.receiver),
            followed_by_id=successor,
            evidence=[EvidenceOut.model_validate(each) for each in file.evidence],
            clocks=[ClockOut.model_validate(each) for each in file.clocks],
            steps=[StepOut.model_validate(each) for each in file.steps],
            actions=actions,
        )


_COMPUTED: Final = {
    "common_superior",
    "followed_by_id",
    "evidence",
    "clocks",
    "steps",
    "actions",
}


class RequestOut(_LetterOut):
    """An assistance request with its answer, evidence, clocks and history."""

    kind: Asked
    title: str
    asked: str
    legal_basis: str
    attachments: list[AttachmentOut]


class HandoverOut(_LetterOut):
    """A hand-over with its custody list, answer, clocks and history."""

    ground: Ground
    matter: Matter
    legal_view: str
    operation_id: UUID | None
    finding_id: UUID | None
