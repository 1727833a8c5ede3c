"""Acceptance rows 0-02 to 0-04, 0-07, 0-14, 3-02 and 3-03: campaigns, their teams, lists, groups.

The firms are made up. How many problems and cases came of them is counted where these are.
"""

from datetime import timedelta
from itertools import cycle
from typing import Any, Final
from uuid import uuid4

from ops.demo.people import Json
from tests.factories.firms import credit_code
from tests.support.offices import CIXI, YUYAO, Offices, chief, csv_of, leader, officer

JIAXING, PINGHU, XIUZHOU = "330400", "330482", "330411"
CITY: Final = chief(JIAXING)
CENTRE: Final = f"{JIAXING}-command-center-1"
STRANGER: Final = chief("510100")
# Petrochemicals, oil storage, transport and sale, industrial coating, packaging printing.
TRADES: Final = ("C25", "G5941", "F5162", "F5265", "C3360", "C2319")
INDUSTRIES: Final = ("C2511", "G5941", "F5162", "F5265", "C3360", "C2319")
PUSHED: Final = 76


def campaign(office: Offices, division: str, *parties: str, **changes: Any) -> Json:
    """Drafted by the command centre, issued and begun by the head."""
    body = {
        "division": division,
        "name": "夏季臭氧污染防治监督帮扶",
        "kind": "supervision",
        "document_title": "夏季臭氧污染防治监督帮扶方案",
        "document_number": f"示例环发〔2026〕{uuid4().hex[:6]}号",
        "starts_on": office.today.isoformat(),
        "ends_on": (office.today + timedelta(days=120)).isoformat(),
        "media": ["air"],
        "industries": [*TRADES],
        "parties": [*parties],
    } | changes
    office.refused(STRANGER if division == JIAXING else CITY, "/campaigns", body)
    made = office.person(f"{division}-command-center-1").post("/campaigns", body)
    path = f"/campaigns/{made['id']}"
    office.act(path, "issue", by=chief(division), not_by=f"{division}-command-center-1")
    return office.act(path, "start", by=f"{division}-command-center-1")


def registered(office: Offices, number: int) -> list[str]:
    """Firms of 平湖 in the trades, loaded from a file; their keys."""
    run, trades = uuid4().int % 1_000_000, cycle(INDUSTRIES)
    rows = [
        {
            "name": f"示例行业企业{run}-{each:03d}有限公司",
            "kind": "enterprise",
            "credit_code": credit_code(PINGHU, each, run=run),
            "division": PINGHU,
            "address": f"示例工业园{run}-{each:03d}号",
            "industry": next(trades),
        }
        for each in range(number)
    ]
    city = office.person(CITY)
    asked = {"format": "csv", "division": PINGHU}
    sent = city.upload("/tasks-imports", csv_of(rows), "text/csv", **asked)

    def loaded() -> Json | None:
        found: Json = city.get(f"/tasks-imports/{sent['id']}")
        return found if found["finished_at"] else None

    assert office.wait("the firms", loaded)["results"]["registered"] == number
    page: Json = city.get(f"/tasks-imports/{sent['id']}/rows", limit=200)
    return [each["enterprise_id"] for each in page["items"]]


def people(**functions: int) -> list[Json]:
    """So many of each; the first officer leads."""
    named: list[Json] = [
        {"name": f"{function}{each}", "division": JIAXING, "function": function}
        for function, number in functions.items()
        for each in range(number)
    ]
    named[0]["is_leader"] = True
    return named


def test_rows_0_02_to_0_04_and_0_07_teams_go_to_the_pushed_firms_and_the_trades_are_covered(
    office: Offices,
) -> None:
    pushed = registered(office, PUSHED)
    made = campaign(office, JIAXING, PINGHU, XIUZHOU)
    path, city = f"/campaigns/{made['id']}", office.person(CITY)
    a_round = {
        "campaign_id": made["id"],
        "sequence": 1,
        "starts_on": made["starts_on"],
        "ends_on": (office.today + timedelta(days=20)).isoformat(),
        "teams_planned": 3,
    }
    office.refused(officer(PINGHU), "/campaign-rounds", a_round)
    first = city.post("/campaign-rounds", a_round)

    # 0-02, 0-03: seven officers with their tools, and what they look for.
    professional = {
        "campaign_id": made["id"],
        "round_id": first["id"],
        "kind": "professional",
        "name": "专业执法队",
        "home_divisions": [JIAXING],
        "tools": ["infrared_camera", "pid", "drone"],
        "focus": [
            "falsified_data",
            "facilities_not_run",
            "exceedance",
            "secret_discharge",
            "health_check",
        ],
        "members": people(officer=7),
    }
    office.refused(STRANGER, "/campaign-teams", professional)
    team = city.post("/campaign-teams", professional)
    assert (team["by_function"]["officer"], len(team["focus"])) == (7, 5)
    # 0-04: eleven from enforcement, monitoring and experts, under either name.
    clinic = professional | {
        "kind": "diagnosis",
        "name": "蓝天诊疗队",
        "alias": "蓝天保卫队",
        "members": people(officer=5, monitoring_staff=4),
    }
    office.barred(CITY, "team_composition", "/campaign-teams", clinic)
    clinic["members"] = people(officer=5, monitoring_staff=4, expert=2)
    eleven = city.post("/campaign-teams", clinic)
    assert sum(eleven["by_function"].values()) == 11
    # 0-07: a cross team does not work in its own county.
    cross = professional | {
        "kind": "cross_county",
        "name": "秀洲交叉执法队",
        "home_divisions": [XIUZHOU],
        "works_in": [XIUZHOU],
        "members": [{**people(officer=1)[0], "division": XIUZHOU}],
    }
    office.barred(CITY, "own_county", "/campaign-teams", cross)
    crossing = city.post("/campaign-teams", cross | {"works_in": [PINGHU]})

    put = {
        "basis": "ministry",
        "document": "第1轮交办清单",
        "round_id": first["id"],
        "team_id": team["id"],
        "enterprise_ids": pushed,
    }
    assert office.act(path, "add-targets", put, by=CITY, not_by=STRANGER)["added"] == PUSHED
    others = len(registered(office, 12))
    covering = {"team_id": crossing["id"], "round_id": first["id"]}
    filled = office.act(path, "fill-targets", covering, by=CENTRE, not_by=STRANGER)
    assert filled["added"] >= others
    whole = city.get(f"{path}/coverage")
    assert whole["on_register"] == whole["on_list"] >= PUSHED + others
    numbers = {each["basis"]: each["number"] for each in whole["assigned"]}
    assert numbers == {"ministry": PUSHED, "trade": filled["added"]}

    order = {
        "division": JIAXING,
        "key": uuid4().hex,
        "document": made["document_number"],
        "title": "部推送企业“体检式”检查",
        "facts": "检查在线数据、治污设施运行、排放达标情况",
        "media": ["air"],
        "legal_kind": "individual",
        "mode": "on_site",
        "due_on": (office.today + timedelta(days=15)).isoformat(),
        "campaign_id": made["id"],
        "round_id": first["id"],
        "items": [
            {"key": str(number), "enterprise_id": each, "team_id": team["id"]}
            for number, each in enumerate(pushed)
        ],
    }
    office.refused(officer(JIAXING), "/task-orders", order)
    office.refused(STRANGER, "/task-orders", order)
    sent = city.post("/task-orders", order)

    def done() -> Json | None:
        found: Json = city.get(f"/task-orders/{sent['id']}")
        return found if found["state"] == "finished" else None

    assert office.wait("the tasks", done)["results"]["made"] == PUSHED
    [item] = city.get(f"/task-orders/{sent['id']}/items", limit=1)["items"]
    task = office.person(officer(PINGHU)).get(f"/tasks/{item['task_id']}")
    # Who goes is not told where the work comes from.
    assert (task["origin_kind"], task["state"]) == (None, "requested")
    assert city.get(f"/tasks/{task['id']}")["origin_kind"] == "order"
    assert task["parties"] == [PINGHU, JIAXING]
    assert city.post("/task-orders", order)["id"] == sent["id"]


