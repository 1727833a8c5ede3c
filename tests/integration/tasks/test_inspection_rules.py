"""What an inspection rests on, what it leaves in the ledger, and how it can end otherwise."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx

from shared.auth.actor import Role
from tests.factories.firms import a_firm
from tests.integration.tasks.conftest import (
    CIXI,
    JPEG,
    NINGBO,
    SAID,
    YUYAO,
    Person,
    Story,
    eventually,
)


def codes(*answers: httpx.Response) -> list[tuple[int, str]]:
    return [(each.status_code, each.json().get("code", "")) for each in answers]


async def a_task_of(story: Story, legal_kind: str, mode: str) -> dict[str, Any]:
    """The task of a firm of Yuyao's, with what whoever asked for it wanted."""
    answer = await story.cast.yuyao_head.post("/enterprises", a_firm(YUYAO))
    assert answer.status_code == 201, answer.text
    firm: dict[str, Any] = answer.json()
    await story.accepted(object_code=firm["credit_code"], object_name=firm["name"])
    statement = "UPDATE task SET legal_kind = $1, mode = $2 WHERE id = $3"
    await story.stack.sql(statement, legal_kind, mode, story.task["id"])
    return firm


async def ledger(story: Story, firm: dict[str, Any]) -> dict[str, Any]:
    asked = {"code": firm["credit_code"], "year": story.starts_at.year}
    answer = await story.cast.cixi_officers[0].get("/enterprise-visits:ledger", params=asked)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_a_routine_visit_takes_its_place_at_the_start_and_is_made_at_the_end(
    story: Story,
) -> None:
    firm = await a_task_of(story, "routine", "on_site")
    leader = story.cast.cixi_officers[0]
    await story.stack.set_clock(story.starts_at + timedelta(hours=1))
    body = story.visit()
    key = {"Idempotency-Key": f"start-{story.task['id']}"}
    first, again = [await leader.post("/inspections", body, headers=key) for _ in range(2)]
    assert first.json() == again.json()
    inspection = first.json()
    assert (inspection["legal_kind"], inspection["crossing"]) == ("routine", True)
    assert ((await ledger(story, firm))["taken"], inspection["visit_id"] is None) == (1, False)

    away = await leader.post(
        f"/inspections/{inspection['id']}/call-off",
        {"reason": "车辆故障"},
        version=inspection["version"],
    )
    assert away.json()["state"] == "called_off"
    assert (await ledger(story, firm))["taken"] == 0

    inspection = await story.finish(await story.inspected())
    assert inspection["act_code"]
    seen = await ledger(story, firm)
    assert (seen["taken"], [each["counts"] for each in seen["visits"]]) == (1, [True])
    [row] = await story.stack.sql(
        "SELECT state, act_code FROM enterprise_visit WHERE id = $1", inspection["visit_id"]
    )
    assert (row["state"], row["act_code"]) == ("made", inspection["act_code"])


async def test_off_site_comes_first_and_is_a_contact(story: Story) -> None:
    cast = story.cast
    firm = await a_task_of(story, "routine", "off_site")
    leader = cast.cixi_officers[0]
    await story.stack.set_clock(story.starts_at + timedelta(hours=1))
    barred = await leader.post("/inspections", story.visit())
    other = await leader.post("/inspections", story.visit(mode=None, legal_kind="special"))
    assert codes(barred, other) == [(409, "off_site_first"), (409, "contradicts_task")]

    afar = await story.inspected(mode=None, methods=[])
    afar = await story.on_site(afar, "record", {"text": "在线数据正常", "signature": "signed"})
    sheet = await leader.post(f"/inspections/{afar['id']}/integrity-sheet", version=afar["version"])
    assert codes(sheet) == [(409, "not_on_site")]
    await story.on_site(afar, "finish")
    seen = await ledger(story, firm)
    assert (seen["taken"], [each["mode"] for each in seen["visits"]]) == (0, ["off_site"])

    asked = {"ground": "abnormal_data", "reason": "在线数据恒值"}
    path, version = f"{story.path}/turn-on-site", story.version
    stranger = await cast.yuyao_officers[2].post(path, asked, version=version)
    made = await leader.post(path, asked, version=version)
    twice = await leader.post(path, asked, version=version)
    assert codes(stranger, made, twice) == [
        (403, "not_of_the_team"),
        (200, ""),
        (409, "turn_pending"),
    ]
    decision = {"approved": True, "opinion": "同意"}
    path = f"{story.path}/decide-turn"
    own = await leader.post(path, decision, version=version)
    done = await cast.cixi_head.post(path, decision, version=version)
    assert (own.status_code, done.json()["approved"]) == (403, True)
    visit = await story.inspected()
    assert (visit["legal_kind"], visit["mode"]) == ("individual", "on_site")
    await story.finish(visit)
    assert (await ledger(story, firm))["taken"] == 0


