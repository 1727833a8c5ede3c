"""Chapter five at the city: named, submitted, taken up, solved by a joint operation."""

from typing import Final

from ops.demo import inspection
from ops.demo.intake import BEILUN, CITY_CLERK, Matters
from ops.demo.leaders import answer_again, resolve
from ops.demo.people import Json, Stage
from ops.demo.weekly import check_frozen, issued_report

CENTRE: Final = "330200-command-center-1"
CITY_CHIEF: Final = "330200-department-head-1"
ZHENHAI: Final = "330211"
LEADER: Final = f"{BEILUN}-officer-2"
PARTNER: Final = f"{ZHENHAI}-officer-1"
RECTIFIER: Final = f"{BEILUN}-officer-3"
CHIEF: Final = f"{BEILUN}-department-head-1"


def name_and_submit(stage: Stage, kept: Json) -> None:
    """Unsolved at the month's cut-off: named and submitted to the city in one step."""
    stage.at("2026-04-01T08:30")
    issued = issued_report(stage, "monthly", "2026-03-01")
    named = [each["content"]["escalation"] for each in issued["items"]]
    stage.claim("月报只点名扬尘", holds=named == [kept["id"]], seen=named)
    check_frozen(stage, issued)
    noticed = stage.person(CITY_CLERK).get(f"/escalations/{kept['id']}")
    clocks = {each["kind"]: each["due_on"] for each in noticed["clocks"]}
    missed = [each["kind"] for each in noticed["clocks"] if each["state"] == "missed"]
    stage.claim("北仑未在月报前解决", holds=missed == ["county_handling"], seen=missed)
    stage.claim(
        "点名即提交市级,市级期限起算",
        holds=noticed["state"] == "noticed" and "city_resolution" in clocks,
        seen=clocks.get("city_resolution"),
    )


def operate(stage: Stage, matters: Matters, kept: Json) -> None:
    """The city takes the matter up and opens a joint operation of two counties."""
    _take_up(stage, kept)
    operation = _agree(stage, matters["dust"], kept)
    task = inspection.task_for(stage, CENTRE, operation["id"])
    task = inspection.dispatch(
        stage,
        task,
        CENTRE,
        team=(LEADER, PARTNER),
        starts_at="2026-04-08T08:00:00+08:00",
        ends_at="2026-04-08T18:00:00+08:00",
    )
    stage.at("2026-04-08T10:00")
    visit = inspection.begin(stage, task, (LEADER, PARTNER), ["cross"])
    problem = inspection.find(stage, LEADER, visit, severity="general", what="堆场未覆盖")
    inspection.finish(stage, visit, LEADER)
    inspection.close(
        stage,
        problem,
        at="2026-04-13T10:00",
        chief=CHIEF,
        rectifier=RECTIFIER,
        verifiers=(LEADER, PARTNER),
    )
    inspection.complete(stage, task, LEADER, "堆场已全部覆盖并喷淋。")
    _summarise(stage, operation, kept)
    answer_again(stage, matters, ("dust",), "联合行动后堆场已覆盖。")
    resolved = resolve(stage, kept["id"], "2026-04-15T10:00", matters, ("dust",))
    stage.claim("扬尘由市级解决", holds=resolved["state"] == "resolved", seen=resolved["state"])
    _archive(stage, operation)


def _take_up(stage: Stage, kept: Json) -> None:
    stage.at("2026-04-02T09:00")
    path = f"/escalations/{kept['id']}"
    body = {"owner": "宁波市生态环境局", "reason": "市级重点解决"}
    noticed = stage.person(CITY_CHIEF).get(path)
    stage.refused(CHIEF, "县级不能认领市级事项", f"{path}/take-up", body, on=noticed)
    taken = stage.person(CITY_CHIEF).post(f"{path}/take-up", body, on=noticed)
    stage.claim("市级接手", holds=taken["state"] == "city_level", seen=taken["owner"])


