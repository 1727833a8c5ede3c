"""Chapter four in the field: a team of two counties, a night visit, two problems closed."""

from datetime import datetime, timedelta
from typing import Final

from ops.demo.intake import CIXI, WORKS, YINZHOU, YUYAO
from ops.demo.people import WRONG_PERSON, Json, Stage, every
from ops.demo.picture import photograph

CHIEF: Final = f"{CIXI}-department-head-1"
LEADER: Final = f"{CIXI}-officer-2"
PARTNER: Final = f"{YUYAO}-officer-1"
RECTIFIER: Final = f"{CIXI}-officer-3"
RECUSED: Final = f"{CIXI}-officer-1"
# Neither county's, of no team.
STRANGER: Final = f"{YINZHOU}-officer-1"
STRANGE_CHIEF: Final = f"{YINZHOU}-department-head-1"
# What is said into a recorder.
SAID: Final = ("time", "place", "officers", "conduct", "focus", "told")
# An immediate problem is put right within a day of being found.
AT_ONCE: Final = timedelta(hours=24)
# What the accepter answers for, one by one.
STANDARDS: Final = [
    {"standard": standard, "verdict": "met", "ground": ground}
    for standard, ground in (
        ("measures_done", "现场核查整改措施已落实"),
        ("violations_punished", "已责令改正"),
        ("result_meets_norms", "监测结果达标"),
        ("others_done", "其他问题一并整改"),
        ("source_treated", "治理设施已修复并落实巡检"),
        ("public_satisfied", "回访群众满意"),
    )
]


def inspect_at_night(stage: Stage, raised: Json) -> None:
    """From the raised supervision to the result that flows back."""
    task = task_for(stage, CHIEF, raised["id"])
    stage.claim(
        "任务不含信访编号",
        holds=not any(each in str(task) for each in ("信访", "330200-2026")),
        seen=task["title"],
    )
    _recuse(stage)
    task = dispatch(
        stage,
        task,
        CHIEF,
        team=(LEADER, PARTNER),
        starts_at="2026-03-18T20:00:00+08:00",
        ends_at="2026-03-19T06:00:00+08:00",
        recused=RECUSED,
    )
    stage.at("2026-03-18T22:30")
    inspection = begin(stage, task, (LEADER, PARTNER), ["cross", "night", "unannounced"])
    stage.claim("检查在夜间进行", holds=inspection["at_night"], seen=inspection["started_at"])
    stage.claim(
        "两名人员均已出示证件",
        holds=len(inspection["officers"]) == len((LEADER, PARTNER))
        and every(inspection["officers"], lambda each: each["certificate_shown"]),
        seen=len(inspection["officers"]),
    )
    quick = find(stage, LEADER, inspection, severity="immediate", what="酸雾喷淋塔未开启")
    slow = find(stage, LEADER, inspection, severity="general", what="废气收集管道破损")
    stage.claim(
        "立行立改的问题限 24 小时,一般问题限期更长",
        holds=_time_given(quick) <= AT_ONCE < _time_given(slow),
        seen=f"{_time_given(quick)}、{_time_given(slow)}",
    )
    finish(stage, inspection, LEADER)
    close(
        stage,
        quick,
        at="2026-03-19T10:00",
        chief=CHIEF,
        rectifier=RECTIFIER,
        verifiers=(LEADER, PARTNER),
    )
    close(
        stage,
        slow,
        at="2026-03-24T15:00",
        chief=CHIEF,
        rectifier=RECTIFIER,
        verifiers=(LEADER, PARTNER),
    )
    stage.at("2026-03-25T09:00")
    complete(stage, task, LEADER, "喷淋塔恢复运行,破损管道已更换。")
    clerk = stage.person("330200-petition-clerk-1")
    path = f"/escalations/{raised['id']}"
    result = stage.until("the result of the inspection", lambda: clerk.get(path)["result"])
    stage.claim(
        "检查结果经事件回到直通车",
        holds=(result["problems_found"], result["problems_closed"]) == (2, 2),
        seen=f"发现 {result['problems_found']},销号 {result['problems_closed']}",
    )


def _time_given(problem: Json) -> timedelta:
    found, due = (datetime.fromisoformat(problem[name]) for name in ("found_at", "due_at"))
    return due - found


def task_for(stage: Stage, login: str, origin_id: str) -> Json:
    """The task that an event made for what asked for it."""
    person = stage.person(login)

    def look() -> Json | None:
        listed = person.get("/tasks")["items"]
        return next((each for each in listed if each["origin_id"] == origin_id), None)

    found = stage.until("the task", look)
    whole: Json = person.get(f"/tasks/{found['id']}")
    return whole


