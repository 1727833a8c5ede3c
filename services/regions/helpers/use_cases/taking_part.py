"""Recording what supervisors took part in, and whether firms keep their word."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.bureaus import queries as bureaus
from services.regions.divisions.use_cases import require_known
from services.regions.helpers.domain import taking_part as rules
from services.regions.helpers.domain.engaged import require_credit_code
from services.regions.helpers.domain.taking_part import ActivityKind, OtherPlace, PromiseState
from services.regions.helpers.models.engaged import EnvironmentalSupervisor
from services.regions.helpers.models.taking_part import (
    ExchangeDay,
    ExchangePromise,
    SupervisorActivity,
)
from services.regions.helpers.queries import engaged, taking_part as queries
from services.regions.helpers.queries.taking_part import DayFile
from shared import divisions
from shared.audit.trace import SYSTEM_ACTOR, record
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.clocks.days import legal_day
from shared.contracts.petitions import SupervisorTookPart
from shared.errors import NotFound
from shared.ids import uuid7


@dataclass(frozen=True, slots=True)
class Promise:
    text: str
    due_on: date


@dataclass(frozen=True, slots=True)
class DayFacts:
    """Who met whom on an exchange day, about what, and what the firm promised."""

    division: str
    bureau_id: UUID
    firm: str
    credit_code: str | None
    village: str
    residents: int
    topics: tuple[str, ...]
    held_on: date
    supervisors: tuple[UUID, ...]
    promises: tuple[Promise, ...]


async def record_visit(
    session: AsyncSession,
    actor: Actor,
    supervisor_id: UUID,
    *,
    on_day: date,
    place: str,
    findings: str,
    expected_version: int,
    now: datetime,
) -> EnvironmentalSupervisor:
    """A visit the supervisor made, and what was seen."""
    supervisor = await engaged.lock(session, EnvironmentalSupervisor, supervisor_id)
    require(actor, "supervisor.record", division=supervisor.division)
    supervisor.require_version(expected_version)
    rules.require_past(on_day, today=legal_day(now), pointer="/on_day")
    _require_in_office(supervisor, on_day)
    line = _line(supervisor, ActivityKind.VISIT, on_day, actor, now=now)
    line.place, line.findings = place, findings
    session.add(line)
    supervisor.changed_at = now
    flag_modified(supervisor, "changed_at")  # a version even if no time has passed
    await session.flush()
    await _trace(
        session,
        actor,
        "visit",
        key=supervisor.id,
        division=supervisor.division,
        row=line,
        now=now,
    )
    return supervisor


async def record_exchange_day(
    session: AsyncSession, actor: Actor, facts: DayFacts, *, now: datetime
) -> ExchangeDay:
    """An exchange day with its promises; every supervisor who was there has it in his record."""
    require(actor, "supervisor.record", division=facts.division)
    await require_known(session, [facts.division], on_day=facts.held_on, pointer="/division")
    bureau = await bureaus.bureau(session, facts.bureau_id)
    rules.require_convener(bureau.kind)
    if not divisions.covers(divisions.scope(bureau.division), facts.division):
        raise OtherPlace(reason=bureau.name, names=bureau.name, pointer="/bureau_id")
    rules.require_past(facts.held_on, today=legal_day(now), pointer="/held_on")
    if facts.credit_code is not None:
        require_credit_code(facts.credit_code, pointer="/credit_code")
    present = await _present(session, facts)
    seen_by = divisions.visibility([facts.division])
    day = ExchangeDay(
        id=uuid7(),
        division=facts.division,
        bureau_id=facts.bureau_id,
        firm=facts.firm,
        credit_code=facts.credit_code,
        village=facts.village,
        residents=facts.residents,
        topics=list(facts.topics),
        held_on=facts.held_on,
        supervisors=[each.id for each in present],
        recorded_by=actor.id,
        recorded_at=now,
        changed_at=now,
        visible_to=seen_by,
    )
    session.add(day)
    await session.flush()
    for each in facts.promises:
        session.add(
            ExchangePromise(
                id=uuid7(),
                exchange_day_id=day.id,
                text=each.text,
                due_on=each.due_on,
                state=PromiseState.OPEN,
                visible_to=seen_by,
            )
        )
    for supervisor in present:
        line = _line(supervisor, ActivityKind.EXCHANGE_DAY, facts.held_on, actor, now=now)
        line.exchange_day_id = day.id
        session.add(line)
    await session.flush()
    await _trace(
        session, actor, "exchange_day", key=day.id, division=day.division, row=day, now=now
    )
    return day


async def look_back(
    session: AsyncSession,
    actor: Actor,
    exchange_day_id: UUID,
    promise_id: UUID,
    *,
    kept: bool,
    remark: str | None,
    expected_version: int,
    now: datetime,
) -> ExchangeDay:
    """回头看: whether the firm kept what it promised."""
    file = await queries.lock_exchange_day(session, exchange_day_id)
    day = file.day
    require(actor, "supervisor.look_back", division=day.division)
    day.require_version(expected_version)
    promise = next((each for each in file.promises if each.id == promise_id), None)
    if promise is None:
        raise NotFound(what="promise")
    promise.state = rules.looked_back(
        promise.state, kept=kept, due_on=promise.due_on, today=legal_day(now), remark=remark
    )
    promise.looked_at, promise.looked_by, promise.looked_by_name = now, actor.id, actor.name
    promise.remark = remark
    day.changed_at = now
    flag_modified(day, "changed_at")  # a version even if no time has passed
    await session.flush()
    await _trace(
        session,
        actor,
        "look_back",
        key=day.id,
        division=day.division,
        row=promise,
        reason=remark,
        now=now,
    )
    return day


async def keep_petition(session: AsyncSession, event: SupervisorTookPart, now: datetime) -> None:
    """A supervisor came to look into a petition: it counts once, and no more is known of it here.

    By then the supervisor's engagement may have ended or the row be gone; what is gone counts
    nowhere.
    """
    found = await queries.supervisors_by_id(session, [event.supervisor_id])
    supervisor = found.get(event.supervisor_id)
    if supervisor is None or await queries.is_kept(session, event.supervisor_id, event.petition_id):
        return
    line = _line(supervisor, ActivityKind.PETITION, event.on_day, SYSTEM_ACTOR, now=now)
    line.reference = event.petition_id
    session.add(line)
    await session.flush()


def actions(actor: Actor, file: DayFile) -> list[str]:
    """What this caller may do with the exchange day now."""
    waits = any(rules.PROMISES[each.state] for each in file.promises)
    looks = may(actor, "supervisor.look_back", division=file.day.division)
    return ["look_back"] if waits and looks else []


async def _present(session: AsyncSession, facts: DayFacts) -> Sequence[EnvironmentalSupervisor]:
    """The supervisors who were there: of this division, and in office on the day."""
    known = await queries.supervisors_by_id(session, facts.supervisors)
    if missing := [str(each) for each in facts.supervisors if each not in known]:
        listed = ", ".join(missing)
        raise OtherPlace(reason=listed, names=listed, pointer="/supervisors")
    scope = divisions.scope(facts.division)
    for each in known.values():
        if not divisions.covers(scope, each.division):
            raise OtherPlace(
                reason=each.object_name, names=each.object_name, pointer="/supervisors"
            )
        _require_in_office(each, facts.held_on)
    return list(known.values())


def _require_in_office(supervisor: EnvironmentalSupervisor, day: date) -> None:
    rules.require_in_office(
        supervisor.valid_from, supervisor.valid_to, day=day, name=supervisor.object_name
    )


def _line(
    supervisor: EnvironmentalSupervisor,
    kind: ActivityKind,
    on_day: date,
    actor: Actor,
    *,
    now: datetime,
) -> SupervisorActivity:
    return SupervisorActivity(
        id=uuid7(),
        supervisor_id=supervisor.id,
        kind=kind,
        on_day=on_day,
        recorded_by=actor.id,
        recorded_at=now,
        visible_to=supervisor.visible_to,
    )


async def _trace(
    session: AsyncSession,
    actor: Actor,
    act: str,
    *,
    key: UUID,
    division: str,
    row: SupervisorActivity | ExchangeDay | ExchangePromise,
    now: datetime,
    reason: str | None = None,
) -> None:
    after: dict[str, Any] = row.model_dump(mode="json")
    await record(
        session,
        actor,
        f"supervisor.{act}",
        object_kind="supervisor",
        object_id=key,
        now=now,
        seen_by=[division],
        reason=reason,
        after=after,
    )