def _agree(stage: Stage, dust: Json, kept: Json) -> Json:
    """Draft, countersign by every party, issue, prepare, start; silence is no consent."""
    centre = stage.person(CENTRE)
    body = {
        "form": "comprehensive",
        "title": "北仑镇海堆场扬尘联合行动",
        "lead": "330200",
        "parties": [BEILUN, ZHENHAI],
        "matter": {
            "title": dust["title"],
            "division": BEILUN,
            "media": dust["media"],
            "place": dust["place"],
            "facts": "堆场未覆盖,刮风扬尘。",
            "object_name": dust["object_name"],
        },
        "origin": {"kind": "escalation", "id": kept["id"]},
        "planned_from": "2026-04-07",
        "planned_to": "2026-04-10",
        "due_on": "2026-04-30",
    }
    stage.refused(f"{BEILUN}-officer-1", "执法人员不能发起联合行动", "/operations", body)
    operation = centre.post("/operations", body)
    path = f"/operations/{operation['id']}"
    operation = _lead(stage, operation, "countersign")
    stage.refused(
        CENTRE, "未经各方同意不能印发", f"{path}/issue", {}, on=operation, statuses=(403, 409)
    )
    for division in (BEILUN, ZHENHAI):
        party = stage.person(f"{division}-department-head-1")
        answer = {"division": division, "agrees": True}
        stage.refused(
            "330212-department-head-1",
            "非参与方看不到联合行动",
            f"{path}/answer",
            answer,
            on=operation,
        )
        operation = party.post(f"{path}/answer", answer, on=party.get(path))
    operation = _lead(stage, operation, "issue", by=CITY_CHIEF)
    operation = _lead(stage, operation, "prepare", {"reason": "两县各派执法人员"})
    operation = _form_team(stage, operation)
    operation = _lead(stage, operation, "start")
    stage.claim("联合行动启动", holds=operation["state"] == "running", seen=operation["state"])
    return operation


def _form_team(stage: Stage, operation: Json) -> Json:
    """Each county names its own people; one certificate, or nobody of the place, is no team."""
    centre, path = stage.person(CENTRE), f"/operations/{operation['id']}"
    stage.refused(CENTRE, "没有小组不能启动", f"{path}/start", {}, on=operation, statuses=(409,))
    body = {"name": "堆场检查组", "place": BEILUN}
    stage.refused(CHIEF, "参与方不能代牵头方编组", f"{path}/teams", body, on=operation)
    operation = centre.post(f"{path}/teams", body, on=operation)
    team = operation["teams"][0]["id"]
    for division, login in ((ZHENHAI, PARTNER), (BEILUN, LEADER)):
        stage.refused(
            CENTRE, "一名执法人员不能成队启动", f"{path}/start", {}, on=operation, statuses=(409,)
        )
        head = stage.person(f"{division}-department-head-1")
        officer = inspection.officer_of(stage, login)["id"]
        named = {"division": division, "team_id": team, "officer_ids": [officer]}
        stage.refused(
            f"{division}-officer-1",
            "执法人员不能自行编组",
            f"{path}/send-officers",
            named,
            on=operation,
        )
        operation = head.post(f"{path}/send-officers", named, on=head.get(path))
    [formed] = operation["teams"]
    stage.claim(
        "小组由两县人员混编",
        holds={each["division"] for each in formed["members"]} == {BEILUN, ZHENHAI},
        seen="、".join(each["name"] for each in formed["members"]),
    )
    return operation


def _lead(
    stage: Stage, operation: Json, step: str, body: Json | None = None, *, by: str = CENTRE
) -> Json:
    """A step of the lead's, which a party's own head cannot take."""
    path = f"/operations/{operation['id']}/{step}"
    stage.refused(CHIEF, f"参与方不能代牵头方({step})", path, body or {}, on=operation)
    return stage.person(by).post(path, body or {}, on=operation)


def _summarise(stage: Stage, operation: Json, kept: Json) -> None:
    centre = stage.person(CENTRE)
    path = f"/operations/{operation['id']}"
    stage.until("the result at the operation", lambda: centre.get(path)["results"])
    handed = _lead(stage, centre.get(path), "hand-over", {"reason": "由北仑分局续办"})
    _lead(stage, handed, "summarise", {"summary": "堆场扬尘问题已解决。"})
    clerk = stage.person(CITY_CLERK)
    result = stage.until(
        "the operation's result", lambda: clerk.get(f"/escalations/{kept['id']}")["result"]
    )
    stage.claim(
        "联合行动结果经事件回到直通车",
        holds=(result["problems_found"], result["problems_closed"]) == (1, 1),
        seen=f"发现 {result['problems_found']},销号 {result['problems_closed']}",
    )


def _archive(stage: Stage, operation: Json) -> None:
    stage.at("2026-04-28T10:00")
    centre = stage.person(CENTRE)
    path = f"/operations/{operation['id']}"
    seen = _lead(stage, centre.get(path), "look-back", {"reason": "整改未反弹"})
    stage.refused(
        CENTRE, "各方未办结不能归档", f"{path}/close", {"reason": "x"}, on=seen, statuses=(409,)
    )
    for division in (BEILUN, ZHENHAI):
        own = {"division": division, "summary": "本方工作办结", "officer_visits": 1}
        head = stage.person(f"{division}-department-head-1")
        stage.refused(
            "330212-department-head-1", "非参与方不能办结", f"{path}/finish", own, on=seen
        )
        head.post(f"{path}/finish", own, on=head.get(path))
    closed = _lead(stage, centre.get(path), "close", {"reason": "归档"})
    stage.claim("联合行动归档", holds=closed["state"] == "closed", seen=closed["state"])
