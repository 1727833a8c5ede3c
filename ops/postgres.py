"""A private PostgreSQL for development, tests and the demo. Never for production.

It listens on loopback TCP only (socket paths end at 107 bytes), asks for a password (SCRAM), has
the locale C.UTF-8 whatever the environment says, and dies with the process that started it.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ops import binaries, locks
from ops.binaries import Account
from ops.errors import OperatorError
from ops.home import Home
from ops.processes import dies_with_parent

START_SECONDS: Final = 60.0  # crash recovery of a large folder included
STOP_SECONDS: Final = 20.0
_POLL_SECONDS: Final = 0.02
_THROWAWAY: Final = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class PostgresFailed(OperatorError):
    """The server or initdb ended; carries the last thing it said."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its administrator's URL, and its process if it is ours."""

    url: str
    process_id: int | None = None


@contextmanager
def server(home: Home) -> Iterator[Server]:
    """The server named by DATABASE_URL, or our own for the block."""
    if url := os.environ.get("DATABASE_URL"):
        yield Server(url)
        return
    with embedded(home) as own:
        yield own


@contextmanager
def embedded(home: Home, *, durable: bool = True) -> Iterator[Server]:
    """Our own server for the block. One that is not `durable` is fast and leaves no data behind.

    InUse when another process runs the stack of this home.
    """
    home.root.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        stack.enter_context(locks.exclusive(home.lock))
        who = binaries.account()
        installed = stack.enter_context(binaries.usable(who))
        folder = _folder(home, who)
        if not durable:
            stack.callback(_remove, home, folder)
        cluster = _Cluster(installed=installed, folder=folder, who=who, log=home.log("postgres"))
        cluster.initialise(durable=durable)
        yield stack.enter_context(cluster.running(durable=durable))


