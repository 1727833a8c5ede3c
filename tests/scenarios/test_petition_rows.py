"""Acceptance of petitions through the gateway: a whole life, profiles, fifty at once."""

import io
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import cycle, islice
from typing import Any, Final
from uuid import uuid4

import httpx
import python_calamine

from ops.demo.people import Json
from tests.support.offices import (
    BEILUN,
    CITY,
    CITY_CLERK,
    CIXI,
    OPINION,
    YUYAO,
    Offices,
    chief,
    clerk,
    officer,
)

PROVINCE_CLERK: Final = "330000-petition-clerk-1"
PROVINCE_REVIEWER: Final = "330000-legal-reviewer-1"
CITY_REVIEWER: Final = f"{CITY}-legal-reviewer-1"
AT_ONCE: Final = 50
# Made up; of the two none may be read where only masks are.
SIGNED: Final = ("戊某某", "13800000021"), ("己某某", "13800000022")


class Citizen:
    """Who follows a case without an account, by number and one-time code."""

    def __init__(self, office: Offices, made: Json) -> None:
        self.gateway = office.stage.ready.gateway
        self.number, self.code = made["number"], made["follow_code"]

    def sees(self) -> str:
        """The public word for how far the case is; nothing else of it is told."""
        body = {"number": self.number, "code": self.code}
        answer = httpx.post(f"{self.gateway}/api/v1/petition-status", json=body)
        assert answer.status_code == 200, answer.text
        shown = answer.json()
        self.code = shown.pop("next_code")
        assert set(shown) == {
            "number", "status", "zh", "en", "office",
            "received_on", "accepted_on", "refused_on", "answered_on", "closed_on",
        }  # fmt: skip
        return str(shown["zh"])


def clock_of(petition: Json, kind: str) -> Json:
    """The last clock of a kind."""
    return dict([each for each in petition["clocks"] if each["kind"] == kind][-1])


def joint_of_two_counties(office: Offices) -> tuple[str, Citizen]:
    """A joint, urgent petition about two counties, drafted first; its path and its citizen."""
    (name, phone), (other, other_phone) = SIGNED
    content = office.complaint(
        CIXI,
        YUYAO,
        track="petition_opinion",
        form="joint",
        urgency="major_urgent",
        head_count=2,
        title="焦糊味扰民",
        body=f"两地交界处每晚有焦糊味,{name}({phone})等两户要求查处。",
        petitioner={"name": name, "phone": phone},
        co_petitioners=[{"name": other, "phone": other_phone, "role": "representative"}],
    )
    half = {name: content[name] for name in ("channel", "media", "title")}
    draft = office.person(CITY_CLERK).post("/petition-drafts", {"office": CITY, "content": half})
    path = f"/petition-drafts/{draft['id']}"
    barred = office.person(CITY_CLERK).attempt(f"{path}/register", {}, on=draft)
    assert barred.status_code == 422  # half entered is not registered
    office.act(path, "change", {"content": content}, by=CITY_CLERK)
    draft = office.person(CITY_CLERK).get(path)
    office.refused(clerk(CIXI), f"{path}/register", {}, on=draft)
    made = office.person(CITY_CLERK).post(f"{path}/register", {}, on=draft)
    return f"/petitions/{made['id']}", Citizen(office, made)


def answer_part(office: Offices, part: Json) -> None:
    """A county accepts and answers what is its own."""
    path, county = f"/petitions/{part['id']}", part["holder"]
    other = YUYAO if county == CIXI else CIXI
    office.act(path, "accept", {"notice": "已受理"}, by=clerk(county), not_by=clerk(other))
    office.act(path, "start", by=officer(county), not_by=officer(other))
    office.act(path, "reply", OPINION, by=officer(county), not_by=officer(other))


