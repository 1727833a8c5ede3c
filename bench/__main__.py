"""`make bench`: the suite's hot paths against plain references. It prints, and asserts no time."""

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import orjson

from bench import calendar, edge, groups, register, repeats, report, search, sweep, tasks, worklist
from bench.ground import Ground, ground
from bench.report import Finding, Machine
from bench.scale import FULL, QUICK, Scale
from shared.clock import machine_time

Measure = Callable[[Ground, Scale], list[Finding]]
BENCHES: Final[Mapping[str, Measure]] = {
    "a": register.measure,
    "b": worklist.measure,
    "c": edge.measure,
    "d": sweep.measure,
    "e": repeats.measure,
    "f": search.measure,
    "g": groups.measure,
    "h": calendar.measure,
    "t": tasks.measure,
}


def main() -> None:
    arguments = _arguments()
    scale = replace(QUICK if arguments.quick else FULL, texts=tuple(arguments.texts))
    with ground() as made:
        machine = Machine.here(at=machine_time(), postgres=made.version)
        findings: list[Finding] = []
        for code in arguments.only:
            print(f"measuring ({code}) ...", file=sys.stderr, flush=True)
            findings += BENCHES[code](made, scale)
    report.show(machine, findings)
    if arguments.json is not None:
        arguments.json.write_bytes(
            orjson.dumps(report.as_json(machine, findings), option=orjson.OPT_INDENT_2)
        )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small data and short rounds")
    parser.add_argument(
        "--only",
        type=_codes,
        default=list(BENCHES),
        metavar="a,b",
        help="some of " + ", ".join(BENCHES),
    )
    parser.add_argument(
        "--texts",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="for (e): labelled complaints in the form of bench/complaints.json; may be repeated",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    return parser.parse_args()


def _codes(text: str) -> list[str]:
    codes = text.split(",")
    if not set(codes) <= set(BENCHES):
        raise argparse.ArgumentTypeError(text)
    return codes


if __name__ == "__main__":
    main()
