"""Disputes of jurisdiction: parties negotiate, time sends them up, somebody designates."""

from typing import Any, Final

import pytest

from ops.bootstrap import Databases
from shared.auth.actor import Role
from tests.integration.regions.conftest import (
    BEILUN,
    CIXI,
    NINGBO,
    YUYAO,
    Person,
    Regions,
    desk,
    head,
)
from tests.integration.regions.letters import (
    JIANGSU,
    JIASHAN,
    WUJIANG,
    ZHEJIANG,
    Desk,
    a_handover,
    report,
)

WHY: Final = {"reason": "情况说明"}
KEPT: Final = {
    "what": "排口水样三份",
    "measure": "冷藏封存",
    "started_at": "2026-03-01T12:00:00+08:00",
}
HANDED: Final = {
    "facts": "移交全部材料",
    "legal_view": "涉嫌违反水污染防治法第三十九条",
    "contact": "值班室",
}


@pytest.fixture
def office(regions: Regions, databases: Databases) -> Desk:
    return Desk(regions, databases)


def a_dispute(*parties: str) -> dict[str, Any]:
    return {
        "opened_by": parties[0],
        "parties": list(parties),
        "matter": a_handover(parties[0], parties[1])["matter"],
        "facts": "排污口位于交界处",
    }


async def opened(office: Desk, *parties: str) -> str:
    made = await office.send(head(parties[0]), "/jurisdiction-disputes", a_dispute(*parties))
    return f"/jurisdiction-disputes/{made['id']}"


async def speaks(
    office: Desk, path: str, division: str, stance: str = "claims", **more: Any
) -> dict[str, Any]:
    body = {"division": division, "stance": stance, **WHY, **more}
    return await office.act(head(division), path, "position", body)


def filed(day: str, number: str = "立案1号") -> dict[str, str]:
    return {"filed_at": f"{day}T10:00:00+08:00", "filed_number": number}


async def test_the_first_to_file_is_named_and_all_may_agree_on_it(office: Desk) -> None:
    path = await opened(office, YUYAO, CIXI)
    seen = await office.read(head(CIXI), path)
    assert seen["number"].startswith(f"{YUYAO}-GX-2026-")
    assert (seen["state"], seen["decides"], seen["first_to_file"]) == ("negotiating", "3302", None)
    assert [each["stance"] for each in seen["parties"]] == ["silent", "silent"]
    await speaks(office, path, YUYAO, **filed("2026-03-01"), agrees_on=YUYAO)
    said = await speaks(office, path, CIXI, **filed("2026-02-27"), agrees_on=CIXI)
    assert (said["first_to_file"], said["state"], said["competent"]) == (CIXI, "negotiating", None)

    agreed = await speaks(office, path, YUYAO, **filed("2026-03-01"), agrees_on=CIXI)

    assert (agreed["state"], agreed["competent"]) == ("agreed", CIXI)
    assert agreed["decided_by"] == "协商一致"
    handed = await office.act(
        head(YUYAO), path, "hand-over", {"division": YUYAO, "evidence": [report()], **HANDED}
    )
    assert handed["state"] == "closed"
    handover = f"/handovers/{handed['handover_id']}"
    got = await office.read(head(CIXI), handover)
    assert (got["sender"], got["ground"], len(got["evidence"])) == (YUYAO, "agreed", 1)
    assert await office.refused(head(CIXI), handover, "object", WHY) == (409, "objection_barred")


