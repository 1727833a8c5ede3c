"""One act on a letter: by whom, on what the caller last read, when."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.assistance.domain import course
from services.regions.assistance.domain.course import (
    Action,
    ClockKind,
    LetterKind,
    NoCommonSuperior,
    Side,
)
from services.regions.assistance.queries import AnyLetter, LetterFile, duties, kind_of
from services.regions.assistance.use_cases.course import drop, lock, stop, take
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.clock_rows.rows import clocks_of, is_running


@dataclass(frozen=True, slots=True)
class Act:
    """A step somebody takes with one letter."""

    session: AsyncSession
    actor: Actor
    kind: LetterKind
    letter_id: UUID
    expected_version: int
    now: datetime

    async def open(self, action: Action) -> LetterFile:
        """The letter, locked, if this is the caller's step and the letter is as he read it.

        NoCommonSuperior for a step of a superior that the two sides do not have.
        """
        file = await lock(self.session, self.kind, self.letter_id)
        _, right = course.STEPS[action]
        holder = holder_of(file.letter, action)
        if holder is None:
            raise NoCommonSuperior
        require(self.actor, right, division=holder)
        file.letter.require_version(self.expected_version)
        course.step(file.letter.state, action)
        return file

    async def take(self, letter: AnyLetter, action: Action, *, reason: str | None) -> None:
        await take(self.session, self.actor, letter, action, reason=reason, now=self.now)

    async def met(self, letter: AnyLetter, *kinds: ClockKind) -> None:
        """Duties are done; if nothing else is late, nothing goes to the superior any more."""
        for kind in kinds:
            await stop(self.session, letter, kind, at=self.now)
        if not await self._still_late(letter):
            await drop(self.session, letter, at=self.now, kinds={ClockKind.ESCALATION})

    async def _still_late(self, letter: AnyLetter) -> bool:
        if not await is_running(self.session, subject_id=letter.id, kind=ClockKind.ESCALATION):
            return False
        clocks = await clocks_of(self.session, [letter.id])
        return course.is_overdue(duties(clocks), self.now)


def holder_of(letter: AnyLetter, action: Action) -> str | None:
    """The division whose step it is; none where the two sides have no common superior."""
    match course.side(kind_of(letter), action):
        case Side.SENDER:
            return letter.sender
        case Side.RECEIVER:
            return letter.receiver
        case _:
            return course.common_superior(letter.sender, letter.receiver)


def actions(actor: Actor, file: LetterFile) -> list[str]:
    """The legal next steps this caller may take."""
    legal = [each for each in course.TRANSITIONS[file.letter.state] if each in course.STEPS]
    return [each.value for each in legal if _may_take(actor, file, each)]


def _may_take(actor: Actor, file: LetterFile, action: Action) -> bool:
    holder = holder_of(file.letter, action)
    if holder is None or (action in course.ON_EVIDENCE and not file.evidence):
        return False
    if action is Action.OBJECT and file.letter.designated:
        return False
    if action is Action.URGE and file.letter.escalated_at is None:
        return False
    return may(actor, course.STEPS[action][1], division=holder)
