"""Figures over HTTP: what counts, for whom, as of when; and what is refused."""

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest

from shared.auth.actor import Role
from shared.clocks.days import legal_day
from tests.integration.petitions.conftest import Case, Place, Ride
from tests.support.services import Caller

EVER = {"first_day": "2026-01-01", "last_day": "2079-12-31"}
BASE = "/petition-statistics"
METRICS = (
    "repeat_rate",
    "dissatisfaction_rate",
    "timely_acceptance_rate",
    "timely_closing_rate",
    "spot_check_share",
    "spot_check_pass_rate",
    "average_days_to_close",
    "received",
    "called_back",
    "closed",
    "pushed",
    "resolved",
)


async def ask(place: Place, path: str = "", **query: Any) -> Any:
    return await ask_as(place.city_clerk, place, path, **query)


async def ask_as(who: Caller, place: Place, path: str, **query: Any) -> Any:
    asked = {"division": place.city, **EVER, **query}
    answer = await who.get(f"{BASE}{path}", **asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def counted(place: Place, metric: str, **query: Any) -> tuple[str, str | None]:
    found = await ask(place, f"/{metric}", **query)
    return found["numerator"], found["denominator"]


async def mark(case: Case, **facts: Any) -> None:
    """What only an archive says of an item."""
    for name, value in facts.items():
        await case.place.service.sql(
            f"UPDATE petition SET {name} = $2 WHERE id = $1",  # noqa: S608 -- a column's name
            case.id,
            value,
        )


async def test_all_figures_of_a_place_come_with_their_rules_and_last_years(place: Place) -> None:
    await place.register()

    found = await ask(place)

    figures = [*found["rates"], *found["counts"], *found["durations"]]
    assert sorted(each["metric"] for each in figures) == sorted(METRICS)
    assert found["rates"][0]["metric"] == "repeat_rate"
    assert found["rates"][1]["metric"] == "dissatisfaction_rate"
    for each in figures:
        assert each["version"].startswith(each["metric"])
        assert each["rule_zh"]
        assert each["numerator_en"]
        assert each["year_on_year"]["last_day"] == "2078-12-31"
    assert [(each["metric"], each["by"]) for each in found["distributions"]] == [
        ("received", "progress"),
        ("called_back", "satisfaction"),
    ]
    assert found["filters"] == {}


async def test_every_figure_alone_is_what_it_is_among_the_others(place: Place) -> None:
    await (await place.shared()).replied()
    found = await ask(place)

    for each in [*found["rates"], *found["counts"], *found["durations"]]:
        alone = await ask(place, f"/{each['metric']}")
        assert {name: alone[name] for name in ("numerator", "denominator", "value")} == {
            name: each[name] for name in ("numerator", "denominator", "value")
        }
        assert alone["period_on_period"]["last_day"] == "2025-12-31"


async def test_every_version_of_every_rule_is_listed(place: Place) -> None:
    answer = (await place.clerk.get(f"{BASE}/definitions")).json()

    current = {each["version"]: each["current"] for each in answer["items"]}
    assert current["dissatisfaction_rate.closed.v1"] is False
    assert current["dissatisfaction_rate.closed.v2"] is True
    assert {each["metric"] for each in answer["items"]} == set(METRICS)
    assert answer["not_rolled_back"]


async def test_a_letter_on_two_counties_is_half_in_each(place: Place) -> None:
    for _ in range(4):
        await place.register(divisions=[place.county])
    await place.register(divisions=[place.county, place.neighbour])
    await place.register(divisions=[place.neighbour])

    shown = {
        division: (await ask(place, "/received", division=division))["rounded"]
        for division in (place.city, place.county, place.neighbour, place.third)
    }
    lines = (await ask(place, "/received/breakdown", by="county"))["items"]

    assert list(shown.values()) == ["6", "4.5", "1.5", "0"]
    assert [(each["key"], each["numerator"], each["share"]) for each in lines] == [
        (place.county, "9/2", "3/4"),
        (place.neighbour, "3/2", "1/4"),
    ]
    assert lines[0]["name"] == f"区划{place.county}"


async def test_a_legal_day_begins_at_midnight_in_shanghai(place: Place) -> None:
    day = legal_day(place.time.now) - timedelta(days=1)
    for instant in (f"{day}T00:00:00+08:00", f"{day}T23:59:59.999999+08:00"):
        await place.register(received_at=instant)
    await place.register(received_at=f"{day + timedelta(days=1)}T00:00:00+08:00")
    await place.register(received_at=f"{day - timedelta(days=1)}T15:59:59+00:00")

    found = await ask(place, "/received", first_day=day, last_day=day)

    assert found["numerator"] == "2"
    assert found["period_on_period"]["numerator"] == "1"


async def test_the_parts_of_a_coordinated_item_do_not_count_again(place: Place) -> None:
    whole, part = await place.shared(), await place.register()
    await mark(part, parent_id=whole.id)

    assert await counted(place, "received") == ("1", None)


async def test_repeats_are_those_confirmed_by_then_or_called_so_by_their_source(
    place: Place,
) -> None:
    first = await place.register()
    await place.time.pass_by(hours=1)
    again = await place.register()
    await mark(await place.register(), stated_repeat=True)
    registered = place.time.now
    await place.time.pass_by(hours=1)
    path = f"/petitions/{again.id}/confirm-repeat"
    version = (await again.read(place.city_clerk))["version"]
    answer = await place.city_clerk.post(
        path, {"root_id": str(first.id), "note": "同一人同一事"}, version=version
    )
    assert answer.status_code in {200, 201}, answer.text

    assert await counted(place, "repeat_rate") == ("2", "3")
    assert await counted(place, "repeat_rate", as_of=registered.isoformat()) == ("1", "3")


async def test_a_figure_says_that_it_is_approximate(place: Place) -> None:
    case = await place.register()
    assert (await ask(place, "/repeat_rate"))["approximate"] is False
    await mark(case, approximate=True)
    assert (await ask(place, "/repeat_rate"))["approximate"] is True
    assert (await ask(place, "/repeat_rate", division=place.third))["approximate"] is False


async def test_decimals_are_the_askers_to_choose(place: Place) -> None:
    for _ in range(6):
        await place.register()
    await mark(await place.register(), stated_repeat=True)

    shown = [
        (await ask(place, "/repeat_rate", decimals=decimals))["percent"] for decimals in (0, 1, 2)
    ]

    assert shown == ["14", "14.3", "14.29"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"first_day": "2026-03-02", "last_day": "2026-03-01"}, "period_backwards"),
        ({"chanel": "letter"}, "unknown_filter"),
        ({"as_of": "2190-01-01T00:00:00Z"}, "as_of_in_future"),
        ({"denominator": "closed"}, "no_such_rule"),
        ({"version": "received.v1"}, "no_such_rule"),
        ({"channel": "pigeon"}, "invalid_input"),
        ({"industry": "%"}, "invalid_input"),
        ({"decimals": "7"}, "invalid_input"),
        ({"first_day": "0001-01-01"}, "invalid_input"),
        ({"last_day": "9999-12-31"}, "invalid_input"),
    ],
)
async def test_what_is_asked_wrongly_is_refused(
    place: Place, query: dict[str, str], code: str
) -> None:
    asked = {"division": place.city, **EVER, **query}
    answer = await place.city_clerk.get(f"{BASE}/repeat_rate", **asked)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_a_filter_given_twice_is_refused(place: Place) -> None:
    answer = await place.service.http.get(
        f"/api/v1{BASE}?division={place.city}&division={place.county}"
        "&first_day=2026-01-01&last_day=2026-12-31",
        headers=place.city_clerk.headers,
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "filter_twice")


