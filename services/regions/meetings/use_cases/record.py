"""What every act on a meeting shares: reading it whole and writing down."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.agreements.domain.consent import NotAParty
from services.regions.meetings import domain, queries
from services.regions.meetings.domain import Action, Confirmation, Minutes
from services.regions.meetings.models import Meeting, MeetingParty, MeetingStep
from services.regions.meetings.queries import MeetingFile
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import may
from shared.ids import uuid7

KIND: Final = "meeting"


@dataclass(frozen=True, slots=True)
class Held:
    """A meeting locked until the transaction ends, and how it stood before the act."""

    file: MeetingFile
    before: Mapping[str, Any] | None

    @property
    def meeting(self) -> Meeting:
        return self.file.meeting

    def party(self, division: str) -> MeetingParty:
        """NotAParty if the division was not invited."""
        for each in self.file.parties:
            if each.division == division:
                return each
        raise NotAParty(reason=division, division=division, pointer="/division")


async def lock(session: AsyncSession, meeting_id: UUID) -> Held:
    """The meeting with those invited, locked. For every change."""
    meeting = await queries.lock_meeting(session, meeting_id)
    before = meeting.model_dump(mode="json")
    return Held(await queries.file(session, meeting), before)


def take(held: Held, minutes: Minutes, actor: Actor, now: datetime) -> None:
    """Take over what the rules made of the parties' words; whoever acts gave what is new."""
    held.meeting.state = minutes.state
    for party in held.file.parties:
        said = minutes.words.get(party.division, Confirmation.PENDING)
        if said is party.confirmation:
            continue
        silent = said is Confirmation.PENDING
        party.confirmation = said
        party.answered_at = None if silent else now
        party.answered_by = None if silent else actor.id
        party.answered_name = None if silent else actor.name
        party.answer_reason = None


async def note(
    session: AsyncSession,
    actor: Actor,
    held: Held,
    action: str,
    *,
    division: str | None,
    reason: str | None,
    now: datetime,
    item_id: UUID | None = None,
    content: dict[str, Any] | None = None,
) -> None:
    """Every act is a new version, a line of history and a line in the trace."""
    meeting = held.meeting
    meeting.changed_at = now
    flag_modified(meeting, "changed_at")  # a version even if no time has passed
    step = MeetingStep(
        id=uuid7(),
        meeting_id=meeting.id,
        action=action,
        state=meeting.state,
        division=division,
        item_id=item_id,
        minutes_hash=meeting.minutes_hash,
        content=content,
        actor_id=actor.id,
        actor_name=actor.name,
        reason=reason,
        at=now,
        visible_to=meeting.visible_to,
    )
    session.add(step)
    await session.flush()
    await record(
        session,
        actor,
        f"meeting.{action}",
        object_kind=KIND,
        object_id=meeting.id,
        now=now,
        seen_by=meeting.visible_to,
        reason=reason,
        before=held.before,
        after=meeting.model_dump(mode="json"),
    )


def actions(actor: Actor, file: MeetingFile) -> list[str]:
    """The legal next steps this caller may take."""

    def hosts() -> bool:
        return may(actor, "meeting.convene", division=file.meeting.host)

    def speaks(said: Confirmation) -> bool:
        return any(
            may(actor, "meeting.confirm", division=each.division)
            for each in file.parties
            if each.attended and each.confirmation is not said
        )

    by: Mapping[Action, Callable[[], bool]] = {
        Action.CHANGE: hosts,
        Action.CANCEL: hosts,
        Action.RECORD: hosts,
        Action.AMEND: hosts,
        Action.CONFIRM: lambda: speaks(Confirmation.CONFIRMED),
        Action.OBJECT: lambda: speaks(Confirmation.OBJECTED),
    }
    legal = domain.TRANSITIONS[file.meeting.state]
    return [each.value for each in legal if each in by and by[each]()]
