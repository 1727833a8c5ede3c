"""Joint plans: seed 003's agreement, plan and scheme, and every party's word of its own."""

from typing import Any

import pytest

from services.regions.agreements.domain.consent import fingerprint
from services.regions.agreements.jobs import JOBS as AGREEMENT_JOBS
from services.regions.plans.jobs import JOBS
from shared.auth.actor import Role
from tests.integration.regions.conftest import Person, Regions, desk, head
from tests.integration.regions.cooperation import (
    AGREEMENT_2023,
    CHENGDU,
    CHONGQING,
    DEYANG,
    FIVE,
    ITEMS,
    MEISHAN,
    PLAN_2023,
    SCHEME_2023_2025,
    SICHUAN,
    YAAN,
    act,
    agreement,
    on,
    read,
    refused,
)


def a_plan(*parties: str, **changes: Any) -> dict[str, Any]:
    return {
        **SCHEME_2023_2025,
        "lead": parties[0],
        "parties": list(parties),
        "year": 2026,
        "valid_from": "2026-01-01",
        "valid_to": "2026-12-31",
        **changes,
    }


async def drafted(regions: Regions, text: dict[str, Any]) -> str:
    made = await regions.done(head(text["lead"]), "/plans", text)
    assert made["state"] == "draft"
    return f"/plans/{made['id']}"


async def sent(regions: Regions, text: dict[str, Any]) -> str:
    path = await drafted(regions, text)
    await act(regions, head(text["lead"]), path, "countersign", {})
    return path


async def agree(regions: Regions, path: str, *parties: str) -> None:
    for each in parties:
        text_hash = (await read(regions, head(each), path))["text_hash"]
        yes = {"division": each, "agrees": True, "text_hash": text_hash}
        await act(regions, head(each), path, "answer", yes)


async def running(regions: Regions, text: dict[str, Any]) -> str:
    path = await sent(regions, text)
    await agree(regions, path, *(each for each in text["parties"] if each != text["lead"]))
    await act(regions, head(text["lead"]), path, "issue", {})
    await on(regions, "2026-03-02", *JOBS)
    assert (await read(regions, head(text["lead"]), path))["state"] == "running"
    return path


async def the_agreement_of_2023(regions: Regions) -> str:
    text = agreement(CHONGQING, CHENGDU) | AGREEMENT_2023
    made = await regions.done(head(CHONGQING), "/agreements", text)
    path = f"/agreements/{made['id']}"
    await act(regions, head(CHONGQING), path, "negotiate", {})
    for each in (CHONGQING, CHENGDU):
        text_hash = (await read(regions, head(each), path))["text_hash"]
        await act(regions, head(each), path, "sign", {"division": each, "text_hash": text_hash})
    await on(regions, "2026-03-02", *AGREEMENT_JOBS)
    return str(made["id"])


async def item_done(
    regions: Regions, path: str, position: int, who: Person, **body: Any
) -> dict[str, Any]:
    seen = await read(regions, who, path)
    item = seen["items"][position]["id"]
    told = {"outcome": "done", "told": "已完成", "done_on": "2023-05-20", **body}
    return await regions.done(who, f"{path}/items/{item}/progress", told, version=seen["version"])


async def test_the_agreement_of_2023_and_its_plan_from_march_to_the_file(regions: Regions) -> None:
    """Acceptance 3-09."""
    frame = await the_agreement_of_2023(regions)
    path = await running(regions, {**PLAN_2023, "agreement_id": frame})

    seen = await read(regions, head(CHONGQING), path)
    assert (seen["agreement_id"], seen["year"], seen["issued_by"]) == (frame, 2023, "consent")
    assert [each["due_on"] for each in seen["items"]] == ["2023-05-31", "2023-07-31", "2023-11-30"]
    assert seen["items"][0]["places"] == ["500112", "500115", "500117"]
    assert (seen["figures"]["open"], seen["figures"]["overdue"]) == (3, 3)
    await item_done(regions, path, 0, Person(Role.OFFICER, CHENGDU), told="考察8家企业")
    await item_done(regions, path, 1, head(CHONGQING), done_on="2023-07-14")
    done = await item_done(regions, path, 2, head(CHENGDU), done_on="2023-11-08")
    assert done["figures"] == {
        "total": 3,
        "done": 3,
        "dropped": 0,
        "open": 0,
        "overdue": 0,
        "completed_percent": 100.0,
    }
    assert done["figures_by_party"][CHENGDU]["done"] == 2
    closed = await act(regions, head(CHENGDU), path, "close", {"summary": "三项均已完成"})
    assert (closed["state"], closed["actions"]) == ("closed", [])
    listed = await regions.get(head(CHONGQING), "/plans", agreement_id=frame, year=2023)
    assert [each["id"] for each in listed.json()["items"]] == [seen["id"]]


