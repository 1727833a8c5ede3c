"""What a service's OpenAPI document says beyond FastAPI's: guards, and headers that are a must."""

from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from shared.http.access import Allowed, Internal, RouteWithoutPolicy, guard_of

# Optional to FastAPI only because their absence has an answer of its own (400, 428).
MUST: Final = frozenset({"idempotency-key", "if-match"})


def operation_id(service: str, route: APIRoute) -> str:
    """Service, subject, function: several subjects may `read`."""
    return "_".join([service, *route.endpoint.__module__.split(".")[2:3], route.name])


def describe(route: BaseRoute) -> None:
    """Check that the route is guarded and say in the document by what."""
    if not isinstance(route, APIRoute):
        raise RouteWithoutPolicy(route)
    guard = guard_of(route)
    extra = dict(route.openapi_extra or {})
    extra.setdefault("x-idempotent", "POST" not in (route.methods or ()))
    if isinstance(guard, Allowed):
        extra["x-action"] = guard.action
        extra["x-scope"] = guard.right.relation.value
        extra["x-sensitive"] = guard.right.sensitive
        extra["security"] = [{"bearer": []}]
    elif isinstance(guard, Internal):
        route.include_in_schema = False
    route.openapi_extra = extra


def demand_headers(app: FastAPI) -> None:
    """Let the document say that the headers every act needs are required."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        document = plain()
        for item in document["paths"].values():
            for operation in item.values():
                for parameter in operation.get("parameters", ()):
                    if parameter["in"] == "header" and parameter["name"].lower() in MUST:
                        parameter["required"] = True
                        parameter["schema"] = {"type": "string"}
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way