@pytest.mark.parametrize(
    ("path", "query", "code"),
    [
        ("/received/series", {"by": "day"}, "too_many_buckets"),
        ("/received/breakdown", {"by": "satisfaction"}, "not_broken_down"),
        ("/received/rows", {"part": "denominator"}, "no_such_rule"),
        ("/happiness", {}, "invalid_input"),
        ("/rankings", {"by": "medium", "metric": "received"}, "invalid_input"),
    ],
)
async def test_what_a_figure_does_not_have_is_refused(
    place: Place, path: str, query: dict[str, str], code: str
) -> None:
    asked = {"division": place.city, **EVER, **query}
    answer = await place.city_clerk.get(f"{BASE}{path}", **asked)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


PATHS = (
    "",
    "/received",
    "/received/series?by=year",
    "/received/breakdown?by=county",
    "/received/rows",
    "/rankings?by=object&metric=received",
)


@pytest.mark.parametrize("path", PATHS)
async def test_the_figures_of_a_division_beyond_ones_own_are_not_found(
    place: Place, path: str
) -> None:
    path, _, query = path.partition("?")
    asked = dict(each.split("=") for each in query.split("&") if each)
    for division in (place.city, place.neighbour):
        answer = await place.clerk.get(f"{BASE}{path}", division=division, **EVER, **asked)
        assert answer.status_code == 404


