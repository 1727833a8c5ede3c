"""A random walk over participations never shows a bureau what it has no part in.

Five bureaus draft, agree, leave, record, finish in any order. Every text holds a string of its own;
after each act every bureau asks every route there is, and what it finds must be what a model, far
simpler than the policies, lets it know.
"""

import random
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

from hypothesis import HealthCheck, given, settings, strategies as st

from tests.integration.regions.conftest import Person, Regions, head
from tests.integration.regions.joint import finding, plan

# Counties of five cities, so that no two share a superior below the province.
BUREAUS: Final = ("330281", "330411", "330604", "330522", "331002")
STEPS: Final = 18


@dataclass
class Known:
    """What the model says of one operation: its texts, and who may know each."""

    id: str
    lead: str
    parties: tuple[str, ...]
    state: str = "draft"
    surprise: bool = False
    status: dict[str, str] = field(default_factory=dict)
    # Text, whose own row it is if any, and when it was written in the walk.
    texts: list[tuple[str, str | None, int]] = field(default_factory=list)
    # When a finished party's part ended.
    ended: dict[str, int] = field(default_factory=dict)
    findings: dict[str, str] = field(default_factory=dict)
    now: int = 0

    def mark(self, own: str | None = None) -> str:
        text = f"canary{uuid4().hex}"
        self.now += 1
        self.texts.append((text, own, self.now))
        return text

    def sees(self, who: str) -> bool:
        if self.surprise and self.state in ("draft", "countersign", "issued", "preparing"):
            return who == self.lead
        if who == self.lead:
            return True
        return self.state != "draft" and self.status.get(who) == "taking_part"

    def may_know(self, who: str) -> set[str]:
        if self.sees(who):
            return {text for text, _, _ in self.texts}
        own = {text for text, owner, _ in self.texts if owner == who}
        if self.status.get(who) == "finished":
            return own | {text for text, _, at in self.texts if at <= self.ended[who]}
        return own if self.status.get(who) == "left" else set()