def test_row_0_14_a_group_has_leaders_goals_duties_and_answers_hard_questions(
    office: Offices,
) -> None:
    made = campaign(office, "330200", CIXI, YUYAO)
    group = {
        "campaign_id": made["id"],
        "name": "监督帮扶工作专班",
        "leaders": [
            {"name": "市领导甲", "post": "副市长", "division": "330200"},
            {"name": "县领导乙", "post": "副市长", "division": CIXI},
        ],
        "core_staff": [
            {"name": "骨干丙", "division": CIXI, "drill_winner": True},
            {"name": "骨干丁", "division": YUYAO},
        ],
        "goals": ["检查环节全覆盖", "报告格式规范率100%", "问题整改率100%"],
        "watched": {"check_steps": 100, "report_format": 100, "rectification": 100},
    }
    office.refused(chief(CIXI), "/campaign-groups", group)
    set_up = office.person(chief("330200")).post("/campaign-groups", group)
    path = f"/campaign-groups/{set_up['id']}"
    duty = {
        "person": "骨干丙",
        "division": CIXI,
        "duty": "逐家核对检查环节",
        "due_on": (office.today + timedelta(days=5)).isoformat(),
    }
    given = office.act(path, "give-duty", duty, by=chief("330200"), not_by=chief(CIXI))
    done = {"duty_id": given["duties"][0]["id"], "note": "八个环节均已核对"}
    office.act(path, "finish-duty", done, by=officer(CIXI), not_by=officer(YUYAO))
    question = {"put_to": "县领导乙", "division": CIXI, "question": "集中喷涂中心用地如何解决?"}
    asked = office.act(path, "put-question", question, by=officer(YUYAO), not_by=STRANGER)
    answer = {"question_id": asked["questions"][0]["id"], "answer": "列入开发区供地计划"}
    office.act(path, "answer-question", answer, by=leader(CIXI), not_by=leader(YUYAO))
    reading = {"figure": "rectification", "done": 97, "whole": 107, "source": "销号台账"}
    now = office.act(path, "note-figure", reading, by=officer(CIXI), not_by=STRANGER)
    assert [(each["done"], each["whole"], each["reached"]) for each in now["watched"]] == [
        (None, None, False),
        (None, None, False),
        (97, 107, False),
    ]
    assert now["questions"][0]["answered_by"]
    assert now["duties"][0]["note"] == "八个环节均已核对"


DOCUMENTS: Final = {
    "垃圾焚烧发电整治": ("D4417",),
    "大气“一号行动”": ("C2319", "C3360"),
    "2023年医疗机构专项执法方案": ("Q84",),
    "高氯酸盐企业检查": ("C2613",),
}


def test_rows_3_02_and_3_03_campaigns_rest_on_documents_and_unit_heads_deploy_in_person(
    office: Offices,
) -> None:
    city, county = "510100", "510114"
    for name, trades in DOCUMENTS.items():
        made = campaign(
            office,
            city,
            county,
            name=name,
            kind="special",
            document_title=name,
            industries=[*trades],
        )
        path = f"/campaigns/{made['id']}"
        # An amendment is said to all with its reason, and what was there before stays known.
        facts = {
            "name": name,
            "kind": "special",
            "document_title": name,
            "document_number": made["document_number"],
            "starts_on": made["starts_on"],
            "ends_on": made["ends_on"],
            "industries": [*trades],
            "goals": ["责任到人"],
            "parties": [county],
            "reason": "细化目标",
        }
        office.act(path, "amend", facts, by=chief(city), not_by=chief(county))
        group = {
            "campaign_id": made["id"],
            "name": f"{name}专班",
            "leaders": [
                {"name": "主要负责同志", "post": "支队长", "division": city},
            ],
            "core_staff": [{"name": "骨干甲", "division": county}],
            "goals": ["主要负责同志亲自部署"],
        }
        office.refused(chief(county), "/campaign-groups", group)
        set_up = office.person(chief(city)).post("/campaign-groups", group)
        duty = {
            "person": "主要负责同志",
            "division": city,
            "duty": "亲自部署、亲自督办",
            "due_on": office.today.isoformat(),
        }
        group_path = f"/campaign-groups/{set_up['id']}"
        office.act(group_path, "give-duty", duty, by=chief(city), not_by=chief(county))
        steps: Json = office.person(chief(county)).get(f"{path}/steps")
        acts = [(each["subject"], each["action"]) for each in steps["items"]]
        assert acts == [
            ("campaign", "draft"),
            ("campaign", "issue"),
            ("campaign", "start"),
            ("campaign", "amend"),
            ("campaign_group", "set_up"),
            ("campaign_group", "give_duty"),
        ]
        named = office.person(chief(county)).get(path)["industries"]
        assert all(each["name"] for each in named)
