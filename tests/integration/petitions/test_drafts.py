"""Petitions half entered: the office's own, sealed, and used up by registering."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import pytest

from shared.auth.actor import Role
from tests.integration.petitions.conftest import CANARIES, NAME, Place
from tests.support.services import Caller

WRONG_ID: Final = {"name": NAME, "id_number": "110105194912310021"}


async def drafted(place: Place, who: Caller | None = None, **changes: Any) -> dict[str, Any]:
    who = who or place.city_clerk
    body = {"office": place.city, "content": place.body(**changes)}
    answer = await who.post("/petition-drafts", body)
    assert answer.status_code == 201, answer.text
    assert answer.headers["ETag"] == f'"{answer.json()["version"]}"'
    return dict(answer.json())


def path_of(draft: dict[str, Any], step: str = "") -> str:
    return f"/petition-drafts/{draft['id']}" + (f"/{step}" if step else "")


async def test_a_draft_is_kept_changed_and_registered_once(place: Place) -> None:
    draft = await drafted(place, title="草稿")
    kept = (await place.city_clerk.get(path_of(draft))).json()
    assert kept["content"]["title"] == "草稿"

    content = kept["content"] | {"title": "改过的草稿"}
    changed = await place.city_clerk.post(
        path_of(draft, "change"), {"content": content}, version=draft["version"]
    )
    assert changed.status_code == 200, changed.text
    assert "content" not in changed.json()
    key, version = "register-" + draft["id"], changed.json()["version"]
    made, again = [
        await place.city_clerk.post(path_of(draft, "register"), version=version, key=key)
        for _ in range(2)
    ]
    assert (made.status_code, again.content) == (201, made.content)

    read = (await place.city_clerk.get(f"/petitions/{made.json()['id']}")).json()
    assert (read["title"], read["number"][-6:]) == ("改过的草稿", "000001")
    assert (await place.city_clerk.get(path_of(draft))).status_code == 404
    [row] = await place.service.sql("SELECT count(*) FROM petition WHERE office = $1", place.city)
    assert row["count"] == 1


async def test_the_clocks_run_from_the_day_of_receipt_not_of_registering(place: Place) -> None:
    received = place.time.now - timedelta(days=5)
    draft = await drafted(place, received_at=received.isoformat())
    direct = await place.register(received_at=received.isoformat())

    made = await place.city_clerk.post(path_of(draft, "register"), version=draft["version"])

    assert made.json()["due"] == (direct.seen)["due"]


async def test_a_draft_may_be_incomplete_but_is_not_registered_so(place: Place) -> None:
    body = {"office": place.city, "content": {"title": "只有标题", "petitioner": WRONG_ID}}
    draft = (await place.city_clerk.post("/petition-drafts", body)).json()

    answer = await place.city_clerk.post(path_of(draft, "register"), version=draft["version"])

    assert answer.status_code == 422
    pointers = {each["pointer"] for each in answer.json()["errors"]}
    assert {"/channel", "/media", "/divisions", "/body", "/place", "/received_at"} == pointers
    kept = await place.city_clerk.get(path_of(draft))
    assert (kept.status_code, kept.json()["content"]) == (200, body["content"])


async def test_what_registering_refuses_leaves_the_draft_and_no_gap(place: Place) -> None:
    first = await place.register()
    draft = await drafted(place, petitioner=WRONG_ID)

    answer = await place.city_clerk.post(path_of(draft, "register"), version=draft["version"])
    second = await place.register()

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_id_number")
    assert (await place.city_clerk.get(path_of(draft))).status_code == 200
    assert int(second.number[-6:]) == int(first.number[-6:]) + 1


async def test_a_draft_is_nowhere_in_clear(place: Place) -> None:
    draft = await drafted(place)
    rows = await place.service.sql(
        "SELECT encode(sealed, 'escape') AS row FROM petition_draft WHERE id = $1"
        " UNION ALL SELECT to_jsonb(a)::text FROM audit a WHERE object_id = $2",
        UUID(draft["id"]),
        draft["id"],
    )
    async with place.service.connection(principal=str(place.city_clerk.id)) as connection:
        rows += await connection.fetch("SELECT convert_from(body, 'utf8') AS row FROM idempotency")

    assert len(rows) > 2
    for row in rows:
        assert not [each for each in CANARIES if each in row["row"]]


async def test_only_clerks_of_the_office_know_of_a_draft(place: Place) -> None:
    own = await place.clerk.post(
        "/petition-drafts", {"office": place.county, "content": {"title": "县里的"}}
    )
    assert own.status_code == 201, own.text
    draft = own.json()
    colleague = place.person(Role.PETITION_CLERK, place.county)
    mixed = place.service.caller(
        (Role.OFFICER, place.county), (Role.PETITION_CLERK, place.neighbour)
    )

    assert (await colleague.get(path_of(draft))).status_code == 200
    for who in (place.city_clerk, place.other_clerk):
        assert (await who.get(path_of(draft))).status_code == 404
        for step in ("change", "discard", "register"):
            body: Any = {"content": {}} if step == "change" else None
            answer = await who.post(path_of(draft, step), body, version=draft["version"])
            assert answer.status_code == 404, step
        assert draft["id"] not in (await who.get("/petition-drafts")).text
    assert (await place.officer.get(path_of(draft))).status_code == 403
    assert (await mixed.get(path_of(draft))).status_code == 403
    assert draft["id"] not in (await mixed.get("/petition-drafts")).text
    listed = (await colleague.get("/petition-drafts")).json()["items"]
    assert [each["id"] for each in listed] == [draft["id"]]
    assert "content" not in listed[0]


async def test_a_county_does_not_draft_for_its_city_nor_the_city_for_it(place: Place) -> None:
    for who, office in ((place.clerk, place.city), (place.city_clerk, place.county)):
        body = {"office": office, "content": {}}
        assert (await who.post("/petition-drafts", body)).status_code == 403


@pytest.mark.parametrize("step", ["change", "discard", "register"])
async def test_a_draft_is_acted_on_as_it_was_seen(place: Place, step: str) -> None:
    draft = await drafted(place)
    body: Any = {"content": {}} if step == "change" else None
    path = path_of(draft, step)

    assert (await place.city_clerk.post(path, body)).status_code == 428
    stale = await place.city_clerk.post(path, body, version=draft["version"] + 1)
    assert stale.status_code == 412
    assert (await place.city_clerk.get(path_of(draft))).json()["version"] == draft["version"]


async def test_a_discarded_draft_is_gone(place: Place) -> None:
    draft = await drafted(place)

    gone = await place.city_clerk.post(path_of(draft, "discard"), version=draft["version"])

    assert gone.status_code == 204
    assert (await place.city_clerk.get(path_of(draft))).status_code == 404


async def test_a_drafts_size_is_bounded_and_its_list_has_pages(place: Place) -> None:
    body = {"office": place.city, "content": {"body": "长" * 100_000}}
    assert (await place.city_clerk.post("/petition-drafts", body)).status_code == 422
    made = {(await drafted(place))["id"] for _ in range(5)}

    seen: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = (await place.city_clerk.get("/petition-drafts", **query)).json()
        seen += [each["id"] for each in page["items"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert (set(seen), len(seen)) == (made, 5)
