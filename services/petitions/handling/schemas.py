"""Bodies of the handling steps."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from services.petitions.handling.domain.acceptance import RefusalReason
from services.petitions.handling.domain.answer import Outcome
from services.petitions.handling.domain.competence import QuestionState
from services.petitions.handling.domain.extension import RequestState
from services.petitions.intake.domain import Purpose, Settled
from services.petitions.profiles.domain import Track
from shared.http.body import Body, Division, Instant, LongText, Out, Reason, ShortText


class TransferIn(Body):
    """To which unit, and a word to go with it."""

    unit: Division
    reason: ShortText | None = None


class AssignIn(TransferIn):
    """An assignment asks for a closing report by a day; the answer is that report."""

    report_due_on: date


class ReasonIn(Body):
    reason: ShortText


class StartIn(Body):
    reason: ShortText | None = None


class AcceptIn(Body):
    """`notice` is what the petitioner is told in writing."""

    notice: ShortText


class RefuseIn(Body):
    """`same_as_id` names the running or final petition a duplicate or final one is refused for."""

    ground: RefusalReason
    same_as_id: UUID | None = None
    notice: ShortText


class ReclassifyIn(Body):
    """Without a purpose, the present one stays if it fits the track."""

    purpose: Purpose | None = None
    track: Track
    reason: ShortText


class RequestExtensionIn(Body):
    days: Annotated[int, Field(ge=1, le=365, strict=True)]
    reason: ShortText


class ExtendIn(Body):
    """`notice` is what the petitioner is told; `consent` that of the assigning body, if needed."""

    notice: ShortText
    consent: ShortText | None = None


class ExtensionRequestOut(Out):
    """A request for more time and what became of it."""

    id: UUID
    state: RequestState
    days: int
    reason: str
    requested_by_name: str
    requested_at: datetime
    decided_by_name: str | None
    decided_at: datetime | None
    answer: str | None
    consent: str | None


class ReplyIn(Body):
    """The answer; a handling opinion (处理意见书) also states the request and the facts."""

    outcome: Outcome
    opinion: LongText
    legal_basis: ShortText
    request: LongText | None = None
    facts: LongText | None = None
    partial: Annotated[
        bool, Field(description="The first reply to a matter of which parts are unanswered")
    ] = False

    @property
    def parts(self) -> dict[str, str]:
        return self.model_dump(include={"legal_basis", "request", "facts"}, exclude_none=True)


class CompetenceIn(Body):
    """Which bodies may be competent, and which of them should accept."""

    bodies: Annotated[list[Division], Field(min_length=2, max_length=8)]
    lead: Division
    reason: ShortText

    @model_validator(mode="after")
    def _names_each_once(self) -> Self:
        if len(set(self.bodies)) != len(self.bodies):
            raise PydanticCustomError("doubled_division", "a body is named twice")
        return self


class LeadIn(Body):
    lead: Division
    reason: ShortText


class MeetingIn(Body):
    held_on: date
    minutes: LongText
    lead: Division


class CompetenceAnswerOut(Out):
    round: int
    body: str
    lead: str
    reason: str
    answered_by_name: str
    at: datetime


class CompetenceOut(Out):
    """A question of competence with every answer to it."""

    id: UUID
    petition_id: UUID
    state: QuestionState
    bodies: list[str]
    decider: str | None
    proposed: str
    reason: str
    opened_by_name: str
    opened_at: datetime
    round: int
    held_on: date | None
    minutes: str | None
    lead: str | None
    settled_by: Settled | None
    settled_at: datetime | None
    answers: list[CompetenceAnswerOut]
    actions: list[str]
    version: int


class UrgentIn(Body):
    reason: Reason


class QuestionIn(Body):
    """What the petitioner is asked to complete."""

    question: ShortText


class SupplementIn(Body):
    """What the petitioner added, as written."""

    text: LongText


class SomebodyIn(Body):
    """An account by its id and name, or nobody: the caller."""

    account_id: UUID | None = None
    account_name: ShortText | None = None
    reason: Reason

    @model_validator(mode="after")
    def _id_and_name(self) -> Self:
        if (self.account_id is None) != (self.account_name is None):
            raise PydanticCustomError("account_mismatch", "account_id and account_name go together")
        return self


class RecusalIn(SomebodyIn):
    """Whose interest in the matter bars from it; without an account the caller's own."""


class HandOverIn(SomebodyIn):
    """Who handles the petition from now on; without an account the caller does."""


class RecusalOut(Out):
    """Who is recused, why, and whether it was lifted."""

    id: UUID
    petition_id: UUID
    account_id: UUID
    account_name: str
    reason: str
    declared_by_name: str
    at: datetime
    lifted_by_name: str | None
    lifted_reason: str | None
    lifted_at: datetime | None


class MergeIn(Body):
    """Into which petition, and why."""

    into_id: UUID
    reason: Reason


class LiftIn(Body):
    reason: Reason


class SupervisorCallIn(Body):
    """Which supervisor of `regions` is asked to come, and when."""

    supervisor_id: UUID
    visit_at: Instant


class SupervisorNoteIn(Body):
    """Whether the supervisor came, and what he said; who did not come, why not."""

    came: bool
    remark: LongText | None = None


class ToldOut(Out):
    """All that a supervisor is told."""

    place: str
    object_name: str | None
    media: list[str]
    visit_at: datetime


class SupervisorCallOut(Out):
    id: UUID
    supervisor_id: UUID
    division: str
    supervisor_of: str
    told: ToldOut
    called_by_name: str
    called_at: datetime
    came: bool | None
    remark: str | None
    noted_by_name: str | None
    noted_at: datetime | None
    version: int
