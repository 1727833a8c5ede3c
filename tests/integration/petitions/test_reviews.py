"""Review and re-review: the organ above decides, within thirty days each, and then it is over."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import pytest

from shared.auth.actor import Role
from shared.clocks.days import legal_day
from tests.integration.petitions.conftest import ANSWER, CANARIES, NAME, Case, Place
from tests.support.services import Caller, eventually

OPINION: Final = {
    "result": "upheld",
    "opinion": "原答复适当",
    "legal_basis": "《信访工作条例》第三十五条",
}
GROUNDS: Final = f"{NAME}不服答复,认为仍有酸味"


@dataclass
class Bench:
    """A replied petition, and who reviews: the city, then the province."""

    place: Place
    case: Case
    reviewer: Caller
    province: Caller

    @property
    def now(self) -> str:
        return self.place.time.now.isoformat()

    def ask(self) -> dict[str, Any]:
        return {"received_at": self.now, "grounds": GROUNDS}

    async def served(self) -> None:
        day = legal_day(self.place.time.now)
        who = self.place.city_clerk if self.case.seen["state"] == "reviewed" else self.place.clerk
        await self.case.step(who, "serve", {"served_on": day.isoformat()})

    async def under_review(self) -> None:
        await self.case.step(self.place.clerk, "ask-review", self.ask())

    async def reviewed(self) -> None:
        await self.under_review()
        await self.case.step(self.reviewer, "give-review", OPINION)

    async def under_re_review(self) -> None:
        await self.reviewed()
        await self.case.step(self.place.clerk, "ask-re-review", self.ask())

    async def reviews(self) -> list[dict[str, Any]]:
        answer = await self.place.city_clerk.get(f"{self.case.path}/reviews")
        assert answer.status_code == 200, answer.text
        return list(answer.json())


@pytest.fixture
async def bench(place: Place) -> Bench:
    case = await (await place.register(track="petition_opinion")).replied()
    return Bench(
        place,
        case,
        reviewer=place.person(Role.LEGAL_REVIEWER, place.city),
        province=place.person(Role.PETITION_CLERK, f"{place.city[:2]}0000"),
    )


async def test_an_answer_goes_up_two_organs_and_then_it_is_over(bench: Bench) -> None:
    await bench.served()
    assert (await bench.case.clocks())["review_request"] == ["running"]

    await bench.under_review()
    assert bench.case.seen["state"] == "under_review"
    clocks = await bench.case.clocks()
    assert (clocks["review_request"], clocks["review"]) == (["met"], ["running"])

    await bench.case.step(bench.reviewer, "give-review", OPINION | {"result": "changed"})
    await bench.served()
    clocks = await bench.case.clocks()
    assert clocks["review"] == ["met"]
    assert clocks["re_review_request"] == ["dropped", "running"]

    await bench.case.step(bench.place.clerk, "ask-re-review", bench.ask())
    await bench.case.step(bench.province, "give-re-review", OPINION)
    assert bench.case.seen["state"] == "final"
    assert bench.case.seen["actions"] == []
    assert {states[-1] for states in (await bench.case.clocks()).values()} <= {"met", "dropped"}

    first, second = await bench.reviews()
    assert (first["organ"], first["result"]) == (bench.place.city, "changed")
    assert (second["organ"], second["result"]) == (f"{bench.place.city[:2]}0000", "upheld")
    assert first["number"].startswith(f"{bench.place.city}-FC-")
    assert second["number"].startswith(f"{bench.place.city[:2]}0000-FH-")


async def test_nothing_of_a_review_names_the_petitioner(bench: Bench) -> None:
    await bench.under_re_review()
    await bench.case.step(
        bench.province, "give-re-review", OPINION | {"opinion": f"{NAME}所称不实"}
    )
    told = str(await bench.reviews()) + str(await bench.case.events())
    assert not [each for each in CANARIES if each in told]


async def test_a_good_call_does_not_take_the_review_away_nor_the_day_of_closing(
    bench: Bench,
) -> None:
    await bench.case.call("satisfied", "yes")
    closed = (await bench.case.read(bench.place.city_clerk))["closed_at"]
    await bench.place.time.pass_by(days=1)

    await bench.under_re_review()
    await bench.case.step(bench.province, "give-re-review", OPINION)

    seen = await bench.case.read(bench.place.city_clerk)
    assert (seen["state"], seen["closed_at"]) == ("final", closed)


async def test_a_closing_that_never_was_is_the_day_of_the_last_word(bench: Bench) -> None:
    await bench.under_re_review()
    await bench.case.step(bench.province, "give-re-review", OPINION)
    assert bench.case.seen["closed_at"] is not None


async def test_after_thirty_days_nobody_asks_any_more(bench: Bench) -> None:
    await bench.served()
    received = bench.place.time.now + timedelta(days=20)
    await bench.place.time.pass_by(days=45)

    late = await bench.case.try_(bench.place.clerk, "ask-review", bench.ask())
    assert (late.status_code, late.json()["code"]) == (409, "review_too_late")
    lapsed = await eventually(lambda: dropped(bench.case, "review_request"))
    assert lapsed == ["dropped"]
    # What was received in time is in time, however late the office enters it.
    body = bench.ask() | {"received_at": received.isoformat()}
    await bench.case.step(bench.place.clerk, "ask-review", body)


async def dropped(case: Case, kind: str) -> list[str] | None:
    states = (await case.clocks()).get(kind, [])
    return states if states and states[-1] == "dropped" else None


async def test_until_it_is_served_the_day_of_the_answer_counts(bench: Bench) -> None:
    await bench.place.time.pass_by(days=45)
    late = await bench.case.try_(bench.place.clerk, "ask-review", bench.ask())
    assert late.json()["code"] == "review_too_late"

    day = (legal_day(bench.place.time.now) - timedelta(days=10)).isoformat()
    await bench.case.step(bench.place.clerk, "serve", {"served_on": day})
    await bench.under_review()


async def test_only_a_handling_opinion_is_reviewed(place: Place) -> None:
    case = await (await place.register(track="statutory_duty")).replied()
    assert "ask_review" not in (await case.read(place.clerk))["actions"]
    body = {"received_at": place.time.now.isoformat(), "grounds": "不服"}

    answer = await case.try_(place.clerk, "ask-review", body)

    assert (answer.status_code, answer.json()["code"]) == (409, "no_review_on_this_track")
    # It is served all the same, and nothing starts.
    await case.step(place.clerk, "serve", {"served_on": legal_day(place.time.now).isoformat()})
    assert "review_request" not in await case.clocks()


async def test_an_answer_is_served_once_between_its_day_and_today(bench: Bench) -> None:
    today = legal_day(bench.place.time.now)
    for day in (today - timedelta(days=1), today + timedelta(days=1)):
        answer = await bench.case.try_(bench.place.clerk, "serve", {"served_on": day.isoformat()})
        assert (answer.status_code, answer.json()["code"]) == (422, "day_out_of_order")
    await bench.served()

    again = await bench.case.try_(bench.place.clerk, "serve", {"served_on": today.isoformat()})

    assert (again.status_code, again.json()["code"]) == (409, "already_served")


async def test_an_answer_that_is_void_was_never_served(bench: Bench) -> None:
    await bench.served()
    await bench.case.call("dissatisfied", "no")

    assert (await bench.case.clocks())["review_request"] == ["dropped"]
    await bench.case.step(bench.place.officer, "start")
    await bench.case.answer()
    await bench.served()
    assert (await bench.case.clocks())["review_request"] == ["dropped", "running"]


async def test_exactly_the_organ_of_review_gives_the_opinion(bench: Bench) -> None:
    await bench.under_review()
    below = bench.place.person(Role.LEGAL_REVIEWER, bench.place.county)
    beside = bench.place.person(Role.LEGAL_REVIEWER, bench.place.third)
    for who, status in ((bench.province, 403), (below, 403), (beside, 404)):
        assert (await bench.case.try_(who, "give-review", OPINION)).status_code == status
    assert (await bench.case.read(bench.reviewer))["actions"] == ["give_review"]
    assert (await bench.case.read(below))["actions"] == []


async def test_nobody_reviews_what_he_had_a_hand_in(place: Place) -> None:
    roles = (Role.OFFICER, Role.PETITION_CLERK)
    places = (place.county, place.city, f"{place.city[:2]}0000")
    everywhere = place.service.caller(*((role, each) for role in roles for each in places))
    reviewer = place.service.caller(*((Role.LEGAL_REVIEWER, each) for each in places))
    case = await (await place.register(track="petition_opinion")).accepted()
    await case.step(everywhere, "start")
    await case.step(everywhere, "reply", ANSWER)
    ask = {"received_at": place.time.now.isoformat(), "grounds": "不服"}
    await case.step(place.clerk, "ask-review", ask)

    own = await case.try_(everywhere, "give-review", OPINION)
    await case.step(reviewer, "give-review", OPINION)
    await case.step(place.clerk, "ask-re-review", ask)
    again = await case.try_(reviewer, "give-re-review", OPINION)

    assert (own.status_code, own.json()["code"]) == (409, "took_part")
    assert (again.status_code, again.json()["code"]) == (409, "took_part")


async def test_the_time_of_a_hearing_is_not_counted(bench: Bench) -> None:
    await bench.under_re_review()
    before = await _due(bench)
    await bench.case.step(bench.province, "hearings", {"from": bench.now})
    assert await _due(bench) is None
    barred = await bench.case.try_(bench.province, "give-re-review", OPINION)
    assert (barred.status_code, barred.json()["code"]) == (409, "hearing_open")
    twice = await bench.case.try_(bench.province, "hearings", {"from": bench.now})
    assert twice.json()["code"] == "already_paused"

    await bench.place.time.pass_by(days=14)
    await bench.case.step(bench.province, "hearings/end", {"to": bench.now, "published": True})

    after = await _due(bench)
    assert before is not None
    assert after is not None
    assert after["due_on"] > before["due_on"]
    assert "听证" in str(after["explanation"])
    [_, review] = await bench.reviews()
    assert review["hearings"][0]["published"] is True
    ended = await bench.case.try_(bench.province, "hearings/end", {"to": bench.now})
    assert ended.json()["code"] == "not_paused"


async def _due(bench: Bench) -> dict[str, Any] | None:
    clocks = (await bench.case.read(bench.province))["clocks"]
    [clock] = [each for each in clocks if each["kind"] == "re_review"]
    return clock if clock["due_on"] else None


async def test_who_lets_the_review_rest_is_filed_when_the_time_is_over(bench: Bench) -> None:
    await bench.reviewed()
    early = await bench.case.try_(bench.place.clerk, "file", {"reason": "未申请复核"})
    assert (early.status_code, early.json()["code"]) == (409, "re_review_open")

    await bench.place.time.pass_by(days=45)
    await eventually(lambda: dropped(bench.case, "re_review_request"))
    await bench.case.step(bench.place.clerk, "file", {"reason": "未申请复核"})

    assert bench.case.seen["state"] == "closed"
    again = await bench.case.try_(bench.place.clerk, "ask-review", bench.ask())
    assert (again.status_code, again.json()["code"]) == (409, "already_reviewed")


async def province_of(place: Place) -> str:
    """The province as `regions` publishes it."""
    province = f"{place.city[:2]}0000"
    await place.service.sql(
        "INSERT INTO reference_division VALUES ($1, '省', '2000-01-01', NULL)"
        " ON CONFLICT DO NOTHING",
        province,
    )
    return province


async def registered_by(place: Place, clerk: Caller) -> Case:
    """A petition that the province's office registered."""
    office = f"{place.city[:2]}0000"
    answer = await place.try_register(clerk, office=office, track="petition_opinion")
    assert answer.status_code == 201, answer.text
    return Case(place, answer.json()["id"], answer.json()["number"], answer.json())


