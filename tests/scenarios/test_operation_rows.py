"""Acceptance rows 2-07, 2-08, 3-12 and 3-15: joint operations, through the gateway.

Everybody acts with a login of their own bureau. What runs here is flow (4) of DOMAIN 1.2: a plan,
an operation, an inspection by a mixed team, a hand-over to the place of the act, its answer.
"""

from datetime import timedelta
from typing import Final
from uuid import uuid4

from ops.demo import inspection
from ops.demo.people import Json
from tests.support.joint import FOCUSES, LINKS, Joint, at, drafted, officer_id, plan
from tests.support.letters import CASE, absent, an_item, at_the_place
from tests.support.offices import Offices, chief, officer

CHENGDU, XINDU, GUANGHAN = "510100", "510114", "510681"
MEISHAN, CIXI = "511400", "330282"
ABOVE_XINDU: Final = (chief(CHENGDU), chief("510600"), chief("510000"))
ZHOUSHAN, DINGHAI, PUTUO, DAISHAN = "330900", "330902", "330903", "330921"
ZHEJIANG: Final = "330000"
CENTRE: Final = f"{ZHOUSHAN}-command-center-1"
DONE: Final = {"reason": "已完成"}
FIRM: Final = "示例化工有限公司"
SHIPYARD: Final = "长宏国际船舶修造企业"


def test_what_is_no_form_link_or_focus_is_refused(office: Offices) -> None:
    """Row 3-15: four forms, four links, four focuses are data; each operation says which."""
    body = plan(office, XINDU, XINDU, GUANGHAN)
    for unknown in ({"form": "other"}, {"links": ["money"]}, {"focuses": ["noise"]}):
        office.barred(chief(XINDU), "invalid_input", "/operations", body | unknown)
    made = [
        drafted(
            office,
            chief(XINDU),
            body | {"form": form, "links": [link], "focuses": [focus]},
            not_by=officer(XINDU),
            strangers=(chief(CIXI),),
        )
        for form, link, focus in zip(
            ("comprehensive", "daily", "emergency", "exchange"), LINKS, FOCUSES, strict=True
        )
    ]
    head = office.person(chief(XINDU))
    for joint, form, link in zip(made[:2], ("comprehensive", "daily"), LINKS, strict=False):
        found = head.get("/operations", form=form, link=link, limit=200)["items"]
        assert joint.id in {each["id"] for each in found}
        assert {each["form"] for each in found} == {form}
        assert all(link in each["links"] for each in found)


def test_two_counties_of_two_cities_act_together_from_the_draft_to_the_archive(
    office: Offices,
) -> None:
    """Row 3-12 and flow (4): what a group owes is carried out, and nobody else learns of it."""
    group, draft = owed(office)
    joint = agreed(office, draft)
    manned(joint)
    inspected(joint)
    first, second = found(joint)
    early, late = handed_over(joint, first, second)
    reported(joint)
    for login in (chief(XINDU), chief(GUANGHAN)):
        [period] = office.person(login).get(f"{group}/compliance")["periods"]
        assert (period["required"], period["done"]) == (2, 1)
    archived(joint, first, second, late)
    kept(joint, early)


def owed(office: Offices) -> tuple[str, str]:
    """A group of the two, which each confirmed, and one of the drafts it got: their paths."""
    centre, year = f"{CHENGDU}-command-center-1", office.today.year
    body = {
        "drafter": CHENGDU,
        "code": uuid4().hex[:12],
        "name": "新都广汉联动组",
        "members": [{"division": XINDU}, {"division": GUANGHAN}],
        "valid_from": f"{year}-01-01",
        "valid_to": f"{year}-12-31",
    }
    office.refused(chief(CIXI), "/groups", body)
    group = f"/groups/{office.person(centre).post('/groups', body)['id']}"
    office.refused(chief(GUANGHAN), f"{group}/submit", {}, on={"version": 0})
    office.act(group, "submit", by=centre)
    for each in (XINDU, GUANGHAN):
        yes = {"division": each, "agrees": True}
        office.act(group, "confirm", yes, by=chief(each), not_by=chief(CIXI))
    office.act(group, "activate", by=centre, not_by=chief(GUANGHAN))

    def a_draft() -> str | None:
        slots = office.person(chief(XINDU)).get(f"{group}/compliance")["slots"]
        return next((each["operation_id"] for each in slots if each["operation_id"]), None)

    return group, f"/operations/{office.wait('a draft', a_draft)}"


