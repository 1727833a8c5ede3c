"""Stating a report again when data came late: a new report with its difference, never a change."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.repeats.queries import matter
from services.petitions.reports import domain, queries
from services.petitions.reports.domain import HASH_FORM, PartKind, ReportKind, Section
from services.petitions.reports.models import Report
from services.petitions.reports.use_cases import contents
from services.petitions.reports.use_cases.contents import Entry, Week
from services.petitions.reports.use_cases.issuing import Edition, freeze
from services.petitions.through_train import queries as train_queries
from services.petitions.vault.use_cases import VaultKeys, without_petitioner
from shared.auth.actor import Actor
from shared.auth.policy import require

# Characters the column holds; a text may grow by being redacted.
REASON_LENGTH: Final = 200


@dataclass(frozen=True, slots=True)
class Known:
    """What a report would say with what is known now; `last` is how it was stated last."""

    original: Report
    last: Report
    week: Week
    entries: list[Entry]
    lines: list[dict[str, Any]]
    changes: list[dict[str, Any]]


async def differences(
    session: AsyncSession, whole: AsyncSession, actor: Actor, report_id: UUID
) -> Known:
    """What would differ now; for whom may state it again, since others see parts only.

    `whole` is a session that sees every county and every repeat, as the issuing job did.
    """
    report = await queries.report(session, report_id)
    require(actor, "report.restate", division=report.city)
    return await _known_now(whole, report.restates_id or report.id)


async def restate(
    session: AsyncSession,
    whole: AsyncSession,
    actor: Actor,
    report_id: UUID,
    *,
    reason: str,
    keys: VaultKeys,
    now: datetime,
) -> Report:
    """Issue the report anew with a number of its own; nobody is pushed or noticed by it."""
    report = await queries.report(session, report_id)
    require(actor, "report.restate", division=report.city)
    # Two restatements at once get two numbers.
    group = await train_queries.lock_group(session, report.group_id)
    known = await _known_now(whole, report.restates_id or report.id)
    if not known.changes:
        raise domain.NothingToRestate
    restatement = known.last.restatement + 1
    edition = Edition(
        group=group,
        kind=known.original.kind,
        number=f"{known.original.number}-R{restatement}",
        week=known.week,
        period_start=known.original.period_start,
        period_end=known.original.period_end,
        entries=known.entries,
        lines=known.lines,
        changes=known.changes,
        restates_id=known.original.id,
        restatement=restatement,
        reason=await _without_petitioners(session, known, reason, keys=keys),
    )
    return await freeze(session, edition, actor=actor, now=now)


async def _without_petitioners(
    session: AsyncSession, known: Known, reason: str, *, keys: VaultKeys
) -> str:
    """The reason without whoever signed a petition of a matter of the report."""
    people = [
        entry_id
        for entry in known.entries
        for petition in await matter(session, entry.escalation.petition_id)
        for entry_id in petition.party_ids
    ]
    return (await without_petitioner(session, people, reason, keys=keys))[:REASON_LENGTH]


async def _known_now(session: AsyncSession, original_id: UUID) -> Known:
    original = await queries.report(session, original_id)
    last = [original, *await queries.restatements(session, original_id)][-1]
    week = Week(original.city, original.starts_at, original.cut_off)
    stated = await queries.matters_of(session, last)
    told = await contents.told(session, [each for _, each in stated], cut_off=week.end)
    entries = [
        Entry(item.section, matter, domain.as_stood(told[matter.id][0], item.content))
        for item, matter in stated
    ]
    entries += await _heard_late(session, original, week, known={each.id for _, each in stated})
    entries.sort(key=lambda each: each.section is Section.CARRIED)  # the named first
    lines, line_changes = await _lines(session, original, last, week, entries)
    before = [item.content for item, _ in stated]
    changes = domain.difference(before, [each.content for each in entries], key="escalation")
    return Known(original, last, week, entries, lines, [*changes, *line_changes])


async def _heard_late(
    session: AsyncSession, original: Report, week: Week, *, known: set[UUID]
) -> list[Entry]:
    """Matters triggered in a weekly report's week that it did not know of."""
    if original.kind is not ReportKind.WEEKLY:
        return []
    found = await queries.triggered_between(session, week.city, start=week.start, end=week.end)
    entries = await contents.named(session, week, [each for each in found if each.id not in known])
    for entry in entries:
        entry.content["late"] = False  # it stands in its own week now
    return entries


async def _lines(
    session: AsyncSession, original: Report, last: Report, week: Week, entries: list[Entry]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The counties in numbers as known now, and what differs from how they were stated last."""
    stated = {
        each.content["county"]: each.content
        for each in await queries.parts(session, last.id, PartKind.LINE)
    }
    lines = [
        domain.as_stood(each, stated.get(each["county"]))
        for each in await contents.lines(
            session, original.group_id, week, entries, at=original.issued_at
        )
    ]
    if last.hash_form != HASH_FORM:  # reports had no lines then
        return lines, []
    return lines, domain.difference([*stated.values()], lines, key="county")
