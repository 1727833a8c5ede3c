"""What is registered in Ningbo is nowhere to be read by people of other cities.

An oracle, not a list of cases: every GET of every service is asked, with the identifiers of
Ningbo's rows, by people of all roles that read, and no answer may hold a string of Ningbo's.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import uuid4

import asyncpg
import httpx
import pytest

from ops.demo.intake import COMPLAINTS
from shared.auth.actor import Role
from tests.support.openapi import Operation, all_operations
from tests.support.stack import WholeStack, fresh_key

GETS: Final = [each for each in all_operations() if each.method == "get" and not each.is_public]
ELSEWHERE: Final = ("510100", "510600", "330400")
READING: Final = (
    Role.PETITION_CLERK,
    Role.OFFICER,
    Role.DEPARTMENT_HEAD,
    Role.COUNTY_LEADER_IN_CHARGE,
    Role.COMMAND_CENTER,
    Role.AUDITOR,
    Role.SECURITY_ADMINISTRATOR,
)
# Together they see all the strings there are.
OF_NINGBO: Final = (
    "330200-petition-clerk-1",
    "330200-command-center-1",
    "330200-security-administrator-1",
    "330282-officer-1",
    "330282-department-head-1",
)
# Strings of the story: a works, what was found, an office's number, a working group, people.
OF_THE_STORY: Final = (
    "示例电镀厂",
    "酸雾喷淋塔",
    "330200-2026-",
    "330200-W-2026-",
    "堆场扬尘",
    "直通车工作群",
    "慈溪市执法人员",
    "330282-officer",
)
MOST_KEYS: Final = 2
YEAR: Final = "2026"
# Where an office is, everybody may know, who is an expert for what, and that a list was published.
PUBLIC: Final = frozenset(
    {
        "/api/v1/bureaus/{bureau_id}",
        "/api/v1/experts/{expert_id}",
        "/api/v1/inspections/special-checks/{special_check_id}",
        "/api/v1/positive-lists/{positive_list_id}",
        "/api/v1/positive-lists/{positive_list_id}/entries",
    }
)
KEYS: Final = (
    "SELECT id::text FROM {table} AS t WHERE t::text ~ '\\m3302' ORDER BY id DESC LIMIT $1"
)


@pytest.fixture(scope="module")
def canaries(stack: WholeStack) -> Sequence[str]:
    """Strings found nowhere else, in a petition and in an operation of Ningbo's."""
    mark = uuid4().hex
    names = [f"{name}{mark}" for name in ("title", "body", "place", "object", "person", "address")]
    title, body, place, thing, person, address = names
    petition = {
        **COMPLAINTS["noise"],
        "office": "330200",
        "received_at": "2026-04-20T08:30:00+08:00",
        "title": title,
        "body": body,
        "place": place,
        "object_name": thing,
        "petitioner": {"name": person, "phone": "13900000000", "address": address},
    }
    clerk = stack.login("330200-petition-clerk-1")
    answer = clerk.post("/api/v1/petitions", json=petition, headers=fresh_key())
    assert answer.status_code == 201, answer.text
    operation = {
        "form": "daily",
        "title": f"operation{mark}",
        "lead": "330200",
        "parties": ["330206", "330211"],
        "matter": {
            "title": f"matter{mark}",
            "division": "330206",
            "media": ["air"],
            "place": place,
            "facts": body,
        },
        "planned_from": "2026-06-09",
        "planned_to": "2026-06-12",
        "due_on": "2026-06-30",
    }
    centre = stack.login("330200-command-center-1")
    answer = centre.post("/api/v1/operations", json=operation, headers=fresh_key())
    assert answer.status_code == 201, answer.text
    head = stack.login("330282-department-head-1")
    send_letters(head, operation["matter"], body)
    draw_grid(head, mark)
    grid = [f"{name}{mark}" for name in ("area", "grid", "cell", "lead", "thing")]
    return [*names, f"operation{mark}", f"matter{mark}", *grid, mark, *OF_THE_STORY]


