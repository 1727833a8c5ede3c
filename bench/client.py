"""Our own load generator, for want of wrk: `python -m bench.client URL FILE SECONDS`."""

import asyncio
import itertools
import secrets
import statistics
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
import uvloop

from shared.http.connection import Outgoing, Timeouts
from shared.http.pool import Pool

CLIENTS: Final = 16
REFUSED: Final = 400
PATIENCE: Final = Timeouts(connect=1.0, read=10.0, write=10.0, pool=10.0)


def _heads(requests: list[dict[str, Any]]) -> Iterator[Outgoing]:
    """The requests in turn, for ever."""
    for each in itertools.cycle(requests):
        headers: Mapping[str, str] = each["headers"]
        if each["keyed"]:
            headers = {**headers, "Idempotency-Key": secrets.token_hex(16)}
        body = each["body"].encode()
        lines = [f"{each['method']} {each['path']} HTTP/1.1", "Host: bench"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        lines += [f"Content-Length: {len(body)}"] if body else []
        yield Outgoing(head="\r\n".join([*lines, "", ""]).encode(), body=body)


async def _send(pool: Pool, heads: Iterator[Outgoing], end: float) -> tuple[list[float], int]:
    """The milliseconds of every answer until the end, and how many refused."""
    taken, refused = [], 0
    while (began := time.perf_counter()) < end:
        answer = await pool.request(next(heads), PATIENCE)
        async for _ in answer.stream():
            pass
        answer.close()
        taken.append(1000 * (time.perf_counter() - began))
        refused += answer.status >= REFUSED
    return taken, refused


async def _main(url: str, requests: list[dict[str, Any]], seconds: int) -> None:
    parts = urlsplit(url)
    pool = Pool(parts.hostname or "", parts.port or 80)
    heads = _heads(requests)
    began = time.perf_counter()
    done = await asyncio.gather(*(_send(pool, heads, began + seconds) for _ in range(CLIENTS)))
    elapsed = time.perf_counter() - began
    pool.close()
    taken = [each for some, _ in done for each in some]
    percentiles = statistics.quantiles(taken, n=100)
    summary = {
        "operations": len(taken),
        "seconds": elapsed,
        "p50": percentiles[49],
        "p99": percentiles[98],
        "errors": sum(refused for _, refused in done),
    }
    sys.stdout.write(orjson.dumps(summary).decode() + "\n")


if __name__ == "__main__":
    uvloop.run(_main(sys.argv[1], orjson.loads(Path(sys.argv[2]).read_bytes()), int(sys.argv[3])))