def handled_by_two_counties(office: Offices, path: str, citizen: Citizen) -> None:
    """Acknowledged above, given to a county, asked back, extended, answered with both parts."""
    [told] = office.person(CITY_CLERK).get(path)["reported_upward"]
    assert told["superior"] == "330000"
    seen = office.act(path, "acknowledge-urgent", by=PROVINCE_CLERK, not_by=clerk(CIXI))
    assert seen["reported_upward"][0]["acknowledged_by_name"]
    given = {"unit": CIXI, "report_due_on": (office.today + timedelta(days=60)).isoformat()}
    office.act(path, "assign", given, by=CITY_CLERK, not_by=clerk(CIXI))
    assert citizen.sees() == "转送办理中"
    office.act(path, "accept", {"notice": "已受理"}, by=clerk(CIXI), not_by=clerk(YUYAO))
    assert citizen.sees() == "已受理"
    office.act(path, "start", by=officer(CIXI), not_by=officer(YUYAO))
    assert citizen.sees() == "办理中"
    asked = {"question": "请说明气味出现的时间"}
    office.act(path, "ask-back", asked, by=officer(CIXI), not_by=officer(YUYAO))
    office.later(days=2)
    added = {"text": "每晚十一时至次日凌晨二时。"}
    seen = office.act(path, "supplement", added, by=clerk(CIXI), not_by=clerk(YUYAO))
    assert "每晚十一时" in seen["body"]
    before = clock_of(seen, "closing")["due_on"]
    more = {"days": 30, "reason": "需要监测"}
    office.act(path, "request-extension", more, by=officer(CIXI), not_by=clerk(CIXI))
    notice = {"notice": "已书面告知延期理由"}
    seen = office.act(path, "extend", notice, by=chief(CIXI), not_by=officer(CIXI))
    assert clock_of(seen, "closing")["due_on"] > before
    without = {name: OPINION[name] for name in ("outcome", "opinion", "legal_basis")}
    item = office.person(officer(CIXI)).get(path)
    office.barred(officer(CIXI), "reply_incomplete", f"{path}/reply", without, on=item)
    office.barred(officer(CIXI), "parts_unanswered", f"{path}/reply", OPINION, on=item)
    for part in office.person(CITY_CLERK).get(f"{path}/parts"):
        answer_part(office, part)
    seen = office.act(path, "reply", OPINION, by=officer(CIXI), not_by=clerk(CIXI))
    assert (seen["partial"], seen["reply_parts"]["facts"]) == (False, OPINION["facts"])
    assert citizen.sees() == "已答复"


def reviewed_twice(office: Offices, path: str, citizen: Citizen) -> None:
    """Reviewed by the city, re-reviewed by the province with a hearing, and final."""
    served = {"served_on": office.today.isoformat()}
    office.act(path, "serve", served, by=clerk(CIXI), not_by=officer(CIXI))
    office.later(days=5)
    asks = {"received_at": office.now.isoformat(), "grounds": "气味仍在"}
    office.act(path, "ask-review", asks, by=clerk(CIXI), not_by=clerk(YUYAO))
    assert citizen.sees() == "复查中"
    upheld = {
        "result": "upheld",
        "opinion": "原答复适当",
        "legal_basis": "《信访工作条例》第三十五条",
    }
    office.act(path, "give-review", upheld, by=CITY_REVIEWER, not_by=clerk(CIXI))
    assert citizen.sees() == "已答复"
    served = {"served_on": office.today.isoformat()}
    office.act(path, "serve", served, by=CITY_CLERK, not_by=clerk(CIXI))
    office.later(days=3)
    asks = {"received_at": office.now.isoformat(), "grounds": "要求听证"}
    seen = office.act(path, "ask-re-review", asks, by=CITY_CLERK, not_by=clerk(YUYAO))
    assert citizen.sees() == "复核中"
    due = clock_of(seen, "re_review")["due_on"]
    begun = {"from": office.now.isoformat()}
    office.act(path, "hearings", begun, by=PROVINCE_REVIEWER, not_by=CITY_REVIEWER)
    last = upheld | {"legal_basis": "《条例》第三十六条"}
    item = office.person(PROVINCE_CLERK).get(path)
    assert clock_of(item, "re_review")["state"] == "paused"
    office.barred(PROVINCE_CLERK, "hearing_open", f"{path}/give-re-review", last, on=item)
    office.later(days=10)  # longer than any holiday a due day may roll over
    ended = {"to": office.now.isoformat(), "published": True}
    seen = office.act(path, "hearings/end", ended, by=PROVINCE_REVIEWER, not_by=CITY_REVIEWER)
    assert clock_of(seen, "re_review")["due_on"] > due  # the hearing's days are not counted
    office.act(path, "give-re-review", last, by=PROVINCE_CLERK, not_by=CITY_REVIEWER)
    assert citizen.sees() == "复核终结"


