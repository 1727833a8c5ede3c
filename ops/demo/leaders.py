"""Chapters four and five, as the county leaders see them."""

from ops.demo.intake import (
    BEILUN,
    CITY_CLERK,
    CIXI,
    YUYAO,
    Matters,
    call,
    claim_in_time,
    reply,
)
from ops.demo.people import Json, Stage, every


def escalation_of(stage: Stage, login: str, petition: Json) -> Json:
    """The escalation of a petition, as this person may see it."""

    def look() -> Json | None:
        listed = stage.person(login).get("/escalations")["items"]
        return next((each for each in listed if each["petition_id"] == petition["id"]), None)

    row = stage.until("the escalation", look)
    whole: Json = stage.person(login).get(f"/escalations/{row['id']}")
    return whole


def raise_smell(stage: Stage, matters: Matters) -> Json:
    """慈溪's leader in charge raises the supervision, with a reason."""
    stage.at("2026-03-17T09:00")
    leader = f"{CIXI}-county-leader-in-charge-1"
    escalation = escalation_of(stage, leader, matters["smell"])
    path = f"/escalations/{escalation['id']}/raise"
    body = {"level": "county_government", "reason": "重复反映,夜间异味,需两地联合检查"}
    for who, why in (
        (f"{BEILUN}-county-leader-in-charge-1", "北仑领导不能决定慈溪事项"),
        (f"{YUYAO}-county-leader-in-charge-1", "余姚领导不能代慈溪决定"),
        (f"{CIXI}-officer-1", "执法人员不能提级督办"),
    ):
        stage.refused(who, why, path, body, on=escalation)
    stage.refused(
        leader, "提级督办须说明理由", path, {**body, "reason": " "}, on=escalation, statuses=(422,)
    )
    raised = stage.person(leader).post(path, body, on=escalation)
    _claim_decided(stage, raised, "supervised", "慈溪领导在期限内提级督办并说明理由")
    return raised


def _claim_decided(stage: Stage, escalation: Json, state: str, statement: str) -> None:
    clocks = {each["kind"]: each for each in escalation["clocks"]}
    stage.claim(
        statement,
        holds=escalation["state"] == state
        and bool(escalation["decision_reason"])
        and clocks["county_decision"]["state"] == "met",
        seen=f"期限 {clocks['county_decision']['due_on']}",
    )


def keep_dust(stage: Stage, matters: Matters) -> Json:
    """北仑's leader leaves the supervision of dust where it is, in the time there is to decide."""
    stage.at("2026-03-17T15:00")
    leader = f"{BEILUN}-county-leader-in-charge-1"
    escalation = escalation_of(stage, leader, matters["dust"])
    path = f"/escalations/{escalation['id']}/keep"
    body = {"reason": "企业已承诺月底前覆盖"}
    stage.refused(
        f"{CIXI}-county-leader-in-charge-1", "慈溪领导不能决定北仑事项", path, body, on=escalation
    )
    kept = stage.person(leader).post(path, body, on=escalation)
    _claim_decided(stage, kept, "kept", "北仑领导在期限内决定不提级并说明理由")
    return kept


def resolve_smell(stage: Stage, matters: Matters, raised: Json) -> None:
    """The county answers anew, the call-backs are good, the city office closes the matter."""
    answer_again(stage, matters, ("smell", "again"), "联合检查后已整改,酸味消除。")
    resolved = resolve(stage, raised["id"], "2026-03-26T10:00", matters, ("smell", "again"))
    stage.claim("酸味已解决", holds=resolved["state"] == "resolved", seen=resolved["state"])
    [handling] = [each for each in resolved["clocks"] if each["kind"] == "county_handling"]
    stage.claim("慈溪在月报前解决", holds=handling["state"] == "met", seen=handling["due_on"])


def answer_again(stage: Stage, matters: Matters, names: tuple[str, ...], opinion: str) -> None:
    """A reopened petition is handled and answered once more."""
    for name in names:
        petition = matters[name]
        county = petition["divisions"][0]
        path = f"/petitions/{petition['id']}"
        started = stage.person(f"{county}-officer-1").post(f"{path}/start", {}, on=petition)
        matters[name] = reply(stage, started, opinion)


def resolve(
    stage: Stage, escalation_id: str, at: str, matters: Matters, names: tuple[str, ...]
) -> Json:
    """Resolved only after a new call-back that is not bad, and only by the city's office."""
    clerk = stage.person(CITY_CLERK)
    path = f"/escalations/{escalation_id}"
    before = clerk.get(path)
    stage.refused(
        CITY_CLERK,
        "没有新的满意回访不能认定解决",
        f"{path}/resolve",
        {},
        on=before,
        statuses=(409,),
    )
    stage.at(at)
    for name in names:
        matters[name] = call(stage, matters[name], "satisfied", "yes")
        claim_in_time(stage, matters[name])
    states = [matters[name]["state"] for name in names]
    stage.claim("回访满意,信访件办结", holds=set(states) == {"closed"}, seen=states)
    county = before["county"]
    stage.refused(
        f"{county}-petition-clerk-1", "县级不能认定解决", f"{path}/resolve", {}, on=before
    )
    resolved = clerk.post(f"{path}/resolve", {}, on=before)
    # That the county did not solve it before the period report is why the city has it.
    own = [each for each in resolved["clocks"] if each["kind"] != "county_handling"]
    in_time = every(own, lambda each: each["state"] == "met")
    stage.claim("督办各期限均按时", holds=in_time, seen=len(own))
    return resolved
