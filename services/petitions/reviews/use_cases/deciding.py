"""The organ above decides, after a hearing if it holds one."""

from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.handling.use_cases.begin import begin_step, stop
from services.petitions.intake.domain import Step
from services.petitions.intake.models import Petition
from services.petitions.intake.use_cases.steps import KIND, begin, seen_by, take
from services.petitions.profiles.domain import ClockKind
from services.petitions.reviews import domain, queries
from services.petitions.reviews.domain import INSTANCES, Result, ReviewKind
from services.petitions.reviews.models import Hearing, Review
from services.petitions.vault.use_cases import VaultKeys, without_petitioner
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.clock_rows.rows import change_clock, drop_clocks
from shared.clocks import acts

# As a deadline's explanation quotes it.
HEARING: Final = "听证"
# Characters the column holds; a text may grow by being redacted.
BASIS_LENGTH: Final = 200


async def give(
    session: AsyncSession,
    actor: Actor,
    petition_id: UUID,
    *,
    kind: ReviewKind,
    result: Result,
    opinion: str,
    legal_basis: str,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> Petition:
    """The written opinion on the answer (P9), or the last word on the matter (P11)."""
    instance = INSTANCES[kind]
    petition = await begin_step(session, actor, petition_id, version, instance.give)
    domain.require_uninvolved(
        actor.id, {petition.handler_id, *await queries.hands(session, petition.id)}
    )
    review = await queries.open_review(session, petition.id)
    await _require_no_open_hearing(session, review)
    review.result, review.decided_at = result, now
    review.opinion = await without_petitioner(session, petition.party_ids, opinion, keys=keys)
    basis = await without_petitioner(session, petition.party_ids, legal_basis, keys=keys)
    review.legal_basis = basis[:BASIS_LENGTH]
    review.decided_by, review.decided_by_name = actor.id, actor.name
    if kind is ReviewKind.RE_REVIEW:
        # The first closing stays: a review after it does not make the matter closed later.
        petition.closed_at = petition.closed_at or now
    facts = {"review": review.number, "result": result.value, "legal_basis": review.legal_basis}
    await take(
        session,
        petition,
        instance.give,
        actor=actor,
        reason=review.opinion,
        keys=keys,
        now=now,
        facts=facts,
    )
    await stop(session, petition, instance.opinion, now)
    if kind is ReviewKind.REVIEW:
        following = INSTANCES[ReviewKind.RE_REVIEW]
        await begin(session, petition, following.request, following.request_term, at=now)
    else:
        await drop_clocks(session, subject_id=petition.id, at=now)
    return petition


async def _require_no_open_hearing(session: AsyncSession, review: Review) -> None:
    hearings = await queries.hearings_of(session, [review.id])
    if any(each.ended_at is None for each in hearings):
        raise domain.HearingOpen


async def open_hearing(
    session: AsyncSession,
    actor: Actor,
    petition_id: UUID,
    *,
    began_at: datetime,
    version: int,
    now: datetime,
) -> Petition:
    """A hearing began: from its day on the time of the re-review is not counted (art. 36)."""
    petition, review = await _in_re_review(session, actor, petition_id, version)
    domain.require_between(began_at, after=review.requested_at, now=now, pointer="/from")
    pause = partial(acts.pause, at=began_at, reason=HEARING, authority=review.organ)
    await change_clock(session, subject_id=petition.id, kind=ClockKind.RE_REVIEW, act=pause)
    session.add(Hearing(review_id=review.id, began_at=began_at, visible_to=review.visible_to))
    await _trace(session, actor, petition, {"began_at": began_at}, now=now)
    return petition


async def end_hearing(
    session: AsyncSession,
    actor: Actor,
    petition_id: UUID,
    *,
    ended_at: datetime,
    published: bool,
    version: int,
    now: datetime,
) -> Petition:
    """The hearing ended: the day counts again."""
    petition, review = await _in_re_review(session, actor, petition_id, version)
    hearing = next(
        (h for h in await queries.hearings_of(session, [review.id]) if h.ended_at is None), None
    )
    if hearing is None:
        raise acts.NotPaused
    domain.require_between(ended_at, after=hearing.began_at, now=now, pointer="/to")
    await change_clock(
        session,
        subject_id=petition.id,
        kind=ClockKind.RE_REVIEW,
        act=lambda ledger, _, __: acts.resume(ledger, at=ended_at),
    )
    hearing.ended_at, hearing.published = ended_at, published
    facts = {"ended_at": ended_at, "published": published}
    await _trace(session, actor, petition, facts, now=now)
    return petition


async def _in_re_review(
    session: AsyncSession, actor: Actor, petition_id: UUID, version: int
) -> tuple[Petition, Review]:
    """The petition and its re-review, for who may also decide on it."""
    petition = await begin_step(session, actor, petition_id, version, Step.GIVE_RE_REVIEW)
    return petition, await queries.open_review(session, petition.id)


async def _trace(
    session: AsyncSession, actor: Actor, petition: Petition, facts: dict[str, Any], *, now: datetime
) -> None:
    await session.flush()
    await record(
        session,
        actor,
        "petition.hold_hearing",
        object_kind=KIND,
        object_id=petition.id,
        now=now,
        seen_by=seen_by(petition),
        after=facts,
    )
