"""Chapters one and two: complaints come in, counties answer, the city office calls back."""

from collections.abc import Mapping
from typing import Final

from ops.demo.people import Json, Stage, every

CITY_CLERK: Final = "330200-petition-clerk-1"
CALLER: Final = "330200-petition-clerk-2"
CIXI, YUYAO, BEILUN, YINZHOU = "330282", "330281", "330206", "330212"
WORKS: Final = "示例电镀厂"
# A sample petitioner, made up.
SMELLING: Final = {"name": "甲某某", "phone": "13800000000", "address": "慈溪市示例镇示例路1号"}
COMPLAINTS: Final[Mapping[str, Json]] = {
    "smell": {
        "channel": "hotline_12345",
        "media": ["air"],
        "divisions": [CIXI, YUYAO],
        "title": "夜间电镀厂酸味",
        "body": "余姚慈溪交界处的示例电镀厂夜里排放酸味,住户甲某某(13800000000)无法开窗。",
        "place": "余姚慈溪交界处示例工业区",
        "object_name": WORKS,
        "at_night": True,
        "petitioner": SMELLING,
    },
    "dust": {
        "channel": "wechat",
        "media": ["air"],
        "divisions": [BEILUN],
        "title": "堆场扬尘",
        "body": "示例堆场没有覆盖,刮风时扬尘很大。",
        "place": "北仑区示例港区",
        "object_name": "示例堆场",
        "petitioner": {"name": "乙某某", "phone": "13800000001"},
    },
    "noise": {
        "channel": "letter",
        "media": ["noise"],
        "divisions": [YINZHOU],
        "title": "夜间施工噪声",
        "body": "示例工地夜间施工,影响休息。",
        "place": "鄞州区示例路",
        "object_name": "示例工地",
        "petitioner": {"name": "丙某某", "phone": "13800000002"},
    },
}
# Four county leaders and the city's head.
MEMBERS: Final = 5
SECOND: Final = 2
AGAIN: Final[Json] = {
    **COMPLAINTS["smell"],
    "channel": "hotline_12369",
    "title": "电镀厂酸味仍在",
    "body": "上周反映的示例电镀厂酸味没有改善,夜里更重。",
}
Matters = dict[str, Json]


def found_working_group(stage: Stage) -> None:
    """The city's working group with the leaders of the four counties and the city's head."""
    stage.at("2026-03-02T09:00")
    clerk = stage.person(CITY_CLERK)
    body = {"city": "330200", "name": "宁波市生态环境信访直通车工作群"}
    stage.refused(f"{CIXI}-petition-clerk-1", "县级不能建立市级工作群", "/working-groups", body)
    group = clerk.post("/working-groups", body)
    outsider = stage.person(f"{CIXI}-officer-1")
    stage.refused(
        f"{CIXI}-petition-clerk-1",
        "县级不能增加工作群成员",
        f"/working-groups/{group['id']}/members",
        _member(outsider.account_id, outsider.login, CIXI, "county_leader_in_charge"),
        on=group,
    )
    for division in (CIXI, YUYAO, BEILUN, YINZHOU):
        group = clerk.get(f"/working-groups/{group['id']}")
        login = f"{division}-county-leader-in-charge-1"
        _add_member(stage, group, login, division, "county_leader_in_charge")
    group = clerk.get(f"/working-groups/{group['id']}")
    _add_member(stage, group, "330200-department-head-1", "330200", "department_head")
    members = clerk.get(f"/working-groups/{group['id']}")["members"]
    stage.claim("工作群成员为五人", holds=len(members) == MEMBERS, seen=len(members))


def _add_member(stage: Stage, group: Json, login: str, division: str, role: str) -> None:
    body = _member(stage.person(login).account_id, login, division, role)
    stage.person(CITY_CLERK).post(f"/working-groups/{group['id']}/members", body, on=group)


def _member(account_id: str, name: str, division: str, role: str) -> Json:
    return {"account_id": account_id, "name": name, "division": division, "role": role}


