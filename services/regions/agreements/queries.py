"""Every SELECT on cooperation agreements. Row-level security hides what is not the caller's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

from sqlmodel import and_, col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.agreements.domain import Skip, System
from services.regions.agreements.domain.consent import Consents, Word
from services.regions.agreements.domain.life import BINDING, Days, State, Talks
from services.regions.agreements.models import (
    Agreement,
    AgreementParty,
    AgreementSkip,
    AgreementStep,
    AgreementText,
)
from shared import divisions
from shared.errors import NotFound

Line = TypeVar("Line", AgreementParty, AgreementSkip, AgreementStep, AgreementText)


@dataclass(frozen=True, slots=True)
class AgreementFile:
    """An agreement with its parties."""

    agreement: Agreement
    parties: list[AgreementParty]

    @property
    def codes(self) -> tuple[str, ...]:
        """The parties' divisions as the text names them."""
        return tuple(each.division for each in self.parties)

    @property
    def talks(self) -> Talks:
        """What the rules of its life go by."""
        row = self.agreement
        words = {each.division: Word(each.answer, each.answered_hash) for each in self.parties}
        return Talks(
            state=row.state,
            consents=Consents(row.text_hash, words),
            asked=row.decision_asked_at is not None,
            until=row.negotiate_until,
            bound_by=row.bound_by,
        )

    def party(self, division: str) -> AgreementParty | None:
        return next((each for each in self.parties if each.division == division), None)


def days_of(agreement: Agreement) -> Days:
    """The days that move it."""
    return Days(agreement.valid_from, agreement.valid_to, agreement.expiring_on, agreement.ends_on)


async def agreement(session: AsyncSession, agreement_id: UUID) -> Agreement:
    """The agreement, if the caller may know of it."""
    found = await session.get(Agreement, agreement_id)
    if found is None:
        raise NotFound(what="agreement")
    return found


async def lock_agreement(session: AsyncSession, agreement_id: UUID) -> Agreement:
    """The agreement, locked until the transaction ends. For every change."""
    statement = (
        select(Agreement)
        .where(Agreement.id == agreement_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="agreement")
    return found


async def file(session: AsyncSession, agreement: Agreement) -> AgreementFile:
    """The agreement with its parties in the order of the text."""
    return AgreementFile(agreement, await _lines(session, AgreementParty, agreement.id, "position"))


async def steps(session: AsyncSession, agreement_id: UUID) -> list[AgreementStep]:
    """Its history as far as the caller sees it, oldest first."""
    return await _lines(session, AgreementStep, agreement_id, "id")


async def texts(session: AsyncSession, agreement_id: UUID) -> list[AgreementText]:
    """Every text that was on the table, oldest first."""
    return await _lines(session, AgreementText, agreement_id, "text_version")


async def text(session: AsyncSession, agreement_id: UUID, text_version: int) -> AgreementText:
    """One text that was on the table."""
    statement = select(AgreementText).where(
        AgreementText.agreement_id == agreement_id, AgreementText.text_version == text_version
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="agreement")
    return found


async def skip_rows(session: AsyncSession, agreement_id: UUID) -> list[AgreementSkip]:
    """Who was passed over, in the order it was approved."""
    return await _lines(session, AgreementSkip, agreement_id, "id")


async def skips(session: AsyncSession, agreement_id: UUID) -> tuple[Skip, ...]:
    """The same, as the rule of the rotation takes it."""
    rows = await skip_rows(session, agreement_id)
    return tuple(Skip(each.term, each.member, each.reason, each.approved_for) for each in rows)


async def _lines(
    session: AsyncSession, table: type[Line], agreement_id: UUID, order: str
) -> list[Line]:
    statement = select(table).where(table.agreement_id == agreement_id).order_by(order)
    return list((await session.exec(statement)).all())


async def visible(session: AsyncSession, agreement_ids: Sequence[UUID]) -> frozenset[UUID]:
    """Those of the agreements the caller may know of."""
    statement = select(Agreement.id).where(col(Agreement.id).in_(agreement_ids))
    return frozenset((await session.exec(statement)).all())


async def agreements(
    session: AsyncSession,
    *,
    state: State | None,
    division: str | None,
    system: System | None,
    parent_id: UUID | None,
    after: UUID | None,
    limit: int,
) -> Sequence[Agreement]:
    """Agreements from the newest on, one more than `limit`; a division has its subtree's."""
    statement = select(Agreement).order_by(col(Agreement.id).desc())
    if state is not None:
        statement = statement.where(Agreement.state == state)
    if division is not None:
        scope = divisions.scope(division)
        statement = statement.where(col(Agreement.visible_to).contains([scope]))
    if system is not None:
        statement = statement.where(col(Agreement.systems).contains([{"system": system.value}]))
    if parent_id is not None:
        statement = statement.where(Agreement.parent_agreement_id == parent_id)
    if after is not None:
        statement = statement.where(col(Agreement.id) < after)
    return (await session.exec(statement.limit(limit + 1))).all()


async def moved_by_time(session: AsyncSession, today: date, *, limit: int) -> Sequence[Agreement]:
    """Agreements a day has something to do with, locked; the rest another worker has.

    The conditions are those of `life.due_step`, so that each row found moves.
    """
    statement = (
        select(Agreement)
        .where(
            or_(
                and_(col(Agreement.state).in_(BINDING), col(Agreement.ends_on) <= today),
                and_(Agreement.state == State.SIGNED, col(Agreement.valid_from) <= today),
                and_(
                    col(Agreement.state).in_((State.IN_FORCE, State.EXPIRING)),
                    col(Agreement.valid_to) < today,
                ),
                and_(Agreement.state == State.IN_FORCE, col(Agreement.expiring_on) <= today),
            )
        )
        .order_by(col(Agreement.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return (await session.exec(statement)).all()
