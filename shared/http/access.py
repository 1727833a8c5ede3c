"""The caller of a request and the right a route asks for."""

from typing import Annotated

from fastapi import Depends, Request, params
from fastapi.routing import APIRoute

from shared.auth import marks
from shared.auth.actor import Actor
from shared.auth.policy import RIGHTS, require
from shared.db.session import Context
from shared.errors import Unauthenticated

BEARER = "bearer "


async def _actor(request: Request) -> Actor:
    """Whom the service token names; this service's audience and nothing else is accepted."""
    header = request.headers.get("authorization", "")
    if not header.lower().startswith(BEARER):
        raise Unauthenticated
    actor: Actor = await request.state.authenticate(header[len(BEARER) :])
    return actor


ActorDep = Annotated[Actor, Depends(_actor)]


class RouteWithoutPolicy(RuntimeError):
    """A route that says nothing about who may use it stops the service at start."""


class Allowed:
    """Dependency of a route: the caller holds the action's right somewhere."""

    def __init__(self, action: str) -> None:
        self.action = action
        self.right = RIGHTS[action]

    async def __call__(self, actor: ActorDep) -> None:
        require(actor, self.action)


class Public:
    """Dependency of a route that needs no token; why is said where it is used."""

    async def __call__(self) -> None:
        return


class Internal:
    """Dependency of a route for other services only."""

    async def __call__(self, actor: ActorDep) -> None:
        if actor.kind != "service":
            raise Unauthenticated


def policy(action: str) -> params.Depends:
    """The right a route asks for; unknown actions fail at import."""
    return params.Depends(Allowed(action))


def public() -> params.Depends:
    return params.Depends(Public())


def internal() -> params.Depends:
    return params.Depends(Internal())


def guard_of(route: APIRoute) -> Allowed | Public | Internal:
    """What guards a route; `RouteWithoutPolicy` if nothing does."""
    for dependency in route.dependencies:
        if isinstance(dependency.dependency, Allowed | Public | Internal):
            return dependency.dependency
    raise RouteWithoutPolicy(f"{route.methods} {route.path}")


def context_of(actor: Actor) -> Context:
    """The database's view of the caller: its places, and the marks it answers to as a person."""
    return Context(principal=str(actor.id), scopes=(*actor.scopes, *marks.of(actor)))
