"""The demo story: one complaint through the whole through-train, on a stack of its own."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from rich.console import Console

from ops import principals
from ops.demo import chapters, protocol
from ops.demo.people import Claim, Stage, StoryBroken
from ops.own_stack import own_stack
from ops.ready import Ready

BEGINS: Final = datetime.fromisoformat("2026-03-02T09:00:00+08:00")


def run() -> int:
    """Play the story and print what was claimed of it; 1 if any claim does not hold."""
    with own_stack(clock_from=BEGINS) as ready:
        claims = played(ready)
    return verdict(claims, Console())


def played(ready: Ready) -> Sequence[Claim]:
    """What the story claims of this stack, on which nothing was done before."""
    assert ready.principals is not None  # noqa: S101 -- a demo realm has logins
    realm = principals.read(Path(ready.principals))
    with Stage(ready, realm) as stage:
        try:
            chapters.play(stage)
        except StoryBroken as broken:
            stage.claim("故事中断 · the story broke off", holds=False, seen=broken)
    return stage.claims


def verdict(claims: Sequence[Claim], console: Console) -> int:
    """Print the claims; the exit status: 0 only if there are any and all of them hold."""
    protocol.show(console, claims)
    return 0 if claims and all(claim.holds for claim in claims) else 1
