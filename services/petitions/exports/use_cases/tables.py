"""Writing tables that are inert in a spreadsheet: row by row, in bounded memory."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import orjson
import xlsxwriter

from services.petitions.exports.domain.cells import FileFormat, inert

BOM: Final = b"\xef\xbb\xbf"
BLOCK: Final = 256 * 1024
MEDIA_TYPES: Final[Mapping[FileFormat, str]] = {
    FileFormat.CSV: "text/csv; charset=utf-8",
    FileFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileFormat.JSONL: "application/x-ndjson",
}
# Nothing of a cell is taken for a number, a link or a formula.
AS_TEXT: Final = {
    "constant_memory": True,
    "strings_to_numbers": False,
    "strings_to_formulas": False,
    "strings_to_urls": False,
}
MOST_CELL: Final = 32_767


def csv_lines(rows: Iterable[Sequence[str]]) -> bytes:
    """Rows of a CSV, every cell quoted and inert; the mark at the file's start is not here."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([inert(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def json_lines(rows: Iterable[Mapping[str, Any]]) -> bytes:
    return b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)


class Workbook:
    """One sheet, written row after row into a folder of its own that goes when it is closed."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="liandong-export-")
        self._path = Path(self._folder.name) / "table.xlsx"
        options = {**AS_TEXT, "tmpdir": self._folder.name}
        self._book = xlsxwriter.Workbook(str(self._path), options)
        self._sheet = self._book.add_worksheet()
        self._rows = 0

    def write(self, rows: Iterable[Sequence[str]]) -> None:
        for row in rows:
            for place, cell in enumerate(row):
                if cell:
                    self._sheet.write_string(self._rows, place, inert(cell)[:MOST_CELL])
            self._rows += 1

    def finish(self) -> None:
        self._book.close()

    def content(self) -> Iterator[bytes]:
        with self._path.open("rb") as file:
            while block := file.read(BLOCK):
                yield block

    def discard(self) -> None:
        self._folder.cleanup()


def whole_table(rows: Iterable[Sequence[str]], kind: FileFormat) -> bytes:
    """A small table at once."""
    if kind is FileFormat.CSV:
        return BOM + csv_lines(rows)
    book = Workbook()
    try:
        book.write(rows)
        book.finish()
        return b"".join(book.content())
    finally:
        book.discard()
