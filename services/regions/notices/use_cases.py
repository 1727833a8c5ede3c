"""Giving notice of a matter near a border, acknowledging and answering it, closing it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.divisions.domain import BorderKind
from services.regions.divisions.models import Border
from services.regions.divisions.queries import borders_between, division as division_row
from services.regions.divisions.use_cases import require_known
from services.regions.notices import domain, queries
from services.regions.notices.domain import (
    Action,
    AnswersMissing,
    Finding,
    NotNeighbours,
    NotNotified,
    PartyState,
    Position,
    State,
    Urgency,
)
from services.regions.notices.models import BorderNotice, NoticeStep, NotifiedParty
from services.regions.notices.queries import NoticeFile
from shared import divisions
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.clock_rows.rows import Ladder, drop_clocks, start_clock, stop_clock
from shared.clocks.days import legal_day
from shared.contracts.origins import Matter
from shared.divisions import Level
from shared.ids import uuid7
from shared.rule_settings import rule_settings

KIND: Final = "border_notice"
PARTY_KIND: Final = "border_notice_party"
GIVEN: Final = "give"
# Of several borders between two cities, the closest says how they lie to each other.
CLOSEST: Final = (BorderKind.LAND, BorderKind.WATER, BorderKind.SEA)


async def give(
    session: AsyncSession,
    actor: Actor,
    *,
    matter: Matter,
    neighbours: Mapping[str, Position | None],
    point: tuple[float, float] | None,
    urgency: Urgency,
    now: datetime,
) -> BorderNotice:
    """Tell neighbours of a matter; each has its time to acknowledge from this moment on.

    `point` is in WGS-84. NotNeighbours unless each shares a border of any kind with the matter's
    division, the distances over the sea that are published included.
    """
    require(actor, "border_notice.give", division=matter.division)
    today = legal_day(now)
    await require_known(session, [matter.division], on_day=today, pointer="/matter/division")
    await require_known(session, neighbours, on_day=today, pointer="/neighbours")
    borders = {
        code: await _border(session, matter.division, code, place=place, now=now)
        for place, code in enumerate(neighbours)
    }
    concerned = divisions.visibility([matter.division, *neighbours])
    notice = BorderNotice(
        id=uuid7(),
        division=matter.division,
        matter=matter.model_dump(mode="json"),
        longitude=point[0] if point else None,
        latitude=point[1] if point else None,
        urgency=urgency,
        state=State.OPEN,
        given_at=now,
        given_by=actor.id,
        changed_at=now,
        visible_to=concerned,
    )
    session.add(notice)
    await session.flush()
    for code, position in neighbours.items():
        await _tell(session, notice, code, borders[code], position, now=now)
    await _write_down(session, actor, notice, GIVEN, notice.division, reason=None, now=now)
    return notice


async def acknowledge(
    session: AsyncSession,
    actor: Actor,
    notice_id: UUID,
    *,
    division: str,
    expected_version: int,
    now: datetime,
) -> BorderNotice:
    """A neighbour has seen it; late is late, but better than silent."""
    file, party = await _begin(
        session,
        actor,
        notice_id,
        Action.ACKNOWLEDGE,
        division=division,
        expected_version=expected_version,
    )
    party.state = domain.party_step(party.state, Action.ACKNOWLEDGE)
    party.acknowledged_at, party.acknowledged_by = now, actor.id
    await stop_clock(session, subject_id=party.id, kind=domain.ACKNOWLEDGE, at=now)
    await _note(session, actor, file, Action.ACKNOWLEDGE, division, reason=None, now=now)
    return file.notice


async def answer(
    session: AsyncSession,
    actor: Actor,
    notice_id: UUID,
    *,
    division: str,
    finding: Finding,
    text: str,
    handed_over_to: str | None,
    expected_version: int,
    now: datetime,
) -> BorderNotice:
    """A neighbour says what it found on its side; until the close it may say more."""
    domain.require_whole(finding, handed_over_to)
    file, party = await _begin(
        session,
        actor,
        notice_id,
        Action.ANSWER,
        division=division,
        expected_version=expected_version,
    )
    party.state = domain.party_step(party.state, Action.ANSWER)
    party.finding, party.answer, party.handed_over_to = finding, text, handed_over_to
    party.answered_at, party.answered_by = now, actor.id
    file.notice.state = domain.settled(file.states.values())
    told = f"{finding.value}: {text}"
    await _note(session, actor, file, Action.ANSWER, division, reason=told, now=now)
    return file.notice


async def close(
    session: AsyncSession,
    actor: Actor,
    notice_id: UUID,
    *,
    closing: str,
    without_answers: bool,
    expected_version: int,
    now: datetime,
) -> BorderNotice:
    """The giver says what came of it. AnswersMissing names who is silent, unless that is said."""
    file = await _lock(session, notice_id)
    notice = file.notice
    require(actor, "border_notice.close", division=notice.division)
    notice.require_version(expected_version)
    domain.require_legal(notice.state, Action.CLOSE)
    missing = domain.silent(file.states)
    if missing and not without_answers:
        raise AnswersMissing(silent=", ".join(missing))
    notice.state, notice.closed_at, notice.closing = State.CLOSED, now, closing
    for party in file.parties:
        await drop_clocks(session, subject_id=party.id, at=now)
    await _note(session, actor, file, Action.CLOSE, notice.division, reason=closing, now=now)
    return notice


def actions(actor: Actor, file: NoticeFile) -> list[str]:
    """The legal next steps this caller may take, in whichever name."""
    legal = domain.TRANSITIONS[file.notice.state]
    return [each.value for each in Action if each in legal and _may_take(actor, file, each)]


def _may_take(actor: Actor, file: NoticeFile, action: Action) -> bool:
    if action is Action.CLOSE:
        return may(actor, "border_notice.close", division=file.notice.division)
    return any(
        action in domain.PARTY_TRANSITIONS[each.state]
        and may(actor, f"border_notice.{action.value}", division=each.division)
        for each in file.parties
    )


async def _border(
    session: AsyncSession, division: str, neighbour: str, *, place: int, now: datetime
) -> Border:
    """The closest border between the two; cities have those of their counties.

    Nobody publishes the outline of a functional zone: it borders where its city does.
    """
    scopes = [await _territory(session, each, now) for each in (division, neighbour)]
    ends = [divisions.scope(division), divisions.scope(neighbour)]
    nested = ends[0].startswith(ends[1]) or ends[1].startswith(ends[0])
    found = [] if nested else list(await borders_between(session, scopes[0], scopes[1]))
    if not found:
        raise NotNeighbours(
            reason=neighbour,
            neighbour=neighbour,
            division=division,
            pointer=f"/neighbours/{place}/division",
        )
    return min(found, key=_closeness)


async def _territory(session: AsyncSession, code: str, now: datetime) -> str:
    row = await division_row(session, code, on_day=legal_day(now))
    heads = row.parent if row.level is Level.ZONE and row.parent else code
    return divisions.scope(heads)


def _closeness(border: Border) -> tuple[int, float]:
    return CLOSEST.index(border.kind), border.km if border.kind is BorderKind.SEA else -border.km


async def _tell(
    session: AsyncSession,
    notice: BorderNotice,
    code: str,
    border: Border,
    position: Position | None,
    *,
    now: datetime,
) -> None:
    """The neighbour's line, and its time to acknowledge by its own figures."""
    party = NotifiedParty(
        id=uuid7(),
        notice_id=notice.id,
        division=code,
        border=border.kind,
        km=border.km,
        position=position,
        state=PartyState.TOLD,
        visible_to=notice.visible_to,
    )
    session.add(party)
    await session.flush()
    figures = await rule_settings(session, division=code, on_day=legal_day(now))
    await start_clock(
        session,
        subject_kind=PARTY_KIND,
        subject_id=party.id,
        kind=domain.ACKNOWLEDGE,
        term=domain.acknowledgement(notice.urgency, figures),
        ladder=Ladder(*domain.rungs(notice.urgency, figures)),
        started_at=now,
        seen_by=[notice.division, code],
    )


