"""A petition's life over HTTP: every step with everything it must leave behind."""

from dataclasses import dataclass, field
from typing import Any, Final

import pytest

from services.petitions.intake.domain import BY_RULE, Step
from services.petitions.intake.use_cases.steps import BY_ANOTHER_ROUTE
from shared.auth.actor import Role
from tests.integration.petitions.conftest import CITIES, Case, Place, day_of

NOTICE: Final = {"notice": "已受理"}
REASON: Final = {"reason": "理由"}
REPLY: Final = {"outcome": "explained", "opinion": "已整改", "legal_basis": "大气污染防治法"}
GOOD: Final = {"result": "satisfied", "solved": "yes"}


@dataclass(frozen=True)
class Act:
    """A step, who takes it, and what it leaves; `before` are the steps that lead there."""

    step: str
    who: str
    state: str
    body: dict[str, Any] = field(default_factory=dict)
    before: tuple[str, ...] = ()
    clocks: dict[str, str] = field(default_factory=dict)
    action: str = ""


# Tested in test_reviews.
OF_REVIEWS: Final = {
    Step.SERVE,
    Step.ASK_REVIEW,
    Step.GIVE_REVIEW,
    Step.ASK_RE_REVIEW,
    Step.GIVE_RE_REVIEW,
}
ACTS: Final = {
    "transfer": Act(
        "transfer", "city_clerk", "transferred",
        clocks={"routing": "met", "notice": "running", "objection": "running"},
    ),
    "assign": Act(
        "assign", "city_clerk", "assigned",
        clocks={
            "routing": "met", "notice": "running", "objection": "running", "report": "running",
        },
    ),
    "object": Act(
        "object", "clerk", "objected", REASON, ("transfer",), {"objection": "met"}
    ),
    "accept-objection": Act(
        "accept-objection", "city_clerk", "registered", REASON, ("transfer", "object"),
        {"routing": "running"},
    ),
    "reject-objection": Act(
        "reject-objection", "city_clerk", "transferred", REASON, ("transfer", "object"),
        {"notice": "running"},
    ),
    "accept": Act(
        "accept", "clerk", "accepted", NOTICE, ("transfer",),
        {"notice": "met", "acceptance": "met", "objection": "dropped", "closing": "running"},
    ),
    "refuse": Act(
        "refuse", "clerk", "not_accepted", {"ground": "unclear", "notice": "线索不详"},
        ("assign",), {"notice": "met", "acceptance": "met", "objection": "dropped"},
    ),
    "ask-back": Act(
        "ask-back", "clerk", "transferred", {"question": "何时?"}, ("transfer",),
        {"supplement": "running", "notice": "running"},
    ),
    "supplement": Act(
        "supplement", "clerk", "transferred", {"text": "昨夜"}, ("transfer", "ask-back"),
        {"supplement": "met"},
    ),
    "mark-urgent": Act("mark-urgent", "clerk", "transferred", REASON, ("transfer",)),
    "hand-over": Act(
        "hand-over", "head", "in_progress",
        {"account_id": "00000000-0000-7000-8000-000000000001", "account_name": "另一位", **REASON},
        ("transfer", "accept", "start"),
    ),
    "start": Act("start", "officer", "in_progress", {}, ("transfer", "accept")),
    "request-extension": Act(
        "request-extension", "officer", "in_progress", {"days": 10, **REASON},
        ("transfer", "accept", "start"), {"closing": "running"},
    ),
    "extend": Act(
        "extend", "head", "in_progress", {"notice": "因情况复杂延长"},
        ("transfer", "accept", "start", "request-extension"), {"closing": "running"},
    ),
    "refuse-extension": Act(
        "refuse-extension", "head", "in_progress", REASON,
        ("transfer", "accept", "start", "request-extension"), {"closing": "running"},
    ),
    "reply": Act(
        "reply", "officer", "replied", REPLY, ("assign", "accept", "start"),
        {"closing": "met", "report": "met"},
    ),
    "reclassify": Act(
        "reclassify", "clerk", "transferred", {"track": "petition_opinion", **REASON},
        ("transfer",), {"acceptance": "running"},
    ),
    "callbacks": Act(
        "callbacks", "city_clerk", "closed", GOOD, ("transfer", "accept", "start", "reply"),
        action="settle",
    ),
}  # fmt: skip
EVERY: Final = pytest.mark.parametrize("act", ACTS.values(), ids=list(ACTS))


