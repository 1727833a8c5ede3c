"""What a service's OpenAPI document says beyond FastAPI's: guards, and headers that are a must."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from shared.http.access import Allowed, Internal, RouteWithoutPolicy, guard_of
from shared.http.examples import example_of
from shared.http.problems import MEDIA_TYPE

# Optional to FastAPI only because their absence has an answer of its own (400, 428).
MUST: Final = frozenset({"idempotency-key", "if-match"})
# FastAPI joins a module's path by it, for a name that two modules have.
MODULE: Final = "__"
REF: Final = "#/components/schemas/"
_TEXT: Final = {"type": "string"}
PROBLEM: Final = {
    "type": "object",
    "description": "RFC 9457 problem details; `code` is stable, the texts follow Accept-Language.",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        **dict.fromkeys(("type", "title", "detail", "code", "request_id"), _TEXT),
        "status": {"type": "integer"},
        "allowed": {"type": "array", "items": _TEXT, "description": "the steps that are legal now"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": dict.fromkeys(("pointer", "code", "detail"), _TEXT),
            },
        },
    },
}
REFUSED: Final = {
    "description": "Refused",
    "content": {MEDIA_TYPE: {"schema": {"$ref": f"{REF}Problem"}}},
}


class SchemaNameTaken(TypeError):
    """Two schemas of one subject, or of a subject and the service, have one name."""


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


def complete(app: FastAPI) -> None:
    """Let the document say what FastAPI's leaves out or has wrong."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        document = plain()
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        for item in document["paths"].values():
            for operation in item.values():
                _demand_headers(operation)
                _give_example(operation, schemas)
                operation["responses"].pop("422", None)
                operation["responses"]["default"] = REFUSED
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        schemas["Problem"] = PROBLEM
        _name_by_subject(document)
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way


def _name_by_subject(document: dict[str, Any]) -> None:
    """Where two subjects have a schema of one name: AgreementsStepOut, not the path of a module."""
    schemas = document["components"]["schemas"]
    names = {long: _by_subject(long) for long in schemas if MODULE in long}
    times = Counter([*names.values(), *schemas])
    taken = sorted(long for long, short in names.items() if times[short] > 1)
    if taken:
        raise SchemaNameTaken(taken)
    document["components"]["schemas"] = {
        names.get(name, name): schema for name, schema in schemas.items()
    }
    _point_at(document, {REF + long: REF + short for long, short in names.items()})


def _by_subject(long: str) -> str:
    """services__regions__agreements__domain__life__State: AgreementsState."""
    path = long.split(MODULE)
    subject = path[2] if path[0] == "services" else path[1]
    return subject.title().replace("_", "") + path[-1]


def _point_at(node: Any, places: Mapping[str, str]) -> None:  # noqa: ANN401 -- any JSON
    if isinstance(node, dict):
        if node.get("$ref") in places:
            node["$ref"] = places[node["$ref"]]
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            _point_at(each, places)


def _demand_headers(operation: dict[str, Any]) -> None:
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "header" and parameter["name"].lower() in MUST:
            parameter["required"] = True
            parameter["schema"] = {"type": "string"}


def _give_example(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is not None:
        content.setdefault("example", example_of(content["schema"], schemas))
