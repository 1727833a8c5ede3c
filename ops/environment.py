"""What each process is told: its own secrets and addresses, and nothing else of ours."""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ops import secrets
from ops.bootstrap import Databases
from ops.home import Home
from ops.secrets import Secrets
from ops.services import GATEWAY, PROCESSES, SERVICES
from ops.supervisor import Program

ROOT: Final = Path(__file__).parents[1]

# What an operator may tune in the environment of `serve`: limits of time and amount.
TUNABLE: Final = (
    "LIANDONG_HTTP_",
    "LIANDONG_UPSTREAM_SECONDS",
    "LIANDONG_RATE",
    "LIANDONG_BURST",
)


@dataclass(frozen=True, slots=True)
class Realm:
    """How one stack differs from another."""

    home: Home
    host: str
    ports: Mapping[str, int]
    issuer: str
    demo: bool
    simulated_clock: bool

    def url(self, process: str) -> str:
        host = self.host if process == GATEWAY else "127.0.0.1"
        return f"http://{host}:{self.ports[process]}"


def programs(realm: Realm, databases: Databases, keys: Secrets) -> list[Program]:
    """The processes of a stack in the order of their start."""
    common = _common(realm)
    own = {
        GATEWAY: {},
        **{service: _of_service(service, databases, keys) for service in SERVICES},
    }
    own["identity"] |= {
        # Hashing a password fills 64 MiB: in huge pages a quarter cheaper. Not every libc knows it.
        "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
        "LIANDONG_KEY_ENCRYPTION_SECRET": keys.read(secrets.KEY_ENCRYPTION),
        "LIANDONG_SERVICE_SECRETS": json.dumps(keys.clients()),
    }
    realm.home.evidence.mkdir(mode=0o700, exist_ok=True)
    own["tasks"] |= {"LIANDONG_EVIDENCE_DIR": str(realm.home.evidence)}
    own["petitions"] |= {
        "LIANDONG_VAULT_KEY": keys.read(secrets.VAULT),
        "LIANDONG_VAULT_LOOKUP_KEY": keys.read(secrets.VAULT_LOOKUP),
    }
    return [
        Program(
            name=process,
            command=_command(realm, process),
            environment={
                **common,
                "LIANDONG_CLIENT_SECRET": keys.read(secrets.client_secret(process)),
                **own[process],
            },
            folder=ROOT,
            log=realm.home.log(process),
        )
        for process in PROCESSES
    ]


def _command(realm: Realm, process: str) -> tuple[str, ...]:
    module = "gateway.main" if process == GATEWAY else f"services.{process}.main"
    host = realm.host if process == GATEWAY else "127.0.0.1"
    address = ("--host", host, "--port", str(realm.ports[process]))
    return (sys.executable, "-m", "shared.http.server", f"{module}:app", *address)


def _common(realm: Realm) -> dict[str, str]:
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LC_ALL": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        **{name: value for name, value in os.environ.items() if name.startswith(TUNABLE)},
        "LIANDONG_ENVIRONMENT": "demo" if realm.demo else "production",
        "LIANDONG_CLOCK": "simulated" if realm.simulated_clock else "system",
        "LIANDONG_ISSUER": realm.issuer,
        # Whoever moves the clock waits for what follows from it.
        **({"LIANDONG_JOB_GAP": "0.5"} if realm.simulated_clock else {}),
        **{f"LIANDONG_{service.upper()}_URL": realm.url(service) for service in SERVICES},
    }


def _of_service(service: str, databases: Databases, keys: Secrets) -> dict[str, str]:
    return {
        "LIANDONG_DATABASE_URL": databases.url(service),
        "LIANDONG_CURSOR_KEY": keys.read(secrets.cursor_key(service)),
    }
