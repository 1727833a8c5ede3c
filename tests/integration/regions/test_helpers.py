"""Experts, help teams, environmental supervisors: who engages, who reads what, who is masked."""

from typing import Any
from uuid import uuid4

import pytest

from shared.auth.actor import Role
from tests.integration.regions.conftest import CIXI, JIAXING, NINGBO, YUYAO, Person, Regions, head
from tests.integration.regions.test_bureaus import a_bureau
from tests.integration.regions.test_officers import an_officer

FIRM = "91330281MA2AXXXX1R"
DAYS = {"valid_from": "2026-01-01", "valid_to": "2027-12-31"}


def expert(**facts: Any) -> dict[str, Any]:
    return {
        "name": "李明德",
        "fields": ["voc_detection", "air"],
        "organisation": "某环境科学研究院",
        "title": "高级工程师",
        "phone": "13812345678",
        "conflicts": [{"object_name": "示例化工", "object_code": FIRM, "relation": "顾问"}],
        **DAYS,
        **facts,
    }


def team(**facts: Any) -> dict[str, Any]:
    return {
        "organisation": "某环保咨询有限公司",
        "credit_code": FIRM,
        "duties": ["training", "diagnosis"],
        "service_area": [YUYAO],
        "members": [{"name": "王小明", "speciality": "废气治理", "phone": "13812345678"}],
        **DAYS,
        **facts,
    }


def supervisor(**facts: Any) -> dict[str, Any]:
    return {
        "kind": "enterprise",
        "object_name": "示例化工",
        "credit_code": FIRM,
        "name": "张三丰",
        "phone": "13812345678",
        **DAYS,
        **facts,
    }


async def an_expert(regions: Regions, division: str, **facts: Any) -> dict[str, Any]:
    bureau = await a_bureau(regions, division)
    body = {"bureau_id": bureau["id"], **expert(**facts)}
    return await regions.done(head(division), "/experts", body)


async def a_team(regions: Regions, division: str, **facts: Any) -> dict[str, Any]:
    bureau = await a_bureau(regions, division)
    body = {"bureau_id": bureau["id"], **team(**facts)}
    return await regions.done(head(division), "/help-teams", body)


async def a_supervisor(regions: Regions, division: str, **facts: Any) -> dict[str, Any]:
    body = {"division": division, **supervisor(**facts)}
    return await regions.done(head(division), "/environmental-supervisors", body)


async def listed(regions: Regions, who: Person, path: str, key: str, **query: Any) -> Any:
    """The item as it stands in a list, or nothing."""
    page = (await regions.get(who, path, limit=200, **query)).json()
    found = [each for each in page["items"] if each["id"] == key]
    return found[0] if found else None


async def test_an_expert_is_known_everywhere_and_called_within_scope(regions: Regions) -> None:
    made = await an_expert(regions, YUYAO)
    path = f"/experts/{made['id']}"

    for who, contact in (
        (head(YUYAO), True),
        (Person(Role.OFFICER, YUYAO), True),
        (head(NINGBO), True),
        (head(CIXI), False),
        (head(JIAXING), False),
        (Person(Role.PLATFORM, YUYAO), False),
    ):
        for told in (
            (await regions.get(who, path)).json(),
            await listed(regions, who, "/experts", made["id"], division=YUYAO),
        ):
            assert (told["name"], told["organisation"]) == ("李明德", "某环境科学研究院")
            assert told["fields"] == ["air", "voc_detection"]
            assert (told["phone"] is not None) == contact
            assert (told["conflicts"] is not None) == contact
    assert (await regions.get(Person(Role.GRID_OFFICER, YUYAO), path)).status_code == 403


