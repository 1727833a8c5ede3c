"""Assistance requests over HTTP: one route a legal step."""

from uuid import UUID

from fastapi import APIRouter, status

from services.regions.assistance import queries
from services.regions.assistance.domain.course import LetterKind
from services.regions.assistance.endpoints.asked import AskedDep, FiltersDep, StepDep
from services.regions.assistance.models import AssistanceRequest
from services.regions.assistance.schemas import (
    BeginIn,
    ExtendIn,
    ForwardIn,
    LetterLineOut,
    NoteIn,
    ReasonIn,
    ReceiptIn,
    RecognitionIn,
    RequestIn,
    RequestOut,
    RequestReplyIn,
)
from services.regions.assistance.use_cases import answering, custody, judging, requests, superior
from shared.http.access import policy
from shared.http.pages import Page, PageDep
from shared.http.routing import Route

router = APIRouter(prefix="/assistance-requests", tags=["assistance requests"], route_class=Route)


@router.get("", dependencies=[policy("assistance.read")])
async def list_assistance_requests(
    asked: AskedDep,
    page: PageDep,
    only: FiltersDep,
) -> Page[LetterLineOut]:
    """Requests the caller's side sent or got, the newest first."""
    [after] = page.after or (None,)
    rows = await queries.letters(
        asked.session,
        AssistanceRequest,
        state=only.state,
        sender=only.sender,
        receiver=only.receiver,
        escalated=only.escalated,
        operation_id=None,
        after=UUID(after) if after else None,
        limit=page.limit,
    )
    cut = page.cut(rows, lambda row: (str(row.id),))
    running = await queries.duties_of(asked.session, [each.id for each in cut])
    lines = [LetterLineOut.line(each, running[each.id], asked.now) for each in cut]
    return Page(items=lines, next=page.next)


@router.post("", status_code=status.HTTP_201_CREATED, dependencies=[policy("assistance.send")])
async def send_assistance_request(body: RequestIn, asked: AskedDep) -> RequestOut:
    """协查函: ask another organ for help within its competence."""
    letter = await requests.send(
        asked.session,
        asked.actor,
        sender=body.sender,
        receiver=body.receiver,
        receiver_bureau_id=body.receiver_bureau_id,
        kind=body.kind,
        title=body.title,
        facts=body.facts,
        asked=body.asked,
        legal_basis=body.legal_basis,
        urgent=body.urgent,
        contact=body.contact,
        attachments=[each.model_dump() for each in body.attachments],
        now=asked.now,
    )
    asked.response.headers["Location"] = f"/api/v1/assistance-requests/{letter.id}"
    return await asked.request(letter)


@router.get("/{assistance_request_id}", dependencies=[policy("assistance.read")])
async def read_assistance_request(assistance_request_id: UUID, asked: AskedDep) -> RequestOut:
    """One request with its evidence, clocks and history."""
    return await asked.request(
        await queries.letter(asked.session, AssistanceRequest, assistance_request_id)
    )


@router.post("/{assistance_request_id}/acknowledge", dependencies=[policy("assistance.work")])
async def acknowledge_assistance_request(
    assistance_request_id: UUID, body: NoteIn, step: StepDep
) -> RequestOut:
    """签收: the letter has arrived."""
    act = step.on(LetterKind.REQUEST, assistance_request_id)
    letter = await answering.acknowledge(act, reason=body.reason)
    return await step.asked.request(letter)


@router.post("/{assistance_request_id}/object", dependencies=[policy("assistance.object")])
async def object_to_assistance_request(
    assistance_request_id: UUID, body: ReasonIn, step: StepDep
) -> RequestOut:
    """提出异议: not ours, with reasons and in time."""
    act = step.on(LetterKind.REQUEST, assistance_request_id)
    letter = await answering.object_to(act, reason=body.reason)
    return await step.asked.request(letter)


@router.post("/{assistance_request_id}/begin", dependencies=[policy("assistance.work")])
async def begin_assistance_request(
    assistance_request_id: UUID, body: BeginIn, step: StepDep
) -> RequestOut:
    """Begin, and say what was done first."""
    act = step.on(LetterKind.REQUEST, assistance_request_id)
    letter = await answering.begin_work(act, measures=body.measures)
    return await step.asked.request(letter)


@router.post("/{assistance_request_id}/extend", dependencies=[policy("assistance.extend")])
async def extend_assistance_request(
    assistance_request_id: UUID, body: ExtendIn, step: StepDep
) -> RequestOut:
    """The receiver's head takes more time for the answer, once."""
    act = step.on(LetterKind.REQUEST, assistance_request_id)
    letter = await answering.extend(act, amount=body.working_days, reason=body.reason)
    return await step.asked.request(letter)


@router.post("/{assistance_request_id}/reply", dependencies=[policy("assistance.work")])
async def reply_assistance_request(
    assistance_request_id: UUID, body: RequestReplyIn, step: StepDep
) -> RequestOut:
    """Answer with what was found, or why it cannot be done."""
    act = step.on(LetterKind.REQUEST, assistance_request_id)
    letter = await answering.reply(
        act,
        text=body.text,
        outcome=body.outcome,
        reason=body.reason,
        case_id=body.receiver_case_id,
        evidence=[each.value() for each in body.evidence],
    )
    return await step.asked.request(letter)


