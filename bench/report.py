"""What was measured, for people and for machines."""

import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.rounds import Kind, Line, Ratio


@dataclass(frozen=True, slots=True)
class Finding:
    """One comparison: its lines, to what they are compared, and what to know when reading them."""

    code: str
    title: str
    references: Sequence[str]
    lines: Sequence[Line]
    kind: Kind = Kind.RATE
    notes: Sequence[str] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Machine:
    """Where and when; `load` is the number of runnable processes before the run, over a minute."""

    at: datetime
    cores: int
    load: float
    python: str
    postgres: str

    @classmethod
    def here(cls, *, at: datetime, postgres: str) -> "Machine":
        return cls(
            at=at,
            cores=len(os.sched_getaffinity(0)),
            load=round(os.getloadavg()[0], 2),
            python=platform.python_version(),
            postgres=postgres,
        )


def as_json(machine: Machine, findings: Sequence[Finding]) -> Mapping[str, Any]:
    return {"machine": asdict(machine), "findings": [asdict(each) for each in findings]}


def show(machine: Machine, findings: Sequence[Finding]) -> None:
    """The tables on standard output; wide lines are never cut, whatever the terminal."""
    console = Console(highlight=False, width=170)
    console.print(
        f"{machine.at:%Y-%m-%d %H:%M} UTC, {machine.cores} cores, load {machine.load} at the start,"
        f" Python {machine.python}, PostgreSQL {machine.postgres}"
    )
    for finding in findings:
        console.print(_table(finding))
        for note in finding.notes:
            console.print(f"  {note}")


def _table(finding: Finding) -> Table:
    table = Table(title=f"({finding.code}) {finding.title}", title_justify="left")
    table.add_column("variant")
    word = "times as fast as" if finding.kind is Kind.RATE else "times as long as"
    for reference in finding.references:
        table.add_column(f"{word}\n{reference}", justify="right")
    for title in ("a second", "p50 ms", "p99 ms", "server µs", "PostgreSQL µs"):
        table.add_column(title, justify="right")
    for line in finding.lines:
        table.add_row(*_cells(finding, line))
    return table


def _cells(finding: Finding, line: Line) -> Iterator[str]:
    yield line.name
    for reference in finding.references:
        yield _spread(line.ratios[reference])
    yield f"{line.rate:,.0f}"
    for value in (line.p50, line.p99):
        yield "" if value is None else f"{value:.1f}"
    for value in (line.server_us, line.postgres_us):
        yield "" if value is None else f"{value:,.0f}"


def _spread(ratio: Ratio) -> str:
    return f"{ratio.median:.2f} ({ratio.low:.2f}-{ratio.high:.2f})"
