"""Weekly and period reports: frozen, numbered, hashed snapshots."""

import hashlib
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

import orjson


class ReportKind(StrEnum):
    WEEKLY = "weekly"  # 周报
    MONTHLY = "monthly"  # 月报
    QUARTERLY = "quarterly"  # 季报


def canonical(content: Mapping[str, Any]) -> bytes:
    """The one byte form of a content, so that its hash can be recomputed by anyone."""
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)


def item_hash(content: Mapping[str, Any]) -> str:
    """SHA-256 of one item of a report."""
    return hashlib.sha256(canonical(content)).hexdigest()


def report_hash(header: Mapping[str, Any], item_hashes: Sequence[str]) -> str:
    """SHA-256 of a report: its header and its items' hashes in order.

    A reader who may see one item only can still check it, and the report, against this.
    """
    return hashlib.sha256(canonical({**header, "items": list(item_hashes)})).hexdigest()
