"""What is done with those who help: engage, amend, end. Each act is a version and a trace."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.bureaus import queries as bureaus
from services.regions.bureaus.use_cases import open_bureau
from services.regions.divisions.use_cases import require_known
from services.regions.helpers.domain.engaged import (
    FIELDS,
    Days,
    EngagementEnded,
    HelpDuty,
    HelperIsOfficer,
    SupervisorKind,
    UnknownField,
    require_credit_code,
    require_object,
)
from services.regions.helpers.models.engaged import EnvironmentalSupervisor, Expert, HelpTeam
from services.regions.helpers.queries import engaged as queries
from services.regions.helpers.queries.engaged import Helper
from services.regions.officers import queries as officers
from shared import divisions
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.clocks.days import legal_day
from shared.db.session import beyond_scope
from shared.ids import uuid7
from shared.rule_settings import rule_settings

# How the rights and the trace call each.
KINDS: Final = {
    Expert: "expert",
    HelpTeam: "help_team",
    EnvironmentalSupervisor: "supervisor",
}


@dataclass(frozen=True, slots=True)
class Conflict:
    """An object the expert has an interest in."""

    object_name: str
    object_code: str | None
    relation: str


@dataclass(frozen=True, slots=True)
class ExpertFacts:
    name: str
    fields: list[str]
    organisation: str
    days: Days
    title: str | None = None
    phone: str | None = None
    conflicts: list[Conflict] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Member:
    name: str
    speciality: str | None = None
    phone: str | None = None
    account_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class TeamFacts:
    organisation: str
    credit_code: str
    duties: list[HelpDuty]
    service_area: list[str]
    members: list[Member]
    days: Days


@dataclass(frozen=True, slots=True)
class SupervisorFacts:
    kind: SupervisorKind
    object_name: str
    credit_code: str | None
    name: str
    phone: str
    days: Days


async def fields_in_force(
    session: AsyncSession, *, division: str, on_day: date
) -> Mapping[str, str]:
    """The fields of knowledge an expert can be engaged for: code and Chinese name."""
    settings = await rule_settings(session, division=division, on_day=on_day)
    fields: Mapping[str, str] = settings[FIELDS]
    return fields


async def engage_expert(
    session: AsyncSession, actor: Actor, *, bureau_id: UUID, facts: ExpertFacts, now: datetime
) -> Expert:
    """An expert of the bureau; UnknownField for a field that is not in force."""
    division = await _keeper(session, actor, Expert, bureau_id)
    values = await _of_expert(session, facts, division=division, now=now)
    expert = Expert(
        **_new(division, now=now),
        bureau_id=bureau_id,
        visible_to=divisions.visibility([division]),
        **values,
    )
    return await _add(session, actor, expert, now=now)


async def amend_expert(
    session: AsyncSession,
    actor: Actor,
    expert_id: UUID,
    *,
    facts: ExpertFacts,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Expert:
    """The expert is from now on as the facts say."""
    expert = await _lock(session, actor, Expert, expert_id, expected_version=expected_version)
    values = await _of_expert(session, facts, division=expert.division, now=now)
    return await _change(session, actor, expert, values, act="amend", reason=reason, now=now)


async def engage_team(
    session: AsyncSession, actor: Actor, *, bureau_id: UUID, facts: TeamFacts, now: datetime
) -> HelpTeam:
    """A team under contract with the bureau; HelperIsOfficer if a member's login enforces."""
    division = await _keeper(session, actor, HelpTeam, bureau_id)
    values = await _of_team(session, facts, division=division, now=now)
    team = HelpTeam(**_new(division, now=now), bureau_id=bureau_id, **values)
    return await _add(session, actor, team, now=now)


async def amend_team(
    session: AsyncSession,
    actor: Actor,
    team_id: UUID,
    *,
    facts: TeamFacts,
    reason: str,
    expected_version: int,
    now: datetime,
) -> HelpTeam:
    """The team is from now on as the facts say."""
    team = await _lock(session, actor, HelpTeam, team_id, expected_version=expected_version)
    values = await _of_team(session, facts, division=team.division, now=now)
    return await _change(session, actor, team, values, act="amend", reason=reason, now=now)


async def name_supervisor(
    session: AsyncSession, actor: Actor, *, division: str, facts: SupervisorFacts, now: datetime
) -> EnvironmentalSupervisor:
    """A supervisor of a firm or a village of the division."""
    require(actor, "supervisor.manage", division=division)
    await require_known(session, [division], on_day=legal_day(now), pointer="/division")
    supervisor = EnvironmentalSupervisor(
        **_new(division, now=now),
        visible_to=divisions.visibility([division]),
        **_of_supervisor(facts),
    )
    return await _add(session, actor, supervisor, now=now)


async def amend_supervisor(
    session: AsyncSession,
    actor: Actor,
    supervisor_id: UUID,
    *,
    facts: SupervisorFacts,
    reason: str,
    expected_version: int,
    now: datetime,
) -> EnvironmentalSupervisor:
    """The supervisor is from now on as the facts say."""
    supervisor = await _lock(
        session, actor, EnvironmentalSupervisor, supervisor_id, expected_version=expected_version
    )
    values = _of_supervisor(facts)
    return await _change(session, actor, supervisor, values, act="amend", reason=reason, now=now)


