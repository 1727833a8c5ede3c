"""What parties find, whose it is, where it goes, and whether it was put right."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.assistance.domain.evidence import (
    CustodyStep,
    EvidenceItem,
    EvidenceKind,
    require_sound,
)
from services.regions.assistance.use_cases import handovers
from services.regions.divisions.use_cases import require_known
from services.regions.operations import domain, queries
from services.regions.operations.domain import (
    Action,
    HandedOverAlready,
    NothingToHandOver,
    NotYetFound,
    OwnWork,
    Rectified,
)
from services.regions.operations.models import Finding, LookBack, Operation
from services.regions.operations.queries import OperationFile
from services.regions.operations.use_cases.record import active_party, lock, note, write_down
from shared import divisions
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.clocks.days import legal_day
from shared.contracts.origins import Matter
from shared.ids import uuid7

MOST_OF_A_TITLE: Final = 100


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found, where and by whom. `shares` are declared, `together_with` shares equally."""

    place: str
    site: str
    facts: str
    media: Sequence[str]
    enterprise_name: str | None
    enterprise_code: str | None
    evidence: Sequence[EvidenceItem]
    officer_ids: Sequence[UUID]
    task_id: UUID | None
    inspection_id: UUID | None
    case_number: str | None
    found_at: datetime
    together_with: Sequence[str]
    shares: Sequence[tuple[str, str]]


async def record_finding(
    session: AsyncSession,
    actor: Actor,
    operation_id: UUID,
    *,
    division: str,
    found: Facts,
    now: datetime,
) -> Finding:
    """A party that takes part records what it found, beside what the others record.

    It lies within the operation's divisions, and is one result: of the recorder alone unless others
    are named or shares declared.
    """
    file = await lock(session, operation_id)
    operation = file.operation
    require(actor, "finding.record", division=division)
    party = active_party(file, division)
    operation.state = domain.step(operation.state, Action.RECORD_FINDING)
    domain.require_inside(found.place, [operation.lead, *file.active])
    await require_known(session, [found.place], on_day=legal_day(now), pointer="/place")
    if found.found_at > now:
        raise NotYetFound(reason="future", pointer="/found_at")
    require_sound(found.evidence, now=now)
    finding = Finding(
        id=uuid7(),
        operation_id=operation.id,
        division=party.division,
        place=found.place,
        site=found.site,
        facts=found.facts,
        media=list(found.media),
        enterprise_name=found.enterprise_name,
        enterprise_code=found.enterprise_code,
        evidence=[_stored(each) for each in found.evidence],
        officer_ids=list(found.officer_ids),
        task_id=found.task_id,
        inspection_id=found.inspection_id,
        case_number=found.case_number,
        shares=_shares(file, division, found),
        found_at=found.found_at,
        recorded_at=now,
        recorded_by=actor.id,
        visible_to=divisions.visibility([party.division]),
    )
    session.add(finding)
    await session.flush()
    # The findings of several parties stand beside one another: none makes another stale.
    await write_down(
        session,
        actor,
        operation,
        Action.RECORD_FINDING,
        reason=f"{division}: {found.place} {found.site}",
        now=now,
    )
    return finding


async def hand_over(
    session: AsyncSession,
    actor: Actor,
    operation_id: UUID,
    finding_id: UUID,
    *,
    legal_view: str,
    urgent: bool,
    contact: str,
    expected_version: int,
    now: datetime,
) -> Finding:
    """Hand a finding, with its evidence, to the organ of the place of the act (行政处罚法 art. 22).

    The only way in which something of an operation gets to a division that has no part in it.
    """
    file = await lock(session, operation_id)
    operation = file.operation
    finding = await queries.lock_finding(session, operation_id, finding_id)
    require(actor, "finding.hand_over", division=finding.division)
    finding.require_version(expected_version)
    active_party(file, finding.division)
    operation.state = domain.step(operation.state, Action.PASS_ON)
    if not domain.goes_elsewhere(finding.division, finding.place):
        raise NothingToHandOver
    if finding.handover_id is not None:
        raise HandedOverAlready
    letter = await handovers.send(
        session,
        actor,
        sender=finding.division,
        receiver=finding.place,
        matter=_matter(finding),
        facts=finding.facts,
        legal_view=legal_view,
        evidence=[_loaded(each) for each in finding.evidence],
        urgent=urgent,
        contact=contact,
        operation_id=operation.id,
        finding_id=finding.id,
        now=now,
    )
    finding.handover_id, finding.handed_over_at = letter.id, now
    told = f"{finding.division} → {finding.place}: {letter.number}"
    await write_down(session, actor, operation, Action.PASS_ON, reason=told, now=now)
    return finding


