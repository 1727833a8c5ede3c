"""Fifty at once on one petition: one of them takes the step, and the others leave nothing."""

import asyncio
from collections import Counter
from itertools import cycle, islice
from typing import Any, Final

import httpx
import pytest

from services.petitions.intake.domain import TRANSITIONS, State, Step
from shared.auth.actor import Role
from shared.clocks.days import legal_day
from tests.integration.petitions.conftest import Case, Place
from tests.support.services import Caller

AT_ONCE: Final = 50
ROUTING: Final = ("accept", "refuse", "object")
ANSWERED: Final = ("callbacks", "serve", "ask-review", "spot-checks")


def tries(place: Place, step: str) -> tuple[Caller, dict[str, Any]]:
    """Who takes the step, and a body that would do."""
    now = place.time.now
    return {
        "accept": (place.clerk, {"notice": "已受理"}),
        "refuse": (place.clerk, {"ground": "unclear", "notice": "线索不详"}),
        "object": (place.clerk, {"reason": "不属本单位职责"}),
        "callbacks": (place.city_clerk, {"result": "dissatisfied", "solved": "no"}),
        "serve": (place.clerk, {"served_on": legal_day(now).isoformat()}),
        "ask-review": (place.clerk, {"received_at": now.isoformat(), "grounds": "不服"}),
        "spot-checks": (place.auditor, {"result": "fail", "findings": "未整改"}),
    }[step]


async def left_behind(case: Case) -> dict[str, Any]:
    """Everything a step leaves, counted."""
    sql = case.place.service.sql
    [petition] = await sql("SELECT state, version FROM petition WHERE id = $1", case.id)
    counted = {
        table: (await sql(f"SELECT count(*) AS n FROM {table} WHERE {where}", key))[0]["n"]  # noqa: S608 -- constants
        for table, where, key in (
            ("petition_step", "petition_id = $1", case.id),
            ("audit", "object_id = $1", str(case.id)),
            ("outbox_event", "key = $1 AND topic LIKE '%petition.changed%'", str(case.id)),
            ("idempotency", "route LIKE '%' || $1 || '%'", str(case.id)),
            ("callback", "petition_id = $1", case.id),
            ("review", "petition_id = $1", case.id),
            ("spot_check", "petition_id = $1", case.id),
        )
    }
    return {"state": petition["state"], "version": petition["version"], **counted}


@pytest.mark.parametrize("steps", [ROUTING, ANSWERED], ids=["routing", "answered"])
async def test_of_fifty_at_once_one_wins_and_nothing_is_half_written(
    place: Place, steps: tuple[str, ...]
) -> None:
    case = await place.register(track="petition_opinion")
    await (case.transferred() if steps is ROUTING else case.replied())
    before = await left_behind(case)
    started = State(before["state"])

    async def attempt(step: str) -> tuple[str, httpx.Response]:
        who, body = tries(place, step)
        return step, await case.try_(who, step, body)

    answers = await asyncio.gather(*map(attempt, islice(cycle(steps), AT_ONCE)))

    codes = Counter(answer.status_code for _, answer in answers)
    won = [(step, answer) for step, answer in answers if answer.is_success]
    assert len(won) == 1, codes
    assert set(codes) <= {200, 201, 409, 412}
    after = await left_behind(case)
    assert after["version"] == before["version"] + 1
    assert after["petition_step"] == before["petition_step"] + 1
    assert after["outbox_event"] == before["outbox_event"] + 1
    assert after["idempotency"] == before["idempotency"] + 1
    [(step, _)] = won
    rows = {"callbacks": "callback", "ask-review": "review", "spot-checks": "spot_check"}
    for route, table in rows.items():
        assert after[table] == before[table] + (route == step), table
    # A spot check has a line of its own in the trace, and reopens with another.
    assert after["audit"] == before["audit"] + 1
    taken = {"callbacks": "reopen", "spot-checks": "send_back"}.get(step, step.replace("-", "_"))
    assert after["state"] == TRANSITIONS[started][Step(taken)]
    running = [states[-1] for states in (await case.clocks()).values() if "running" in states[:-1]]
    assert running == []


async def test_fifty_questions_for_a_review_make_one_review(place: Place) -> None:
    case = await (await place.register(track="petition_opinion")).replied()
    body = {"received_at": place.time.now.isoformat(), "grounds": "不服"}
    clerks = [place.person(Role.PETITION_CLERK, place.county) for _ in range(AT_ONCE)]

    answers = await asyncio.gather(*(case.try_(who, "ask-review", body) for who in clerks))

    assert sorted({each.status_code for each in answers}) == [200, 412]
    rows = await place.service.sql("SELECT number FROM review WHERE petition_id = $1", case.id)
    assert len(rows) == 1
    assert (await case.clocks())["review"] == ["running"]
