"""Chapter three: Monday's report to the working group."""

import hashlib
import json
import re
from datetime import datetime
from typing import Final

from ops.demo.intake import BEILUN, CITY_CLERK, CIXI, COMPLAINTS, YINZHOU, Matters
from ops.demo.people import Json, Stage, every

NOT_FOUND: Final = 404
# What a report's hash covers: these fields, and the hashes of its parts.
HEADER: Final = ("number", "period_start", "period_end", "previous_hash")
PARTS: Final = {"items": "item", "carried": "carried", "lines": "line", "changes": "change"}
MEMBERS: Final = (f"{CIXI}-county-leader-in-charge-1", f"{BEILUN}-county-leader-in-charge-1")


def sha256(content: object) -> str:
    """The hash of a content as anyone can recompute it: JSON, keys sorted, no blanks."""
    packed = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(packed.encode()).hexdigest()


def report(stage: Stage, matters: Matters) -> Json:
    """Smell with its repeat, and dust: redacted, numbered, frozen, hashed; receipts recorded."""
    stage.at("2026-03-16T08:30")
    issued = issued_report(stage, "weekly", "2026-03-09")
    items = [each["content"] for each in issued["items"]]
    petitions = [each["petition"] for each in items]
    expected = [matters["smell"]["number"], matters["dust"]["number"]]
    stage.claim("周报列入酸味和扬尘", holds=sorted(petitions) == sorted(expected), seen=petitions)
    smell = next(each for each in items if each["petition"] == matters["smell"]["number"])
    stage.claim(
        "酸味项列明重复件",
        holds=smell["repeats"] == [matters["again"]["number"]],
        seen=smell["repeats"],
    )
    check_frozen(stage, issued)
    _sign(stage, issued)
    own = stage.person(f"{YINZHOU}-county-leader-in-charge-1").get(f"/reports/{issued['id']}")
    stage.claim("鄞州领导看不到他县事项", holds=own["items"] == [], seen=len(own["items"]))
    outside = stage.person("510100-department-head-1").http.get(f"/api/v1/reports/{issued['id']}")
    stage.claim("外市看不到周报", holds=outside.status_code == NOT_FOUND, seen=outside.status_code)
    return issued


def _sign(stage: Stage, issued: Json) -> None:
    """Members confirm the receipt, one of them twice; nobody else can."""
    path = f"/reports/{issued['id']}/receipts"
    for login in (*MEMBERS, MEMBERS[0]):
        stage.person(login).post(path, {})
    stage.refused(f"{CIXI}-officer-1", "非成员不能签收周报", path, {})
    receipts = stage.person(CITY_CLERK).get(f"/reports/{issued['id']}")["receipts"]
    signed = sorted(each["account_id"] for each in receipts)
    stage.claim(
        "两名成员的签收各记录一次,时间为签收时",
        holds=signed == sorted(stage.person(login).account_id for login in MEMBERS)
        and every(receipts, lambda each: datetime.fromisoformat(each["at"]) == stage.instant),
        seen=len(receipts),
    )


def check_unchanged(stage: Stage, issued: Json) -> None:
    """Whatever became of its matters, the report says what it said."""
    now = stage.person(CITY_CLERK).get(f"/reports/{issued['id']}")
    frozen = ("number", "hash", "item_hashes", "items", "issued_at")
    stage.claim(
        f"{issued['number']} 事后未变",
        holds=every(frozen, lambda name: now[name] == issued[name]),
        seen=now["hash"][:16],
    )


def issued_report(stage: Stage, kind: str, period_start: str) -> Json:
    """The report of a period, once time has issued it."""
    clerk = stage.person(CITY_CLERK)

    def look() -> Json | None:
        listed = clerk.get("/reports", kind=kind)["items"]
        return next((each for each in listed if each["period_start"] == period_start), None)

    found = stage.until(f"the {kind} report of {period_start}", look)
    whole: Json = clerk.get(f"/reports/{found['id']}")
    return whole


def check_frozen(stage: Stage, issued: Json) -> None:
    """Numbered, redacted, and exactly what its hash says."""
    stage.claim(
        f"{issued['number']} 已编号",
        holds=re.fullmatch(r"330200-[WM]-2026-[0-9]{3}", issued["number"]) is not None,
        seen=issued["number"],
    )
    hashes = [sha256(each["content"]) for each in issued["items"]]
    header = {name: issued[name] for name in HEADER}
    parts = {name: issued[f"{part}_hashes"] for name, part in PARTS.items()}
    stage.claim(
        f"{issued['number']} 的哈希可复算",
        holds=hashes == issued["item_hashes"] and sha256({**header, **parts}) == issued["hash"],
        seen=issued["hash"][:16],
    )
    text = json.dumps(issued, ensure_ascii=False)
    secrets = [each for matter in COMPLAINTS.values() for each in matter["petitioner"].values()]
    leaked = [secret for secret in secrets if secret in text]
    stage.claim("报告不含信访人姓名、电话、住址", holds=not leaked, seen=leaked or "无")
