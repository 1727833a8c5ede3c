"""Exporting exactly the list somebody sees, through that reader's mask, a page at a time."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.exports import queries
from services.petitions.exports.domain.cells import FileFormat
from services.petitions.exports.domain.columns import Column
from services.petitions.exports.domain.ledger import HEAD_ROW, MOST_ROWS, TooManyRows, line
from services.petitions.exports.queries import Around
from services.petitions.exports.use_cases.tables import BOM, Workbook, csv_lines, json_lines
from services.petitions.intake import queries as intake
from services.petitions.intake.domain import State
from services.petitions.intake.models import Petition
from services.petitions.intake.queries import Filter
from services.petitions.intake.use_cases import reading
from services.petitions.vault.domain import IDENTITY, Field, Reader, Shown, shown
from shared import reference
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.clocks.days import SHANGHAI, legal_day

PAGE: Final = 500
Begin = Callable[[], AbstractAsyncContextManager[AsyncSession]]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which petitions, in the words of the worklist."""

    scopes: Sequence[str]
    wanted: Filter
    # What is kept of the filters in the trace: no words that somebody typed.
    told: str


async def announce(
    session: AsyncSession, actor: Actor, asked: Asked, *, kind: FileFormat, now: datetime
) -> str:
    """Record who takes which list and how many; TooManyRows beyond the limit. The title's unit."""
    count = await intake.count_worklist(
        session, scopes=asked.scopes, wanted=asked.wanted, most=MOST_ROWS + 1
    )
    if count > MOST_ROWS:
        raise TooManyRows(most=MOST_ROWS)
    codes = [scope.ljust(6, "0") for scope in asked.scopes]
    await record(
        session,
        actor,
        "export.take",
        object_kind="export",
        object_id=kind.value,
        now=now,
        seen_by=codes,
        reason=f"{count} {asked.told}"[:500],
    )
    names = await reference.division_names(session, codes, on_day=legal_day(now))
    return "、".join(names.get(code, code) for code in codes)


async def stream(
    begin: Begin, actor: Actor, asked: Asked, *, kind: FileFormat, unit: str, now: datetime
) -> AsyncIterator[bytes]:
    """The table piece by piece; each page is read in a short transaction of its own."""
    pages = _pages(begin, actor, asked)
    if kind is FileFormat.XLSX:
        async for block in _workbook(pages, _title(actor, unit, now)):
            yield block
    elif kind is FileFormat.CSV:
        yield BOM + csv_lines([HEAD_ROW])
        async for page in pages:
            yield csv_lines(map(line, page))
    else:
        async for page in pages:
            yield json_lines(page)


def _title(actor: Actor, unit: str, now: datetime) -> list[list[str]]:
    """What stands above the heads: what it is, whose, who took it and when."""
    when = now.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    return [["信访件台账"], [f"单位:{unit}", f"导出人:{actor.name}", f"导出时间:{when}"]]


async def _workbook(
    pages: AsyncIterator[list[dict[str, Any]]], title: list[list[str]]
) -> AsyncIterator[bytes]:
    book = await asyncio.to_thread(Workbook)
    try:
        book.write([*title, HEAD_ROW])
        async for page in pages:
            await asyncio.to_thread(book.write, map(line, page))
        await asyncio.to_thread(book.finish)
        for block in book.content():
            yield block
    finally:
        await asyncio.to_thread(book.discard)


async def _pages(begin: Begin, actor: Actor, asked: Asked) -> AsyncIterator[list[dict[str, Any]]]:
    after: tuple[datetime, UUID] | None = None
    left = MOST_ROWS
    while left > 0:
        async with begin() as session:
            rows = await intake.worklist(
                session,
                scopes=asked.scopes,
                wanted=asked.wanted,
                after=after,
                limit=min(PAGE, left),
            )
            ids = [UUID(str(row["id"])) for row in rows]
            around = await queries.around(session, ids)
            found = await queries.petitions(session, ids)
            page = [facts(actor, each, around) for each in found]
        if page:
            yield page
        if len(rows) < PAGE:
            return
        left -= len(rows)
        after = (rows[-1]["received_at"], ids[-1])


def facts(actor: Actor, petition: Petition, around: Around) -> dict[str, Any]:
    """A petition by columns as its reader may have it outside of the service.

    Of the petitioner, masked at most, whoever reads: a file goes where no mask follows.
    """
    reader = reading.reader_of(actor, petition)
    in_progress = petition.state is State.IN_PROGRESS
    full_text = (
        reader is not Reader.AUDITOR
        and shown(Field.TEXT, reader, in_progress=in_progress) is Shown.FULL
    )
    reply = around.replies.get(petition.id, {}).get("reason")
    first = around.first_items.get(petition.id)
    return {
        **{name: getattr(petition, name) for name in _PLAIN},
        **_petitioner(petition, reader, in_progress=in_progress),
        **_handled(petition, around.calls.get(petition.id, {})),
        "outside_number": petition.number,
        "source_number": petition.outside_number,
        "handler": petition.handler_name,
        "title": petition.title if full_text else petition.redacted_title,
        "body": petition.body if full_text else petition.redacted_body,
        "reply": petition.reply if full_text else reply,
        "division_shares": petition.shares if len(petition.shares) > 1 else None,
        "identification": _identification(petition),
        "repeat": first is not None or petition.stated_repeat,
        "repeat_of": first["number"] if first else None,
    }


_PLAIN: Final = (
    "state", "office", "holder", "channel", "media", "purpose", "form", "urgency", "track",
    "divisions", "place", "object_name", "object_code", "industry", "at_night", "momentary",
    "head_count", "received_at", "accepted_at", "replied_at", "outcome", "refusal_ground",
)  # fmt: skip
_COLUMNS: Final = {
    Field.NAME: Column.PETITIONER_NAME.value,
    Field.PHONE: Column.PETITIONER_PHONE.value,
    Field.ID_NUMBER: Column.PETITIONER_ID_NUMBER.value,
    Field.ADDRESS: Column.PETITIONER_ADDRESS.value,
}


def _petitioner(petition: Petition, reader: Reader, *, in_progress: bool) -> dict[str, Any]:
    masks: Mapping[str, Any] = petition.petitioner_masked
    return {
        _COLUMNS[field]: masks.get(field.value)
        for field in IDENTITY
        if shown(field, reader, in_progress=in_progress) is not Shown.ABSENT
    }


def _handled(petition: Petition, call: Mapping[str, Any]) -> dict[str, Any]:
    refused = petition.state is State.NOT_ACCEPTED
    return {
        "refused_at": petition.closed_at if refused else None,
        "closed_at": None if refused else petition.closed_at,
        "callback_at": call.get("at"),
        "callback_result": call.get("result"),
        "callback_solved": call.get("solved"),
    }


def _identification(petition: Petition) -> str:
    if petition.withheld:
        return "withheld"
    return "anonymous" if petition.anonymous else "real_name"
