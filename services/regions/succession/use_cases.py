"""Drafting, previewing, publishing and applying a change of divisions."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.orm.attributes import flag_modified
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.divisions import queries as territory
from services.regions.divisions.domain import TOUCHING, BorderKind
from services.regions.divisions.use_cases import announce_borders, announce_divisions
from services.regions.succession import domain, queries
from services.regions.succession.domain import (
    PREVIEW_DAYS,
    BorderPlan,
    Change,
    ChangeAction,
    GivenBorder,
    Successor,
)
from services.regions.succession.models import DivisionChange, DivisionChangeStep
from shared import divisions
from shared.audit.trace import SYSTEM_ACTOR, record
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.clocks.days import legal_day
from shared.contracts.events import SUBSCRIBERS
from shared.contracts.regions import (
    Assignment,
    ChangeDocument,
    DivisionSucceeded,
    DivisionWork,
    DivisionWorkQuery,
    WorkOfKind,
)
from shared.crashpoint import crashpoint
from shared.db.session import beyond_scope
from shared.divisions import Level
from shared.errors import AppError
from shared.http.client import ServiceClient
from shared.ids import uuid7
from shared.messaging.outbox import announce
from shared.rule_settings import rule_settings
from shared.succession.asking import PATH, open_work_of
from shared.succession.open_work import OpenWork
from shared.succession.rows import copy_settings, keep

HOME: Final = "regions"
# Whoever moves open work is asked how much there is.
ASKED: Final = SUBSCRIBERS[DivisionSucceeded.topic]
RIGHTS: Final[Mapping[ChangeAction, str]] = {
    ChangeAction.PREVIEW: "division_change.preview",
    ChangeAction.PUBLISH: "division_change.publish",
    ChangeAction.WITHDRAW: "division_change.withdraw",
}


def change_of(row: DivisionChange) -> Change:
    """The change as the rules see it."""
    return Change(
        kind=row.kind,
        predecessors=tuple(row.predecessors),
        successors=tuple(
            Successor(each["code"], each["name"], Level(each["level"]), each["parent"])
            for each in row.successors
        ),
        effective_on=row.effective_on,
        main=row.main,
        assignments=tuple(
            (each["kind"], UUID(each["id"]), each["code"]) for each in row.assignments
        ),
        borders=tuple(
            GivenBorder(each["a"], each["b"], each["km"], BorderKind(each["kind"]))
            for each in row.borders
        ),
    )


def actions(actor: Actor, row: DivisionChange) -> list[str]:
    """What this caller may do next."""
    return [
        each.value
        for each in domain.TRANSITIONS[row.state]
        if each in RIGHTS
        and may(actor, RIGHTS[each], division=row.authority)
        and not (each is ChangeAction.PUBLISH and row.drafted_by == actor.id)
    ]


async def draft(
    session: AsyncSession, actor: Actor, change: Change, document: ChangeDocument, *, now: datetime
) -> DivisionChange:
    """Write a sound change down. Nothing else happens yet."""
    authority = domain.authority([*change.predecessors, *change.codes_after])
    require(actor, "division_change.draft", division=authority)
    domain.require_future(change.effective_on, today=legal_day(now))
    domain.require_sound(change, await queries.table(session))
    row = DivisionChange(
        id=uuid7(),
        kind=change.kind,
        authority=authority,
        predecessors=[*change.predecessors],
        successors=[
            {"code": each.code, "name": each.name, "level": each.level.value, "parent": each.parent}
            for each in change.successors
        ],
        main=change.main,
        assignments=[
            {"kind": kind, "id": str(row_id), "code": code}
            for kind, row_id, code in change.assignments
        ],
        borders=[
            {"a": each.a, "b": each.b, "km": each.km, "kind": each.kind} for each in change.borders
        ],
        effective_on=change.effective_on,
        document_title=document.title,
        document_number=document.number,
        drafted_by=actor.id,
        drafted_by_name=actor.name,
        drafted_at=now,
        changed_at=now,
        visible_to=divisions.visibility([authority]),
    )
    session.add(row)
    await session.flush()
    await _write_down(session, actor, row, "draft", now=now)
    return row


async def preview(
    session: AsyncSession,
    actor: Actor,
    change_id: UUID,
    *,
    open_work: Sequence[OpenWork],
    peers: Mapping[str, ServiceClient],
    expected_version: int,
    now: datetime,
) -> DivisionChange:
    """Ask every service what open work would move, and keep the answer with the table's state."""
    row = await _lock(session, actor, change_id, ChangeAction.PREVIEW, expected_version)
    change = change_of(row)
    domain.require_sound(change, await queries.table(session))
    stamp = await queries.stamp(session)
    answers = await _ask(peers, change.predecessors)
    async with beyond_scope(session):
        answers[HOME] = await open_work_of(session, open_work, change.predecessors)
    borders = domain.borders_after(change, await queries.pairs_of(session, change.predecessors))
    row.preview, row.previewed_at, row.table_stamp = _preview(answers, borders), now, stamp
    await _note(session, actor, row, ChangeAction.PREVIEW, now=now)
    return row


