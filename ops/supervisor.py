"""Runs the processes of a stack: starts them in order, shows what they say, stops them together.

One process a service, so that a crash or a blocking call takes one service and production runs
the same way. A supervisor killed with -9 leaves no orphan: the kernel signals its children.
"""

import asyncio
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ops.console import Console
from ops.errors import OperatorError
from ops.processes import dies_with_parent

GRACE_SECONDS: Final = 10.0
_CHUNK: Final = 65536
_STOP: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Program:
    """A process to run. It sees `environment` and nothing of ours."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path
    log: Path


class Ended(OperatorError):
    """A process that should run for ever did not."""

    def __init__(self, names: Collection[str]) -> None:
        super().__init__(f"{', '.join(names)} ended; everything else was stopped")
        self.names = tuple(names)


@dataclass(frozen=True, slots=True)
class _Child:
    name: str
    process: Process
    reader: asyncio.Task[None]
    end: asyncio.Task[Any]


async def supervise(
    programs: Sequence[Program],
    *,
    when_started: Callable[[Mapping[str, int]], Awaitable[None]],
    watch: Mapping[str, int] | None = None,
    echo: bool = True,
    grace: float = GRACE_SECONDS,
) -> None:
    """Run until a signal asks to stop; Ended when a program, or a process to watch, ends first.

    `when_started` gets the process ids by name; if it fails, all are stopped and it is raised.
    """
    children: list[_Child] = []
    width = max(len(program.name) for program in programs)
    with _stop_signals() as stop, Console(width=width, echo=echo) as console:
        signalled = asyncio.create_task(stop.wait())
        watched = {name: asyncio.create_task(_gone(pid)) for name, pid in (watch or {}).items()}
        try:
            for program in programs:
                children.append(await _start(program, console))  # noqa: PERF401 -- keep what runs
            ends = {**watched, **{child.name: child.end for child in children}}
            await _until(
                [signalled, *ends.values()],
                meanwhile=when_started({child.name: child.process.pid for child in children}),
            )
            ended = [name for name, end in ends.items() if end.done()]
            if ended and not stop.is_set():
                raise Ended(ended)
        finally:
            await _stop(children, grace=grace)
            for task in (signalled, *watched.values()):
                task.cancel()


async def _until(ends: Sequence[asyncio.Task[Any]], *, meanwhile: Awaitable[None]) -> None:
    """Wait for the first end; an exception of `meanwhile` is an end too."""
    task = asyncio.ensure_future(meanwhile)
    done, _ = await asyncio.wait([task, *ends], return_when=asyncio.FIRST_COMPLETED)
    if task in done:
        task.result()
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    task.cancel()


@contextmanager
def _stop_signals() -> Iterator[asyncio.Event]:
    """Set by a signal that asks for an orderly end; a second one does not make it less orderly."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    # nohup wants us to go on: it has SIGHUP ignored.
    wanted = [number for number in _STOP if signal.getsignal(number) is not signal.SIG_IGN]
    for number in wanted:
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number in wanted:
            loop.remove_signal_handler(number)


async def _start(program: Program, console: Console) -> _Child:
    process = await asyncio.create_subprocess_exec(
        *program.command,
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=STDOUT,
        cwd=program.folder,
        env=program.environment,
        start_new_session=True,  # the terminal's Ctrl-C is for us alone; the group is ours to kill
        preexec_fn=dies_with_parent(signal.SIGTERM),
    )
    reader = asyncio.create_task(_read(program, process, console))
    return _Child(program.name, process, reader, asyncio.create_task(process.wait()))


async def _read(program: Program, process: Process, console: Console) -> None:
    """Copy what a process says to its log, and line by line to the console."""
    assert process.stdout is not None  # noqa: S101 -- asked for with PIPE
    rest = b""
    with program.log.open("ab", buffering=0) as log:
        while chunk := await process.stdout.read(_CHUNK):
            log.write(chunk)
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                console.say(program.name, line)
            rest = rest[-_CHUNK:]  # a line without end is not worth the memory
    if rest:
        console.say(program.name, rest)


async def _gone(process_id: int) -> None:
    """Returns when a process that is not a child of this loop has ended."""
    with suppress(ProcessLookupError):
        handle = os.pidfd_open(process_id)
        gone = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_reader(handle, gone.set)
        try:
            await gone.wait()
        finally:
            loop.remove_reader(handle)
            os.close(handle)


async def _stop(children: Sequence[_Child], *, grace: float) -> None:
    """Ask all to end, the last started first; what is left after `grace` seconds is killed."""
    for child in reversed(children):
        if child.process.returncode is None:
            child.process.terminate()
    if children:
        await asyncio.wait([child.end for child in children], timeout=grace)
    for child in children:
        with suppress(ProcessLookupError):  # the rule: the group went with its leader
            os.killpg(child.process.pid, signal.SIGKILL)
    await asyncio.gather(*(task for child in children for task in (child.reader, child.end)))
