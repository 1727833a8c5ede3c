"""Acceptance 2-03: 定海's grid, its named persons and who answered when; the grid of 3-37."""

from datetime import timedelta
from typing import Final

from ops.demo.people import Json
from tests.support.offices import Offices, chief, officer

ZHOUSHAN, DINGHAI, PUTUO = "330900", "330902", "330903"
XINDU, GUANGHAN = "510114", "510681"
DESK: Final = f"{DINGHAI}-command-center-1"
FIRST, SECOND = (f"{DINGHAI}-grid-lead-{number}" for number in (1, 2))
WALKERS: Final = tuple(f"{DINGHAI}-grid-officer-{number}" for number in (1, 2))
STRANGER: Final = chief(PUTUO)


def named(office: Offices, login: str) -> Json:
    return {"account_id": office.person(login).account_id, "name": login}


def townships(county: str, *names: str) -> list[Json]:
    return [
        {"code": f"{county}{number:03}", "name": name} for number, name in enumerate(names, start=1)
    ]


def drawing(county: str, top: Json, leads: list[Json], officers: list[Json]) -> Json:
    """The county, and each township below it."""
    codes = [f"{county}{number:03}" for number in range(1, len(leads) + 1)]
    first = {"key": "all", "name": "全域", "level": 1, "areas": codes, "lead": top}
    below = [
        {
            "key": f"cell-{code}",
            "name": f"网格{code}",
            "level": 2,
            "parent": "all",
            "areas": [code],
            "lead": lead,
            "officers": officers,
        }
        for code, lead in zip(codes, leads, strict=True)
    ]
    return {
        "division": county,
        "title": "网格划分方案",
        "basis": "按现有执法力量重新划定",
        "levels": ["县级", "乡镇级"],
        "cells": [first, *below],
    }


def proposed(office: Offices, listed: Json) -> None:
    """The force there is: two officers in 环南, two in 城东, none yet in 昌国."""
    office.refused(STRANGER, "/grid-plans/areas", listed)
    office.refused(FIRST, "/grid-plans/areas", listed)
    loaded = office.person(DESK).post("/grid-plans/areas", listed)
    assert (loaded["listed"], loaded["atoms"]) == (3, 3)
    force = {
        "division": DINGHAI,
        "cells": 2,
        "weights": [{"area": f"{DINGHAI}001", "weight": 2}, {"area": f"{DINGHAI}002", "weight": 3}],
        "officers": [
            {"township": f"{DINGHAI}002", "officers": 2},
            {"township": f"{DINGHAI}003", "officers": 2},
        ],
    }
    found = office.person(DESK).post("/grid-plans/propose", force)
    assert [each["areas"] for each in found["cells"]] == [
        [f"{DINGHAI}001", f"{DINGHAI}003"],
        [f"{DINGHAI}002"],
    ]
    assert not any(each["short"] for each in found["cells"])


def published(office: Offices) -> str:
    """The plan, after a hole and an overlap were named and mended."""
    people = [named(office, each) for each in WALKERS]
    lead, other = named(office, FIRST), named(office, SECOND)
    body = drawing(DINGHAI, other, [lead, lead, lead], people)
    whole = {name: value for name, value in body.items() if name != "division"}
    cells = [*body["cells"][:2], body["cells"][2] | {"areas": [f"{DINGHAI}001"]}, body["cells"][3]]
    office.refused(STRANGER, "/grid-plans", body)
    plan = office.person(DESK).post("/grid-plans", body | {"cells": cells})
    path = f"/grid-plans/{plan['id']}"
    [gap] = office.person(DESK).get(f"{path}/check")["gaps"]
    assert (gap["missing"], gap["doubled"]) == ([f"{DINGHAI}002"], [f"{DINGHAI}001"])
    office.barred(chief(DINGHAI), "grid_not_whole", f"{path}/publish", {}, on=plan)
    office.act(path, "amend", whole, by=DESK, not_by=STRANGER)
    plan = office.act(path, "publish", {}, by=chief(DINGHAI), not_by=DESK)
    assert plan["state"] == "published"
    return path


def visited(office: Offices, cell: str) -> str:
    """A visit by a grid officer to a key object, and what was found handed on."""
    office.refused(STRANGER, f"{cell}/visits", {"at": office.now.isoformat(), "found": "-"})
    thing = {
        "division": DINGHAI,
        "name": "某船舶修造厂",
        "area": f"{DINGHAI}002",
        "kind": "key",
        "basis": "重点排污单位名录",
    }
    office.refused(WALKERS[0], "/grid-plans/objects", thing)
    made = office.person(DESK).post("/grid-plans/objects", thing)
    visit = {
        "at": office.now.isoformat(),
        "object_id": made["id"],
        "found": "喷漆作业未密闭",
        "findings": ["露天喷漆,有刺激性气味"],
    }
    recorded = office.person(WALKERS[0]).post(f"{cell}/visits", visit)
    told = f"/grid-cells/findings/{recorded['findings'][0]['id']}"
    task = {
        "outcome_kind": "task",
        "outcome_id": "01890a5d-ac96-774b-bcce-b302099a8057",
        "remark": "交执法队现场检查",
    }
    office.act(told, "hand-on", task, by=DESK, not_by=WALKERS[0])
    return told