async def _ask(
    peers: Mapping[str, ServiceClient], codes: Iterable[str]
) -> dict[str, list[WorkOfKind] | None]:
    """What each service says; nothing of one that does not answer."""
    query = DivisionWorkQuery(divisions=[*codes]).model_dump(mode="json")

    async def of(service: str) -> list[WorkOfKind] | None:
        peer = peers.get(service)
        if peer is None:
            return None
        try:
            answer = await peer.post(PATH, json=query)
            return DivisionWork.model_validate_json(answer.content).work
        except (AppError, ValidationError):
            return None

    return dict(zip(ASKED, await asyncio.gather(*map(of, ASKED)), strict=True))


def _preview(answers: Mapping[str, list[WorkOfKind] | None], borders: BorderPlan) -> dict[str, Any]:
    return {
        "not_reachable": sorted(name for name, work in answers.items() if work is None),
        "work": [
            {"service": name, **each.model_dump(mode="json")}
            for name, work in answers.items()
            for each in work or ()
        ],
        "borders": {
            "removed": [[*pair] for pair in borders.removed],
            "added": [[each.a, each.b, each.km, each.kind] for each in borders.added],
            "missing": [*borders.missing],
        },
    }


async def publish(
    session: AsyncSession,
    actor: Actor,
    change_id: UUID,
    *,
    expected_version: int,
    now: datetime,
) -> DivisionChange:
    """Write the change into the table of divisions, by another person than its drafter.

    The table says at once from when on it holds; borders and open work follow on the day.
    """
    row = await _lock(session, actor, change_id, ChangeAction.PUBLISH, expected_version)
    await queries.stand_alone(session)
    change = change_of(row)
    today = legal_day(now)
    domain.require_publishable(
        drafted_by=row.drafted_by,
        publisher=actor.id,
        previewed_at=row.previewed_at,
        stamp_seen=row.table_stamp,
        stamp_now=await queries.stamp(session),
        not_reachable=row.preview["not_reachable"] if row.preview else (),
        days=(await rule_settings(session, division=row.authority, on_day=today))[PREVIEW_DAYS],
        now=now,
    )
    domain.require_future(change.effective_on, today=today)
    facts = await queries.table(session)
    domain.require_sound(change, facts)
    ended, begun = domain.rows_after(change, facts)
    concerned = [row.authority, *change.predecessors, *change.codes_after]
    async with beyond_scope(session):
        await queries.write_rows(session, ended=ended, begun=begun)
        await keep(session, domain.successions_of(change, row.id, _document(row)))
    row.published_by, row.published_by_name, row.published_at = actor.id, actor.name, now
    row.visible_to = divisions.visibility(concerned)
    await _note(session, actor, row, ChangeAction.PUBLISH, now=now)
    crashpoint("succession.published")
    await announce_divisions(session, {code[:2] for code in concerned[1:]}, now=now)
    return row


