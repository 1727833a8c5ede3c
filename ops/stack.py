"""A whole stack in the foreground: database, schemas, sample data, five processes."""

import asyncio
import ipaddress
import os
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from ops import announcement, migrations, probe, seeding
from ops.bootstrap import Databases, bootstrap
from ops.environment import Realm, programs
from ops.errors import OperatorError
from ops.home import Home
from ops.postgres import Server, free_ports
from ops.ready import Ready
from ops.secrets import Secrets
from ops.services import GATEWAY, PROCESSES, SERVICES
from ops.supervisor import supervise

READY_SECONDS: Final = 60.0


class RefusedStart(OperatorError):
    """The stack would be unsafe, or could not answer at its address."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the operator asked for, RefusedStart if it must not be. Port 0 is any free one."""

    host: str = "127.0.0.1"
    port: int = 8000
    issuer: str | None = None
    demo: bool = False
    clock_from: datetime | None = None
    durable: bool = True
    ready_json: Path | None = None

    def __post_init__(self) -> None:
        if self.demo and not _is_loopback(self.host):
            message = f"the demo realm's logins are no secret: it is not served on {self.host}"
            raise RefusedStart(message)
        if self.clock_from and not self.demo:
            message = "business time is only simulated in a demo realm"
            raise RefusedStart(message)


def run(home: Home, server: Server, options: Options) -> None:
    """Serve until told to stop; OperatorError when it cannot be done or something ended."""
    began = time.monotonic()
    if options.port:
        _require_free(options.host, options.port)
    keys = Secrets(home.secrets)
    databases = prepare(server, keys, options)
    _seed(databases, keys, home, demo=options.demo)
    # Only now: a free port stays free for seconds, seeding can take a minute.
    realm = _realm(home, options)
    announcement.doing("starting the services")
    watch = {} if server.process_id is None else {"postgres": server.process_id}

    async def announce(process_ids: Mapping[str, int]) -> None:
        for processes in (SERVICES, (GATEWAY,)):  # asking the gateway is asking all again
            urls = {process: realm.url(process) for process in processes}
            await probe.until_ready(urls, seconds=READY_SECONDS)
        pids = {"supervisor": os.getpid(), **watch, **process_ids}
        ready = _ready(realm, databases, pids)
        for path in _ready_files(realm, options):
            ready.write(path)
        announcement.show(ready, seconds=time.monotonic() - began)

    starting = supervise(programs(realm, databases, keys), when_started=announce, watch=watch)
    try:
        asyncio.run(starting)
    finally:
        for path in _ready_files(realm, options):
            path.unlink(missing_ok=True)


def _seed(databases: Databases, keys: Secrets, home: Home, *, demo: bool) -> None:
    if demo:
        announcement.doing("filling in reference data and sample logins")
        asyncio.run(seeding.seed_once(databases, keys, home.principals))
    else:
        announcement.doing("filling in reference data")
        asyncio.run(seeding.seed_references_once(databases))


def prepare(server: Server, keys: Secrets, options: Options) -> Databases:
    """Secrets, roles, schemas and tables, made or brought up to date."""
    keys.generate()
    announcement.doing("migrating the schemas")
    databases = asyncio.run(
        bootstrap(
            server.url,
            keys,
            durable=options.durable,
            simulated_from=options.clock_from,
        )
    )
    migrations.upgrade(databases.owner)
    return databases


def _realm(home: Home, options: Options) -> Realm:
    free_port, *ports = free_ports(len(PROCESSES))
    gateway_port = options.port or free_port
    return Realm(
        home=home,
        host=options.host,
        ports={GATEWAY: gateway_port, **dict(zip(SERVICES, ports, strict=True))},
        issuer=options.issuer or f"http://{options.host}:{gateway_port}",
        demo=options.demo,
        simulated_clock=options.clock_from is not None,
    )


def _is_loopback(host: str) -> bool:
    return host == "localhost" or (host[:1].isdigit() and ipaddress.ip_address(host).is_loopback)


def _require_free(host: str, port: int) -> None:
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((host, port))
        except OSError as error:
            reason = f"cannot listen on {host}:{port}: {error.strerror}"
            message = f"{reason}; choose another with --port, or make run PORT=..."
            raise RefusedStart(message) from None


def _ready(realm: Realm, databases: Databases, pids: Mapping[str, int]) -> Ready:
    return Ready(
        gateway=realm.url(GATEWAY),
        services={service: realm.url(service) for service in SERVICES},
        pids=pids,
        logs={name: str(realm.home.log(name)) for name in pids if name != "supervisor"},
        databases=databases.as_dict(),
        principals=str(realm.home.principals) if realm.home.principals.exists() else None,
    )


def _ready_files(realm: Realm, options: Options) -> list[Path]:
    """The home's own, by which later commands find the stack, and the one asked for."""
    return [realm.home.ready, *([options.ready_json] if options.ready_json else [])]
