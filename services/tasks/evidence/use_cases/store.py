"""Files by their SHA-256 under one directory: written once, whole or not at all."""

import os
import tempfile
from pathlib import Path
from typing import Final

READ_ONLY: Final = 0o440


class EvidenceStore:
    """Blocks: call it from a thread."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._arriving = root / "arriving"
        self._arriving.mkdir(parents=True, exist_ok=True)

    def keep(self, sha256: str, content: bytes) -> None:
        """Store the content; what is stored already under this hash stays as it is."""
        place = self._place(sha256)
        if place.exists():
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        arrived = self._write(content)
        try:
            # Unlike a rename, a link never replaces what another copy of the service has written.
            os.link(arrived, place)
        except FileExistsError:
            return
        finally:
            arrived.unlink()
        _persist(place.parent)

    def content(self, sha256: str) -> bytes | None:
        """What is stored under this hash, unchecked; None if nothing is."""
        try:
            return self._place(sha256).read_bytes()
        except FileNotFoundError:
            return None

    def _place(self, sha256: str) -> Path:
        return self._root / sha256[:2] / sha256[2:4] / sha256

    def _write(self, content: bytes) -> Path:
        number, name = tempfile.mkstemp(dir=self._arriving)
        with os.fdopen(number, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(number, READ_ONLY)
            os.fsync(number)
        return Path(name)


def _persist(directory: Path) -> None:
    """Make a new name in a directory survive a loss of power."""
    number = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
