"""Bodies of cooperation agreements."""

from datetime import date, datetime
from typing import Annotated, Any, Final, Self
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from services.regions.agreements.domain import Form, Skip, System, lead_of, term_at
from services.regions.agreements.domain.consent import Answer, BoundBy, common_superior
from services.regions.agreements.domain.life import State
from services.regions.agreements.domain.terms import (
    Attachment,
    PartyTerms,
    RotationTerms,
    SharedData,
    SystemTerms,
    Terms,
)
from services.regions.agreements.models import Agreement, AgreementStep, AgreementText
from services.regions.agreements.queries import AgreementFile
from shared.clocks.days import add_months
from shared.http.body import Body, Code, Division, LongText, Out, Reason, ShortText

Sha256 = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9a-f]{64}$"),
    Field(examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"]),
]
# GB/T 4754: a letter, or two to four digits.
Industry = Annotated[
    str, StringConstraints(pattern=r"^([A-Z]|[0-9]{2,4})$"), Field(examples=["2614"])
]
Phone = Annotated[
    str, StringConstraints(pattern=r"^[0-9+() -]{3,32}$"), Field(examples=["028-12345678"])
]
ROUNDS_SHOWN: Final = 2


class PartyIn(Body):
    """A party; `bureau_id` if its office is kept here."""

    division: Division
    organisation: ShortText
    bureau_id: UUID | None = None
    signatory: ShortText
    signatory_post: ShortText | None = None
    liaison_unit: ShortText
    liaison_person: ShortText
    liaison_phone: Phone | None = None

    def value(self) -> PartyTerms:
        return PartyTerms(**self.model_dump())


class SystemIn(Body):
    """A system set up between the parties; `terms` say in words how it works."""

    system: System
    terms: LongText | None = None

    def value(self) -> SystemTerms:
        return SystemTerms(self.system, self.terms)


class RotationIn(Body):
    """The order in which parties lead; without `months` a term has as many as the figures say."""

    order: Annotated[list[Division], Field(max_length=100)] = Field(default_factory=list)
    offset: Annotated[int, Field(ge=0, le=99)] = 0
    months: Annotated[int, Field(ge=1, le=120)] | None = None


class SharedDataIn(Body):
    what: ShortText
    how_often: ShortText | None = None
    by: ShortText | None = None

    def value(self) -> SharedData:
        return SharedData(self.what, self.how_often, self.by)


class AttachmentIn(Body):
    """A document kept elsewhere: no file is stored here, its SHA-256 proves it."""

    title: ShortText
    sha256: Sha256
    size: Annotated[int, Field(ge=0, le=2**40)]

    def value(self) -> Attachment:
        return Attachment(self.title, self.sha256, self.size)


class TermsIn(Body):
    """The whole text. Without `valid_to` it is for an indefinite time."""

    title: ShortText
    body: LongText
    parent_agreement_id: UUID | None = None
    parties: Annotated[list[PartyIn], Field(min_length=2, max_length=100)]
    valid_from: date
    valid_to: date | None = None
    media: Annotated[list[Code], Field(max_length=20)] = Field(default_factory=list)
    industries: Annotated[list[Industry], Field(max_length=200)] = Field(default_factory=list)
    border_strip_km: Annotated[float, Field(gt=0, le=1000)] | None = None
    forms: Annotated[list[Form], Field(max_length=4)] = Field(default_factory=list)
    systems: Annotated[list[SystemIn], Field(max_length=20)] = Field(default_factory=list)
    rotation: RotationIn = Field(default_factory=RotationIn)
    data_sharing: Annotated[list[SharedDataIn], Field(max_length=100)] = Field(default_factory=list)
    attachments: Annotated[list[AttachmentIn], Field(max_length=50)] = Field(default_factory=list)

    def value(self, *, rotation_months: int) -> Terms:
        return Terms(
            title=self.title,
            body=self.body,
            parent_agreement_id=self.parent_agreement_id,
            parties=tuple(each.value() for each in self.parties),
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            media=tuple(self.media),
            industries=tuple(self.industries),
            border_strip_km=self.border_strip_km,
            forms=tuple(self.forms),
            systems=tuple(each.value() for each in self.systems),
            rotation=RotationTerms(
                tuple(self.rotation.order),
                self.rotation.offset,
                self.rotation.months or rotation_months,
            ),
            data_sharing=tuple(each.value() for each in self.data_sharing),
            attachments=tuple(each.value() for each in self.attachments),
        )


