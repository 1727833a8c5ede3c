"""Case files are read by officers of other divisions, and neither side learns of the other."""

import asyncio
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from sqlmodel import func, select

from services.regions.file_reviews import queries
from services.regions.file_reviews.models import FileReviewSecret, ReviewFile, ReviewReading
from shared.auth.actor import Role
from shared.db.session import SYSTEM, Context
from tests.integration.regions.conftest import Person, Regions, head
from tests.integration.regions.cooperation import (
    CHENGDU,
    CHONGQING,
    DEYANG,
    FIVE,
    MEISHAN,
    SICHUAN,
)
from tests.integration.regions.test_officers import Officer, an_officer

BEGINS: Final = datetime.fromisoformat("2026-11-02T09:00:00+08:00")
Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Round:
    """A round that was opened, with each division's readers."""

    regions: Regions
    id: str
    convener: Person
    readers: dict[str, list[Officer]]

    @property
    def path(self) -> str:
        return f"/file-reviews/{self.id}"

    async def seen(self, who: Person, rest: str = "", **query: Any) -> Any:
        answer = await self.regions.get(who, f"{self.path}{rest}", **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def act(self, who: Person, step: str, body: Item | None = None) -> Item:
        version = (await self.seen(who))["version"]
        return await self.regions.done(who, f"{self.path}/{step}", body or {}, version=version)

    async def code(self, who: Person, step: str, body: Item | None = None) -> str:
        """Why a step is refused."""
        version = (await self.seen(self.convener))["version"]
        answer = await self.regions.post(who, f"{self.path}/{step}", body or {}, version=version)
        assert answer.status_code >= 400, answer.text
        return str(answer.json()["code"])

    def logins(self) -> list[Person]:
        return [each.login for people in self.readers.values() for each in people]

    async def readings(self, who: Person) -> list[Item]:
        items: list[Item] = (await self.seen(who, "/readings"))["items"]
        return items

    async def files(self, division: str) -> list[Item]:
        items: list[Item] = (await self.seen(head(division), "/files"))["items"]
        return items

    async def waiting(self, code: str) -> list[tuple[Person, Item]]:
        """Who still has this file to read."""
        return [
            (who, each)
            for who in self.logins()
            for each in await self.readings(who)
            if each["code"] == code and each["state"] == "given"
        ]

    async def score(self, who: Person, reading: Item, *marks: Item) -> Item:
        return await self.regions.done(
            who,
            f"{self.path}/readings/{reading['id']}/score",
            {"marks": list(marks)},
            version=reading["version"],
        )

    async def score_all(self, *marks: Item) -> None:
        for who in self.logins():
            for each in await self.readings(who):
                if each["state"] == "given":
                    await self.score(who, each, *marks)


def wanted(convener: str, *parties: str, **changes: Any) -> Item:
    return {
        "title": "案卷交叉评查",
        "convener": convener,
        "parties": list(parties),
        "kinds": ["penalty"],
        "closed_from": "2025-10-01",
        "closed_to": "2026-09-30",
        "files_per_division": 2,
        **changes,
    }


def a_file(division: str, *handlers: str, **changes: Any) -> Item:
    return {
        "division": division,
        "reference": f"{division}环罚〔2026〕{uuid4().hex[:6]}号",
        "cause": "超标排放大气污染物",
        "kind": "penalty",
        "closed_on": "2026-03-31",
        "handlers": list(handlers),
        "sha256": hashlib.sha256(uuid4().bytes).hexdigest(),
        "pages": 80,
        "redacted": True,
        **changes,
    }


async def opened(
    regions: Regions, convener: str, *parties: str, people: int = 3, **changes: Any
) -> Round:
    """A round everybody consented to, with readers named and no files yet."""
    await regions.set_clock(BEGINS)
    body = wanted(convener, *parties, **changes)
    made = await regions.done(head(convener), "/file-reviews", body)
    readers = {each: [await an_officer(regions, each) for _ in range(people)] for each in parties}
    held = Round(regions, made["id"], head(convener), readers)
    for each in parties:
        await held.act(head(each), "consent", {"division": each, "consents": True})
        named = {"division": each, "officers": [one.id for one in readers[each]]}
        await held.act(head(each), "name-reviewers", named)
    return held


async def assigned(
    regions: Regions, convener: str, *parties: str, people: int = 3, **changes: Any
) -> Round:
    """A round whose files have their readers; the first readers of each handled its files."""
    held = await opened(regions, convener, *parties, people=people, **changes)
    for division, people_of in held.readers.items():
        for each in people_of[: changes.get("files_per_division", 2)]:
            file = a_file(division, each.id)
            await held.act(each.login, "files", file)
    await held.act(held.convener, "assign")
    return held


DEDUCTED: Final = {"item": "facts", "points": "5", "reason": "违法时间认定不清"}
SEVERE: Final = {"item": "evidence", "points": "20", "reason": "无采样记录"}
VETO: Final = {"item": "no_notice", "reason": "未告知陈述申辩权"}


async def test_five_cities_read_each_others_files_none_its_own_and_none_mutually(
    regions: Regions,
) -> None:
    held = await opened(regions, CHENGDU, *FIVE)
    before = await held.seen(held.convener)
    assert before["seed"] is None
    assert await held.code(held.convener, "assign") == "parties_incomplete"
    for division, people in held.readers.items():
        for each in people[:2]:
            await held.act(each.login, "files", a_file(division, each.id))

    after = await held.act(held.convener, "assign")

    assert hashlib.sha256(after["seed"].encode()).hexdigest() == before["seed_hash"]
    assert after["level"] == "division"
    check = await held.seen(head(DEYANG), "/verification")
    assert (check["holds"], check["seed"]) == (True, after["seed"])
    owner = {each["code"]: city for city in FIVE for each in await held.files(city)}
    arcs: set[tuple[str, str]] = set()
    loads = []
    for city, people in held.readers.items():
        for each in people:
            mine = [one["code"] for one in await held.readings(each.login)]
            loads.append(len(mine))
            arcs.update((city, owner[code]) for code in mine)
    assert sum(loads) == 20
    assert max(loads) - min(loads) <= 1
    assert not any(a == b or (b, a) in arcs for a, b in arcs)


async def test_neither_side_learns_of_the_other_while_it_runs_and_after(regions: Regions) -> None:
    held = await assigned(regions, CHENGDU, *FIVE)
    secrets = {
        each[name]
        for city in FIVE
        for each in await held.files(city)
        for name in ("reference", "id")
    }
    for who in held.logins():
        for each in await held.readings(who):
            told = json.dumps(each)
            assert not any(secret in told for secret in secrets)
            assert {"division", "reference", "handlers", "cause"}.isdisjoint(each)
    # Whatever the program believed: no office sees a reading, nobody another office's file.
    async with regions.database.transaction(Context("somebody", ("51", "5101"))) as session:
        kept = [
            (await session.exec(select(func.count()).select_from(table))).one()
            for table in (ReviewReading, FileReviewSecret)
        ]
        own = select(ReviewFile.division).where(ReviewFile.round_id == UUID(held.id)).distinct()
        seen = (await session.exec(own)).all()
    assert (kept, set(seen)) == ([0, 0], {CHENGDU})
    names = {each.name for people in held.readers.values() for each in people}
    ids = {each.id for people in held.readers.values() for each in people}

    async def learnt(who: Person, division: str) -> set[str]:
        """Names of readers of other divisions in all that somebody can read of the round."""
        own = {each.name for each in held.readers[division]} | {
            each.id for each in held.readers[division]
        }
        told = json.dumps(
            [
                await held.seen(who, rest)
                for rest in ("", "/files", "/verification", "/summary", "/faults")
            ],
            ensure_ascii=False,
        )
        return {each for each in (names | ids) - own if each in told}

    assert await learnt(head(CHENGDU), CHENGDU) == set()
    assert await learnt(Person(Role.AUDITOR, DEYANG), DEYANG) == set()
    # The convener takes part: it sees codes, and its auditor waits for the end.
    progress = await held.seen(held.convener, "/progress")
    assert len(progress["files"]) == 10
    assert not any(each in json.dumps(progress, ensure_ascii=False) for each in names | secrets)
    auditor = Person(Role.AUDITOR, CHENGDU)
    assert (await regions.get(auditor, f"{held.path}/key")).json()["code"] == "review_running"

    await held.score_all(DEDUCTED)
    await held.act(held.convener, "publish")
    await regions.set_clock(BEGINS + timedelta(days=8))
    await held.act(held.convener, "close")

    assert await learnt(head(DEYANG), DEYANG) == set()
    assert all(each["read_by"] == [] for each in await held.files(DEYANG))
    key = await held.seen(auditor, "/key")
    assert all(len(each["readers"]) == 2 for each in key["files"])
    assert (
        hashlib.sha256(key["key"].encode()).hexdigest() == ((await held.seen(auditor))["key_hash"])
    )
    stranger = await regions.get(Person(Role.AUDITOR, DEYANG), f"{held.path}/key")
    assert stranger.status_code == 403


async def test_the_trace_above_a_division_tells_neither_references_nor_readers_nor_codes(
    regions: Regions,
) -> None:
    held = await assigned(regions, SICHUAN, *FIVE)
    await held.score_all(DEDUCTED)
    await held.act(held.convener, "publish")
    [file, *_] = await held.files(DEYANG)
    await regions.done(
        head(DEYANG),
        f"{held.path}/files/{file['id']}/object",
        {"reasons": "违法时间有监控记录证明"},
        version=file["version"],
    )

    rows = await regions.sql(
        "SELECT action, reason FROM audit WHERE object_id = $1 AND '51' = ANY (visible_to)", held.id
    )

    told = " ".join(row["reason"] or "" for row in rows)
    assert {"file_review.submit_file", "file_review.object"} <= {row["action"] for row in rows}
    assert not any(file[name] in told for name in ("reference", "code"))
    assert not any(each.name in told for people in held.readers.values() for each in people)
    [own] = [
        each for each in (await held.seen(head(DEYANG)))["steps"] if each["action"] == "object"
    ]
    assert own["reason"] == file["code"]


async def test_a_round_called_off_leaves_nobody_with_a_file_to_read(regions: Regions) -> None:
    held = await assigned(regions, CHENGDU, *FIVE)
    [who, *_] = [each for each in held.logins() if await held.readings(each)]
    await held.act(held.convener, "cancel", {"reason": "方案调整"})

    left = await held.readings(who)

    assert {(each["state"], each["drop_reason"]) for each in left} == {("dropped", "方案调整")}
    assert all(each["actions"] == [] for each in left)


async def test_scores_are_final_and_hidden_and_a_dispute_goes_to_a_third(
    regions: Regions,
) -> None:
    held = await assigned(regions, SICHUAN, *FIVE)
    [first, second] = [each["code"] for each in await held.files(CHENGDU)]
    [(one, reading), (other, rest)] = await held.waiting(first)
    wrong = await regions.post(
        other,
        f"{held.path}/readings/{reading['id']}/score",
        {"marks": []},
        version=reading["version"],
    )
    assert wrong.status_code == 404
    too_much = {"item": "facts", "points": "21", "reason": "多扣"}
    bad = await regions.post(
        one,
        f"{held.path}/readings/{reading['id']}/score",
        {"marks": [too_much]},
        version=reading["version"],
    )
    assert bad.json()["code"] == "bad_mark"
    done = await held.score(one, reading, DEDUCTED)
    assert done["total"] == "95.00"
    again = await regions.post(
        one, f"{held.path}/readings/{reading['id']}/score", {"marks": []}, version=done["version"]
    )
    assert (again.status_code, again.json()["code"]) == (409, "illegal_step")
    seen = {each["code"]: each for each in (await held.seen(held.convener, "/progress"))["files"]}
    assert (seen[first]["totals"], len(seen[first]["waiting"])) == ([], 1)
    assert [each for each in await held.readings(other) if each["state"] == "scored"] == []

    await held.score(other, rest, DEDUCTED, SEVERE)

    seen = {each["code"]: each for each in (await held.seen(held.convener, "/progress"))["files"]}
    assert (seen[first]["state"], seen[first]["totals"]) == ("disputed", ["75.00", "95.00"])
    [mine] = [each for each in await held.files(CHENGDU) if each["code"] == first]
    assert (mine["state"], mine["score"], mine["faults"]) == ("reading", None, [])
    assert await held.code(held.convener, "publish") == "files_unsettled"
    assert await held.code(head(CHENGDU), "third-reading", {"code": first}) == "forbidden"
    await held.act(held.convener, "third-reading", {"code": first})
    [(third, last)] = await held.waiting(first)
    assert third not in (one, other)
    assert third.division != CHENGDU
    await held.score(third, last, SEVERE)
    # A veto that one sees and one does not is a dispute too; both meet over it.
    [(one, reading), (other, rest)] = await held.waiting(second)
    await held.score(one, reading, VETO)
    await held.score(other, rest)
    met = {"code": second, "marks": [VETO], "minutes": "双方确认未告知"}
    await held.act(held.convener, "meet", met)
    await held.score_all()
    await held.act(held.convener, "publish")

    result = {each["code"]: each for each in await held.files(CHENGDU)}
    assert (result[first]["score"], result[first]["vetoed"]) == ("80.00", False)
    assert [each["item"] for each in result[first]["faults"]] == ["evidence", "facts"]
    assert (result[second]["score"], result[second]["vetoed"]) == ("0.00", True)
    assert (await held.seen(head(DEYANG), "/verification"))["holds"]


async def test_a_division_objects_once_and_another_reader_decides(regions: Regions) -> None:
    held = await assigned(regions, CHENGDU, *FIVE)
    await held.score_all(DEDUCTED)
    await held.act(held.convener, "publish")
    [ours, theirs] = [(await held.files(each))[0] for each in (CHENGDU, DEYANG)]

    async def objected(division: str, file: Item) -> Item:
        return await regions.done(
            head(division),
            f"{held.path}/files/{file['id']}/object",
            {"reasons": "违法时间有监控记录证明"},
            version=file["version"],
        )

    path = f"{held.path}/files/{theirs['id']}/object"
    body = {"reasons": "不服"}
    foreign = await regions.post(head(MEISHAN), path, body, version=theirs["version"])
    assert foreign.status_code == 404
    stale = await regions.post(head(DEYANG), path, body, version=theirs["version"] + 7)
    assert stale.status_code == 412
    assert (await regions.post(head(DEYANG), path, body)).status_code == 428
    theirs, ours = await objected(DEYANG, theirs), await objected(CHENGDU, ours)
    assert await held.code(held.convener, "decide", decision(theirs)) == "illegal_step"
    for each in (theirs, ours):
        await held.act(held.convener, "reread", {"code": each["code"]})
        assert await held.code(held.convener, "decide", decision(each)) == "not_read_yet"
        [(who, reading)] = await held.waiting(each["code"])
        await held.score(who, reading)
    await held.act(held.convener, "decide", decision(theirs))
    assert await held.code(held.convener, "decide", decision(ours, grants=False)) == "own_cause"
    assert await held.code(held.convener, "close") == "objections_open"
    await regions.set_clock(BEGINS + timedelta(days=8))
    assert await held.code(held.convener, "close") == "files_unsettled"
    await held.act(held.convener, "decide", decision(ours))
    late = (await held.files(MEISHAN))[0]
    answer = await regions.post(
        head(MEISHAN), f"{held.path}/files/{late['id']}/object", body, version=late["version"]
    )
    assert answer.json()["code"] == "objection_late"

    closed = await held.act(held.convener, "close")

    assert closed["state"] == "closed"
    summary = await held.seen(head(MEISHAN), "/summary")
    assert [(each["rank"], each["average"]) for each in summary["rankings"]] == [
        (1, "97.50"),
        (1, "97.50"),
        (3, "95.00"),
        (3, "95.00"),
        (3, "95.00"),
    ]
    assert summary["common_faults"] == [{"item": "facts", "files": 8}]
    [fault] = (await held.seen(head(DEYANG), "/faults"))["items"]
    remedied = await regions.done(
        head(DEYANG),
        f"{held.path}/faults/{fault['id']}/remedy",
        {"remedy": "补充说明归卷"},
        version=fault["version"],
    )
    assert remedied["remedied_at"] is not None
    async with regions.database.transaction(SYSTEM) as session:
        standing = await queries.standings(
            session, [DEYANG, MEISHAN], first=BEGINS.date(), last=BEGINS.date() + timedelta(days=30)
        )
    mine = {each.division: each for each in standing}
    assert mine[DEYANG].open_faults < mine[MEISHAN].open_faults
    assert mine[MEISHAN].average is not None


def decision(file: Item, *, grants: bool = True) -> Item:
    return {"code": file["code"], "grants": grants, "reason": "以复评意见为准"}


async def test_two_divisions_hold_between_persons_and_only_the_dropouts_files_move(
    regions: Regions,
) -> None:
    held = await assigned(regions, CHENGDU, CHENGDU, CHONGQING, people=4)
    assert (await held.seen(held.convener))["level"] == "person"
    handler = {
        (await held.files(city))[n]["code"]: held.readers[city][n].id
        for city in (CHENGDU, CHONGQING)
        for n in range(2)
    }
    reads = {
        each.id: {one["code"] for one in await held.readings(each.login)}
        for people in held.readers.values()
        for each in people
    }
    arcs = {(reader, handler[code]) for reader, codes in reads.items() for code in codes}
    assert not any((b, a) in arcs for a, b in arcs)

    leaver = next(each for each in held.readers[CHONGQING] if reads[each.id])
    told = {"reader": leaver.id, "reason": "借调"}
    assert await held.code(head(CHENGDU), "substitute", told) == "no_such_reviewer"
    await held.act(head(CHONGQING), "substitute", told)

    left = await held.readings(leaver.login)
    assert {each["state"] for each in left} == {"dropped"}
    for each in (*held.readers[CHENGDU], *held.readers[CHONGQING]):
        if each is not leaver:
            now = {one["code"] for one in await held.readings(each.login)}
            assert reads[each.id] <= now
            assert now - reads[each.id] <= reads[leaver.id]
    check = await held.seen(head(CHONGQING), "/verification")
    assert (check["holds"], len(check["draws"])) == (True, 2)


async def test_who_handled_or_has_an_interest_does_not_read_and_may_give_back(
    regions: Regions,
) -> None:
    held = await opened(regions, CHENGDU, CHENGDU, CHONGQING, people=3, files_per_division=1)
    [near, *_] = held.readers[CHONGQING]
    interest = {"object_name": "星河电镀有限公司", "relation": "亲属任职"}
    file = (await regions.get(head(CHONGQING), f"/officers/{near.id}")).json()
    await regions.done(
        near.login, f"/officers/{near.id}/interests", interest, version=file["version"]
    )
    for division, more in ((CHENGDU, {"object_name": "星河电镀有限公司"}), (CHONGQING, {})):
        handler = await an_officer(regions, division)
        body = a_file(division, handler.id, **more)
        await held.act(head(division), "files", body)
    # One too many, by a stranger, not redacted, of another kind.
    [handler] = (await held.files(CHENGDU))[0]["handlers"]
    assert await held.code(head(CHENGDU), "files", a_file(CHENGDU, handler)) == "enough_files"
    assert await held.code(head(CHENGDU), "files", a_file(CHENGDU, near.id)) == "unfit_reviewer"
    raw = a_file(CHENGDU, str(uuid4()), redacted=False)
    assert await held.code(head(CHENGDU), "files", raw) == "not_redacted"
    foreign = a_file(CHENGDU, str(uuid4()), kind="seizure")
    assert await held.code(head(CHENGDU), "files", foreign) == "file_not_fitting"

    await held.act(held.convener, "assign")

    assert await held.readings(near.login) == []
    [code] = [each["code"] for each in await held.files(CHONGQING)]
    [(one, reading), (other, _)] = await held.waiting(code)
    await regions.done(
        one,
        f"{held.path}/readings/{reading['id']}/recuse",
        {"reason": "与经办人为亲属"},
        version=reading["version"],
    )
    after = [who for who, _ in await held.waiting(code)]
    assert other in after
    assert one not in after
    assert len(after) == 2


async def test_nested_divisions_strangers_and_too_few_readers_are_refused(
    regions: Regions,
) -> None:
    await regions.set_clock(BEGINS)
    nested = await regions.post(head(CHENGDU), "/file-reviews", wanted(CHENGDU, CHENGDU, "510114"))
    assert nested.json()["code"] == "bad_review_parties"
    above = await regions.post(head(CHENGDU), "/file-reviews", wanted(CHENGDU, DEYANG, MEISHAN))
    assert above.json()["code"] == "bad_review_parties"
    held = await opened(regions, CHENGDU, CHENGDU, CHONGQING, people=1, files_per_division=1)
    stranger = await regions.get(head("330200"), held.path)
    assert stranger.status_code == 404
    version = (await held.seen(held.convener))["version"]
    twice = await asyncio.gather(
        *(
            regions.post(head(CHENGDU), f"{held.path}/files", body, version=version)
            for body in (a_file(CHENGDU, held.readers[CHENGDU][0].id) for _ in range(2))
        )
    )
    assert sorted(each.status_code for each in twice) == [201, 412]
    [handler] = held.readers[CHONGQING]
    await held.act(head(CHONGQING), "files", a_file(CHONGQING, handler.id))
    assert await held.code(held.convener, "assign") == "assignment_impossible"
    assert (await held.seen(held.convener))["state"] == "open"
    ended = await held.act(held.convener, "cancel", {"reason": "评查人不足"})
    assert ended["state"] == "cancelled"
