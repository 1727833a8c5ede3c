"""A joint operation as the offices of a scenario carry it, and who must not learn of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from ops.demo import inspection
from ops.demo.people import SHANGHAI, Json
from tests.support.letters import absent
from tests.support.offices import Offices, chief

LINKS: Final = ["area", "time", "staff", "information"]
FOCUSES: Final = ["air", "water", "waste", "off_site"]


@dataclass
class Joint:
    """One operation, and who must not learn of it at any step."""

    office: Offices
    path: str
    lead: str
    parties: Sequence[str]
    strangers: Sequence[str]

    @property
    def id(self) -> str:
        return self.path.removeprefix("/operations/")

    def seen(self, by: str | None = None) -> Json:
        found: Json = self.office.person(by or self.lead).get(self.path)
        return found

    def act(
        self, step: str, body: object = None, *, by: str | None = None, not_by: str | None = None
    ) -> Json:
        done = self.office.act(self.path, step, body, by=by or self.lead, not_by=not_by)
        self.unseen(*self.strangers)
        return done

    def barred(self, code: str, step: str, body: object, *, by: str | None = None) -> None:
        who = by or self.lead
        self.office.barred(who, code, f"{self.path}/{step}", body, on=self.seen(who))

    def unseen(self, *logins: str) -> None:
        """Neither as an item nor in any list."""
        parts = ("", "/findings", *(f"/parties/{each}" for each in self.parties))
        for login in logins:
            for each in parts:
                absent(self.office, f"{self.path}{each}", login)
            assert self.id not in self.listed(login), login

    def listed(self, login: str) -> set[str]:
        rows = self.office.person(login).get("/operations", limit=200)["items"]
        return {each["id"] for each in rows}

    def send(self, team: str, division: str, *logins: str, **who: str) -> Json:
        """A party names its own people for the team, in place of those before."""
        ids = [officer_id(self.office, each) for each in logins]
        body = {"division": division, "team_id": team, "officer_ids": ids}
        return self.act("send-officers", body, **who)

    def finding(self, by: str, place: str, *, not_by: str, **changes: Any) -> Json:
        body = {
            "division": by[:6],
            "place": place,
            "site": "厂区北侧",
            "facts": "堆场未覆盖,无喷淋设施",
            "media": ["air"],
            "officer_ids": [officer_id(self.office, by)],
            "found_at": self.office.now.isoformat(),
            **changes,
        }
        self.office.refused(not_by, f"{self.path}/findings", body)
        found: Json = self.office.person(by).post(f"{self.path}/findings", body)
        for login in self.strangers:
            absent(self.office, f"{self.path}/findings/{found['id']}", login)
        return found

    def look_back(self, finding: Json, *, by: str, not_by: str) -> Json:
        body = {"division": by[:6], "rectified": "solved", "note": "现场已整改"}
        where = f"{self.path}/findings/{finding['id']}"
        return self.office.act(where, "look-back", body, by=by, not_by=not_by)

    def finish(self, division: str, *, not_by: str, **figures: int) -> None:
        own = {"division": division, "summary": "本方工作办结", **figures}
        party = self.act("finish", own, by=chief(division), not_by=not_by)
        assert party["status"] == "finished"

    def task(self) -> Json:
        """The inspection that `tasks` made of the started operation."""

        def look() -> Json | None:
            listed = self.office.person(self.lead).get("/tasks", limit=200)["items"]
            return next((each for each in listed if each["origin_id"] == self.id), None)

        line = self.office.wait("the task", look)
        whole: Json = self.office.person(self.lead).get(f"/tasks/{line['id']}")
        for login in self.strangers:
            absent(self.office, f"/tasks/{whole['id']}", login)
        return whole


def officer_id(office: Offices, login: str) -> str:
    return str(inspection.officer_of(office.stage, login)["id"])


def plan(office: Offices, lead: str, *parties: str, **changes: Any) -> Json:
    """Five days of it, beginning in five."""
    first = office.today + timedelta(days=5)
    return {
        "form": "daily",
        "title": "交界区域联合执法",
        "lead": lead,
        "parties": list(parties),
        "links": LINKS,
        "focuses": FOCUSES,
        "matter": {
            "title": "交界区域堆场扬尘",
            "division": parties[0],
            "media": ["air"],
            "place": "交界工业区",
            "facts": "堆场未覆盖,刮风扬尘",
        },
        "planned_from": first.isoformat(),
        "planned_to": (first + timedelta(days=4)).isoformat(),
        "due_on": (first + timedelta(days=40)).isoformat(),
        **changes,
    }


def drafted(
    office: Offices, by: str, body: Json, *, not_by: str, strangers: Sequence[str]
) -> Joint:
    office.refused(not_by, "/operations", body)
    made = office.person(by).post("/operations", body)
    joint = Joint(office, f"/operations/{made['id']}", by, body["parties"], strangers)
    joint.unseen(*strangers)
    return joint


def at(day: str, hour: int) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(hour), SHANGHAI)
