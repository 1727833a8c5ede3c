"""The process that opens a file: no database, no secrets, little memory, little time.

The file comes on standard input. Each row goes out as one line of JSON, `[number, cells]`; the
last line is an object that says how it ended. A process that dies has not written it.
"""

import resource
import sys
from typing import Final

import orjson

from services.petitions.exports.domain.cells import FileFormat
from services.petitions.imports.domain.files import MIB, Unreadable
from services.petitions.imports.use_cases.tables import table

MEMORY: Final = 1536 * MIB
CPU_SECONDS: Final = 60
OPEN_FILES: Final = 16


def confine() -> None:
    """From here on, the kernel refuses what goes beyond."""
    for kind, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
    ):
        resource.setrlimit(kind, (most, most))


def main() -> None:
    confine()
    kind = FileFormat(sys.argv[1])
    out = sys.stdout.buffer
    refused: str | None = None
    try:
        for row in table(sys.stdin.buffer.read(), kind):
            out.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
    except Unreadable as error:
        refused = error.code.value
    out.write(orjson.dumps({"refused": refused}, option=orjson.OPT_APPEND_NEWLINE))
    out.flush()


if __name__ == "__main__":
    main()