def _recuse(stage: Stage) -> None:
    """An officer declares an interest in the works and is not eligible from then on."""
    officer = officer_of(stage, RECUSED)
    path = f"/officers/{officer['id']}/interests"
    body = {"object_name": WORKS, "relation": "近亲属在该企业任职"}
    stage.refused(LEADER, "不能代他人申报利害关系", path, body, on=officer)
    stage.person(RECUSED).post(path, body, on=officer)


def officer_of(stage: Stage, login: str) -> Json:
    """The officer behind a login."""
    person = stage.person(login)
    listed = person.get("/officers", division=login[:6])["items"]
    row = next(each for each in listed if each["account_id"] == person.account_id)
    whole: Json = person.get(f"/officers/{row['id']}")
    return whole


def dispatch(
    stage: Stage,
    task: Json,
    chief: str,
    *,
    team: tuple[str, str],
    starts_at: str,
    ends_at: str,
    recused: str | None = None,
) -> Json:
    """The chief names who goes; what the rules forbid is refused first."""
    path = f"/tasks/{task['id']}"
    window = {"starts_at": starts_at, "ends_at": ends_at}
    ids = [officer_of(stage, login)["id"] for login in team]
    named = {"officer_ids": ids, "leader_id": ids[0], **window}
    stage.refused(team[1], "外县执法人员不能派单", f"{path}/dispatch", named, on=task)
    alone = {**named, "officer_ids": ids[:1]}
    stage.refused(
        chief, "一名执法人员不能成队", f"{path}/dispatch", alone, on=task, statuses=(409, 422)
    )
    if recused is not None:
        barred = officer_of(stage, recused)["id"]
        stage.refused(
            chief,
            "应回避人员不能派出",
            f"{path}/dispatch",
            {**named, "officer_ids": [barred, ids[1]], "leader_id": ids[1]},
            on=task,
            statuses=(409,),
        )
    sent = stage.person(chief).post(f"{path}/dispatch", named, on=task)
    members = sent["team"]["members"]
    divisions = {each["division"] for each in members}
    stage.claim(
        "两县持证人员混编成队",
        holds=divisions == {login[:6] for login in team}
        and every(members, lambda each: each["certificate_number"]),
        seen=[each["certificate_number"] for each in members],
    )
    stage.refused(STRANGER, "队外人员不能接单", f"{path}/accept", on=sent)
    return stage.person(team[0]).post(f"{path}/accept", on=sent)


def begin(stage: Stage, task: Json, team: tuple[str, str], methods: list[str]) -> Json:
    """Arrive and show certificates; somebody else's officer cannot."""
    officers = [
        {"officer_id": officer_of(stage, login)["id"], "certificate_shown": True} for login in team
    ]
    body = {
        "task_id": task["id"],
        "mode": "on_site",
        "methods": methods,
        "officers": officers,
        "started_at": stage.now,
        "recorder": {"on": True, "said": SAID},
    }
    stage.refused(STRANGER, "鄞州人员不能进入本次检查", "/inspections", body)
    return stage.person(team[0]).post("/inspections", body)


def find(stage: Stage, login: str, inspection: Json, *, severity: str, what: str) -> Json:
    """A problem found on the spot; its time to rectify begins."""
    body = {
        "inspection_id": inspection["id"],
        "category": "gas",
        "severity": severity,
        "description": what,
        "traceable_source": f"现场检查 {stage.now}",
        "found_at": stage.now,
    }
    stage.refused(STRANGER, "队外人员不能登记问题", "/problems", body)
    problem = stage.person(login).post("/problems", body)
    stage.claim(f"发现问题:{what}", holds=problem["state"] == "found", seen=problem["due_at"])
    return problem


def finish(stage: Stage, inspection: Json, login: str) -> None:
    """Record, integrity sheet, end; not before both are there."""
    officer = stage.person(login)
    path = f"/inspections/{inspection['id']}"
    stage.refused(login, "没有笔录不能结束检查", f"{path}/finish", on=inspection, statuses=(409,))
    record = {"text": "现场检查情况如实记录。", "signature": "signed"}
    now = inspection
    steps: list[tuple[str, Json | None]] = [("record", record)]
    if "unannounced" in inspection["methods"]:
        steps.append(("declare-unannounced", {"breaches": []}))
    if inspection["mode"] == "on_site":
        steps += [("show-code", None), ("integrity-sheet", None)]
    for step, body in (*steps, ("finish", None)):
        stage.refused(STRANGER, "队外人员不能制作、结束检查", f"{path}/{step}", body, on=now)
        now = officer.post(f"{path}/{step}", body, on=now)
    finished = now
    stage.claim("检查结束", holds=finished["state"] == "finished", seen=finished["state"])


