"""Imports over HTTP: from the file to the register, whatever the file is."""

import csv
import io
import json
import zipfile
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.petitions.exports.domain.cells import FileFormat
from services.petitions.exports.use_cases.tables import whole_table
from shared.clocks.days import SHANGHAI
from tests.integration.petitions.conftest import ID_NUMBER, NAME, PHONE, Place
from tests.support.services import Caller, eventually

HEADS = [
    "信访编号", "渠道", "污染类型", "行政区划", "标题", "内容", "地点", "收到时间", "实名",
]  # fmt: skip
ENDED = {"done", "failed", "cancelled"}


def day(place: Place, *, ago: int) -> str:
    return (place.time.now - timedelta(days=ago)).astimezone(SHANGHAI).date().isoformat()


def row(place: Place, number: str, **changes: str) -> dict[str, str]:
    """A row as an office's ledger has it."""
    return {
        "信访编号": number,
        "渠道": "12345热线",
        "污染类型": "大气;噪声",
        "行政区划": place.county,
        "标题": "夜间酸味",
        "内容": "每晚十点后有酸味。",
        "地点": "长河镇工业园",
        "收到时间": day(place, ago=5),
        **changes,
    }


def csv_of(rows: Sequence[dict[str, str]], encoding: str = "utf-8-sig") -> bytes:
    heads = list(dict.fromkeys(name for each in rows for name in each))
    text = io.StringIO()
    writer = csv.DictWriter(text, heads)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


async def send(
    place: Place, content: bytes, who: Caller | None = None, **query: Any
) -> httpx.Response:
    """Send a file by what is said of it in the query."""
    who = who or place.city_clerk
    said = {"format": "csv", "mode": "archive", "source": f"s{place.city}", "office": place.city}
    return await who.service.http.post(
        "/api/v1/petitions-imports",
        params={**said, **query},
        content=content,
        headers={**who.headers, "Idempotency-Key": uuid4().hex},
    )


async def settled(place: Place, import_id: str) -> dict[str, Any]:
    """The import once no job has anything left to do with it."""

    async def there() -> dict[str, Any] | None:
        found = dict((await place.city_clerk.get(f"/petitions-imports/{import_id}")).json())
        return found if found["state"] in ENDED | {"checked"} else None

    return await eventually(there, within=12)


async def checked(place: Place, content: bytes, **query: Any) -> dict[str, Any]:
    answer = await send(place, content, **query)
    assert answer.status_code == 202, answer.text
    return await settled(place, answer.json()["id"])


async def loaded(place: Place, content: bytes, **query: Any) -> dict[str, Any]:
    """A file that is loaded in one go."""
    return await checked(place, content, dry_run=False, **query)


async def errors(place: Place, import_id: str) -> set[tuple[int, str, str]]:
    page = (await place.city_clerk.get(f"/petitions-imports/{import_id}/errors", limit=200)).json()
    return {(each["row"], each["column"], each["code"]) for each in page["items"]}


async def petitions(place: Place, columns: str = "*") -> list[Any]:
    return await place.service.sql(
        f"SELECT {columns} FROM petition WHERE source = $1 ORDER BY outside_number",  # noqa: S608
        f"s{place.city}",
    )


async def test_a_dry_run_registers_nothing_and_says_what_is_wrong(place: Place) -> None:
    rows = [
        row(place, "A-1"),
        row(place, "A-2", 渠道="飞鸽", 收到时间="2099-01-01"),
        row(place, "A-1"),
        row(place, "A-4", 行政区划="990000"),
        row(place, "A-5", 污染类型=""),
    ]
    found = await checked(place, csv_of(rows))

    assert (found["state"], found["actions"]) == ("checked", ["load", "cancel"])
    assert found["rows"] | {"total": 5, "checked": 5, "failed": 4, "loaded": 0} == found["rows"]
    assert await errors(place, found["id"]) == {
        (3, "channel", "unknown_value"),
        (3, "received_at", "in_future"),
        (4, "outside_number", "doubled_in_file"),
        (5, "divisions", "unknown_division"),
        (6, "media", "missing"),
    }
    assert await petitions(place) == []