def free_ports(count: int) -> list[int]:
    """Different TCP ports that nobody listens on at this moment."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


def reachable(folder: Path) -> bool:
    """Whether any account may pass through `folder`, which may not exist yet, and all above it."""
    resolved = folder.resolve()
    return all(
        path.stat().st_mode & 0o001 for path in (resolved, *resolved.parents) if path.exists()
    )


def _folder(home: Home, who: Account | None) -> Path:
    """Where the data lies: in the home, or behind a link from it when `who` cannot get there."""
    if home.postgres.exists():
        return home.postgres.resolve()
    home.postgres.unlink(missing_ok=True)  # a link whose target is gone
    if who is None or reachable(home.root):
        home.postgres.mkdir(mode=0o700)
    else:
        place = tempfile.mkdtemp(prefix="postgres-", dir=binaries.system_folder())
        home.postgres.symlink_to(place)
    folder = home.postgres.resolve()
    if who is not None:
        who.own(folder)
    return folder


def _remove(home: Home, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    if home.postgres.is_symlink():
        home.postgres.unlink()


@dataclass(frozen=True, slots=True)
class _Cluster:
    """One data folder and the binaries that serve it. There is one data folder a major version."""

    installed: Path
    folder: Path
    who: Account | None
    log: Path

    @property
    def data(self) -> Path:
        return self.folder / f"data{binaries.major_version(self.installed)}"

    @property
    def password_file(self) -> Path:
        return self.data.with_name(f"{self.data.name}.password")

    def initialise(self, *, durable: bool) -> None:
        """Make the data folder if there is none; one cut off half-way never gets its name."""
        if self.data.exists():
            return
        unfinished = self.data.with_name(f"{self.data.name}.new")
        shutil.rmtree(unfinished, ignore_errors=True)
        self._write_password()
        # Never the locale of the environment: with LC_CTYPE C, trigrams of Chinese text are empty.
        command: list[str | Path] = [self.installed / "bin" / "initdb", "-D", unfinished]
        command += ["-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "-A", "scram-sha-256"]
        command += [f"--pwfile={self.password_file}", *([] if durable else ["--no-sync"])]
        done = subprocess.run(
            command,
            check=False,
            capture_output=True,
            text=True,
            **binaries.popen_arguments(self.who),
        )
        if done.returncode:
            raise PostgresFailed(done.stderr[-800:])
        unfinished.rename(self.data)

    @contextmanager
    def running(self, *, durable: bool) -> Iterator[Server]:
        [port] = free_ports(1)
        self._await_predecessor()
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                self._command(durable=durable, port=port),
                stdout=log,
                stderr=log,
                start_new_session=True,  # the terminal's Ctrl-C is for us alone
                preexec_fn=dies_with_parent(signal.SIGINT),  # noqa: PLW1509 -- no thread runs yet
                **binaries.popen_arguments(self.who),
            )
        try:
            self._await_ready(process)
            password = self.password_file.read_text(encoding="ascii")
            url = f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres"
            yield Server(url, process.pid)
        finally:
            stop(process)

    def _command(self, *, durable: bool, port: int) -> list[str | Path]:
        options = ["listen_addresses=127.0.0.1", "max_connections=200", "timezone=UTC"]
        options += [] if durable else _THROWAWAY
        command: list[str | Path] = [self.installed / "bin" / "postgres", "-D", self.data]
        command += ["-k", "", "-p", str(port)]
        return command + [part for option in options for part in ("-c", option)]

    def _write_password(self) -> None:
        self.password_file.unlink(missing_ok=True)
        self.password_file.touch(mode=0o600)
        self.password_file.write_text(secrets.token_urlsafe(24), encoding="ascii")
        if self.who is not None:
            self.who.own(self.password_file)

    def _status(self) -> tuple[int, str]:
        """Process id and state as postmaster.pid says; (0, "") without one."""
        try:
            lines = (self.data / "postmaster.pid").read_text(encoding="ascii").splitlines()
        except FileNotFoundError:
            return 0, ""
        # Line 8 is the state; a file that is still being written has fewer lines.
        return (int(lines[0]), lines[7].strip()) if len(lines) > 7 else (0, "")  # noqa: PLR2004

    def _await_ready(self, process: subprocess.Popen[bytes]) -> None:
        end = time.monotonic() + START_SECONDS
        while self._status() != (process.pid, "ready"):
            if process.poll() is not None or time.monotonic() > end:
                raise PostgresFailed(self.log.read_text(encoding="utf-8")[-800:])
            time.sleep(_POLL_SECONDS)

    def _await_predecessor(self) -> None:
        """A server whose parent was killed is still shutting down: let it finish."""
        end = time.monotonic() + STOP_SECONDS
        while (process_id := self._status()[0]) and time.monotonic() < end:
            state = _process_state(process_id)
            if state == "Z":
                self._disown()
            if state in {"", "Z"}:
                return
            time.sleep(_POLL_SECONDS)

    def _disown(self) -> None:
        """Make postmaster.pid name us instead of a dead process that nobody has reaped.

        PostgreSQL takes it for alive and would not start; of its own parent it knows better. The
        rest of the file, by which it finds server processes that are still there, stays.
        """
        file = self.data / "postmaster.pid"
        _, _, rest = file.read_text(encoding="ascii").partition("\n")
        file.write_text(f"{os.getpid()}\n{rest}", encoding="ascii")


def _process_state(process_id: int) -> str:
    """The letter of proc(5) for a PostgreSQL server; empty when there is none of this id."""
    try:
        stat = Path(f"/proc/{process_id}/stat").read_text(encoding="ascii")
    except OSError:
        return ""
    name, _, rest = stat.partition("(")[2].rpartition(")")
    return rest.split()[0] if name == "postgres" else ""


def stop(process: subprocess.Popen[bytes]) -> None:
    """The fast shutdown: SIGINT, for SIGTERM would wait for every client to leave."""
    for number, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 5.0)):
        process.send_signal(number)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
        return
    process.kill()
    process.wait()
