"""Hand-overs over HTTP: one route a legal step."""

from uuid import UUID

from fastapi import APIRouter, status

from services.regions.assistance import queries
from services.regions.assistance.domain.course import LetterKind
from services.regions.assistance.endpoints.asked import AskedDep, FiltersDep, StepDep
from services.regions.assistance.models import Handover
from services.regions.assistance.schemas import (
    BeginIn,
    ExtendIn,
    ForwardIn,
    HandoverIn,
    HandoverOut,
    HandoverReplyIn,
    LetterLineOut,
    NoteIn,
    ReasonIn,
    ReceiptIn,
    RecognitionIn,
)
from services.regions.assistance.use_cases import answering, custody, handovers, judging, superior
from shared.http.access import policy
from shared.http.pages import Page, PageDep
from shared.http.routing import Route

router = APIRouter(prefix="/handovers", tags=["hand-overs"], route_class=Route)


@router.get("", dependencies=[policy("assistance.read")])
async def list_handovers(
    asked: AskedDep,
    page: PageDep,
    only: FiltersDep,
    operation_id: UUID | None = None,
) -> Page[LetterLineOut]:
    """Hand-overs the caller's side sent or got, the newest first."""
    [after] = page.after or (None,)
    rows = await queries.letters(
        asked.session,
        Handover,
        state=only.state,
        sender=only.sender,
        receiver=only.receiver,
        escalated=only.escalated,
        operation_id=operation_id,
        after=UUID(after) if after else None,
        limit=page.limit,
    )
    cut = page.cut(rows, lambda row: (str(row.id),))
    running = await queries.duties_of(asked.session, [each.id for each in cut])
    lines = [LetterLineOut.line(each, running[each.id], asked.now) for each in cut]
    return Page(items=lines, next=page.next)


@router.post("", status_code=status.HTTP_201_CREATED, dependencies=[policy("assistance.send")])
async def send_handover(body: HandoverIn, asked: AskedDep) -> HandoverOut:
    """移交: hand a matter over, with facts, legal view and custody list."""
    letter = await handovers.send(
        asked.session,
        asked.actor,
        sender=body.sender,
        receiver=body.receiver,
        receiver_bureau_id=body.receiver_bureau_id,
        ground=body.ground,
        matter=body.matter.value(),
        facts=body.facts,
        legal_view=body.legal_view,
        evidence=[each.value() for each in body.evidence],
        urgent=body.urgent,
        contact=body.contact,
        operation_id=None,
        finding_id=None,
        now=asked.now,
    )
    asked.response.headers["Location"] = f"/api/v1/handovers/{letter.id}"
    return await asked.handover(letter)


@router.get("/{handover_id}", dependencies=[policy("assistance.read")])
async def read_handover(handover_id: UUID, asked: AskedDep) -> HandoverOut:
    """One hand-over with its evidence, clocks and history."""
    return await asked.handover(await queries.letter(asked.session, Handover, handover_id))


@router.post("/{handover_id}/acknowledge", dependencies=[policy("assistance.work")])
async def acknowledge_handover(handover_id: UUID, body: NoteIn, step: StepDep) -> HandoverOut:
    """签收: the letter has arrived."""
    act = step.on(LetterKind.HANDOVER, handover_id)
    letter = await answering.acknowledge(act, reason=body.reason)
    return await step.asked.handover(letter)


@router.post("/{handover_id}/object", dependencies=[policy("assistance.object")])
async def object_to_handover(handover_id: UUID, body: ReasonIn, step: StepDep) -> HandoverOut:
    """提出异议: not ours, with reasons and in time."""
    act = step.on(LetterKind.HANDOVER, handover_id)
    letter = await answering.object_to(act, reason=body.reason)
    return await step.asked.handover(letter)


@router.post("/{handover_id}/begin", dependencies=[policy("assistance.work")])
async def begin_handover(handover_id: UUID, body: BeginIn, step: StepDep) -> HandoverOut:
    """Begin, and say what was done first."""
    act = step.on(LetterKind.HANDOVER, handover_id)
    letter = await answering.begin_work(act, measures=body.measures)
    return await step.asked.handover(letter)


@router.post("/{handover_id}/extend", dependencies=[policy("assistance.extend")])
async def extend_handover(handover_id: UUID, body: ExtendIn, step: StepDep) -> HandoverOut:
    """The receiver's head takes more time for the answer, once."""
    act = step.on(LetterKind.HANDOVER, handover_id)
    letter = await answering.extend(act, amount=body.working_days, reason=body.reason)
    return await step.asked.handover(letter)


