"""Acceptance 3-14 (file reviews) and the November review of 3-09: blind cross review of files."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from ops.demo.people import Json
from tests.support.offices import Offices, chief, officer

CHENGDU, DEYANG, MEISHAN, YAAN, ZIYANG = "510100", "510600", "511400", "511800", "512000"
FIVE: Final = (CHENGDU, DEYANG, MEISHAN, YAAN, ZIYANG)
CHONGQING: Final = "500000"
STRANGER: Final = chief("330282")
FACTS: Final = {"item": "facts", "points": "4", "reason": "违法时间认定不清"}
EVIDENCE: Final = {"item": "evidence", "points": "16", "reason": "采样记录无当事人签字"}


def centre(division: str) -> str:
    return f"{division}-command-center-1"


def readers(office: Offices, division: str) -> dict[str, str]:
    """Officer ids by login: the head, the command centre and the officer read for a city."""
    head = office.person(chief(division))
    known = {
        each["account_id"]: each["id"]
        for each in head.get("/officers", division=division, limit=200)["items"]
    }
    bureau = head.get("/bureaus", division=division)["items"][0]["id"]
    found = {}
    for login in (chief(division), centre(division), officer(division)):
        person = office.person(login)
        if person.account_id not in known:
            body = {
                "bureau_id": bureau,
                "name": f"评查人{uuid4().hex[:6]}",
                "account_id": person.account_id,
                "certificate": {
                    "number": uuid4().hex[:12],
                    "valid_from": "2024-01-01",
                    "valid_to": "2028-12-31",
                },
            }
            known[person.account_id] = head.post("/officers", body)["id"]
        found[login] = known[person.account_id]
    return found


def opened(office: Offices, convener: str, parties: Sequence[str], files: int) -> Json:
    body = {
        "title": "案卷交叉评查",
        "convener": convener,
        "parties": list(parties),
        "kinds": ["penalty"],
        "closed_from": "2025-01-01",
        "closed_to": "2025-12-31",
        "files_per_division": files,
    }
    office.refused(officer(convener), "/file-reviews", body)
    made: Json = office.person(chief(convener)).post("/file-reviews", body)
    return made


def prepared(
    office: Offices, path: str, parties: Sequence[str], files: int
) -> Mapping[str, Mapping[str, str]]:
    """Each division consents, names who reads and hands in its files."""
    named = {}
    for number, each in enumerate(parties):
        body = {"division": each, "consents": True}
        other = parties[number - 1]
        office.act(path, "consent", body, by=chief(each), not_by=chief(other))
        named[each] = readers(office, each)
        officers = {"division": each, "officers": list(named[each].values())}
        office.act(path, "name-reviewers", officers, by=chief(each), not_by=officer(each))
        for handler in list(named[each].values())[:files]:
            file = {
                "division": each,
                "reference": f"{each}环罚〔2025〕{uuid4().hex[:8]}号",
                "cause": "超标排放",
                "kind": "penalty",
                "closed_on": "2025-06-30",
                "handlers": [handler],
                "sha256": hashlib.sha256(uuid4().bytes).hexdigest(),
                "pages": 60,
                "redacted": True,
            }
            office.act(path, "files", file, by=officer(each), not_by=chief(other))
    return named


def given(office: Offices, path: str, login: str) -> list[Any]:
    found: list[Any] = office.person(login).get(f"{path}/readings")["items"]
    return found


def score(office: Offices, path: str, login: str, reading: Json, *marks: Json) -> Json:
    body = {"marks": list(marks)}
    office.refused(STRANGER, f"{path}/readings/{reading['id']}/score", body, on=reading)
    done: Json = office.person(login).post(
        f"{path}/readings/{reading['id']}/score", body, on=reading
    )
    return done


def own(office: Offices, path: str, division: str) -> list[Any]:
    files: list[Any] = office.person(chief(division)).get(f"{path}/files")["items"]
    return files


def waiting(office: Offices, path: str, logins: Sequence[str], code: str) -> list[tuple[str, Json]]:
    return [
        (login, each)
        for login in logins
        for each in given(office, path, login)
        if each["code"] == code and each["state"] == "given"
    ]


def test_row_3_14_five_cities_review_each_others_files(office: Offices) -> None:
    made = opened(office, CHENGDU, FIVE, 2)
    path = f"/file-reviews/{made['id']}"
    named = prepared(office, path, FIVE, 2)
    logins = [login for each in named.values() for login in each]

    seen = office.act(path, "assign", by=chief(CHENGDU), not_by=chief(DEYANG))
    assert hashlib.sha256(seen["seed"].encode()).hexdigest() == made["seed_hash"]
    assert seen["level"] == "division"
    assert office.person(officer(YAAN)).get(f"{path}/verification")["holds"]
    owner = {each["code"]: city for city in FIVE for each in own(office, path, city)}
    reads = [
        (city, each["code"])
        for city, people in named.items()
        for login in people
        for each in given(office, path, login)
    ]
    arcs = {(city, owner[code]) for city, code in reads}
    assert len(reads) == 20
    assert not any(a == b or (b, a) in arcs for a, b in arcs)
    foreign = {each["reference"] for each in own(office, path, DEYANG)}
    for login in logins:
        told = str(given(office, path, login))
        assert not any(each in told for each in foreign)

    [disputed, objected] = [each["code"] for each in own(office, path, DEYANG)]
    [(one, reading), (other, rest)] = waiting(office, path, logins, disputed)
    score(office, path, one, reading, FACTS)
    score(office, path, other, rest, EVIDENCE)
    office.act(path, "third-reading", {"code": disputed}, by=chief(CHENGDU), not_by=chief(DEYANG))
    for login in logins:
        for each in given(office, path, login):
            if each["state"] == "given":
                score(office, path, login, each, FACTS)
    office.act(path, "publish", by=chief(CHENGDU), not_by=chief(MEISHAN))

    mine = {each["code"]: each for each in own(office, path, DEYANG)}
    assert mine[disputed]["score"] == "96.00"
    assert [each["item"] for each in mine[disputed]["faults"]] == ["facts"]
    against = f"{path}/files/{mine[objected]['id']}"
    reasons = {"reasons": "违法时间有监控记录"}
    office.act(against, "object", reasons, by=chief(DEYANG), not_by=officer(DEYANG))
    office.barred(
        chief(DEYANG),
        "illegal_step",
        f"{against}/object",
        reasons,
        on=office.person(chief(DEYANG)).get(against),
    )
    office.act(path, "reread", {"code": objected}, by=chief(CHENGDU))
    [(third, last)] = waiting(office, path, logins, objected)
    score(office, path, third, last)
    decision = {"code": objected, "grants": True, "reason": "证据充分"}
    seen = office.act(path, "decide", decision, by=chief(CHENGDU), not_by=chief(DEYANG))
    office.barred(chief(CHENGDU), "objections_open", f"{path}/close", {}, on=seen)
    office.move(datetime.fromisoformat(seen["objection_due_at"]) + timedelta(minutes=1))
    office.act(path, "close", by=chief(CHENGDU), not_by=chief(ZIYANG))

    summary = office.person(chief(ZIYANG)).get(f"{path}/summary")
    assert summary["rankings"][0] == {
        "rank": 1,
        "division": DEYANG,
        "files": 2,
        "average": "98.00",
        "vetoes": 0,
    }
    assert summary["common_faults"] == [{"item": "facts", "files": 9}]
    [fault] = office.person(officer(DEYANG)).get(f"{path}/faults")["items"]
    remedy = {"remedy": "补充说明并归卷"}
    office.refused(chief(YAAN), f"{path}/faults/{fault['id']}/remedy", remedy, on=fault)
    office.person(officer(DEYANG)).post(f"{path}/faults/{fault['id']}/remedy", remedy, on=fault)
    key = office.person(f"{CHENGDU}-auditor-1").get(f"{path}/key")
    assert sorted(len(each["readers"]) for each in key["files"]) == [2] * 8 + [3] * 2


def test_row_3_09_chongqing_and_chengdu_review_files_in_november(office: Offices) -> None:
    both = (CHENGDU, CHONGQING)
    made = opened(office, CHENGDU, both, 1)
    path = f"/file-reviews/{made['id']}"
    named = prepared(office, path, both, 1)
    assert office.person(STRANGER).attempt(
        f"{path}/cancel", {"reason": "x"}, on=made
    ).status_code in (403, 404)

    seen = office.act(path, "assign", by=chief(CHENGDU), not_by=chief(CHONGQING))

    # Two cities always read each other: the rule holds between persons, and says so.
    assert seen["level"] == "person"
    logins = [login for each in named.values() for login in each]
    codes = {city: own(office, path, city)[0]["code"] for city in both}
    for city, code in codes.items():
        [(first, _), (second, _)] = waiting(office, path, logins, code)
        assert not first.startswith(city)
        assert not second.startswith(city)
    # The heads handled one file each: not both read the other's.
    heads = [(chief(CHENGDU), codes[CHONGQING]), (chief(CHONGQING), codes[CHENGDU])]
    assert not all(waiting(office, path, [who], code) for who, code in heads)