async def test_the_five_city_scheme_holds_yearly_plans_beneath_it(regions: Regions) -> None:
    """Acceptance 3-10 and 3-15."""
    scheme = await running(regions, SCHEME_2023_2025)
    seen = await read(regions, head(YAAN), scheme)
    assert seen["year"] is None
    assert [len(seen[each]) for each in ("forms", "links", "focuses")] == [4, 4, 4]

    year = a_plan(
        *FIVE,
        year=2024,
        valid_from="2024-01-01",
        valid_to="2024-12-31",
        parent_plan_id=seen["id"],
    )
    path = await running(regions, year)
    assert (await read(regions, head(MEISHAN), path))["parent_plan_id"] == seen["id"]
    beyond = {**year, "year": 2026, "valid_from": "2026-01-01", "valid_to": "2026-12-31"}
    answer = await regions.post(head(CHENGDU), "/plans", beyond)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_plan")


async def test_quotas_are_the_settings_unless_the_plan_has_its_own(regions: Regions) -> None:
    plain = await read(regions, head(CHENGDU), await drafted(regions, a_plan(*FIVE)))
    assert plain["quota"] == {
        "min_ops": 2,
        "period": "plan_year",
        "windows": [
            {
                "season": "summer",
                "form": "comprehensive",
                "first_month": 5,
                "last_month": 8,
            },
            {
                "season": "autumn_winter",
                "form": "comprehensive",
                "first_month": 10,
                "last_month": 12,
            },
        ],
        "own": [],
    }
    windows = [{"season": "summer", "first_month": 6, "last_month": 7}]
    text = a_plan(*FIVE, min_ops=4, windows=windows)
    own = await read(regions, head(CHENGDU), await drafted(regions, text))
    assert (own["quota"]["min_ops"], own["quota"]["own"]) == (4, ["min_ops", "windows"])
    assert own["quota"]["windows"] == [{**windows[0], "form": "comprehensive"}]


async def test_silence_is_no_consent_and_the_lead_alone_issues_nothing(regions: Regions) -> None:
    path = await sent(regions, a_plan(*FIVE))
    await agree(regions, path, *FIVE[1:-1])

    seen = await read(regions, head(CHENGDU), path)
    assert seen["missing"] == [FIVE[-1]]
    assert "issue" not in seen["actions"]
    assert await refused(regions, head(CHENGDU), path, "issue", {}) == (409, "consent_missing")
    await agree(regions, path, FIVE[-1])
    assert (await act(regions, head(CHENGDU), path, "issue", {}))["state"] == "issued"


async def test_another_text_begins_consent_anew_and_the_leads_comes_with_it(
    regions: Regions,
) -> None:
    path = await sent(regions, a_plan(CHENGDU, DEYANG, YAAN))
    await agree(regions, path, DEYANG)
    first = await read(regions, head(YAAN), path)

    text = {name: value for name, value in a_plan(CHENGDU, DEYANG, YAAN).items() if name != "lead"}
    changed = await act(regions, head(CHENGDU), path, "revise", {**text, "min_ops": 3})

    assert changed["missing"] == [DEYANG, YAAN]
    assert [each["text_version"] for each in changed["texts"]] == [1, 2]
    old = {"division": YAAN, "agrees": True, "text_hash": first["text_hash"]}
    assert await refused(regions, head(YAAN), path, "answer", old) == (409, "other_text")
    kept = await read(regions, head(YAAN), f"{path}/texts/2")
    assert fingerprint(kept["content"]) == kept["text_hash"] == changed["text_hash"]
    again = await act(regions, head(CHENGDU), path, "revise", {**text, "min_ops": 3})
    assert (again["missing"], again["text_version"]) == ([DEYANG, YAAN], 2)


