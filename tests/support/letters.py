"""What goes between organs through the gateway: items of evidence, and a letter's way."""

import hashlib
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

from ops.demo.people import Json
from tests.support.offices import Offices, chief, officer

CASE: Final = "环立〔2026〕7号"


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def an_item(office: Offices, title: str, **changes: Any) -> Json:
    """Taken by two officers this morning, brought to the station two hours later."""
    taken = office.now - timedelta(hours=5)
    return {
        "title": title,
        "sha256": sha256(f"{title}{uuid4()}"),
        "kind": "monitoring_report",
        "taken_at": taken.isoformat(),
        "taken_by": ["执法员甲", "执法员乙"],
        "chain": [
            {
                "at": (taken + timedelta(hours=2)).isoformat(),
                "giver": "执法员甲",
                "taker": "监测站收样员",
                "what": "送样",
            }
        ],
        "cma_number": "171100000001",
        "method_standard": "HJ 1262-2022",
        **changes,
    }


def seen(letter: Json) -> Json:
    """Each item as it was listed."""
    items = [{"evidence_id": each["id"], "sha256": each["sha256"]} for each in letter["evidence"]]
    return {"items": items}


def absent(office: Offices, path: str, *logins: str) -> None:
    for login in logins:
        assert office.person(login).http.get(f"/api/v1{path}").status_code == 404, login


def at_the_place(office: Offices, path: str, receiver: str, sender: str) -> Json:
    """Signed for, received item by item, begun and answered, each step refused to the sender."""
    office.act(path, "acknowledge", by=officer(receiver), not_by=chief(sender))
    letter: Json = office.person(officer(receiver)).get(path)
    office.act(path, "receive", seen(letter), by=officer(receiver), not_by=chief(sender))
    office.act(path, "begin", {"measures": "现场检查"}, by=officer(receiver), not_by=chief(sender))
    answer = {"text": "已立案查处", "outcome": "done", "receiver_case_id": CASE}
    return office.act(path, "reply", answer, by=chief(receiver), not_by=chief(sender))