async def check_again(
    session: AsyncSession,
    actor: Actor,
    operation_id: UUID,
    finding_id: UUID,
    *,
    division: str,
    rectified: Rectified,
    remark: str,
    expected_version: int,
    now: datetime,
) -> Finding:
    """回头看: somebody else than the recorder, of the lead or of a party, looks at it again."""
    file = await lock(session, operation_id)
    operation = file.operation
    finding = await queries.lock_finding(session, operation_id, finding_id)
    require(actor, "finding.look_back", division=division)
    finding.require_version(expected_version)
    if division != operation.lead:
        active_party(file, division)
    operation.state = domain.step(operation.state, Action.CHECK_AGAIN)
    if actor.id == finding.recorded_by:
        raise OwnWork
    checked = LookBack(
        id=uuid7(),
        operation_id=operation.id,
        finding_id=finding.id,
        division=division,
        rectified=rectified,
        note=remark,
        actor_id=actor.id,
        actor_name=actor.name,
        at=now,
        visible_to=divisions.visibility([division]),
    )
    session.add(checked)
    finding.rectified, finding.checked_at = rectified, now
    told = f"{division}: {rectified.value}"
    await write_down(session, actor, operation, Action.CHECK_AGAIN, reason=told, now=now)
    return finding


async def declare_shares(
    session: AsyncSession,
    actor: Actor,
    operation_id: UUID,
    *,
    task_id: UUID | None,
    finding_id: UUID | None,
    shares: Sequence[tuple[str, str]],
    reason: str,
    expected_version: int,
    now: datetime,
) -> Operation:
    """The lead declares whose a result is, before the joint report; the shares sum to one."""
    file = await lock(session, operation_id)
    operation = file.operation
    require(actor, "operation.lead", division=operation.lead)
    operation.require_version(expected_version)
    operation.state = domain.step(operation.state, Action.DECLARE_SHARES)
    declared = domain.require_shares(shares, among=file.codes)
    stored = {party: str(share) for party, share in declared.items()}
    if finding_id is not None:
        (await queries.lock_finding(session, operation_id, finding_id)).shares = stored
    else:
        assert task_id is not None  # noqa: S101 -- the body has one of the two
        (await queries.lock_result(session, operation_id, task_id)).shares = stored
    await note(session, actor, operation, Action.DECLARE_SHARES, reason=reason, now=now)
    return operation


def finding_actions(actor: Actor, file: OperationFile | None, finding: Finding) -> list[str]:
    """What this caller may do with a finding now; nothing of an operation out of sight."""
    if file is None:
        return []
    legal = domain.steps_of(file.operation.state)
    goes = domain.goes_elsewhere(finding.division, finding.place) and finding.handover_id is None
    steps = []
    if Action.PASS_ON in legal and goes and finding.division in file.active:
        steps += ["hand-over"] if _may(actor, "finding.hand_over", finding.division) else []
    if Action.CHECK_AGAIN in legal and actor.id != finding.recorded_by:
        able = any(
            _may(actor, "finding.look_back", each) for each in (file.operation.lead, *file.active)
        )
        steps += ["look-back"] if able else []
    return steps


def _may(actor: Actor, right: str, division: str) -> bool:
    return may(actor, right, division=division)


def _shares(file: OperationFile, division: str, found: Facts) -> dict[str, str]:
    if found.shares:
        declared = domain.require_shares(found.shares, among=file.active)
    else:
        for each in found.together_with:
            active_party(file, each)
        declared = domain.equal_shares([division, *found.together_with])
    return {party: str(share) for party, share in declared.items()}


def _matter(finding: Finding) -> Matter:
    """Facts for the organ of the place: nothing of the operation's own plan goes along."""
    return Matter(
        title=(finding.enterprise_name or finding.site)[:MOST_OF_A_TITLE],
        division=finding.place,
        media=finding.media,
        place=finding.site,
        facts=finding.facts,
        object_name=finding.enterprise_name,
        object_code=finding.enterprise_code,
    )


def _stored(item: EvidenceItem) -> dict[str, Any]:
    return {
        "title": item.title,
        "sha256": item.sha256,
        "kind": item.kind.value,
        "taken_at": item.taken_at.isoformat(),
        "taken_by": list(item.taken_by),
        "chain": [
            {"at": each.at.isoformat(), "giver": each.giver, "taker": each.taker, "what": each.what}
            for each in item.chain
        ],
        "cma_number": item.cma_number,
        "method_standard": item.method_standard,
    }


def _loaded(stored: dict[str, Any]) -> EvidenceItem:
    chain = [
        CustodyStep(
            at=datetime.fromisoformat(each["at"]),
            giver=each["giver"],
            taker=each["taker"],
            what=each["what"],
        )
        for each in stored["chain"]
    ]
    return EvidenceItem(
        title=stored["title"],
        sha256=stored["sha256"],
        kind=EvidenceKind(stored["kind"]),
        taken_at=datetime.fromisoformat(stored["taken_at"]),
        taken_by=stored["taken_by"],
        chain=chain,
        cma_number=stored["cma_number"],
        method_standard=stored["method_standard"],
    )
