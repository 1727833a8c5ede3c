"""A year's notice and an article, from the preview to every clock of every service they reach.

`regions`, `tasks` and `petitions` run as processes and speak with each other by their own tokens.
"""

import asyncio
import json
import os
import secrets
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest

from ops import calendars as by_operator
from ops.bootstrap import Databases
from ops.seed_references import seed_references
from shared.auth.actor import ActorKind, Role
from shared.clock_rows.rows import Ladder, start_clock
from shared.clocks.term import Unit
from shared.db.session import SYSTEM, Database
from shared.errors import AppError
from shared.ids import uuid7
from tests.factories.clocks import a_term, at
from tests.support.services import Caller, Issuer, RunningService, eventually, running

SERVICES: Final = ("regions", "tasks", "petitions")
# Invented: the notice of 2027 was not published when this was written.
NOTICE: Final[dict[str, Any]] = {
    "year": 2027,
    "notice": "国办发明电〔2026〕示例号",
    "title": "国务院办公厅关于2027年部分节假日安排的通知",
    "days_off": [
        ["元旦", "New Year's Day", ["01-01"]],
        ["春节", "Spring Festival", ["02-05", "02-08", "02-09", "02-10", "02-11", "02-12"]],
    ],
    "make_up": [["春节", "Spring Festival", ["01-31", "02-20"]]],
}
REASON: Final = {"reason": "国务院办公厅通知已发布"}
LADDER: Final = Ladder(timedelta(days=3), timedelta(days=1))


@dataclass
class Three:
    """The three services that keep clocks, on one database."""

    databases: Databases
    by_name: dict[str, RunningService]

    def __getitem__(self, name: str) -> RunningService:
        return self.by_name[name]

    @property
    def administrator(self) -> Caller:
        return self["regions"].caller((Role.SYSTEM_ADMINISTRATOR, "330000"))

    @property
    def clerk(self) -> Caller:
        return self["regions"].caller((Role.PETITION_CLERK, "330281"))

    async def a_clock(self, service: str, start: str, amount: int, **facts: Any) -> UUID:
        """A clock as the service itself starts one."""
        subject, database = uuid7(), Database(self.databases.url(service), schema=service)
        try:
            async with database.transaction(SYSTEM) as session:
                await start_clock(
                    session,
                    subject_kind=f"{service}_subject",
                    subject_id=subject,
                    kind="handling",
                    term=a_term(amount, **facts),
                    ladder=LADDER,
                    started_at=at(start),
                    seen_by=["330281"],
                )
        finally:
            await database.close()
        return subject

    async def due(self, service: str, subject: UUID) -> date:
        [row] = await self[service].sql("SELECT due_on FROM clock WHERE subject_id = $1", subject)
        day: date = row["due_on"]
        return day

    async def moved_to(self, service: str, subject: UUID, day: str) -> bool:
        return await self.due(service, subject) == date.fromisoformat(day)


@pytest.fixture(scope="module")
async def three(
    clone: Callable[[], Awaitable[Databases]], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Three]:
    databases, issuer = await clone(), Issuer()
    folder = tmp_path_factory.mktemp("three")
    async with AsyncExitStack() as stack:
        by_name: dict[str, RunningService] = {}
        for name in ("tasks", "petitions", "regions"):
            by_name[name] = await stack.enter_async_context(
                running(
                    name,
                    databases,
                    issuer,
                    folder,
                    EVIDENCE_DIR=str(folder),
                    VAULT_KEY=secrets.token_urlsafe(32),
                    VAULT_LOOKUP_KEY=secrets.token_urlsafe(32),
                    **{f"{each.upper()}_URL": service.url for each, service in by_name.items()},
                )
            )
        await seed_references(databases.url("regions"))
        made = Three(databases, by_name)
        for name in ("tasks", "petitions"):
            await eventually(lambda name=name: _ready(made[name]))  # type: ignore[misc]
        yield made


async def _ready(service: RunningService) -> bool:
    return (await service.http.get("/readyz")).status_code == 200


async def current(three: Three, year: int = 2027) -> int:
    answer = await three.administrator.get(f"/calendars/{year}")
    return int(answer.json()["version"]) if answer.status_code == 200 else 0


async def publish(three: Three, notice: dict[str, Any]) -> dict[str, Any]:
    version = await current(three, notice["year"])
    answer = await three.administrator.post("/calendars", {**notice, **REASON}, version=version)
    assert answer.status_code == 201, answer.text
    content: dict[str, Any] = answer.json()
    return content


async def preview(three: Three, notice: dict[str, Any]) -> dict[str, Any]:
    answer = await three.administrator.post("/calendars:preview", notice, key="")
    assert answer.status_code == 200, answer.text
    content: dict[str, Any] = answer.json()
    return content


