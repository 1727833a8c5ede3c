"""The story as a table a person can read."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from ops.demo.people import Claim


def show(console: Console, claims: Sequence[Claim]) -> None:
    """Print every claim with its business time and what was seen, then the sum.

    By chapter, for two matters run side by side.
    """
    chapter = ""
    table = Table(title="信访直通车 · the through-train", expand=False)
    for title in ("", "时间 at", "陈述 statement", "所见 seen"):
        table.add_column(title, overflow="fold")
    for claim in sorted(claims, key=lambda each: each.chapter):
        if claim.chapter != chapter:
            chapter = claim.chapter
            table.add_section()
            table.add_row("", "", f"[bold]{chapter}[/bold]", "")
        mark = "✓" if claim.holds else "[bold red]✗[/bold red]"
        table.add_row(mark, f"{claim.at:%m-%d %H:%M}", claim.statement, claim.seen)
    console.print(table)
    failed = [claim for claim in claims if not claim.holds]
    console.print(f"{len(claims)} statements, {len(failed)} do not hold")