async def test_a_special_check_is_filed_published_and_limited(story: Story) -> None:
    cast = story.cast
    await story.accepted()
    day = story.starts_at.date()
    body = {
        "division": YUYAO,
        "document": f"余政办函{story.task['id'][-6:]}号",
        "title": "涉酸企业专项检查",
        "approver": "vertical_superior",
        "approving_division": NINGBO,
        "approved_on": (day - timedelta(days=1)).isoformat(),
        "divisions": [YUYAO],
        "contents": ["酸雾收集"],
        "most": 1,
        "starts_on": day.isoformat(),
        "ends_on": (day + timedelta(days=9)).isoformat(),
    }
    path = "/inspections/special-checks"
    wrong = await cast.cixi_head.post(path, body)
    low = await cast.yuyao_head.post(path, body | {"approving_division": CIXI})
    made = await cast.yuyao_head.post(path, body)
    twice = await cast.yuyao_head.post(path, body)
    assert codes(wrong, low, made, twice) == [
        (403, "forbidden"),
        (422, "approver_too_low"),
        (201, ""),
        (409, "already_exists"),
    ]
    check = made.json()
    assert (await cast.beilun_officer.get(f"{path}/{check['id']}")).status_code == 404
    leader = cast.cixi_officers[0]
    await story.stack.set_clock(story.starts_at + timedelta(hours=1))
    visit = story.visit(legal_kind="special", special_check_id=check["id"], contents=["酸雾收集"])
    early = await leader.post("/inspections", visit)
    for step in ("file", "publish"):
        answer = await cast.yuyao_head.post(
            f"{path}/{check['id']}/{step}", {"reference": "2026-3"}, version=check["version"]
        )
        assert answer.status_code == 200, answer.text
        check = answer.json()
    assert (await cast.beilun_officer.get(f"{path}/{check['id']}")).status_code == 200
    beyond = await leader.post("/inspections", visit | {"contents": ["废水"]})
    none = await leader.post("/inspections", visit | {"special_check_id": None})
    two = await asyncio.gather(*(leader.post("/inspections", visit) for _ in range(2)))
    assert codes(early, beyond, none) == [
        # Cixi's do not even know of it before it is published.
        (404, "not_found"),
        (409, "outside_special_content"),
        (422, "special_check_missing"),
    ]
    assert sorted(codes(*two)) == [(201, ""), (409, "special_number_reached")]


async def test_an_ordered_special_check_rests_on_the_approval_of_its_order(story: Story) -> None:
    cast, stack, day = story.cast, story.stack, story.starts_at.date()
    head = await stack.a_person("宁波发令人", (Role.DEPARTMENT_HEAD, NINGBO))
    firm = (await cast.yuyao_head.post("/enterprises", a_firm(YUYAO))).json()
    item = {"key": "1", "enterprise_id": firm["id"], "division": CIXI, "parties": [YUYAO]}
    sent = await head.post(
        "/task-orders",
        {
            "division": NINGBO,
            "key": uuid4().hex,
            "document": "示例环发〔2026〕8号",
            "title": "涉酸企业专项检查",
            "facts": "检查酸雾收集",
            "media": ["air"],
            "legal_kind": "special",
            "mode": "on_site",
            "due_on": (day + timedelta(days=5)).isoformat(),
            "approval": {
                "organ": "示例市人民政府",
                "division": NINGBO,
                "document": "甬政办函8号",
                "approved_on": day.isoformat(),
                "filed_with": "司法局",
                "filed_on": day.isoformat(),
                "published_on": day.isoformat(),
                "published_at": "门户网站",
                "scope": "涉酸企业",
                "content": "酸雾收集",
                "most_objects": 1,
                "valid_from": day.isoformat(),
                "valid_to": (day + timedelta(days=5)).isoformat(),
            },
            "items": [item],
        },
    )
    assert sent.status_code == 202, sent.text

    path = f"/task-orders/{sent.json()['id']}/items"

    async def made() -> bool:
        return (await head.get(path)).json()["items"][0]["task_id"] is not None

    await eventually(made)
    [row] = (await head.get(path)).json()["items"]
    story.task = (await head.get(f"/tasks/{row['task_id']}")).json()
    team = (*cast.cixi_officers[:2], *cast.yuyao_officers[:2])
    await story.step(cast.cixi_center, "dispatch", story.order(*team))
    await story.step(cast.cixi_officers[0], "accept")
    visit = await story.inspected(mode=None, methods=[])
    assert (visit["legal_kind"], visit["special_check_id"]) == ("special", None)
    await story.finish(visit)
    [entry] = await stack.sql(
        "SELECT legal_kind, document FROM enterprise_visit WHERE enterprise_id = $1", firm["id"]
    )
    assert (entry["legal_kind"], entry["document"]) == ("special", "甬政办函8号")