async def withdraw(
    session: AsyncSession,
    actor: Actor,
    change_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> DivisionChange:
    """Give a draft up. What is published has been read; another change mends it."""
    row = await _lock(session, actor, change_id, ChangeAction.WITHDRAW, expected_version)
    await _note(session, actor, row, ChangeAction.WITHDRAW, reason=reason, now=now)
    return row


async def take_effect(session: AsyncSession, *, now: datetime) -> bool:
    """Let one published change take effect whose day has come; False if there is none.

    The graph of borders changes, figures set for an ended division go on for its successors, and
    every service is told to move its open work.
    """
    row = await queries.lock_due(session, today=legal_day(now))
    if row is None:
        return False
    change = change_of(row)
    plan = domain.borders_after(change, await queries.pairs_of(session, change.predecessors))
    await queries.remove_borders(session, plan.removed)
    await territory.publish_borders(session, plan.added)
    crashpoint("succession.borders")
    await announce_borders(
        session,
        {a[:2] for a, _ in plan.removed} | {each.a[:2] for each in plan.added},
        removed={*plan.removed}
        - {(each.a, each.b) for each in plan.added if each.kind in TOUCHING},
        now=now,
    )
    successions = domain.successions_of(change, row.id, _document(row))
    await copy_settings(session, successions)
    for event in _events(row, change):
        await announce(session, event, now=now)
    row.applied_at = now
    await _note(session, SYSTEM_ACTOR, row, ChangeAction.TAKE_EFFECT, now=now)
    return True


def _events(row: DivisionChange, change: Change) -> list[DivisionSucceeded]:
    """One for each group of predecessors with the same successors."""
    groups: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for each in domain.successions_of(change, row.id, ""):
        groups.setdefault((each.successors, each.main), []).append(each.predecessor)
    return [
        DivisionSucceeded(
            change_id=row.id,
            predecessors=predecessors,
            successors=[*successors],
            main=main,
            assignments=[Assignment.model_validate(each) for each in row.assignments],
            effective_on=row.effective_on,
            document=ChangeDocument(title=row.document_title, number=row.document_number),
        )
        for (successors, main), predecessors in groups.items()
    ]


def _document(row: DivisionChange) -> str:
    return f"{row.document_title} {row.document_number}"


async def _lock(
    session: AsyncSession,
    actor: Actor,
    change_id: UUID,
    action: ChangeAction,
    expected_version: int,
) -> DivisionChange:
    """The change, for a step this caller may take on it as last read."""
    row = await queries.lock_change(session, change_id)
    require(actor, RIGHTS[action], division=row.authority)
    row.require_version(expected_version)
    domain.step(row.state, action)
    return row


async def _note(
    session: AsyncSession,
    actor: Actor,
    row: DivisionChange,
    action: ChangeAction,
    *,
    now: datetime,
    reason: str | None = None,
) -> None:
    """Take the step: every one is a new version, and written down."""
    row.state = domain.step(row.state, action)
    row.changed_at = now
    flag_modified(row, "changed_at")  # a version even if no time has passed
    await _write_down(session, actor, row, action.value, now=now, reason=reason)


async def _write_down(
    session: AsyncSession,
    actor: Actor,
    row: DivisionChange,
    action: str,
    *,
    now: datetime,
    reason: str | None = None,
) -> None:
    """A line of history and a line in the trace."""
    line = DivisionChangeStep(
        id=uuid7(),
        change_id=row.id,
        action=action,
        state=row.state,
        actor_id=actor.id,
        actor_name=actor.name,
        reason=reason,
        at=now,
        visible_to=row.visible_to,
    )
    session.add(line)
    await session.flush()
    await record(
        session,
        actor,
        f"division_change.{action}",
        object_kind="division_change",
        object_id=row.id,
        now=now,
        seen_by=[row.authority, *row.predecessors],
        reason=reason or _document(row),
        after=row.model_dump(mode="json"),
    )
