"""A whole stack that no story was played on, and the steps offices take on it by its gateway.

Business time only goes forward, by as much as a test says: the tests may run in any order.
"""

import asyncio
import csv
import io
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

import asyncpg
import httpx

from ops import principals
from ops.demo.people import SHANGHAI, Json, Person, Stage
from ops.own_stack import own_stack
from ops.ready import Ready
from tests.support.published import Batch, Row
from tests.support.stack import until

T = TypeVar("T")

# A Monday in the only year that the table of divisions holds for.
BEGINS: Final = datetime(2026, 1, 5, 9, 0, tzinfo=SHANGHAI)
UNDELIVERED: Final = """
SELECT count(*) FROM regions.outbox_delivery WHERE state = 'pending'
"""
MORNING: Final = time(8, 30)
WRONG_PERSON: Final = (403, 404)
# A busy machine loads some hundred rows a second.
LOADING_S: Final = 90.0

CITY: Final = "330200"
CIXI, YUYAO, BEILUN = "330282", "330281", "330206"
CITY_CLERK: Final = f"{CITY}-petition-clerk-1"
CALLER: Final = f"{CITY}-petition-clerk-2"
CITY_CHIEF: Final = f"{CITY}-department-head-1"

# A handling opinion with all parts of art. 32; other tracks may say as much.
OPINION: Final = {
    "outcome": "supported",
    "request": "要求停止夜间排放",
    "facts": "现场检查发现废气处理设施夜间停运",
    "opinion": "责令立即改正并依法处罚",
    "legal_basis": "《中华人民共和国大气污染防治法》第九十九条",
}


def clerk(division: str) -> str:
    return f"{division}-petition-clerk-1"


def officer(division: str) -> str:
    return f"{division}-officer-1"


def leader(division: str) -> str:
    return f"{division}-county-leader-in-charge-1"


def chief(division: str) -> str:
    return f"{division}-department-head-1"


def csv_of(rows: Sequence[Row]) -> bytes:
    heads = list(dict.fromkeys(name for each in rows for name in each))
    text = io.StringIO()
    writer = csv.DictWriter(text, heads)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


