"""Looking again at what was answered: single checks, and samples nobody chose."""

from datetime import date, datetime
from fractions import Fraction
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.handling.use_cases.recusal import require_not_recused
from services.petitions.intake.domain import Step, step as leads_to
from services.petitions.intake.models import Petition
from services.petitions.intake.queries import lock_petition
from services.petitions.intake.use_cases.steps import seen_by, take
from services.petitions.oversight import domain, queries
from services.petitions.oversight.domain import CheckResult
from services.petitions.oversight.models import SpotCheck, SpotCheckSample
from services.petitions.oversight.use_cases.orders import oversees
from services.petitions.vault.use_cases import VaultKeys, without_petitioner
from shared import divisions
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clocks.days import legal_day
from shared.rule_settings import rule_settings

KIND: Final = "spot_check"


async def check(
    session: AsyncSession,
    actor: Actor,
    petition_id: UUID,
    *,
    result: CheckResult,
    findings: str,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> tuple[SpotCheck, Petition]:
    """A superior looked at the answer again; what fails is sent back to be handled anew."""
    petition = await lock_petition(session, petition_id)
    petition.require_version(version)
    division = oversees(actor, "spot_check.record", unit=petition.holder)
    await require_not_recused(session, petition.id, actor)
    leads_to(petition.state, Step.SEND_BACK)  # only what was answered is checked
    if actor.id in {petition.handler_id, *await queries.workers(session, petition.id)}:
        raise domain.OwnHands
    checked = SpotCheck(
        petition_id=petition.id,
        division=division,
        unit=petition.holder,
        result=result,
        findings=await without_petitioner(session, petition.party_ids, findings, keys=keys),
        facts={
            "state": petition.state,
            "closed_at": petition.closed_at and petition.closed_at.isoformat(),
        },
        checked_by=actor.id,
        checked_by_name=actor.name,
        at=now,
        visible_to=petition.visible_to,
    )
    session.add(checked)
    await session.flush()
    if result is CheckResult.FAIL:
        await _send_back(session, actor, petition, checked, keys=keys, now=now)
    await record(
        session,
        actor,
        "spot_check.record",
        object_kind=KIND,
        object_id=checked.id,
        now=now,
        seen_by=seen_by(petition),
        reason=checked.findings,
        after={"petition": petition.id, "result": result},
    )
    return checked, petition


async def _send_back(
    session: AsyncSession,
    actor: Actor,
    petition: Petition,
    checked: SpotCheck,
    *,
    keys: VaultKeys,
    now: datetime,
) -> None:
    """Reopened: it was not closed after all, and the history says when it had been thought so."""
    petition.closed_at = None
    facts = {"spot_check": str(checked.id), **checked.facts}
    await take(
        session,
        petition,
        Step.SEND_BACK,
        actor=actor,
        reason=checked.findings,
        keys=keys,
        now=now,
        facts=facts,
    )


async def draw_sample(
    session: AsyncSession,
    actor: Actor,
    *,
    division: str,
    first_day: date,
    last_day: date,
    share: Fraction | None,
    seed: bytes,
    now: datetime,
) -> SpotCheckSample:
    """Draw what is to be checked among what the units below closed on these days."""
    require(actor, "spot_check.record", division=division)
    domain.require_window(first_day, last_day)
    if share is None:
        settings = await rule_settings(session, division=division, on_day=legal_day(now))
        share = Fraction(settings["spot_check.share_permille"], 1000)
    population = await queries.closed_below(
        session,
        division,
        first_day=first_day,
        last_day=last_day,
        limit=domain.LARGEST_POPULATION + 1,
    )
    if len(population) > domain.LARGEST_POPULATION:
        raise domain.PopulationTooLarge(
            reason="population", pointer="/last_day", largest=domain.LARGEST_POPULATION
        )
    drawn = domain.draw(population, share=share, seed=seed)
    sample = SpotCheckSample(
        division=division,
        first_day=first_day,
        last_day=last_day,
        share=str(share),
        seed=seed,
        population=population,
        population_hash=drawn.population_hash,
        ids=list(drawn.ids),
        drawn_at=now,
        drawn_by=actor.id,
        drawn_by_name=actor.name,
        # Who will be checked is no news to the units below.
        visible_to=list(divisions.lineage(division)),
    )
    session.add(sample)
    await session.flush()
    await record(
        session,
        actor,
        "spot_check.draw",
        object_kind="spot_check_sample",
        object_id=sample.id,
        now=now,
        seen_by=[division],
        after={"seed": seed.hex(), "population": drawn.population_hash, "share": str(share)},
    )
    return sample