@router.post("/{handover_id}/reply", dependencies=[policy("assistance.work")])
async def reply_handover(handover_id: UUID, body: HandoverReplyIn, step: StepDep) -> HandoverOut:
    """Answer with the case number, or why the matter is not taken over."""
    act = step.on(LetterKind.HANDOVER, handover_id)
    letter = await answering.reply(
        act,
        text=body.text,
        outcome=body.outcome,
        reason=body.reason,
        case_id=body.receiver_case_id,
        evidence=[],
    )
    return await step.asked.handover(letter)


@router.post("/{handover_id}/accept", dependencies=[policy("assistance.judge")])
async def accept_handover(handover_id: UUID, body: NoteIn, step: StepDep) -> HandoverOut:
    """The answer does."""
    act = step.on(LetterKind.HANDOVER, handover_id)
    letter = await judging.accept(act, reason=body.reason)
    return await step.asked.handover(letter)


@router.post("/{handover_id}/return", dependencies=[policy("assistance.judge")])
async def return_handover(handover_id: UUID, body: ReasonIn, step: StepDep) -> HandoverOut:
    """退回: the answer does not do; its time runs anew."""
    act = step.on(LetterKind.HANDOVER, handover_id)
    letter = await judging.return_(act, reason=body.reason)
    return await step.asked.handover(letter)


@router.post("/{handover_id}/withdraw", dependencies=[policy("assistance.judge")])
async def withdraw_handover(handover_id: UUID, body: ReasonIn, step: StepDep) -> HandoverOut:
    """撤回: the letter has no use any more."""
    act = step.on(LetterKind.HANDOVER, handover_id)
    letter = await judging.withdraw(act, reason=body.reason)
    return await step.asked.handover(letter)


@router.post("/{handover_id}/redirect", dependencies=[policy("assistance.judge")])
async def redirect_handover(handover_id: UUID, body: ForwardIn, step: StepDep) -> HandoverOut:
    """改送: the sender agrees to the objection and sends the same to another organ."""
    act = step.on(LetterKind.HANDOVER, handover_id)
    letter = await judging.redirect(
        act,
        receiver=body.receiver,
        receiver_bureau_id=body.receiver_bureau_id,
        reason=body.reason,
    )
    return await step.asked.handover(letter)


@router.post("/{handover_id}/insist", dependencies=[policy("assistance.judge")])
async def insist_handover(handover_id: UUID, body: ReasonIn, step: StepDep) -> HandoverOut:
    """The sender does not agree to the objection: the common superior designates."""
    act = step.on(LetterKind.HANDOVER, handover_id)
    letter = await judging.insist(act, reason=body.reason)
    return await step.asked.handover(letter)


@router.post("/{handover_id}/designate", dependencies=[policy("assistance.designate")])
async def designate_handover(handover_id: UUID, body: ReasonIn, step: StepDep) -> HandoverOut:
    """指定: the common superior says that the receiver is competent."""
    act = step.on(LetterKind.HANDOVER, handover_id)
    letter = await superior.designate(act, reason=body.reason)
    return await step.asked.handover(letter)


@router.post("/{handover_id}/reassign", dependencies=[policy("assistance.designate")])
async def reassign_handover(handover_id: UUID, body: ForwardIn, step: StepDep) -> HandoverOut:
    """指定: the common superior names another organ, which gets the same as a new letter."""
    act = step.on(LetterKind.HANDOVER, handover_id)
    letter = await superior.reassign(
        act,
        receiver=body.receiver,
        receiver_bureau_id=body.receiver_bureau_id,
        reason=body.reason,
    )
    return await step.asked.handover(letter)


@router.post("/{handover_id}/receive", dependencies=[policy("assistance.work")])
async def receive_handover(handover_id: UUID, body: ReceiptIn, step: StepDep) -> HandoverOut:
    """签收证据: the own hash of each item against the list; a mismatch refuses that item."""
    act = step.on(LetterKind.HANDOVER, handover_id)
    letter = await custody.receive(act, {each.evidence_id: each.sha256 for each in body.items})
    return await step.asked.handover(letter)


@router.post("/{handover_id}/recognise", dependencies=[policy("handover.recognise")])
async def recognise_handover(handover_id: UUID, body: RecognitionIn, step: StepDep) -> HandoverOut:
    """互认证据: the legal reviewer takes an item over as it is, or does not."""
    act = step.on(LetterKind.HANDOVER, handover_id)
    letter = await custody.recognise(
        act, body.evidence_id, recognised=body.recognised, reason=body.reason
    )
    return await step.asked.handover(letter)


@router.post("/{handover_id}/urge", dependencies=[policy("assistance.designate")])
async def urge_handover(handover_id: UUID, body: ReasonIn, step: StepDep) -> HandoverOut:
    """督办: the common superior tells a receiver that is late what to do."""
    act = step.on(LetterKind.HANDOVER, handover_id)
    letter = await superior.urge(act, reason=body.reason)
    return await step.asked.handover(letter)