async def test_above_the_province_nobody_of_ours_reviews(place: Place) -> None:
    province = await province_of(place)
    clerk, officer = (place.person(r, province) for r in (Role.PETITION_CLERK, Role.OFFICER))
    case = await registered_by(place, clerk)
    await case.step(clerk, "accept", {"notice": "已受理"})
    await case.step(officer, "start")
    await case.step(officer, "reply", ANSWER)

    ask = {"received_at": place.time.now.isoformat(), "grounds": "不服"}
    refused = await case.try_(clerk, "ask-review", ask)

    assert (refused.status_code, refused.json()["code"]) == (409, "no_organ_above")


async def test_a_request_needs_the_version_and_is_entered_once(bench: Bench) -> None:
    path = f"{bench.case.path}/ask-review"
    body = bench.ask()
    without = await bench.place.clerk.post(path, body)
    stale = await bench.place.clerk.post(path, body, version=bench.case.version + 1)
    assert (without.status_code, stale.status_code) == (428, 412)

    key = "review-once-" + str(bench.case.id)
    first = await bench.place.clerk.post(path, body, version=bench.case.version, key=key)
    again = await bench.place.clerk.post(path, body, version=bench.case.version, key=key)

    assert (first.status_code, again.content) == (200, first.content)
    assert len(await bench.reviews()) == 1