def receive(stage: Stage) -> Matters:
    """Three complaints on Monday, the fourth a week later, by the same person as the first."""
    stage.at("2026-03-02T10:00")
    matters = {
        name: _register(stage, complaint, "2026-03-02T08:30:00+08:00")
        for name, complaint in COMPLAINTS.items()
    }
    stage.refused(
        f"{CIXI}-officer-1",
        "执法人员不能登记信访件",
        "/petitions",
        {**AGAIN, "office": "330200", "received_at": "2026-03-02T08:30:00+08:00"},
    )
    for name, petition in matters.items():
        matters[name] = _assign(stage, petition)
    stage.at("2026-03-03T09:00")
    for name, petition in matters.items():
        matters[name] = _accept(stage, petition)
    stage.at("2026-03-09T10:00")
    again = _register(stage, AGAIN, "2026-03-09T09:30:00+08:00")
    matters["again"] = _accept(stage, _assign(stage, _confirm_repeat(stage, again, matters)))
    channels = {petition["channel"] for petition in matters.values()}
    stage.claim(
        "四件信访来自四个渠道", holds=len(channels) == len(matters), seen="、".join(channels)
    )
    return matters


def _register(stage: Stage, complaint: Json, received_at: str) -> Json:
    clerk = stage.person(CITY_CLERK)
    body = {**complaint, "office": "330200", "received_at": received_at}
    made = clerk.post("/petitions", body)
    petition: Json = clerk.get(f"/petitions/{made['id']}")
    _claim_explained(stage, petition, "已登记")
    stage.claim(
        f"{petition['number']} 信访人身份已遮蔽",
        holds=_masked(petition["petitioner"], complaint["petitioner"]),
        seen=petition["petitioner"]["phone"],
    )
    return petition


def _claim_explained(stage: Stage, petition: Json, what: str) -> None:
    clocks = petition["clocks"]
    explained = every(clocks, lambda each: each["law"] and each["article"] and each["explanation"])
    due = "、".join(f"{each['kind']} {each['due_on']}" for each in clocks)
    stage.claim(
        f"{petition['number']} {what},每个期限都有依据和计算说明", holds=explained, seen=due
    )


def _masked(shown: Json, given: Json) -> bool:
    """Nothing given can be read again."""
    return every(given, lambda name: shown[name] != given[name])


def _confirm_repeat(stage: Stage, again: Json, matters: Matters) -> Json:
    """The office sees the candidate and a clerk confirms it."""
    clerk = stage.person(CITY_CLERK)
    path = f"/petitions/{again['id']}"
    found = clerk.get(f"{path}/repeat-candidates")
    only = [each["petition_id"] for each in found] == [matters["smell"]["id"]]
    stage.claim("重复件候选只有首件", holds=only, seen=[each["grounds"] for each in found])
    body = {"root_id": matters["smell"]["id"], "note": "同一信访人、同一电镀厂"}
    stage.refused(
        f"{BEILUN}-petition-clerk-1",
        "无关县区不能认定重复件",
        f"{path}/confirm-repeat",
        body,
        on=again,
    )
    link = clerk.post(f"{path}/confirm-repeat", body, on=again)
    stage.claim("认定为第 2 次反映", holds=link["position"] == SECOND, seen=link["position"])
    petition: Json = clerk.get(path)
    return petition


def _assign(stage: Stage, petition: Json) -> Json:
    """The city assigns to the county in charge, with a closing report due."""
    county = petition["divisions"][0]
    path = f"/petitions/{petition['id']}"
    body = {"unit": county, "report_due_on": "2026-03-31"}
    stage.refused("510100-petition-clerk-1", "外市不能交办", f"{path}/assign", body, on=petition)
    return stage.person(CITY_CLERK).post(f"{path}/assign", body, on=petition)


def _accept(stage: Stage, petition: Json) -> Json:
    """The county accepts, and an officer of it begins; so does each county with its own part."""
    for part in petition["parts"]:
        _accept_part(stage, part)
    county = petition["divisions"][0]
    path = f"/petitions/{petition['id']}"
    body = {"notice": "已书面告知受理"}
    other = YINZHOU if county != YINZHOU else BEILUN
    stage.refused(
        f"{other}-petition-clerk-1",
        f"{other} 不能受理 {county} 的信访件",
        f"{path}/accept",
        body,
        on=petition,
    )
    accepted = stage.person(f"{county}-petition-clerk-1").post(f"{path}/accept", body, on=petition)
    stage.refused(f"{other}-officer-1", "外县执法人员不能承办", f"{path}/start", {}, on=accepted)
    return stage.person(f"{county}-officer-1").post(f"{path}/start", {}, on=accepted)


def _accept_part(stage: Stage, part: Json) -> None:
    county, path = part["holder"], f"/petitions/{part['id']}"
    clerk, officer = f"{county}-petition-clerk-1", f"{county}-officer-1"
    accepted = stage.person(clerk).post(f"{path}/accept", {"notice": "已书面告知受理"}, on=part)
    stage.person(officer).post(f"{path}/start", {}, on=accepted)


