"""From the answer that reached the petitioner to the request for a review of it."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.handling.use_cases.begin import begin_step, stop
from services.petitions.intake.domain import ASKING, State, Step, in_charge
from services.petitions.intake.models import Petition
from services.petitions.intake.queries import next_number
from services.petitions.intake.use_cases.steps import begin, take, term_of
from services.petitions.profiles.domain import PROCEDURES, ClockKind
from services.petitions.reviews import domain, queries
from services.petitions.reviews.domain import INSTANCES, Instance, ReviewKind
from services.petitions.reviews.models import Review
from services.petitions.vault.use_cases import VaultKeys, without_petitioner
from shared import reference
from shared.auth.actor import Actor
from shared.clock_rows.rows import drop_clocks
from shared.clocks.days import legal_day

BATCH: Final = 100


async def serve(
    session: AsyncSession,
    actor: Actor,
    petition_id: UUID,
    *,
    served_on: date,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> Petition:
    """The written answer reached the petitioner: the time to ask for a review begins (P8, P10)."""
    petition = await begin_step(session, actor, petition_id, version, Step.SERVE)
    review = None
    if petition.state is State.REVIEWED:
        review = await queries.last_review(session, petition.id)
    given_at, before = _answer(petition, review)
    if before is not None:
        raise domain.AlreadyServed(day=before)
    at = domain.start_of(served_on)
    domain.require_between(at, after=given_at, now=now, pointer="/served_on")
    instance = INSTANCES[ReviewKind.RE_REVIEW if review else ReviewKind.REVIEW]
    if review is not None:
        review.served_on = served_on
    else:
        petition.served_on = served_on
    facts = {"served_on": served_on.isoformat()}
    await take(
        session, petition, Step.SERVE, actor=actor, reason=None, keys=keys, now=now, facts=facts
    )
    if PROCEDURES[petition.track].reviewed:
        await drop_clocks(session, subject_id=petition.id, at=now, kinds={instance.request})
        await begin(session, petition, instance.request, instance.request_term, at=at)
    return petition


def _answer(petition: Petition, review: Review | None) -> tuple[datetime, date | None]:
    """When the answer that can be objected to was given, and the day it was served, if known."""
    if review is not None and review.decided_at is not None:
        return review.decided_at, review.served_on
    return petition.replied_at or petition.registered_at, petition.served_on


async def ask(
    session: AsyncSession,
    actor: Actor,
    petition_id: UUID,
    *,
    kind: ReviewKind,
    received_at: datetime,
    grounds: str,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> Petition:
    """The petitioner asks the organ above for a review (art. 35), or for a re-review (art. 36)."""
    instance = INSTANCES[kind]
    petition = await begin_step(session, actor, petition_id, version, instance.ask)
    domain.require_reviewable(petition.track)
    last = await queries.last_review(session, petition.id)
    if kind is ReviewKind.REVIEW:
        _require_new_answer(petition, last)
    given_at, served_on = _answer(petition, last if kind is ReviewKind.RE_REVIEW else None)
    domain.require_between(received_at, after=given_at, now=now, pointer="/received_at")
    since = domain.counts_from(given_at, served_on)
    domain.require_in_time(
        received_at,
        since=since,
        term=await term_of(session, petition, instance.request_term, at=since),
        calendar=await reference.calendar(session),
    )
    grounds = await without_petitioner(session, petition.party_ids, grounds, keys=keys)
    await _open(
        session,
        actor,
        petition,
        instance,
        received_at=received_at,
        grounds=grounds,
        keys=keys,
        now=now,
    )
    return petition


def _require_new_answer(petition: Petition, last: Review | None) -> None:
    """A petition that was reviewed and then filed has had its review of this answer."""
    if last and petition.replied_at and last.requested_at >= petition.replied_at:
        raise domain.AlreadyReviewed(number=last.number)


async def _open(
    session: AsyncSession,
    actor: Actor,
    petition: Petition,
    instance: Instance,
    *,
    received_at: datetime,
    grounds: str,
    keys: VaultKeys,
    now: datetime,
) -> None:
    """The review's row and number; the organ's thirty days run from receipt of the request."""
    organ = in_charge(ASKING[instance.ask], petition.holder)
    if organ is None:
        raise domain.NoOrganAbove
    year = legal_day(now).year
    serial = await next_number(session, instance.kind, organ, year)
    review = Review(
        petition_id=petition.id,
        kind=instance.kind,
        number=f"{organ}-{instance.mark}-{year}-{serial:04d}",
        organ=organ,
        requested_at=received_at,
        grounds=grounds,
        # The organ is above the unit, hence among those who see the petition.
        visible_to=petition.visible_to,
    )
    session.add(review)
    facts = {"review": review.number, "organ": organ, "received_at": received_at.isoformat()}
    await take(
        session,
        petition,
        instance.ask,
        actor=actor,
        reason=grounds,
        keys=keys,
        now=now,
        facts=facts,
    )
    await stop(session, petition, instance.request, received_at)
    await begin(session, petition, instance.opinion, instance.opinion_term, at=received_at)


async def lapse(session: AsyncSession, now: datetime) -> int:
    """The time to ask is over: nobody has missed a duty, and nothing runs for it any more."""
    over = await queries.lapsed(session, now, limit=BATCH)
    for petition_id, kind in over:
        await drop_clocks(session, subject_id=petition_id, at=now, kinds={ClockKind(kind)})
    return len(over)
