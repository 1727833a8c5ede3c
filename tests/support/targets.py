"""Of each service an act and lists, for tests that send what must not be sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx

from ops.demo.intake import COMPLAINTS
from tests.support.openapi import A_UUID
from tests.support.stack import fresh_key, problem

INSTANT: Final = "2026-04-20T08:30:00+08:00"
JSON: Final = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Target:
    """An act of a service with a body that no schema refuses, and a list of the same service.

    `text`, `instant` and `division` are fields of the body; `other_list` takes no cursor of `list`.
    """

    login: str
    act: str
    body: Mapping[str, Any]
    text: str
    instant: str
    division: str
    list: str
    other_list: str
    item: str


TARGETS: Final = {
    "identity": Target(
        login="330200-security-administrator-1",
        act="/api/v1/grants",
        body={
            "account_id": A_UUID,
            "role": "officer",
            "division": "330281",
            "valid_from": INSTANT,
            "reason": "借调",
        },
        text="reason",
        instant="valid_from",
        division="division",
        list="/api/v1/accounts",
        other_list="/api/v1/clients",
        item="/api/v1/accounts",
    ),
    "regions": Target(
        login="330200-command-center-1",
        act="/api/v1/officers/bookings",
        body={
            "task_id": A_UUID,
            "officer_ids": [A_UUID],
            "starts_at": INSTANT,
            "ends_at": "2026-04-20T18:30:00+08:00",
            "object_name": "示例单位",
        },
        text="object_name",
        instant="starts_at",
        division="",
        list="/api/v1/divisions",
        other_list="/api/v1/officers",
        item="/api/v1/officers",
    ),
    "tasks": Target(
        login="330282-officer-2",
        act="/api/v1/problems",
        body={
            "inspection_id": A_UUID,
            "category": "gas",
            "severity": "general",
            "description": "示例",
            "traceable_source": "现场检查",
            "found_at": INSTANT,
        },
        text="description",
        instant="found_at",
        division="",
        list="/api/v1/problems",
        other_list="/api/v1/tasks",
        item="/api/v1/problems",
    ),
    "petitions": Target(
        login="330200-petition-clerk-1",
        act="/api/v1/petitions",
        body={
            **COMPLAINTS["noise"],
            # The clerk's right ends at the city's border, so that a good body is refused too.
            "office": "510100",
            "divisions": ["510114"],
            "received_at": INSTANT,
        },
        text="title",
        instant="received_at",
        division="office",
        list="/api/v1/petitions",
        other_list="/api/v1/escalations",
        item="/api/v1/petitions",
    ),
}


def refused(answer: httpx.Response, *statuses: int) -> Mapping[str, Any]:
    assert answer.status_code in statuses, answer.text
    return problem(answer)


def act(http: httpx.Client, target: Target, body: bytes, **headers: str) -> httpx.Response:
    return http.post(target.act, content=body, headers=JSON | fresh_key() | headers)