def handle(stage: Stage, matters: Matters) -> None:
    """The counties answer in writing, in time; of two counties each first answers for itself."""
    stage.at("2026-03-11T16:00")
    for name, petition in matters.items():
        _answer_parts(stage, petition)
        matters[name] = reply(stage, petition, "已现场查看并要求整改。")
        _claim_explained(stage, matters[name], "已答复")
        claim_in_time(stage, matters[name])


def _answer_parts(stage: Stage, petition: Json) -> None:
    """The petitioner is answered for the whole once each county has answered for its part."""
    if not petition["parts"]:
        return
    county, path = petition["divisions"][0], f"/petitions/{petition['id']}"
    stage.refused(
        f"{county}-officer-1",
        f"{petition['number']} 分办件未答复前不能答复信访人",
        f"{path}/reply",
        _opinion("已现场查看。"),
        on=petition,
        statuses=(409,),
    )
    clerk = stage.person(CITY_CLERK)
    for part in clerk.get(f"{path}/parts"):
        officer = stage.person(f"{part['holder']}-officer-1")
        answer = _opinion("本辖区已现场查看。")
        officer.post(f"/petitions/{part['id']}/reply", answer, on=part)
    states = {part["holder"]: part["state"] for part in clerk.get(f"{path}/parts")}
    expected = dict.fromkeys(petition["divisions"], "replied")
    stage.claim(f"{petition['number']} 两地各自答复", holds=states == expected, seen=states)


def _opinion(opinion: str) -> Json:
    return {
        "outcome": "supported",
        "opinion": opinion,
        "legal_basis": "《信访工作条例》第三十二条",
    }


def claim_in_time(stage: Stage, petition: Json) -> None:
    """No deadline of the petition was missed, none is open."""
    clocks = petition["clocks"]
    met = every(clocks, lambda each: each["state"] in ("met", "dropped"))
    states = "、".join(f"{each['kind']} {each['state']}" for each in clocks)
    stage.claim(f"{petition['number']} 各期限均按时", holds=met, seen=states)


def reply(stage: Stage, petition: Json, opinion: str) -> Json:
    """The handling officer's written answer."""
    county = petition["divisions"][0]
    path = f"/petitions/{petition['id']}/reply"
    body = _opinion(opinion)
    stage.refused(f"{county}-petition-clerk-1", "非执法人员不能答复", path, body, on=petition)
    stage.refused(
        f"{county}-officer-2", "非承办人不能答复", path, body, on=petition, statuses=(409,)
    )
    return stage.person(f"{county}-officer-1").post(path, body, on=petition)


def call_back(stage: Stage, matters: Matters) -> None:
    """Noise is satisfied; smell dissatisfied, twice; dust is not solved."""
    stage.at("2026-03-12T10:00")
    heard = {
        "noise": ("satisfied", "yes"),
        "smell": ("dissatisfied", "no"),
        "again": ("dissatisfied", "no"),
        "dust": ("basically_satisfied", "no"),
    }
    for name, (result, solved) in heard.items():
        matters[name] = call(stage, matters[name], result, solved)
    states = {name: petition["state"] for name, petition in matters.items()}
    expected = {"noise": "closed", "smell": "reopened", "again": "reopened", "dust": "reopened"}
    stage.claim("噪声办结,酸味和扬尘重新办理", holds=states == expected, seen=states)
    clerk = stage.person(CITY_CLERK)
    wanted = {matters[name]["id"] for name in ("smell", "dust")}
    candidates = stage.until(
        "the candidates",
        lambda: _if(clerk.get("/escalations", state="candidate")["items"], len(wanted)),
    )
    on_train = {each["petition_id"] for each in candidates}
    stage.claim(
        "酸味(连同重复件)和扬尘各成一个待推送事项", holds=on_train == wanted, seen=len(on_train)
    )


def _if(items: list[Json], count: int) -> list[Json] | None:
    """The items once there are so many."""
    return items if len(items) == count else None


def call(stage: Stage, petition: Json, result: str, solved: str) -> Json:
    """A call by a clerk of the city, who handled nothing."""
    path = f"/petitions/{petition['id']}/callbacks"
    body = {"result": result, "solved": solved}
    stage.refused(
        f"{petition['divisions'][0]}-officer-1", "承办人不能回访", path, body, on=petition
    )
    stage.person(CALLER).post(path, body, on=petition)
    called: Json = stage.person(CALLER).get(f"/petitions/{petition['id']}")
    return called
