"""Who decides a dispute, and how the matter gets to the organ that has it (art. 25)."""

from collections.abc import Sequence
from datetime import date

from services.regions.assistance.domain.evidence import EvidenceItem
from services.regions.assistance.domain.handing import Ground
from services.regions.assistance.use_cases import handovers
from services.regions.disputes import domain
from services.regions.disputes.domain import (
    ARTICLE,
    MINISTRY,
    BadDispute,
    DisputeAction,
    DisputeState,
    HasCommonSuperior,
    SameParty,
)
from services.regions.disputes.models import JurisdictionDispute
from services.regions.disputes.use_cases.record import DisputeAct, decide
from services.regions.divisions.use_cases import require_known
from shared import divisions
from shared.clocks.days import legal_day
from shared.contracts.origins import Matter


async def designate(
    act: DisputeAct, *, competent: str, reason: str, legal_basis: str
) -> JurisdictionDispute:
    """The head of the common superior names an organ below it, with reason and article.

    It need not be the first that filed: the superior says why.
    """
    file = await act.open("dispute.designate")
    if not divisions.covers(file.superior or "", competent):
        raise BadDispute(reason="not below the common superior", pointer="/competent")
    await require_known(act.session, [competent], on_day=legal_day(act.now), pointer="/competent")
    domain.step(file.dispute.state, DisputeAction.DESIGNATE)
    by = divisions.division_of(file.superior or "")
    decide(file.dispute, competent, by=by, reason=reason, basis=legal_basis, now=act.now)
    return await act.take(file, DisputeAction.DESIGNATE, reason=reason)


async def record_decision(
    act: DisputeAct,
    *,
    division: str,
    document_number: str,
    document_date: date,
    competent: str,
) -> JurisdictionDispute:
    """Across provinces: a party records the written decision of the state ministry."""
    file = await act.open("dispute.answer", division)
    if file.superior is not None:
        raise HasCommonSuperior(superior=divisions.division_of(file.superior))
    domain.require_party(competent, file.codes, pointer="/competent")
    if document_date > legal_day(act.now):
        raise BadDispute(reason="a document of the future", pointer="/document_date")
    dispute = file.dispute
    domain.step(dispute.state, DisputeAction.RECORD_DECISION)
    dispute.document_number, dispute.document_date = document_number, document_date
    dispute.document_names, dispute.recorded_by = competent, division
    told = f"{MINISTRY} {document_number}: {competent}"
    return await act.take(file, DisputeAction.RECORD_DECISION, reason=told)


async def answer_decision(
    act: DisputeAct, *, division: str, confirms: bool, reason: str | None
) -> JurisdictionDispute:
    """Another party than the one that recorded it confirms the decision, or says it is not so."""
    file = await act.open("dispute.answer", division)
    dispute = file.dispute
    action = DisputeAction.CONFIRM_DECISION if confirms else DisputeAction.REJECT_DECISION
    domain.step(dispute.state, action)
    if division == dispute.recorded_by:
        raise SameParty
    if confirms and dispute.document_names is not None:
        decide(
            dispute,
            dispute.document_names,
            by=MINISTRY,
            reason=dispute.document_number or "",
            basis=ARTICLE,
            now=act.now,
        )
    else:
        if reason is None:
            raise BadDispute(reason="a refusal has a reason", pointer="/reason")
        dispute.document_number = dispute.document_date = None
        dispute.document_names = dispute.recorded_by = None
    return await act.take(file, action, reason=reason)


async def hand_over(
    act: DisputeAct,
    *,
    division: str,
    facts: str,
    legal_view: str,
    evidence: Sequence[EvidenceItem],
    urgent: bool,
    contact: str,
) -> JurisdictionDispute:
    """A party that holds the matter hands it to the organ that has it; which cannot object."""
    file = await act.open("dispute.answer", division)
    dispute = file.dispute
    agreed = dispute.state is DisputeState.AGREED
    domain.step(dispute.state, DisputeAction.HAND_OVER)
    if dispute.competent is None or dispute.competent == division:
        raise BadDispute(reason="the competent organ keeps the matter", pointer="/division")
    handover = await handovers.send(
        act.session,
        act.actor,
        sender=division,
        receiver=dispute.competent,
        matter=Matter.model_validate(dispute.matter),
        facts=facts,
        legal_view=legal_view,
        evidence=evidence,
        urgent=urgent,
        contact=contact,
        operation_id=None,
        finding_id=None,
        ground=Ground.AGREED if agreed else Ground.DESIGNATED,
        now=act.now,
    )
    dispute.handover_id = handover.id
    return await act.take(file, DisputeAction.HAND_OVER, reason=handover.number)


async def keep(act: DisputeAct, *, division: str, reason: str) -> JurisdictionDispute:
    """The competent organ has the matter already: nothing needs to be handed over."""
    file = await act.open("dispute.answer", division)
    domain.step(file.dispute.state, DisputeAction.KEEP)
    if file.dispute.competent != division:
        raise BadDispute(reason="only the competent organ keeps the matter", pointer="/division")
    return await act.take(file, DisputeAction.KEEP, reason=reason)
