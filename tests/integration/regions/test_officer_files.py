"""What officers can do and are, when they are away and who stands in, what they recuse from."""

from typing import Any
from uuid import uuid4

import pytest

from shared.auth.actor import Role
from tests.integration.regions.conftest import CIXI, NINGBO, YUYAO, Person, Regions, head
from tests.integration.regions.test_officers import (
    CODE,
    FACTORY,
    NIGHT,
    Officer,
    an_officer,
    ask,
    verdict,
)

LEAVE = {
    "starts_at": "2026-03-10T00:00:00+08:00",
    "ends_at": "2026-03-20T00:00:00+08:00",
    "reason": "年休假",
}


async def colleagues(regions: Regions, division: str, number: int) -> list[Officer]:
    """Officers of one new bureau."""
    first = await an_officer(regions, division)
    bureau = (await regions.get(head(division), f"/officers/{first.id}")).json()["bureau_id"]
    found = [first]
    for _ in range(number - 1):
        login = Person(Role.OFFICER, division)
        body = {
            "bureau_id": bureau,
            "name": f"执法人员 {uuid4().hex[:6]}",
            "account_id": str(login.id),
            "certificate": {
                "number": uuid4().hex[:12],
                "valid_from": "2024-01-01",
                "valid_to": "2028-12-31",
            },
        }
        made = await regions.done(head(division), "/officers", body)
        found.append(Officer(made["id"], made["name"], login))
    return found


async def act(
    regions: Regions, officer: Officer, path: str, body: dict[str, Any], *, division: str = YUYAO
) -> dict[str, Any]:
    """An act on the file as it is now, by the head of the division."""
    file = (await regions.get(head(division), f"/officers/{officer.id}")).json()
    return await regions.done(
        head(division), f"/officers/{officer.id}{path}", body, version=file["version"]
    )


async def refused(
    regions: Regions, officer: Officer, path: str, body: dict[str, Any]
) -> tuple[int, str]:
    file = (await regions.get(head(YUYAO), f"/officers/{officer.id}")).json()
    answer = await regions.post(
        head(YUYAO), f"/officers/{officer.id}{path}", body, version=file["version"]
    )
    return answer.status_code, answer.json().get("code", "")


async def away(regions: Regions, officer: Officer) -> str:
    """The absence's key."""
    file = await act(regions, officer, "/absences", LEAVE)
    key: str = file["absences"][-1]["id"]
    return key


async def test_skills_are_of_the_list_in_force(regions: Regions) -> None:
    officer = await an_officer(regions, YUYAO)
    listed = (await regions.get(head(YUYAO), "/officers/skills")).json()["skills"]
    assert listed["voc_detection"] == "VOCs检测"

    file = await act(regions, officer, "/skills", {"skills": ["noise", "air", "air"]})
    assert file["skills"] == ["air", "noise"]
    answer = await refused(regions, officer, "/skills", {"skills": ["air", "juggling"]})
    assert answer == (422, "unknown_skill")
    found = (await regions.get(head(YUYAO), "/officers", skill="noise", limit=200)).json()
    assert officer.id in {each["id"] for each in found["items"]}
    other = (await regions.get(head(YUYAO), "/officers", skill="water", limit=200)).json()
    assert officer.id not in {each["id"] for each in other["items"]}


async def test_a_post_is_held_once_at_a_time(regions: Regions) -> None:
    officer = await an_officer(regions, YUYAO)
    post = {"title": "大队长", "held_from": "2024-03-01"}

    [held] = (await act(regions, officer, "/posts", post))["posts"]
    later = {**post, "held_from": "2025-01-01"}
    assert await refused(regions, officer, "/posts", later) == (409, "post_held")
    path = f"/posts/{held['id']}/end"
    early = {"last_day": "2024-02-29"}
    assert await refused(regions, officer, path, early) == (422, "empty_period")
    await act(regions, officer, path, {"last_day": "2024-12-31"})
    late = {"last_day": "2025-06-30"}
    assert await refused(regions, officer, path, late) == (409, "post_ended")
    unknown = await refused(regions, officer, f"/posts/{uuid4()}/end", {"last_day": "2025-01-01"})
    assert unknown[0] == 404

    assert len((await act(regions, officer, "/posts", later))["posts"]) == 2