def bare(year: int) -> dict[str, Any]:
    """A notice that frees New Year's Day, or the weekday after it, and nothing else."""
    first = date(year, 1, 1)
    day = first if first.weekday() < 5 else first + timedelta(days=7 - first.weekday())
    days_off = [["元旦", "New Year's Day", [f"{day:%m-%d}"]]]
    return {**NOTICE, "year": year, "days_off": days_off, "make_up": []}


async def test_a_preview_names_every_clock_of_every_service_and_publishing_moves_just_these(
    three: Three,
) -> None:
    moving = {name: await three.a_clock(name, "2027-01-24", 15) for name in SERVICES}
    staying = {name: await three.a_clock(name, "2027-03-01", 8) for name in SERVICES}
    counted = await three.a_clock("petitions", "2027-02-03", 3, unit=Unit.WORKING_DAYS)

    foreseen = await preview(three, NOTICE)

    assert (foreseen["year"], foreseen["version"], foreseen["complete"]) == (2027, 1, True)
    assert foreseen["new_rest_days"] == ["2027-01-01"] + [
        f"2027-02-{day}" for day in ("05", "08", "09", "10", "11", "12")
    ]
    assert foreseen["new_workdays"] == ["2027-01-31", "2027-02-20"]
    assert [each["service"] for each in foreseen["services"]] == list(SERVICES)
    listed = {each["service"]: each["clocks"] for each in foreseen["services"]}
    for name in SERVICES:
        [line] = [each for each in listed[name] if each["subject_id"] == str(moving[name])]
        assert (line["subject_kind"], line["kind"]) == (f"{name}_subject", "handling")
        assert (line["due_before"], line["due_after"], line["days_moved"]) == (
            "2027-02-08",
            "2027-02-15",
            7,
        )
        assert line["why_zh"].endswith("届满日由2027-02-08改为2027-02-15。")
        assert str(staying[name]) not in {each["subject_id"] for each in listed[name]}
    assert foreseen["moved"] == sum(each["moved"] for each in foreseen["services"])
    assert await three.due("tasks", moving["tasks"]) == date(2027, 2, 8)  # nothing is stored
    assert await current(three) == 0

    published = await publish(three, NOTICE)

    assert (published["version"], published["notice"]) == (1, NOTICE["notice"])
    assert (published["title"], published["reason"]) == (NOTICE["title"], REASON["reason"])
    for name in SERVICES:
        for line in listed[name]:
            subject = UUID(line["subject_id"])
            await eventually(
                lambda n=name, s=subject, d=line["due_after"]: three.moved_to(n, s, d)  # type: ignore[misc]
            )
        assert await three.due(name, staying[name]) == date(2027, 3, 9)
        [line] = await three[name].sql(
            "SELECT * FROM clock_projection WHERE subject_id = $1", moving[name]
        )
        assert (line["year"], line["version"], line["notice"]) == (2027, 1, NOTICE["notice"])
    assert await three.due("petitions", counted) == date(2027, 2, 16)


async def test_publishing_the_same_days_again_moves_nothing(three: Three) -> None:
    notice = bare(2033)
    subject = await three.a_clock("tasks", "2032-12-24", 10)
    await publish(three, notice)
    await eventually(lambda: three.moved_to("tasks", subject, "2033-01-04"))

    assert (await preview(three, notice))["moved"] == 0
    assert (await publish(three, notice))["version"] == 2

    async def rests_on_it() -> bool:
        [row] = await three["tasks"].sql(
            "SELECT versions FROM clock WHERE subject_id = $1", subject
        )
        return bool(json.loads(row["versions"]) == {"2033": 2})

    await eventually(rests_on_it)
    assert await three.due("tasks", subject) == date(2033, 1, 4)
    lines = await three["tasks"].sql(
        "SELECT version FROM clock_projection WHERE subject_id = $1", subject
    )
    assert [each["version"] for each in lines] == [1]


async def test_a_service_that_does_not_answer_is_named(three: Three) -> None:
    pid = _pid_of(three["tasks"])
    os.kill(pid, signal.SIGSTOP)
    try:
        found = await preview(three, bare(2028))
    finally:
        os.kill(pid, signal.SIGCONT)

    by_name = {each["service"]: each for each in found["services"]}
    assert found["complete"] is False
    assert (by_name["tasks"]["reachable"], by_name["tasks"]["moved"]) == (False, None)
    assert by_name["regions"]["reachable"]
    assert by_name["petitions"]["reachable"]


def _pid_of(service: RunningService) -> int:
    """The process that listens at the service's port."""
    port = service.url.rpartition(":")[2]
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"--port" in command and port.encode() in command:
            return int(folder.name)
    raise AssertionError(port)