def send_letters(head: httpx.Client, matter: object, text: str) -> None:
    """What two organs of Ningbo write to one another, and what they convene."""
    sides = {"sender": "330282", "receiver": "330206", "facts": text, "contact": text}
    request = {"kind": "records", "title": text, "asked": text}
    dispute = {"opened_by": "330282", "parties": ["330282", "330206"], "facts": text}
    training = {
        "convener": "330282",
        "invited": ["330206"],
        "kind": "case_talk",
        "topic": text,
        "venue": text,
        "starts_at": "2026-12-01T09:00:00+08:00",
        "ends_at": "2026-12-01T11:00:00+08:00",
        "places": 20,
    }
    for path, letter in {
        "assistance-requests": sides | request,
        "handovers": sides | {"matter": matter, "legal_view": text},
        "jurisdiction-disputes": dispute | {"matter": matter},
        "trainings": training,
    }.items():
        answer = head.post(f"/api/v1/{path}", json=letter, headers=fresh_key())
        assert answer.status_code == 201, answer.text


def draw_grid(head: httpx.Client, mark: str) -> None:
    """A county's grid in force, with somebody who leads and something to visit."""
    code = "330282001"
    cell = {
        "key": "all",
        "name": f"cell{mark}",
        "level": 1,
        "areas": [code],
        "lead": {"account_id": str(uuid4()), "name": f"lead{mark}"},
    }
    drawn = {"title": f"grid{mark}", "basis": mark, "levels": ["all"], "cells": [cell]}
    thing = {"name": f"thing{mark}", "area": code, "kind": "key"}
    areas: dict[str, Any] = {"areas": [{"code": code, "name": f"area{mark}"}]}
    for name, body in {"areas": areas, "objects": thing}.items():
        sent = {"division": "330282", **body}
        answer = head.post(f"/api/v1/grid-plans/{name}", json=sent, headers=fresh_key())
        assert answer.is_success, answer.text
    sent = {"division": "330282", **drawn}
    plan = head.post("/api/v1/grid-plans", json=sent, headers=fresh_key())
    path = f"/api/v1/grid-plans/{plan.json()['id']}/publish"
    headers = fresh_key() | {"If-Match": plan.headers["ETag"]}
    answer = head.post(path, json={"short_reason": mark}, headers=headers)
    assert answer.is_success, answer.text


@pytest.fixture(scope="module")
async def keys(
    stack: WholeStack, canaries: Sequence[str]
) -> Mapping[tuple[str, str], Sequence[str]]:
    """Keys of rows that name a division of Ningbo, by service and the parameter that takes them."""
    assert canaries
    found: dict[tuple[str, str], Sequence[str]] = {}
    async with stack.as_system() as owner:
        for operation in GETS:
            for name in _keyed(operation):
                found[operation.service, name] = await _keys(owner, operation.service, name)
    return found


def _keyed(operation: Operation) -> list[str]:
    places = [*operation.parameters("path"), *operation.parameters("query")]
    return [name for name, schema in places if operation.resolved(schema).get("format") == "uuid"]


async def _keys(owner: "asyncpg.Connection[Any]", service: str, name: str) -> Sequence[str]:
    table = {
        "row": "client",
        "grant": "role_grant",
        "origin": "operation",
        "holder": "account",
        "group": "joint_group" if service == "regions" else "working_group",
        "session": "login_session",
        "import": "file_import",
        "parent": "petition",
        "superior": "bureau",
        "draft": "petition_draft",
        "order": "supervision_order",
        "sample": "spot_check_sample",
        "batch": "letter_batch",
        "letter": "inspection_letter",
        "form": "inspection_form",
        "notice": "border_notice",
        "parent_agreement": "agreement",
        "parent_plan": "plan",
        "parent_cell": "grid_cell",
        "person": "grid_assignment",
        "round": "campaign_round",
        "officer": "officer" if service == "regions" else "team_member",
    }.get(name.removesuffix("_id"), name.removesuffix("_id"))
    rows = await owner.fetch(KEYS.format(table=f"{service}.{table}"), MOST_KEYS)
    return [row["id"] for row in rows]


