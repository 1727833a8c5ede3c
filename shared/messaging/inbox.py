"""Hearing others: each event takes effect once, however often it is delivered."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.contracts.events import Event
from shared.crashpoint import crashpoint
from shared.db.session import SYSTEM, Database, driver
from shared.errors import Forbidden, InvalidInput, NotFound
from shared.http.access import ActorDep, internal
from shared.http.now import Now
from shared.http.routing import Route
from shared.messaging.envelope import Envelope

E = TypeVar("E", bound=Event)

REMEMBER = """
INSERT INTO inbox (source, event_id, topic) VALUES ($1, $2, $3)
ON CONFLICT DO NOTHING RETURNING event_id
"""


@dataclass(frozen=True, slots=True)
class Handler:
    """What a service does when it hears of an event."""

    event: type[Event]
    effect: Callable[[AsyncSession, Any, datetime], Awaitable[None]]


def on(
    event: type[E], effect: Callable[[AsyncSession, E, datetime], Awaitable[None]]
) -> tuple[str, Handler]:
    """A handler table's entry for one event."""
    return event.topic, Handler(event, effect)


async def first_sight(session: AsyncSession, envelope: Envelope) -> bool:
    """Whether the event is new here. Remembers it in the caller's transaction."""
    connection = await driver(session)
    remembered = await connection.fetchval(REMEMBER, envelope.source, envelope.id, envelope.type)
    return remembered is not None


def _parse(handler: Handler, envelope: Envelope) -> Event:
    try:
        return handler.event.model_validate(envelope.data)
    except ValidationError as error:
        raise InvalidInput(reason=f"{envelope.type}: {error.error_count()}") from None


async def hear(
    database: Database, handlers: Mapping[str, Handler], envelope: Envelope, *, now: datetime
) -> None:
    """Let the event take effect, once; NotFound if nothing here listens to it."""
    handler = handlers.get(envelope.type)
    if handler is None:
        raise NotFound(what=envelope.type)
    await receive(database, handler, envelope, now=now)


async def receive(
    database: Database, handler: Handler, envelope: Envelope, *, now: datetime
) -> bool:
    """Effect and memory in one transaction; False if it had taken effect before."""
    event = _parse(handler, envelope)
    async with database.transaction(SYSTEM) as session:
        if not await first_sight(session, envelope):
            return False
        crashpoint("inbox.seen")
        await handler.effect(session, event, now)
        crashpoint("inbox.handled")
    crashpoint("inbox.committed")
    return True


def inbox_router(handlers: Mapping[str, Handler]) -> APIRouter:
    """The one route by which other services deliver events."""
    router = APIRouter(route_class=Route)

    @router.post(
        "/internal/events", status_code=204, dependencies=[internal()], include_in_schema=False
    )
    async def deliver(envelope: Envelope, actor: ActorDep, request: Request, now: Now) -> Response:
        if envelope.source != actor.name:
            raise Forbidden(action="events")
        await hear(request.state.database, handlers, envelope, now=now)
        return Response(status_code=204)

    return router