async def test_it_is_broken_off_with_facts_and_added_to_with_signatures(story: Story) -> None:
    await story.accepted()
    leader = story.cast.cixi_officers[0]
    officers = [each | {"certificate_shown": False} for each in story.visit()["officers"]]
    visit = await story.inspected(officers=officers)
    path = f"/inspections/{visit['id']}"
    refused = {"ground": "entry_refused", "facts": "门卫拒绝入厂"}
    early = await leader.post(f"{path}/abort", refused, version=visit["version"])
    silent = await leader.post(
        f"{path}/record", {"text": "x", "signature": "signed"}, version=visit["version"]
    )
    assert codes(early, silent) == [
        (409, "refusal_needs_certificates"),
        (409, "certificate_not_shown"),
    ]
    ids = [each["officer_id"] for each in officers]
    visit = await story.on_site(visit, "certificates", {"officer_ids": ids})
    visit = await story.on_site(visit, "abort", refused)
    assert (visit["state"], visit["actions"]) == ("aborted", ["store_recording", "add"])
    added = {
        "text": "补充:门卫姓名不详",
        "reason": "现场未及记录",
        "officer_ids": ids[:2],
        "signature": "absent",
        "signature_note": "当事人未到场",
    }
    caseless = await leader.post(f"{path}/additions", added, version=visit["version"])
    assert codes(caseless) == [(422, "absence_case_mismatch")]
    visit = await story.on_site(visit, "additions", added | {"absence_case": "refused_to_come"})
    [line] = (await leader.get(f"{path}/additions")).json()
    assert (line["absence_case"], len(line["officers"])) == ("refused_to_come", 2)


async def test_recordings_are_stored_within_a_working_day_and_followed_meanwhile(
    story: Story,
) -> None:
    cast = story.cast
    await story.accepted()
    leader = cast.cixi_officers[0]
    officer_id = cast.officer_id(leader)
    serial = f"BWC-{officer_id[-6:]}"
    device = {"serial": serial, "officer_id": officer_id}
    path = "/inspections/recorder-devices"
    wrong = await cast.yuyao_head.post(path, device)
    made = await cast.cixi_head.post(path, device)
    twice = await cast.cixi_head.post(path, device)
    assert (wrong.status_code in (403, 404), made.status_code) == (True, 201), made.text
    assert codes(twice) == [(409, "officer_has_device")]

    await story.stack.set_clock(story.starts_at + timedelta(hours=1))
    recorder = {"on": True, "said": SAID[:2], "device": "unknown"}
    strange = await leader.post("/inspections", story.visit(recorder=recorder))
    assert codes(strange) == [(422, "device_not_assigned")]
    visit = await story.inspected(recorder=recorder | {"device": serial})
    path = f"/inspections/{visit['id']}"
    note = {"kind": "reminder", "note": "请告知在场人员正在录像"}
    own = await leader.post(f"{path}/supervision-notes", note)
    seen = await cast.cixi_head.post(f"{path}/supervision-notes", note)
    assert (own.status_code, seen.status_code) == (403, 201)
    visit = await story.on_site(visit, "record", {"text": "笔录", "signature": "signed"})
    visit = await story.on_site(visit, "integrity-sheet")
    again = await leader.post(f"{path}/integrity-sheet", version=visit["version"])
    unsaid = await leader.post(f"{path}/finish", version=visit["version"])
    assert codes(again, unsaid) == [
        (409, "integrity_sheet_handed"),
        (409, "recorder_not_said"),
    ]
    visit = await story.on_site(visit, "recorder", {"on": True, "said": SAID[2:]})
    visit = await story.on_site(visit, "finish")
    late = await cast.cixi_head.post(f"{path}/supervision-notes", note)
    assert codes(late) == [(409, "nothing_to_follow")]
    answer = (await leader.get(f"{path}/recordings")).json()
    [recording] = answer["recordings"]
    assert (answer["gaps"], recording["clock"], recording["device"]) == ([], "running", serial)
    file = await story.evidence(leader, JPEG)
    visit = await story.on_site(
        visit, f"recordings/{recording['id']}/store", {"evidence_id": file.json()["id"]}
    )
    [recording] = (await leader.get(f"{path}/recordings")).json()["recordings"]
    assert (recording["clock"], recording["evidence_id"]) == ("met", file.json()["id"])