async def test_wrong_rows_bar_the_loading_until_they_may_be_skipped(place: Place) -> None:
    found = await checked(place, csv_of([row(place, "A-1"), row(place, "", 渠道="飞鸽")]))
    path = f"/petitions-imports/{found['id']}/load"

    unmatched = await place.city_clerk.post(path, {"skip_errors": True})
    stale = await place.city_clerk.post(path, {"skip_errors": True}, version=99)
    barred = await place.city_clerk.post(path, {}, version=found["version"])
    skipped = await place.city_clerk.post(path, {"skip_errors": True}, version=found["version"])

    assert (unmatched.status_code, stale.status_code) == (428, 412)
    assert (barred.status_code, barred.json()["code"]) == (409, "rows_are_wrong")
    assert skipped.status_code == 200, skipped.text
    done = await settled(place, found["id"])
    assert done["rows"] | {"loaded": 1, "failed": 1} == done["rows"]
    again = await place.city_clerk.post(path, {}, version=done["version"])
    assert (again.status_code, again.json()["code"]) == (409, "illegal_step")


async def test_a_live_row_is_registered_as_over_the_counter(place: Place) -> None:
    rows = [row(place, "L-1", 信访人姓名=NAME, 信访人电话=PHONE, 内容=f"我是{NAME},有酸味")]
    done = await loaded(place, csv_of(rows), mode="live")

    assert done["state"] == "done", done
    [petition] = await petitions(place)
    assert (petition["state"], petition["import_id"]) == ("registered", petition["import_id"])
    assert str(petition["import_id"]) == done["id"]
    assert NAME not in petition["redacted_body"]
    assert json.loads(petition["petitioner_masked"])["name"] == "欧***"
    clocks = await place.service.sql(
        "SELECT kind, state FROM clock WHERE subject_id = $1 ORDER BY kind", petition["id"]
    )
    assert [each["kind"] for each in clocks] == ["acceptance", "notice", "routing"]
    events = await place.service.sql(
        "SELECT topic FROM outbox_event WHERE key = $1", str(petition["id"])
    )
    assert [each["topic"] for each in events] == ["petitions.petition.registered.v1"]


async def test_an_archived_row_stands_in_its_end_state_with_its_history(place: Place) -> None:
    archived = row(
        place,
        "H-1",
        收到时间=day(place, ago=100),
        受理时间=day(place, ago=98),
        答复时间=day(place, ago=20),
        办理结果="部分属实",
        答复内容="已责令整改",
        回访时间=day(place, ago=10),
        回访结果="不满意",
        是否解决="未解决",
        推送日期=day(place, ago=8),
        解决日期=day(place, ago=2),
        余件="是",
    )
    repeat = row(place, "H-2", 首次件编号="H-1", 收到时间=day(place, ago=90))
    stated = row(place, "H-3", 重复件="是", 收到时间=day(place, ago=3))
    done = await loaded(place, csv_of([repeat, archived, stated]))

    assert done["state"] == "done", await errors(place, done["id"])
    first, second, third = await petitions(place)
    assert (first["state"], first["withheld"], first["anonymous"]) == ("closed", True, False)
    assert (first["approximate"], second["approximate"]) == (True, False)
    assert (second["state"], second["anonymous"]) == ("registered", True)
    assert (second["stated_repeat"], third["stated_repeat"]) == (False, True)
    [link] = await place.service.sql(
        "SELECT root_id, position FROM repeat_link WHERE petition_id = $1", second["id"]
    )
    assert (link["root_id"], link["position"]) == (first["id"], 2)
    clocks = await place.service.sql(
        "SELECT kind, state FROM clock WHERE subject_id = $1 ORDER BY kind", first["id"]
    )
    assert [(each["kind"], each["state"]) for each in clocks] == [
        ("acceptance", "met"),
        ("closing", "missed"),
    ]
    [call] = await place.service.sql(
        "SELECT result, solved FROM callback WHERE petition_id = $1", first["id"]
    )
    assert (call["result"], call["solved"]) == ("dissatisfied", "no")
    [ride] = await place.service.sql(
        "SELECT state, trigger FROM escalation WHERE petition_id = $1", first["id"]
    )
    assert (ride["state"], ride["trigger"]) == ("resolved", "dissatisfied")
    seen = (await place.city_clerk.get(f"/petitions/{first['id']}")).json()
    steps = [each["step"] for each in seen["history"]]
    assert steps == [None, "accept", "reply", "reopen", "file"]
    keys = [str(each["id"]) for each in (first, second, third)]
    assert not await place.service.sql("SELECT FROM outbox_event WHERE key = ANY($1)", keys)