def agreed(office: Offices, path: str) -> Joint:
    """The draft as the lead wants it, a silent party, its word, the issue."""
    strangers = (chief(CIXI), chief(MEISHAN))
    joint = Joint(office, path, chief(XINDU), (XINDU, GUANGHAN), strangers)
    wanted = plan(office, XINDU, XINDU, GUANGHAN)
    for name in ("form", "lead", "parties"):
        del wanted[name]
    amended = joint.act("amend", wanted, not_by=chief(GUANGHAN))
    assert (amended["state"], amended["form"]) == ("draft", "daily")
    joint.unseen(chief(GUANGHAN))
    joint.act("countersign", not_by=chief(GUANGHAN))
    office.later(days=2)
    joint.barred("consent_missing", "issue", {})
    yes = {"division": GUANGHAN, "agrees": True}
    joint.act("answer", yes, by=chief(GUANGHAN), not_by=officer(GUANGHAN))
    issued = joint.act("issue", not_by=chief(GUANGHAN))
    assert (issued["state"], issued["issued_by"]) == ("issued", "consent")
    assert (issued["links"], issued["focuses"]) == (sorted(LINKS), sorted(FOCUSES))
    joint.act("prepare", DONE, not_by=chief(GUANGHAN))
    return joint


def manned(joint: Joint) -> None:
    """The rules of a team, each broken once; then one that goes."""
    office, seen = joint.office, joint.seen()
    question = {
        "divisions": [XINDU, GUANGHAN],
        "starts_at": at(seen["planned_from"], 0).isoformat(),
        "ends_at": at(seen["planned_to"], 18).isoformat(),
    }
    office.refused(chief(CIXI), "/officers/eligible", question)
    free = office.person(chief(XINDU)).post("/officers/eligible", question)["eligible"]
    ours, theirs = officer(XINDU), officer(GUANGHAN)
    assert {officer_id(office, each) for each in (ours, theirs)} <= {
        each["officer_id"] for each in free
    }

    joint.barred("no_team", "start", {})
    formed = joint.act("teams", {"name": "一组", "place": XINDU}, not_by=chief(GUANGHAN))
    [team] = (each["id"] for each in formed["teams"])
    joint.send(team, XINDU, ours, f"{XINDU}-officer-2", not_by=chief(GUANGHAN))
    joint.barred("not_mixed", "start", {})
    joint.send(team, XINDU, ours)
    joint.barred("too_few_certificated", "start", {})
    joint.send(team, GUANGHAN, theirs, by=chief(GUANGHAN), not_by=chief(XINDU))

    asked = office.person(chief(XINDU)).post("/officers/eligible", question)["excluded"]
    held = {each["officer_id"]: each["reasons"] for each in asked}
    assert held[officer_id(office, theirs)] == ["booked"]
    joint.act("start", not_by=chief(GUANGHAN))