def found_and_exported(office: Offices, path: str) -> None:
    """Found by two characters of its text; as a spreadsheet nobody of the two is readable."""
    number = office.person(CITY_CLERK).get(path)["number"]
    listed = office.person(CITY_CLERK).get("/petitions", q="焦糊", state="final")["items"]
    assert [each["number"] for each in listed] == [number]
    assert office.person("510100-petition-clerk-1").get("/petitions", q="焦糊")["items"] == []
    answer = office.person(chief(CITY)).http.get(
        "/api/v1/petitions-exports", params={"format": "xlsx", "q": "焦糊", "state": "final"}
    )
    assert answer.status_code == 200, answer.text
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    _, _, heads, *rows = book.get_sheet_by_index(0).to_python()  # what and whose it is comes first
    [line] = [dict(zip(heads, row, strict=True)) for row in rows]
    assert (line["信访编号"], line["状态"]) == (number, "复核终结")
    said = " ".join(map(str, line.values()))
    assert [each for pair in SIGNED for each in pair if each in said] == []


def refused_as_final(office: Offices, path: str) -> None:
    """The same person with the same matter again: only refused, and only as final."""
    root = office.person(CITY_CLERK).get(path)
    (name, phone), _ = SIGNED
    made = office.registered(
        CIXI,
        track="petition_opinion",
        title="焦糊味仍在",
        body="每晚仍有焦糊味。",
        petitioner={"name": name, "phone": phone},
    )
    again = f"/petitions/{made['id']}"
    said = {"root_id": root["id"], "note": "同一信访人、同一事项"}
    office.act(again, "confirm-repeat", said, by=CITY_CLERK, not_by=clerk(BEILUN))
    item = office.person(CITY_CLERK).get(again)
    office.barred(CITY_CLERK, "matter_is_final", f"{again}/accept", {"notice": "受理"}, on=item)
    unclear = {"ground": "unclear", "notice": "线索不详"}
    office.barred(CITY_CLERK, "matter_is_final", f"{again}/refuse", unclear, on=item)
    final = {"ground": "final", "same_as_id": root["id"], "notice": "已复核终结,不再受理"}
    refused = office.act(again, "refuse", final, by=CITY_CLERK, not_by=clerk(BEILUN))
    assert (refused["state"], refused["refusal_ground"]) == ("not_accepted", "final")
    assert Citizen(office, made).sees() == "不予受理"


def test_a_joint_petition_of_two_counties_lives_its_whole_life(office: Offices) -> None:
    """From a draft to 复核终结, and what may follow it."""
    path, citizen = joint_of_two_counties(office)
    assert citizen.sees() == "已登记"
    wrong = {"number": citizen.number, "code": "2" * 12}
    answer = httpx.post(f"{citizen.gateway}/api/v1/petition-status", json=wrong)
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_case")
    handled_by_two_counties(office, path, citizen)
    reviewed_twice(office, path, citizen)
    found_and_exported(office, path)
    refused_as_final(office, path)
    kinds = {each["kind"]: each["state"] for each in office.person(CITY_CLERK).get(path)["clocks"]}
    assert {kinds[each] for each in ("routing", "notice", "closing", "review", "re_review")} == {
        "met"
    }


