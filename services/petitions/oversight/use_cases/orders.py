"""Orders to see to a petition, and what becomes of them."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.handling.use_cases.recusal import require_not_recused
from services.petitions.intake.domain import in_charge
from services.petitions.intake.models import Petition
from services.petitions.intake.queries import lock_petition, next_number, petition as read_petition
from services.petitions.intake.use_cases.steps import seen_by
from services.petitions.oversight import domain, queries
from services.petitions.oversight.domain import OrderKind, OrderState, OrderStep
from services.petitions.oversight.models import SupervisionOrder, SupervisionOrderStep
from services.petitions.vault.use_cases import VaultKeys, without_petitioner
from shared import divisions
from shared.audit.trace import SYSTEM_ACTOR, record
from shared.auth.actor import Actor
from shared.auth.policy import RIGHTS, may, require
from shared.clock_rows.rows import Ladder, drop_clocks, start_clock, stop_clock
from shared.clocks.days import legal_day
from shared.errors import Forbidden
from shared.rule_settings import rule_settings

KIND: Final = "order"
CLOCK: Final = "order_answer"
BATCH: Final = 100


def oversees(actor: Actor, action: str, *, unit: str, office: str | None = None) -> str:
    """The division in whose name the actor oversees the unit; Forbidden if there is none."""
    roles = RIGHTS[action].roles
    held = [divisions.division_of(grant.scope) for grant in actor.grants if grant.role in roles]
    division = domain.overseer(held, unit=unit, office=office)
    if division is None:
        raise Forbidden(action=action)
    return division


async def issue(
    session: AsyncSession,
    actor: Actor,
    petition_id: UUID,
    *,
    kind: OrderKind,
    demand: str,
    days: int | None,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> SupervisionOrder:
    """Order the unit that has the petition to see to it (督办) or to get on with it (催办).

    `version` is the petition's: an order is about what its issuer saw, and changes nothing of it.
    """
    petition = await lock_petition(session, petition_id)
    petition.require_version(version)
    unit = in_charge(petition.state, petition.holder) or petition.holder
    division = oversees(actor, "order.issue", unit=unit, office=petition.office)
    await require_not_recused(session, petition.id, actor)
    domain.require_something_runs(kind, petition.state)
    today = legal_day(now)
    settings = await rule_settings(session, division=division, on_day=today)
    serial = await next_number(session, kind, division, today.year)
    order = SupervisionOrder(
        number=f"{division}-{domain.MARKS[kind]}-{today.year}-{serial:04d}",
        kind=kind,
        petition_id=petition.id,
        division=division,
        unit=unit,
        demand=await without_petitioner(session, petition.party_ids, demand, keys=keys),
        days=days or settings[domain.DAYS[kind]],
        issued_at=now,
        issued_by=actor.id,
        issued_by_name=actor.name,
        visible_to=_visible_to(petition, division, unit),
    )
    session.add(order)
    await _write(session, order, actor, None, act="issue", text=order.demand, now=now)
    await _begin(session, order, now=now)
    return order


def _visible_to(petition: Petition, division: str, unit: str) -> list[str]:
    return divisions.visibility([division, unit, *seen_by(petition)])


async def answer(
    session: AsyncSession,
    actor: Actor,
    order_id: UUID,
    *,
    answer: str,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> SupervisionOrder:
    """The unit says what it did."""
    order = await _begin_step(session, actor, order_id, version, OrderStep.ANSWER)
    petition = await read_petition(session, order.petition_id)
    order.answer = await without_petitioner(session, petition.party_ids, answer, keys=keys)
    order.answered_at, order.answered_by_name = now, actor.name
    await _take(session, order, OrderStep.ANSWER, actor=actor, text=order.answer, now=now)
    await stop_clock(session, subject_id=order.id, kind=CLOCK, at=now)
    return order


async def end(
    session: AsyncSession,
    actor: Actor,
    order_id: UUID,
    *,
    step: OrderStep,
    reason: str | None,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> SupervisionOrder:
    """Who issued the order closes it, withdraws it, or returns an answer that does not do.

    A returned order is open again, with its time from the start.
    """
    order = await _begin_step(session, actor, order_id, version, step)
    petition = await read_petition(session, order.petition_id)
    if reason is not None:
        reason = await without_petitioner(session, petition.party_ids, reason, keys=keys)
    if step is not OrderStep.RETURN:
        order.ended_at = now
    await _take(session, order, step, actor=actor, text=reason, now=now)
    if step is OrderStep.RETURN:
        await _begin(session, order, now=now)
    else:
        await drop_clocks(session, subject_id=order.id, at=now)
    return order


async def follow(session: AsyncSession, now: datetime) -> int:
    """A unit that lost the petition hands the open order on to who has it now.

    An order that would come back to who gave it has nobody to answer it: it is withdrawn.
    """
    lost = await queries.lost_orders(session, limit=BATCH)
    for order, petition in lost:
        await drop_clocks(session, subject_id=order.id, at=now)
        if petition.holder == order.division:
            order.ended_at = now
            await _take(session, order, OrderStep.WITHDRAW, actor=SYSTEM_ACTOR, text=None, now=now)
            continue
        order.unit = petition.holder
        order.visible_to = _visible_to(petition, order.division, order.unit)
        await _write(session, order, SYSTEM_ACTOR, None, act="hand_on", text=None, now=now)
        await _begin(session, order, now=now)
        await queries.show_to(session, order)
    return len(lost)


async def _begin_step(
    session: AsyncSession, actor: Actor, order_id: UUID, version: int, step: OrderStep
) -> SupervisionOrder:
    """The order, locked, as the caller saw it, with the right to take the step."""
    order = await queries.lock_order(session, order_id)
    order.require_version(version)
    require(actor, domain.RIGHTS[step], division=_decider(order, step))
    await require_not_recused(session, order.petition_id, actor)
    domain.order_step(order.state, step)
    return order


def _decider(order: SupervisionOrder, step: OrderStep) -> str:
    return order.unit if step is OrderStep.ANSWER else order.division


def actions(actor: Actor, order: SupervisionOrder) -> list[str]:
    """The steps this caller may take with the order now."""
    return [
        step.value
        for step in domain.TRANSITIONS[order.state]
        if may(actor, domain.RIGHTS[step], division=_decider(order, step))
    ]


async def _take(
    session: AsyncSession,
    order: SupervisionOrder,
    step: OrderStep,
    *,
    actor: Actor,
    text: str | None,
    now: datetime,
) -> None:
    """The only place an order's state changes: step, history and trace are one act."""
    before = order.state
    order.state = domain.order_step(order.state, step)
    await _write(session, order, actor, step, act=step.value, text=text, now=now, before=before)


