"""The text of a plan: written by its lead, sent to the parties, changed, taken back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.agreements import queries as agreements
from services.regions.agreements.domain import Focus, Form, Link
from services.regions.agreements.domain.consent import Answer, fingerprint
from services.regions.agreements.domain.life import BINDING, term_in_days
from services.regions.divisions.use_cases import require_known
from services.regions.plans import queries
from services.regions.plans.domain import contents, life
from services.regions.plans.domain.contents import BadPlan, ItemState, ItemTerms, PlanTerms
from services.regions.plans.domain.life import IN_EFFECT, Action, NotInEffect, State
from services.regions.plans.models import Plan, PlanItem, PlanParty, PlanText
from services.regions.plans.queries import PlanFile
from services.regions.plans.use_cases.record import COUNTERSIGNING, KIND, Held, lock, note, take
from shared import divisions
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clock_rows.rows import Ladder, drop_clocks, start_clock
from shared.clocks.days import legal_day
from shared.ids import uuid7
from shared.rule_settings import rule_settings

DRAFTED: Final = "draft"


async def draft(
    session: AsyncSession, actor: Actor, *, lead: str, terms: PlanTerms, now: datetime
) -> Plan:
    """拟定: write a draft; nobody but the lead's own division sees it."""
    require(actor, "plan.draft", division=lead)
    await _require_sound(session, terms, lead=lead, now=now)
    plan = Plan(
        id=uuid7(),
        lead=lead,
        state=State.DRAFT,
        text_version=0,
        drafted_at=now,
        drafted_by=actor.id,
        changed_at=now,
        visible_to=[divisions.scope(lead)],
        **_columns(terms, lead),
    )
    session.add(plan)
    await session.flush()
    held = Held(PlanFile(plan, [], []), None)
    await _put(session, held, terms)
    await note(session, actor, held, DRAFTED, division=lead, reason=None, now=now)
    return plan


async def revise(
    session: AsyncSession,
    actor: Actor,
    plan_id: UUID,
    *,
    terms: PlanTerms,
    expected_version: int,
    now: datetime,
) -> Plan:
    """Change the text. Before the parties, consent to the one before is none to this.

    Who the parties are is settled with the draft.
    """
    held = await lock(session, plan_id)
    plan = held.plan
    require(actor, "plan.draft", division=plan.lead)
    plan.require_version(expected_version)
    life.step(plan.state, Action.REVISE)
    sent = plan.state is State.COUNTERSIGN
    if sent and set(terms.parties) != set(held.file.codes):
        raise BadPlan(reason="parties change in a draft only", pointer="/parties")
    await _require_sound(session, terms, lead=plan.lead, now=now)
    columns = _columns(terms, plan.lead)
    changed = columns["text_hash"] != plan.text_hash
    if sent:
        take(held, held.file.countersigning.revise(plan.lead, columns["text_hash"]), actor, now)
    for name, value in columns.items():
        setattr(plan, name, value)
    await _put(session, held, terms)
    if sent and changed:
        _keep_text(session, actor, plan, terms, now=now)
    await note(session, actor, held, Action.REVISE, division=plan.lead, reason=None, now=now)
    return plan


async def countersign(
    session: AsyncSession,
    actor: Actor,
    plan_id: UUID,
    *,
    reason: str | None,
    expected_version: int,
    now: datetime,
) -> Plan:
    """会签: send the draft to every party; a lead that is one agrees by sending it."""
    held = await lock(session, plan_id)
    plan = held.plan
    require(actor, "plan.draft", division=plan.lead)
    plan.require_version(expected_version)
    life.step(plan.state, Action.COUNTERSIGN)
    await require_footing(session, plan)
    _show(held, [plan.lead, *held.file.codes])
    until = await _start_clock(session, held, now=now)
    take(held, held.file.countersigning.send(plan.lead, until=until), actor, now)
    plan.countersign_until, plan.decision_asked_at = until, None
    kept = await queries.texts(session, plan.id)
    if not kept or kept[-1].text_hash != plan.text_hash:
        _keep_text(session, actor, plan, terms_of(held.file), now=now)
    await note(session, actor, held, Action.COUNTERSIGN, division=plan.lead, reason=reason, now=now)
    return plan


