"""What is asked and due in handling, who is recused from it, and what is merged."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from services.petitions.handling.domain.extension import RequestState
from services.petitions.handling.domain.parts import ENDS_PARTS
from services.petitions.handling.models import (
    CompetenceAnswer,
    CompetenceQuestion,
    ExtensionRequest,
    Recusal,
    SupervisorCall,
)
from services.petitions.intake.domain import RUNNING
from services.petitions.intake.models import MergeLink, Petition
from shared.db.session import driver
from shared.errors import NotFound

# A petition that somebody works on is left for the next round.
UNCONTESTED: Final = """
SELECT p.id FROM petition p
  JOIN clock c ON c.subject_id = p.id AND c.kind = 'objection' AND c.state = 'running'
 WHERE p.state IN ('transferred', 'assigned')
   AND NOT p.competence_settled AND NOT p.competence_open AND c.due_at <= $1
 ORDER BY p.id LIMIT $2 FOR UPDATE OF p SKIP LOCKED
"""
# An interest in a matter is one in each of its parts.
RECUSED: Final = """
SELECT EXISTS (
  SELECT FROM recusal r JOIN petition p ON p.id = r.petition_id
   WHERE r.account_id = $2 AND r.lifted_at IS NULL
     AND (p.id = $1 OR p.parent_id = $1
          OR p.id = (SELECT parent_id FROM petition WHERE id = $1)))
"""
# Parts are open for as long as their matter; the index holds only these.
PARTS_LEFT: Final = """
SELECT part.id FROM petition part JOIN petition whole ON whole.id = part.parent_id
 WHERE part.parent_id IS NOT NULL AND part.closed_at IS NULL
   AND whole.state = ANY($1) AND part.state = ANY($2)
 ORDER BY part.id LIMIT 1
"""
UNANSWERED: Final = """
SELECT p.id, c.due_at FROM petition p
  JOIN clock c ON c.subject_id = p.id AND c.kind = 'supplement' AND c.state = 'running'
 WHERE p.asked_back_at IS NOT NULL AND c.due_at <= $1
 ORDER BY c.due_at LIMIT 1
