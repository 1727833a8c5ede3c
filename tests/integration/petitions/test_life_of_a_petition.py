"""Random lives over HTTP: what is offered succeeds, what is not changes nothing, and it adds up."""

from dataclasses import dataclass
from random import Random
from typing import Any, Final

import httpx
import pytest

from services.petitions.intake.domain import RUNNING, TRANSITIONS, State, Step
from services.petitions.profiles.domain import ClockKind
from tests.integration.petitions.conftest import Case, Place
from tests.integration.petitions.walk import BY, MOVES, cast, route_of

LIVES: Final = 12
STEPS: Final = 14
# Rights of the petitioner run on when the office has nothing to do any more.
PETITIONERS: Final = {ClockKind.REVIEW_REQUEST, ClockKind.RE_REVIEW_REQUEST}
# Beyond what a list of actions offers nobody may succeed.
REFUSED: Final = {403, 404, 409}


@dataclass
class Life:
    """One petition, and everybody who may meet it."""

    place: Place
    case: Case
    random: Random
    taken: int = 0

    def __post_init__(self) -> None:
        self.people = cast(self.place)

    async def seen_by(self, who: str) -> dict[str, Any] | None:
        answer = await self.people[who].get(self.case.path)
        assert answer.status_code in {200, 404}, answer.text
        return dict(answer.json()) if answer.status_code == 200 else None

    async def now(self) -> dict[str, Any]:
        seen = await self.seen_by("city clerk")
        assert seen is not None
        self.case.version = seen["version"]
        return seen

    async def attempt(self, who: str, step: Step) -> httpx.Response:
        body = MOVES[step].body(self.place, self.random)
        return await self.case.try_(self.people[who], route_of(step), body)

    async def offered_to(self, who: str) -> list[tuple[str, Step]]:
        """The steps offered to somebody now."""
        seen = await self.seen_by(who)
        actions = map(Step, seen["actions"]) if seen else ()
        return [(who, step) for step in actions if step in MOVES]

    async def offers(self) -> list[tuple[str, Step]]:
        """What is offered to the first two, in any order, to whom anything is."""
        offered: list[tuple[str, Step]] = []
        for who in self.random.sample(list(self.people), len(self.people)):
            offered += await self.offered_to(who)
            if len({each for each, _ in offered}) == 2:
                break
        return offered

    async def left(self) -> dict[str, Any]:
        """What the petition's steps left behind."""
        [row] = await self.place.service.sql(
            "SELECT p.state, p.version, p.closed_at,"
            " (SELECT count(*) FROM petition_step WHERE petition_id = p.id) AS lines,"
            " (SELECT count(*) FROM audit WHERE object_kind = 'petition'"
            "   AND object_id = p.id::text) AS traces,"
            " (SELECT count(*) FROM outbox_event WHERE key = p.id::text"
            "   AND topic = 'petitions.petition.changed.v1') AS events,"
            " (SELECT array_agg(kind ORDER BY kind) FROM clock"
            "   WHERE subject_id = p.id AND state IN ('running', 'paused')"
            "   AND kind = ANY($2)) AS clocks,"
            " (SELECT count(*) FROM review WHERE petition_id = p.id) AS reviews,"
            " (SELECT count(*) FROM callback WHERE petition_id = p.id) AS calls"
            " FROM petition p WHERE p.id = $1",
            self.case.id,
            # The time to call back follows by a job, in its own time.
            [kind.value for kind in ClockKind],
        )
        return dict(row)


async def born(place: Place, random: Random) -> Life:
    changes: dict[str, Any] = {"track": random.choice(("petition_opinion", "statutory_duty"))}
    if random.random() < 0.25:
        changes["petitioner"] = None
    return Life(place, await place.register(**changes), random)


def check(left: dict[str, Any], *, steps: int) -> None:
    """What holds after every step of every life."""
    assert left["lines"] == left["traces"] == steps + 1
    assert left["version"] == steps + 1
    assert left["events"] == steps
    running = left["clocks"] or []
    assert len(running) == len(set(running)), "one clock of a kind at a time"
    if State(left["state"]) not in RUNNING:
        assert set(running) <= PETITIONERS
    if left["state"] == State.FINAL:
        assert running == []
        assert left["closed_at"] is not None


async def take(life: Life, who: str, step: Step) -> None:
    """A step that is offered succeeds, or a rule of its own refuses it and nothing changes."""
    before = await life.left()
    answer = await life.attempt(who, step)
    after = await life.left()
    if answer.status_code == 409:
        assert answer.json()["code"] in MOVES[step].refused_as, (who, step, answer.text)
        assert after == before
        return
    assert answer.is_success, (who, step, answer.text)
    life.taken += 1
    assert after["state"] == TRANSITIONS[State(before["state"])][step]
    check(after, steps=life.taken)


async def misstep(life: Life) -> None:
    """A step not offered to its caller is refused, and nothing at all changes."""
    who, step = life.random.choice(list(life.people)), life.random.choice(list(MOVES))
    if not MOVES[step].offered or (who, step) in await life.offered_to(who):
        return
    before = await life.left()
    answer = await life.attempt(who, step)
    assert answer.status_code in REFUSED, (who, step, answer.text)
    assert await life.left() == before


def unoffered(state: State, *, anonymous: bool) -> list[tuple[str, Step]]:
    """The calls and checks that could be made now."""
    return [
        (who, step)
        for step, who in BY.items()
        if step in TRANSITIONS[state] and not (anonymous and MOVES[step].route == "callbacks")
    ]


@pytest.mark.parametrize("seed", range(LIVES))
async def test_what_is_offered_succeeds_and_what_is_not_changes_nothing(
    place: Place, seed: int
) -> None:
    life = await born(place, Random(seed))  # noqa: S311 -- no secret
    for _ in range(STEPS):
        seen = await life.now()
        await misstep(life)
        await misstep(life)
        state = State(seen["state"])
        possible = await life.offers() + unoffered(state, anonymous=seen["anonymous"])
        if not possible:
            assert state not in RUNNING, f"nobody can do anything about what is {state}"
            break
        await take(life, *life.random.choice(_far(possible, life.random)))


def _far(possible: list[tuple[str, Step]], random: Random) -> list[tuple[str, Step]]:
    """Mostly what leads on: a life that is refused at once teaches little."""
    onward = [each for each in possible if each[1] not in {Step.REFUSE, Step.OBJECT, Step.EXTEND}]
    return onward if onward and random.random() < 0.8 else possible


def test_every_step_that_has_a_route_is_known_to_the_walk() -> None:
    taken = {step for steps in TRANSITIONS.values() for step in steps}
    assert set(MOVES) <= taken
    assert set(BY) == {step for step, move in MOVES.items() if not move.offered}
