"""Publishing articles of law, as dated rows, to every service."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.calendars import domain, queries
from services.regions.calendars.models import LegalBasis
from services.regions.calendars.use_cases.loading import trace_document
from shared import reference
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clocks.law import LegalBasisFact, reference_of
from shared.contracts.regions import LegalBasesPublished, LegalBasisEntry
from shared.db.session import beyond_scope
from shared.errors import AlreadyExists, NotFound, StaleVersion
from shared.messaging.outbox import announce


async def load_legal_bases(
    session: AsyncSession, document: Mapping[str, Any], *, now: datetime
) -> int:
    """Take over the articles of a document; how many laws have new or corrected ones.

    Laws that changed are announced, and those that never were: a stack of an earlier release
    knows them and has told nobody. For a session of the system.
    """
    changed = await queries.publish_bases(session, domain.legal_bases(document))
    await _tell_laws(session, changed | await queries.untold_laws(session), now=now)
    if changed:
        await trace_document(session, "legal_bases", document, now=now)
    return len(changed)


async def _tell_laws(session: AsyncSession, law_codes: Iterable[str], *, now: datetime) -> None:
    total = await queries.count_bases(session)
    for law_code in sorted(law_codes):
        rows = await queries.texts(session, law_code)
        event = LegalBasesPublished(
            law_code=law_code,
            bases=[LegalBasisEntry.model_validate(each.model_dump()) for each in rows],
            total=total,
        )
        await reference.keep_legal_bases(session, event, now)
        await announce(session, event, now=now)


async def publish_basis(
    session: AsyncSession, actor: Actor, fact: LegalBasisFact, *, reason: str, now: datetime
) -> LegalBasis:
    """Record a new text of an article; the one before it was ended first (DOMAIN 1.4)."""
    require(actor, "legal_basis.publish")
    async with beyond_scope(session):  # references are the system's own rows
        await queries.lock_law(session)
        known = await queries.facts(session)
        key = (fact.law_code, fact.article, fact.valid_from)
        if any((each.law_code, each.article, each.valid_from) == key for each in known):
            raise AlreadyExists
        domain.check_new_text(fact, known)
        await queries.publish_bases(session, [fact], published_by=actor.id)
        return await _published(session, actor, fact, before=None, reason=reason, now=now)


@dataclass(frozen=True, slots=True)
class End:
    """The last day of an article, and what takes its place if that is known."""

    law_code: str
    article: str
    valid_from: date
    valid_to: date
    superseded_by: str | None


async def end_basis(
    session: AsyncSession,
    actor: Actor,
    end: End,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> LegalBasis:
    """End an article's validity, or say later what took its place; it stays readable for ever."""
    require(actor, "legal_basis.publish")
    async with beyond_scope(session):  # references are the system's own rows
        await queries.lock_law(session)
        row = await queries.basis(session, end.law_code, end.article, end.valid_from)
        if row is None:
            raise NotFound(what="legal basis")
        if row.version != expected_version:
            raise StaleVersion(current=row.version)
        before = queries.fact_of(row)
        known = await queries.facts(session)
        domain.check_end(before, known, valid_to=end.valid_to, superseded_by=end.superseded_by)
        after = replace(before, valid_to=end.valid_to, superseded_by=end.superseded_by)
        await queries.publish_bases(session, [after], published_by=actor.id)
        return await _published(session, actor, after, before=before, reason=reason, now=now)


async def _published(
    session: AsyncSession,
    actor: Actor,
    fact: LegalBasisFact,
    *,
    before: LegalBasisFact | None,
    reason: str,
    now: datetime,
) -> LegalBasis:
    await _tell_laws(session, [fact.law_code], now=now)
    await record(
        session,
        actor,
        "legal_basis.publish",
        object_kind="legal_basis",
        object_id=reference_of(fact.law_code, fact.article)[:64],
        now=now,
        seen_by=(),
        reason=reason,
        before=asdict(before) if before else None,
        after=asdict(fact),
    )
    row = await queries.basis(session, fact.law_code, fact.article, fact.valid_from)
    assert row is not None  # noqa: S101 -- it was written above
    return row