async def test_who_keeps_the_system_has_no_figures(place: Place) -> None:
    keeper = place.person(Role.SYSTEM_ADMINISTRATOR, place.city)
    assert (await keeper.get(f"{BASE}/definitions")).status_code == 403
    for path in ("", "/received"):
        answer = await keeper.get(f"{BASE}{path}", division=place.city, **EVER)
        assert answer.status_code == 403


async def test_filters_narrow_what_is_counted_and_are_named(place: Place) -> None:
    await place.register(channel="letter", media=["noise"])
    case = await place.register(media=["air", "noise"])
    await mark(case, industry="C2631")

    for query, numerator in (
        ({"channel": "letter"}, "1"),
        ({"medium": "noise"}, "2"),
        ({"medium": "air", "channel": "letter"}, "0"),
        ({"industry": "C26"}, "1"),
        ({"industry": "C3"}, "0"),
        ({"form": "collective"}, "0"),
        ({"track": "statutory_duty"}, "2"),
        ({"progress": "unhandled"}, "2"),
        ({"progress": "closed"}, "0"),
        ({"import_id": str(case.id)}, "0"),
    ):
        found = await ask(place, "/received", **query)
        assert (found["numerator"], found["filters"]) == (numerator, query), query


async def sum_of_rows(place: Place, metric: str, part: str, who: Caller, **query: Any) -> Fraction:
    """The weights of all pages of one row each."""
    asked = {"division": place.city, **EVER, "part": part, "limit": 1, **query}
    total = Fraction(0)
    while True:
        answer = await who.get(f"{BASE}/{metric}/rows", **asked)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        total += sum((Fraction(row["weight"]) for row in page["items"]), Fraction(0))
        if page["next"] is None:
            return total
        asked["cursor"] = page["next"]


async def test_the_rows_behind_every_figure_add_up_to_it(ride: Ride) -> None:
    place = ride.place
    await ride.pushed()
    await mark(await place.register(divisions=[place.county]), stated_repeat=True)
    await ride.solved()
    await ride.step(place.city_clerk, "resolve", {"proof": "已停产"})
    await place.time.pass_by(days=120)

    for who, division in (
        (place.city_clerk, place.city),
        (place.clerk, place.county),
        (place.other_clerk, place.neighbour),
    ):
        for metric in METRICS:
            found = await ask_as(who, place, f"/{metric}", division=division)
            for part in ("numerator", "denominator"):
                if found[part] is not None:
                    rows = await sum_of_rows(place, metric, part, who, division=division)
                    assert rows == Fraction(found[part]), (metric, part, division)
    assert await counted(place, "pushed", division=place.neighbour) == ("1/2", None)
    assert await counted(place, "resolved") == ("1", None)


async def test_rows_show_the_redacted_title_and_no_petitioner(place: Place) -> None:
    await place.register()

    [row] = (await ask(place, "/received/rows"))["items"]

    assert row["weight"] == "1"
    assert "欧阳" not in str(row)
    assert not {"petitioner", "petitioner_masked", "petitioner_tokens", "body"} & set(row)


async def test_a_series_adds_up_to_its_period(place: Place) -> None:
    first = legal_day(place.time.now) - timedelta(days=20)
    for age in (0, 1, 1, 5, 12, 20):
        at = place.time.now - timedelta(days=age)
        await place.register(received_at=at.isoformat())
    whole = {"first_day": first, "last_day": date.fromisoformat(str(first)) + timedelta(days=20)}

    for by in ("day", "week", "month", "quarter", "year"):
        found = await ask(place, "/received/series", by=by, **whole)
        assert sum(Fraction(each["numerator"]) for each in found["items"]) == 6
        assert found["items"][0]["first_day"] == str(first)
        assert found["by"] == by
