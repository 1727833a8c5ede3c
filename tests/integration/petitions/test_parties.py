"""Several who petition together: named, masked, known again, and never named to others."""

from typing import Any, Final

import pytest

from tests.integration.petitions.conftest import NAME, PHONE, Case, Place

SIGNER: Final = {
    "name": "夏侯惊鸿",
    "phone": "13612349876",
    "address": "慈溪市长河镇枕水巷9号",
    "role": "co_signer",
}
SPEAKER: Final = {"name": "尉迟听雨", "phone": "13700129876", "role": "representative"}
PROXY: Final = {"name": "端木代笔", "phone": "13511112222", "role": "proxy"}
SECRETS: Final = ("夏侯惊鸿", "13612349876", "枕水巷9号", "尉迟听雨", "13700129876")
TELLING: Final = f"{NAME}、夏侯惊鸿(13612349876,枕水巷9号)和尉迟听雨 137-0012-9876 都来过"


async def joint(at: Place, /, **changes: Any) -> Case:
    return await at.register(**{"form": "joint", "co_petitioners": [SIGNER, SPEAKER]} | changes)


async def parties(place: Place, case: Case, who: str = "city_clerk") -> list[dict[str, Any]]:
    answer = await getattr(place, who).get(f"{case.path}/parties")
    assert answer.status_code == 200, answer.text
    return list(answer.json())


async def test_everybody_is_named_in_order_and_masked(place: Place) -> None:
    case = await joint(place)

    named = await parties(place, case)
    assert [(each["role"], each["identity"]["name"], each["counts"]) for each in named] == [
        ("petitioner", "欧***", True),
        ("co_signer", "夏***", True),
        ("representative", "尉***", True),
    ]
    assert (await case.read(place.city_clerk))["head_count"] == 3
    assert not any(any(each["identity"].values()) for each in await parties(place, case, "leader"))
    assert (await place.other_clerk.get(f"{case.path}/parties")).status_code == 404


async def test_each_party_is_revealed_by_its_own_record(place: Place) -> None:
    case = await joint(place)
    signer = (await parties(place, case))[1]["id"]
    body = {"fields": ["name", "phone"], "reason": "核实"}

    named = await place.city_clerk.post(f"{case.path}/reveal", body | {"party_id": signer})
    first = await place.city_clerk.post(f"{case.path}/reveal", body)

    assert (named.json()["name"], named.json()["phone"]) == (SIGNER["name"], SIGNER["phone"])
    assert (first.json()["name"], first.json()["phone"]) == (NAME, PHONE)
    rows = await place.service.sql("SELECT entry_id FROM vault_access WHERE entry_id = $1", signer)
    assert len(rows) == 1


async def test_a_strangers_entry_is_no_party(place: Place) -> None:
    case, other = await joint(place), await place.register()
    [stranger] = await parties(place, other)
    body = {"fields": ["name"], "reason": "核实", "party_id": stranger["id"]}

    assert (await place.city_clerk.post(f"{case.path}/reveal", body)).status_code == 404


async def test_no_party_is_named_in_anything_others_read(place: Place) -> None:
    case = await joint(place, title=TELLING, body=TELLING, place="夏侯惊鸿家旁")
    await case.step(place.city_clerk, "transfer", {"unit": place.county, "reason": TELLING})
    await case.step(place.clerk, "accept", {"notice": TELLING})

    for path in (case.path, "/petitions", f"{case.path}/parties"):
        text = (await place.leader.get(path)).text
        assert not [each for each in (*SECRETS, NAME) if each in text]
    rows = await place.service.sql(
        "SELECT to_jsonb(e)::text AS row FROM outbox_event e WHERE key = $1"
        " UNION ALL SELECT to_jsonb(a)::text FROM audit a WHERE object_id = $1"
        " UNION ALL SELECT to_jsonb(s)::text FROM petition_step s WHERE petition_id::text = $1"
        " UNION ALL SELECT to_jsonb(p)::text FROM petition_party p WHERE petition_id::text = $1",
        str(case.id),
    )
    assert not [each for each in (*SECRETS, NAME) for row in rows if each in row["row"]]


async def test_any_of_those_who_signed_is_known_again_but_not_the_proxy(place: Place) -> None:
    case = await joint(place, co_petitioners=[SIGNER, PROXY])

    for who, found in ((SIGNER, True), (PROXY, False)):
        person = {name: value for name, value in who.items() if name != "role"}
        again = await place.register(petitioner=person, body="夜里有酸味")
        path = f"{again.path}/repeat-candidates"
        candidates = (await place.city_clerk.get(path)).json()
        [grounds] = [each["grounds"] for each in candidates if each["petition_id"] == str(case.id)]
        assert ("same_person" in grounds) is found