"""


async def uncontested(session: AsyncSession, now: datetime, *, limit: int) -> Sequence[Petition]:
    """Petitions, locked, whose unit let the time to object go by."""
    found = await (await driver(session)).fetch(UNCONTESTED, now, limit)
    statement = (
        select(Petition)
        .where(col(Petition.id).in_([row["id"] for row in found]))
        .order_by(col(Petition.id))
    )
    return (await session.exec(statement)).all()


async def extension_requests(
    session: AsyncSession, petition_id: UUID
) -> Sequence[ExtensionRequest]:
    """Every request for more time, oldest first."""
    statement = (
        select(ExtensionRequest)
        .where(ExtensionRequest.petition_id == petition_id)
        .order_by(col(ExtensionRequest.id))
    )
    return (await session.exec(statement)).all()


async def open_request(session: AsyncSession, petition_id: UUID) -> ExtensionRequest | None:
    """The request that waits for the head; its petition is locked."""
    statement = select(ExtensionRequest).where(
        ExtensionRequest.petition_id == petition_id, ExtensionRequest.state == RequestState.OPEN
    )
    return (await session.exec(statement)).one_or_none()


def _last_question(petition_id: UUID) -> SelectOfScalar[CompetenceQuestion]:
    return (
        select(CompetenceQuestion)
        .where(CompetenceQuestion.petition_id == petition_id)
        .order_by(col(CompetenceQuestion.id).desc())
        .limit(1)
    )


async def last_question(session: AsyncSession, petition_id: UUID) -> CompetenceQuestion:
    """The latest question of competence, open or settled."""
    return _found((await session.exec(_last_question(petition_id))).one_or_none())


async def lock_question(session: AsyncSession, petition_id: UUID) -> CompetenceQuestion:
    """The same, locked until the transaction ends. For every change."""
    statement = (
        _last_question(petition_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    return _found((await session.exec(statement)).one_or_none())


def _found(question: CompetenceQuestion | None) -> CompetenceQuestion:
    if question is None:
        raise NotFound(what="competence question")
    return question


async def answers(
    session: AsyncSession, question: CompetenceQuestion
) -> Sequence[CompetenceAnswer]:
    """What the bodies answered, in all rounds, in their order."""
    statement = (
        select(CompetenceAnswer)
        .where(CompetenceAnswer.question_id == question.id)
        .order_by(col(CompetenceAnswer.round), col(CompetenceAnswer.at), col(CompetenceAnswer.body))
    )
    return (await session.exec(statement)).all()


async def is_recused(session: AsyncSession, petition_id: UUID, account_id: UUID) -> bool:
    """Whether the account has an interest in the petition, its matter or a part of it."""
    recused: bool = await (await driver(session)).fetchval(RECUSED, petition_id, account_id)
    return recused


async def recusals(session: AsyncSession, petition_id: UUID) -> Sequence[Recusal]:
    """Who was recused from the petition, oldest first."""
    statement = (
        select(Recusal)
        .where(Recusal.petition_id == petition_id)
        .order_by(col(Recusal.at), col(Recusal.id))
    )
    return (await session.exec(statement)).all()


async def recusal(session: AsyncSession, petition_id: UUID, recusal_id: UUID) -> Recusal:
    statement = select(Recusal).where(Recusal.id == recusal_id, Recusal.petition_id == petition_id)
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="recusal")
    return found


async def running_merger(session: AsyncSession, petition_id: UUID) -> MergeLink | None:
    """Into what the petition is merged now."""
    statement = select(MergeLink).where(
        MergeLink.petition_id == petition_id, col(MergeLink.undone_at).is_(None)
    )
    return (await session.exec(statement)).one_or_none()


async def has_merged(session: AsyncSession, petition_id: UUID) -> bool:
    """Whether others are merged into the petition now."""
    statement = (
        select(MergeLink.id)
        .where(MergeLink.into_id == petition_id, col(MergeLink.undone_at).is_(None))
        .limit(1)
    )
    return (await session.exec(statement)).first() is not None


async def part_left_open(session: AsyncSession) -> UUID | None:
    """A part whose matter has ended without it."""
    ended, running = ([each.value for each in states] for states in (ENDS_PARTS, RUNNING))
    found: UUID | None = await (await driver(session)).fetchval(PARTS_LEFT, ended, running)
    return found


async def unanswered_question(
    session: AsyncSession, *, now: datetime
) -> tuple[UUID, datetime] | None:
    """A petition whose petitioner let the time to answer run out, and when that was."""
    row = await (await driver(session)).fetchrow(UNANSWERED, now)
    return (row["id"], row["due_at"]) if row else None


async def supervisor_calls(session: AsyncSession, petition_id: UUID) -> Sequence[SupervisorCall]:
    """The supervisors who were asked to come along, oldest first."""
    statement = (
        select(SupervisorCall)
        .where(SupervisorCall.petition_id == petition_id)
        .order_by(col(SupervisorCall.id))
    )
    return (await session.exec(statement)).all()


async def supervisor_call(
    session: AsyncSession, petition_id: UUID, call_id: UUID
) -> SupervisorCall:
    statement = (
        select(SupervisorCall)
        .where(SupervisorCall.id == call_id, SupervisorCall.petition_id == petition_id)
        .execution_options(populate_existing=True)  # the petition's lock came after
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="supervisor call")
    return found


async def is_called(session: AsyncSession, petition_id: UUID, supervisor_id: UUID) -> bool:
    """Whether the supervisor was asked and nobody noted yet whether he came."""
    statement = select(SupervisorCall.id).where(
        SupervisorCall.petition_id == petition_id,
        SupervisorCall.supervisor_id == supervisor_id,
        col(SupervisorCall.came).is_(None),
    )
    return (await session.exec(statement)).first() is not None
