"""Advisory file locks: they end with the process that holds them, however it ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ops.errors import OperatorError


class InUse(OperatorError):
    """Another process holds the lock."""

    def __init__(self, path: Path) -> None:
        holder = path.read_text(encoding="ascii").strip() or "unknown"
        super().__init__(f"process {holder} is at work in {path.parent}: stop it first")


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Holds `path` for the block and writes our process id into it; InUse if somebody else does."""
    with path.open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InUse(path) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


@contextmanager
def queued(path: Path) -> Iterator[None]:
    """Holds `path` for the block; waits for whoever holds it."""
    with path.open("a+", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def shared(path: Path) -> Iterator[None]:
    """Holds `path` together with other readers; no `exclusive` succeeds meanwhile."""
    with path.open("a+", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield
