"""A table out of the bytes of a file that nobody vouches for: CSV, XLSX or JSON Lines.

Runs in a process of its own with a limit on its memory and time: see `reader_process`.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from json import JSONDecodeError
from typing import Any, Final

import python_calamine

from services.petitions.exports.domain.cells import FileFormat
from services.petitions.exports.domain.columns import ROWS_ABOVE_HEADS
from services.petitions.imports.domain.files import (
    BLOCK,
    MOST_CELL,
    MOST_COLUMNS,
    MOST_ROWS,
    OLE,
    RefusalCode,
    Unreadable,
    require_kind,
    require_workbook,
)
from shared.http import strict_json

Cells = list[str] | dict[str, str] | None
QUOTED: Final = re.compile(r'"[^"]*"')
# The heads and what stands above them are rows too.
MOST_LINES: Final = MOST_ROWS + ROWS_ABOVE_HEADS + 1


def table(content: bytes, kind: FileFormat) -> Iterator[tuple[int, Cells]]:
    """The rows that are not blank, each with its number in the file; Unreadable if refused.

    A row of JSON Lines comes by names; None is a line that is no object.
    """
    require_kind(content[: len(OLE)], kind)
    rows = {FileFormat.CSV: _csv, FileFormat.XLSX: _xlsx, FileFormat.JSONL: _json_lines}[kind]
    count = 0
    for number, cells in rows(content):
        if cells is not None and not any(cells.values() if isinstance(cells, dict) else cells):
            continue
        count += 1
        if count > MOST_LINES:
            raise Unreadable(RefusalCode.TOO_MANY_ROWS)
        if cells is not None and len(cells) > MOST_COLUMNS:
            raise Unreadable(RefusalCode.TOO_MANY_COLUMNS)
        yield number, cells


def _encoding(content: bytes) -> str:
    """UTF-8 with or without a mark, UTF-16 with one, or GB18030; Unreadable if none of them."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in content:
        raise Unreadable(RefusalCode.NOT_TEXT)
    for encoding in ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            for at in range(0, len(content), BLOCK):
                decoder.decode(content[at : at + BLOCK])
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise Unreadable(RefusalCode.NOT_TEXT)


def _csv(content: bytes) -> Iterator[tuple[int, list[str]]]:
    encoding = _encoding(content)
    csv.field_size_limit(4 * MOST_CELL)
    text = io.TextIOWrapper(io.BytesIO(content), encoding, newline="")
    try:
        first = next((line for line in text if line.strip()), "")
        # What stands in quotes is content.
        delimiter = max(",;\t", key=QUOTED.sub("", first).count)
        text.seek(0)
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        for cells in reader:
            yield reader.line_num, [_cut(each) for each in cells]
    except (csv.Error, UnicodeError):
        raise Unreadable(RefusalCode.BROKEN) from None


def _json_lines(content: bytes) -> Iterator[tuple[int, Cells]]:
    _encoding(content)
    lines = io.BytesIO(content.removeprefix(codecs.BOM_UTF8))
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield number, _object(line)


def _object(line: bytes) -> dict[str, str] | None:
    try:
        value = strict_json.loads(line)
    except (JSONDecodeError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    return {name[:64]: _cut(_json_text(each)) for name, each in value.items()}


def _json_text(value: Any) -> str:  # noqa: ANN401 -- any JSON
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list():
            return ";".join(map(str, value))
        case dict():
            return ";".join(f"{name}={each}" for name, each in value.items())
        case _:
            return str(value)


def _xlsx(content: bytes) -> Iterator[tuple[int, list[str]]]:
    require_workbook(content)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheet = book.get_sheet_by_index(0)
        _require_extent(sheet)
        above = sheet.start[0] if sheet.start else 0
        for number, cells in enumerate(sheet.iter_rows(), start=1 + above):
            yield number, [_cut(_cell_text(each)) for each in cells]
    except Unreadable:
        raise
    # Whatever the library says of a broken file, it is one; its errors are many.
    except Exception:  # noqa: BLE001
        raise Unreadable(RefusalCode.BROKEN) from None


def _require_extent(sheet: python_calamine.CalamineSheet) -> None:
    if sheet.height > MOST_LINES:
        raise Unreadable(RefusalCode.TOO_MANY_ROWS)
    if sheet.width > MOST_COLUMNS:
        raise Unreadable(RefusalCode.TOO_MANY_COLUMNS)


def _cell_text(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case float():
            return str(int(value)) if value.is_integer() else repr(value)
        case datetime():
            at_midnight = value.time() == time()
            return value.date().isoformat() if at_midnight else value.isoformat(" ", "seconds")
        case date() | time():
            return value.isoformat()
        case timedelta():
            return str(value)
        case _:
            return str(value)


def _cut(text: str) -> str:
    return text.strip()[:MOST_CELL]
