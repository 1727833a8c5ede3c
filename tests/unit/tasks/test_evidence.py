"""Files bear the mark of their type, and the chain notices every change."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given, strategies as st

from services.tasks.evidence import domain
from services.tasks.evidence.domain import (
    EmptyFile,
    Entry,
    NotTimeOrdered,
    Piece,
    TakenInFuture,
    TypeMismatch,
    UnacceptedType,
    WrongOffset,
)
from services.tasks.evidence.use_cases.store import EvidenceStore, hash_of
from shared.ids import uuid7

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


def stored(store: EvidenceStore, sha256: str) -> bytes | None:
    file = store.opened(sha256)
    if file is None:
        return None
    with file:
        return file.read()


def test_what_is_stored_is_never_overwritten(tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path)
    sha256 = domain.digest(b"first")
    assert stored(store, sha256) is None
    store.keep(sha256, b"first")
    store.keep(sha256, b"other")
    assert stored(store, sha256) == b"first"
    assert [each.name for each in tmp_path.rglob("*") if each.is_file()] == [sha256]


def test_a_damaged_file_is_not_opened(tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path)
    sha256 = domain.digest(b"first")
    store.keep(sha256, b"first")
    [place] = list(tmp_path.rglob(sha256))
    place.chmod(0o600)
    place.write_bytes(b"other")
    assert stored(store, sha256) is None


def test_an_id_from_a_device_is_a_uuid7() -> None:
    domain.check_client_id(uuid7())
    with pytest.raises(NotTimeOrdered):
        domain.check_client_id(uuid4())


@given(
    content=st.binary(min_size=1, max_size=400),
    tries=st.lists(st.tuples(st.integers(0, 400), st.integers(1, 120), st.booleans()), max_size=40),
)
def test_pieces_in_any_order_and_any_number_of_tries_give_the_same_file(
    content: bytes, tries: list[tuple[int, int, bool]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A try that crashed wrote its bytes but not its offset."""
    store, upload = EvidenceStore(tmp_path_factory.mktemp("store")), uuid7()
    received = 0

    def send(offset: int, length: int, *, crashes: bool) -> None:
        nonlocal received
        data = content[offset : offset + length]
        try:
            kind = domain.piece(offset, len(data), received=received, size=len(content))
        except WrongOffset:
            return
        if kind is Piece.KNOWN:
            assert not data or store.repeats(upload, BytesIO(data), at=offset)
            return
        store.append(upload, BytesIO(data), at=offset)
        if not crashes:
            received += len(data)

    for offset, length, crashes in tries:
        send(offset, length, crashes=crashes)
    while received < len(content):
        send(received, 97, crashes=False)

    with store.part(upload).open("rb") as file:
        assert hash_of(file) == domain.digest(content)
    store.adopt(domain.digest(content), store.part(upload))
    assert stored(store, domain.digest(content)) == content


def test_a_piece_fits_only_where_the_upload_stands_or_what_it_has() -> None:
    assert domain.piece(4, 2, received=4, size=6) is Piece.NEXT
    assert domain.piece(0, 4, received=4, size=6) is Piece.KNOWN
    for offset, length in ((5, 1), (3, 2), (4, 3)):
        with pytest.raises(WrongOffset):
            domain.piece(offset, length, received=4, size=6)
