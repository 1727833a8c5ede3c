"""Figures of cooperation: what touches, who meets, what waits, how fast, and for whom."""

from datetime import datetime, timedelta
from typing import Any

from shared.auth.actor import Role
from tests.integration.regions.conftest import Person, Regions, head
from tests.integration.regions.test_activations import CALLED, CALLER, GUANGHAN, XINDU, act, called

SICHUAN, CHENGDU, ELSEWHERE = head("510000"), head("510100"), head("330200")
PLAIN = ("510100", "510600", "511800", "511400", "512000")


async def map_of(regions: Regions, who: Person, **query: Any) -> dict[str, Any]:
    answer = await regions.get(who, "/cooperation-figures/map", **query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_the_five_cities_touch_in_thirty_pairs_of_twenty_five_counties(
    regions: Regions,
) -> None:
    pairs: dict[tuple[str, str], float] = {}
    for city in PLAIN:
        shown = await map_of(regions, SICHUAN, division=city)
        pairs |= {
            (each["a"], each["b"]): each["km"]
            for each in shown["pairs"]
            if not each["same_city"] and each["km"] is not None
        }
    within = {pair for pair in pairs if all(code[:4] + "00" in PLAIN for code in pair)}

    assert len(within) == 30
    assert len({code for pair in within for code in pair}) == 25
    assert len({(a[:4], b[:4]) for a, b in within}) == 7


async def test_the_islands_have_one_land_pair_and_face_their_neighbours(regions: Regions) -> None:
    shown = await map_of(regions, head("330900"), division="330900")
    pairs = {(each["a"], each["b"]): (each["km"], each["sea_km"]) for each in shown["pairs"]}

    assert [pair for pair, (km, _) in pairs.items() if km is not None] == [("330902", "330903")]
    assert pairs["330206", "330903"] == (None, 2.5)
    assert len(pairs) == 16


async def test_who_meets_is_counted_for_those_who_may_know(regions: Regions) -> None:
    async def met(who: Person) -> tuple[int, int]:
        shown = await map_of(regions, who, division="510100")
        [pair] = [each for each in shown["pairs"] if (each["a"], each["b"]) == (XINDU, GUANGHAN)]
        return pair["activations"], shown["divisions"][XINDU]["activations"]

    before = await met(SICHUAN)
    stranger = await met(ELSEWHERE)
    await called(regions)

    assert await met(SICHUAN) == (before[0] + 1, before[1] + 1)
    assert await met(ELSEWHERE) == stranger == (0, 0)


async def test_what_is_over_weighs_on_nobody(regions: Regions) -> None:
    item = await called(regions)

    async def load() -> int:
        shown = await map_of(regions, CHENGDU, division=XINDU)
        found: int = shown["divisions"][XINDU]["activations"]
        return found

    before = await load()
    await act(regions, CALLER, item, "stand-down", {"reason": "误报"})
    assert await load() == before - 1


async def test_how_fast_one_comes_is_counted_from_the_call(regions: Regions) -> None:
    item = await called(regions)
    item = await act(regions, CALLED, item, "acknowledge", {"division": GUANGHAN})
    [reply] = item["replies"]
    waited = datetime.fromisoformat(reply["acknowledged_at"]) - datetime.fromisoformat(
        item["called_at"]
    )
    answer = await regions.get(CALLER, "/cooperation-figures/response-times", division=XINDU)
    [shown] = [each for each in answer.json()["pairs"] if each["kind"] == "activation"]

    assert (shown["sender"], shown["receiver"]) == (XINDU, GUANGHAN)
    assert shown["answered"] >= 1
    assert 0 <= shown["median_hours"] <= shown["p90_hours"]
    assert waited >= timedelta(0)


async def test_a_period_begins_before_it_ends(regions: Regions) -> None:
    answer = await regions.get(
        CALLER,
        "/cooperation-figures/map",
        division=XINDU,
        since="2026-05-02",
        until="2026-05-01",
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "period_reversed")


async def test_who_reads_nothing_of_bureaus_reads_no_figures(regions: Regions) -> None:
    citizen = Person(Role.PETITIONER, XINDU)
    for path in ("map", "letters", "response-times"):
        answer = await regions.get(citizen, f"/cooperation-figures/{path}", division=XINDU)
        assert answer.status_code == 403
