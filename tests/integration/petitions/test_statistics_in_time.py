"""Figures that time moves: terms kept and broken, call-backs, closings, and looking back."""

from datetime import timedelta
from fractions import Fraction
from typing import Any

from shared.clocks.days import legal_day
from tests.integration.petitions.conftest import Case, Place
from tests.integration.petitions.test_statistics import BASE, EVER, ask, counted


async def closed(place: Place, result: str = "satisfied", **changes: Any) -> Case:
    case = await (await place.register(**changes)).replied()
    return await case.call(result, "yes")


async def test_what_is_overdue_and_open_counts_as_due_and_what_is_not_yet_due_does_not(
    place: Place,
) -> None:
    accepted, refused = await place.register(), await place.register()
    await place.register()
    await accepted.accepted()
    await refused.transferred()
    body = {"ground": "unclear", "notice": "线索不详"}
    answer = await refused.try_(place.clerk, "refuse", body)
    assert answer.status_code == 200, answer.text
    assert await counted(place, "timely_acceptance_rate") == ("0", "0")

    registered = place.time.now
    await place.time.pass_by(days=20)
    await place.register()

    assert await counted(place, "timely_acceptance_rate") == ("2", "3")
    assert await counted(place, "timely_acceptance_rate", as_of=registered.isoformat()) == (
        "0",
        "0",
    )


async def test_a_term_that_ends_with_a_month_is_due_in_that_month(place: Place) -> None:
    """24:00 of its last day is the first instant of the next."""
    case = await place.register()
    [row] = await place.service.sql(
        "SELECT due_on FROM clock WHERE subject_id = $1 AND kind = 'acceptance'", case.id
    )
    await place.time.pass_by(days=25)
    day = row["due_on"]

    for first, last, denominator in (
        (day, day, "1"),
        (day + timedelta(days=1), day + timedelta(days=1), "0"),
        (day - timedelta(days=1), day - timedelta(days=1), "0"),
    ):
        found = await counted(place, "timely_acceptance_rate", first_day=first, last_day=last)
        assert found == ("0", denominator)


async def test_closing_late_is_due_and_not_in_time(place: Place) -> None:
    early, late = await place.register(), await place.register()
    for case in (early, late):
        await case.in_progress()
    await early.answer()
    await place.time.pass_by(days=70)
    as_of = place.time.now
    await place.time.pass_by(days=1)
    await late.answer()

    assert await counted(place, "timely_closing_rate") == ("1", "2")
    # It was overdue then, and is late now: the figure is the same.
    assert await counted(place, "timely_closing_rate", as_of=as_of.isoformat()) == ("1", "2")


async def test_a_duty_that_falls_away_after_its_day_was_not_done_in_time(place: Place) -> None:
    case = await place.register()
    due = "SELECT due_at FROM clock WHERE subject_id = $1 AND kind = 'acceptance'"
    dropped = "UPDATE clock SET state = 'dropped', ended_at = $2 WHERE subject_id = $1"
    [row] = await place.service.sql(due, case.id)
    await place.time.pass_by(days=25)

    await place.service.sql(dropped, case.id, row["due_at"] + timedelta(hours=1))
    assert await counted(place, "timely_acceptance_rate") == ("0", "1")
    await place.service.sql(dropped, case.id, row["due_at"] - timedelta(hours=1))
    assert await counted(place, "timely_acceptance_rate") == ("0", "0")


async def test_the_last_valid_call_back_of_the_period_counts(place: Place) -> None:
    case = await (await place.register()).replied()
    first_day = legal_day(place.time.now)
    await case.call("dissatisfied", "no")
    then = place.time.now
    await place.time.pass_by(days=2)
    await case.step(place.officer, "start")
    await case.answer()
    await case.call("no_answer", "unknown")
    await case.call("satisfied", "yes")

    one_day = {"first_day": first_day, "last_day": first_day}
    assert await counted(place, "dissatisfaction_rate") == ("0", "1")
    assert await counted(place, "dissatisfaction_rate", **one_day) == ("1", "1")
    assert await counted(place, "dissatisfaction_rate", as_of=then.isoformat()) == ("1", "1")
    said = await ask(place, "/called_back/breakdown", by="satisfaction", decimals=0)
    assert [(each["key"], each["share_percent"]) for each in said["items"]] == [
        ("satisfied", "100")
    ]


