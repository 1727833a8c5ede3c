"""A service does not start with a route that says nothing about who may use it."""

import pytest
from fastapi import APIRouter, FastAPI
from starlette.routing import Route as PlainRoute

from shared.http.access import RouteWithoutPolicy, internal, policy, public
from shared.http.routing import COMPUTES, Route
from shared.service import Service, create_service_app
from shared.settings import ServiceSettings


async def nothing() -> None:
    return


def an_app(router: APIRouter) -> FastAPI:
    return create_service_app(
        Service(name="probe", title="Probe", settings=ServiceSettings, routers=[router])
    )


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_a_route_without_a_guard_stops_the_start(method: str) -> None:
    router = APIRouter(route_class=Route)
    router.add_api_route("/guarded", nothing, dependencies=[policy("petition.read")])
    router.add_api_route("/open", nothing, methods=[method])

    with pytest.raises(RouteWithoutPolicy, match="/open"):
        an_app(router)


def test_so_does_a_route_that_cannot_have_one() -> None:
    router = APIRouter()
    router.routes.append(PlainRoute("/plain", nothing))

    with pytest.raises(RouteWithoutPolicy):
        an_app(router)


def test_so_does_a_route_of_a_router_within_a_router() -> None:
    inner = APIRouter(route_class=Route)
    inner.add_api_route("/open", nothing)
    outer = APIRouter(route_class=Route)
    outer.include_router(inner, prefix="/inner")

    with pytest.raises(RouteWithoutPolicy):
        an_app(outer)


def test_an_action_nobody_knows_cannot_guard() -> None:
    with pytest.raises(KeyError):
        policy("petition.raed")


@pytest.mark.parametrize("guard", [policy("petition.read"), public(), internal()])
def test_any_of_the_three_guards_will_do(guard: object) -> None:
    router = APIRouter(route_class=Route)
    router.add_api_route("/x", nothing, dependencies=[guard])  # type: ignore[list-item]  # one of them

    an_app(router)


def test_the_document_says_what_guards_a_route() -> None:
    router = APIRouter(route_class=Route)
    router.add_api_route(
        "/x", nothing, name="act", methods=["POST"], dependencies=[policy("petition.reveal")]
    )
    router.add_api_route(
        "/y:compute",
        nothing,
        name="compute",
        methods=["POST"],
        dependencies=[policy("deadline.compute")],
        openapi_extra=COMPUTES,
    )
    router.add_api_route("/inside", nothing, methods=["POST"], dependencies=[internal()])

    paths = an_app(router).openapi()["paths"]

    acts, computes = paths["/api/v1/x"]["post"], paths["/api/v1/y:compute"]["post"]
    assert (acts["x-action"], acts["x-scope"]) == ("petition.reveal", "subtree")
    assert (acts["x-sensitive"], acts["x-idempotent"]) == (True, False)
    assert computes["x-idempotent"] is True
    assert "parameters" not in computes
    assert "/api/v1/inside" not in paths