async def test_without_agreement_the_common_superior_designates_with_reason(office: Desk) -> None:
    path = await opened(office, YUYAO, CIXI)
    await speaks(office, path, YUYAO, **filed("2026-02-27"))
    await speaks(office, path, CIXI, "denies")
    decision = {"competent": CIXI, "reason": "主要污染行为发生于慈溪", "legal_basis": "第二十五条"}
    assert await office.refused(head(NINGBO), path, "designate", decision) == (409, "illegal_step")
    await office.act(head(CIXI), path, "refer", {"division": CIXI, **WHY})
    for who in (head(YUYAO), head(CIXI), desk(NINGBO)):
        assert (await office.refused(who, path, "designate", decision))[0] == 403
    outside = {**decision, "competent": JIASHAN}
    assert await office.refused(head(NINGBO), path, "designate", outside) == (422, "bad_dispute")
    mute = {"competent": CIXI}
    assert await office.refused(head(NINGBO), path, "designate", mute) == (422, "invalid_input")

    done = await office.act(head(NINGBO), path, "designate", decision)

    assert (done["state"], done["competent"], done["decided_by"]) == ("designated", CIXI, NINGBO)
    assert (done["decision_reason"], done["legal_basis"]) == (
        "主要污染行为发生于慈溪",
        "第二十五条",
    )
    assert "hand_over" in (await office.read(head(YUYAO), path))["actions"]
    assert "keep" in (await office.read(head(CIXI), path))["actions"]
    kept = {"division": YUYAO, **WHY}
    assert await office.refused(head(YUYAO), path, "keep", kept) == (422, "bad_dispute")
    assert (await office.act(head(CIXI), path, "keep", {"division": CIXI, **WHY}))[
        "state"
    ] == "closed"


async def test_evidence_stays_preserved_until_it_is_known_who_decides(office: Desk) -> None:
    path = await opened(office, YUYAO, CIXI)
    officer = Person(Role.OFFICER, YUYAO)
    kept = await office.act(officer, path, "preserve", {"holder": YUYAO, **KEPT})
    assert (kept["preserved"][0]["holder"], kept["preserved"][0]["ended_at"]) == (YUYAO, None)
    end = f"preservations/{kept['preserved'][0]['id']}/end"
    assert await office.refused(officer, path, end, WHY) == (409, "still_preserved")
    assert await office.refused(head(CIXI), path, "preserve", {"holder": YUYAO, **KEPT}) == (
        403,
        "forbidden",
    )
    assert await office.refused(head(BEILUN), path, "preserve", {"holder": BEILUN, **KEPT}) == (
        404,
        "not_found",
    )
    await office.act(head(YUYAO), path, "refer", {"division": YUYAO, **WHY})
    assert await office.refused(officer, path, end, WHY) == (409, "still_preserved")
    await office.act(head(NINGBO), path, "designate", {"competent": CIXI, **WHY})
    assert await office.refused(head(CIXI), path, end, WHY) == (403, "forbidden")
    let_go = await office.act(officer, path, end, WHY)
    assert let_go["preserved"][0]["ended_at"] is not None
    assert await office.refused(officer, path, end, WHY) == (409, "preservation_ended")


async def test_a_dispute_that_is_not_settled_in_time_goes_up_by_itself(office: Desk) -> None:
    await office.set_clock("2026-04-29")
    path = await opened(office, YUYAO, CIXI)
    [clock] = (await office.read(head(YUYAO), path))["clocks"]
    assert (clock["kind"], clock["due_on"]) == ("negotiation", "2026-05-15")
    await office.set_clock("2026-05-15", 23)
    assert (await office.read(head(YUYAO), path))["state"] == "negotiating"
    await office.set_clock("2026-05-16", 1)
    await office.run_jobs()
    up = await office.read(head(NINGBO), path)
    assert (up["state"], up["steps"][-1]["actor_name"]) == ("referred", "system")
    assert [each["action"] for each in up["steps"]] == ["open", "refer"]
    assert "designate" in up["actions"]