async def _write(
    session: AsyncSession,
    order: SupervisionOrder,
    actor: Actor,
    step: OrderStep | None,
    *,
    act: str,
    text: str | None,
    now: datetime,
    before: OrderState | None = None,
) -> None:
    """The order's history line and audit row of one act."""
    await session.flush()
    session.add(
        SupervisionOrderStep(
            order_id=order.id,
            step=step,
            state=order.state,
            unit=order.unit,
            actor_id=actor.id,
            actor_name=actor.name,
            text=text,
            at=now,
            visible_to=order.visible_to,
        )
    )
    await session.flush()
    await record(
        session,
        actor,
        f"order.{act}",
        object_kind=KIND,
        object_id=order.id,
        now=now,
        seen_by=[order.division, order.unit],
        reason=text,
        before={"state": before} if before else None,
        after={"state": order.state, "unit": order.unit},
    )


async def _begin(session: AsyncSession, order: SupervisionOrder, *, now: datetime) -> None:
    """The unit's time to answer."""
    settings = await rule_settings(session, division=order.unit, on_day=legal_day(now))
    await start_clock(
        session,
        subject_kind=KIND,
        subject_id=order.id,
        kind=CLOCK,
        term=domain.answer_term(order.days),
        ladder=Ladder(
            timedelta(hours=settings["clocks.warn_before_hours"]),
            timedelta(hours=settings["clocks.raise_after_hours"]),
        ),
        started_at=now,
        seen_by=[order.division, order.unit],
    )
