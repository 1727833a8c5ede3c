"""Exports over HTTP: exactly the list, masked for its reader, and inert in a spreadsheet."""

import csv
import io
import json
from typing import Any

import httpx
import python_calamine

from services.petitions.exports.domain.ledger import HEAD_ROW
from shared.auth.actor import Role
from tests.integration.petitions.conftest import ADDRESS, CANARIES, NAME, PHONE, Place
from tests.integration.petitions.test_imports import csv_of, errors, loaded, petitions, row
from tests.support.services import Caller

KEPT = (
    "title", "body", "place", "media", "shares", "at_night", "head_count", "received_at", "channel",
)  # fmt: skip


async def export(who: Caller, kind: str = "csv", **query: Any) -> httpx.Response:
    answer = await who.get("/petitions-exports", format=kind, **query)
    assert answer.status_code == 200, answer.text
    return answer


async def table(who: Caller, **query: Any) -> list[dict[str, str]]:
    text = (await export(who, **query)).content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


async def numbers(who: Caller, **query: Any) -> list[str]:
    items = (await who.get("/petitions", limit=200, **query)).json()["items"]
    return [each["number"] for each in items]


async def test_an_export_is_the_list_in_its_order_under_the_same_filters(place: Place) -> None:
    for number in range(3):
        await place.register(title=f"第{number}件")
    await (await place.shared()).transferred()

    for query in ({}, {"state": "registered"}, {"division": place.county}):
        listed = await numbers(place.city_clerk, **query)
        assert [each["信访编号"] for each in await table(place.city_clerk, **query)] == listed
    listed = await numbers(place.other_clerk)
    assert listed
    assert [each["信访编号"] for each in await table(place.other_clerk)] == listed
    assert await table(place.third_clerk) == []


async def test_whoever_reads_gets_the_petitioner_masked_at_most(place: Place) -> None:
    await (await place.register()).in_progress()
    readers = [
        (place.city_clerk, True),
        (place.clerk, True),
        (place.officer, True),
        (place.leader, False),
        (place.auditor, True),
    ]
    for who, masked in readers:
        [line] = await table(who)
        assert line["信访人姓名"] == ("欧***" if masked else ""), who.name
        for cell in (line["信访人电话"], line["信访人身份证号"], line["信访人住址"]):
            assert PHONE not in cell
            assert ADDRESS not in cell
        full_text = who in (place.city_clerk, place.clerk, place.officer)
        assert (NAME in line["内容"]) is full_text
        if not full_text:
            for kind in ("csv", "jsonl"):
                text = (await export(who, kind)).text
                assert not [each for each in CANARIES if each in text]


async def test_no_cell_begins_what_a_spreadsheet_would_compute(place: Place) -> None:
    evil = '=HYPERLINK("http://x","y")'
    await place.register(title=evil, place="+1", object_name="@SUM(1)", body="-2+3\t=4")

    text = (await export(place.city_clerk)).content.decode("utf-8-sig")
    for line in csv.reader(io.StringIO(text)):
        assert not [each for each in line if each.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert "'" + evil in next(csv.reader(io.StringIO(text.splitlines()[1])))
    content = (await export(place.city_clerk, "xlsx")).content
    sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(
        0
    )
    rows = sheet.to_python()
    assert rows[0][0] == "信访件台账"
    assert rows[1][0] == f"单位:区划{place.city}"
    assert rows[2][: len(HEAD_ROW)] == HEAD_ROW
    assert {type(cell) for cell in rows[3]} == {str}
    assert "'" + evil in rows[3]
    assert b"<f>" not in content


async def test_an_export_is_recorded_with_how_many_and_without_words(place: Place) -> None:
    await place.register()
    await export(place.city_clerk, "jsonl")

    [trace] = await place.service.sql(
        "SELECT reason, object_id FROM audit WHERE action = 'export.take' AND actor_id = $1",
        place.city_clerk.id,
    )
    assert trace["reason"].startswith("1 ")
    assert trace["object_id"] == "jsonl"


async def test_who_may_not_read_petitions_exports_none(place: Place) -> None:
    nobody = place.person(Role.SYSTEM_ADMINISTRATOR, place.city)
    assert (await nobody.get("/petitions-exports")).status_code == 403
    elsewhere = await place.clerk.get("/petitions-exports", division="110000")
    assert elsewhere.status_code == 404


async def test_an_exported_list_can_be_imported_as_it_is(place: Place) -> None:
    ledger = [
        row(place, "E-1", 标题="=1+1", 夜间="是", 人数="3"),
        row(place, "E-2", 区划份额=f"{place.county}=1/3;{place.neighbour}=2/3", 行政区划=""),
    ]
    await loaded(place, csv_of(ledger))
    before = await petitions(place)
    files = {
        kind: (await export(place.city_clerk, kind)).content for kind in ("csv", "xlsx", "jsonl")
    }
    for kind, content in files.items():
        source = f"{kind}-{place.city}"
        done = await loaded(place, content, format=kind, source=source)
        wrong = {each for each in await errors(place, done["id"]) if each[2] != "unknown_column"}
        assert (done["state"], wrong) == ("done", set())
        after = await place.service.sql(
            "SELECT * FROM petition WHERE source = $1 ORDER BY outside_number", source
        )
        for old, new in zip(before, after, strict=True):
            assert new["outside_number"] == old["number"]
            assert [new[name] for name in KEPT] == [old[name] for name in KEPT], kind


async def test_a_line_of_json_has_codes_and_lists(place: Place) -> None:
    await place.register()
    [line] = (await export(place.city_clerk, "jsonl")).text.splitlines()
    told = json.loads(line)
    assert (told["channel"], told["media"]) == ("hotline_12345", ["air"])
    assert told["divisions"] == [place.county]