async def test_experts_are_found_by_field_day_and_division(regions: Regions) -> None:
    made = await an_expert(regions, YUYAO, fields=["law"], valid_to="2026-06-30")

    async def found(**query: Any) -> bool:
        return bool(await listed(regions, head(CIXI), "/experts", made["id"], **query))

    assert await found(field="law", division=NINGBO, engaged_on="2026-06-30")
    assert not await found(field="noise")
    assert not await found(division=CIXI)
    assert not await found(engaged_on="2026-07-01")
    fields = (await regions.get(head(CIXI), "/experts/fields")).json()["fields"]
    assert fields["law"] == "法律"


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"fields": ["astrology"]}, "unknown_field"),
        ({"valid_to": "2025-12-31"}, "engagement_days"),
        (
            {"conflicts": [{"object_name": "x", "object_code": FIRM[:-1] + "K", "relation": "x"}]},
            "bad_credit_code",
        ),
    ],
)
async def test_what_is_said_of_an_expert_is_checked(
    regions: Regions, facts: dict[str, Any], code: str
) -> None:
    bureau = await a_bureau(regions, YUYAO)
    body = {"bureau_id": bureau["id"], **expert(**facts)}

    answer = await regions.post(head(YUYAO), "/experts", body)

    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_an_engagement_is_amended_and_ended_by_who_keeps_it(regions: Regions) -> None:
    made = await an_expert(regions, YUYAO)
    path = f"/experts/{made['id']}"
    body = {**expert(title="正高级工程师", conflicts=[]), "reason": "职称变动"}

    assert (await regions.post(head(CIXI), f"{path}/amend", body, version=1)).status_code == 403
    assert (await regions.post(head(YUYAO), f"{path}/amend", body)).status_code == 428
    assert (await regions.post(head(YUYAO), f"{path}/amend", body, version=9)).status_code == 412
    changed = await regions.done(head(YUYAO), f"{path}/amend", body, version=made["version"])
    assert (changed["title"], changed["conflicts"]) == ("正高级工程师", [])
    ended = await regions.done(
        head(NINGBO), f"{path}/end", {"reason": "辞聘"}, version=changed["version"]
    )
    assert (ended["valid_to"], ended["actions"]) == ("2026-03-02", [])
    again = await regions.post(head(YUYAO), f"{path}/amend", body, version=ended["version"])
    assert (again.status_code, again.json()["code"]) == (409, "engagement_ended")
    rows = await regions.sql(
        "SELECT action, reason FROM audit WHERE object_id = $1 ORDER BY id", made["id"]
    )
    assert [(row["action"], row["reason"]) for row in rows] == [
        ("expert.create", None),
        ("expert.amend", "职称变动"),
        ("expert.end", "辞聘"),
    ]


async def test_a_help_team_is_masked_except_for_who_engaged_it(regions: Regions) -> None:
    made = await a_team(regions, NINGBO, service_area=[YUYAO])
    path, plain, masked = f"/help-teams/{made['id']}", "王小明", "王**"

    async def names(who: Person) -> tuple[str, str]:
        [item] = (await regions.get(who, path)).json()["members"]
        [line] = (await listed(regions, who, "/help-teams", made["id"]))["members"]
        return item["name"], line["name"]

    assert await names(head(NINGBO)) == (plain, plain)
    assert await names(head("330000")) == (plain, masked)
    # Where it serves, it is known, its people are not.
    assert await names(head(YUYAO)) == (masked, masked)
    [member] = (await regions.get(head(YUYAO), path)).json()["members"]
    assert member["phone"] == "138****5678"
    assert (await regions.get(head(CIXI), path)).status_code == 404
    assert await listed(regions, head(CIXI), "/help-teams", made["id"]) is None
    assert await listed(regions, head(NINGBO), "/help-teams", made["id"], serves=YUYAO)
    assert not await listed(regions, head(NINGBO), "/help-teams", made["id"], serves=CIXI)
    assert await listed(regions, head(NINGBO), "/help-teams", made["id"], duty="training")
    assert not await listed(regions, head(NINGBO), "/help-teams", made["id"], duty="per_firm_plan")