async def test_who_brings_a_principals_petition_does_not_count(place: Place) -> None:
    principal = SIGNER | {"role": "principal"}
    case = await place.register(form="individual", co_petitioners=[principal])

    named = await parties(place, case)
    assert [(each["role"], each["counts"]) for each in named] == [
        ("petitioner", False),
        ("principal", True),
    ]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"form": "individual"}, 422, "signed_by_many"),
        ({"form": "joint", "co_petitioners": []}, 422, "form_needs_persons"),
        ({"form": "collective", "head_count": 4}, 422, "form_needs_persons"),
        ({"petitioner": None}, 422, "nobody_to_join"),
        (
            {"co_petitioners": [SPEAKER | {"name": f"代表{n}"} for n in range(6)]},
            409,
            "too_many_representatives",
        ),
        ({"co_petitioners": [SIGNER] * 201}, 422, "invalid_input"),
        ({"co_petitioners": [SIGNER | {"role": "petitioner"}]}, 422, "invalid_input"),
    ],
)
async def test_what_makes_no_group_is_refused_and_leaves_nothing(
    place: Place, changes: dict[str, Any], status: int, code: str
) -> None:
    body = {"form": "joint", "co_petitioners": [SIGNER, SPEAKER]} | changes

    answer = await place.try_register(**body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    [row] = await place.service.sql("SELECT count(*) FROM petition WHERE office = $1", place.city)
    assert row["count"] == 0


async def test_two_hundred_may_sign_by_name(place: Place) -> None:
    signed = [{"name": f"甲{n:03}", "phone": f"13{n:09}", "role": "co_signer"} for n in range(199)]
    case = await joint(place, form="collective", co_petitioners=signed)

    assert len(await parties(place, case)) == 200
    assert (await case.read(place.city_clerk))["head_count"] == 200


async def test_representatives_are_named_later_and_change(place: Place) -> None:
    case = await place.register(form="collective", head_count=30, body=TELLING)
    before = await case.read(place.leader)
    assert "夏侯惊鸿" in before["body"]

    await case.step(place.city_clerk, "parties", {"added": [SIGNER, SPEAKER]})
    named = await parties(place, case)
    changed = [{"party_id": named[1]["id"], "role": "representative"}]
    await case.step(place.city_clerk, "parties", {"changed": changed})

    assert [each["role"] for each in await parties(place, case)] == [
        "petitioner",
        "representative",
        "representative",
    ]
    # Who is named now is not named any more in what was written before.
    seen = await place.leader.get(case.path)
    assert not [each for each in SECRETS if each in seen.text]


async def test_who_joins_is_not_named_any_more_in_what_offices_wrote_before(place: Place) -> None:
    case = await (await place.register(form="joint", head_count=3)).replied()
    call = {"result": "no_answer", "solved": "unknown", "note": TELLING}
    await case.step(place.city_clerk, "callbacks", call)
    await case.step(place.city_clerk, "recusals", {"reason": TELLING})
    assert "夏侯惊鸿" in (await place.leader.get(f"{case.path}/callbacks")).text

    await case.step(place.clerk, "parties", {"added": [SIGNER, SPEAKER]})

    for who, path in (("leader", "callbacks"), ("head", "recusals")):
        told = (await getattr(place, who).get(f"{case.path}/{path}")).text
        assert not [each for each in SECRETS if each in told], path


async def test_later_parties_belong_to_every_part(place: Place) -> None:
    case = await place.shared(form="joint", head_count=3, body=TELLING)

    await case.step(place.city_clerk, "parties", {"added": [SIGNER]})

    part = await case.part(place.neighbour)
    named = await parties(place, part, "other_clerk")
    assert [each["role"] for each in named] == ["petitioner", "co_signer"]
    body = {"fields": ["name"], "reason": "核实", "party_id": named[1]["id"]}
    revealed = await place.other_clerk.post(f"{part.path}/reveal", body)
    assert revealed.json()["name"] == SIGNER["name"]
    assert SIGNER["name"] not in (await place.other_leader.get(part.path)).text


async def test_parties_are_named_by_a_clerk_with_the_version_seen(place: Place) -> None:
    case = await place.register(form="joint", head_count=3)
    path, body = f"{case.path}/parties", {"added": [SIGNER]}

    assert (await place.leader.post(path, body, version=1)).status_code == 403
    assert (await place.third_clerk.post(path, body, version=1)).status_code == 404
    assert (await place.city_clerk.post(path, body)).status_code == 428
    assert (await place.city_clerk.post(path, body, version=2)).status_code == 412
    too_many = {"added": [SPEAKER] * 6}
    refused = await place.city_clerk.post(path, too_many, version=1)
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_representatives")
    unknown = {"changed": [{"party_id": str(case.id), "role": "proxy"}]}
    assert (await place.city_clerk.post(path, unknown, version=1)).status_code == 404
    assert len(await parties(place, case)) == 1
    key = "parties-" + case.number
    for _ in range(2):
        answer = await place.city_clerk.post(path, body, version=1, key=key)
        assert answer.status_code == 200
    assert len(await parties(place, case)) == 2


async def test_a_unit_that_gets_the_petition_reads_every_party_and_who_lost_it_none(
    place: Place,
) -> None:
    case = await joint(place, divisions=[place.neighbour])
    await case.transferred()
    signer = (await parties(place, case, "clerk"))[1]
    body = {"fields": ["name"], "reason": "核实", "party_id": signer["id"]}
    assert (await place.clerk.post(f"{case.path}/reveal", body)).status_code == 200

    await case.step(place.clerk, "object", {"reason": "不在本辖区"})
    await case.step(place.city_clerk, "accept-objection", {"reason": "同意"})
    async with place.service.connection(scopes=place.county, vault="open") as lost:
        assert await lost.fetchval("SELECT count(*) FROM vault_entry") == 0
        assert await lost.fetchval("SELECT count(*) FROM petition_party") == 0


async def test_to_nobody_no_notice_is_due(place: Place) -> None:
    case = await place.register(petitioner=None)
    assert "notice" not in await case.clocks()

    await case.transferred()

    assert "notice" not in await case.clocks()
