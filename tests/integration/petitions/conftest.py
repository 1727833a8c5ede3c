"""The petitions service as its callers meet it: over a socket, on a database of its own.

Business time stands still unless a test moves it, and then only forward, so that tests may run in
any order. Every test gets a city of its own with counties and people.
"""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg
import httpx
import pytest

from ops.bootstrap import Databases
from shared.auth.actor import Role
from shared.clocks.days import SHANGHAI, legal_day
from tests.support.postgres import CLOCK_STARTS
from tests.support.services import Caller, Issuer, RunningService, eventually, running

YEARS: Final = range(2026, 2080)
# Zhejiang and Fujian have profiles of their own; elsewhere the statute holds. 90
# would be no city but a heading of counties their province runs itself.
ZHEJIANG: Final = tuple(f"33{number}00" for number in range(10, 90))
FUJIAN: Final = tuple(f"35{number}00" for number in range(10, 90))
# One for each test, and more: what a test leaves behind is nobody else's.
CITIES: Final = tuple(
    f"{province}{number}00"
    for province in (34, 36, 37, 41, 42, 43, 44, 45, 52, 53)
    for number in range(10, 90)
)
COUNTIES: Final = ("81", "82", "83")

# Made up so that finding one of them anywhere is a leak, never a coincidence.
NAME: Final = "欧阳雪梅"
PHONE: Final = "13987650123"
ID_NUMBER: Final = "330282199003071238"
DOOR: Final = "槐花弄77号502室"
ADDRESS: Final = f"慈溪市长河镇{DOOR}"
# Whole on every track: a handling opinion also states the request and the facts.
ANSWER: Final = {
    "outcome": "explained",
    "opinion": "已责令整改",
    "legal_basis": "大气污染防治法",
    "request": "要求查处",
    "facts": "现场有异味",
}
CANARIES: Final = (NAME, PHONE, "139-8765-0123", "139 8765 0123", ID_NUMBER, DOOR, "欧阳女士")


@dataclass
class BusinessTime:
    """The simulated clock; it only goes forward."""

    service: RunningService
    now: datetime = CLOCK_STARTS

    async def move_to(self, instant: datetime) -> None:
        assert instant >= self.now
        await self.service.set_clock(instant)
        self.now = instant

    async def pass_by(self, **time: float) -> None:
        await self.move_to(self.now + timedelta(**time))

    async def next_monday(self) -> datetime:
        """The first second of the next week, when the weekly report is due."""
        today = legal_day(self.now)
        day = today + timedelta(days=7 - today.weekday())
        await self.move_to(datetime.combine(day, time(0, 0, 1), SHANGHAI))
        return self.now

    async def first_of_month(self) -> datetime:
        """The first second of the next month, when the monthly report is due."""
        day = (legal_day(self.now).replace(day=1) + timedelta(days=32)).replace(day=1)
        await self.move_to(datetime.combine(day, time(0, 0, 1), SHANGHAI))
        return self.now


@pytest.fixture(scope="session")
async def petitions(
    clone: Callable[[], Awaitable[Databases]], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RunningService]:
    databases = await clone()
    async with running(
        "petitions",
        databases,
        Issuer(),
        tmp_path_factory.mktemp("petitions"),
        VAULT_KEY=secrets.token_urlsafe(32),
        VAULT_LOOKUP_KEY=secrets.token_urlsafe(32),
        REGIONS_URL="http://127.0.0.1:9",  # the discard port: nobody is there
    ) as service:
        await publish(service)
        yield service


async def publish(service: RunningService) -> None:
    """The references, as `regions` publishes them: years without holidays, made-up cities."""
    codes = [
        city[:4] + county for city in (*ZHEJIANG, *FUJIAN, *CITIES) for county in ("00", *COUNTIES)
    ]
    async with service.connection(system="on", principal="test") as connection:
        await connection.executemany(
            "INSERT INTO reference_calendar VALUES ($1, 1, NULL, '[]', '[]')",
            [(year,) for year in YEARS],
        )
        await connection.executemany(
            "INSERT INTO reference_division VALUES ($1, $2, '2000-01-01', NULL)",
            [(code, f"区划{code}") for code in codes],
        )


@pytest.fixture(scope="session")
def time_(petitions: RunningService) -> BusinessTime:
    return BusinessTime(petitions)


@pytest.fixture(scope="session")
def cities() -> Iterator[str]:
    return iter(CITIES)


