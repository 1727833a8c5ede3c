"""The demo story: one complaint through the whole through-train, on a stack of its own."""

from datetime import datetime
from pathlib import Path
from typing import Final

from rich.console import Console

from ops import principals
from ops.demo import chapters, protocol
from ops.demo.people import Stage, StoryBroken
from ops.own_stack import own_stack

BEGINS: Final = datetime.fromisoformat("2026-03-02T09:00:00+08:00")


def run() -> int:
    """Play the story and print what was claimed of it; 1 if any claim does not hold."""
    console = Console()
    with own_stack(clock_from=BEGINS) as ready:
        assert ready.principals is not None  # noqa: S101 -- a demo realm has logins
        realm = principals.read(Path(ready.principals))
        with Stage(ready, realm) as stage:
            try:
                chapters.play(stage)
            except StoryBroken as broken:
                stage.claim("故事中断 · the story broke off", holds=False, seen=broken)
    protocol.show(console, stage.claims)
    return 0 if all(claim.holds for claim in stage.claims) else 1
