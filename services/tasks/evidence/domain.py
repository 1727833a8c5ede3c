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
# Of one request: a file taken at once, or a piece of an upload. The largest upload is a setting.
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


class UploadState(StrEnum):
    """An upload is `arriving` until its bytes are evidence or its time is over."""

    ARRIVING = "arriving"
    KEPT = "kept"
    EXPIRED = "expired"


class UploadTooLarge(InvalidInput):
    code = "upload_too_large"
    zh = "文件大小 {size} 字节超过上限 {limit} 字节。"
    en = "A file of {size} bytes is over the limit of {limit}."


class DeclaredOtherwise(RuleViolation):
    code = "upload_declared_otherwise"
    zh = "该上传编号已用于另一文件。"
    en = "This id was given to an upload of another file."


class WrongOffset(RuleViolation):
    """The client asks where the upload stands, and goes on from there."""

    code = "wrong_offset"
    zh = "分片位置不符,服务器已收到 {offset} 字节。"
    en = "The piece does not fit; {offset} bytes have been received."


class PieceChanged(RuleViolation):
    code = "piece_changed"
    zh = "重发的分片与已收到的内容不一致。"
    en = "The piece sent again is not what was received at its place."


class UploadIncomplete(RuleViolation):
    code = "upload_incomplete"
    zh = "仅收到 {offset} / {size} 字节。"
    en = "Only {offset} of {size} bytes have been received."


class HashMismatch(RuleViolation):
    """What arrived is thrown away; the upload begins again at 0."""

    code = "upload_hash_mismatch"
    zh = "收到的内容与声明的 SHA-256 不符,请从头重传。"
    en = "What arrived does not have the SHA-256 declared; send it again from the start."


class NotTimeOrdered(InvalidInput):
    code = "not_uuid7"
    zh = "客户端编号须为 UUIDv7。"
    en = "An id made by the client is a UUIDv7."


class Piece(StrEnum):
    """What a piece of an upload is to what has been received."""

    NEXT = "next"
    KNOWN = "known"


def check_client_id(value: UUID) -> None:
    """Ids made on a device are UUIDv7, so that rows made together lie together."""
    if value.version != 7:  # noqa: PLR2004 -- RFC 9562 section 5.7
        raise NotTimeOrdered(reason=str(value))


def check_size(size: int, *, limit: int) -> None:
    if size > limit:
        raise UploadTooLarge(reason="size", size=size, limit=limit)


def piece(offset: int, length: int, *, received: int, size: int) -> Piece:
    """Whether a piece goes on where the upload stands or repeats what is there; else WrongOffset.

    A piece that begins within what is there and goes beyond it is refused whole: the right offset
    is in the refusal, and nothing of it is written.
    """
    if offset + length > size:
        raise WrongOffset(offset=received)
    if offset == received:
        return Piece.NEXT
    if offset + length <= received:
        return Piece.KNOWN
    raise WrongOffset(offset=received)


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


def check_type(media_type: str) -> None:
    if media_type not in MARKS:
        raise UnacceptedType(reason=media_type, accepted=", ".join(MARKS))


def check_file(media_type: str, content: bytes) -> None:
    """Refuse a type that is not taken and a content (or its head) that does not bear its mark."""
    check_type(media_type)
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
