"""What a meeting came to: its minutes, each attending party's word on them, and open matters."""

from datetime import datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.agreements.domain.consent import fingerprint
from services.regions.agreements.domain.terms import Attachment
from services.regions.meetings import domain, queries
from services.regions.meetings.domain import Action, ItemState, Minutes, OpenMatter, Record
from services.regions.meetings.models import Meeting, MeetingItem
from services.regions.meetings.use_cases.record import Held, lock, note, take
from shared.audit.trace import SYSTEM_ACTOR
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clock_rows.rows import Ladder, drop_clocks, start_clock, stop_clock
from shared.clocks.days import SHANGHAI, legal_day
from shared.ids import uuid7
from shared.rule_settings import rule_settings

ITEM: Final = "meeting_item"


async def record(
    session: AsyncSession,
    actor: Actor,
    meeting_id: UUID,
    *,
    minutes: Record,
    expected_version: int,
    now: datetime,
) -> Meeting:
    """The host writes the minutes down; they are the others' to confirm, each for itself."""
    held = await _hosted(session, actor, meeting_id, expected_version)
    meeting = held.meeting
    domain.step(meeting.state, Action.RECORD)
    _require(minutes, held, now)
    words = {each.division: each.confirmation for each in held.file.parties}
    before = Minutes(domain.step(meeting.state, Action.RECORD), "", words)
    await _put(session, actor, held, minutes, before, now=now)
    await _note(session, actor, held, Action.RECORD, minutes, now=now)
    return meeting


async def amend(
    session: AsyncSession,
    actor: Actor,
    meeting_id: UUID,
    *,
    minutes: Record,
    expected_version: int,
    now: datetime,
) -> Meeting:
    """Other minutes: confirmations of the ones before are void; further matters may be added."""
    held = await _hosted(session, actor, meeting_id, expected_version)
    domain.step(held.meeting.state, Action.AMEND)
    _require(minutes, held, now)
    await _put(session, actor, held, minutes, held.file.minutes, now=now)
    await _note(session, actor, held, Action.AMEND, minutes, now=now)
    return held.meeting


async def confirm(
    session: AsyncSession,
    actor: Actor,
    meeting_id: UUID,
    *,
    division: str,
    minutes_hash: str,
    expected_version: int,
    now: datetime,
) -> Meeting:
    """A party that attended stands by the minutes it names by hash. Silence is no consent."""
    held = await lock(session, meeting_id)
    require(actor, "meeting.confirm", division=division)
    held.meeting.require_version(expected_version)
    held.party(division)
    confirmed = held.file.minutes.confirm(division, text_hash=minutes_hash)
    take(held, confirmed, actor, now)
    await note(session, actor, held, Action.CONFIRM, division=division, reason=None, now=now)
    if not confirmed.unconfirmed:
        await note(
            session, SYSTEM_ACTOR, held, Action.CONCLUDE, division=None, reason=None, now=now
        )
    return held.meeting


