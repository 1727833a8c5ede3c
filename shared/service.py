"""What every service is made of: its routes, what it hears, what time starts, on one database."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

import httpx
from fastapi import APIRouter, FastAPI, Request

from shared import reference
from shared.auth.authenticator import Authenticator
from shared.auth.tokens import Jwks, KeyRing, TokenType, Verifier
from shared.clock import Clock
from shared.clock_rows.internal import clock_preview_router
from shared.clock_rows.projection import Listener, reproject
from shared.clock_rows.sweep import SWEEP_JOB, WATCH_JOB
from shared.db.kernel import WITHOUT_CALENDAR
from shared.db.session import SYSTEM, Database
from shared.db.simulated_clock import clock_for
from shared.errors import Unavailable
from shared.http import problems
from shared.http.access import public
from shared.http.changes import CountsChanges
from shared.http.client import IdentityTokens, ServiceClient, UpstreamProblem
from shared.http.context import enter
from shared.http.database_problems import install_database_problems
from shared.http.document import complete, describe, operation_id
from shared.http.limits import DEFAULT, Bounds, Limits
from shared.http.request_ids import RequestIds
from shared.http.routing import Route
from shared.http.transport import PooledTransport
from shared.jobs import Changes, Job, forget_answers, run_jobs
from shared.messaging.envelope import Envelope
from shared.messaging.inbox import Handler, hear, inbox_router
from shared.messaging.relay import Deliver, Relay
from shared.settings import ServiceSettings
from shared.succession.asking import division_work_router
from shared.succession.migration import moving
from shared.succession.open_work import OpenWork

log = logging.getLogger(__name__)

API: Final = "/api/v1"
NOT_NOW: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS})
KERNEL_JOBS: Final = (WATCH_JOB, SWEEP_JOB, Job("idempotency.forget", forget_answers))


@dataclass(frozen=True, slots=True)
class Service:
    """One service's composition; `main.py` is little more than this value."""

    name: str
    title: str
    settings: Callable[[], ServiceSettings]
    routers: Sequence[APIRouter]
    # Routes outside /api/v1, such as /oauth.
    root_routers: Sequence[APIRouter] = ()
    handlers: Mapping[str, Handler] = field(default_factory=dict)
    jobs: Sequence[Job] = ()
    # Work of minutes, beside the jobs that must not wait for it.
    long_jobs: Sequence[Job] = ()
    # What follows a division to its successor.
    open_work: Sequence[OpenWork] = ()
    # What the service puts into `request.state` beyond the kernel's own.
    extras: Callable[[ServiceSettings, Database], Awaitable[dict[str, Any]]] | None = None
    # `regions` publishes the references and `identity` needs none.
    needs_references: bool = True
    # Rows that show the deadline of a clock follow it when a published calendar moves it.
    clock_listeners: Sequence[Listener] = ()
    bounds: Bounds = DEFAULT

    @property
    def has_clocks(self) -> bool:
        return self.name not in WITHOUT_CALENDAR


def create_service_app(service: Service) -> FastAPI:
    """The ASGI application of a service; `RouteWithoutPolicy` if a route has no guard."""
    app = FastAPI(
        title=service.title,
        version="1",
        lifespan=_lifespan(service),
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        separate_input_output_schemas=True,
        generate_unique_id_function=lambda route: operation_id(service.name, route),
    )
    at_root = (
        *service.root_routers,
        inbox_router(service.handlers),
        *([clock_preview_router()] if service.has_clocks else []),
        division_work_router(service.open_work),
        _health(service),
    )
    # Before they are included: the application no longer shows the routes themselves.
    for router in (*service.routers, *at_root):
        for route in router.routes:
            describe(route)
    for router in service.routers:
        app.include_router(router, prefix=API)
    for router in at_root:
        app.include_router(router)
    problems.install(app)
    install_database_problems(app)
    complete(app)
    app.add_middleware(Limits, bounds=service.bounds)
    app.add_middleware(CountsChanges)
    app.add_middleware(RequestIds)
    return app


