"""Files bear the mark of their type, and the chain notices every change."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from services.tasks.evidence import domain
from services.tasks.evidence.domain import (
    EmptyFile,
    Entry,
    TakenInFuture,
    TypeMismatch,
    UnacceptedType,
)
from services.tasks.evidence.use_cases.store import EvidenceStore

NOW = datetime(2026, 3, 2, 14, tzinfo=UTC)
ENTRY = Entry(UUID(int=1), UUID(int=2), "a" * 64, NOW, NOW, UUID(int=3))
SAMPLES = {
    "image/jpeg": b"\xff\xd8\xff\xe0",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "application/pdf": b"%PDF-1.7",
    "video/mp4": b"\x00\x00\x00\x18ftypmp42",
}


@pytest.mark.parametrize("said", SAMPLES)
@pytest.mark.parametrize("true", SAMPLES)
def test_a_file_is_what_it_is_said_to_be(said: str, true: str) -> None:
    if said == true:
        domain.check_file(said, SAMPLES[true])
        return
    with pytest.raises(TypeMismatch):
        domain.check_file(said, SAMPLES[true])


def test_other_types_and_empty_files_are_not_taken() -> None:
    with pytest.raises(UnacceptedType, match="image/jpeg"):
        domain.check_file("text/html", b"<script>")
    with pytest.raises(EmptyFile):
        domain.check_file("image/jpeg", b"")


def test_nothing_is_taken_in_the_future() -> None:
    domain.check_taken(NOW, now=NOW)
    with pytest.raises(TakenInFuture):
        domain.check_taken(NOW + timedelta(microseconds=1), now=NOW)


@pytest.mark.parametrize(
    "changed",
    [
        replace(ENTRY, id=UUID(int=9)),
        replace(ENTRY, task_id=UUID(int=9)),
        replace(ENTRY, sha256="b" * 64),
        replace(ENTRY, taken_at=NOW + timedelta(microseconds=1)),
        replace(ENTRY, received_at=NOW + timedelta(seconds=1)),
        replace(ENTRY, received_by=UUID(int=9)),
    ],
)
def test_the_chain_fixes_every_fact(changed: Entry) -> None:
    assert domain.link(changed, None) != domain.link(ENTRY, None)
    assert domain.link(ENTRY, "c" * 64) != domain.link(ENTRY, None)


def test_what_is_stored_is_never_overwritten(tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path)
    sha256 = domain.digest(b"first")
    assert store.content(sha256) is None
    store.keep(sha256, b"first")
    store.keep(sha256, b"other")
    assert store.content(sha256) == b"first"
    assert [each.name for each in tmp_path.rglob("*") if each.is_file()] == [sha256]