def handed_over(office: Offices, cell: str) -> None:
    """From the first lead to the second, with what is open."""
    owed = office.person(WALKERS[1]).get(f"{cell}/worklist")
    assert (owed["late"], owed["owed"][0]["name"]) == (1, "某船舶修造厂")
    over = {"to": named(office, SECOND), "reason": "轮岗"}
    seen = office.act(cell, "hand-over", over, by=chief(DINGHAI), not_by=FIRST)
    assert seen["leads"][0]["valid_to"] == seen["leads"][1]["valid_from"]
    [handover] = office.person(SECOND).get("/grid-cells/handovers", waiting=True)["items"]
    assert [each["kind"] for each in handover["open_matters"]] == ["visit", "finding"]
    taken = f"/grid-cells/handovers/{handover['id']}"
    note = {"note": "未结事项已逐项接收"}
    office.barred(FIRST, "grid_not_yours", f"{taken}/acknowledge", note, on=handover)
    office.act(taken, "acknowledge", note, by=SECOND, not_by=WALKERS[0])
    office.refused(STRANGER, f"{cell}/hand-over", over, on=seen)


def test_row_2_03_areas_by_the_force_there_is_each_with_one_who_answers(office: Offices) -> None:
    listed: Json = {
        "division": DINGHAI,
        "areas": townships(DINGHAI, "昌国街道", "环南街道", "城东街道"),
    }
    proposed(office, listed)
    path = published(office)
    began = office.now
    lead = office.person(FIRST)
    mine = lead.get("/grid-cells", person_id=lead.account_id, level=2)["items"]
    assert len(mine) == 3
    [key] = [each["id"] for each in mine if each["key"] == f"cell-{DINGHAI}002"]
    cell = f"/grid-cells/{key}"
    told = visited(office, cell)

    office.later(days=4)  # a key object is visited twice a week
    handed_over(office, cell)
    answered = {"answer": "已责令密闭作业,复查合格"}
    office.act(told, "answer", answered, by=DESK, not_by=STRANGER)
    assert office.person(WALKERS[0]).get(told)["answer"] == answered["answer"]

    # The city asks who answered, then and now, and how the county did.
    city = office.person(chief(ZHOUSHAN))

    def answers(at: str) -> list[str]:
        found = city.get("/grid-plans/responsible", area=f"{DINGHAI}002", at=at)
        return [each["person"]["name"] for each in found["responsible"]]

    assert answers((began + timedelta(hours=1)).isoformat()) == [SECOND, FIRST]
    assert answers(office.now.isoformat()) == [SECOND, SECOND]
    covered = city.get("/grid-plans/coverage", division=DINGHAI)
    assert (covered["covered"], covered["areas"], covered["short_of_officers"]) == (3, 3, [])
    assert {each["person"]["name"]: each["cells"] for each in covered["leads"]} == {
        FIRST: 2,
        SECOND: 2,
    }
    done = city.get("/grid-plans/performance", division=DINGHAI)
    assert (done["duties"], done["findings"]) == ({"due": 2, "done": 1, "missed": 1}, 1)
    shown = city.get(f"{path}/map")
    assert [each["areas"] for each in shown["cells"][1:]] == [
        [each["code"]] for each in listed["areas"]
    ]
    assert office.person(STRANGER).get("/grid-cells")["items"] == []


def test_row_3_37_what_the_grid_of_xindu_finds_at_the_border_becomes_a_notice(
    office: Offices,
) -> None:
    listed = {"division": XINDU, "areas": townships(XINDU, "新都街道")}
    office.person(chief(XINDU)).post("/grid-plans/areas", listed)
    walks = [named(office, f"{XINDU}-officer-{number}") for number in (1, 2)]
    head = named(office, chief(XINDU))
    plan = office.person(chief(XINDU)).post("/grid-plans", drawing(XINDU, head, [head], walks))
    office.act(f"/grid-plans/{plan['id']}", "publish", {}, by=chief(XINDU), not_by=chief(GUANGHAN))
    [cell] = office.person(officer(XINDU)).get("/grid-cells", division=XINDU, level=2)["items"]
    visit = {
        "at": office.now.isoformat(),
        "area": f"{XINDU}001",
        "found": "沿界河巡查",
        "findings": ["界河水体发黑,疑来自对岸"],
    }
    recorded = office.person(officer(XINDU)).post(f"/grid-cells/{cell['id']}/visits", visit)
    told = f"/grid-cells/findings/{recorded['findings'][0]['id']}"
    given = {
        "matter": {
            "title": "界河水体发黑",
            "division": XINDU,
            "media": ["water"],
            "place": "青白江界河断面",
            "facts": recorded["findings"][0]["text"],
        },
        "neighbours": [{"division": GUANGHAN, "position": "upstream"}],
        "urgency": "urgent",
    }
    notice = office.person(officer(XINDU)).post("/border-notices", given)
    outcome = {"outcome_kind": "border_notice", "outcome_id": notice["id"], "remark": "通报广汉"}
    wrong = outcome | {"outcome_id": cell["id"]}
    item = office.person(chief(XINDU)).get(told)
    office.barred(chief(XINDU), "no_such_outcome", f"{told}/hand-on", wrong, on=item)
    seen = office.act(told, "hand-on", outcome, by=chief(XINDU), not_by=chief(GUANGHAN))
    assert seen["outcome_id"] == notice["id"]
    # The neighbour knows of the notice and of nothing in the grid.
    office.person(officer(GUANGHAN)).get(f"/border-notices/{notice['id']}")
    office.refused(officer(GUANGHAN), f"/grid-cells/{cell['id']}/visits", visit)