async def end(
    session: AsyncSession,
    actor: Actor,
    table: type[Helper],
    key: UUID,
    *,
    last_day: date | None,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Helper:
    """Nobody is helped by this engagement after the last day, today if none is named."""
    helper = await _lock(session, actor, table, key, expected_version=expected_version)
    held = Days(helper.valid_from, helper.valid_to).until(last_day or legal_day(now))
    values = {"valid_to": held.last, "ended_at": now, "end_reason": reason}
    return await _change(session, actor, helper, values, act="end", reason=reason, now=now)


def actions(actor: Actor, helper: Expert | HelpTeam | EnvironmentalSupervisor) -> list[str]:
    """What this caller may do with the engagement now."""
    manages = may(actor, f"{KINDS[type(helper)]}.manage", division=helper.division)
    return ["amend", "end"] if manages and helper.ended_at is None else []


async def _keeper(session: AsyncSession, actor: Actor, table: type[Helper], bureau_id: UUID) -> str:
    """The division of the bureau that engages, for somebody who keeps its helpers."""
    bureau = await bureaus.bureau(session, bureau_id)
    require(actor, f"{KINDS[table]}.manage", division=bureau.division)
    await open_bureau(session, bureau_id)
    return bureau.division


def _new(division: str, *, now: datetime) -> dict[str, Any]:
    return {"id": uuid7(), "division": division, "created_at": now, "changed_at": now}


async def _of_expert(
    session: AsyncSession, facts: ExpertFacts, *, division: str, now: datetime
) -> dict[str, Any]:
    known = await fields_in_force(session, division=division, on_day=legal_day(now))
    if unknown := set(facts.fields) - known.keys():
        listed = ", ".join(sorted(unknown))
        raise UnknownField(reason=listed, codes=listed, pointer="/fields")
    for place, each in enumerate(facts.conflicts):
        if each.object_code is not None:
            require_credit_code(each.object_code, pointer=f"/conflicts/{place}/object_code")
    return {
        "name": facts.name,
        "fields": sorted(set(facts.fields)),
        "organisation": facts.organisation,
        "title": facts.title,
        "phone": facts.phone,
        "conflicts": [asdict(each) for each in facts.conflicts],
        **_days(facts.days),
    }


async def _of_team(
    session: AsyncSession, facts: TeamFacts, *, division: str, now: datetime
) -> dict[str, Any]:
    require_credit_code(facts.credit_code, pointer="/credit_code")
    await require_known(session, facts.service_area, on_day=legal_day(now), pointer="/service_area")
    await _require_no_officers(session, facts.members)
    area = sorted(set(facts.service_area))
    return {
        "organisation": facts.organisation,
        "credit_code": facts.credit_code,
        "duties": sorted({each.value for each in facts.duties}),
        "service_area": area,
        "members": [
            {**asdict(each), "account_id": each.account_id and str(each.account_id)}
            for each in facts.members
        ],
        "visible_to": divisions.visibility([division, *area]),
        **_days(facts.days),
    }


def _of_supervisor(facts: SupervisorFacts) -> dict[str, Any]:
    require_object(facts.kind, facts.credit_code)
    return {
        "kind": facts.kind,
        "object_name": facts.object_name,
        "credit_code": facts.credit_code,
        "name": facts.name,
        "phone": facts.phone,
        **_days(facts.days),
    }


def _days(days: Days) -> dict[str, date | None]:
    return {"valid_from": days.first, "valid_to": days.last}


async def _require_no_officers(session: AsyncSession, members: Iterable[Member]) -> None:
    """HelperIsOfficer if a login of the team is an officer's, of whatever division."""
    async with beyond_scope(session):
        found = [
            each.name
            for each in members
            if each.account_id and await officers.account_taken(session, each.account_id)
        ]
    if found:
        raise HelperIsOfficer(names=", ".join(found))


async def _lock(
    session: AsyncSession, actor: Actor, table: type[Helper], key: UUID, *, expected_version: int
) -> Helper:
    # Everybody may know of an expert: who may not change one is told so before any lock.
    kept = await queries.one(session, table, key)
    require(actor, f"{KINDS[table]}.manage", division=kept.division)
    helper = await queries.lock(session, table, key)
    helper.require_version(expected_version)
    if helper.ended_at is not None:
        raise EngagementEnded
    return helper


async def _add(session: AsyncSession, actor: Actor, helper: Helper, *, now: datetime) -> Helper:
    session.add(helper)
    await session.flush()
    await _trace(session, actor, "create", helper, now=now)
    return helper


async def _change(
    session: AsyncSession,
    actor: Actor,
    helper: Helper,
    values: Mapping[str, Any],
    *,
    act: str,
    reason: str,
    now: datetime,
) -> Helper:
    before = helper.model_dump(mode="json")
    for name, value in values.items():
        setattr(helper, name, value)
    helper.changed_at = now
    flag_modified(helper, "changed_at")  # a version even if no time has passed
    await session.flush()
    await _trace(session, actor, act, helper, now=now, reason=reason, before=before)
    return helper


async def _trace(
    session: AsyncSession,
    actor: Actor,
    act: str,
    helper: Expert | HelpTeam | EnvironmentalSupervisor,
    *,
    now: datetime,
    reason: str | None = None,
    before: Mapping[str, Any] | None = None,
) -> None:
    kind = KINDS[type(helper)]
    await record(
        session,
        actor,
        f"{kind}.{act}",
        object_kind=kind,
        object_id=helper.id,
        now=now,
        seen_by=[helper.division],
        reason=reason,
        before=before,
        after=helper.model_dump(mode="json"),
    )