def close(
    stage: Stage,
    problem: Json,
    *,
    at: str,
    chief: str,
    rectifier: str,
    verifiers: tuple[str, str],
) -> None:
    """The four steps of closing; who rectifies does not verify."""
    path = f"/problems/{problem['id']}"
    head = stage.person(chief)
    submitted = _rectify(stage, problem, at=at, chief=chief, rectifier=rectifier)
    ids = [officer_of(stage, login)["id"] for login in verifiers]
    check = {"officer_ids": ids, "result": "现场核查整改到位"}
    own = {"officer_ids": [officer_of(stage, rectifier)["id"], ids[1]], "result": "自查"}
    stage.refused(
        rectifier, "整改人不能核查", f"{path}/verify", own, on=submitted, statuses=(403, 404, 409)
    )
    verified = stage.person(verifiers[0]).post(f"{path}/verify", check, on=submitted)
    opinion = {"opinion": "同意销号", "standards": STANDARDS}
    stage.refused(verifiers[0], "核查人不能批准销号", f"{path}/approve", opinion, on=verified)
    approved = head.post(f"{path}/approve", opinion, on=verified)
    stage.refused(STRANGE_CHIEF, "外县领导不能销号", f"{path}/close", on=approved)
    closed = head.post(f"{path}/close", on=approved)
    in_time = every(closed["deadlines"], lambda each: each["state"] == "met")
    stage.claim(
        "整改有证明、他人核查、按期销号",
        holds=closed["state"] == "closed" and in_time,
        seen=closed["closed_at"],
    )


def _rectify(stage: Stage, problem: Json, *, at: str, chief: str, rectifier: str) -> Json:
    """Assigned, put right, and submitted with proof."""
    path = f"/problems/{problem['id']}"
    doer = stage.person(rectifier)
    body = {
        "unit": WORKS if problem["category"] == "gas" else "示例单位",
        "person": "环保负责人",
        "account_id": doer.account_id,
    }
    stage.refused(STRANGE_CHIEF, "外县领导不能交办整改", f"{path}/assign", body, on=problem)
    assigned = stage.person(chief).post(f"{path}/assign", body, on=problem)
    measures = {"measures": "立即整改并留存照片"}
    stage.refused(STRANGER, "外县人员不能落实整改", f"{path}/rectify", measures, on=assigned)
    measured = doer.post(f"{path}/rectify", measures, on=assigned)
    stage.at(at)
    stage.refused(
        rectifier,
        "没有证明不能申请销号",
        f"{path}/submit",
        {"proof": []},
        on=measured,
        statuses=(409, 422),
    )
    proof = {"proof": [_photographed(stage, problem, rectifier)["id"]]}
    stage.refused(STRANGER, "外县人员不能申请销号", f"{path}/submit", proof, on=measured)
    return doer.post(f"{path}/submit", proof, on=measured)


def _photographed(stage: Stage, problem: Json, login: str) -> Json:
    """A photograph as evidence of the task; somebody of another county cannot add one."""
    content = photograph(f"{problem['id']} {stage.now}")
    described = {
        "task_id": problem["task_id"],
        "kind": "audio_visual",
        "taken_at": stage.now,
        "place": "示例工业区",
        "purpose": "整改完成情况",
    }
    stranger = stage.person(STRANGER)
    answer = stranger.attempt_upload("/evidence", content, "image/png", **described)
    stage.claim(
        "外县人员不能添加证据", holds=answer.status_code in WRONG_PERSON, seen=answer.status_code
    )
    return stage.person(login).upload("/evidence", content, "image/png", **described)


def complete(stage: Stage, task: Json, login: str, summary: str) -> None:
    """The task is done when everything it found is closed."""
    person = stage.person(login)
    path = f"/tasks/{task['id']}"
    body, now = {"summary": summary}, person.get(path)
    stage.refused(STRANGER, "队外人员不能完成任务", f"{path}/complete", body, on=now)
    done = person.post(f"{path}/complete", body, on=now)
    stage.claim("任务完成", holds=done["state"] == "completed", seen=done["state"])