def _lifespan(service: Service) -> Callable[[FastAPI], Any]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, Any]]:
        settings = service.settings()
        database = Database(
            settings.database_url.get_secret_value(),
            schema=service.name,
            pool_size=settings.database_pool,
        )
        clock = clock_for(settings, database.engine)
        http = httpx.AsyncClient(transport=PooledTransport(), timeout=5)
        tokens = IdentityTokens(
            settings.identity_url,
            client_id=service.name,
            client_secret=settings.client_secret.get_secret_value(),
        )
        peers = {
            name: ServiceClient(name, settings.url_of(name), tokens)
            for name in ("identity", "regions", "tasks", "petitions")
            if settings.url_of(name)
        }
        changes = Changes()
        state = {
            "database": database,
            "clock": clock,
            "changes": changes,
            "settings": settings,
            "peers": peers,
            "open_work": service.open_work,
            "cursor_key": settings.cursor_key.get_secret_value().encode(),
            "authenticate": Authenticator(
                Verifier(
                    KeyRing(_fetch_keys(http, settings.identity_url)),
                    issuer=settings.issuer,
                    audience=service.name,
                    typ=TokenType.SERVICE,
                )
            ),
        }
        if service.extras is not None:
            state |= await service.extras(settings, database)
        relay = Relay(
            database, source=service.name, deliver=_deliver(service, peers, database, clock)
        )
        rounds = [
            asyncio.create_task(
                run_jobs(
                    database,
                    clock,
                    jobs,
                    period=settings.job_period,
                    gap=settings.job_gap,
                    changes=changes,
                )
            )
            for jobs in (_jobs(service), _long_jobs(service))
        ]
        background = [
            asyncio.create_task(relay.run(period=settings.relay_period)),
            *rounds,
        ]
        try:
            yield state
        finally:
            for task in background:
                task.cancel()
            await asyncio.gather(*background, return_exceptions=True)
            for peer in peers.values():
                await peer.aclose()
            await tokens.aclose()
            await http.aclose()
            await database.close()

    return lifespan


def _long_jobs(service: Service) -> tuple[Job, ...]:
    """A hundred thousand clocks follow a calendar in minutes; due rungs do not wait for them."""
    follow = [reproject(service.clock_listeners)] if service.has_clocks else []
    return (*follow, *service.long_jobs)


def _jobs(service: Service) -> tuple[Job, ...]:
    """Open work moves before the jobs that act on it."""
    return (*KERNEL_JOBS, moving(service.open_work), *service.jobs)


def _fetch_keys(http: httpx.AsyncClient, identity_url: str) -> Callable[[], Awaitable[Jwks]]:
    async def fetch() -> Jwks:
        answer = await http.get(f"{identity_url}/.well-known/jwks.json")
        answer.raise_for_status()
        keys: Jwks = answer.json()
        return keys

    return fetch


def _deliver(
    service: Service, peers: Mapping[str, ServiceClient], database: Database, clock: Clock
) -> Deliver:
    """By HTTP to others; into the own inbox what a later subject here hears of an earlier one."""

    async def deliver(destination: str, envelope: Envelope) -> None:
        enter(envelope.requestid, None)
        if destination == service.name:
            await hear(database, service.handlers, envelope, now=await clock.now())
        elif peer := peers.get(destination):
            await _post(peer, envelope)
        else:
            raise Unavailable(what=destination)

    return deliver


async def _post(peer: ServiceClient, envelope: Envelope) -> None:
    """A peer that does not know our token yet, or is too busy, has not refused the event."""
    try:
        await peer.post("/internal/events", json=envelope.model_dump(mode="json"))
    except UpstreamProblem as problem:
        if problem.status in NOT_NOW:
            raise Unavailable(what=peer.service) from None
        raise


def _health(service: Service) -> APIRouter:
    router = APIRouter(route_class=Route, include_in_schema=False)

    # Public: a supervisor has no token, and the answer says nothing about anybody.
    @router.get("/healthz", dependencies=[public()])
    async def alive() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/readyz", dependencies=[public()])
    async def ready(request: Request) -> dict[str, str]:
        database: Database = request.state.database
        async with database.transaction(SYSTEM) as session:
            if service.needs_references and not await reference.is_complete(session):
                raise Unavailable(what="references")
        return {"status": "ready"}

    return router
