"""When officers are away and who stands in for them meanwhile."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.officers import queries
from services.regions.officers.domain import (
    LONGEST_CHAIN,
    AbsenceOver,
    AbsenceWithdrawn,
    OutsideAbsence,
    OwnSubstitute,
    Period,
    StandIn,
    SubstituteInactive,
    SubstituteNeedsReason,
    SubstitutionEnded,
    require_stand_in,
)
from services.regions.officers.models import Officer, OfficerAbsence, OfficerSubstitute
from services.regions.officers.use_cases.lines import change, lock_for
from shared.auth.actor import Actor
from shared.clocks.days import legal_day
from shared.errors import NotFound
from shared.ids import uuid7
from shared.rule_settings import rule_settings

MANAGE = "officer.manage"


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody named to stand in; without a period for the whole absence."""

    substitute_id: UUID
    period: Period | None = None
    reason: str | None = None


async def record_absence(
    session: AsyncSession,
    actor: Actor,
    officer_id: UUID,
    *,
    period: Period,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Officer:
    """A time in which the officer cannot be sent. What is booked already stays booked."""
    officer = await lock_for(session, actor, officer_id, MANAGE, expected_version=expected_version)
    absence = OfficerAbsence(
        id=uuid7(),
        officer_id=officer.id,
        starts_at=period.starts_at,
        ends_at=period.ends_at,
        reason=reason,
        visible_to=officer.visible_to,
    )
    session.add(absence)
    await change(session, actor, "officer.record_absence", officer, now=now, reason=reason)
    return officer


async def withdraw_absence(
    session: AsyncSession,
    actor: Actor,
    officer_id: UUID,
    absence_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Officer:
    """The officer is not away after all, or is back (销假), and nobody stands in any more.

    What of it has passed stays an absence; AbsenceOver when all of it has.
    """
    officer = await lock_for(session, actor, officer_id, MANAGE, expected_version=expected_version)
    [file] = await queries.files(session, [officer])
    absence = _absence(file, absence_id)
    if absence.ends_at <= now:
        raise AbsenceOver
    absence.withdrawn_at = now
    for each in file.substitutes:
        if each.absence_id == absence.id and each.ended_at is None:
            each.ended_at = now
    await change(session, actor, "officer.withdraw_absence", officer, now=now, reason=reason)
    return officer


async def name_substitute(
    session: AsyncSession,
    actor: Actor,
    officer_id: UUID,
    absence_id: UUID,
    named: Named,
    *,
    expected_version: int,
    now: datetime,
) -> Officer:
    """Say who stands in during an absence; of the same bureau, or with a reason.

    Nobody for themselves, nobody in a ring, no chain longer than the setting allows.
    """
    if named.substitute_id == officer_id:
        raise OwnSubstitute(reason="officer", pointer="/substitute_id")
    await queries.hold_substitutes(session)
    officer = await lock_for(session, actor, officer_id, MANAGE, expected_version=expected_version)
    [file] = await queries.files(session, [officer])
    absence = _absence(file, absence_id)
    substitute = await queries.officer(session, named.substitute_id)
    _require_fit(officer, substitute, reason=named.reason)
    whole = Period(absence.starts_at, absence.ends_at)
    period = named.period or whole
    if not (whole.starts_at <= period.starts_at and period.ends_at <= whole.ends_at):
        raise OutsideAbsence(reason="period", pointer="/starts_at")
    await _require_bounded(session, officer, substitute, period, now=now)
    session.add(
        OfficerSubstitute(
            id=uuid7(),
            officer_id=officer.id,
            absence_id=absence.id,
            substitute_id=substitute.id,
            starts_at=period.starts_at,
            ends_at=period.ends_at,
            reason=named.reason,
            visible_to=officer.visible_to,
        )
    )
    await change(session, actor, "officer.name_substitute", officer, now=now, reason=named.reason)
    return officer


async def end_substitute(
    session: AsyncSession,
    actor: Actor,
    officer_id: UUID,
    substitution_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Officer:
    """Nobody stands in by this naming any more; another may be named."""
    officer = await lock_for(session, actor, officer_id, MANAGE, expected_version=expected_version)
    [file] = await queries.files(session, [officer])
    found = next((each for each in file.substitutes if each.id == substitution_id), None)
    if found is None:
        raise NotFound(what="substitution")
    if found.ended_at is not None:
        raise SubstitutionEnded
    found.ended_at = now
    await change(session, actor, "officer.end_substitute", officer, now=now, reason=reason)
    return officer


def _absence(file: queries.OfficerFile, absence_id: UUID) -> OfficerAbsence:
    """The absence, which stands."""
    absence = next((each for each in file.absences if each.id == absence_id), None)
    if absence is None:
        raise NotFound(what="absence")
    if absence.withdrawn_at is not None:
        raise AbsenceWithdrawn
    return absence


def _require_fit(officer: Officer, substitute: Officer, *, reason: str | None) -> None:
    if substitute.left_at is not None:
        raise SubstituteInactive
    if substitute.bureau_id != officer.bureau_id and reason is None:
        raise SubstituteNeedsReason(reason="other bureau", pointer="/reason")


async def _require_bounded(
    session: AsyncSession, officer: Officer, substitute: Officer, period: Period, *, now: datetime
) -> None:
    settings = await rule_settings(session, division=officer.division, on_day=legal_day(now))
    most: int = settings[LONGEST_CHAIN]
    rows = await queries.substitutes_around(
        session, [officer.id, substitute.id], period, steps=most + 1
    )
    new = StandIn(officer.id, substitute.id, period.starts_at, period.ends_at)
    require_stand_in(new, list(map(queries.stand_in, rows)), most=most)
