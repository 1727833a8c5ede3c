"""What a file of a table may be: its kinds, its limits, and bombs known before they are opened."""

import io
import zipfile
import zlib
from enum import StrEnum
from typing import Final

from services.petitions.exports.domain.cells import FileFormat

MIB: Final = 1024 * 1024
MOST_BYTES: Final = 64 * MIB
MOST_ROWS: Final = 100_000
MOST_COLUMNS: Final = 128
# Characters kept of a cell: one more than any column takes, so that its check tells.
MOST_CELL: Final = 20_001
MOST_ENTRIES: Final = 512
MOST_UNPACKED: Final = 768 * MIB
# A sheet of equal rows packs a hundred to one; a bomb a thousand to one.
MOST_RATIO: Final = 300
RATIO_FROM: Final = 4 * MIB
BLOCK: Final = MIB
LOCAL_HEADER: Final = 30
ENCRYPTED: Final = 0x1
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP: Final = b"PK\x03\x04"
NESTED: Final = (".zip", ".xlsx", ".xlsm", ".xlsb", ".docx", ".7z", ".rar", ".gz")


class RefusalCode(StrEnum):
    """Why a file is not read at all, or its rows are not loaded."""

    EMPTY = "file_empty"
    NOT_XLSX = "file_not_xlsx"
    OLD_OR_LOCKED = "file_old_or_locked"
    NOT_TEXT = "file_not_text"
    BROKEN = "file_broken"
    BOMB = "file_bomb"
    TOO_MANY_ROWS = "file_too_many_rows"
    TOO_MANY_COLUMNS = "file_too_many_columns"
    NO_HEADS = "file_no_heads"
    DOUBLED_HEADS = "file_doubled_heads"
    OVER_LIMITS = "file_over_limits"
    NOT_LOADED = "file_not_loaded"


class Unreadable(Exception):
    """The file as a whole is refused."""

    def __init__(self, code: RefusalCode) -> None:
        super().__init__(code.value)
        self.code = code


def require_kind(start: bytes, kind: FileFormat) -> None:
    """Unreadable if the first bytes say that the file is something else."""
    if not start:
        raise Unreadable(RefusalCode.EMPTY)
    if start.startswith(OLE):
        raise Unreadable(RefusalCode.OLD_OR_LOCKED)
    if (kind is FileFormat.XLSX) is not start.startswith(ZIP):
        raise Unreadable(RefusalCode.NOT_XLSX if kind is FileFormat.XLSX else RefusalCode.NOT_TEXT)


def require_workbook(content: bytes) -> None:
    """Unreadable unless the archive is a workbook that unpacks within the limits."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError):
        raise Unreadable(RefusalCode.BROKEN) from None
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES or sum(each.file_size for each in entries) > MOST_UNPACKED:
        raise Unreadable(RefusalCode.BOMB)
    if {"[Content_Types].xml", "xl/workbook.xml"} - {each.filename for each in entries}:
        raise Unreadable(RefusalCode.NOT_XLSX)
    for entry in entries:
        _require_honest(content, entry)


def _require_honest(content: bytes, entry: zipfile.ZipInfo) -> None:
    """Unreadable if an entry is packed too tightly, is an archive, or unpacks to more than said."""
    if entry.flag_bits & ENCRYPTED:
        raise Unreadable(RefusalCode.OLD_OR_LOCKED)
    if entry.filename.lower().endswith(NESTED):
        raise Unreadable(RefusalCode.BOMB)
    packed = max(entry.compress_size, 1)
    if entry.file_size > RATIO_FROM and entry.file_size > MOST_RATIO * packed:
        raise Unreadable(RefusalCode.BOMB)
    _require_content(_data(content, entry), entry)


def _data(content: bytes, entry: zipfile.ZipInfo) -> memoryview:
    """What is packed, found by the entry's own header."""
    header = content[entry.header_offset : entry.header_offset + LOCAL_HEADER]
    if len(header) < LOCAL_HEADER or not header.startswith(ZIP):
        raise Unreadable(RefusalCode.BROKEN)
    name, extra = (int.from_bytes(header[at : at + 2], "little") for at in (26, 28))
    start = entry.header_offset + LOCAL_HEADER + name + extra
    data = memoryview(content)[start : start + entry.compress_size]
    if len(data) < entry.compress_size:
        raise Unreadable(RefusalCode.BROKEN)
    return data


def _require_content(data: memoryview, entry: zipfile.ZipInfo) -> None:
    if entry.compress_type == zipfile.ZIP_STORED:
        if entry.file_size != entry.compress_size or bytes(data[:4]) == ZIP:
            raise Unreadable(RefusalCode.BOMB)
    elif entry.compress_type == zipfile.ZIP_DEFLATED:
        _require_size(data, entry.file_size)
    else:
        raise Unreadable(RefusalCode.BROKEN)


def _require_size(packed: memoryview, said: int) -> None:
    """Unpack in blocks and keep none: what comes out must be what the directory said."""
    inflate, got = zlib.decompressobj(-zlib.MAX_WBITS), 0
    for at in range(0, len(packed), BLOCK):
        data = bytes(packed[at : at + BLOCK])
        while data:
            try:
                got += len(inflate.decompress(data, BLOCK))
            except zlib.error:
                raise Unreadable(RefusalCode.BROKEN) from None
            if got > said:
                raise Unreadable(RefusalCode.BOMB)
            data = inflate.unconsumed_tail
    if got != said or not inflate.eof:
        raise Unreadable(RefusalCode.BROKEN)
