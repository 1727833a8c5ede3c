"""Bodies of disputes of jurisdiction."""

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from services.regions.assistance.schemas import MATTER, ClockOut, Evidence
from services.regions.disputes.domain import ARTICLE, MINISTRY, DisputeState, Stance
from services.regions.disputes.models import JurisdictionDispute
from services.regions.disputes.queries import DisputeFile
from shared.contracts.origins import Matter
from shared.http.body import Body, Division, Instant, LongText, Out, Reason, ShortText
from shared.http.matter import MatterIn


class DisputeIn(Body):
    """管辖争议: who opens it is a party."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "opened_by": "330281",
                "parties": ["330281", "330282"],
                "matter": MATTER,
                "facts": "排污口位于两地交界处,双方均认为有管辖权",
            }
        }
    )

    opened_by: Division
    parties: Annotated[list[Division], Field(min_length=2, max_length=20)]
    matter: MatterIn
    facts: LongText


class PositionIn(Body):
    """A party's word on its own competence, and whom it would let have the matter."""

    division: Division
    stance: Literal[Stance.CLAIMS, Stance.DENIES]
    reason: Reason
    filed_at: Instant | None = Field(default=None, description="when it filed the case (立案)")
    filed_number: ShortText | None = Field(default=None, max_length=100)
    agrees_on: Division | None = None


class ReferIn(Body):
    division: Division
    reason: Reason


class DesignationIn(Body):
    """指定管辖: with reason and article."""

    competent: Division
    reason: LongText
    legal_basis: ShortText = ARTICLE


class DecisionIn(Body):
    """The written decision of the state ministry, across provinces."""

    division: Division
    document_number: Annotated[ShortText, Field(max_length=100)]
    document_date: date
    competent: Division


class DecisionAnswerIn(Body):
    """Another party's word on what was recorded; a refusal has a reason."""

    division: Division
    confirms: bool
    reason: Reason | None = None


class PreservationIn(Body):
    """What is kept safe, how, and since when."""

    holder: Division
    what: LongText
    measure: ShortText
    started_at: Instant


class EndIn(Body):
    reason: Reason


class DisputeHandoverIn(Body):
    """The matter goes to the organ that has it, with facts and custody list."""

    division: Division
    facts: LongText
    legal_view: LongText
    evidence: Evidence = ()
    urgent: bool = False
    contact: ShortText


class KeepIn(Body):
    """The competent organ has the matter already."""

    division: Division
    reason: Reason


class PartyOut(Out):
    division: str
    stance: Stance
    filed_at: datetime | None
    filed_number: str | None
    reason: str | None
    agrees_on: str | None
    answered_at: datetime | None


class PreservationOut(Out):
    id: UUID
    holder: str
    what: str
    measure: str
    started_at: datetime
    ended_at: datetime | None


class DisputeStepOut(Out):
    action: str
    state: DisputeState
    actor_name: str
    reason: str | None
    at: datetime


class DisputeLineOut(Out):
    """A dispute in a list. `competent` is who has the matter, once that is known."""

    id: UUID
    number: str
    opened_by: str
    state: DisputeState
    competent: str | None
    opened_at: datetime
    version: int


class DisputeOut(DisputeLineOut):
    """A dispute with its parties, what is preserved, and who decides."""

    matter: Matter
    facts: str
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str | None
    legal_basis: str | None
    document_number: str | None
    document_date: date | None
    document_names: str | None
    recorded_by: str | None
    handover_id: UUID | None
    first_to_file: str | None = Field(description="who has it by art. 25, of those that claim it")
    decides: str = Field(description="the scope whose head designates, or the state ministry")
    no_common_superior: bool
    parties: list[PartyOut]
    preserved: list[PreservationOut]
    clocks: list[ClockOut]
    steps: list[DisputeStepOut]
    actions: list[str]

    @classmethod
    def of(cls, file: DisputeFile, actions: list[str]) -> Self:
        row: JurisdictionDispute = file.dispute
        return cls(
            **DisputeLineOut.model_validate(row).model_dump(),
            matter=Matter.model_validate(row.matter),
            facts=row.facts,
            decided_by=row.decided_by,
            decided_at=row.decided_at,
            decision_reason=row.decision_reason,
            legal_basis=row.legal_basis,
            document_number=row.document_number,
            document_date=row.document_date,
            document_names=row.document_names,
            recorded_by=row.recorded_by,
            handover_id=row.handover_id,
            first_to_file=file.first_to_file,
            decides=file.superior or MINISTRY,
            no_common_superior=file.superior is None,
            parties=[PartyOut.model_validate(each) for each in file.parties],
            preserved=[PreservationOut.model_validate(each) for each in file.preserved],
            clocks=[ClockOut.model_validate(each) for each in file.clocks],
            steps=[DisputeStepOut.model_validate(each) for each in file.steps],
            actions=actions,
        )