def inspected(joint: Joint) -> None:
    """The task of the operation, by whom the operation holds; its result counts once."""
    office, seen = joint.office, joint.seen()
    task = joint.task()
    assert (task["origin_kind"], task["parties"]) == ("operation", [XINDU, GUANGHAN])
    starts_at, ends_at = at(seen["planned_from"], 8), at(seen["planned_from"], 18)
    window = {"starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat()}
    able = office.person(chief(XINDU)).get(f"/tasks/{task['id']}/candidates", **window)
    team = (officer(XINDU), officer(GUANGHAN))
    barred_by = {each["officer_id"]: each["barred_by"] for each in able}
    assert [barred_by[officer_id(office, each)] for each in team] == [[], []]

    stage, claimed = office.stage, len(office.stage.claims)
    task = inspection.dispatch(stage, task, chief(XINDU), team=team, **window)
    office.move(starts_at + timedelta(hours=1))
    visit = inspection.begin(stage, task, team, ["cross"])
    problem = inspection.find(stage, team[0], visit, severity="general", what="堆场未覆盖")
    inspection.finish(stage, visit, team[0])
    inspection.close(
        stage,
        problem,
        at=(starts_at + timedelta(days=1)).replace(tzinfo=None).isoformat(),
        chief=chief(XINDU),
        rectifier=f"{XINDU}-officer-2",
        verifiers=team,
    )
    inspection.complete(stage, task, team[0], "堆场已全部覆盖。")
    assert [each for each in stage.claims[claimed:] if not each.holds] == []

    office.wait("the result at the operation", lambda: joint.seen()["results"])
    [result] = joint.seen()["results"]
    assert result["task_id"] == task["id"]
    assert result["shares"] == {XINDU: "1/2", GUANGHAN: "1/2"}
    assert joint.seen(chief(GUANGHAN))["totals"] == {
        "tasks": 1,
        "inspections": 1,
        "problems_found": 1,
        "problems_closed": 1,
    }


def found(joint: Joint) -> tuple[Json, Json]:
    """Xindu's officer finds two things in Guanghan; Guanghan's one, together with Xindu."""
    wrong = chief(GUANGHAN)
    evidence = [an_item(joint.office, "现场检测报告")]
    first, second = (
        joint.finding(
            officer(XINDU), GUANGHAN, not_by=wrong, enterprise_name=name, evidence=evidence
        )
        for name in (FIRM, "示例建材厂")
    )
    joint.finding(
        officer(GUANGHAN),
        GUANGHAN,
        not_by=chief(XINDU),
        enterprise_name=FIRM,
        case_number="广环立〔2026〕3号",
        together_with=[XINDU],
    )
    return first, second


def handed_over(joint: Joint, first: Json, second: Json) -> tuple[str, str]:
    """Both go to the organ of the place; one is answered at once. Each side closes its part."""
    office = joint.office
    joint.act("hand-over", DONE, not_by=chief(GUANGHAN))
    own = {"division": XINDU, "summary": "办结"}
    joint.barred("findings_not_handed_over", "finish", own)
    view = {"legal_view": "涉嫌违反大气污染防治法第七十二条", "contact": "值班室"}
    letters = []
    for each in (first, second):
        where = f"{joint.path}/findings/{each['id']}"
        done = office.act(where, "hand-over", view, by=chief(XINDU), not_by=chief(GUANGHAN))
        letters.append(f"/handovers/{done['handover_id']}")
        absent(office, letters[-1], *joint.strangers)
    early, late = letters
    answered(office, early)
    joint.finish(XINDU, not_by=chief(GUANGHAN), officer_visits=2)
    joint.finish(GUANGHAN, not_by=chief(XINDU), officer_visits=1, cases_filed=2)
    return early, late


def answered(office: Offices, letter: str) -> None:
    """Signed for, each item received, taken up and answered with the receiver's case number."""
    at_the_place(office, letter, GUANGHAN, XINDU)
    office.act(letter, "accept", by=chief(XINDU), not_by=chief(GUANGHAN))
    for login in (chief(XINDU), chief(GUANGHAN)):
        seen = office.person(login).get(letter)
        assert seen["receiver_case_id"] == CASE
        assert {each["receipt"] for each in seen["evidence"]} == {"confirmed"}


def reported(joint: Joint) -> None:
    """Three scopes that are never added; in total each result once, by party its shares."""
    joint.act("summarise", {"summary": "联合通报"}, not_by=chief(GUANGHAN))
    for login in (chief(XINDU), chief(GUANGHAN)):
        report = joint.seen(login)["report"]
        assert report["tasks"]["total"]["problems_found"] == 1
        assert {
            party: each["problems_found"] for party, each in report["tasks"]["by_party"].items()
        } == {XINDU: "1/2", GUANGHAN: "1/2"}
        assert report["findings"]["total"] == {
            "enterprises": 2,
            "findings": 3,
            "handovers": 2,
            "answered": 1,
            "cases": 2,
        }
        assert {
            party: each["findings"] for party, each in report["findings"]["by_party"].items()
        } == {XINDU: "5/2", GUANGHAN: "1/2"}
        assert report["officers"] == {"total": 2, "by_party": {XINDU: 1, GUANGHAN: 1}}
        assert {party: each["officer_visits"] for party, each in report["own"].items()} == {
            XINDU: 2,
            GUANGHAN: 1,
        }


def archived(joint: Joint, first: Json, second: Json, late: str) -> None:
    """Looked back at by another than who recorded; closed when the last hand-over is answered."""
    joint.barred("not_checked_again", "look-back", DONE)
    where = f"{joint.path}/findings/{first['id']}"
    own = {"division": XINDU, "rectified": "solved", "note": "自查"}
    seen = joint.office.person(officer(XINDU)).get(where)
    joint.office.barred(officer(XINDU), "own_work", f"{where}/look-back", own, on=seen)
    others = joint.office.person(chief(XINDU)).get(f"{joint.path}/findings")["items"]
    assert {first["id"], second["id"]} < {each["id"] for each in others}
    for each in others:
        joint.look_back(each, by=chief(XINDU), not_by=chief(GUANGHAN))
    joint.act("look-back", DONE, not_by=chief(GUANGHAN))
    joint.barred("handovers_open", "close", DONE)
    answered(joint.office, late)
    closed = joint.act("close", DONE, not_by=chief(GUANGHAN))
    assert (closed["state"], closed["actions"]) == ("closed", [])


def kept(joint: Joint, letter: str) -> None:
    """The lead keeps all; the party its part, its past, the report and its letters."""
    office = joint.office
    whole, theirs = joint.seen(), joint.seen(chief(GUANGHAN))
    assert {each["division"] for each in whole["parties"]} == {XINDU, GUANGHAN}
    assert [each["division"] for each in theirs["parties"]] == [GUANGHAN]
    assert theirs["report"] == whole["report"]
    taken = [each["action"] for each in theirs["steps"]]
    assert (taken[-1], "close" in taken) == ("finish", False)
    assert whole["steps"][-1]["action"] == "close"
    for login in ABOVE_XINDU:
        assert joint.seen(login)["state"] == "closed"
    assert office.person(chief(GUANGHAN)).get(letter)["receiver_case_id"] == CASE
    joint.unseen(*joint.strangers)
    absent(office, letter, *joint.strangers)


def test_a_shipyard_is_the_joint_case_of_a_city_and_two_counties(office: Offices) -> None:
    """Row 2-07: the city leads, one county declines and the city decides, the place files."""
    matter = {
        "title": "修造船喷涂作业废气",
        "division": DAISHAN,
        "media": ["air"],
        "place": "长涂岛",
        "facts": "露天喷涂,无收集设施",
        "object_name": SHIPYARD,
    }
    body = plan(
        office, ZHOUSHAN, DINGHAI, DAISHAN, form="comprehensive", focuses=["air"], matter=matter
    )
    joint = drafted(
        office, CENTRE, body, not_by=chief(DAISHAN), strangers=(chief(PUTUO), chief(CIXI))
    )
    joint.act("countersign", not_by=chief(DINGHAI))
    yes = {"division": DINGHAI, "agrees": True}
    no = {"division": DAISHAN, "agrees": False, "reason": "已自行立案"}
    joint.act("answer", yes, by=chief(DINGHAI), not_by=chief(DAISHAN))
    joint.act("answer", no, by=chief(DAISHAN), not_by=chief(DINGHAI))
    joint.barred("reason_missing", "issue", {}, by=chief(ZHOUSHAN))
    decision = {"reason": "全市重点企业,须联合查处"}
    issued = joint.act("issue", decision, by=chief(ZHOUSHAN), not_by=chief(DAISHAN))
    assert issued["issued_by"] == "common_superior"
    goes = {"division": DAISHAN, "reason": "不愿参加"}
    joint.barred("bound_by_decision", "leave", goes, by=chief(DAISHAN))

    joint.act("prepare", DONE, not_by=chief(DAISHAN))
    formed = joint.act("teams", {"name": "船厂组", "place": DAISHAN}, not_by=chief(DAISHAN))
    [team] = (each["id"] for each in formed["teams"])
    for division in (DINGHAI, DAISHAN):
        joint.send(team, division, officer(division), by=chief(division), not_by=CENTRE)
    joint.act("start", not_by=chief(DAISHAN))
    assert joint.task()["parties"] == [ZHOUSHAN, DINGHAI, DAISHAN]

    case = "岱环立〔2026〕1号"
    here = joint.finding(
        officer(DAISHAN),
        DAISHAN,
        not_by=chief(DINGHAI),
        enterprise_name=SHIPYARD,
        case_number=case,
        together_with=[DINGHAI],
    )
    joint.act("hand-over", DONE, not_by=chief(DAISHAN))
    joint.finish(DAISHAN, not_by=chief(DINGHAI), cases_filed=1)
    joint.finish(DINGHAI, not_by=chief(DAISHAN))
    told = joint.act("summarise", {"summary": "联合查处"}, not_by=chief(DAISHAN))
    findings = told["report"]["findings"]
    assert (findings["total"]["cases"], findings["total"]["handovers"]) == (1, 0)
    assert {party: each["cases"] for party, each in findings["by_party"].items()} == {
        DAISHAN: "1/2",
        DINGHAI: "1/2",
    }
    joint.look_back(here, by=chief(ZHOUSHAN), not_by=chief(DINGHAI))
    joint.act("look-back", DONE, not_by=chief(DAISHAN))
    assert joint.act("close", DONE, not_by=chief(DAISHAN))["state"] == "closed"


def test_flying_supervision_is_known_to_the_named_alone_until_it_starts(office: Offices) -> None:
    """Row 2-08: the city checks unannounced across two counties; what is found is filed there."""
    flier = f"{DINGHAI}-officer-2"
    hidden = (
        chief(DINGHAI),
        officer(DINGHAI),
        chief(PUTUO),
        officer(PUTUO),
        officer(ZHOUSHAN),
        chief(ZHEJIANG),
        f"{ZHEJIANG}-command-center-1",
    )
    today = office.today.isoformat()
    body = plan(
        office,
        ZHOUSHAN,
        PUTUO,
        DINGHAI,
        kind="surprise",
        named=[office.person(flier).account_id],
        planned_from=today,
    )
    counted = {login: counts(office, login) for login in hidden}
    joint = drafted(office, CENTRE, body, not_by=chief(PUTUO), strangers=(*hidden, chief(DAISHAN)))

    def secret() -> None:
        assert {login: counts(office, login) for login in hidden} == counted
        for login in (CENTRE, chief(ZHOUSHAN), flier):
            assert joint.id in joint.listed(login), login

    secret()
    issued = joint.act("issue", by=chief(ZHOUSHAN), not_by=chief(PUTUO))
    assert issued["issued_by"] == "command"
    joint.act("prepare", DONE, not_by=chief(DINGHAI))
    formed = joint.act("teams", {"name": "飞行组", "place": PUTUO}, not_by=chief(PUTUO))
    [team] = (each["id"] for each in formed["teams"])
    joint.send(team, ZHOUSHAN, officer(ZHOUSHAN), not_by=chief(DINGHAI))
    joint.send(team, DINGHAI, flier, not_by=flier)
    secret()

    office.refused(flier, f"{joint.path}/start", {}, on=joint.seen())
    joint.strangers = (chief(DAISHAN), chief(CIXI))
    joint.act("start", not_by=chief(PUTUO))
    for login in hidden:
        assert joint.seen(login)["state"] == "running"
        assert joint.id in joint.listed(login), login
    for login, division in ((chief(DINGHAI), DINGHAI), (chief(PUTUO), PUTUO)):
        before, after = counted[login].get(division, 0), counts(office, login)[division]
        assert after == before + 1

    filed = joint.finding(
        officer(PUTUO), PUTUO, not_by=flier, case_number="普环立〔2026〕5号", site="重点企业"
    )
    assert filed["case_number"] == "普环立〔2026〕5号"
    view = {"legal_view": "无", "contact": "值班室"}
    where = f"{joint.path}/findings/{filed['id']}/hand-over"
    office.barred(chief(PUTUO), "nothing_to_hand_over", where, view, on=filed)


def counts(office: Offices, login: str) -> dict[str, int]:
    """The open operations of each division of the city, as somebody has them counted."""
    shown = office.person(login).get("/cooperation-figures/map", division=ZHOUSHAN)
    return {code: each["operations"] for code, each in shown["divisions"].items()}