async def prepared(place: Place, act: Act) -> Case:
    case = await place.register()
    for name in act.before:
        earlier = ACTS[name]
        await case.step(getattr(place, earlier.who), earlier.step, body_of(place, earlier))
    return case


def body_of(place: Place, act: Act) -> dict[str, Any]:
    """With what depends on place and time."""
    now: dict[str, Any] = {}
    if act.step in {"transfer", "assign"}:
        now["unit"] = place.county
    if act.step == "assign":
        now["report_due_on"] = str(day_of(place.time.now, days=60))
    return {**act.body, **now}


@EVERY
async def test_a_step_changes_state_history_clocks_trace_and_tells_others(
    place: Place, act: Act
) -> None:
    case = await prepared(place, act)
    who = getattr(place, act.who)

    await case.step(who, act.step, body_of(place, act))

    action = act.action or act.step.replace("-", "_")
    seen = await case.read(place.city_clerk)
    assert seen["state"] == act.state
    last = seen["history"][-1]
    assert (last["step"], last["state"], last["actor_name"]) == (action, act.state, who.name)
    clocks = await case.clocks()
    assert {kind: clocks[kind][-1] for kind in act.clocks} == act.clocks
    traced = await place.service.sql(
        "SELECT action, actor_id FROM audit WHERE object_id = $1 ORDER BY id", str(case.id)
    )
    assert (traced[-1]["action"], traced[-1]["actor_id"]) == (f"petition.{action}", who.id)
    assert len(traced) == len(act.before) + 2
    changed = [each["data"] for each in await case.events() if "changed" in each["topic"]]
    assert f'"state": "{act.state}"' in changed[-1]


@EVERY
async def test_a_wrong_role_may_not_take_the_step(place: Place, act: Act) -> None:
    case = await prepared(place, act)
    wrong = place.leader if act.who != "leader" else place.clerk

    answer = await case.try_(wrong, act.step, body_of(place, act))

    assert answer.status_code == 403
    assert answer.json()["code"] == "forbidden"


@EVERY
async def test_somebody_of_another_county_finds_no_such_petition(place: Place, act: Act) -> None:
    case = await prepared(place, act)
    stranger = place.service.caller(*((grant.role, place.third) for grant in act_of(place, act)))

    answer = await case.try_(stranger, act.step, body_of(place, act))

    assert answer.status_code == 404
    assert (await stranger.get(case.path)).status_code == 404


def act_of(place: Place, act: Act) -> Any:
    return getattr(place, act.who).grants


@EVERY
async def test_a_step_needs_a_version_and_the_right_one(place: Place, act: Act) -> None:
    case = await prepared(place, act)
    who, path = getattr(place, act.who), f"{case.path}/{act.step}"

    without = await who.post(path, body_of(place, act))
    stale = await who.post(path, body_of(place, act), version=case.version + 1)

    assert (without.status_code, stale.status_code) == (428, 412)
    assert (await case.read(place.city_clerk))["version"] == case.version


@pytest.mark.parametrize(
    "act",
    [act for act in ACTS.values() if act.before],
    ids=[n for n, a in ACTS.items() if a.before],
)
async def test_a_step_out_of_order_says_what_is_allowed(place: Place, act: Act) -> None:
    ended = await place.register()
    body = {"ground": "unclear", "notice": "线索不详"}
    await ended.step(place.city_clerk, "refuse", body)
    everyone = place.service.caller(
        *((grant.role, place.city) for grant in getattr(place, act.who).grants)
    )

    answer = await ended.try_(everyone, act.step, body_of(place, act))

    assert (answer.status_code, answer.json()["code"]) == (409, "illegal_step")


async def test_the_caller_is_shown_the_steps_he_may_take(place: Place) -> None:
    case = await place.register()
    shown = (await case.read(place.city_clerk))["actions"]
    mine = {"transfer", "assign", "accept", "refuse", "reclassify", "competence"}
    assert mine <= set(shown)
    assert not {"transfer", "accept", "refuse"} & set((await case.read(place.clerk))["actions"])

    await case.transferred()
    unit = set((await case.read(place.clerk))["actions"])
    assert {"object", "accept", "refuse", "reclassify", "competence"} <= unit
    assert not {"object", "accept"} & set((await case.read(place.city_clerk))["actions"])