class Walk:
    """The bureaus at work on operations of their own."""

    def __init__(self, regions: Regions, seed: int) -> None:
        self.regions = regions
        self.dice = random.Random(seed)  # noqa: S311 -- a test's own luck
        self.known: list[Known] = []

    async def draft(self) -> None:
        lead, *others = self.dice.sample(BUREAUS, 4)
        parties = (lead, *others[: self.dice.choice((2, 3))])
        known = Known("", lead, parties, status=dict.fromkeys(parties, "taking_part"))
        known.surprise = self.dice.random() < 0.25
        body = plan(
            lead,
            *parties,
            title=known.mark(),
            form="exchange",
            kind="surprise" if known.surprise else "normal",
            matter={
                "title": known.mark(),
                "division": lead,
                "media": ["air"],
                "place": known.mark(),
                "facts": known.mark(),
            },
        )
        made = await self.regions.done(head(lead), "/operations", body)
        known.id = made["id"]
        self.known.append(known)

    async def act(self) -> Known:
        """One act of one operation, such as its state may allow; refusals are part of the walk."""
        known = self.dice.choice(self.known)
        party = self.dice.choice(known.parties)
        # Of a surprise nobody else is told, so that it stays a draft.
        if known.surprise:
            await self._step(known, party, "countersign", {"reason": known.mark()})
        elif known.state in ("running", "handing_over"):
            await self._carried_out(known, known.lead, party)
        elif known.state == "countersign":
            await self._countersigned(known, party)
        elif known.state == "summarised":
            await self._end(known, party, "finish")
        else:
            await self._led(known)
        return known

    async def _led(self, known: Known) -> None:
        step, onward = {
            "draft": ("countersign", "countersign"),
            "issued": ("prepare", "preparing"),
            "preparing": ("start", "running"),
        }[known.state]
        if await self._step(known, known.lead, step, {"reason": known.mark()}):
            known.state = onward

    async def _countersigned(self, known: Known, party: str) -> None:
        if self.dice.random() < 0.2:
            await self._end(known, party, "leave")
            return
        waiting = [each for each in known.parties if known.status[each] == "taking_part"]
        for each in waiting:
            await self._step(
                known,
                each,
                "answer",
                {"division": each, "agrees": True, "reason": known.mark(each)},
            )
        if await self._step(known, known.lead, "issue", {"reason": known.mark()}):
            known.state = "issued"

    async def _carried_out(self, known: Known, lead: str, party: str) -> None:
        luck = self.dice.random()
        if luck < 0.45 and known.state == "running":
            await self._find(known, party)
        elif luck < 0.65:
            await self._end(known, party, "leave")
        elif luck < 0.85:
            await self._end(known, party, "finish")
        elif known.state == "running":
            if await self._step(known, lead, "hand-over", {"reason": known.mark()}):
                known.state = "handing_over"
        elif await self._step(known, lead, "summarise", {"summary": known.mark()}):
            known.state = "summarised"
            # The joint report is for whoever had a part in it to the end.
            text, _, _ = known.texts.pop()
            known.texts.append((text, None, 0))

    async def _find(self, known: Known, party: str) -> None:
        words = [known.mark(party) for _ in range(3)]
        body = finding(
            party, party, facts=words[0], site=words[1], enterprise_name=words[2], media=["air"]
        )
        answer = await self.regions.post(head(party), f"/operations/{known.id}/findings", body)
        if answer.status_code == 201:
            known.findings[answer.json()["id"]] = party
        else:
            del known.texts[-3:]

    async def _end(self, known: Known, party: str, how: str) -> None:
        words = "reason" if how == "leave" else "summary"
        if await self._step(known, party, how, {"division": party, words: known.mark(party)}):
            known.status[party] = "left" if how == "leave" else "finished"
            known.ended[party] = known.now

    async def _step(self, known: Known, who: str, step: str, body: dict[str, Any]) -> bool:
        """Whether it was taken; the text of one that was refused is nowhere."""
        path = f"/operations/{known.id}"
        read = await self.regions.get(head(who), path)
        version = read.json().get("version", 0)
        answer = await self.regions.post(head(who), f"{path}/{step}", body, version=version)
        if answer.status_code != 200:
            known.texts.pop()
        return answer.status_code == 200

    async def look(self, *looked_at: Known) -> None:
        """Everybody asks everything there is about these, and for all in lists and figures."""
        for who in BUREAUS:
            lists = await self._lists(head(who))
            for known in self.known:
                seen = lists
                if known in looked_at:
                    seen += await self._everything(head(who), known)
                found = {text for text, _, _ in known.texts if text in seen}
                place = (who, known.id, known.state, known.status)
                assert found <= known.may_know(who), place
                # Who takes part misses nothing, else the walk would prove nothing.
                if known in looked_at and known.sees(who):
                    assert found == known.may_know(who), place

    async def _lists(self, who: Person) -> str:
        return "".join(
            [
                await self._read(who, "/operations", limit=200),
                await self._read(who, "/cooperation-figures/map", division=who.division),
                await self._read(who, "/handovers", limit=200),
            ]
        )

    async def _everything(self, who: Person, known: Known) -> str:
        path = f"/operations/{known.id}"
        parts = {who.division, self.dice.choice(BUREAUS)}
        paths = [path, f"{path}/findings", *(f"{path}/parties/{each}" for each in parts)]
        paths += [f"{path}/findings/{each}" for each in [*known.findings][-2:]]
        return "".join([await self._read(who, each) for each in paths])

    async def _read(self, who: Person, path: str, **query: Any) -> str:
        answer = await self.regions.get(who, path, **query)
        assert answer.status_code in {200, 403, 404}, answer.text
        return answer.text


@settings(
    max_examples=3,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 2**32 - 1))
async def test_nobody_ever_reads_what_it_has_no_part_in(regions: Regions, seed: int) -> None:
    walk = Walk(regions, seed)
    await walk.draft()
    for _ in range(STEPS):
        if len(walk.known) < 3 and walk.dice.random() < 0.2:
            await walk.draft()
            await walk.look(walk.known[-1])
        else:
            await walk.look(await walk.act())
    await walk.look(*walk.known)