async def object_to(
    session: AsyncSession,
    actor: Actor,
    meeting_id: UUID,
    *,
    division: str,
    minutes_hash: str,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Meeting:
    """A party that attended does not stand by the minutes, and says why."""
    held = await lock(session, meeting_id)
    require(actor, "meeting.confirm", division=division)
    held.meeting.require_version(expected_version)
    party = held.party(division)
    objected = held.file.minutes.object(division, text_hash=minutes_hash, reason=reason)
    take(held, objected, actor, now)
    party.answer_reason = reason
    await note(session, actor, held, Action.OBJECT, division=division, reason=reason, now=now)
    return held.meeting


async def close_item(
    session: AsyncSession,
    actor: Actor,
    meeting_id: UUID,
    item_id: UUID,
    *,
    done: bool,
    proof: str,
    attachments: tuple[Attachment, ...],
    expected_version: int,
    now: datetime,
) -> MeetingItem:
    """A matter is done, as its own division shows; or dropped by whoever leads the series now."""
    held = await lock(session, meeting_id)
    item = await queries.lock_item(session, meeting_id, item_id)
    leads = await queries.latest_host(session, held.meeting)
    division = item.responsible if done else leads
    require(actor, "meeting.see_to" if done else "meeting.convene", division=division)
    item.require_version(expected_version)
    domain.require_item_open(item.state)
    item.state = ItemState.DONE if done else ItemState.DROPPED
    item.proof = proof
    item.attachments = [_plain(each) for each in attachments]
    item.closed_at, item.closed_by, item.closed_name = now, actor.id, actor.name
    if done:
        await stop_clock(session, subject_id=item.id, kind=ITEM, at=now)
    else:
        await drop_clocks(session, subject_id=item.id, at=now)
    await note(
        session,
        actor,
        held,
        f"item_{item.state.value}",
        division=division,
        reason=proof,
        now=now,
        item_id=item.id,
    )
    return item


async def _hosted(
    session: AsyncSession, actor: Actor, meeting_id: UUID, expected_version: int
) -> Held:
    held = await lock(session, meeting_id)
    require(actor, "meeting.convene", division=held.meeting.host)
    held.meeting.require_version(expected_version)
    return held


def _require(minutes: Record, held: Held, now: datetime) -> None:
    domain.require_record(
        minutes, host=held.meeting.host, invited=held.file.codes, today=legal_day(now)
    )


async def _put(
    session: AsyncSession,
    actor: Actor,
    held: Held,
    minutes: Record,
    before: Minutes,
    *,
    now: datetime,
) -> None:
    """Take the minutes over. Who wrote them stands by them; the others have their own word."""
    meeting = held.meeting
    text_hash = fingerprint(domain.plain(minutes))
    changed = text_hash != meeting.minutes_hash
    meeting.held_on, meeting.minutes = minutes.held_on, minutes.text
    meeting.decisions, meeting.minutes_hash = list(minutes.decisions), text_hash
    meeting.minutes_version += changed
    after = before
    if before.text_hash:
        after = before.amend(text_hash)
    present = set(minutes.present)
    words = {each: after.words.get(each, domain.Confirmation.PENDING) for each in present}
    after = Minutes(after.state, text_hash, words).confirm(meeting.host, text_hash=text_hash)
    for noted in minutes.attendance:
        party = held.party(noted.division)
        party.attended, party.attendees = noted.attended, list(noted.attendees)
    take(held, after, actor, now)
    known = {(each.text, each.responsible) for each in held.file.items}
    for matter in minutes.matters:
        if (matter.text, matter.responsible) not in known:
            await _open(session, held, matter, minutes, now=now)


async def _open(
    session: AsyncSession, held: Held, matter: OpenMatter, minutes: Record, *, now: datetime
) -> None:
    """A matter with its clock, from the day the meeting was held."""
    meeting = held.meeting
    item = MeetingItem(
        id=uuid7(),
        meeting_id=meeting.id,
        position=len(held.file.items),
        text=matter.text,
        responsible=matter.responsible,
        opened_on=minutes.held_on,
        due_on=matter.due_on,
        state=ItemState.OPEN,
        attachments=[],
        visible_to=meeting.visible_to,
    )
    session.add(item)
    held.file.items.append(item)
    await session.flush()
    settings = await rule_settings(session, division=matter.responsible, on_day=legal_day(now))
    await start_clock(
        session,
        subject_kind=ITEM,
        subject_id=item.id,
        kind=ITEM,
        term=domain.item_term(minutes.held_on, matter.due_on),
        ladder=Ladder(
            timedelta(hours=settings["cooperation.warn_before_hours"]),
            timedelta(hours=settings["cooperation.raise_after_hours"]),
        ),
        started_at=datetime.combine(minutes.held_on, time.min, SHANGHAI),
        seen_by=held.file.codes,
    )


async def _note(
    session: AsyncSession,
    actor: Actor,
    held: Held,
    action: Action,
    minutes: Record,
    *,
    now: datetime,
) -> None:
    await note(
        session,
        actor,
        held,
        action,
        division=held.meeting.host,
        reason=None,
        now=now,
        content=domain.plain(minutes),
    )


def _plain(attachment: Attachment) -> dict[str, Any]:
    return {
        "title": attachment.title,
        "sha256": attachment.sha256,
        "size": attachment.size,
    }
