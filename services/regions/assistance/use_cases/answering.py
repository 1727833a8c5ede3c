"""What the receiver of a letter does: sign for it, object, begin, take more time, answer."""

from collections.abc import Sequence

from services.regions.assistance.domain import course, requests
from services.regions.assistance.domain.course import Action, ClockKind, LetterKind, ObjectionBarred
from services.regions.assistance.domain.evidence import (
    EvidenceItem,
    Receipt,
    ReceiptMissing,
    require_sound as require_sound_list,
)
from services.regions.assistance.domain.requests import Outcome
from services.regions.assistance.queries import AnyLetter, LetterFile
from services.regions.assistance.use_cases.acting import Act
from services.regions.assistance.use_cases.course import drop, list_evidence
from shared.clock_rows.rows import ClockState, change_clock, is_running, stop_clock
from shared.clocks.acts import extend as extended

# Nobody is bound while it is open who is competent.
SUSPENDED = {ClockKind.REPLY, ClockKind.MEASURES, ClockKind.ESCALATION}


async def acknowledge(act: Act, *, reason: str | None) -> AnyLetter:
    """签收: the letter has arrived."""
    letter = (await act.open(Action.ACKNOWLEDGE)).letter
    letter.acknowledged_at = act.now
    await act.take(letter, Action.ACKNOWLEDGE, reason=reason)
    await act.met(letter, ClockKind.ACKNOWLEDGE)
    return letter


async def object_to(act: Act, *, reason: str) -> AnyLetter:
    """The matter is not ours, with reasons and in time; ObjectionBarred if late or designated."""
    letter = (await act.open(Action.OBJECT)).letter
    if letter.designated or not await is_running(
        act.session, subject_id=letter.id, kind=ClockKind.OBJECTION
    ):
        raise ObjectionBarred
    ended = await stop_clock(
        act.session, subject_id=letter.id, kind=ClockKind.OBJECTION, at=act.now
    )
    if ended is not ClockState.MET:
        raise ObjectionBarred
    letter.objection = reason
    letter.acknowledged_at = letter.acknowledged_at or act.now
    await act.take(letter, Action.OBJECT, reason=reason)
    await act.met(letter, ClockKind.ACKNOWLEDGE)
    await drop(act.session, letter, at=act.now, kinds=SUSPENDED)
    return letter


async def begin_work(act: Act, *, measures: str) -> AnyLetter:
    """Begin, and say what was done first. Who begins is competent and objects no more."""
    letter = (await act.open(Action.BEGIN)).letter
    letter.measures, letter.measures_at = measures, act.now
    await act.take(letter, Action.BEGIN, reason=measures)
    await act.met(letter, ClockKind.MEASURES)
    await drop(act.session, letter, at=act.now, kinds={ClockKind.OBJECTION})
    return letter


async def extend(act: Act, *, amount: int, reason: str) -> AnyLetter:
    """The receiver's head takes more time for the answer, once and before it has run out.

    ExtensionAlreadyUsed, ExtensionExceedsCap or TermExpired otherwise.
    """
    letter = (await act.open(Action.EXTEND)).letter
    await change_clock(
        act.session,
        subject_id=letter.id,
        kind=ClockKind.REPLY,
        act=lambda ledger, term, calendar: extended(
            ledger,
            term,
            calendar,
            amount=amount,
            reason=reason,
            requested_by=letter.receiver,
            approved_by=str(act.actor.id),
            at=act.now,
        ),
    )
    await act.take(letter, Action.EXTEND, reason=reason)
    return letter


async def reply(
    act: Act,
    *,
    text: str,
    outcome: Outcome,
    reason: str | None,
    case_id: str | None,
    evidence: Sequence[EvidenceItem],
) -> AnyLetter:
    """Answer: what was done, or why it cannot be (环境行政处罚办法 2010 art. 27).

    A hand-over is answered once each item was compared with the list, and with the receiver's case
    number when it was taken over. Evidence goes back with the answer to a request only.
    """
    file = await act.open(Action.REPLY)
    letter = file.letter
    requests.require_explained(outcome, reason)
    _require_answerable(act.kind, file, outcome=outcome, case_id=case_id, evidence=evidence)
    require_sound_list(evidence, now=act.now, known=[each.sha256 for each in file.evidence])
    await list_evidence(act.session, letter, evidence, first=len(file.evidence) + 1)
    letter.reply, letter.outcome, letter.outcome_reason = text, outcome, reason
    letter.replied_at = act.now
    letter.first_replied_at = letter.first_replied_at or act.now
    letter.receiver_case_id = case_id or letter.receiver_case_id
    await act.take(letter, Action.REPLY, reason=text)
    await act.met(letter, ClockKind.REPLY)
    return letter


def _require_answerable(
    kind: LetterKind,
    file: LetterFile,
    *,
    outcome: Outcome,
    case_id: str | None,
    evidence: Sequence[EvidenceItem],
) -> None:
    if kind is LetterKind.REQUEST:
        return
    requests.require_case(outcome, case_id or file.letter.receiver_case_id)
    if evidence:
        raise course.BadLetter(reason="a hand-over brings its evidence itself", pointer="/evidence")
    if pending := [each for each in file.evidence if each.receipt is Receipt.PENDING]:
        raise ReceiptMissing(count=len(pending))
