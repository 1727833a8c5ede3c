"""One OpenAPI 3.1 document out of those of the services."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from gateway.routes import API, Route, route_of

Document = dict[str, Any]

METHODS: Final = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})
WORDS: Final = re.compile(r"[^A-Za-z0-9]+")
PREFIX: Final = "#/components/"
# The services' own entries say only that a token is needed; how to get one is said here.
OWN_SECTION: Final = "securitySchemes"
SCHEMES: Final[Document] = {
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "oauth2": {
        "type": "oauth2",
        "flows": {
            "password": {
                "tokenUrl": "/oauth/token",
                "refreshUrl": "/oauth/token",
                "scopes": {},
            },
            "clientCredentials": {"tokenUrl": "/oauth/token", "scopes": {}},
        },
    },
}
SECURITY: Final[list[Document]] = [{"bearer": []}, {"oauth2": []}]
INFO: Final = {
    "title": "联动 Liandong",
    "version": "1",
    "description": (
        "跨区域生态环境联合执法：全部服务经网关的接口。\n\n"
        "Cross-region joint environmental enforcement: every service's interface, as the gateway "
        "offers it."
    ),
}


def merged(documents: Mapping[str, Document]) -> Document:
    """The paths the gateway forwards; components are named after their service where two differ.

    A service that is missing from `documents` is missing from the result, and nothing else is.
    """
    clashing = _clashing(documents)
    paths: Document = {}
    components: Document = {OWN_SECTION: SCHEMES}
    for service, document in documents.items():
        prefixed = _prefixed(document, _renamed(document, clashing, service))
        for section, entries in prefixed.get("components", {}).items():
            if section != OWN_SECTION:
                components.setdefault(section, {}).update(entries)
        for path, item in prefixed.get("paths", {}).items():
            route = route_of(path.encode())
            if route is not None and route.service == service:
                paths[path] = _described(item, route)
    _make_ids_unique(paths)
    return {
        "openapi": "3.1.0",
        "info": INFO,
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": components,
    }


def _entries(document: Document) -> dict[str, Any]:
    """Every component by its reference, such as `#/components/schemas/Page`."""
    return {
        f"{PREFIX}{section}/{name}": entry
        for section, entries in document.get("components", {}).items()
        if section != OWN_SECTION
        for name, entry in entries.items()
    }


def _clashing(documents: Mapping[str, Document]) -> frozenset[str]:
    """References that mean different things in different services, directly or by what they use."""
    known: dict[str, Any] = {}
    uses: dict[str, set[str]] = {}
    clashing: set[str] = set()
    for document in documents.values():
        for reference, entry in _entries(document).items():
            if known.setdefault(reference, entry) != entry:
                clashing.add(reference)
            uses.setdefault(reference, set()).update(_references(entry))
    grown = True
    while grown:
        more = {reference for reference, used in uses.items() if used & clashing} - clashing
        clashing |= more
        grown = bool(more)
    return frozenset(clashing)


def _references(node: object) -> Iterator[str]:
    if isinstance(node, str) and node.startswith(PREFIX):
        yield node
    elif isinstance(node, dict):
        for child in node.values():
            yield from _references(child)
    elif isinstance(node, list):
        for child in node:
            yield from _references(child)


def _renamed(document: Document, clashing: frozenset[str], service: str) -> dict[str, str]:
    """Old reference → new one, for the clashing ones of this document."""
    names = {}
    for reference in _entries(document).keys() & clashing:
        section, _, name = reference.removeprefix(PREFIX).partition("/")
        names[reference] = f"{PREFIX}{section}/{service.capitalize()}{name}"
    return names


def _prefixed(document: Document, names: Mapping[str, str]) -> Document:
    """The document with every such reference, and what it refers to, under its new name."""
    result: Document = _with_references(document, names)
    for section, entries in result.get("components", {}).items():
        result["components"][section] = {
            names.get(f"{PREFIX}{section}/{name}", name).rpartition("/")[2]: entry
            for name, entry in entries.items()
        }
    return result


def _with_references(node: Any, names: Mapping[str, str]) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(node, str):
        return names.get(node, node)
    if isinstance(node, dict):
        return {key: _with_references(child, names) for key, child in node.items()}
    if isinstance(node, list):
        return [_with_references(child, names) for child in node]
    return node


def _described(item: Document, route: Route) -> Document:
    """A path's operations under their service's tag, with the ways to get a token."""
    return {
        key: _operation(value, route) if key in METHODS else value for key, value in item.items()
    }


def _operation(operation: Document, route: Route) -> Document:
    tags = [f"{route.service}: {tag}" for tag in operation.get("tags", ())]
    described = {**operation, "tags": tags or [route.service]}
    if not route.public and operation.get("security"):
        described["security"] = SECURITY
    return described


def _make_ids_unique(paths: Document) -> None:
    """An id that is missing or stands twice is made from method and path instead."""
    operations = [
        (f"{method} {path.removeprefix(API.decode())}", item[method])
        for path, item in paths.items()
        for method in sorted(METHODS & item.keys())
    ]
    used = Counter(operation.get("operationId") for _, operation in operations)
    for name, operation in operations:
        known = operation.get("operationId")
        if known is None or used[known] > 1:
            operation["operationId"] = WORDS.sub("_", name).strip("_")