@dataclass
class Case:
    """One petition on its way; each step is taken with the version read before."""

    place: "Place"
    id: UUID
    number: str
    seen: dict[str, Any] = field(default_factory=dict)
    version: int = 1

    @property
    def path(self) -> str:
        return f"/petitions/{self.id}"

    async def try_(self, who: Caller, step: str, body: Any = None) -> httpx.Response:
        return await who.post(f"{self.path}/{step}", body, version=self.version)

    async def step(self, who: Caller, step: str, body: Any = None) -> "Case":
        answer = await self.try_(who, step, body)
        assert answer.status_code in {200, 201}, answer.text
        self.version = int(answer.headers["ETag"].strip('"'))
        self.seen = answer.json()
        return self

    async def transferred(self) -> "Case":
        return await self.step(self.place.city_clerk, "transfer", {"unit": self.place.county})

    async def accepted(self) -> "Case":
        await self.transferred()
        return await self.step(self.place.clerk, "accept", {"notice": "已受理"})

    async def in_progress(self) -> "Case":
        await self.accepted()
        return await self.step(self.place.officer, "start")

    async def answer(self) -> "Case":
        opinion: dict[str, Any] = dict(ANSWER)
        if self.seen.get("parts"):  # a test about something else does not let each county answer
            opinion["partial"] = True
        return await self.step(self.place.officer, "reply", opinion)

    async def replied(self) -> "Case":
        await self.in_progress()
        return await self.answer()

    async def call(self, result: str, solved: str, note: str | None = None) -> "Case":
        body = {"result": result, "solved": solved, "note": note}
        return await self.step(self.place.city_clerk, "callbacks", body)

    async def part(self, division: str) -> "Case":
        """The part of the division."""
        found = (await self.place.city_clerk.get(f"{self.path}/parts")).json()
        [its] = [each for each in found if each["holder"] == division]
        return Case(self.place, UUID(its["id"]), its["number"], its, its["version"])

    async def read(self, who: Caller) -> dict[str, Any]:
        answer = await who.get(self.path)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def state(self) -> str:
        return str((await self.read(self.place.city_clerk))["state"])

    async def clocks(self) -> dict[str, list[str]]:
        """The states each kind of its clocks went through, first to last."""
        rows = await self.place.service.sql(
            "SELECT kind, state FROM clock WHERE subject_id = $1 ORDER BY id", self.id
        )
        return {row["kind"]: [r["state"] for r in rows if r["kind"] == row["kind"]] for row in rows}

    async def events(self) -> list[asyncpg.Record]:
        return await self.place.service.sql(
            "SELECT topic, data FROM outbox_event WHERE key = $1 ORDER BY id", str(self.id)
        )


@dataclass
class Place:
    """A city with its counties, and one person of each kind that matters there."""

    service: RunningService
    time: BusinessTime
    city: str

    def __post_init__(self) -> None:
        self.county, self.neighbour, self.third = (self.city[:4] + each for each in COUNTIES)
        self.city_clerk = self.person(Role.PETITION_CLERK, self.city)
        self.clerk = self.person(Role.PETITION_CLERK, self.county)
        self.officer = self.person(Role.OFFICER, self.county)
        self.head = self.person(Role.DEPARTMENT_HEAD, self.county)
        self.leader = self.person(Role.COUNTY_LEADER_IN_CHARGE, self.county)
        self.other_clerk = self.person(Role.PETITION_CLERK, self.neighbour)
        self.other_officer = self.person(Role.OFFICER, self.neighbour)
        self.other_leader = self.person(Role.COUNTY_LEADER_IN_CHARGE, self.neighbour)
        self.third_clerk = self.person(Role.PETITION_CLERK, self.third)
        self.city_head = self.person(Role.DEPARTMENT_HEAD, self.city)
        self.auditor = self.person(Role.AUDITOR, self.city)

    def person(self, role: Role, division: str) -> Caller:
        return self.service.caller((role, division))

    def body(self, **changes: Any) -> dict[str, Any]:
        """A petition about the county, from somebody who gave everything away in the text."""
        return {
            "channel": "hotline_12345",
            "media": ["air"],
            "office": self.city,
            "divisions": [self.county],
            "title": f"{NAME}反映夜间酸味",
            "body": f"我是{NAME},电话139-8765-0123,家住{ADDRESS},证件{ID_NUMBER},夜里有酸味。",
            "place": "长河镇工业园",
            "object_name": "某电镀厂",
            "received_at": self.time.now.isoformat(),
            "petitioner": {
                "name": NAME,
                "phone": PHONE,
                "id_number": ID_NUMBER,
                "address": ADDRESS,
            },
        } | changes

    async def try_register(self, who: Caller | None = None, /, **changes: Any) -> httpx.Response:
        return await (who or self.city_clerk).post("/petitions", self.body(**changes))

    async def register(self, **changes: Any) -> Case:
        answer = await self.try_register(**changes)
        assert answer.status_code == 201, answer.text
        content = answer.json()
        return Case(self, UUID(content["id"]), content["number"], content)

    async def shared(self, **changes: Any) -> Case:
        """A petition that the neighbour has a part in: a coordinating item with two parts."""
        return await self.register(divisions=[self.county, self.neighbour], **changes)