FENGHUA: Final = "330213"


def a_profile(office: Offices) -> Json:
    basis = {"law_code": "own-pledge", "title_zh": "本区承诺", "title_en": "The district's pledge"}
    term = {"basis": basis, "evidence": "DD"}
    return {
        "code": f"cn.zj.fh.{uuid4().hex[:6]}",
        "division": FENGHUA,
        "tracks": ["statutory_duty"],
        "valid_from": office.today.isoformat(),
        "accept": term | {"amount": 1, "unit": "working_days"},
        "close": term | {"amount": 10, "unit": "natural_days"},
        "reason": "本区承诺提速",
    }


def test_a_profile_added_by_request_binds_the_next_petition_and_no_earlier_one(
    office: Offices,
) -> None:
    """Deadlines come from dated rows, and a row is a request, not a release."""
    made = office.registered(FENGHUA)
    earlier = f"/petitions/{made['id']}"
    before = office.person(CITY_CLERK).get(earlier)
    office.later(days=1)  # a row holds from a day of receipt on
    profile = a_profile(office)
    for who in (CITY_CLERK, clerk(FENGHUA), "510100-system-administrator-1"):
        office.refused(who, "/handling-profiles", profile)
    office.person(f"{CITY}-system-administrator-1").post("/handling-profiles", profile)

    def under_it() -> Json | None:
        found = office.registered(FENGHUA)
        return found if found["profile"] == profile["code"] else None

    bound = office.wait("the profile", under_it)

    assert bound["due"]["acceptance"] < made["due"]["acceptance"]
    closing = {}
    for path in (earlier, f"/petitions/{bound['id']}"):
        given = {"unit": FENGHUA, "report_due_on": (office.today + timedelta(days=60)).isoformat()}
        office.act(path, "assign", given, by=CITY_CLERK, not_by=clerk(BEILUN))
        seen = office.act(
            path, "accept", {"notice": "已受理"}, by=clerk(FENGHUA), not_by=clerk(BEILUN)
        )
        closing[path] = clock_of(seen, "closing")["due_on"]
    after = office.person(CITY_CLERK).get(earlier)
    assert after["profile"] == before["profile"] != bound["profile"]
    assert clock_of(after, "acceptance")["due_on"] == clock_of(before, "acceptance")["due_on"]
    assert closing[f"/petitions/{bound['id']}"] < closing[earlier]


TRIES: Final[dict[str, dict[str, Any]]] = {
    "accept": {"notice": "已受理"},
    "refuse": {"ground": "unclear", "notice": "线索不详"},
    "object": {"reason": "不属本单位职责"},
}
LED_TO: Final = {"accept": "accepted", "refuse": "not_accepted", "object": "objected"}


def test_of_fifty_transitions_at_once_one_wins(office: Offices) -> None:
    """One state, one line of history, whoever of fifty came first."""
    path = f"/petitions/{office.registered(CIXI)['id']}"
    office.act(path, "transfer", {"unit": CIXI}, by=CITY_CLERK, not_by=clerk(YUYAO))
    who = office.person(clerk(CIXI))
    before = who.get(path)
    office.refused(clerk(YUYAO), f"{path}/accept", TRIES["accept"], on=before)

    def attempt(step: str) -> tuple[str, httpx.Response]:
        return step, who.attempt(f"{path}/{step}", TRIES[step], on=before)

    with ThreadPoolExecutor(max_workers=AT_ONCE) as threads:
        answers = list(threads.map(attempt, islice(cycle(TRIES), AT_ONCE)))

    statuses = Counter(answer.status_code for _, answer in answers)
    assert statuses.pop(200) == 1, statuses
    assert set(statuses) <= {409, 412}
    [won] = [step for step, answer in answers if answer.is_success]
    after = who.get(path)
    assert after["state"] == LED_TO[won]
    assert after["version"] == before["version"] + 1
    assert len(after["history"]) == len(before["history"]) + 1
