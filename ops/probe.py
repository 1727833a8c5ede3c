"""Asks the processes of a stack whether they are ready."""

import asyncio
from collections.abc import Mapping
from typing import Final

import httpx

from ops.errors import OperatorError

_POLL_SECONDS: Final = 0.2


class NotReady(OperatorError):
    """A process runs but does not become ready."""


async def until_ready(urls: Mapping[str, str], *, seconds: float) -> None:
    """Return when every process says so at /readyz; NotReady names those that did not."""
    answers = dict.fromkeys(urls, "no answer")
    # No proxy of the environment stands between us and loopback.
    async with httpx.AsyncClient(trust_env=False, timeout=2) as client:
        try:
            async with asyncio.timeout(seconds), asyncio.TaskGroup() as group:
                for name, url in urls.items():
                    group.create_task(_ask(client, name, url, answers))
        except TimeoutError:
            late = (f"{name} ({answer})" for name, answer in answers.items() if answer != "200")
            message = f"not ready after {seconds:.0f} s: {', '.join(late)}"
            raise NotReady(message) from None


async def _ask(client: httpx.AsyncClient, name: str, url: str, answers: dict[str, str]) -> None:
    while answers[name] != "200":
        try:
            response = await client.get(f"{url}/readyz")
            answers[name] = str(response.status_code)
        except httpx.TransportError as error:
            answers[name] = type(error).__name__
        if answers[name] != "200":
            await asyncio.sleep(_POLL_SECONDS)
