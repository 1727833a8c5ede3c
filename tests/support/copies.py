"""Copies of a service that are killed and come back at once: forked, with everything imported."""

import multiprocessing
import os
import sys
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Final

from shared.http import server
from tests.support.services import free_port

_processes: Final = multiprocessing.get_context("forkserver")
# An interpreter that starts anew takes seconds, and most kills would hit it before it works.
_processes.set_forkserver_preload([__name__, "services.petitions.main"])


def _serve(app: str, port: int, settings: dict[str, str], log: str) -> None:
    """What `python -m shared.http.server` does, in a process forked for it."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.environ.update({f"LIANDONG_{name}": value for name, value in settings.items()})
    sys.argv = ["server", app, "--port", str(port)]
    server.main()


@dataclass
class Copy:
    """One process of a service, through all its lives."""

    app: str
    settings: dict[str, str]
    log: Path
    port: int = field(default_factory=free_port)
    lives: int = 0
    _process: ForkServerProcess | None = None

    def launch(self, *, crashpoint: str = "") -> None:
        self.lives += 1
        settings = {**self.settings, "CRASHPOINT": crashpoint}
        self._process = _processes.Process(
            target=_serve, args=(self.app, self.port, settings, str(self.log)), daemon=True
        )
        self._process.start()

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.is_alive()

    def kill(self) -> None:
        """SIGKILL: it has no time for anything."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
