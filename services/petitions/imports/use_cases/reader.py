"""Rows of a file, read by a process of its own: see `reader_process`."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Coroutine
from contextlib import suppress
from typing import Any, Final, TypeVar

import orjson

from services.petitions.exports.domain.cells import FileFormat
from services.petitions.imports.domain.files import MIB, RefusalCode, Unreadable

T = TypeVar("T")
PROGRAM: Final = "services.petitions.imports.use_cases.reader_process"
WALL_SECONDS: Final = 120.0
# The longest line: every column with its longest text, in UTF-8.
LONGEST_LINE: Final = 16 * MIB


async def rows(
    parts: AsyncIterator[bytes], kind: FileFormat
) -> AsyncIterator[tuple[int, list[str] | dict[str, str] | None]]:
    """Each row with its number in the file; Unreadable if the file as a whole is refused."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        PROGRAM,
        kind.value,
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
        limit=LONGEST_LINE,
    )
    until = asyncio.get_running_loop().time() + WALL_SECONDS
    try:
        await _feed(process, parts, until)
        async for line in _lines(process, until):
            yield line[0], line[1]
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _feed(process: Process, parts: AsyncIterator[bytes], until: float) -> None:
    """The reader reads all before it writes, so that neither waits for the other."""
    assert process.stdin is not None  # noqa: S101 -- it is a pipe
    with suppress(ConnectionError):
        async for part in parts:
            process.stdin.write(part)
            await _within(process.stdin.drain(), until)
    process.stdin.close()


async def _lines(process: Process, until: float) -> AsyncIterator[list[Any]]:
    assert process.stdout is not None  # noqa: S101 -- it is a pipe
    while line := await _within(process.stdout.readline(), until):
        said = orjson.loads(line)
        if isinstance(said, list):
            yield said
        elif said["refused"]:
            raise Unreadable(RefusalCode(said["refused"]))
        else:
            return
    raise Unreadable(RefusalCode.OVER_LIMITS)  # it died of its limits


async def _within(waiting: Coroutine[Any, Any, T], until: float) -> T:
    """Only what is awaited here is given up in time, not what is done with a row meanwhile."""
    try:
        async with asyncio.timeout_at(until):
            return await waiting
    except (TimeoutError, ValueError):  # too late, or a line longer than any row
        raise Unreadable(RefusalCode.OVER_LIMITS) from None