async def test_a_refusal_closes_nothing_by_the_rule_in_force(place: Place) -> None:
    await closed(place)
    refused = await (await place.register()).transferred()
    await refused.step(place.clerk, "refuse", {"ground": "unclear", "notice": "线索不详"})
    bad = await (await place.register()).replied()
    await bad.call("dissatisfied", "no")

    now = await ask(place, "/dissatisfaction_rate", denominator="closed")
    old = await ask(place, "/dissatisfaction_rate", version="dissatisfaction_rate.closed.v1")

    assert (now["version"], now["value"]) == ("dissatisfaction_rate.closed.v2", "1")
    assert (old["current"], old["value"]) == (False, "1/2")
    assert await counted(place, "dissatisfaction_rate") == ("1", "2")


async def test_the_average_is_an_exact_fraction_of_days(place: Place) -> None:
    for hours in (36, 12):
        case = await (await place.register()).in_progress()
        await place.time.pass_by(hours=hours)
        await case.answer()
        await case.call("satisfied", "yes")

    found = await ask(place, "/average_days_to_close", decimals=2)

    assert (found["numerator"], found["denominator"], found["value"]) == ("2", "2", "1")
    assert (found["unit"], found["rounded"]) == ("days", "1.00")


async def test_a_figure_of_then_is_found_again_after_what_happened_since(place: Place) -> None:
    case = await closed(place)
    await place.register()
    then = place.time.now
    before = await ask(place)
    await place.time.pass_by(days=3)
    # Opened again and not closed since, which takes the closing out of the register.
    await place.service.sql(
        "UPDATE petition SET state = 'reopened', closed_at = NULL WHERE id = $1", case.id
    )
    await place.service.sql(
        "INSERT INTO petition_step (id, petition_id, step, state, actor_id, actor_name, facts, at,"
        " visible_to) SELECT gen_random_uuid(), petition_id, 'send_back', 'reopened', actor_id,"
        " actor_name, '{}', $2, visible_to FROM petition_step WHERE petition_id = $1 LIMIT 1",
        case.id,
        place.time.now,
    )
    await place.register(received_at=(then - timedelta(hours=1)).isoformat())

    again = await ask(place, as_of=then.isoformat())
    now = await ask(place)

    assert again == before | {"as_of": again["as_of"]}
    assert [each["key"] for each in now["distributions"][0]["items"]] == ["unhandled", "in_hand"]
    assert await counted(place, "closed") == ("0", None)
    assert await counted(place, "closed", as_of=then.isoformat()) == ("1", None)


async def test_what_a_failed_check_opened_again_was_checked_after_it_was_closed(
    place: Place,
) -> None:
    good, bad = await closed(place), await closed(place)
    await closed(place)
    for case, result in ((good, "pass"), (bad, "fail")):
        body = {"result": result, "findings": "现场核查"}
        answer = await case.try_(place.auditor, "spot-checks", body)
        assert answer.status_code == 201, answer.text

    assert await counted(place, "spot_check_share") == ("2", "3")
    assert await counted(place, "spot_check_pass_rate") == ("1", "2")
    assert await counted(place, "closed") == ("2", None)


async def test_the_four_buckets_hold_every_item_once(place: Place) -> None:
    await closed(place)
    await place.register()
    await (await place.register()).in_progress()
    refused = await (await place.register()).transferred()
    await refused.step(place.clerk, "refuse", {"ground": "unclear", "notice": "线索不详"})

    [progress, _] = (await ask(place))["distributions"]

    assert {each["key"]: each["numerator"] for each in progress["items"]} == dict.fromkeys(
        ("unhandled", "in_hand", "closed", "not_accepted"), "1"
    )
    assert progress["whole"]["numerator"] == "4"


