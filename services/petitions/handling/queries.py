"""Requests for more time, questions of competence, and units whose time to object is over."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from services.petitions.handling.domain.extension import RequestState
from services.petitions.handling.models import (
    CompetenceAnswer,
    CompetenceQuestion,
    ExtensionRequest,
)
from services.petitions.intake.models import Petition
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
