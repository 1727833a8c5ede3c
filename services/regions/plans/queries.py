"""Every SELECT on joint plans. Row-level security hides what is not the caller's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.agreements.domain import Form, Season
from services.regions.agreements.domain.consent import Consents, Word
from services.regions.plans.domain.contents import ItemFact, Period, Quota, Window, last_day
from services.regions.plans.domain.life import Countersigning, State
from services.regions.plans.models import Plan, PlanItem, PlanParty, PlanStep, PlanText
from shared import divisions
from shared.errors import NotFound
from shared.rule_settings import rule_settings

Line = TypeVar("Line", PlanParty, PlanItem, PlanStep, PlanText)


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A plan with its parties and its matters."""

    plan: Plan
    parties: list[PlanParty]
    items: list[PlanItem]

    @property
    def codes(self) -> tuple[str, ...]:
        """The parties' divisions as the text names them."""
        return tuple(each.division for each in self.parties)

    @property
    def countersigning(self) -> Countersigning:
        """What the rules of consent go by."""
        row = self.plan
        words = {each.division: Word(each.answer, each.answered_hash) for each in self.parties}
        return Countersigning(
            state=row.state,
            consents=Consents(row.text_hash, words),
            asked=row.decision_asked_at is not None,
            until=row.countersign_until,
            issued_by=row.issued_by,
        )

    @property
    def facts(self) -> list[ItemFact]:
        return [fact(each) for each in self.items]


def fact(item: PlanItem) -> ItemFact:
    due_on = last_day(item.year, item.last_month)
    return ItemFact(item.state, item.responsible, item.form, due_on)


async def plan(session: AsyncSession, plan_id: UUID) -> Plan:
    """The plan, if the caller may know of it."""
    found = await session.get(Plan, plan_id)
    if found is None:
        raise NotFound(what="plan")
    return found


async def lock_plan(session: AsyncSession, plan_id: UUID) -> Plan:
    """The plan, locked until the transaction ends. For every change."""
    statement = (
        select(Plan)
        .where(Plan.id == plan_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="plan")
    return found


async def file(session: AsyncSession, plan: Plan) -> PlanFile:
    """The plan with its parties and matters in the order of the text."""
    return PlanFile(
        plan,
        await _lines(session, PlanParty, plan.id, "position"),
        await _lines(session, PlanItem, plan.id, "position"),
    )


async def steps(session: AsyncSession, plan_id: UUID) -> list[PlanStep]:
    """Its history as far as the caller sees it, oldest first."""
    return await _lines(session, PlanStep, plan_id, "id")


async def texts(session: AsyncSession, plan_id: UUID) -> list[PlanText]:
    """Every text that was before the parties, oldest first."""
    return await _lines(session, PlanText, plan_id, "text_version")


async def text(session: AsyncSession, plan_id: UUID, text_version: int) -> PlanText:
    """One text that was before the parties."""
    statement = select(PlanText).where(
        PlanText.plan_id == plan_id, PlanText.text_version == text_version
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="plan")
    return found


async def _lines(session: AsyncSession, table: type[Line], plan_id: UUID, order: str) -> list[Line]:
    statement = select(table).where(table.plan_id == plan_id).order_by(order)
    return list((await session.exec(statement)).all())


async def parties_of(session: AsyncSession, plan_id: UUID) -> tuple[str, ...]:
    """The divisions that are parties of a plan."""
    return tuple(each.division for each in await _lines(session, PlanParty, plan_id, "position"))


async def plans(
    session: AsyncSession,
    *,
    state: State | None,
    year: int | None,
    division: str | None,
    agreement_id: UUID | None,
    parent_id: UUID | None,
    after: UUID | None,
    limit: int,
) -> Sequence[Plan]:
    """Plans from the newest on, one more than `limit`; a division has its subtree's."""
    statement = select(Plan).order_by(col(Plan.id).desc())
    if state is not None:
        statement = statement.where(Plan.state == state)
    if year is not None:
        statement = statement.where(Plan.year == year)
    if division is not None:
        statement = statement.where(col(Plan.visible_to).contains([divisions.scope(division)]))
    if agreement_id is not None:
        statement = statement.where(Plan.agreement_id == agreement_id)
    if parent_id is not None:
        statement = statement.where(Plan.parent_plan_id == parent_id)
    if after is not None:
        statement = statement.where(col(Plan.id) < after)
    return (await session.exec(statement.limit(limit + 1))).all()


async def to_start(session: AsyncSession, today: date, *, limit: int) -> Sequence[Plan]:
    """Issued plans whose first day has come, locked; the rest another worker has."""
    statement = (
        select(Plan)
        .where(Plan.state == State.ISSUED, col(Plan.valid_from) <= today)
        .order_by(col(Plan.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return (await session.exec(statement)).all()


async def quota(session: AsyncSession, plan: Plan, *, on_day: date) -> Quota:
    """What the plan asks of each group in a period: its own figures, else the settings'."""
    settings = await rule_settings(session, division=plan.lead, on_day=on_day)
    windows: Sequence[Mapping[str, Any]] = plan.windows or settings["plan.windows"]
    return Quota(
        min_ops=plan.min_ops or settings["plan.min_ops_per_period"],
        period=plan.quota_period or Period(settings["plan.quota_period"]),
        windows=tuple(map(window, windows)),
    )


def window(plain: Mapping[str, Any]) -> Window:
    """A window as a column or a setting holds it."""
    return Window(
        Season(plain["season"]),
        Form(plain["form"]),
        plain["first_month"],
        plain["last_month"],
    )
