"""A supervisor's own record: visits, exchange days, and petitions that count once."""

from datetime import date, datetime
from typing import Any, Final
from uuid import uuid4

from shared.contracts.petitions import SupervisorTookPart
from tests.integration.regions.conftest import CIXI, NINGBO, YUYAO, Regions, head
from tests.integration.regions.test_bureaus import a_bureau
from tests.integration.regions.test_helpers import a_supervisor

PATH: Final = "/environmental-supervisors"
MORNING: Final = datetime.fromisoformat("2026-06-08T09:00:00+08:00")


async def counted(regions: Regions, supervisor: dict[str, Any]) -> tuple[int, int, int]:
    answer = await regions.get(head(YUYAO), f"{PATH}/participation", division=YUYAO, year=2026)
    [found] = [each for each in answer.json()["items"] if each["supervisor_id"] == supervisor["id"]]
    return found["visits"], found["exchange_days"], found["petitions"]


async def test_a_petition_counts_once_however_often_it_is_told(regions: Regions) -> None:
    supervisor = await a_supervisor(regions, YUYAO)
    event = SupervisorTookPart(
        supervisor_id=supervisor["id"], petition_id=uuid4(), division=YUYAO, on_day=date(2026, 6, 8)
    )

    for _ in range(2):
        assert (await regions.tell(event, source="petitions")).status_code < 300
    gone = event.model_copy(update={"supervisor_id": uuid4()})
    assert (await regions.tell(gone, source="petitions")).status_code < 300

    assert await counted(regions, supervisor) == (0, 0, 1)
    told = await regions.get(head(YUYAO), f"{PATH}/{supervisor['id']}/activities")
    assert [each["kind"] for each in told.json()["items"]] == ["petition"]
    assert str(event.petition_id) not in told.text


async def test_visits_and_exchange_days_are_of_the_place_the_day_and_the_office(
    regions: Regions,
) -> None:
    await regions.set_clock(MORNING)
    supervisor = await a_supervisor(regions, YUYAO)
    foreign = await a_supervisor(regions, CIXI)
    path = f"{PATH}/{supervisor['id']}/visits"
    visit = {"on_day": "2026-06-08", "place": "某村河道", "findings": "水面清洁"}
    hidden = await regions.post(head(CIXI), path, visit, version=1)
    assert hidden.status_code == 404
    assert (await regions.post(head(YUYAO), path, visit)).status_code == 428
    assert (await regions.post(head(YUYAO), path, visit, version=9)).status_code == 412
    ahead = await regions.post(head(YUYAO), path, visit | {"on_day": "2026-06-09"}, version=1)
    assert ahead.json()["code"] == "not_yet"
    before = await regions.post(head(YUYAO), path, visit | {"on_day": "2020-01-01"}, version=1)
    assert before.json()["code"] == "supervisor_not_in_office"
    await regions.done(head(YUYAO), path, visit, version=1)

    bureau = await a_bureau(regions, YUYAO, kind="township_government")
    day = {
        "division": YUYAO,
        "bureau_id": bureau["id"],
        "firm": "示例化工",
        "village": "某村",
        "residents": 12,
        "topics": ["异味"],
        "held_on": "2026-06-08",
        "supervisors": [supervisor["id"]],
        "promises": [{"text": "加装除臭设施", "due_on": "2026-06-30"}],
    }
    for changes, code in (
        ({"supervisors": [foreign["id"]]}, "other_place"),
        ({"held_on": "2026-06-09"}, "not_yet"),
        ({"credit_code": "91330281MA2AXXXX1K"}, "bad_credit_code"),
    ):
        answer = await regions.post(head(YUYAO), f"{PATH}/exchange-days", day | changes)
        assert answer.json()["code"] == code
    city = await a_bureau(regions, NINGBO)
    nowhere = day | {"division": "330299", "bureau_id": city["id"], "supervisors": []}
    answer = await regions.post(head(NINGBO), f"{PATH}/exchange-days", nowhere)
    assert (answer.json()["code"], answer.json()["errors"][0]["pointer"]) == (
        "unknown_division",
        "/division",
    )
    made = await regions.done(head(YUYAO), f"{PATH}/exchange-days", day)
    assert (await regions.get(head(CIXI), f"{PATH}/exchange-days/{made['id']}")).status_code == 404
    assert await counted(regions, supervisor) == (1, 1, 0)
