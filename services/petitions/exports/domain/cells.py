"""The kinds of table, and cells that no spreadsheet takes for a formula."""

from enum import StrEnum
from typing import Final


class FileFormat(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    JSONL = "jsonl"


# What a spreadsheet begins to compute at (CWE-1236).
ACTIVE: Final = ("=", "+", "-", "@", "\t", "\r")
MARK: Final = "'"


def inert(text: str) -> str:
    """The text as a spreadsheet shows it and never runs it."""
    return MARK + text if text.startswith(ACTIVE) else text


def as_meant(cell: str) -> str:
    """What was written before `inert` made it safe."""
    return cell[1:] if cell[:1] == MARK and cell[1:].startswith(ACTIVE) else cell