async def test_a_request_refused_leaves_no_number_behind(bench: Bench) -> None:
    body = bench.ask() | {"received_at": (bench.place.time.now + timedelta(days=1)).isoformat()}
    refused = await bench.case.try_(bench.place.clerk, "ask-review", body)
    assert (refused.status_code, refused.json()["code"]) == (422, "day_out_of_order")
    assert await bench.reviews() == []

    await bench.under_review()
    [review] = await bench.reviews()
    assert review["number"].endswith("-0001")


async def test_the_organ_of_review_finds_its_reviews(bench: Bench) -> None:
    await bench.under_review()
    city, county = bench.place.city, bench.place.county

    async def numbers(who: Caller, **query: Any) -> list[str]:
        answer = await who.get("/reviews", **query)
        assert answer.status_code == 200, answer.text
        return [each["petition_id"] for each in answer.json()["items"]]

    ours = [str(bench.case.id)]
    assert await numbers(bench.reviewer, organ=city, decided="false") == ours
    assert await numbers(bench.reviewer, organ=county) == []
    assert await numbers(bench.reviewer, decided="true") == []
    assert await numbers(bench.place.third_clerk) == []
    await bench.case.step(bench.reviewer, "give-review", OPINION)
    assert await numbers(bench.reviewer, organ=city, decided="true", kind="review") == ours


