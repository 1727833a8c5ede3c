"""Writing down what was done, each act for those who may know of it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.file_reviews.domain import life
from services.regions.file_reviews.domain.life import State, Step
from services.regions.file_reviews.models import FileReview, FileReviewStep
from services.regions.file_reviews.queries import RoundFile
from shared import divisions
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import may
from shared.ids import uuid7

# What a party does for itself, and what the convener does, by the right it needs.
_OWN = {
    Step.CONSENT: "file_review.consent",
    Step.NAME_REVIEWERS: "file_review.name",
    Step.SUBMIT_FILE: "file_review.submit",
    Step.SUBSTITUTE: "file_review.name",
    Step.OBJECT: "file_review.object",
    Step.REMEDY: "file_review.submit",
}
_CONVENERS = (
    Step.ASSIGN,
    Step.THIRD_READING,
    Step.MEET,
    Step.PUBLISH,
    Step.REREAD,
    Step.DECIDE,
    Step.CLOSE,
    Step.CANCEL,
)


async def note(
    session: AsyncSession,
    actor: Actor,
    row: FileReview,
    action: str,
    *,
    reason: str | None,
    now: datetime,
) -> None:
    """An act that all may know of: a new version of the round, a line of history, the trace."""
    row.changed_at = now
    flag_modified(row, "changed_at")  # a version even if no time has passed
    seen_by = row.visible_to
    await _write(session, actor, row, action, reason, traced=reason, seen_by=seen_by, now=now)


async def note_own(
    session: AsyncSession,
    actor: Actor,
    row: FileReview,
    action: str,
    *,
    division: str,
    reason: str | None,
    now: datetime,
) -> None:
    """An act that only a division itself may know of: whose file it is, who its readers are.

    That something changed is a new version for all. The trace says that it was done and not why:
    it is read above the division too, where references and codes must not meet.
    """
    row.changed_at = now
    flag_modified(row, "changed_at")  # a version even if no time has passed
    own = [divisions.scope(division)]
    await _write(session, actor, row, action, reason, traced=None, seen_by=own, now=now)


async def _write(
    session: AsyncSession,
    actor: Actor,
    row: FileReview,
    action: str,
    reason: str | None,
    *,
    traced: str | None,
    seen_by: Sequence[str],
    now: datetime,
) -> None:
    session.add(
        FileReviewStep(
            id=uuid7(),
            round_id=row.id,
            action=action,
            state=row.state,
            actor_id=actor.id,
            actor_name=actor.name,
            reason=reason,
            at=now,
            visible_to=list(seen_by),
        )
    )
    await session.flush()
    await record(
        session,
        actor,
        f"file_review.{action}",
        object_kind="file_review",
        object_id=row.id,
        now=now,
        seen_by=[divisions.division_of(each) for each in seen_by],
        reason=traced,
        after=row.model_dump(mode="json", exclude={"seed"}),
    )


def actions(actor: Actor, file: RoundFile) -> list[str]:
    """The next steps of the round that this caller may take."""
    return [
        each.value for each in life.TRANSITIONS[file.round.state] if _may_take(actor, file, each)
    ]


def _may_take(actor: Actor, file: RoundFile, step: Step) -> bool:
    convenes = may(actor, "file_review.convene", division=file.round.convener)
    if step in _CONVENERS or (step is Step.SUBSTITUTE and convenes):
        return convenes
    if step not in _OWN:
        return False
    taking_part = [
        each.division
        for each in file.parties
        if each.takes_part is not False
        and (each.consents or (step is Step.CONSENT and each.consents is None))
        and (file.round.state is State.OPEN or each.takes_part)
    ]
    return any(may(actor, _OWN[step], division=each) for each in taking_part)
