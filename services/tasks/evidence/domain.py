"""What evidence is, which files are taken, and the chain that shows none is missing."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared.errors import AppError, InvalidInput, RuleViolation

MIB: Final = 1024 * 1024
LARGEST: Final = 8 * MIB

# Media type → where its mark stands in the file, and the mark.
MARKS: Final[Mapping[str, tuple[int, bytes]]] = {
    "image/jpeg": (0, b"\xff\xd8\xff"),
    "image/png": (0, b"\x89PNG\r\n\x1a\n"),
    "application/pdf": (0, b"%PDF-"),
    "video/mp4": (4, b"ftyp"),
}


class EvidenceKind(StrEnum):
    """证据种类, the eight of 行政处罚法 art. 46."""

    DOCUMENTARY = "documentary"  # 书证
    PHYSICAL = "physical"  # 物证
    AUDIO_VISUAL = "audio_visual"  # 视听资料
    ELECTRONIC = "electronic"  # 电子数据
    TESTIMONY = "testimony"  # 证人证言
    STATEMENT = "statement"  # 当事人的陈述
    EXPERT_OPINION = "expert_opinion"  # 鉴定意见
    SITE_RECORD = "site_record"  # 勘验笔录、现场笔录


class CustodyAct(StrEnum):
    RECEIVED = "received"
    READ = "read"
    FOUND_DAMAGED = "found_damaged"


class UnacceptedType(InvalidInput):
    code = "unaccepted_type"
    zh = "不接受该类型的文件,可接受:{accepted}"
    en = "Files of this type are not taken; taken are: {accepted}"


class TypeMismatch(InvalidInput):
    code = "type_mismatch"
    zh = "文件内容与声明的类型 {media_type} 不符。"
    en = "The file is not what it is said to be ({media_type})."


class EmptyFile(InvalidInput):
    code = "empty_file"
    zh = "文件为空。"
    en = "The file is empty."


class TakenInFuture(RuleViolation):
    code = "taken_in_future"
    zh = "取证时间 {taken_at} 晚于当前时间。"
    en = "Evidence cannot have been taken at {taken_at}, which is still to come."


class EvidenceDamaged(AppError):
    """The stored file is no longer what was received."""

    code = "evidence_damaged"
    zh = "证据文件与登记的 SHA-256 不符或已缺失。"
    en = "The file of this evidence is gone or no longer has its recorded SHA-256."


@dataclass(frozen=True, slots=True)
class Entry:
    """What the chain fixes of one piece of evidence."""

    id: UUID
    task_id: UUID
    sha256: str
    taken_at: datetime
    received_at: datetime
    received_by: UUID


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def check_file(media_type: str, content: bytes) -> None:
    """Refuse a type that is not taken and a content that does not bear its mark."""
    if media_type not in MARKS:
        raise UnacceptedType(reason=media_type, accepted=", ".join(MARKS))
    if not content:
        raise EmptyFile(reason="empty")
    offset, mark = MARKS[media_type]
    if content[offset : offset + len(mark)] != mark:
        raise TypeMismatch(reason=media_type, media_type=media_type)


def check_taken(taken_at: datetime, *, now: datetime) -> None:
    if taken_at > now:
        raise TakenInFuture(taken_at=taken_at.isoformat())


def link(entry: Entry, previous: str | None) -> str:
    """The entry's hash over itself and the one before it in its task: SHA-256, hexadecimal."""
    fields = (
        previous or "",
        str(entry.id),
        str(entry.task_id),
        entry.sha256,
        str(int(entry.taken_at.timestamp() * 1_000_000)),
        str(int(entry.received_at.timestamp() * 1_000_000)),
        str(entry.received_by),
    )
    return digest("\n".join(fields).encode())
