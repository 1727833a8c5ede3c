"""Cooperation agreements over HTTP: one route a legal step."""

from dataclasses import dataclass
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Response, status

from services.regions.agreements import queries
from services.regions.agreements.domain import System
from services.regions.agreements.domain.life import State
from services.regions.agreements.models import Agreement, AgreementText
from services.regions.agreements.schemas import (
    AgreementIn,
    AgreementLineOut,
    AgreementOut,
    JoinIn,
    NoteIn,
    NoticeIn,
    PartyReasonIn,
    ReasonIn,
    RefusalIn,
    RenewalIn,
    RevisionIn,
    SignatureIn,
    SkipIn,
    TermsIn,
    TextOut,
)
from services.regions.agreements.use_cases import drafting, living, signing
from services.regions.agreements.use_cases.record import actions
from shared.clocks.days import legal_day
from shared.http.access import ActorDep, policy
from shared.http.body import Division
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep
from shared.rule_settings import rule_settings

router: Final = APIRouter(prefix="/agreements", tags=["agreements"], route_class=Route)
ONE: Final = "/{agreement_id}"


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, when, and where the answer goes."""

    actor: ActorDep
    session: SessionDep
    now: Now
    response: Response

    async def answer(self, agreement: Agreement) -> AgreementOut:
        """The agreement whole, with what this caller may do next."""
        session, row = self.session, agreement
        links = (row.parent_agreement_id, row.predecessor_id, row.successor_id)
        file = await queries.file(session, row)
        self.response.headers["ETag"] = etag(row.version)
        return AgreementOut.of(
            file,
            texts=await queries.texts(session, row.id),
            steps=await queries.steps(session, row.id),
            skips=await queries.skips(session, row.id),
            links=await queries.visible(session, [each for each in links if each]),
            today=legal_day(self.now),
            actions=actions(self.actor, file, self.now),
        )

    async def rotation_months(self, body: TermsIn, division: str) -> int:
        """How long a term is where the text does not say."""
        if body.rotation.months is not None:
            return body.rotation.months
        day = legal_day(self.now)
        settings = await rule_settings(self.session, division=division, on_day=day)
        months: int = settings["agreement.rotation_months"]
        return months


AskedDep = Annotated[Asked, Depends()]


@dataclass(frozen=True, slots=True)
class Step:
    """One legal step, on an agreement as the caller last read it."""

    asked: AskedDep
    expected_version: ExpectedVersion

    @property
    def call(self) -> dict[str, Any]:
        """What every use case of a step is told."""
        return {"expected_version": self.expected_version, "now": self.asked.now}


StepDep = Annotated[Step, Depends()]


@router.get("", dependencies=[policy("agreement.read")])
async def list_agreements(
    session: SessionDep,
    page: PageDep,
    state: State | None = None,
    division: Division | None = None,
    system: System | None = None,
    parent_agreement_id: UUID | None = None,
) -> Page[AgreementLineOut]:
    """Agreements the caller has a part in, the newest first."""
    [after] = page.after or (None,)
    rows = await queries.agreements(
        session,
        state=state,
        division=division,
        system=system,
        parent_id=parent_agreement_id,
        after=UUID(after) if after else None,
        limit=page.limit,
    )
    cut = page.cut(rows, lambda row: (str(row.id),))
    return Page(items=[AgreementLineOut.model_validate(row) for row in cut], next=page.next)


@router.post("", status_code=status.HTTP_201_CREATED, dependencies=[policy("agreement.draft")])
async def draft_agreement(body: AgreementIn, asked: AskedDep) -> AgreementOut:
    """草拟: write a draft; only the drafter's own division sees it."""
    agreement = await drafting.draft(
        asked.session,
        asked.actor,
        drafter=body.drafter,
        terms=body.value(rotation_months=await asked.rotation_months(body, body.drafter)),
        now=asked.now,
    )
    asked.response.headers["Location"] = f"/api/v1/agreements/{agreement.id}"
    return await asked.answer(agreement)


@router.get(ONE, dependencies=[policy("agreement.read")])
async def read_agreement(agreement_id: UUID, asked: AskedDep) -> AgreementOut:
    """One agreement with its parties' words, its turns, its texts and its history."""
    return await asked.answer(await queries.agreement(asked.session, agreement_id))


@router.get(
    f"{ONE}/texts/{{text_version}}",
    dependencies=[policy("agreement.read")],
    response_model=TextOut,
)
async def read_agreement_text(
    agreement_id: UUID,
    text_version: Annotated[int, Path(ge=1, le=32_767)],
    session: SessionDep,
) -> AgreementText:
    """A text that was on the table, as it was hashed."""
    return await queries.text(session, agreement_id, text_version)


@router.post(f"{ONE}/revise", dependencies=[policy("agreement.draft")])
async def revise_agreement(agreement_id: UUID, body: RevisionIn, step: StepDep) -> AgreementOut:
    """Change the text. On the table it is a new version, and every signature is void."""
    asked = step.asked
    terms = body.value(rotation_months=await asked.rotation_months(body, body.division))
    agreement = await drafting.revise(
        asked.session, asked.actor, agreement_id, division=body.division, terms=terms, **step.call
    )
    return await asked.answer(agreement)