async def test_what_the_petition_itself_bars_is_not_shown(place: Place) -> None:
    case = await (await place.register()).in_progress()
    assert "extend" not in (await case.read(place.head))["actions"]
    assert "reply" in (await case.read(place.officer))["actions"]
    colleague = place.person(Role.OFFICER, place.county)
    assert not {"reply", "request_extension"} & set((await case.read(colleague))["actions"])

    await case.step(place.officer, "request-extension", {"days": 5, **REASON})
    assert {"extend", "refuse_extension"} <= set((await case.read(place.head))["actions"])
    assert "request_extension" not in (await case.read(place.officer))["actions"]
    await case.answer()
    assert "file" not in (await case.read(place.clerk))["actions"]


async def test_every_step_that_is_shown_has_a_route_of_its_name(place: Place) -> None:
    document = (await place.service.http.get("/openapi.json")).json()
    routes = {path.rpartition("/")[2] for path in document["paths"] if "/petitions/{" in path}
    elsewhere = BY_RULE | BY_ANOTHER_ROUTE

    shown = {step for step in Step if step not in elsewhere}

    assert {step for step in shown if step.replace("_", "-") not in routes} == set()


async def test_every_step_of_handling_has_a_test() -> None:
    tested = {Step(each.replace("-", "_")) for each in ACTS if each != "callbacks"}
    own = set(Step) - BY_RULE - BY_ANOTHER_ROUTE - {Step.FILE, Step.COMPETENCE}
    assert tested == own - OF_REVIEWS


async def test_a_bad_call_reopens_and_the_officer_starts_again(place: Place) -> None:
    case = await (await place.register()).replied()
    await case.call("basically_satisfied", "partly")
    assert await case.state() == "reopened"

    await case.step(place.officer, "start")
    await case.answer()
    await case.call("satisfied", "yes")

    assert await case.state() == "closed"


async def test_only_the_handling_officer_replies(place: Place) -> None:
    case = await (await place.register()).in_progress()
    colleague = place.service.caller(
        *((grant.role, place.county) for grant in place.officer.grants)
    )

    answer = await case.try_(colleague, "reply", REPLY)

    assert (answer.status_code, answer.json()["code"]) == (409, "not_the_handler")


async def test_a_handler_does_not_call_back_the_own_case(place: Place) -> None:
    both = place.service.caller(
        *((grant.role, place.county) for grant in (*place.officer.grants, *place.clerk.grants))
    )
    case = await (await place.register()).accepted()
    await case.step(both, "start")
    await case.step(both, "reply", REPLY)

    answer = await case.try_(both, "callbacks", GOOD)

    assert (answer.status_code, answer.json()["code"]) == (409, "own_case")


async def test_a_unit_beyond_the_named_divisions_gets_all_of_the_petition(place: Place) -> None:
    case = await place.register(divisions=[place.county])
    await case.step(place.city_clerk, "transfer", {"unit": place.neighbour})
    seen = await case.read(place.other_clerk)
    assert [line["step"] for line in seen["history"]] == [None, "transfer"]

    await case.step(place.other_clerk, "accept", NOTICE)
    await case.step(place.other_officer, "start")
    await case.step(place.other_officer, "reply", REPLY)
    body = {"fields": ["name"], "reason": "回访"}
    revealed = await place.other_clerk.post(f"{case.path}/reveal", body)

    assert revealed.status_code == 200
    assert (await case.clocks())["closing"] == ["met"]


async def test_a_unit_whose_objection_was_agreed_with_sees_it_no_more(place: Place) -> None:
    case = await place.register(divisions=[place.neighbour])
    await case.transferred()
    await case.step(place.clerk, "object", REASON)
    await case.step(place.city_clerk, "accept-objection", REASON)

    assert (await place.clerk.get(case.path)).status_code == 404
    assert (await case.read(place.city_clerk))["route_count"] == 1


async def test_a_petition_goes_down_only(place: Place) -> None:
    case = await place.register()

    beside = await case.try_(place.city_clerk, "transfer", {"unit": CITIES[-1]})
    nowhere = await case.try_(place.city_clerk, "transfer", {"unit": "990000"})

    assert (beside.status_code, beside.json()["code"]) == (422, "unit_not_below")
    assert (nowhere.status_code, nowhere.json()["code"]) == (422, "unknown_division")


async def test_who_gave_the_petition_away_cannot_give_it_again(place: Place) -> None:
    case = await (await place.register()).transferred()

    answer = await case.try_(place.city_clerk, "transfer", {"unit": place.neighbour})

    assert answer.status_code == 403