async def test_a_form_has_versions_and_a_signed_site_record_is_the_record(story: Story) -> None:
    cast = story.cast
    await story.accepted()
    visit = await story.inspected()
    leader, second = cast.cixi_officers
    path = f"/inspections/{visit['id']}/forms"
    fields = {
        "kind": "site_record",
        "object_name": "某电镀厂",
        "address": "余慈交界",
        "from_at": story.starts_at.isoformat(),
        "to_at": (story.starts_at + timedelta(hours=1)).isoformat(),
        "told_rights": True,
        "asked_to_recuse": False,
        "findings": "喷淋塔未开",
        "recorder_name": "慈溪甲",
    }
    unknown = await leader.post(
        path, {"form": fields | {"colour": "red"}}, version=visit["version"]
    )
    made = await leader.post(path, {"form": fields}, version=visit["version"])
    assert (unknown.status_code, made.status_code) == (422, 201), made.text
    form = made.json()
    item = f"{path}/{form['id']}"
    assert (await cast.beilun_officer.get(item)).status_code == 404

    async def step(who: Person, name: str, body: Any) -> httpx.Response:
        nonlocal form
        answer = await who.post(f"{item}/{name}", body, version=form["version"])
        if answer.status_code == 200:
            form = answer.json()
        return answer

    officer = {"signer": "officer", "signature": "signed"}
    party = {"signer": "party", "name": "厂长", "signature": "refused", "signature_note": "拒签"}
    assert (await step(leader, "sign", officer)).status_code == 200
    assert codes(await step(leader, "sign", officer)) == [(409, "signed_before")]
    await step(leader, "revise", {"form": fields | {"findings": "喷淋塔停运"}})
    for who, body in ((leader, officer), (second, officer), (leader, party)):
        assert (await step(who, "sign", body)).status_code == 200
    assert (form["state"], form["revision"], len(form["versions"])) == ("signed", 2, 2)
    assert codes(await step(leader, "revise", {"form": fields})) == [(409, "illegal_step")]
    seen = (await leader.get(f"/inspections/{visit['id']}")).json()
    assert (seen["record_text"], seen["absence_case"]) == ("喷淋塔停运", "refused_to_sign")


async def test_anybody_with_a_login_checks_a_code_and_learns_nothing_else(story: Story) -> None:
    await story.accepted()
    visit = await story.inspected(methods=["unannounced"])
    stranger = story.cast.beilun_officer
    answer = await stranger.get("/inspections:by-code", params={"code": visit["act_code"]})
    assert answer.json()["division"] == CIXI
    assert {"task_id", "parties", "id"} & {*answer.json()} == set()
    wrong = visit["act_code"][:-1] + str((int(visit["act_code"][-1]) + 1) % 10)
    missing = await stranger.get("/inspections:by-code", params={"code": wrong})
    assert missing.status_code == 404
    for name, body in (
        ("record", {"text": "笔录", "signature": "signed"}),
        ("integrity-sheet", None),
        ("show-code", None),
    ):
        visit = await story.on_site(visit, name, body)
    leader = story.cast.cixi_officers[0]
    path = f"/inspections/{visit['id']}"
    bare = await leader.post(f"{path}/finish", version=visit["version"])
    assert codes(bare) == [(409, "unannounced_undeclared")]
    breach = {"breaches": [{"kind": "escort", "note": "镇干部陪同"}]}
    visit = await story.on_site(visit, "declare-unannounced", breach)
    visit = await story.on_site(visit, "finish")
    assert visit["methods"][:2] == ["unannounced", "night"]
    period = {"first": story.starts_at.date().isoformat()}
    figures = await leader.get(
        "/inspections:figures", params=period | {"last": period["first"], "division": YUYAO}
    )
    assert figures.json()["codes_shown"] == 1