def questions(
    operation: Operation, keys: Mapping[tuple[str, str], Sequence[str]]
) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The address with keys and filters of Ningbo's, and as it is without."""
    filled = {
        name: _of_ningbo(name, operation.resolved(schema))
        for name, schema in operation.parameters("query")
        if name not in ("cursor", "limit")
    }
    required = {
        each["name"]
        for each in operation.spec.get("parameters", ())
        if each["in"] == "query" and each.get("required")
    }
    for key in range(MOST_KEYS if operation.is_of_one_item else 1):
        chosen = {
            name: found[key % len(found)]
            for name in _keyed(operation)
            if (found := keys[operation.service, name])
        }
        path = operation.path.format(
            **{
                name: chosen.get(name) or _of_ningbo(name, schema) or _anything(schema)
                for name, schema in operation.parameters("path")
            }
        )
        known = {name: chosen.get(name) or value for name, value in filled.items()}
        limit = {"limit": "200"} if operation.is_paged else {}
        yield path, {name: known[name] or "" for name in required} | limit
        yield path, {name: value for name, value in known.items() if value} | limit


def _anything(schema: Mapping[str, Any]) -> str:
    """Where the story has no such row."""
    return str(uuid4()) if schema.get("format") == "uuid" else YEAR


def _of_ningbo(name: str, schema: Mapping[str, Any]) -> str | None:
    if name in ("division", "parent", "code"):
        return "330200"
    end = name.startswith(("last", "ends"))
    if schema.get("format") == "date":
        return "2026-03-31" if end else "2026-03-01"
    if schema.get("format") == "date-time":
        return f"2026-06-0{1 + end}T08:00:00+08:00"
    return None


def asked(
    http: httpx.Client, operation: Operation, keys: Mapping[tuple[str, str], Sequence[str]]
) -> Iterator[tuple[str, httpx.Response]]:
    for path, params in dict.fromkeys(
        (path, tuple(params.items())) for path, params in questions(operation, keys)
    ):
        answer = http.get(path, params=dict(params))
        assert answer.status_code < 500, answer.text
        yield f"{path} {dict(params)}", answer


def said(answer: httpx.Response) -> str:
    """Everything in it, as text: httpx reads escapes in JSON as what they stand for."""
    return f"{answer.text} {answer.headers}".encode().decode("utf-8")


def test_the_oracle_sees_the_strings_where_they_may_be_seen(
    stack: WholeStack, canaries: Sequence[str], keys: Mapping[tuple[str, str], Sequence[str]]
) -> None:
    """Else it would find nothing anywhere. A petitioner's identity is shown to nobody unasked."""
    seen = "".join(
        said(answer)
        for login in OF_NINGBO
        for operation in GETS
        for _, answer in asked(stack.login(login), operation, keys)
    )

    hidden = [each for each in canaries if each not in seen]
    assert [each[:6] for each in hidden] == ["person", "addres"]


@pytest.mark.parametrize("city", ELSEWHERE)
@pytest.mark.parametrize("role", READING)
def test_nobody_elsewhere_reads_anything_of_ningbo(
    stack: WholeStack,
    canaries: Sequence[str],
    keys: Mapping[tuple[str, str], Sequence[str]],
    city: str,
    role: Role,
) -> None:
    http = stack.login(f"{city}-{role.replace('_', '-')}-1")
    for operation in GETS:
        for question, answer in asked(http, operation, keys):
            leaked = [each for each in canaries if each in said(answer)]
            # A login that asks names itself.
            assert leaked == [], question


@pytest.mark.parametrize("city", ELSEWHERE)
def test_an_item_of_ningbo_does_not_exist_elsewhere(
    stack: WholeStack, keys: Mapping[tuple[str, str], Sequence[str]], city: str
) -> None:
    """404 to who may read such items, never 403, which would say that it is there."""
    http = stack.login(f"{city}-department-head-1")
    items = [
        each
        for each in GETS
        if each.is_of_one_item
        and each.path not in PUBLIC
        and any(keys[each.service, name] for name in _keyed(each))
    ]
    assert items
    for operation in items:
        listed = http.get(operation.path.partition("/{")[0])
        for question, answer in asked(http, operation, keys):
            expected = {404} if listed.status_code != 403 else {403}
            assert answer.status_code in expected | {403}, question
