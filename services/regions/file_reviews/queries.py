"""Every SELECT on file reviews.

What is under the caller's policy shows the caller's own side; `pool`, `files_of_round` and
`readings_of_round` are for use beyond it, by the service itself or for somebody asked by right.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Numeric
from sqlmodel import cast, col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.file_reviews.domain.life import (
    SCORED,
    FileState,
    Purpose,
    ReadingState,
    State,
)
from services.regions.file_reviews.domain.scoring import (
    Item,
    Rules,
    rubric_from_json,
    rules_from_json,
)
from services.regions.file_reviews.models import (
    FileReview,
    FileReviewDraw,
    FileReviewer,
    FileReviewParty,
    FileReviewSecret,
    FileReviewStep,
    ReviewFault,
    ReviewFile,
    ReviewReading,
)
from shared import divisions
from shared.errors import NotFound


@dataclass(frozen=True, slots=True)
class RoundFile:
    """A round with who takes part, and of the rest what the caller may see."""

    round: FileReview
    parties: list[FileReviewParty]
    reviewers: list[FileReviewer]
    steps: list[FileReviewStep]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(each.division for each in self.parties)

    @property
    def rules(self) -> Rules:
        return rules_from_json(self.round.rules)

    @property
    def rubric(self) -> tuple[Item, ...]:
        return rubric_from_json(self.round.rubric)

    @property
    def convener_takes_part(self) -> bool:
        return self.round.convener in self.codes

    def party(self, division: str) -> FileReviewParty | None:
        return next((each for each in self.parties if each.division == division), None)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a division's files came to in a period, for its assessment."""

    division: str
    files: int
    average: Decimal | None
    vetoes: int
    open_faults: int


async def round_(session: AsyncSession, round_id: UUID) -> FileReview:
    found = await session.get(FileReview, round_id)
    if found is None:
        raise NotFound(what="file review")
    return found


