"""The terminal, shared by several processes, each line with the name of who said it."""

import queue
import sys
import threading
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

_WAITING_LINES: Final = 10_000


class Console:
    """Prints in a thread of its own: a terminal or pipe that nobody reads must not stop a service.

    Lines that find the queue full are dropped here; the log files have all of them.
    """

    def __init__(self, *, width: int, echo: bool) -> None:
        self._width = width
        self._echo = echo
        self._lines: queue.Queue[str | None] = queue.Queue(_WAITING_LINES)
        # A daemon: it may hang for ever in a write to a pipe that is full.
        self._thread = threading.Thread(target=self._print, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(queue.Full):
            self._lines.put_nowait(None)
        self._thread.join(timeout=1)

    def say(self, name: str, line: bytes) -> None:
        if self._echo:
            with suppress(queue.Full):
                text = line.decode(errors="replace")
                self._lines.put_nowait(f"{name:<{self._width}} | {text}")

    def _print(self) -> None:
        while (line := self._lines.get()) is not None:
            try:
                print(line, flush=True)
            except (OSError, ValueError):
                sys.stdout = None  # the reader has left; go on without
                return