async def test_a_rung_that_lies_in_the_past_stays_silent(place: Place) -> None:
    await loaded(place, csv_of([row(place, "R-1", 收到时间=day(place, ago=60))]))
    [petition] = await petitions(place)

    alarms = await place.service.sql(
        "SELECT a.rung, a.fires_at FROM clock_alarm a JOIN clock c ON c.id = a.clock_id"
        " WHERE c.subject_id = $1",
        petition["id"],
    )
    assert [(each["rung"], each["fires_at"]) for each in alarms] == [(3, None)] * 2
    rungs = await place.service.sql(
        "SELECT FROM clock_rung r JOIN clock c ON c.id = r.clock_id WHERE c.subject_id = $1",
        petition["id"],
    )
    assert not rungs


async def test_the_same_file_again_loads_nothing_and_a_changed_row_is_told(place: Place) -> None:
    rows = [row(place, f"S-{number}") for number in range(3)]
    first = await loaded(place, csv_of(rows))
    second = await loaded(place, csv_of(rows))
    rows[1] = row(place, "S-1", 标题="另一件事")
    third = await loaded(place, csv_of(rows))

    assert [each["rows"]["loaded"] for each in (first, second, third)] == [3, 0, 0]
    assert [each["rows"]["known"] for each in (first, second, third)] == [0, 3, 3]
    assert await errors(place, third["id"]) == {(3, "title", "differs")}
    titles = {each["title"] for each in await petitions(place, "title, outside_number")}
    assert titles == {"夜间酸味"}


async def test_every_way_to_write_the_same_table_is_read_alike(place: Place) -> None:
    rows = [row(place, "W-1"), row(place, "W-2", 污染类型="水、土壤")]
    heads = list(rows[0])
    cells = [heads, *([each[name] for name in heads] for each in rows)]
    titled = [["信访件台账"], ["单位:某市"], *cells]
    lines = "\n".join(json.dumps(each, ensure_ascii=False) for each in rows)
    ways = [
        (csv_of(rows), "csv"),
        (csv_of(rows, "gb18030"), "csv"),
        (csv_of(rows, "utf-8").replace(b",", b"\t"), "csv"),
        (whole_table(titled, FileFormat.XLSX), "xlsx"),
        (lines.encode(), "jsonl"),
    ]
    done = [await loaded(place, content, format=kind) for content, kind in ways]

    assert [each["state"] for each in done] == ["done"] * len(ways)
    assert [each["rows"]["loaded"] for each in done] == [2, 0, 0, 0, 0]
    assert [each["rows"]["known"] for each in done] == [0, 2, 2, 2, 2]
    assert [each["rows"]["differing"] for each in done] == [0] * len(ways)


async def test_nothing_of_a_file_is_kept_in_the_clear_or_after_it_ended(place: Place) -> None:
    rows = [row(place, "V-1", 信访人姓名=NAME, 信访人电话=PHONE, 信访人身份证号=ID_NUMBER)]
    found = await checked(place, csv_of(rows))
    held = await place.service.sql("SELECT sealed FROM import_chunk")
    assert held
    for each in held:
        assert NAME.encode() not in each["sealed"]
    version = found["version"]
    path = f"/petitions-imports/{found['id']}/cancel"
    assert (await place.city_clerk.post(path, {}, version=version)).status_code == 200

    async def forgotten() -> bool:
        return not await place.service.sql(
            "SELECT FROM import_chunk WHERE import_id = $1", found["id"]
        )

    await eventually(forgotten)
    assert await petitions(place) == []
    assert (await settled(place, found["id"]))["state"] == "cancelled"


async def test_a_chunk_that_cannot_be_loaded_is_given_up_and_stops_no_other(place: Place) -> None:
    found = await checked(place, csv_of([row(place, "P-1")]))
    await place.service.sql(
        "UPDATE import_chunk SET sealed = $2 WHERE import_id = $1", found["id"], bytes(40)
    )
    path = f"/petitions-imports/{found['id']}/load"
    assert (await place.city_clerk.post(path, {}, version=found["version"])).status_code == 200
    good = await loaded(place, csv_of([row(place, "P-2")]))

    given_up = await settled(place, found["id"])
    assert (good["state"], good["rows"]["loaded"]) == ("done", 1)
    assert (given_up["state"], given_up["failure"]["code"]) == ("failed", "file_not_loaded")