@pytest.fixture
def place(petitions: RunningService, time_: BusinessTime, cities: Iterator[str]) -> Place:
    return Place(petitions, time_, next(cities))


@dataclass
class Ride:
    """A matter on the through-train."""

    place: Place
    case: Case
    id: UUID
    group: dict[str, Any]

    @property
    def path(self) -> str:
        return f"/escalations/{self.id}"

    async def read(self, who: Caller | None = None) -> dict[str, Any]:
        answer = await (who or self.place.city_clerk).get(self.path)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def try_(self, who: Caller, step: str, body: Any) -> httpx.Response:
        version = (await self.read())["version"]
        return await who.post(f"{self.path}/{step}", body, version=version)

    async def step(self, who: Caller, step: str, body: Any) -> dict[str, Any]:
        answer = await self.try_(who, step, body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def reaches(self, state: str) -> dict[str, Any]:
        """The escalation, as soon as a job has brought it there."""

        async def there() -> dict[str, Any] | None:
            found = await self.read()
            return found if found["state"] == state else None

        return await eventually(there)

    async def pushed(self) -> dict[str, Any]:
        await self.place.time.next_monday()
        return await self.reaches("pushed")

    async def noticed(self) -> dict[str, Any]:
        await self.pushed()
        await self.place.time.first_of_month()
        return await self.reaches("noticed")

    async def solved(self) -> None:
        """Handled once more, and this time the petitioner is content."""
        await self.place.time.pass_by(hours=1)
        await self.case.step(self.place.officer, "start")
        await self.case.answer()
        await self.place.time.pass_by(hours=1)
        await self.case.call("satisfied", "yes")


async def escalation_of(place: Place, petition_id: UUID) -> UUID | None:
    rows = await place.service.sql(
        "SELECT id FROM escalation WHERE petition_id = $1 AND state <> 'resolved'", petition_id
    )
    return UUID(str(rows[0]["id"])) if rows else None


async def found_group(place: Place) -> dict[str, Any]:
    answer = await place.city_clerk.post("/working-groups", {"city": place.city, "name": "工作群"})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def add_member(place: Place, group: dict[str, Any], member: Caller, county: str) -> None:
    version = (await place.city_clerk.get(f"/working-groups/{group['id']}")).json()["version"]
    body = {
        "account_id": str(member.id),
        "name": "分管领导",
        "division": county,
        "role": Role.COUNTY_LEADER_IN_CHARGE,
    }
    path = f"/working-groups/{group['id']}/members"
    answer = await place.city_clerk.post(path, body, version=version)
    assert answer.status_code == 201, answer.text


@pytest.fixture
async def ride(place: Place) -> AsyncIterator[Ride]:
    """A candidate: the county's petition, shared with its neighbour, called back badly.

    The week begins on a Tuesday, so that the weekly report is a push away.
    """
    await place.time.next_monday()
    await place.time.pass_by(days=1, hours=9)
    group = await found_group(place)
    for member, county in ((place.leader, place.county), (place.other_leader, place.neighbour)):
        await add_member(place, group, member, county)
    case = await (await place.shared()).replied()
    await case.call("dissatisfied", "no")
    escalation = await eventually(lambda: escalation_of(place, case.id))
    assert escalation is not None
    yield Ride(place, case, escalation, group)
    # Later tests let months pass; this group's reports of them would interest nobody.
    await place.service.sql(
        "UPDATE working_group SET created_at = '2100-01-01' WHERE city = $1", place.city
    )


def day_of(instant: datetime, *, days: int) -> date:
    return legal_day(instant) + timedelta(days=days)