async def test_two_who_publish_at_once_do_not_both(three: Three) -> None:
    body = {**bare(2029), **REASON}

    answers = await asyncio.gather(
        *(three.administrator.post("/calendars", body, version=0) for _ in range(2))
    )

    assert sorted(each.status_code for each in answers) == [201, 412]
    assert await current(three, 2029) == 1


async def test_a_retry_is_answered_as_the_first_time(three: Three) -> None:
    body = {**bare(2030), **REASON}
    caller, key = three.administrator, "publish-2030-once"

    first = await caller.post("/calendars", body, version=0, key=key)
    second = await caller.post("/calendars", body, version=0, key=key)

    assert (first.status_code, second.status_code) == (201, 201)
    assert second.headers["Idempotency-Replayed"] == "true"
    assert first.headers["ETag"] == '"1"'
    assert await current(three, 2030) == 1


async def test_a_version_that_is_not_the_next_is_stale(three: Three) -> None:
    body = {**NOTICE, **REASON}
    now = await current(three)

    stale = await three.administrator.post("/calendars", body, version=now + 1)
    missing = await three.administrator.post("/calendars", body)

    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    assert (missing.status_code, missing.json()["code"]) == (428, "precondition_required")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"days_off": [["元旦", "New Year's Day", ["01-02"]]]}, "misplaced_calendar_day"),
        ({"make_up": [["元旦", "New Year's Day", ["01-04"]]]}, "misplaced_calendar_day"),
        ({"days_off": [["元旦", "New Year's Day", ["02-30"]]]}, "impossible_calendar_day"),
        ({"days_off": [["元旦", "New Year's Day", ["01-01", "01-01"]]]}, "doubled_calendar_day"),
        ({"days_off": [["元旦", "New Year's Day", ["13-01"]]]}, "invalid_input"),
        ({"days_off": []}, "invalid_input"),
        ({"year": 1980}, "invalid_input"),
        ({"notice": ""}, "invalid_input"),
    ],
)
async def test_a_notice_that_contradicts_itself_is_refused(
    three: Three, changes: dict[str, Any], code: str
) -> None:
    previewed = await three.administrator.post("/calendars:preview", {**NOTICE, **changes}, key="")
    published = await three.administrator.post(
        "/calendars", {**NOTICE, **REASON, **changes}, version=await current(three)
    )

    for answer in (previewed, published):
        assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text