async def test_who_reviews_reaches_the_petitioner(place: Place) -> None:
    clerk = place.person(Role.PETITION_CLERK, await province_of(place))
    case = await registered_by(place, clerk)
    await case.step(clerk, "transfer", {"unit": place.county})
    await case.step(place.clerk, "accept", {"notice": "已受理"})
    await case.step(place.officer, "start")
    await case.answer()
    reveal = {"fields": ["name"], "reason": "听取意见"}
    before = await place.city_clerk.post(f"{case.path}/reveal", reveal)
    ask = {"received_at": place.time.now.isoformat(), "grounds": "不服"}
    await case.step(place.clerk, "ask-review", ask)

    after = await place.city_clerk.post(f"{case.path}/reveal", reveal)

    assert (before.json()["name"], after.json()["name"]) == (None, NAME)


async def test_a_hearing_is_of_a_re_review_and_of_its_organ(bench: Bench) -> None:
    await bench.under_review()
    early = await bench.case.try_(bench.reviewer, "hearings", {"from": bench.now})
    assert early.status_code in {403, 409}
    await bench.case.step(bench.reviewer, "give-review", OPINION)
    await bench.case.step(bench.place.clerk, "ask-re-review", bench.ask())

    below = await bench.case.try_(bench.reviewer, "hearings", {"from": bench.now})
    stale = await bench.province.post(
        f"{bench.case.path}/hearings", {"from": bench.now}, version=bench.case.version + 1
    )
    ahead = (bench.place.time.now + timedelta(hours=1)).isoformat()
    planned = await bench.case.try_(bench.province, "hearings", {"from": ahead})

    assert (below.status_code, stale.status_code, planned.status_code) == (403, 412, 422)