_TERMS: Final[dict[str, Any]] = {
    "title": "宁波市、嘉兴市生态环境联动执法合作协议",
    "body": "双方就交界地区联动执法、应急处置和信访协调达成协议。",
    "parties": [
        {
            "division": "330200",
            "organisation": "宁波市生态环境保护综合行政执法队",
            "signatory": "甲方负责人",
            "liaison_unit": "综合科",
            "liaison_person": "联络员甲",
            "liaison_phone": "0574-12345678",
        },
        {
            "division": "330400",
            "organisation": "嘉兴市生态环境保护综合行政执法队",
            "signatory": "乙方负责人",
            "liaison_unit": "综合科",
            "liaison_person": "联络员乙",
        },
    ],
    "valid_from": "2026-04-01",
    "valid_to": "2028-12-31",
    "media": ["air", "water"],
    "industries": ["26"],
    "border_strip_km": 5,
    "forms": ["comprehensive", "exchange"],
    "systems": [{"system": "joint_meeting", "terms": "每年至少一次,轮流主办"}],
    "rotation": {"order": ["330200", "330400"]},
}


class AgreementIn(TermsIn):
    """A draft in the name of `drafter`: one of the parties, or the division above one."""

    model_config = ConfigDict(json_schema_extra={"example": {"drafter": "330200", **_TERMS}})

    drafter: Division


class RevisionIn(TermsIn):
    """Another text, proposed by `division`; on the table, it clears every signature."""

    model_config = ConfigDict(json_schema_extra={"example": {"division": "330200", **_TERMS}})

    division: Division


class NoteIn(Body):
    reason: Reason | None = None


class ReasonIn(Body):
    reason: Reason


class SignatureIn(Body):
    """A party's signature under the text of this hash."""

    division: Division
    text_hash: Sha256


class RefusalIn(Body):
    """A party's no to the text of this hash."""

    division: Division
    text_hash: Sha256
    reason: Reason


class PartyReasonIn(Body):
    """What a party does, in its own name and with a reason."""

    division: Division
    reason: Reason


class JoinIn(Body):
    division: Division
    reason: Reason | None = None


class NoticeIn(Body):
    """Notice of a party: `ends_on` is the first day the agreement no longer binds."""

    division: Division
    ends_on: date
    reason: Reason


class SkipIn(Body):
    """`division` approves that `member` is passed over in `term`, counted from 0."""

    division: Division
    term: Annotated[int, Field(ge=0, le=10_000)]
    member: Division
    reason: Reason


class RenewalIn(Body):
    """The days of the successor that `division` drafts."""

    division: Division
    valid_from: date
    valid_to: date | None = None


class PartyOut(Out):
    division: str
    organisation: str
    bureau_id: UUID | None
    signatory: str
    signatory_post: str | None
    liaison_unit: str
    liaison_person: str
    liaison_phone: str | None
    answer: Answer
    answered_hash: str | None
    answered_at: datetime | None
    answered_name: str | None
    answer_reason: str | None
    joined_end_at: datetime | None


class StepOut(Out):
    action: str
    state: State
    division: str | None
    text_version: int
    actor_name: str
    reason: str | None
    at: datetime


class TextLineOut(Out):
    """A text that was on the table."""

    text_version: int
    text_hash: str
    proposed_by: str
    actor_name: str
    at: datetime


