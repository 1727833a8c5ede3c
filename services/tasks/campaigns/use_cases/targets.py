"""The enterprises of a campaign: put on its list by name or by trade, and taken off it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.campaigns.domain.life import TargetBasis
from services.tasks.campaigns.domain.teams import TeamDisbanded, TeamNotForPlace, may_work_in
from services.tasks.campaigns.models.campaigns import Campaign
from services.tasks.campaigns.models.teams import CampaignTarget, CampaignTeam
from services.tasks.campaigns.queries import campaigns, targets as queries, teams
from services.tasks.campaigns.use_cases.record import Act, Subject, keep, lock_open, taking_part
from services.tasks.enterprises.domain.registry import STANDING
from services.tasks.enterprises.models.registry import Enterprise
from services.tasks.enterprises.queries import registry
from shared import divisions
from shared.auth.actor import Actor
from shared.clocks.days import legal_day
from shared.errors import InvalidInput, NotFound, RuleViolation

RIGHT: Final = "campaign.target"
# Put on a list by one call; the next call goes on where this one ended.
FILLED_AT_ONCE: Final = 1000


class NoTrades(InvalidInput):
    code = "no_trades"
    zh = "须指明重点行业。"
    en = "Trades must be named, by the campaign or with the request."


class OutsideTheCampaign(InvalidInput):
    code = "outside_the_campaign"
    zh = "企业不在该专项行动的区域内,或已关停:{name}"
    en = "The object is not in a division that takes part, or is closed: {name}"


class TargetRemoved(RuleViolation):
    code = "target_removed"
    zh = "该企业已从清单中移出。"
    en = "The object was taken off the list already."


@dataclass(frozen=True, slots=True)
class Putting:
    """How enterprises come on the list: why, by which document, for which round and team."""

    basis: TargetBasis
    document: str | None = None
    round_id: UUID | None = None
    team_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class _List:
    """The locked campaign whose list it is, who puts enterprises on it, and how."""

    campaign: Campaign
    team: CampaignTeam | None
    actor: Actor
    putting: Putting


@dataclass(frozen=True, slots=True)
class Filled:
    """What one call put on the list, and whether more is left."""

    added: int
    more: bool


async def add(
    session: AsyncSession,
    actor: Actor,
    campaign_id: UUID,
    enterprise_ids: Sequence[UUID],
    putting: Putting,
    *,
    expected_version: int,
    now: datetime,
) -> int:
    """Put these enterprises on the list; how many were not on it before."""
    there = await _lock(session, actor, campaign_id, putting, expected_version)
    wanted = [*dict.fromkeys(enterprise_ids)]
    known = await registry.names(session, wanted)
    if len(known) < len(wanted):
        raise NotFound(what="enterprise")
    listed = await queries.listed(
        session, campaign_id, round_id=putting.round_id, enterprise_ids=wanted
    )
    new = [known[each] for each in wanted if each not in listed]
    await _put(session, there, new, now=now)
    return len(new)


async def fill(
    session: AsyncSession,
    actor: Actor,
    campaign_id: UUID,
    industries: Sequence[str],
    putting: Putting,
    *,
    expected_version: int,
    now: datetime,
) -> Filled:
    """Full coverage of trades: every object of theirs that the caller sees and is not listed yet.

    Without industries those of the campaign. At most `FILLED_AT_ONCE`; a repetition goes on.
    """
    there = await _lock(session, actor, campaign_id, putting, expected_version)
    trades = industries or there.campaign.industries
    if not trades:
        raise NoTrades(reason="industries", pointer="/industries")
    found = await queries.missing(
        session,
        campaign_id,
        round_id=putting.round_id,
        industries=trades,
        territory=taking_part(there.campaign),
        limit=FILLED_AT_ONCE + 1,
    )
    new = found[:FILLED_AT_ONCE]
    await _put(session, there, new, now=now)
    return Filled(len(new), more=len(found) > FILLED_AT_ONCE)


async def remove(
    session: AsyncSession,
    actor: Actor,
    campaign_id: UUID,
    target_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> None:
    """Take an enterprise off the list; that it was on it stays known."""
    known = await campaigns.campaign(session, campaign_id)
    campaign = await lock_open(session, actor, campaign_id, RIGHT, participants=known.parties)
    campaign.require_version(expected_version)
    target = await queries.lock_target(session, campaign_id, target_id)
    if target.removed_on is not None:
        raise TargetRemoved
    target.removed_on, target.removal_reason = legal_day(now), reason
    facts = {"enterprise_id": str(target.enterprise_id)}
    await _keep(session, actor, campaign, "remove", facts=facts, reason=reason, now=now)


async def _lock(
    session: AsyncSession,
    actor: Actor,
    campaign_id: UUID,
    putting: Putting,
    expected_version: int,
) -> _List:
    known = await campaigns.campaign(session, campaign_id)
    campaign = await lock_open(session, actor, campaign_id, RIGHT, participants=known.parties)
    campaign.require_version(expected_version)
    if putting.round_id is not None:
        found = await campaigns.campaign_round(session, putting.round_id)
        _require_of(campaign, found.campaign_id, what="campaign round")
    if putting.team_id is None:
        return _List(campaign, None, actor, putting)
    team = await teams.team(session, putting.team_id)
    _require_of(campaign, team.campaign_id, what="campaign team")
    if team.disbanded_on is not None:
        raise TeamDisbanded
    return _List(campaign, team, actor, putting)


def _require_of(campaign: Campaign, campaign_id: UUID, *, what: str) -> None:
    if campaign.id != campaign_id:
        raise NotFound(what=what)


async def _put(
    session: AsyncSession, there: _List, enterprises: Iterable[Enterprise], *, now: datetime
) -> None:
    putting = there.putting
    rows = [_target(there, each, now=now) for each in enterprises]
    session.add_all(rows)
    facts = {
        "basis": putting.basis,
        "round_id": None if putting.round_id is None else str(putting.round_id),
        "document": putting.document,
        "enterprises": len(rows),
    }
    await _keep(session, there.actor, there.campaign, "add", facts=facts, now=now)


def _target(there: _List, enterprise: Enterprise, *, now: datetime) -> CampaignTarget:
    campaign, team, putting = there.campaign, there.team, there.putting
    within = any(
        divisions.covers(divisions.scope(each), enterprise.division)
        for each in taking_part(campaign)
    )
    if not within or enterprise.status not in STANDING:
        raise OutsideTheCampaign(reason="object", name=enterprise.name, pointer="/enterprise_ids")
    seen_by = [campaign.division, enterprise.division]
    if team is not None:
        fits = may_work_in(
            team.kind,
            home_divisions=team.home_divisions,
            works_in=team.works_in,
            place=enterprise.division,
        )
        if not fits:
            raise TeamNotForPlace(place=enterprise.division)
        # Who is sent there knows where to go.
        seen_by += team.home_divisions
    return CampaignTarget(
        campaign_id=campaign.id,
        round_id=putting.round_id,
        enterprise_id=enterprise.id,
        team_id=putting.team_id,
        division=enterprise.division,
        basis=putting.basis,
        document=putting.document,
        added_on=legal_day(now),
        added_by=there.actor.id,
        visible_to=divisions.visibility(seen_by),
    )


async def _keep(
    session: AsyncSession,
    actor: Actor,
    campaign: Campaign,
    action: str,
    *,
    facts: Mapping[str, Any],
    reason: str | None = None,
    now: datetime,
) -> None:
    campaign.changed_at = now
    act = Act(Subject.TARGETS, campaign.id, action, facts, reason=reason)
    await keep(session, actor, campaign, act, now=now)