async def test_across_provinces_the_ministrys_decision_is_recorded_and_confirmed(
    office: Desk,
) -> None:
    path = await opened(office, JIASHAN, WUJIANG)
    document = {
        "division": JIASHAN,
        "document_number": "环法函〔2026〕1号",
        "document_date": "2026-03-01",
        "competent": WUJIANG,
    }
    assert (await office.refused(head(JIASHAN), path, "record-decision", document))[1] == (
        "illegal_step"
    )
    await office.act(head(JIASHAN), path, "refer", {"division": JIASHAN, **WHY})
    for province in (ZHEJIANG, JIANGSU):
        seen = await office.read(head(province), path)
        assert (seen["no_common_superior"], seen["decides"]) == (True, "生态环境部")
        body = {"competent": WUJIANG, **WHY}
        assert await office.refused(head(province), path, "designate", body) == (
            409,
            "no_common_superior",
        )
    await office.act(head(JIASHAN), path, "record-decision", document)
    yes = {"division": JIASHAN, "confirms": True}
    assert await office.refused(head(JIASHAN), path, "answer-decision", yes) == (409, "same_party")
    mute = {"division": WUJIANG, "confirms": False}
    assert await office.refused(head(WUJIANG), path, "answer-decision", mute) == (
        422,
        "bad_dispute",
    )
    no = await office.act(head(WUJIANG), path, "answer-decision", {**mute, **WHY})
    assert (no["state"], no["document_number"]) == ("referred", None)

    await office.act(head(JIASHAN), path, "record-decision", document)
    done = await office.act(
        head(WUJIANG), path, "answer-decision", {"division": WUJIANG, "confirms": True}
    )

    assert (done["state"], done["competent"], done["decided_by"]) == (
        "designated",
        WUJIANG,
        "生态环境部",
    )
    assert (done["decision_reason"], done["recorded_by"]) == ("环法函〔2026〕1号", JIASHAN)
    handed = await office.act(head(JIASHAN), path, "hand-over", {"division": JIASHAN, **HANDED})
    got = await office.read(head(WUJIANG), f"/handovers/{handed['handover_id']}")
    assert (got["ground"], got["designated"]) == ("designated", True)


async def test_below_a_common_superior_no_outside_decision_is_recorded(office: Desk) -> None:
    path = await opened(office, YUYAO, CIXI)
    await office.act(head(YUYAO), path, "refer", {"division": YUYAO, **WHY})
    document = {
        "division": YUYAO,
        "document_number": "1",
        "document_date": "2026-03-01",
        "competent": CIXI,
    }
    assert await office.refused(head(YUYAO), path, "record-decision", document) == (
        409,
        "has_common_superior",
    )


async def test_third_parties_see_nothing_and_nobody_speaks_for_another(office: Desk) -> None:
    path = await opened(office, YUYAO, CIXI)
    for stranger in (head(BEILUN), head(JIASHAN), desk(WUJIANG)):
        assert (await office.regions.get(stranger, path)).status_code == 404
        listed = await office.regions.get(stranger, "/jurisdiction-disputes", limit=200)
        assert path.rpartition("/")[2] not in {each["id"] for each in listed.json()["items"]}
    body = {"division": CIXI, "stance": "claims", **WHY}
    for who in (head(YUYAO), head(NINGBO)):
        assert await office.refused(who, path, "position", body) == (403, "forbidden")
    assert await office.refused(head(YUYAO), path, "position", {**body, "division": BEILUN}) == (
        422,
        "bad_dispute",
    )
    read = await office.read(head(CIXI), path)
    stale = await office.regions.post(
        head(CIXI), f"{path}/position", body, version=read["version"] - 1
    )
    blind = await office.regions.post(head(CIXI), f"{path}/position", body)
    assert (stale.status_code, blind.status_code) == (412, 428)


@pytest.mark.parametrize(
    "body",
    [
        a_dispute(YUYAO, YUYAO),
        {**a_dispute(YUYAO, CIXI), "opened_by": YUYAO, "parties": [CIXI, BEILUN]},
    ],
)
async def test_a_dispute_that_does_not_hold_together_is_refused(
    office: Desk, body: dict[str, Any]
) -> None:
    answer = await office.regions.post(head(YUYAO), "/jurisdiction-disputes", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_dispute")


async def test_what_is_filed_has_a_past_instant_and_a_number(office: Desk) -> None:
    path = await opened(office, YUYAO, CIXI)
    body = {"division": YUYAO, "stance": "claims", **WHY}
    for wrong in (
        {"filed_at": "2026-02-01T10:00:00+08:00"},
        {"filed_number": "1号"},
        filed("2031-01-01"),
        {"agrees_on": BEILUN},
    ):
        assert await office.refused(head(YUYAO), path, "position", {**body, **wrong}) == (
            422,
            "bad_dispute",
        )
