"""What processes have used of the processors, as /proc tells."""

import os
from collections import defaultdict
from contextlib import suppress
from pathlib import Path
from typing import Final

_TICK: Final = os.sysconf("SC_CLK_TCK")


def seconds(process_id: int) -> float:
    """User and system time of a process and all below it, children it has reaped included."""
    used, children = _processes()
    total, tree = 0.0, [process_id]
    while tree:
        each = tree.pop()
        total += used.get(each, 0.0)
        tree += children[each]
    return total


def _processes() -> tuple[dict[int, float], defaultdict[int, list[int]]]:
    used: dict[int, float] = {}
    children: defaultdict[int, list[int]] = defaultdict(list)
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        with suppress(OSError):  # it ended while we looked
            # From the third field of proc(5) on; the second may hold spaces and parentheses.
            fields = (folder / "stat").read_text("utf-8").rpartition(")")[2].split()
            used[int(folder.name)] = sum(map(int, fields[11:15])) / _TICK
            children[int(fields[1])].append(int(folder.name))
    return used, children
