"""What each subject did is what the figures and the assessment count, in 舟山."""

from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

from tests.integration.regions.conftest import JIAXING, Person, Regions, desk, head
from tests.integration.regions.joint import running
from tests.integration.regions.test_exchanges import (
    FIRST,
    GUANGHAN,
    XINDU,
    agreed,
    at,
    both,
    pass_to,
)
from tests.integration.regions.test_grid import a_grid, codes
from tests.integration.regions.test_rota import bureau, rota
from tests.integration.regions.test_unit_audits import (
    DAISHAN,
    DINGHAI,
    NIGHT,
    PUTUO,
    SHENGSI,
    ZHOUSHAN,
    a_corps,
)

Json = dict[str, Any]
CITY, CENTRE = head(ZHOUSHAN), desk(ZHOUSHAN)
LINES: Final = [
    {"indicator": indicator, "weight": "25", "zero_at": "0", "full_at": "100"}
    for indicator in (
        "orders_acknowledged",
        "rota_turns_served",
        "grid_visits_made",
        "audit_findings_rectified",
    )
]
SERIOUS: Final = {"indicator": "serious_audit_findings", "points": "-2", "cap": "4"}


async def a_scheme(regions: Regions) -> Json:
    body = {
        "division": ZHOUSHAN,
        "year": 2026,
        "title": "联动考核方案",
        "lines": LINES,
        "adjustments": [SERIOUS],
    }
    made = await regions.done(CITY, "/assessment-schemes", body)
    path = f"/assessment-schemes/{made['id']}/publish"
    return await regions.done(CITY, path, {"late_reason": "首次"}, version=made["version"])


async def ordered(regions: Regions) -> None:
    """An order that Dinghai acknowledges in time, and one that Daishan does not."""
    body = {"division": ZHOUSHAN, "kind": "command_center", "name": f"指挥中心{uuid4().hex}"}
    told = {
        "bureau_id": (await regions.done(CITY, "/bureaus", body))["id"],
        "source": "neighbouring_desk",
        "title": "海域油污",
        "place_division": DINGHAI,
        "place": "金塘码头",
        "media": ["water"],
        "urgency": "urgent",
        "facts": "海面有带状油污",
    }
    item = await regions.done(CENTRE, "/incidents", told)
    path = f"/incidents/{item['id']}"
    judged = {"grade": "ordinary", "assessment": "疑似偷排", "measures": ["采样"]}
    item = await regions.done(CENTRE, f"{path}/judge", judged, version=item["version"])
    for division in (DINGHAI, DAISHAN):
        order = {
            "receiver": "desk",
            "division": division,
            "text": "赴现场取证",
            "urgency": "urgent",
            "due_at": (NIGHT + timedelta(hours=8)).isoformat(),
        }
        item = await regions.done(CENTRE, f"{path}/dispatch", order, version=item["version"])
    mine = f"{path}/orders/{item['orders'][0]['id']}/acknowledge"
    await regions.done(head(DINGHAI), mine, {}, version=item["version"])


async def served(regions: Regions) -> None:
    """A round in which Putuo's people serve two days in Shengsi: one does, one does not come."""
    made = await rota(regions, {"A": 2}, division=ZHOUSHAN)
    path = f"/rotas/{made['id']}"
    own = await bureau(regions, f"分局{uuid4().hex}", PUTUO, None)
    unit = {"code": "P", "bureau_id": own, "office": "执法队", "headcount": 2}
    made = await regions.done(CENTRE, f"{path}/units", unit, version=made["version"])
    lines = [{"unit": "P", "name": f"P-{number}"} for number in range(2)]
    await regions.done(CENTRE, f"{path}/staff", {"lines": lines}, version=made["version"])
    body = {
        "place": SHENGSI,
        "purpose": "海上执法",
        "starts_on": NIGHT.date().isoformat(),
        "ends_on": (NIGHT.date() + timedelta(days=1)).isoformat(),
    }
    round_ = await regions.done(CENTRE, f"{path}/rounds", body)
    one = f"{path}/rounds/{round_['id']}"
    round_ = await regions.done(CITY, f"{one}/publish", {}, version=round_["version"])
    turn = next(each for each in round_["draws"] if each["name"].startswith("P"))
    step = f"{one}/draws/{turn['id']}"
    round_ = await regions.done(CENTRE, f"{step}/confirm", {}, version=round_["version"])
    await regions.set_clock(NIGHT + timedelta(days=1))
    days = [NIGHT.date(), NIGHT.date() + timedelta(days=1)]
    done = {"days": [each.isoformat() for each in days], "obeyed": True, "quality": "good"}
    await regions.done(CITY, f"{step}/serve", done, version=round_["version"])