async def withdraw(
    session: AsyncSession,
    actor: Actor,
    plan_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Plan:
    """Take the text back to the lead's desk; the parties keep sight of what they were sent."""
    held = await lock(session, plan_id)
    plan = held.plan
    require(actor, "plan.draft", division=plan.lead)
    plan.require_version(expected_version)
    take(held, held.file.countersigning.withdraw(), actor, now)
    plan.countersign_until = plan.decision_asked_at = None
    await drop_clocks(session, subject_id=plan.id, at=now)
    await note(session, actor, held, Action.WITHDRAW, division=plan.lead, reason=reason, now=now)
    return plan


async def require_footing(session: AsyncSession, plan: Plan) -> None:
    """NotInEffect unless what the plan stands on binds its parties."""
    if plan.agreement_id is not None:
        agreement = await agreements.agreement(session, plan.agreement_id)
        if agreement.state not in BINDING:
            raise NotInEffect
    if plan.parent_plan_id is not None:
        above = await queries.plan(session, plan.parent_plan_id)
        if above.state not in IN_EFFECT:
            raise NotInEffect


async def _start_clock(session: AsyncSession, held: Held, *, now: datetime) -> datetime | None:
    settings = await rule_settings(session, division=held.plan.lead, on_day=legal_day(now))
    due = await start_clock(
        session,
        subject_kind=KIND,
        subject_id=held.plan.id,
        kind=COUNTERSIGNING,
        term=term_in_days(settings["plan.countersign_days"]),
        ladder=Ladder(
            timedelta(hours=settings["cooperation.warn_before_hours"]),
            timedelta(hours=settings["cooperation.raise_after_hours"]),
        ),
        started_at=now,
        seen_by=[held.plan.lead, *held.file.codes],
    )
    return due.due_at


async def _require_sound(
    session: AsyncSession, terms: PlanTerms, *, lead: str, now: datetime
) -> None:
    contents.require_sound(terms, lead=lead)
    today = legal_day(now)
    await require_known(session, terms.parties, on_day=today, pointer="/parties")
    # A matter of the past names places as they were: 渝北 (500112) of 2023 is in no table of today.
    ahead = [each for each in terms.items if each.due_on >= today]
    places = {place for item in ahead for place in item.places}
    await require_known(session, places, on_day=today, pointer="/items")
    if terms.agreement_id is not None:
        agreement = await agreements.agreement(session, terms.agreement_id)
        parties = await agreements.file(session, agreement)
        days = (agreement.valid_from, agreement.valid_to)
        contents.require_within(terms, parties.codes, days, pointer="/agreement_id")
    if terms.parent_plan_id is not None:
        above = await queries.plan(session, terms.parent_plan_id)
        outer = await queries.parties_of(session, above.id)
        days = (above.valid_from, above.valid_to)
        contents.require_within(terms, outer, days, pointer="/parent_plan_id")


def _show(held: Held, codes: Sequence[str]) -> None:
    """From now on these and those above them see the plan and all that hangs on it."""
    held.plan.visible_to = divisions.visibility(codes)
    for row in (*held.file.parties, *held.file.items):
        row.visible_to = held.plan.visible_to


def _columns(terms: PlanTerms, lead: str) -> dict[str, Any]:
    """The text as columns of the plan."""
    plain = contents.plain(terms, lead=lead)
    as_they_are = ("year", "title", "body", "forms", "links", "focuses", "min_ops", "windows")
    return {
        **{name: plain[name] for name in as_they_are},
        "agreement_id": terms.agreement_id,
        "parent_plan_id": terms.parent_plan_id,
        "valid_from": terms.valid_from,
        "valid_to": terms.valid_to,
        "quota_period": terms.quota_period,
        "text_hash": fingerprint(plain),
    }


def terms_of(file: PlanFile) -> PlanTerms:
    """The text as the rows hold it."""
    row = file.plan
    return PlanTerms(
        agreement_id=row.agreement_id,
        parent_plan_id=row.parent_plan_id,
        year=row.year,
        title=row.title,
        body=row.body,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        parties=file.codes,
        forms=tuple(map(Form, row.forms)),
        links=tuple(map(Link, row.links)),
        focuses=tuple(map(Focus, row.focuses)),
        min_ops=row.min_ops,
        quota_period=row.quota_period,
        windows=None if row.windows is None else tuple(map(queries.window, row.windows)),
        items=tuple(
            ItemTerms(
                year=each.year,
                first_month=each.first_month,
                last_month=each.last_month,
                form=each.form,
                focus=each.focus,
                media=tuple(each.media),
                industries=tuple(each.industries),
                what=each.what,
                places=tuple(each.places),
                responsible=each.responsible,
            )
            for each in file.items
        ),
    )


async def _put(session: AsyncSession, held: Held, terms: PlanTerms) -> None:
    """The parties and matters as the text has them now; who stays keeps its row and its word."""
    plan = held.plan
    known = {each.division: each for each in held.file.parties}
    for gone in set(known) - set(terms.parties):
        await session.delete(known[gone])
    for item in held.file.items:
        await session.delete(item)
    # Places in the text are unique: the old matters make room first.
    await session.flush()
    parties = []
    for position, division in enumerate(terms.parties):
        party = known.get(division) or PlanParty(
            plan_id=plan.id,
            division=division,
            position=position,
            answer=Answer.PENDING,
            visible_to=plan.visible_to,
        )
        party.position = position
        parties.append(party)
    items = [_item(plan, position, each) for position, each in enumerate(terms.items)]
    session.add_all([*parties, *items])
    held.file.parties[:], held.file.items[:] = parties, items
    await session.flush()


def _item(plan: Plan, position: int, terms: ItemTerms) -> PlanItem:
    return PlanItem(
        id=uuid7(),
        plan_id=plan.id,
        position=position,
        year=terms.year,
        first_month=terms.first_month,
        last_month=terms.last_month,
        form=terms.form,
        focus=terms.focus,
        media=list(terms.media),
        industries=list(terms.industries),
        what=terms.what,
        places=list(terms.places),
        responsible=terms.responsible,
        state=ItemState.OPEN,
        visible_to=plan.visible_to,
    )


def _keep_text(
    session: AsyncSession, actor: Actor, plan: Plan, terms: PlanTerms, *, now: datetime
) -> None:
    """The next text before the parties, whole."""
    plan.text_version += 1
    kept = PlanText(
        id=uuid7(),
        plan_id=plan.id,
        text_version=plan.text_version,
        text_hash=plan.text_hash,
        content=contents.plain(terms, lead=plan.lead),
        actor_id=actor.id,
        actor_name=actor.name,
        at=now,
        visible_to=plan.visible_to,
    )
    session.add(kept)