@router.post("/{assistance_request_id}/accept", dependencies=[policy("assistance.judge")])
async def accept_assistance_request(
    assistance_request_id: UUID, body: NoteIn, step: StepDep
) -> RequestOut:
    """The answer does."""
    act = step.on(LetterKind.REQUEST, assistance_request_id)
    letter = await judging.accept(act, reason=body.reason)
    return await step.asked.request(letter)


@router.post("/{assistance_request_id}/return", dependencies=[policy("assistance.judge")])
async def return_assistance_request(
    assistance_request_id: UUID, body: ReasonIn, step: StepDep
) -> RequestOut:
    """退回: the answer does not do; its time runs anew."""
    act = step.on(LetterKind.REQUEST, assistance_request_id)
    letter = await judging.return_(act, reason=body.reason)
    return await step.asked.request(letter)


@router.post("/{assistance_request_id}/withdraw", dependencies=[policy("assistance.judge")])
async def withdraw_assistance_request(
    assistance_request_id: UUID, body: ReasonIn, step: StepDep
) -> RequestOut:
    """撤回: the letter has no use any more."""
    act = step.on(LetterKind.REQUEST, assistance_request_id)
    letter = await judging.withdraw(act, reason=body.reason)
    return await step.asked.request(letter)


@router.post("/{assistance_request_id}/redirect", dependencies=[policy("assistance.judge")])
async def redirect_assistance_request(
    assistance_request_id: UUID, body: ForwardIn, step: StepDep
) -> RequestOut:
    """改送: the sender agrees to the objection and sends the same to another organ."""
    act = step.on(LetterKind.REQUEST, assistance_request_id)
    letter = await judging.redirect(
        act,
        receiver=body.receiver,
        receiver_bureau_id=body.receiver_bureau_id,
        reason=body.reason,
    )
    return await step.asked.request(letter)


@router.post("/{assistance_request_id}/insist", dependencies=[policy("assistance.judge")])
async def insist_assistance_request(
    assistance_request_id: UUID, body: ReasonIn, step: StepDep
) -> RequestOut:
    """The sender does not agree to the objection: the common superior designates."""
    act = step.on(LetterKind.REQUEST, assistance_request_id)
    letter = await judging.insist(act, reason=body.reason)
    return await step.asked.request(letter)


@router.post("/{assistance_request_id}/designate", dependencies=[policy("assistance.designate")])
async def designate_assistance_request(
    assistance_request_id: UUID, body: ReasonIn, step: StepDep
) -> RequestOut:
    """指定: the common superior says that the receiver is competent."""
    act = step.on(LetterKind.REQUEST, assistance_request_id)
    letter = await superior.designate(act, reason=body.reason)
    return await step.asked.request(letter)


@router.post("/{assistance_request_id}/reassign", dependencies=[policy("assistance.designate")])
async def reassign_assistance_request(
    assistance_request_id: UUID, body: ForwardIn, step: StepDep
) -> RequestOut:
    """指定: the common superior names another organ, which gets the same as a new letter."""
    act = step.on(LetterKind.REQUEST, assistance_request_id)
    letter = await superior.reassign(
        act,
        receiver=body.receiver,
        receiver_bureau_id=body.receiver_bureau_id,
        reason=body.reason,
    )
    return await step.asked.request(letter)


@router.post("/{assistance_request_id}/receive", dependencies=[policy("assistance.judge")])
async def receive_assistance_request(
    assistance_request_id: UUID, body: ReceiptIn, step: StepDep
) -> RequestOut:
    """签收证据: the own hash of each item against the list; a mismatch refuses that item."""
    act = step.on(LetterKind.REQUEST, assistance_request_id)
    letter = await custody.receive(act, {each.evidence_id: each.sha256 for each in body.items})
    return await step.asked.request(letter)


@router.post("/{assistance_request_id}/recognise", dependencies=[policy("handover.recognise")])
async def recognise_assistance_request(
    assistance_request_id: UUID, body: RecognitionIn, step: StepDep
) -> RequestOut:
    """互认证据: the legal reviewer takes an item over as it is, or does not."""
    act = step.on(LetterKind.REQUEST, assistance_request_id)
    letter = await custody.recognise(
        act, body.evidence_id, recognised=body.recognised, reason=body.reason
    )
    return await step.asked.request(letter)


@router.post("/{assistance_request_id}/urge", dependencies=[policy("assistance.designate")])
async def urge_assistance_request(
    assistance_request_id: UUID, body: ReasonIn, step: StepDep
) -> RequestOut:
    """督办: the common superior tells a receiver that is late what to do."""
    act = step.on(LetterKind.REQUEST, assistance_request_id)
    letter = await superior.urge(act, reason=body.reason)
    return await step.asked.request(letter)