async def test_who_is_absent_is_answered_with_who_stands_in(regions: Regions) -> None:
    one, two, three = await colleagues(regions, YUYAO, 3)
    absence = await away(regions, one)
    await act(regions, one, f"/absences/{absence}/substitutes", {"substitute_id": two.id})
    second = await away(regions, two)
    part = {
        "substitute_id": three.id,
        "starts_at": "2026-03-11T00:00:00+08:00",
        "ends_at": "2026-03-12T00:00:00+08:00",
    }
    await act(regions, two, f"/absences/{second}/substitutes", part)

    answer = await ask(regions, head(CIXI), CIXI, YUYAO)

    [excluded] = [each for each in answer.excluded if str(each.officer_id) == one.id]
    assert excluded.reasons == ["absent"]
    named = [(each.name, str(each.stands_in_for)) for each in excluded.substitutes]
    assert named == [(two.name, one.id), (three.name, two.id)]
    assert excluded.substitutes[1].starts_at.isoformat() == "2026-03-10T16:00:00+00:00"
    assert verdict(answer, three) == []


async def test_nobody_stands_in_for_oneself_in_a_ring_or_without_end(regions: Regions) -> None:
    one, two, three, four, five = await colleagues(regions, YUYAO, 5)
    team = (one, two, three, four, five)
    absences = [await away(regions, each) for each in team]

    async def name(who: int, substitute: Officer) -> tuple[int, str]:
        path = f"/absences/{absences[who]}/substitutes"
        return await refused(regions, team[who], path, {"substitute_id": substitute.id})

    assert await name(0, one) == (422, "own_substitute")
    assert await name(0, two) == (200, "")
    assert await name(0, three) == (409, "substitute_named")
    assert await name(1, one) == (409, "circular_substitutes")
    assert await name(1, three) == (200, "")
    assert await name(2, one) == (409, "circular_substitutes")
    assert await name(2, four) == (200, "")
    assert await name(3, five) == (409, "substitute_chain_too_long")


async def test_a_substitute_is_of_the_bureau_or_has_a_reason_and_is_there(
    regions: Regions,
) -> None:
    one = await an_officer(regions, YUYAO)
    other, stranger = await an_officer(regions, YUYAO), await an_officer(regions, CIXI)
    path = f"/absences/{await away(regions, one)}/substitutes"

    bare = {"substitute_id": other.id}
    assert await refused(regions, one, path, bare) == (422, "substitute_needs_reason")
    # A head of the county does not know of another county's officers.
    unseen = {"substitute_id": stranger.id, "reason": "支援"}
    assert (await refused(regions, one, path, unseen))[0] == 404
    late = {
        **bare,
        "reason": "支援",
        "starts_at": "2026-03-19T00:00:00+08:00",
        "ends_at": "2026-03-21T00:00:00+08:00",
    }
    assert await refused(regions, one, path, late) == (422, "outside_absence")
    await act(regions, one, path, {**bare, "reason": "支援"})
    left = await an_officer(regions, YUYAO)
    await act(regions, left, "/deactivate", {"reason": "退休"})
    gone = {"substitute_id": left.id, "reason": "支援"}
    assert await refused(regions, one, path, gone) == (409, "substitute_inactive")


async def test_an_absence_withdrawn_frees_the_officer_and_ends_the_standing_in(
    regions: Regions,
) -> None:
    one, two = await colleagues(regions, YUYAO, 2)
    absence = await away(regions, one)
    await act(regions, one, f"/absences/{absence}/substitutes", {"substitute_id": two.id})
    assert verdict(await ask(regions, head(YUYAO), YUYAO), one) == ["absent"]

    path, body = f"/absences/{absence}/withdraw", {"reason": "取消休假"}
    file = await act(regions, one, path, body)

    assert file["absences"][0]["withdrawn_at"]
    assert file["substitutes"][0]["ended_at"]
    assert verdict(await ask(regions, head(YUYAO), YUYAO), one) == []
    assert await refused(regions, one, path, body) == (409, "absence_withdrawn")
    # Who comes back early was away until then.
    begun = {**LEAVE, "starts_at": "2026-02-20T00:00:00+08:00"}
    key = (await act(regions, two, "/absences", begun))["absences"][-1]["id"]
    await act(regions, two, f"/absences/{key}/withdraw", body)
    assert verdict(await ask(regions, head(YUYAO), YUYAO), two) == []
    before = {"starts_at": "2026-02-24T08:00:00+08:00", "ends_at": "2026-02-24T09:00:00+08:00"}
    assert verdict(await ask(regions, head(YUYAO), YUYAO, **before), two) == ["absent"]
    past = {**LEAVE, "starts_at": "2026-01-01T00:00:00Z", "ends_at": "2026-01-02T00:00:00Z"}
    over = (await act(regions, one, "/absences", past))["absences"][-1]["id"]
    path = f"/absences/{over}/withdraw"
    assert await refused(regions, one, path, body) == (409, "absence_over")


