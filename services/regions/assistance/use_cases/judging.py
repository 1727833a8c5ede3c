"""What the sender of a letter does: withdraw, send elsewhere, insist, judge the answer."""

from uuid import UUID

from services.regions.assistance.domain import course
from services.regions.assistance.domain.course import Action, ClockKind
from services.regions.assistance.queries import AnyLetter
from services.regions.assistance.use_cases.acting import Act
from services.regions.assistance.use_cases.course import begin, drop, settings_of
from services.regions.assistance.use_cases.forwarding import forward


async def withdraw(act: Act, *, reason: str) -> AnyLetter:
    """撤回: the letter has no use any more."""
    letter = (await act.open(Action.WITHDRAW)).letter
    await act.take(letter, Action.WITHDRAW, reason=reason)
    await drop(act.session, letter, at=act.now)
    return letter


async def redirect(
    act: Act, *, receiver: str, receiver_bureau_id: UUID | None, reason: str
) -> AnyLetter:
    """The sender agrees that it was the wrong organ: the same goes to another as a new letter."""
    file = await act.open(Action.REDIRECT)
    await act.take(file.letter, Action.REDIRECT, reason=reason)
    await drop(act.session, file.letter, at=act.now)
    await forward(
        act,
        file,
        receiver=receiver,
        receiver_bureau_id=receiver_bureau_id,
        designated=False,
    )
    return file.letter


async def insist(act: Act, *, reason: str) -> AnyLetter:
    """The sender does not agree: the common superior designates (行政处罚法 art. 25).

    Across provinces there is none here; the letter stays as unresolved before both provinces.
    """
    letter = (await act.open(Action.INSIST)).letter
    await act.take(letter, Action.INSIST, reason=reason)
    return letter


async def accept(act: Act, *, reason: str | None) -> AnyLetter:
    """The answer does: the matter between the two is closed."""
    letter = (await act.open(Action.ACCEPT)).letter
    await act.take(letter, Action.ACCEPT, reason=reason)
    await drop(act.session, letter, at=act.now)
    return letter


async def return_(act: Act, *, reason: str) -> AnyLetter:
    """The answer does not do. Its time runs anew, or goes on from the first start, by setting."""
    letter = (await act.open(Action.RETURN)).letter
    letter.returns += 1
    letter.escalated_at = letter.escalated_to = None
    await act.take(letter, Action.RETURN, reason=reason)
    settings = await settings_of(act.session, letter.receiver, act.now)
    restarts = settings[course.RETURN_RESTARTS]
    await begin(act.session, letter, ClockKind.REPLY, at=act.now if restarts else letter.sent_at)
    return letter