@router.post(f"{ONE}/negotiate", dependencies=[policy("agreement.draft")])
async def negotiate_agreement(agreement_id: UUID, body: NoteIn, step: StepDep) -> AgreementOut:
    """协商: put the draft before the parties; the time to agree begins."""
    agreement = await drafting.negotiate(
        step.asked.session, step.asked.actor, agreement_id, reason=body.reason, **step.call
    )
    return await step.asked.answer(agreement)


@router.post(f"{ONE}/break-off", dependencies=[policy("agreement.draft")])
async def break_off_agreement(agreement_id: UUID, body: ReasonIn, step: StepDep) -> AgreementOut:
    """The drafter gives its draft or the negotiation up."""
    agreement = await drafting.break_off(
        step.asked.session, step.asked.actor, agreement_id, reason=body.reason, **step.call
    )
    return await step.asked.answer(agreement)


@router.post(f"{ONE}/sign", dependencies=[policy("agreement.sign")])
async def sign_agreement(agreement_id: UUID, body: SignatureIn, step: StepDep) -> AgreementOut:
    """签署: a party binds itself to the text of this hash. Silence is no consent."""
    agreement = await signing.sign(
        step.asked.session,
        step.asked.actor,
        agreement_id,
        division=body.division,
        text_hash=body.text_hash,
        **step.call,
    )
    return await step.asked.answer(agreement)


@router.post(f"{ONE}/decline", dependencies=[policy("agreement.sign")])
async def decline_agreement(agreement_id: UUID, body: RefusalIn, step: StepDep) -> AgreementOut:
    """A party does not sign the text of this hash, and says why."""
    agreement = await signing.decline(
        step.asked.session,
        step.asked.actor,
        agreement_id,
        division=body.division,
        text_hash=body.text_hash,
        reason=body.reason,
        **step.call,
    )
    return await step.asked.answer(agreement)


@router.post(f"{ONE}/ask-decision", dependencies=[policy("agreement.sign")])
async def ask_for_decision_on_agreement(
    agreement_id: UUID, body: PartyReasonIn, step: StepDep
) -> AgreementOut:
    """A party asks the lowest common superior to decide."""
    agreement = await signing.ask_decision(
        step.asked.session,
        step.asked.actor,
        agreement_id,
        division=body.division,
        reason=body.reason,
        **step.call,
    )
    return await step.asked.answer(agreement)


@router.post(f"{ONE}/decide", dependencies=[policy("agreement.decide")])
async def decide_agreement(agreement_id: UUID, body: ReasonIn, step: StepDep) -> AgreementOut:
    """The common superior's head binds the text as it stands, once asked or when time is up."""
    agreement = await signing.decide(
        step.asked.session, step.asked.actor, agreement_id, reason=body.reason, **step.call
    )
    return await step.asked.answer(agreement)


@router.post(f"{ONE}/give-notice", dependencies=[policy("agreement.sign")])
async def give_notice_of_agreement(
    agreement_id: UUID, body: NoticeIn, step: StepDep
) -> AgreementOut:
    """A party ends the agreement by a day, with a reason."""
    agreement = await living.give_notice(
        step.asked.session,
        step.asked.actor,
        agreement_id,
        division=body.division,
        ends_on=body.ends_on,
        reason=body.reason,
        **step.call,
    )
    return await step.asked.answer(agreement)


@router.post(f"{ONE}/withdraw-notice", dependencies=[policy("agreement.sign")])
async def withdraw_notice_of_agreement(
    agreement_id: UUID, body: PartyReasonIn, step: StepDep
) -> AgreementOut:
    """The party that gave notice takes it back."""
    agreement = await living.withdraw_notice(
        step.asked.session,
        step.asked.actor,
        agreement_id,
        division=body.division,
        reason=body.reason,
        **step.call,
    )
    return await step.asked.answer(agreement)


@router.post(f"{ONE}/join-notice", dependencies=[policy("agreement.sign")])
async def join_notice_of_agreement(agreement_id: UUID, body: JoinIn, step: StepDep) -> AgreementOut:
    """Another party wants the end too; when all do, it is at once."""
    agreement = await living.join_notice(
        step.asked.session,
        step.asked.actor,
        agreement_id,
        division=body.division,
        reason=body.reason,
        **step.call,
    )
    return await step.asked.answer(agreement)


@router.post(f"{ONE}/skip-turn", dependencies=[policy("agreement.sign")])
async def skip_turn_of_agreement(agreement_id: UUID, body: SkipIn, step: StepDep) -> AgreementOut:
    """轮值顺延: a member is passed over and leads at the end of its round; another approves."""
    agreement = await living.skip_turn(
        step.asked.session,
        step.asked.actor,
        agreement_id,
        division=body.division,
        term=body.term,
        member=body.member,
        reason=body.reason,
        **step.call,
    )
    return await step.asked.answer(agreement)


@router.post(
    f"{ONE}/renew",
    status_code=status.HTTP_201_CREATED,
    dependencies=[policy("agreement.draft")],
)
async def renew_agreement(agreement_id: UUID, body: RenewalIn, step: StepDep) -> AgreementOut:
    """续签: a party drafts the successor, to be negotiated as any other; answers that draft."""
    agreement = await drafting.renew(
        step.asked.session,
        step.asked.actor,
        agreement_id,
        division=body.division,
        valid_from=body.valid_from,
        valid_to=body.valid_to,
        **step.call,
    )
    step.asked.response.headers["Location"] = f"/api/v1/agreements/{agreement.id}"
    return await step.asked.answer(agreement)
