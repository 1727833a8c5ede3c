"""Every operation of every service, as its OpenAPI document has it: for tests of conventions.

A rule that holds "for all routes" is tested by walking these, so that a new route is tested by
being there.
"""

import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from fastapi import FastAPI
from typing_extensions import override

from ops.services import SERVICES

CHANGING: Final = frozenset({"post", "put", "patch", "delete"})
A_UUID: Final = "01890a5d-ac96-774b-bcce-b302099a8057"


@dataclass(frozen=True, slots=True)
class Operation:
    """One method on one path of one service."""

    service: str
    method: str
    path: str
    spec: Mapping[str, Any]
    document: Mapping[str, Any]

    @override
    def __str__(self) -> str:
        return f"{self.service} {self.method.upper()} {self.path}"

    @property
    def is_public(self) -> bool:
        return "x-action" not in self.spec

    @property
    def changes(self) -> bool:
        return self.method in CHANGING and not self.spec["x-idempotent"]

    @property
    def is_of_one_item(self) -> bool:
        return "/{" in self.path

    @property
    def is_paged(self) -> bool:
        return any(name == "limit" for name, _ in self.parameters("query"))

    def parameters(self, place: str) -> list[tuple[str, Mapping[str, Any]]]:
        """Names and schemas of the parameters in `query`, `path` or `header`."""
        return [
            (each["name"].lower() if place == "header" else each["name"], each["schema"])
            for each in self.spec.get("parameters", ())
            if each["in"] == place
        ]

    def demands(self, header: str) -> bool:
        return any(name == header.lower() for name, _ in self.parameters("header"))

    def url(self) -> str:
        """The path with something of the right form for each of its parameters."""
        return self.path.format(
            **{name: _an_example(schema) for name, schema in self.parameters("path")}
        )

    def body(self) -> Mapping[str, Any] | None:
        """The schema of its JSON body, if it has one."""
        content = self.spec.get("requestBody", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema")
        return None if schema is None else self.resolved(schema)

    def resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """The schema itself, where it is only referred to; the first alternative of several."""
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            found: Mapping[str, Any] = self.document["components"]["schemas"][name]
            return self.resolved(found)
        if "anyOf" in schema:
            return self.resolved(schema["anyOf"][0])
        return schema


def _an_example(schema: Mapping[str, Any]) -> str:
    if schema.get("format") == "uuid":
        return A_UUID
    return "2026" if schema.get("type") == "integer" else "330281"


def app_of(service: str) -> FastAPI:
    app: FastAPI = importlib.import_module(f"services.{service}.main").app
    return app


@cache
def operations_of(service: str) -> tuple[Operation, ...]:
    """In the order of the document."""
    return tuple(_operations(service))


def all_operations() -> tuple[Operation, ...]:
    return tuple(each for service in SERVICES for each in operations_of(service))


def _operations(service: str) -> Iterator[Operation]:
    document = app_of(service).openapi()
    for path, methods in document["paths"].items():
        for method, spec in methods.items():
            yield Operation(service, method, path, spec, document)
