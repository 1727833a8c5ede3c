"""Where a stack keeps what is its own: data, secrets, logs."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ops import locks

_PREFIX: Final = "liandong-"
_ABANDONED_SECONDS: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of one stack, `.local` in the checkout unless the operator names another."""

    root: Path

    @property
    def postgres(self) -> Path:
        return self.root / "postgres"

    @property
    def lock(self) -> Path:
        return self.root / "postgres.lock"

    @property
    def secrets(self) -> Path:
        return self.root / "secrets"

    @property
    def evidence(self) -> Path:
        """Where the files of cases lie."""
        return self.root / "evidence"

    @property
    def principals(self) -> Path:
        """The logins of a demo realm."""
        return self.root / "principals.json"

    @property
    def ready(self) -> Path:
        """Exists while a stack runs from this home; says where it is."""
        return self.root / "ready.json"

    def log(self, process: str) -> Path:
        """The log file of a process; its folder is made on the way."""
        folder = self.root / "logs"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{process}.log"


@contextmanager
def temporary() -> Iterator[Home]:
    """A home for the block. Those that killed processes left behind are removed first."""
    _sweep(Path(tempfile.gettempdir()))
    root = Path(tempfile.mkdtemp(prefix=_PREFIX))
    root.chmod(0o711)  # the database server may run as another account and must pass through
    try:
        yield Home(root)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _sweep(folder: Path) -> None:
    for lock in folder.glob(f"{_PREFIX}*/postgres.lock"):
        if time.time() - lock.stat().st_mtime > _ABANDONED_SECONDS:
            with suppress(locks.InUse, PermissionError), locks.exclusive(lock):
                shutil.rmtree(lock.parent, ignore_errors=True)