async def _lock(session: AsyncSession, notice_id: UUID) -> NoticeFile:
    """The notice with all that hangs on it, locked until the transaction ends."""
    return await queries.file(session, await queries.lock_notice(session, notice_id))


async def _begin(
    session: AsyncSession,
    actor: Actor,
    notice_id: UUID,
    action: Action,
    *,
    division: str,
    expected_version: int,
) -> tuple[NoticeFile, NotifiedParty]:
    """A step of a neighbour's: it may, it is concerned, and the notice allows it."""
    file = await _lock(session, notice_id)
    require(actor, f"border_notice.{action.value}", division=division)
    file.notice.require_version(expected_version)
    party = next((each for each in file.parties if each.division == division), None)
    if party is None:
        raise NotNotified(reason=division, division=division, pointer="/division")
    domain.require_legal(file.notice.state, action)
    return file, party


async def _note(
    session: AsyncSession,
    actor: Actor,
    file: NoticeFile,
    action: Action,
    division: str,
    *,
    reason: str | None,
    now: datetime,
) -> None:
    """Every act is a new version, and written down."""
    file.notice.changed_at = now
    flag_modified(file.notice, "changed_at")  # a version even if no time has passed
    await _write_down(session, actor, file.notice, action, division, reason=reason, now=now)


async def _write_down(
    session: AsyncSession,
    actor: Actor,
    notice: BorderNotice,
    action: str,
    division: str,
    *,
    reason: str | None,
    now: datetime,
) -> None:
    """A line of history and a line in the trace."""
    step = NoticeStep(
        id=uuid7(),
        notice_id=notice.id,
        action=action,
        state=notice.state,
        division=division,
        actor_id=actor.id,
        actor_name=actor.name,
        reason=reason,
        at=now,
        visible_to=notice.visible_to,
    )
    session.add(step)
    await session.flush()
    await record(
        session,
        actor,
        f"{KIND}.{action}",
        object_kind=KIND,
        object_id=notice.id,
        now=now,
        seen_by=notice.visible_to,
        reason=reason,
        after=notice.model_dump(mode="json"),
    )