@dataclass
class Offices:
    """The people of the stack, its clock, and what was loaded into it."""

    stage: Stage
    _imports: dict[str, Json] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        return self.stage.instant

    @property
    def today(self) -> date:
        return self.now.date()

    def move(self, instant: datetime) -> None:
        local = instant.astimezone(SHANGHAI).replace(tzinfo=None).isoformat()
        # A thread, because pytest may have an event loop here.
        with ThreadPoolExecutor(max_workers=1) as thread:
            thread.submit(self.stage.at, local).result()

    def later(self, **by: float) -> None:
        self.move(self.now + timedelta(**by))

    def monday(self) -> date:
        """The morning of the next Monday."""
        day = self.today + timedelta(days=7 - self.today.weekday())
        self.move(datetime.combine(day, MORNING, SHANGHAI))
        return day

    def first_of_month(self) -> date:
        """The morning after a period ended; answers the day the period began."""
        begun = self.today.replace(day=1)
        self.move(datetime.combine(_next_month(begun), MORNING, SHANGHAI))
        return begun

    def person(self, login: str) -> Person:
        return self.stage.person(login)

    def refused(self, who: str, path: str, body: object = None, *, on: Json | None = None) -> None:
        """A wrong person is refused, or does not even learn that there is such a thing."""
        answer = self.person(who).attempt(path, body, on=on)
        assert answer.status_code in WRONG_PERSON, (who, path, answer.status_code, answer.text)

    def barred(
        self, who: str, code: str, path: str, body: object = None, *, on: Json | None = None
    ) -> None:
        """The right person may not do this now, for a reason that has a name."""
        answer = self.person(who).attempt(path, body, on=on)
        assert answer.json().get("code") == code, answer.text

    def act(
        self, path: str, step: str, body: object = None, *, by: str, not_by: str | None = None
    ) -> Json:
        """A step on the item as it is now; `not_by` is refused it before."""
        item: Json = self.person(by).get(path)
        body = {} if body is None else body
        if not_by is not None:
            self.refused(not_by, f"{path}/{step}", body, on=item)
        return self.person(by).post(f"{path}/{step}", body, on=item)

    def complaint(self, *divisions: str, **changes: Any) -> Json:
        return {
            "channel": "hotline_12345",
            "media": ["air"],
            "office": CITY,
            "divisions": list(divisions),
            "title": "夜间废气",
            "body": "夜里有刺鼻气味,无法开窗。",
            "place": "示例工业区",
            "object_name": "示例化工厂",
            "received_at": self.now.isoformat(),
            "petitioner": {"name": "丁某某", "phone": "13800000009"},
        } | changes

    def registered(self, *divisions: str, **changes: Any) -> Json:
        body = self.complaint(*divisions, **changes)
        return self.person(CITY_CLERK).post("/petitions", body)

    def in_progress(self, path: str, county: str) -> None:
        """Given to the county, accepted there, begun by its officer."""
        due = (self.today + timedelta(days=60)).isoformat()
        body = {"unit": county, "report_due_on": due}
        self.act(path, "assign", body, by=CITY_CLERK)
        self.act(path, "accept", {"notice": "已书面告知受理"}, by=clerk(county))
        self.act(path, "start", by=officer(county))

    def wait(self, what: str, look: Callable[[], T | None], *, within: float = 60.0) -> T:
        """What the services bring about in their own time."""
        return until(what, look, within=within)

    def send(self, who: str, content: bytes, media_type: str, **said: object) -> httpx.Response:
        return self.person(who).attempt_upload(
            "/petitions-imports", content, media_type, **{"mode": "archive", **said}
        )

    def ended(self, who: str, import_id: str) -> Json:
        """The import once it is done; on the way it tells how far it is."""
        percents = [0]

        def look() -> Json | None:
            found: Json = self.person(who).get(f"/petitions-imports/{import_id}")
            assert found["state"] not in ("failed", "cancelled"), found
            percents.append(found["percent"])
            return found if found["state"] == "done" else None

        done = self.wait("the import", look, within=LOADING_S)
        assert all(0 <= each <= 100 for each in percents)
        return done

    def loaded(self, batch: Batch, content: bytes, kind: str, media_type: str) -> Json:
        """The import of a published batch, loaded once however many tests want it."""
        if batch.source not in self._imports:
            who = clerk(batch.office)
            said = {"format": kind, "source": batch.source, "office": batch.office}
            sent = self.send(who, content, media_type, **said, dry_run="false")
            assert sent.status_code == 202, sent.text
            self._imports[batch.source] = self.ended(who, sent.json()["id"])
        return self._imports[batch.source]

    def report(self, kind: str, *, holds: Callable[[Json], object]) -> Json:
        """The newest report of a kind of which something holds, once time has issued it."""
        city = self.person(CITY_CLERK)

        def look() -> Json | None:
            for each in city.get("/reports", kind=kind, limit=5)["items"]:
                whole: Json = city.get(f"/reports/{each['id']}")
                if holds(whole):
                    return whole
            return None

        return self.wait(f"the {kind} report", look)


def _next_month(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


@contextmanager
def offices() -> Iterator[Offices]:
    """A stack of its own with everybody's login, gone with the block."""
    with own_stack(clock_from=BEGINS) as ready:
        assert ready.principals is not None
        with Stage(ready, principals.read(Path(ready.principals))) as stage:
            opened = Offices(stage)
            opened.move(BEGINS)
            opened.wait("the reference data", lambda: asyncio.run(_all_told(ready)))
            yield opened


async def _all_told(ready: Ready) -> bool:
    """Whether divisions and calendar have come to every service."""
    system = {"app.system": "on", "app.principal": "test"}
    owner = await asyncpg.connect(ready.databases["owner"], server_settings=system)
    try:
        return bool(await owner.fetchval(UNDELIVERED) == 0)
    finally:
        await owner.close()
