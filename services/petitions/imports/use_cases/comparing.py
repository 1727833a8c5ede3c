"""What rows are read against, and whether a row that was sent again says something else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.exports.domain.columns import Column
from services.petitions.imports import queries
from services.petitions.imports.domain.rows import Ground, Row, names_of
from services.petitions.imports.models import FileImport
from services.petitions.imports.use_cases.steps import orderer
from services.petitions.intake.domain import NewPetition, shares_of
from services.petitions.intake.use_cases.parties import where
from services.petitions.profiles.domain import Facts, NoProfile, Profile, chosen
from services.petitions.profiles.queries import all_profiles
from shared.clocks.days import legal_day

# A row as it stands in a chunk: its number in the file and its texts by column.
Texts = tuple[int, dict[str, str] | None]


@dataclass(frozen=True, slots=True)
class Before:
    """The ground of a chunk's rows, and what its source has sent before that may be seen."""

    ground: Ground
    known: Mapping[str, Mapping[str, Any]]


async def before(
    session: AsyncSession, batch: FileImport, rows: Sequence[Texts], *, now: datetime
) -> Before:
    """Looked up for the whole chunk at once."""
    numbers = _named(rows, Column.OUTSIDE_NUMBER)
    firsts = _named(rows, Column.REPEAT_OF)
    sent = await queries.sent_before(session, batch.source, [*numbers, *firsts])
    in_file = await queries.first_rows(session, batch.id, [*numbers, *firsts])
    scopes = orderer(batch).scopes
    seen = {number for number, each in sent.items() if {*scopes} & {*each["visible_to"]}}
    divisions = await queries.divisions_on(session, legal_day(now))
    ground = Ground(
        mode=batch.mode,
        office=batch.office,
        source=batch.source,
        scopes=scopes,
        now=now,
        divisions=divisions,
        names=names_of(divisions, scopes),
        channel=batch.channel,
        profile=partial(_profile, await all_profiles(session)),
        doubled=frozenset(
            row
            for row, texts in rows
            if texts and in_file.get(texts.get(Column.OUTSIDE_NUMBER, ""), row) != row
        ),
        taken=frozenset(sent) - seen,
        first_items=frozenset(in_file) | seen,
    )
    return Before(ground, {number: sent[number] for number in seen})


def _named(rows: Sequence[Texts], column: Column) -> list[str]:
    return [texts[column] for _, texts in rows if texts and texts.get(column)]


def _profile(known: Sequence[Profile], new: NewPetition) -> Profile | None:
    day = legal_day(new.received_at)
    facts = Facts(new.divisions[0], new.channel, new.track, day, new.momentary)
    try:
        return chosen(known, facts)
    except NoProfile:
        return None


# What is compared, by the column that says it.
_FACTS: Final = {
    Column.PURPOSE: "purpose",
    Column.CHANNEL: "channel",
    Column.TITLE: "title",
    Column.BODY: "body",
    Column.HEAD_COUNT: "head_count",
    Column.RECEIVED_AT: "received_at",
}
_HISTORY: Final = {Column.ACCEPTED_AT: "accepted_at", Column.REPLIED_AT: "replied_at"}


def difference(row: Row, stored: Mapping[str, Any]) -> Column | None:
    """The first column in which a row differs from what is stored; nothing is ever overwritten."""
    for column, name in _FACTS.items():
        if getattr(row.new, name) != stored[name]:
            return column
    people = [row.identity] if row.identity else []
    if (row.new.object_name and where(row.new.object_name, people)) != stored["object_name"]:
        return Column.OBJECT_NAME
    if sorted(row.new.media) != sorted(stored["media"]):
        return Column.MEDIA
    shares = shares_of(row.new.divisions, row.new.division_shares)
    if {code: str(share) for code, share in shares.items()} != stored["shares"]:
        return Column.DIVISIONS
    for column, name in _HISTORY.items():
        told: datetime | None = getattr(row.history, name)
        if told is not None and told != stored[name]:
            return column
    return None