async def test_who_may_not_know_of_an_import_is_told_of_none(place: Place) -> None:
    answer = await send(place, csv_of([row(place, "X-1")]))
    path = f"/petitions-imports/{answer.json()['id']}"

    for who, status in ((place.clerk, 404), (place.officer, 403)):
        assert (await who.get(path)).status_code == status
        assert (await who.get(f"{path}/errors")).status_code == status
        assert (await who.post(f"{path}/cancel", {}, version=1)).status_code == status
    assert (await place.clerk.get("/petitions-imports")).json()["items"] == []
    listed = (await place.city_clerk.get("/petitions-imports")).json()["items"]
    assert [each["id"] for each in listed] == [answer.json()["id"]]


async def test_an_office_imports_for_itself_and_its_own_divisions_only(place: Place) -> None:
    elsewhere = await send(place, csv_of([row(place, "O-1")]), place.clerk)
    assert elsewhere.status_code == 403
    rows = [row(place, "O-1", 行政区划=place.neighbour), row(place, "O-2")]
    answer = await send(place, csv_of(rows), place.clerk, office=place.county)
    found = await settled(place, answer.json()["id"])

    assert found["rows"]["failed"] == 1
    assert await errors(place, found["id"]) == {(2, "divisions", "outside_scope")}


def bomb() -> bytes:
    """A workbook of some kilobytes whose sheet unpacks to hundreds of megabytes."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(400):
                sheet.write(b"0" * 1024 * 1024)
    return content.getvalue()


def wide() -> bytes:
    """A sheet that names one cell at its first corner and one at its last."""
    content = io.BytesIO(whole_table([["信访编号", "渠道"], ["1", "2"]], FileFormat.XLSX))
    out = io.BytesIO()
    with zipfile.ZipFile(content) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                data = data.replace(
                    b"</sheetData>",
                    b'<row r="1048576"><c r="XFD1048576" t="str"><v>1</v></c></row></sheetData>',
                )
            new.writestr(name, data)
    return out.getvalue()


def truncated() -> bytes:
    return whole_table([["信访编号", "渠道"], ["1", "2"]], FileFormat.XLSX)[:-30]


@pytest.mark.parametrize(
    ("content", "kind", "code"),
    [
        (bomb, "xlsx", {"file_bomb"}),
        (wide, "xlsx", {"file_too_many_columns", "file_too_many_rows", "file_over_limits"}),
        (truncated, "xlsx", {"file_broken"}),
        (lambda: b"PK\x03\x04" + bytes(1000), "xlsx", {"file_broken"}),
        ("你好,世界\n没有,表头".encode, "csv", {"file_no_heads"}),
        ("渠道,渠道,类型\n1,2,3".encode, "csv", {"file_doubled_heads"}),
        (lambda: bytes(range(256)) * 4096, "csv", {"file_not_text"}),
        ("渠道,信访编号\n".encode, "csv", {"file_empty"}),
    ],
)
async def test_a_file_that_cannot_be_read_says_why(
    place: Place, content: Any, kind: str, code: set[str]
) -> None:
    found = await checked(place, content(), format=kind)

    assert found["state"] == "failed"
    assert found["failure"]["code"] in code
    assert (await place.city_clerk.get("/petitions")).status_code == 200


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "csv"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "xlsx"),
        (b"%PDF-1.7", "xlsx"),
        (b"PK\x03\x04", "csv"),
    ],
)
async def test_what_is_no_table_at_all_is_refused_at_the_door(
    place: Place, content: bytes, kind: str
) -> None:
    answer = await send(place, content, format=kind)

    assert (answer.status_code, answer.json()["code"]) == (422, "file_refused")


async def test_sixty_megabytes_of_junk_fail_and_sixty_five_are_not_taken(place: Place) -> None:
    junk = bytes(range(1, 256)) * (60 * 1024 * 1024 // 255)
    found = await checked(place, junk)
    assert found["failure"]["code"] == "file_not_text"
    answer = await send(place, b"," * (65 * 1024 * 1024))
    assert answer.status_code == 413


async def test_the_template_is_read_back_as_what_it_shows(place: Place) -> None:
    for kind in ("csv", "xlsx"):
        answer = await place.city_clerk.get("/petitions-imports/template", format=kind)
        assert answer.status_code == 200
        found = await checked(place, answer.content, format=kind)
        # Its example names a county of another city.
        assert {code for *_, code in await errors(place, found["id"])} <= {
            "unknown_division",
            "outside_scope",
        }