async def test_rows_of_every_subject_count_for_the_unit_they_are_of(regions: Regions) -> None:
    await regions.set_clock(NIGHT - timedelta(days=3))
    scheme = await a_scheme(regions)
    await a_grid(regions, DAISHAN, NIGHT - timedelta(days=3))
    key = {"division": DAISHAN, "name": "重点单位", "area": codes(DAISHAN)[0], "kind": "key"}
    await regions.done(head(DAISHAN), "/grid-plans/objects", key)
    audit = await (await a_corps(regions)).reported()
    await ordered(regions)
    await served(regions)
    await regions.set_clock(NIGHT + timedelta(days=5))

    body = {
        "scheme_id": scheme["id"],
        "title": "考核",
        "first_day": "2026-04-01",
        "last_day": "2026-04-15",
    }
    made = await regions.done(CENTRE, "/assessments", body)
    path = f"/assessments/{made['id']}"

    async def counted(division: str) -> list[tuple[str, bool]]:
        found = (await regions.get(CITY, f"{path}/rows", division=division, limit=200)).json()
        return sorted((each["indicator"], each["good"]) for each in found["items"])

    assert await counted(DINGHAI) == [
        ("orders_acknowledged", True),
        ("serious_audit_findings", True),
    ]
    assert await counted(PUTUO) == [("rota_turns_served", False), ("rota_turns_served", True)]
    of_daishan = await counted(DAISHAN)
    assert ("orders_acknowledged", False) in of_daishan
    # A key object twice a week by the township's cell, weekly by the county's: nobody went.
    assert of_daishan.count(("grid_visits_made", False)) == 3
    assert await counted(SHENGSI) == []
    results = {each["division"]: each for each in made["results"]}
    assert results[DINGHAI]["adjusted"] == [
        {
            "indicator": "serious_audit_findings",
            "quantity": "1.00",
            "events": 1,
            "points": "-2.00",
        }
    ]
    proof = (await regions.get(CENTRE, f"{path}/proof")).json()
    assert (proof["same_result"], proof["same_sources"]) == (True, True)

    asked = {"division": ZHOUSHAN, "since": "2026-04-01", "until": "2026-04-30"}
    found = (await regions.get(CITY, "/cooperation-figures/person-days", **asked)).json()
    by = {each["kind"]: each for each in found["kinds"]}
    for each in by.values():
        assert sum(each["given"].values()) == sum(each["received"].values()) == each["total"]
    assert by["rota"]["flows"] == [{"giver": PUTUO, "receiver": SHENGSI, "days": 2}]
    assert {each["giver"] for each in by["audit"]["flows"]} >= {PUTUO, DAISHAN}
    assert {each["receiver"] for each in by["audit"]["flows"]} == {audit["orderer"]}
    elsewhere = {**asked, "division": ZHOUSHAN}
    hidden = await regions.get(head(JIAXING), "/cooperation-figures/person-days", **elsewhere)
    assert all(each["total"] == 0 for each in hidden.json()["kinds"])

    fair = (await regions.get(CITY, "/cooperation-figures/fairness", division=ZHOUSHAN)).json()
    [rota_] = fair["rotas"]
    assert rota_["furthest"] < 1
    assert (await regions.get(CITY, rota_["ledger"].removeprefix("/api/v1"))).status_code == 200
    times = (await regions.get(CITY, "/cooperation-figures/response-times", **asked)).json()
    orders = [each for each in times["pairs"] if each["kind"] == "order"]
    assert [(each["sender"], each["receiver"], each["answered"]) for each in orders] == [
        (ZHOUSHAN, DINGHAI, 1)
    ]
    desks = await regions.get(CITY, "/cooperation-figures/duty-coverage", **asked)
    assert desks.json()["coverage"].startswith("/api/v1/duty-rosters/coverage?")


async def test_who_goes_to_another_gives_days_and_the_other_receives_them(
    regions: Regions,
) -> None:
    await at(regions, "2026-03-12")
    await agreed(regions, *await both(regions))
    await pass_to(regions, FIRST.isoformat())
    await running(regions, XINDU, XINDU, GUANGHAN, planned_from="2026-03-16")
    await at(regions, "2026-03-17")

    async def kinds(who: Person, division: str) -> dict[str, Json]:
        asked = {"division": division, "since": "2026-03-01", "until": "2026-12-31"}
        found = await regions.get(who, "/cooperation-figures/person-days", **asked)
        assert found.status_code == 200, found.text
        return {each["kind"]: each for each in found.json()["kinds"]}

    # Two days up to today, each way: what is to come is not counted.
    seen = await kinds(head(XINDU), XINDU)
    assert seen["exchange"]["flows"] == [
        {"giver": XINDU, "receiver": GUANGHAN, "days": 2},
        {"giver": GUANGHAN, "receiver": XINDU, "days": 2},
    ]
    assert seen["operation"]["given"] == {GUANGHAN: 2}
    assert seen["operation"]["received"] == {XINDU: 2}
    assert await kinds(head(GUANGHAN), GUANGHAN) == seen
    assert await kinds(head(JIAXING), XINDU) == {
        kind: {**each, "total": 0, "given": {}, "received": {}, "flows": []}
        for kind, each in seen.items()
    }
