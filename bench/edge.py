"""(c) What the gateway adds to a GET, against the upstream and a proxy that checks nothing."""

import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final
from uuid import uuid4

from bench import load, nginx, realm
from bench.ground import Ground
from bench.issuer import ISSUER
from bench.load import Request
from bench.processes import Serving, application
from bench.report import Finding
from bench.rounds import Rounds, Variant, lines
from bench.scale import Scale

USERS: Final = 64
UPSTREAM: Final = "upstream itself"
NGINX: Final = "nginx, no token"
GATEWAY: Final = "gateway, 64 users' ES256 tokens"


def measure(ground: Ground, scale: Scale) -> list[Finding]:
    with ExitStack() as stack:
        issuer, identity = stack.enter_context(realm.identity(ground))
        notes = [f"GET of 2.5 kB, 16 clients, one worker each; load: {load.client_name()}"]
        servers = {UPSTREAM: identity}
        if nginx.installed():
            servers[UPSTREAM] = stack.enter_context(nginx.answering(ground.folder))
            proxy = nginx.passing_on(ground.folder, to=servers[UPSTREAM].url)
            servers[NGINX] = stack.enter_context(proxy)
        else:
            notes.append("nginx is not installed: no plain proxy, and a slower upstream of our own")
        upstream = servers[UPSTREAM]
        servers[GATEWAY] = stack.enter_context(_gateway(ground, identity, upstream))
        tokens = [issuer.access_token(uuid4()) for _ in range(USERS)]
        variants = [_variant(ground, name, serving, tokens) for name, serving in servers.items()]
        measured = Rounds(scale.rounds, scale.seconds).run(variants)
    references = [name for name in servers if name != GATEWAY]
    title = "a GET through the gateway"
    found = lines(measured, variants, references=references, with_postgres=False)
    return [Finding("c", title, references, found, notes=notes)]


def _variant(ground: Ground, name: str, serving: Serving, tokens: list[str]) -> Variant:
    requests = [
        Request("GET", "/api/v1/petitions", {"Authorization": f"Bearer {token}"})
        for token in tokens
    ]
    return Variant(
        name, load.for_seconds(serving, lambda: requests, ground.folder), serving.process_id
    )


@contextmanager
def _gateway(ground: Ground, identity: Serving, upstream: Serving) -> Iterator[Serving]:
    settings = {
        "ISSUER": ISSUER,
        "CLIENT_SECRET": secrets.token_urlsafe(32),
        "IDENTITY_URL": identity.url,
        **{f"{name}_URL": upstream.url for name in ("REGIONS", "TASKS", "PETITIONS")},
        # More than a caller of the run reaches; the buckets are kept all the same.
        "RATE": "1000000",
        "BURST": "1000000",
    }
    with application("gateway.main:app", ground.folder, settings) as serving:
        yield serving