async def test_a_substitute_can_be_replaced(regions: Regions) -> None:
    one, two, three = await colleagues(regions, YUYAO, 3)
    path = f"/absences/{await away(regions, one)}/substitutes"
    file = await act(regions, one, path, {"substitute_id": two.id})
    end = f"/substitutes/{file['substitutes'][0]['id']}/end"

    await act(regions, one, end, {"reason": "另有安排"})
    assert await refused(regions, one, end, {"reason": "x"}) == (409, "substitution_ended")
    await act(regions, one, path, {"substitute_id": three.id})

    answer = await ask(regions, head(YUYAO), YUYAO)
    [excluded] = [each for each in answer.excluded if str(each.officer_id) == one.id]
    assert [each.name for each in excluded.substitutes] == [three.name]


async def test_an_interest_ends_by_the_head_and_not_by_who_declared_it(regions: Regions) -> None:
    officer = await an_officer(regions, YUYAO)
    body = {"object_code": CODE, "relation": "配偶任职"}
    file = await regions.done(officer.login, f"/officers/{officer.id}/interests", body, version=1)
    path = f"/officers/{officer.id}/interests/{file['interests'][0]['id']}/end"
    why = {"reason": "配偶已离职"}

    own = await regions.post(officer.login, path, why, version=file["version"])
    assert own.status_code == 403
    assert (await regions.post(head(CIXI), path, why, version=file["version"])).status_code == 404
    assert verdict(await ask(regions, head(YUYAO), YUYAO, object_code=CODE), officer) == ["recused"]
    ended = await regions.done(head(YUYAO), path, why, version=file["version"])
    assert ended["interests"][0]["end_reason"] == "配偶已离职"
    # What was decided for a time before it ended stays so: the interest lasted until now.
    earlier = {"starts_at": "2026-03-01T08:00:00Z", "ends_at": "2026-03-01T09:00:00Z"}
    before = await ask(regions, head(YUYAO), YUYAO, object_code=CODE, **earlier)
    assert verdict(before, officer) == ["recused"]
    assert verdict(await ask(regions, head(YUYAO), YUYAO, object_code=CODE), officer) == []
    again = await regions.post(head(YUYAO), path, why, version=ended["version"])
    assert (again.status_code, again.json()["code"]) == (409, "interest_ended")


async def test_another_bureaus_interests_are_never_shown(regions: Regions) -> None:
    officer, relation = await an_officer(regions, CIXI), f"关系 {uuid4().hex}"
    body = {"object_name": FACTORY, "relation": relation}
    await regions.done(officer.login, f"/officers/{officer.id}/interests", body, version=1)

    question = {"divisions": [YUYAO, CIXI], **NIGHT, "object_name": FACTORY}
    answer = await regions.post(head(YUYAO), "/officers/eligible", question)
    assert officer.id in answer.text
    listed = await regions.get(head(YUYAO), "/officers", limit=200)
    file = await regions.get(head(YUYAO), f"/officers/{officer.id}")

    assert file.status_code == 404
    assert all(relation not in each.text for each in (answer, listed, file))


@pytest.mark.parametrize(("before", "found"), [("2026-06-30", False), ("2026-07-01", True)])
async def test_whose_certificate_runs_out_is_listed(
    regions: Regions, before: str, *, found: bool
) -> None:
    officer = await an_officer(regions, YUYAO, valid_to="2026-06-30")
    number = uuid4().hex[:12]
    renewed = await an_officer(regions, YUYAO, number=number, valid_to="2026-06-30")
    following = {"number": number, "valid_from": "2026-07-01", "valid_to": "2031-06-30"}
    await act(regions, renewed, "/certificates", following)

    page = await regions.get(
        head(NINGBO), "/officers", certificate_expires_before=before, limit=200
    )
    listed = {each["id"] for each in page.json()["items"]}
    assert (officer.id in listed) == found
    assert renewed.id not in listed