async def test_a_plan_taken_back_is_agreed_to_by_nobody(regions: Regions) -> None:
    path = await sent(regions, a_plan(CHENGDU, DEYANG))
    await agree(regions, path, DEYANG)

    back = await act(regions, head(CHENGDU), path, "withdraw", {"reason": "补充事项"})
    assert (back["state"], back["missing"]) == ("draft", [CHENGDU, DEYANG])
    again = await act(regions, head(CHENGDU), path, "countersign", {})

    assert (again["missing"], again["text_version"]) == ([DEYANG], 1)


async def test_the_common_superior_decides_what_parties_cannot(regions: Regions) -> None:
    path = await sent(regions, a_plan(CHENGDU, DEYANG, YAAN))
    text_hash = (await read(regions, head(DEYANG), path))["text_hash"]
    no = {"division": DEYANG, "agrees": False, "text_hash": text_hash}
    assert await refused(regions, head(DEYANG), path, "answer", no) == (422, "reason_missing")
    await act(regions, head(DEYANG), path, "answer", {**no, "reason": "人手不足"})
    reason = {"reason": "冬季攻坚需要"}
    assert await refused(regions, head(SICHUAN), path, "decide", reason) == (409, "no_deadlock")
    await act(
        regions, head(CHENGDU), path, "ask-decision", {"division": CHENGDU, "reason": "协商未果"}
    )

    assert (await refused(regions, head(CHENGDU), path, "decide", reason))[0] == 403
    decided = await act(regions, head(SICHUAN), path, "decide", reason)

    assert (decided["state"], decided["issued_by"]) == ("issued", "common_superior")
    assert decided["missing"] == [DEYANG, YAAN]
    assert decided["parties"][1]["answer_reason"] == "人手不足"


async def test_parties_of_two_provinces_can_only_agree(regions: Regions) -> None:
    path = await sent(regions, a_plan(CHONGQING, CHENGDU))
    asked = {"division": CHENGDU, "reason": "协商未果"}

    expected = (409, "no_common_superior")
    assert await refused(regions, head(CHENGDU), path, "ask-decision", asked) == expected
    assert await refused(regions, head(SICHUAN), path, "decide", {"reason": "x"}) == expected


async def test_a_plan_stands_on_what_binds_its_parties(regions: Regions) -> None:
    text = agreement(CHENGDU, DEYANG)
    frame = (await regions.done(head(CHENGDU), "/agreements", text))["id"]
    path = await drafted(
        regions, a_plan(CHENGDU, DEYANG, agreement_id=frame, valid_from="2026-03-01")
    )
    unbound = (409, "not_in_effect")
    assert await refused(regions, head(CHENGDU), path, "countersign", {}) == unbound

    outside = a_plan(CHENGDU, YAAN, agreement_id=frame, valid_from="2026-03-01")
    answer = await regions.post(head(CHENGDU), "/plans", outside)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_plan")
    unseen = a_plan(DEYANG, CHENGDU, agreement_id=frame, valid_from="2026-03-01")
    assert (await regions.post(head(DEYANG), "/plans", unseen)).status_code == 404


async def test_a_draft_is_the_leads_alone_then_the_parties(regions: Regions) -> None:
    path = await drafted(regions, a_plan(CHENGDU, DEYANG))
    for who in (head(DEYANG), head(SICHUAN), head("510104"), head(CHONGQING)):
        assert (await regions.get(who, path)).status_code == 404

    await act(regions, desk(CHENGDU), path, "countersign", {})

    for who, status in (
        (head(DEYANG), 200),
        (head(SICHUAN), 200),
        (head(MEISHAN), 404),
        (head(CHONGQING), 404),
        (head("510104"), 404),
    ):
        assert (await regions.get(who, path)).status_code == status


