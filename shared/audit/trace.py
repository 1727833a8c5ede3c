"""The trace of every act, written in the transaction of the act itself."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import orjson
from sqlmodel.ext.asyncio.session import AsyncSession

from shared import divisions
from shared.auth.actor import Actor, ActorKind
from shared.db.session import driver
from shared.http.context import current_request
from shared.ids import uuid7

# Acts that time causes, not a person.
SYSTEM_ACTOR: Final = Actor(id=UUID(int=0), kind=ActorKind.SERVICE, name="system")


class Result(StrEnum):
    DONE = "done"
    REFUSED = "refused"


def fingerprint(state: Mapping[str, Any] | None) -> str | None:
    """SHA-256 of an object's state, so that the trace proves it without holding it."""
    if state is None:
        return None
    packed = orjson.dumps(state, default=str, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(packed).hexdigest()


async def record(
    session: AsyncSession,
    actor: Actor,
    action: str,
    *,
    object_kind: str,
    object_id: UUID | str,
    now: datetime,
    seen_by: Iterable[str],
    reason: str | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    result: Result = Result.DONE,
) -> None:
    """Who did what to which object; `seen_by` are the divisions it concerns."""
    connection = await driver(session)
    await connection.execute(
        "INSERT INTO audit (id, at, actor_id, actor_kind, actor_name, via, action, object_kind,"
        " object_id, before_hash, after_hash, reason, result, request_id, visible_to)"
        " VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15)",
        uuid7(),
        now,
        actor.id,
        actor.kind.value,
        actor.name,
        list(actor.via),
        action,
        object_kind,
        str(object_id),
        fingerprint(before),
        fingerprint(after),
        reason,
        result.value,
        current_request().request_id,
        divisions.visibility(seen_by),
    )
