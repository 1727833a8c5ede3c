"""Setting up what units are assessed by, before it judges anything."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.assessment.domain import life
from services.regions.assessment.domain.life import (
    SchemeState,
    SchemeStep,
    UnitOutside,
    YearOver,
)
from services.regions.assessment.domain.scoring import (
    Adjustment,
    Line,
    Rules,
    adjustment_from_json,
    adjustment_to_json,
    line_from_json,
    line_to_json,
    require_sound,
)
from services.regions.assessment.models import AssessmentScheme
from services.regions.assessment.queries import files as queries
from services.regions.assessment.use_cases.record import note_scheme
from services.regions.divisions.use_cases import require_known
from shared import divisions
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clocks.days import legal_day
from shared.ids import uuid7
from shared.rule_settings import rule_settings

DEFAULT: Final = "assessment.default_scheme"


@dataclass(frozen=True, slots=True)
class Said:
    """What a draft says; what it leaves out is the default scheme's, units all counties below."""

    title: str
    document: str | None
    units: tuple[str, ...] | None
    full_marks: Decimal | None
    lines: tuple[Line, ...] | None
    adjustments: tuple[Adjustment, ...] | None
    bonus_cap: Decimal | None
    malus_cap: Decimal | None
    minimum_weight: Decimal | None
    caution_below: int | None


async def draft(
    session: AsyncSession, actor: Actor, *, division: str, year: int, said: Said, now: datetime
) -> AssessmentScheme:
    """拟定考核方案; YearOver for a year that is past."""
    require(actor, "assessment.set_up", division=division)
    _, ends = life.year_bounds(year)
    if now >= ends:
        raise YearOver(year=year)
    today = legal_day(now)
    await require_known(session, [division], on_day=today, pointer="/division")
    units = await _units(session, division, said.units, today=today)
    rules = await _rules(session, division, said, today=today)
    row = AssessmentScheme(
        id=uuid7(),
        division=division,
        year=year,
        title=said.title,
        document=said.document,
        units=units,
        **_stored(rules),
        state=SchemeState.DRAFT,
        drafted_at=now,
        drafted_by=actor.id,
        changed_at=now,
        visible_to=divisions.visibility([division]),
    )
    session.add(row)
    await note_scheme(session, actor, row, "draft", reason=None, now=now)
    return row


async def change(
    session: AsyncSession,
    actor: Actor,
    scheme_id: UUID,
    *,
    said: Said,
    expected_version: int,
    now: datetime,
) -> AssessmentScheme:
    """Say a draft anew, whole; a published scheme is replaced by another version."""
    row = await _begin(session, actor, scheme_id, SchemeStep.CHANGE, expected_version)
    today = legal_day(now)
    row.title, row.document = said.title, said.document
    row.units = await _units(session, row.division, said.units, today=today)
    rules = await _rules(session, row.division, said, today=today)
    for name, value in _stored(rules).items():
        setattr(row, name, value)
    await note_scheme(session, actor, row, SchemeStep.CHANGE, reason=None, now=now)
    return row


async def publish(
    session: AsyncSession,
    actor: Actor,
    scheme_id: UUID,
    *,
    late_reason: str | None,
    expected_version: int,
    now: datetime,
) -> AssessmentScheme:
    """公布考核方案: from the year's begin, or, with a reason, from now on for what comes after.

    The version in force before judges what came until then.
    """
    row = await queries.lock_scheme(session, scheme_id)
    require(actor, "assessment.publish", division=row.division)
    row.require_version(expected_version)
    state = life.scheme_step(row.state, SchemeStep.PUBLISH)
    begins = life.effective_from(row.year, published_at=now, late_reason=late_reason)
    before = await queries.lock_in_force(session, division=row.division, year=row.year)
    if before is not None:
        before.state, before.ends_at = SchemeState.SUPERSEDED, begins
        told = f"version {before.number} until {begins.isoformat()}"
        await note_scheme(session, actor, before, "supersede", reason=told, now=now)
    row.number = 1 + await queries.last_number(session, division=row.division, year=row.year)
    row.state = state
    row.published_at, row.published_by = now, actor.id
    row.effective_from, row.late_reason = begins, late_reason
    row.visible_to = divisions.visibility([row.division, *row.units])
    await note_scheme(session, actor, row, SchemeStep.PUBLISH, reason=late_reason, now=now)
    return row


async def withdraw(
    session: AsyncSession,
    actor: Actor,
    scheme_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> AssessmentScheme:
    """Drop a draft."""
    row = await _begin(session, actor, scheme_id, SchemeStep.WITHDRAW, expected_version)
    row.state = SchemeState.WITHDRAWN
    await note_scheme(session, actor, row, SchemeStep.WITHDRAW, reason=reason, now=now)
    return row


async def _begin(
    session: AsyncSession, actor: Actor, scheme_id: UUID, step: SchemeStep, expected_version: int
) -> AssessmentScheme:
    row = await queries.lock_scheme(session, scheme_id)
    require(actor, "assessment.set_up", division=row.division)
    row.require_version(expected_version)
    life.scheme_step(row.state, step)
    return row


async def _units(
    session: AsyncSession, division: str, named: Sequence[str] | None, *, today: date
) -> list[str]:
    """Who is assessed: those named, or every county below."""
    if named is None:
        return await queries.counties(session, division, on_day=today)
    for index, each in enumerate(named):
        if each == division or not divisions.covers(divisions.scope(division), each):
            raise UnitOutside(reason=each, division=each, pointer=f"/units/{index}")
    await require_known(session, named, on_day=today, pointer="/units")
    return sorted(set(named))


async def _rules(session: AsyncSession, division: str, said: Said, *, today: date) -> Rules:
    """What was said, and for the rest the default; BadScheme if it does not hold together."""
    figures = await rule_settings(session, division=division, on_day=today)
    default = figures[DEFAULT]
    rules = Rules(
        full_marks=_or(said.full_marks, default["full_marks"]),
        lines=said.lines or tuple(map(line_from_json, default["lines"])),
        adjustments=tuple(map(adjustment_from_json, default["adjustments"]))
        if said.adjustments is None
        else said.adjustments,
        bonus_cap=_or(said.bonus_cap, default["bonus_cap"]),
        malus_cap=_or(said.malus_cap, default["malus_cap"]),
        minimum_weight=_or(said.minimum_weight, default["minimum_weight"]),
        caution_below=default["caution_below"]
        if said.caution_below is None
        else said.caution_below,
    )
    require_sound(rules)
    return rules


def _or(said: Decimal | None, default: str) -> Decimal:
    return Decimal(default) if said is None else said


def _stored(rules: Rules) -> dict[str, Any]:
    """The columns the rules are kept in."""
    return {
        **asdict(rules),
        "lines": [line_to_json(each) for each in rules.lines],
        "adjustments": [adjustment_to_json(each) for each in rules.adjustments],
    }
