"""The services of a run: their processes, their references, who calls them."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final
from uuid import NAMESPACE_OID, uuid5

from bench.ground import Ground, run
from bench.issuer import ISSUER, Issuer
from bench.processes import Serving, application
from ops.bootstrap import Databases
from shared.auth.actor import Grant, Role
from shared.divisions import scope

# Ningbo with its ten districts and counties, then eighteen made-up cities of four counties.
NINGBO: Final = "330200"
NINGBO_COUNTIES: Final = (
    *("330203", "330205", "330206", "330211", "330212"),
    *("330213", "330225", "330226", "330281", "330282"),
)
OTHER_COUNTIES: Final = tuple(
    f"33{city}{county}" for city in range(20, 38) for county in (81, 82, 83, 84)
)
COUNTIES: Final = (*NINGBO_COUNTIES, *OTHER_COUNTIES)
CURSOR_KEY: Final = "the-bench-signs-its-own-cursors-with-it"

CODES: Final = ",".join((NINGBO, *COUNTIES))
PUBLISH_YEARS: Final = """
INSERT INTO reference_calendar
SELECT year, 1, NULL, '[]', '[]' FROM generate_series(2024, 2040) AS year
"""
PUBLISH_DIVISIONS: Final = f"""
INSERT INTO reference_division
SELECT code, code, '2000-01-01', NULL FROM unnest('{{{CODES}}}'::text[]) AS code
"""


@contextmanager
def identity(ground: Ground) -> Iterator[tuple[Issuer, Serving]]:
    """Identity's stand-in, and the signer with its key."""
    key = ground.folder / "issuer.pem"
    issuer = Issuer(key)
    with application("bench.standin:app", ground.folder, {"BENCH_KEY": str(key)}) as serving:
        yield issuer, serving


@contextmanager
def petitions(ground: Ground, databases: Databases, identity_url: str) -> Iterator[Serving]:
    """The service as in production, but for its jobs: they would run within one slice of many."""
    settings = {
        "ISSUER": ISSUER,
        "IDENTITY_URL": identity_url,
        "DATABASE_URL": databases.url("petitions"),
        "DATABASE_POOL": "16",
        "CLIENT_SECRET": secrets.token_urlsafe(32),
        "CURSOR_KEY": CURSOR_KEY,
        "VAULT_KEY": secrets.token_urlsafe(32),
        "VAULT_LOOKUP_KEY": secrets.token_urlsafe(32),
        "JOB_PERIOD": "86400",
    }
    with application("services.petitions.main:app", ground.folder, settings) as serving:
        yield serving


@contextmanager
def tasks(ground: Ground, databases: Databases, identity_url: str) -> Iterator[Serving]:
    """The tasks service, without its jobs too; nothing that is measured asks `regions`."""
    settings = {
        "ISSUER": ISSUER,
        "IDENTITY_URL": identity_url,
        "REGIONS_URL": identity_url,
        "DATABASE_URL": databases.url("tasks"),
        "DATABASE_POOL": "16",
        "CLIENT_SECRET": secrets.token_urlsafe(32),
        "CURSOR_KEY": CURSOR_KEY,
        "EVIDENCE_DIR": str(ground.folder / "evidence"),
        "JOB_PERIOD": "86400",
    }
    with application("services.tasks.main:app", ground.folder, settings) as serving:
        yield serving


def publish(databases: Databases, *, service: str = "petitions") -> None:
    """The references that `regions` publishes, as far as the load needs them."""
    run(
        databases.admin,
        f"SET search_path = {service}",
        PUBLISH_YEARS,
        PUBLISH_DIVISIONS,
    )


def clerks(issuer: Issuer, divisions: Sequence[str]) -> list[dict[str, str]]:
    """The headers of one petition clerk a division, good for a minute."""
    return callers(issuer, divisions, audience="petitions", role=Role.PETITION_CLERK)


def callers(
    issuer: Issuer, divisions: Sequence[str], *, audience: str, role: Role
) -> list[dict[str, str]]:
    """The headers of one person of this role a division, good for a minute."""
    return [
        {
            "Authorization": "Bearer "
            + issuer.service_token(
                audience, uuid5(NAMESPACE_OID, division), [Grant(role, scope(division))]
            ),
            "Content-Type": "application/json",
        }
        for division in divisions
    ]