async def test_a_help_team_holds_no_enforcement_role(regions: Regions) -> None:
    bureau = await a_bureau(regions, YUYAO)
    officer = await an_officer(regions, CIXI)

    async def refused(**facts: Any) -> tuple[int, str]:
        body = {"bureau_id": bureau["id"], **team(**facts)}
        answer = await regions.post(head(YUYAO), "/help-teams", body)
        return answer.status_code, answer.json()["code"]

    assert await refused(duties=["inspection"]) == (422, "invalid_input")
    enforcing = [{"name": "王小明", "account_id": str(officer.login.id)}]
    assert await refused(members=enforcing) == (409, "helper_is_officer")
    assert await refused(credit_code=FIRM[:-1] + "K") == (422, "bad_credit_code")
    assert await refused(service_area=["330299"]) == (422, "unknown_division")
    helping = [{"name": "王小明", "account_id": str(uuid4())}]
    made = await a_team(regions, YUYAO, members=helping)
    body = {**team(members=[*helping, *enforcing]), "reason": "增员"}
    path = f"/help-teams/{made['id']}/amend"
    answer = await regions.post(head(YUYAO), path, body, version=made["version"])
    assert (answer.status_code, answer.json()["code"]) == (409, "helper_is_officer")


async def test_a_teams_new_area_sees_it_and_the_old_one_no_longer(regions: Regions) -> None:
    made = await a_team(regions, NINGBO, service_area=[YUYAO])
    path = f"/help-teams/{made['id']}"
    body = {**team(service_area=[CIXI]), "reason": "服务区域调整"}

    # Who is served does not keep the contract.
    assert (await regions.post(head(YUYAO), f"{path}/amend", body, version=1)).status_code == 403
    await regions.done(head(NINGBO), f"{path}/amend", body, version=made["version"])

    assert (await regions.get(head(YUYAO), path)).status_code == 404
    assert (await regions.get(head(CIXI), path)).status_code == 200
    why = {"reason": "合同终止", "last_day": "2026-02-28"}
    ended = await regions.done(head(NINGBO), f"{path}/end", why, version=2)
    assert ended["valid_to"] == "2026-02-28"


async def test_a_supervisor_is_masked_in_lists_except_for_the_own_division(
    regions: Regions,
) -> None:
    made = await a_supervisor(regions, YUYAO)
    path = f"/environmental-supervisors/{made['id']}"

    async def seen(who: Person) -> tuple[str, str]:
        line = await listed(
            regions, who, "/environmental-supervisors", made["id"], kind="enterprise"
        )
        return line["name"], line["phone"]

    assert await seen(head(YUYAO)) == ("张三丰", "13812345678")
    assert await seen(head(NINGBO)) == ("张**", "138****5678")
    assert await seen(Person(Role.PLATFORM, YUYAO)) == ("张**", "138****5678")
    assert (await regions.get(head(NINGBO), path)).json()["name"] == "张三丰"
    assert (await regions.get(Person(Role.AUDITOR, NINGBO), path)).json()["name"] == "张**"
    assert (await regions.get(head(CIXI), path)).status_code == 404
    by_firm = await listed(
        regions, head(YUYAO), "/environmental-supervisors", made["id"], credit_code=FIRM
    )
    assert by_firm


async def test_a_village_has_a_supervisor_without_a_code(regions: Regions) -> None:
    village = supervisor(kind="village", object_name="某村", credit_code=None)
    wrong = {"division": YUYAO, **village, "credit_code": FIRM}

    answer = await regions.post(head(YUYAO), "/environmental-supervisors", wrong)
    assert (answer.status_code, answer.json()["code"]) == (422, "supervised_object")
    foreign = {"division": CIXI, **village}
    answer = await regions.post(head(YUYAO), "/environmental-supervisors", foreign)
    assert answer.status_code == 403
    made = await a_supervisor(regions, YUYAO, **village)
    path = f"/environmental-supervisors/{made['id']}"
    body = {**village, "name": "李四", "reason": "换届"}
    changed = await regions.done(head(YUYAO), f"{path}/amend", body, version=made["version"])
    assert (changed["name"], changed["credit_code"]) == ("李四", None)
    stale = await regions.post(head(YUYAO), f"{path}/end", {"reason": "x"}, version=1)
    assert stale.status_code == 412
    early = {"reason": "离任", "last_day": "2025-12-31"}
    answer = await regions.post(head(YUYAO), f"{path}/end", early, version=2)
    assert (answer.status_code, answer.json()["code"]) == (422, "engagement_days")
    await regions.done(head(YUYAO), f"{path}/end", {"reason": "离任"}, version=2)
