"""Reading a list of objects: CSV with a head, or JSON lines; what cannot be read is told by row."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from shared.errors import InvalidInput

MOST_ROWS: Final = 5_000
LARGEST: Final = 4 * 1024 * 1024
LIST_SEPARATOR: Final = ";"


class FileFormat(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"


class RowResult(StrEnum):
    WAITING = "waiting"
    REGISTERED = "registered"
    AMENDED = "amended"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class UnreadableFile(InvalidInput):
    code = "unreadable_file"
    zh = "文件无法读取:{why}"
    en = "The file cannot be read: {why}"


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row as it came, by its number in the file from 1; `values` is None if it is no object."""

    number: int
    values: Mapping[str, Any] | None


def read(content: bytes, kind: FileFormat) -> list[RawRow]:
    """The rows of a file in UTF-8; UnreadableFile if it is none, is empty or has too many."""
    try:
        text = content.decode("utf-8-sig")
        rows = [*(_csv(text) if kind is FileFormat.CSV else _json_lines(text))]
    except (UnicodeDecodeError, csv.Error):
        raise UnreadableFile(reason="text", why=f"UTF-8 {kind}") from None
    if not 0 < len(rows) <= MOST_ROWS:
        raise UnreadableFile(reason="rows", why=f"1-{MOST_ROWS} rows")
    return rows


def _csv(text: str) -> Iterator[RawRow]:
    """Columns are the fields by name; a dot leads into a field of a field."""
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    for number, cells in enumerate(reader, 1):
        # More cells than heads stand under None, fewer are None.
        if None in cells:
            yield RawRow(number, None)
            continue
        yield RawRow(number, _nested({name: cell for name, cell in cells.items() if cell}))


def _nested(cells: Mapping[str, str]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for name, cell in cells.items():
        outer, dot, inner = name.partition(".")
        if dot:
            within = row.setdefault(outer, {})
            if isinstance(within, dict):
                within[inner] = cell.strip()
        else:
            row[outer] = cell.strip()
    if isinstance(flags := row.get("flags"), str):
        row["flags"] = [each.strip() for each in flags.split(LIST_SEPARATOR) if each.strip()]
    return row


def _json_lines(text: str) -> Iterator[RawRow]:
    lines = (line for line in text.splitlines() if line.strip())
    for number, line in enumerate(lines, 1):
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            value = None
        yield RawRow(number, value if isinstance(value, dict) else None)
