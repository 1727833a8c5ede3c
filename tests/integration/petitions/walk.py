"""What a random walk through petitions' lives knows of each step: who takes it, and with what.

A step that is new gets a line here, and is then taken and tried out of order like all others. What
is not here: a question of competence is a talk of several bodies and has tests of its own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any, Final

from services.petitions.intake.domain import Step
from shared.auth.actor import Role
from shared.clocks.days import legal_day
from tests.integration.petitions.conftest import ANSWER, Place
from tests.support.services import Caller

Body = Callable[[Place, Random], dict[str, Any]]


@dataclass(frozen=True)
class Move:
    """A step's route and a body that would do.

    `offered`: it stands among an item's `actions`; what a call or a spot check causes does not.
    `refused_as`: what a rule may still say that looks at more than state, track and caller.
    """

    body: Body
    route: str = ""
    offered: bool = True
    refused_as: frozenset[str] = field(default_factory=frozenset)


def _said(**body: Any) -> Body:
    return lambda _place, _random: body


def _unit(place: Place, random: Random) -> dict[str, Any]:
    return {"unit": random.choice((place.county, place.neighbour))}


def _assignment(place: Place, random: Random) -> dict[str, Any]:
    due = legal_day(place.time.now) + timedelta(days=random.randint(1, 30))
    return _unit(place, random) | {"report_due_on": due.isoformat()}


def _today(place: Place, _: Random) -> dict[str, Any]:
    return {"served_on": legal_day(place.time.now).isoformat()}


def _request(place: Place, _: Random) -> dict[str, Any]:
    return {"received_at": place.time.now.isoformat(), "grounds": "不服该答复"}


def _extension(_: Place, random: Random) -> dict[str, Any]:
    return {"days": random.randint(1, 30), "reason": "情况复杂"}


def _track(_: Place, random: Random) -> dict[str, Any]:
    return {"track": random.choice(("petition_opinion", "statutory_duty")), "reason": "归类有误"}


REASON: Final = _said(reason="理由")
OPINION: Final = _said(result="upheld", opinion="原答复适当", legal_basis="《信访工作条例》")
MOVES: Final[Mapping[Step, Move]] = {
    Step.TRANSFER: Move(_unit),
    Step.ASSIGN: Move(_assignment),
    Step.OBJECT: Move(REASON),
    Step.ACCEPT_OBJECTION: Move(REASON),
    Step.REJECT_OBJECTION: Move(REASON),
    Step.ACCEPT: Move(_said(notice="已受理")),
    Step.REFUSE: Move(_said(ground="unclear", notice="线索不详")),
    Step.START: Move(_said()),
    Step.RECLASSIFY: Move(_track, refused_as=frozenset({"already_classified"})),
    Step.REQUEST_EXTENSION: Move(_extension, refused_as=frozenset({"extension_already_used"})),
    Step.EXTEND: Move(_said(notice="因情况复杂延长")),
    Step.REFUSE_EXTENSION: Move(REASON),
    Step.REPLY: Move(_said(**ANSWER)),
    Step.SETTLE: Move(_said(result="satisfied", solved="yes"), route="callbacks", offered=False),
    Step.REOPEN: Move(_said(result="dissatisfied", solved="no"), route="callbacks", offered=False),
    Step.FILE: Move(REASON, refused_as=frozenset({"callback_required", "re_review_open"})),
    Step.SERVE: Move(_today, refused_as=frozenset({"already_served"})),
    Step.ASK_REVIEW: Move(_request, refused_as=frozenset({"already_reviewed"})),
    Step.GIVE_REVIEW: Move(OPINION),
    Step.ASK_RE_REVIEW: Move(_request),
    Step.GIVE_RE_REVIEW: Move(OPINION),
    Step.SEND_BACK: Move(
        _said(result="fail", findings="未整改"), route="spot-checks", offered=False
    ),
}


def route_of(step: Step) -> str:
    return MOVES[step].route or step.value.replace("_", "-")


def cast(place: Place) -> dict[str, Caller]:
    """Everybody who may have something to do with a petition of the place, and two who may not."""
    province = f"{place.city[:2]}0000"
    return {
        "city clerk": place.city_clerk,
        "city officer": place.person(Role.OFFICER, place.city),
        "city head": place.city_head,
        "city reviewer": place.person(Role.LEGAL_REVIEWER, place.city),
        "province clerk": place.person(Role.PETITION_CLERK, province),
        "auditor": place.auditor,
        "county clerk": place.clerk,
        "county officer": place.officer,
        "county head": place.head,
        "county leader": place.leader,
        "neighbour clerk": place.other_clerk,
        "neighbour officer": place.other_officer,
        "neighbour head": place.person(Role.DEPARTMENT_HEAD, place.neighbour),
        "third clerk": place.third_clerk,
    }


# Who makes the calls and the checks that no list of actions offers.
BY: Final[Mapping[Step, str]] = {
    Step.SETTLE: "city clerk",
    Step.REOPEN: "city clerk",
    # Above every unit that may hold the petition.
    Step.SEND_BACK: "province clerk",
}