async def test_last_years_same_period_stands_beside_a_figure(place: Place) -> None:
    await place.register()
    await place.register()
    day = legal_day(place.time.now)
    await place.time.move_to(place.time.now.replace(year=day.year + 1))
    for _ in range(3):
        await place.register()
    this = {"first_day": f"{day.year + 1}-01-01", "last_day": f"{day.year + 1}-12-31"}

    found = await ask(place, "/received", **this)
    by_year = await ask(place, "/received/series", by="year", first_day=f"{day.year}-01-01",
                        last_day=f"{day.year + 1}-12-31")  # fmt: skip

    last = found["year_on_year"]
    assert (last["numerator"], last["change"], last["change_percent"]) == ("2", "1/2", "50.0")
    assert found["period_on_period"]["change"] == "1/2"
    assert [each["numerator"] for each in by_year["items"]] == ["2", "3"]
    changes = [each["year_on_year"]["change_percent"] for each in by_year["items"]]
    assert changes == [None, "50.0"]


async def test_shares_by_medium_exceed_the_whole_and_say_so(place: Place) -> None:
    await place.register(media=["air", "noise"])
    await place.register(media=["air"])

    media = await ask(place, "/received/breakdown", by="medium")
    channels = await ask(place, "/received/breakdown", by="channel")

    assert media["whole"]["numerator"] == "2"
    assert [(each["key"], each["share_percent"]) for each in media["items"]] == [
        ("air", "100.0"),
        ("noise", "50.0"),
    ]
    assert (media["overlapping"], media["shares_together"]) == (True, "3/2")
    assert (channels["overlapping"], channels["shares_together"]) == (False, "1")


async def test_the_most_complained_of_objects_and_their_share_of_all(place: Place) -> None:
    for name, times in (("甲化工厂", 3), ("乙电镀厂", 2), ("丙砖瓦厂", 2), ("丁养殖场", 1)):
        for _ in range(times):
            await place.register(object_name=name)
    await place.register(object_name=None)

    found = await ask(place, "/rankings", by="object", metric="received", top=2, decimals=2)

    first = found["items"][0]
    assert (first["rank"], first["name"], first["numerator"]) == (1, "甲化工厂", "3")
    assert (found["together"], found["share"], found["share_percent"]) == ("5", "5/9", "55.56")
    assert found["more_tied"] == 1


async def test_counties_are_ranked_by_count_or_by_rate(place: Place) -> None:
    for division, times in ((place.county, 3), (place.neighbour, 1)):
        for _ in range(times):
            await place.register(divisions=[division])
    [row, *_] = await place.service.sql(
        "UPDATE petition SET stated_repeat = true WHERE county = $1 RETURNING id", place.neighbour
    )
    assert row

    query = {"by": "county", "metric": "repeat_rate"}
    by_items = await ask(place, "/rankings", by="county", metric="received")
    by_rate = await ask(place, "/rankings", **query, order="value")

    assert [each["key"] for each in by_items["items"]] == [place.county, place.neighbour]
    assert [(each["key"], each["percent"]) for each in by_rate["items"]] == [
        (place.neighbour, "100.0"),
        (place.county, "0.0"),
    ]


async def test_a_cursor_of_another_figure_is_refused(place: Place) -> None:
    await place.register()
    await place.register()
    page = await ask(place, "/received/rows", limit=1)
    asked = {"division": place.city, **EVER, "limit": 1, "cursor": page["next"]}
    answer = await place.city_clerk.get(f"{BASE}/closed/rows", **asked)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")


async def test_the_rates_of_counties_weigh_shared_items_by_their_shares(place: Place) -> None:
    case = await (await place.shared()).replied()
    await case.call("dissatisfied", "no")
    await closed(place)

    found = await ask(place, "/dissatisfaction_rate/breakdown", by="county")

    lines = {each["key"]: (each["numerator"], each["denominator"]) for each in found["items"]}
    assert lines == {place.county: ("1/2", "3/2"), place.neighbour: ("1/2", "1/2")}
    assert found["whole"]["value"] == "1/2"
    assert sum(Fraction(above) for above, _ in lines.values()) == 1
