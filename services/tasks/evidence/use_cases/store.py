"""Files by their SHA-256 under one directory: written once, whole or not at all, never in memory.

Blocks: call it from a thread.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final
from uuid import UUID

READ_ONLY: Final = 0o440
# Read, hashed and sent in parts of this many bytes.
PART: Final = 256 * 1024


class EvidenceStore:
    """`arriving` holds what is not evidence yet: a request's file, the parts of an upload."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._arriving = root / "arriving"
        self._arriving.mkdir(parents=True, exist_ok=True)

    def keep(self, sha256: str, content: bytes) -> None:
        """Store a small content; what is stored already under this hash stays as it is."""
        if not self._place(sha256).exists():
            self.adopt(sha256, self._write(content))

    def adopt(self, sha256: str, arrived: Path) -> None:
        """Store a file that has arrived and was hashed; it is no longer among what arrives.

        Once it is stored, doing so again changes nothing.
        """
        if not arrived.exists():
            return
        place = self._place(sha256)
        place.parent.mkdir(parents=True, exist_ok=True)
        arrived.chmod(READ_ONLY)
        try:
            # Unlike a rename, a link never replaces what another copy of the service has written.
            os.link(arrived, place)
        except FileExistsError:
            return
        finally:
            arrived.unlink()
        _persist(place.parent)

    def spool(self) -> BinaryIO:
        """A nameless file for a piece that comes in; gone when it is closed."""
        return tempfile.TemporaryFile(dir=self._arriving)

    def append(self, upload_id: UUID, piece: BinaryIO, *, at: int) -> None:
        """Write a piece at its place; what a crash left behind it is cut off."""
        number = os.open(self.part(upload_id), os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(number, "r+b") as file:
            file.truncate(at)
            file.seek(at)
            piece.seek(0)
            for part in _parts(piece):
                file.write(part)
            file.flush()
            os.fsync(number)

    def repeats(self, upload_id: UUID, piece: BinaryIO, *, at: int) -> bool:
        """Whether the piece is what lies at its place already."""
        piece.seek(0)
        file = self.arrived(upload_id)
        if file is None:
            return False
        with file:
            file.seek(at)
            return all(file.read(len(part)) == part for part in _parts(piece))

    def forget(self, upload_id: UUID) -> None:
        self.part(upload_id).unlink(missing_ok=True)

    def arrived(self, upload_id: UUID) -> BinaryIO | None:
        """What there is of an upload, ready to be read."""
        try:
            return self.part(upload_id).open("rb")
        except FileNotFoundError:
            return None

    def part(self, upload_id: UUID) -> Path:
        """Where the bytes of an upload gather."""
        return self._arriving / f"upload-{upload_id}"

    def opened(self, sha256: str) -> BinaryIO | None:
        """What is stored under this hash if it still has it, ready to be read from the start.

        The very file that was hashed is handed out: nobody can put another in its place between.
        """
        try:
            file = self._place(sha256).open("rb")
        except FileNotFoundError:
            return None
        if hash_of(file) != sha256:
            file.close()
            return None
        file.seek(0)
        return file

    def _place(self, sha256: str) -> Path:
        return self._root / sha256[:2] / sha256[2:4] / sha256

    def _write(self, content: bytes) -> Path:
        number, name = tempfile.mkstemp(dir=self._arriving)
        with os.fdopen(number, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(number)
        return Path(name)


def hash_of(file: BinaryIO) -> str:
    """SHA-256 of a file from its start, in hexadecimal; part by part."""
    file.seek(0)
    running = hashlib.sha256()
    for part in _parts(file):
        running.update(part)
    return running.hexdigest()


def _parts(file: BinaryIO) -> Iterator[bytes]:
    while part := file.read(PART):
        yield part


def _persist(directory: Path) -> None:
    """Make a new name in a directory survive a loss of power."""
    number = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
