"""Every GET of the service, asked about the petitions of `masking` by everybody who reads."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from shared.auth.actor import Role
from shared.clocks.days import legal_day
from tests.integration.petitions.leaks import OF_LATE, SECRETS, leaks_of
from tests.integration.petitions.masking import World
from tests.support.openapi import Operation, operations_of
from tests.support.services import Caller

GETS: Final = [
    each for each in operations_of("petitions") if each.method == "get" and not each.is_public
]
# Which table's keys a parameter takes.
TABLE_OF: Final = {
    "order": "supervision_order",
    "batch": "letter_batch",
    "letter": "inspection_letter",
    "draft": "petition_draft",
    "group": "working_group",
    "import": "file_import",
    "sample": "spot_check_sample",
    "parent": "petition",
}
SWEEPERS: Final = (
    "city_clerk", "clerk", "officer", "head", "leader", "other_clerk", "other_officer",
    "other_leader", "third_clerk", "city_head", "auditor", "admin", "centre",
)  # fmt: skip
# An issued report stands as it was, under its hash, and so does a spot check, whoever joins later.
FROZEN: Final = {
    "/api/v1/reports",
    "/api/v1/reports/{report_id}",
    "/api/v1/reports/{report_id}/differences",
    "/api/v1/spot-checks",
}


def person(world: World, name: str) -> Caller:
    if name == "admin":
        return world.place.person(Role.SYSTEM_ADMINISTRATOR, world.place.city)
    if name == "centre":
        return world.place.person(Role.COMMAND_CENTER, world.place.city)
    found: Caller = getattr(world.place, name)
    return found


async def keys_of(world: World) -> Mapping[str, Sequence[str]]:
    """Keys of the rows of this city, by the parameter that takes them."""
    found: dict[str, Sequence[str]] = {}
    city = world.place.city
    for operation in GETS:
        for name, schema in operation.parameters("path"):
            if schema.get("format") == "uuid" and name not in found:
                table = TABLE_OF.get(name.removesuffix("_id"), name.removesuffix("_id"))
                rows = await world.place.service.sql(
                    f"SELECT id::text FROM {table} AS t WHERE visible_to @> $1 ORDER BY id DESC",  # noqa: S608
                    [city[:4]],
                )
                found[name] = [row["id"] for row in rows]
                assert found[name], f"nothing of the story is found for {name}"
    return found


def questions(
    world: World, operation: Operation, keys: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    known = dict(operation.parameters("query"))
    by = {"rankings": "object", "breakdown": "object", "series": "month"}
    asked = {
        "first_day": "2026-01-01",
        "last_day": legal_day(world.place.time.now).isoformat(),
        "division": world.place.city,
        "metric": "received",
        "by": by.get(operation.path.rpartition("/")[2]),
        "limit": 200,
    }
    query: dict[str, Any] = {name: asked[name] for name in known if name in asked}
    queries = [query]
    if "format" in known:
        kinds = operation.resolved(known["format"])["enum"]
        queries = [query | {"format": each} for each in kinds]
    names = [name for name, _ in operation.parameters("path")]
    uuids = [name for name in names if name in keys]
    fixed = {name: "received" for name in names if name not in keys}
    depth = max((len(keys[name]) for name in uuids), default=1)
    for number in range(depth):
        chosen = {name: keys[name][number % len(keys[name])] for name in uuids}
        if "letter_id" in chosen:
            chosen["batch_id"] = keys["batch_id"][0]
        path = operation.path.removeprefix("/api/v1").format(**fixed, **chosen)
        for each in queries:
            yield path, each


@dataclass
class Swept:
    """Every GET as every reader: what leaked to whom, and how each was answered."""

    leaks: dict[str, set[str]] = field(default_factory=dict)
    statuses: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))


async def sweep(world: World) -> Swept:
    found, keys = Swept(), await keys_of(world)
    for name in SWEEPERS:
        who, leaked = person(world, name), found.leaks.setdefault(name, set())
        for operation in GETS:
            asked = questions(world, operation, keys)
            secrets = SECRETS if operation.path in FROZEN else (*SECRETS, *OF_LATE)
            for answer in await asyncio.gather(*(who.get(path, **query) for path, query in asked)):
                found.statuses[str(operation)].add(answer.status_code)
                leaked |= {f"{answer.request.url} {where}" for where in leaks_of(answer, secrets)}
    return found
