"""A throwaway stack in processes of its own, for the demo story and for tests."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final

from ops.environment import ROOT
from ops.errors import OperatorError
from ops.processes import dies_with_parent
from ops.ready import Ready

START_SECONDS: Final = 240.0  # a laptop under load, hashing the passwords of the sample logins
STOP_SECONDS: Final = 40.0
_POLL_SECONDS: Final = 0.05


class StackFailed(OperatorError):
    """It ended, or took too long, before it was ready; carries the end of what it said."""


@contextmanager
def own_stack(
    *, clock_from: datetime, settings: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Ready]:
    """A demo realm of its own on free ports, gone with the block.

    Business time stands at `clock_from` until somebody moves it (`ops.clock.move`). `settings` are
    those an operator may tune (`ops.environment.TUNABLE`).
    """
    with tempfile.TemporaryDirectory(prefix="liandong-stack-") as folder:
        said, ready_json = Path(folder) / "said", Path(folder) / "ready.json"
        command = (sys.executable, "-m", "ops", "serve", "--ephemeral", "--demo", "--port", "0")
        clock = ("--clock-from", clock_from.isoformat())
        with said.open("wb") as output:
            process = subprocess.Popen(
                (*command, *clock, "--ready-json", ready_json),
                cwd=ROOT,
                env={**os.environ, **settings},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=dies_with_parent(signal.SIGTERM),  # noqa: PLW1509 -- no threads yet
            )
        try:
            _await_ready(process, ready_json, said)
            yield Ready.read(ready_json)
        finally:
            process.terminate()
            process.wait(STOP_SECONDS)


def _await_ready(process: subprocess.Popen[bytes], ready_json: Path, said: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while not ready_json.exists():
        if process.poll() is not None or time.monotonic() > end:
            raise StackFailed(said.read_text(encoding="utf-8", errors="replace")[-4000:])
        time.sleep(_POLL_SECONDS)