class TextOut(TextLineOut):
    """The same, whole: `content` in canonical JSON (sorted keys, no blanks, UTF-8) has the hash."""

    content: dict[str, Any]


class TurnOut(Out):
    """A term of the rotating lead; before the first day it is term 0."""

    term: int
    lead: str
    starts_on: date
    ends_on: date
    current: bool


class SkipOut(Out):
    term: int
    member: str
    reason: str
    approved_by: str


class RotationOut(Out):
    order: list[str]
    offset: int
    months: int
    turns: list[TurnOut]
    skips: list[SkipOut]


class AgreementLineOut(Out):
    """An agreement in a list."""

    id: UUID
    title: str
    drafter: str
    state: State
    valid_from: date
    valid_to: date | None
    signed_at: datetime | None
    expiring_on: date | None
    text_version: int
    version: int


class AgreementOut(AgreementLineOut):
    """An agreement whole. `superior` would decide a deadlock; parties of two provinces have none.

    `missing` are the parties that have not signed the text on the table.
    """

    body: str
    parent_agreement_id: UUID | None
    predecessor_id: UUID | None
    successor_id: UUID | None
    media: list[str]
    industries: list[str]
    border_strip_km: float | None
    forms: list[Form]
    systems: list[dict[str, Any]]
    data_sharing: list[dict[str, Any]]
    attachments: list[dict[str, Any]]
    legal_basis: list[dict[str, Any]]
    text_hash: str
    superior: str | None
    missing: list[str]
    negotiate_until: datetime | None
    decision_asked_at: datetime | None
    bound_by: BoundBy | None
    decided_by: str | None
    decision_reason: str | None
    notice_by: str | None
    ends_on: date | None
    end_reason: str | None
    parties: list[PartyOut]
    rotation: RotationOut
    texts: list[TextLineOut]
    steps: list[StepOut]
    actions: list[str]

    @classmethod
    def of(
        cls,
        file: AgreementFile,
        *,
        texts: list[AgreementText],
        steps: list[AgreementStep],
        skips: tuple[Skip, ...],
        links: frozenset[UUID],
        today: date,
        actions: list[str],
    ) -> Self:
        """`links` are the related agreements the caller may know of; others stay unnamed."""
        row = file.agreement
        return cls.model_validate(
            {
                **row.model_dump(),
                "predecessor_id": _known(row.predecessor_id, links),
                "successor_id": _known(row.successor_id, links),
                "parent_agreement_id": _known(row.parent_agreement_id, links),
                "superior": common_superior(file.codes),
                "missing": file.talks.consents.missing,
                "parties": [PartyOut.model_validate(each) for each in file.parties],
                "rotation": _rotation(row, skips, today),
                "texts": [TextLineOut.model_validate(each) for each in texts],
                "steps": [StepOut.model_validate(each) for each in steps],
                "actions": actions,
            }
        )


def _known(link: UUID | None, links: frozenset[UUID]) -> UUID | None:
    return link if link in links else None


def _rotation(row: Agreement, skips: tuple[Skip, ...], today: date) -> RotationOut:
    """The turns of the round that runs and of the next one."""
    order, months = row.rotation_order, row.rotation_months
    current = term_at(today, row.valid_from, months)
    begins = current - current % len(order) if order else 0
    turns = [
        TurnOut(
            term=term,
            lead=lead_of(term, order, row.rotation_offset, skips),
            starts_on=add_months(row.valid_from, term * months),
            ends_on=date.fromordinal(
                add_months(row.valid_from, (term + 1) * months).toordinal() - 1
            ),
            current=term == current,
        )
        for term in range(begins, begins + ROUNDS_SHOWN * len(order))
    ]
    return RotationOut(
        order=order,
        offset=row.rotation_offset,
        months=months,
        turns=turns,
        skips=[SkipOut.model_validate(each) for each in skips],
    )
