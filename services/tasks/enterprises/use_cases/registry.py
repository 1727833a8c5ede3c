"""The life of an object: registered, amended from a day on, suspended, resumed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.enterprises.domain import registry as domain
from services.tasks.enterprises.domain.registry import (
    OWN_SERIES,
    STANDING,
    Act,
    AlreadyRegistered,
    Facts,
    KeyFlag,
    ParentCircle,
    Permit,
    Point,
    Status,
    require_effective,
)
from services.tasks.enterprises.models.registry import Enterprise
from services.tasks.enterprises.queries import registry as queries
from services.tasks.enterprises.use_cases.record import keep, lock_for, require_known
from shared import divisions
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clocks.days import legal_day
from shared.db.session import beyond_scope
from shared.enterprise_names import key_of, plain


@dataclass(frozen=True, slots=True)
class Code:
    """What the register calls a site: its legal person's code and its number, or an own code."""

    credit_code: str | None
    site_number: int
    own_code: str | None


async def register(
    session: AsyncSession,
    actor: Actor,
    facts: Facts,
    *,
    parent_id: UUID | None = None,
    another_site: bool = False,
    since: date | None = None,
    now: datetime,
) -> Enterprise:
    """A new object; AlreadyRegistered if the division has one like it, unless it is another site.

    Without a credit code it gets one of our own, by division and year.
    """
    require(actor, "enterprise.manage", division=facts.division)
    today = legal_day(now)
    domain.check(facts)
    await require_known(session, facts.division, on_day=today, pointer="/division")
    since = since or today
    require_effective(since, last=date.min, today=today)
    enterprise = Enterprise(
        **_columns(facts),
        parent_id=None,
        facts_since=since,
        created_at=now,
        changed_at=now,
        site_number=1,
    )
    await _set_parent(session, enterprise, parent_id)
    code = await _new_code(session, facts, another_site=another_site, year=today.year)
    _name(enterprise, code)
    await keep(session, actor, enterprise, Act.REGISTER, valid_from=since, now=now)
    return enterprise


async def amend(
    session: AsyncSession,
    actor: Actor,
    enterprise_id: UUID,
    facts: Facts,
    *,
    parent_id: UUID | None,
    effective_on: date | None,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Enterprise:
    """The object is from the day on as the facts say: renamed, moved, licensed, flagged.

    Moving it to another division is for those who answer for both.
    """
    enterprise = await lock_for(
        session, actor, enterprise_id, Act.AMEND, expected_version=expected_version
    )
    require(actor, "enterprise.manage", division=facts.division)
    today = legal_day(now)
    domain.check(facts)
    day = effective_on or today
    require_effective(day, last=enterprise.facts_since, today=today)
    if facts.division != enterprise.division:
        await require_known(session, facts.division, on_day=today, pointer="/division")
    before = enterprise.model_dump(mode="json")
    if facts.credit_code != enterprise.credit_code:
        _name(enterprise, await _new_code(session, facts, another_site=False, year=today.year))
    for name, value in _columns(facts).items():
        setattr(enterprise, name, value)
    await _set_parent(session, enterprise, parent_id)
    await keep(
        session, actor, enterprise, Act.AMEND, valid_from=day, reason=reason, before=before, now=now
    )
    return enterprise


async def pause(
    session: AsyncSession,
    actor: Actor,
    enterprise_id: UUID,
    act: Act,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Enterprise:
    """Production stops for a while (停产), or begins again."""
    enterprise = await lock_for(
        session, actor, enterprise_id, act, expected_version=expected_version
    )
    before = {"status": enterprise.status}
    enterprise.status = domain.step(enterprise.status, act)
    await keep(
        session,
        actor,
        enterprise,
        act,
        valid_from=legal_day(now),
        reason=reason,
        before=before,
        now=now,
    )
    return enterprise


def differs(enterprise: Enterprise, facts: Facts) -> bool:
    """Whether the facts say anything new."""
    new = _columns(facts)
    kept: Mapping[str, Any] = {name: getattr(enterprise, name) for name in new}
    return new != kept


def filled(facts: Facts, known: Enterprise, given: Collection[str]) -> Facts:
    """The facts with what is known of point, permit and flags where they say nothing of it."""
    kept: dict[str, Any] = {"flags": tuple(KeyFlag(each) for each in known.flags)}
    if known.longitude is not None and known.latitude is not None:
        kept["point"] = Point(known.longitude, known.latitude)
    if known.permit_number is not None and known.permit_kind is not None:
        kept["permit"] = Permit(
            known.permit_number,
            known.permit_kind,
            known.permit_valid_from,
            known.permit_valid_to,
        )
    return replace(facts, **{name: value for name, value in kept.items() if name not in given})


def keys_of(facts: Facts) -> tuple[str, str]:
    """By which an object without a code is found again: name and address in one spelling."""
    return key_of(facts.name) or facts.name, plain(facts.address) or facts.address


def _columns(facts: Facts) -> dict[str, Any]:
    permit, point = facts.permit, facts.point
    name_key, address_key = keys_of(facts)
    return {
        "kind": facts.kind,
        "name": facts.name,
        "name_plain": plain(facts.name) or facts.name,
        "name_key": name_key,
        "division": facts.division,
        "address": facts.address,
        "address_key": address_key,
        "longitude": point and point.longitude,
        "latitude": point and point.latitude,
        "industry": facts.industry,
        "permit_number": permit and permit.number,
        "permit_kind": permit and permit.kind,
        "permit_valid_from": permit and permit.valid_from,
        "permit_valid_to": permit and permit.valid_to,
        "flags": sorted({each.value for each in facts.flags}),
        "visible_to": divisions.visibility([facts.division]),
    }


def _name(enterprise: Enterprise, code: Code) -> None:
    enterprise.credit_code = code.credit_code
    enterprise.site_number = code.site_number
    enterprise.own_code = code.own_code


async def _new_code(session: AsyncSession, facts: Facts, *, another_site: bool, year: int) -> Code:
    """Numbers of a legal person's sites run over all divisions, so they are looked up beyond."""
    if facts.credit_code is None:
        name_key, address_key = keys_of(facts)
        alike = await queries.standing_like(
            session, division=facts.division, name_key=name_key, address_key=address_key
        )
        if alike and not another_site:
            raise AlreadyRegistered(number=alike[0].own_code or alike[0].site_number)
        number = await queries.next_number(session, OWN_SERIES, facts.division, year)
        return Code(None, 1, domain.own_code(facts.division, year, number))
    async with beyond_scope(session):
        await queries.claim_code(session, facts.credit_code)
        sites = await queries.sites(session, facts.credit_code)
        last = await queries.last_site_number(session, facts.credit_code)
    here = [each for each in sites if each.division == facts.division and each.status in STANDING]
    if here and not another_site:
        raise AlreadyRegistered(number=here[0].site_number)
    return Code(facts.credit_code, last + 1, None)


async def _set_parent(
    session: AsyncSession, enterprise: Enterprise, parent_id: UUID | None
) -> None:
    if parent_id is not None and parent_id != enterprise.parent_id:
        parent = await queries.enterprise(session, parent_id)
        above = await queries.ancestors(session, parent_id)
        if enterprise.id in above or parent.status is Status.MERGED:
            raise ParentCircle(reason="parent", pointer="/parent_id")
    enterprise.parent_id = parent_id