async def lock_round(session: AsyncSession, round_id: UUID) -> RoundFile:
    """The round, locked until the transaction ends. Every act in it takes this lock first."""
    statement = (
        select(FileReview)
        .where(FileReview.id == round_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="file review")
    return await round_file(session, found)


async def round_file(session: AsyncSession, row: FileReview) -> RoundFile:
    parties = (
        select(FileReviewParty)
        .where(FileReviewParty.round_id == row.id)
        .order_by(col(FileReviewParty.division))
    )
    reviewers = (
        select(FileReviewer)
        .where(FileReviewer.round_id == row.id)
        .order_by(col(FileReviewer.division), col(FileReviewer.officer_id))
    )
    steps = (
        select(FileReviewStep)
        .where(FileReviewStep.round_id == row.id)
        .order_by(col(FileReviewStep.id))
    )
    return RoundFile(
        row,
        list((await session.exec(parties)).all()),
        list((await session.exec(reviewers)).all()),
        list((await session.exec(steps)).all()),
    )


async def rounds(
    session: AsyncSession,
    *,
    state: State | None,
    division: str | None,
    after: UUID | None,
    limit: int,
) -> Sequence[FileReview]:
    """Rounds from the newest on, one more than `limit`; a division has its subtree's."""
    statement = select(FileReview).order_by(col(FileReview.id).desc())
    if state is not None:
        statement = statement.where(FileReview.state == state)
    if division is not None:
        scope = divisions.scope(division)
        statement = statement.where(col(FileReview.visible_to).contains([scope]))
    if after is not None:
        statement = statement.where(col(FileReview.id) < after)
    return (await session.exec(statement.limit(limit + 1))).all()


async def secret(session: AsyncSession, round_id: UUID) -> FileReviewSecret:
    statement = select(FileReviewSecret).where(FileReviewSecret.round_id == round_id)
    return (await session.exec(statement)).one()


async def file(session: AsyncSession, round_id: UUID, file_id: UUID) -> ReviewFile:
    """A file of the round that the caller may see."""
    statement = (
        select(ReviewFile)
        .where(ReviewFile.id == file_id, ReviewFile.round_id == round_id)
        .execution_options(populate_existing=True)  # the round's lock came after an earlier read
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="review file")
    return found


async def file_by_code(session: AsyncSession, round_id: UUID, code: str) -> ReviewFile:
    statement = (
        select(ReviewFile)
        .where(ReviewFile.code == code, ReviewFile.round_id == round_id)
        .execution_options(populate_existing=True)  # the round's lock came after an earlier read
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="review file")
    return found


async def files(
    session: AsyncSession, round_id: UUID, *, after: UUID | None, limit: int
) -> Sequence[ReviewFile]:
    """Files in the order they were submitted, one more than `limit`."""
    statement = (
        select(ReviewFile).where(ReviewFile.round_id == round_id).order_by(col(ReviewFile.id))
    )
    if after is not None:
        statement = statement.where(col(ReviewFile.id) > after)
    return (await session.exec(statement.limit(limit + 1))).all()


async def files_of_round(session: AsyncSession, round_id: UUID) -> Sequence[ReviewFile]:
    """Every file that was not withdrawn, by code."""
    statement = (
        select(ReviewFile)
        .where(ReviewFile.round_id == round_id, ReviewFile.state != FileState.WITHDRAWN)
        .order_by(col(ReviewFile.code))
        .execution_options(populate_existing=True)  # the round's lock came after an earlier read
    )
    return (await session.exec(statement)).all()


async def reading(session: AsyncSession, round_id: UUID, reading_id: UUID) -> ReviewReading:
    """A reading of the caller's own."""
    statement = (
        select(ReviewReading)
        .where(ReviewReading.id == reading_id, ReviewReading.round_id == round_id)
        .execution_options(populate_existing=True)  # the round's lock came after an earlier read
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="review reading")
    return found


async def readings(
    session: AsyncSession, round_id: UUID, *, after: UUID | None, limit: int
) -> Sequence[ReviewReading]:
    """The caller's own readings, one more than `limit`."""
    statement = (
        select(ReviewReading)
        .where(ReviewReading.round_id == round_id)
        .order_by(col(ReviewReading.id))
    )
    if after is not None:
        statement = statement.where(col(ReviewReading.id) > after)
    return (await session.exec(statement.limit(limit + 1))).all()


async def readings_of_round(
    session: AsyncSession, round_id: UUID
) -> Mapping[UUID, list[ReviewReading]]:
    """Every reading by its file, in the order they were given."""
    statement = (
        select(ReviewReading)
        .where(ReviewReading.round_id == round_id)
        .order_by(col(ReviewReading.id))
        .execution_options(populate_existing=True)  # the round's lock came after an earlier read
    )
    found: dict[UUID, list[ReviewReading]] = defaultdict(list)
    for each in (await session.exec(statement)).all():
        found[each.file_id].append(each)
    return found


async def that_count(
    session: AsyncSession, file_id: UUID, purposes: Iterable[Purpose]
) -> Sequence[ReviewReading]:
    """The readings of these purposes whose readers did not drop out, in the order of codes."""
    statement = (
        select(ReviewReading)
        .where(
            ReviewReading.file_id == file_id,
            col(ReviewReading.purpose).in_(list(purposes)),
            ReviewReading.state != ReadingState.DROPPED,
        )
        .order_by(col(ReviewReading.scored_at), col(ReviewReading.id))
    )
    return (await session.exec(statement)).all()


async def draws(session: AsyncSession, round_id: UUID) -> Sequence[FileReviewDraw]:
    statement = (
        select(FileReviewDraw)
        .where(FileReviewDraw.round_id == round_id)
        .order_by(col(FileReviewDraw.number))
    )
    return (await session.exec(statement)).all()


async def faults(
    session: AsyncSession, round_id: UUID, *, after: UUID | None, limit: int
) -> Sequence[ReviewFault]:
    """The faults the caller may see, one more than `limit`."""
    statement = (
        select(ReviewFault).where(ReviewFault.round_id == round_id).order_by(col(ReviewFault.id))
    )
    if after is not None:
        statement = statement.where(col(ReviewFault.id) > after)
    return (await session.exec(statement.limit(limit + 1))).all()


async def lock_fault(session: AsyncSession, round_id: UUID, fault_id: UUID) -> ReviewFault:
    statement = (
        select(ReviewFault)
        .where(ReviewFault.id == fault_id, ReviewFault.round_id == round_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="review fault")
    return found


async def standings(
    session: AsyncSession, codes: Iterable[str], *, first: date, last: date
) -> list[Standing]:
    """How these divisions' files stood in rounds closed from `first` to `last`, for assessment.

    To be asked beyond scope, by who may assess them.
    """
    named = list(codes)
    day = func.date(func.timezone("Asia/Shanghai", col(FileReview.closed_at)))
    within = [col(FileReview.state) == State.CLOSED, day.between(first, last)]
    scored = (
        select(
            ReviewFile.division,
            func.count(),
            func.round(cast(func.avg(ReviewFile.score), Numeric), 2),
            func.count().filter(col(ReviewFile.vetoed)),
        )
        .join(FileReview, col(FileReview.id) == ReviewFile.round_id)
        .where(*within, col(ReviewFile.division).in_(named), col(ReviewFile.state).in_(SCORED))
        .group_by(ReviewFile.division)
    )
    unremedied = (
        select(ReviewFault.division, func.count())
        .join(FileReview, col(FileReview.id) == ReviewFault.round_id)
        .where(
            *within,
            col(ReviewFault.division).in_(named),
            col(ReviewFault.remedied_at).is_(None),
        )
        .group_by(ReviewFault.division)
    )
    opened: dict[str, int] = dict((await session.exec(unremedied)).all())
    found = {
        division: Standing(division, files, average, vetoes, opened.get(division, 0))
        for division, files, average, vetoes in (await session.exec(scored)).all()
    }
    return [found.get(each, Standing(each, 0, None, 0, 0)) for each in named]
