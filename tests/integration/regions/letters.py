"""Letters between organs for the tests: sent, taken a step further, and left to run late."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg
import httpx

from ops.bootstrap import Databases
from services.regions.assistance.jobs import JOBS as LETTER_JOBS
from services.regions.disputes.jobs import JOBS as DISPUTE_JOBS
from shared.clocks.days import SHANGHAI
from shared.db.simulated_clock import SimulatedClock
from shared.jobs import Job, run_job
from tests.integration.regions.conftest import Person, Regions

JIASHAN, WUJIANG, ZHEJIANG, JIANGSU = "330421", "320509", "330000", "320000"


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def report(text: str = "report", **changes: Any) -> dict[str, Any]:
    """A monitoring report that lacks nothing."""
    return {
        "title": "监测报告",
        "sha256": sha256(text),
        "kind": "monitoring_report",
        "taken_at": "2026-03-01T09:00:00+08:00",
        "taken_by": ["张三", "李四"],
        "chain": [
            {
                "at": "2026-03-01T11:00:00+08:00",
                "giver": "张三",
                "taker": "监测站",
                "what": "送样",
            }
        ],
        "cma_number": "171100000001",
        "method_standard": "HJ 535-2009",
        **changes,
    }


def a_request(sender: str, receiver: str, **changes: Any) -> dict[str, Any]:
    return {
        "sender": sender,
        "receiver": receiver,
        "kind": "sampling",
        "title": "协助采样",
        "facts": "界河上游疑有偷排",
        "asked": "请对贵方一侧排口采样监测",
        "contact": "值班室",
        "attachments": [{"title": "现场照片", "sha256": sha256("photo")}],
        **changes,
    }


def a_handover(sender: str, receiver: str, **changes: Any) -> dict[str, Any]:
    return {
        "sender": sender,
        "receiver": receiver,
        "matter": {
            "title": "跨界水污染线索",
            "division": receiver,
            "media": ["water"],
            "place": "界河下游断面",
            "facts": "夜间排放",
        },
        "facts": "巡查发现排口位于贵方一侧",
        "legal_view": "涉嫌违反水污染防治法第三十九条",
        "evidence": [report(), report("photo", kind="audio_visual", chain=[])],
        "contact": "值班室",
        **changes,
    }


@dataclass(frozen=True, slots=True)
class Desk:
    """Two organs at work, and the clock on the wall."""

    regions: Regions
    databases: Databases

    async def send(self, who: Person, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return await self.regions.done(who, path, body)

    async def read(self, who: Person, path: str) -> dict[str, Any]:
        answer = await self.regions.get(who, path)
        assert answer.status_code == 200, answer.text
        content: dict[str, Any] = answer.json()
        return content

    async def act(
        self, who: Person, path: str, step: str, body: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """The step by somebody who has read the newest version."""
        version = (await self.read(who, path))["version"]
        return await self.regions.done(who, f"{path}/{step}", body or {}, version=version)

    async def attempt(
        self, who: Person, path: str, step: str, body: dict[str, Any] | None = None
    ) -> httpx.Response:
        read = await self.regions.get(who, path)
        version = read.json().get("version", 1)
        return await self.regions.post(who, f"{path}/{step}", body or {}, version=version)

    async def refused(
        self, who: Person, path: str, step: str, body: dict[str, Any] | None = None
    ) -> tuple[int, str]:
        answer = await self.attempt(who, path, step, body)
        return answer.status_code, answer.json()["code"]

    async def now(self) -> datetime:
        return await SimulatedClock(self.regions.database.engine).now()

    async def set_clock(self, day: str, hour: int = 9) -> None:
        """An hour of a day, by the clock in Shanghai; the jobs then do their work."""
        moment = datetime.fromisoformat(day).replace(hour=hour, tzinfo=SHANGHAI)
        owner = await asyncpg.connect(self.databases.owner)
        try:
            await owner.execute("UPDATE clock.simulated SET now = $1", moment)
        finally:
            await owner.close()
        await self.run_jobs()

    async def run_jobs(self, jobs: Sequence[Job] = (*LETTER_JOBS, *DISPUTE_JOBS)) -> None:
        clock = SimulatedClock(self.regions.database.engine)
        for job in jobs:
            await run_job(self.regions.database, clock, job)