@pytest.mark.parametrize("role", [each for each in Role if each is not Role.SYSTEM_ADMINISTRATOR])
async def test_nobody_but_the_system_administrator_publishes(three: Three, role: Role) -> None:
    somebody = three["regions"].caller((role, "330000"))

    for answer in (
        await somebody.post("/calendars:preview", NOTICE, key=""),
        await somebody.post("/calendars", {**NOTICE, **REASON}, version=0),
        await somebody.post("/legal-bases", AN_ARTICLE),
        await somebody.post("/legal-bases/end", {}, version=1),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert (await somebody.get("/calendars/2026")).json()["actions"] == []


async def test_clocks_are_told_of_to_services_only(three: Three) -> None:
    query = {
        "calendar": {"version": 1, **{k: v for k, v in NOTICE.items() if k != "title"}},
        "most": 5,
    }
    for name in SERVICES:
        person = three[name].caller((Role.SYSTEM_ADMINISTRATOR, "330000"))
        token = three[name].issuer.token(
            name, kind=ActorKind.SERVICE, name="regions", subject=uuid7()
        )
        path = "/internal/clocks/preview"

        refused = await three[name].http.post(path, json=query, headers=person.headers)
        told = await three[name].http.post(
            path, json=query, headers={"Authorization": f"Bearer {token}"}
        )

        assert refused.status_code == 401
        assert told.status_code == 200, told.text
        assert set(told.json()) == {"checked", "moved", "clocks"}


AN_ARTICLE: Final[dict[str, Any]] = {
    "law_code": "example-measures",
    "article": "12",
    "title_zh": "示例办法",
    "title_en": "Example Measures",
    "subject_zh": "示例期限",
    "subject_en": "An example term",
    "text_date": "2026-10-01",
    "valid_from": "2027-01-01",
    "reason": "新办法公布",
}


async def copied(three: Three, service: str, law_code: str, article: str) -> list[Any]:
    return await three[service].sql(
        "SELECT valid_from, valid_to, superseded_by FROM reference_legal_basis"
        " WHERE law_code = $1 AND article = $2 ORDER BY valid_from",
        law_code,
        article,
    )


async def test_the_law_reaches_every_service_with_the_references(three: Three) -> None:
    [own] = await three["regions"].sql("SELECT count(*) AS rows FROM legal_basis")
    for name in SERVICES:
        [copy] = await three[name].sql("SELECT count(*) AS rows FROM reference_legal_basis")
        assert copy["rows"] >= own["rows"] > 30
    for name in ("tasks", "petitions"):
        [total] = await three[name].sql(
            "SELECT rows FROM reference_total WHERE kind = 'legal_basis'"
        )
        assert total["rows"] >= 30


async def test_a_new_text_and_its_end_reach_every_service(three: Three) -> None:
    made = await three.administrator.post("/legal-bases", AN_ARTICLE)
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"'), made.text
    for name in SERVICES:
        await eventually(lambda n=name: copied(three, n, "example-measures", "12"))  # type: ignore[misc]

    again = await three.administrator.post("/legal-bases", AN_ARTICLE)
    assert (again.status_code, again.json()["code"]) == (409, "already_exists")
    newer = {**AN_ARTICLE, "valid_from": "2028-01-01", "text_date": "2027-10-01"}
    overlapping = await three.administrator.post("/legal-bases", newer)
    assert overlapping.json()["code"] == "validity_overlaps"

    end = {
        "law_code": "example-measures",
        "article": "12",
        "valid_from": "2027-01-01",
        "valid_to": "2027-12-31",
        "superseded_by": "ecological-environment-code",
        "reason": "修订后的办法施行",
    }
    for version, status in ((2, 412), (None, 428)):
        refused = await three.administrator.post("/legal-bases/end", end, version=version)
        assert refused.status_code == status
    ended = await three.administrator.post("/legal-bases/end", end, version=1)
    assert ended.status_code == 200, ended.text
    assert (ended.json()["valid_to"], ended.json()["version"]) == ("2027-12-31", 2)
    assert ended.json()["actions"] == ["end"]
    assert (await three.administrator.post("/legal-bases", newer)).status_code == 201

    async def ended_there(name: str) -> bool:
        rows = await copied(three, name, "example-measures", "12")
        return [row["valid_to"] for row in rows] == [date(2027, 12, 31), None]

    for name in SERVICES:
        await eventually(lambda n=name: ended_there(n))  # type: ignore[misc]
    for day, text in (("2027-06-01", "2026-10-01"), ("2028-06-01", "2027-10-01")):
        listed = await three.clerk.get("/legal-bases", law_code="example-measures", on=day)
        assert [each["text_date"] for each in listed.json()["items"]] == [text]


async def test_no_file_overwrites_what_an_administrator_ended(three: Three) -> None:
    end = {
        "law_code": "zhejiang-petition-regulations",
        "article": "26",
        "valid_from": "2016-07-29",
        "valid_to": "2027-06-30",
        "reason": "废止",
    }
    assert (await three.administrator.post("/legal-bases/end", end, version=1)).status_code == 200

    await seed_references(three.databases.url("regions"))

    listed = await three.clerk.get("/legal-bases", law_code="zhejiang-petition-regulations")
    assert {each["article"]: each["valid_to"] for each in listed.json()["items"]}["26"] == (
        "2027-06-30"
    )


async def test_what_is_not_recorded_cannot_end(three: Three) -> None:
    end = {**AN_ARTICLE, "law_code": "no-such-law", "valid_to": "2028-01-01"}
    kept = ("law_code", "article", "valid_from", "valid_to", "reason")
    answer = await three.administrator.post(
        "/legal-bases/end", {name: end[name] for name in kept}, version=1
    )

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_publishing_leaves_who_and_why_in_the_trace(three: Three) -> None:
    await publish(three, bare(2031))

    [line] = await three["regions"].sql(
        "SELECT * FROM audit WHERE action = 'calendar.publish' AND object_id = '2031/1'"
    )
    assert (line["actor_kind"], line["reason"]) == ("account", REASON["reason"])
    assert line["before_hash"] is None
    assert line["after_hash"] is not None


async def test_the_operator_previews_and_publishes_a_file(three: Three, tmp_path: Path) -> None:
    year = {**bare(2032), "version": 1}
    file = tmp_path / "notice.json"
    file.write_text(json.dumps({"source": "示例文件", "years": [year]}), "utf-8")
    subject = await three.a_clock("petitions", "2031-12-25", 7)
    urls = three.databases.as_dict()

    lines = await by_operator.preview(urls, file)

    assert "2032 version 1: petitions moves 1 running clocks" in lines
    assert any(str(subject) in line and "2032-01-01 to 2032-01-02" in line for line in lines)
    assert await by_operator.publish(urls["regions"], file) == [
        f"2032 version 1: published ({NOTICE['notice']})"
    ]
    await eventually(lambda: three.moved_to("petitions", subject, "2032-01-02"))
    assert await by_operator.publish(urls["regions"], file) == ["2032 version 1: known already"]

    file.write_text(json.dumps({"years": [{**year, "version": 3}]}), "utf-8")
    with pytest.raises(AppError, match="next version"):
        await by_operator.preview(urls, file)
    file.write_text("{}", "utf-8")
    with pytest.raises(AppError, match="data files"):
        await by_operator.publish(urls["regions"], file)