async def test_each_answers_for_itself(regions: Regions) -> None:
    path = await sent(regions, a_plan(CHENGDU, DEYANG))
    seen = await read(regions, head(DEYANG), path)
    yes = {"division": DEYANG, "agrees": True, "text_hash": seen["text_hash"]}

    for who, status in (
        (head(CHENGDU), 403),
        (head(SICHUAN), 403),
        (desk(DEYANG), 403),
        (head(MEISHAN), 404),
    ):
        answer = await regions.post(who, f"{path}/answer", yes, version=seen["version"])
        assert answer.status_code == status
    mine = {**yes, "division": MEISHAN}
    answer = await regions.post(head(MEISHAN), f"{path}/answer", mine, version=seen["version"])
    assert answer.status_code == 404
    stale = await regions.post(head(DEYANG), f"{path}/answer", yes, version=seen["version"] - 1)
    assert stale.status_code == 412
    assert (await regions.post(head(DEYANG), f"{path}/answer", yes)).status_code == 428


async def test_a_matter_is_its_own_partys_and_the_lead_alone_drops_it(regions: Regions) -> None:
    items = [
        {**ITEMS[1], "responsible": DEYANG},
        {**ITEMS[2], "responsible": DEYANG},
    ]
    path = await running(regions, a_plan(CHENGDU, DEYANG, items=items))
    seen = await read(regions, head(DEYANG), path)
    first, second = (f"items/{each['id']}/progress" for each in seen["items"])
    done = {"outcome": "done", "told": "已检查", "done_on": "2026-03-01"}

    assert (await refused(regions, head(CHENGDU), path, first, done))[0] == 403
    early = {**done, "done_on": "2026-03-03"}
    assert await refused(regions, head(DEYANG), path, first, early) == (422, "bad_plan")
    undated = {"outcome": "done", "told": "已检查"}
    assert await refused(regions, head(DEYANG), path, first, undated) == (422, "bad_plan")
    under_way = {"outcome": "under_way", "told": "已排定人员"}
    told = await act(regions, head(DEYANG), path, first, under_way)
    assert (told["items"][0]["state"], told["steps"][-1]["action"]) == ("open", "item_under_way")
    await act(regions, head(DEYANG), path, first, done)
    assert await refused(regions, head(DEYANG), path, first, done) == (409, "item_not_open")
    drop = {"outcome": "dropped", "told": "各方同意取消"}
    assert (await refused(regions, head(DEYANG), path, second, drop))[0] == 403
    summary = {"summary": "完成"}
    assert await refused(regions, head(CHENGDU), path, "close", summary) == (409, "matters_open")
    dropped = await act(regions, head(CHENGDU), path, second, drop)
    assert (dropped["figures"]["dropped"], dropped["figures"]["completed_percent"]) == (1, 100.0)
    assert (await act(regions, head(CHENGDU), path, "close", summary))["state"] == "closed"


async def test_a_matter_ahead_names_places_of_today(regions: Regions) -> None:
    item = {**ITEMS[2], "places": ["500112"]}
    answer = await regions.post(head(CHENGDU), "/plans", a_plan(CHENGDU, DEYANG, items=[item]))

    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_division")


async def test_a_plan_starts_on_its_first_day(regions: Regions) -> None:
    path = await sent(regions, a_plan(CHENGDU, DEYANG, valid_from="2026-04-01"))
    await agree(regions, path, DEYANG)
    await act(regions, head(CHENGDU), path, "issue", {})
    await on(regions, "2026-03-31", *JOBS)
    assert (await read(regions, head(DEYANG), path))["state"] == "issued"

    await on(regions, "2026-04-01", *JOBS)

    assert (await read(regions, head(DEYANG), path))["state"] == "running"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"parties": [CHENGDU, CHENGDU]}, "bad_plan"),
        ({"lead": CHENGDU, "parties": [DEYANG, YAAN]}, "bad_plan"),
        ({"valid_to": "2025-12-31"}, "bad_plan"),
        ({"year": 2025}, "bad_plan"),
        ({"windows": [{"season": "summer", "first_month": 8, "last_month": 5}]}, "bad_plan"),
        ({"items": [ITEMS[1]]}, "bad_plan"),
        ({"parties": [CHENGDU, "519900"]}, "unknown_division"),
        ({"forms": ["friendly"]}, "invalid_input"),
        ({"min_ops": 0}, "invalid_input"),
    ],
)
async def test_a_plan_that_does_not_hold_together_is_refused(
    regions: Regions, changes: dict[str, Any], code: str
) -> None:
    answer = await regions.post(head(CHENGDU), "/plans", a_plan(CHENGDU, DEYANG) | changes)

    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
