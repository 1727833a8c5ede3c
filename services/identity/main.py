"""The identity service: who is who, what each may do and when, and every token."""

from datetime import datetime
from typing import Any

from services.identity.accounts import endpoints as accounts, jobs as account_jobs
from services.identity.clients import endpoints as clients, use_cases as client_use_cases
from services.identity.clients.domain import GATEWAY
from services.identity.config import IdentitySettings
from services.identity.grants import endpoints as grants, jobs as grant_jobs
from services.identity.grants.handlers import HANDLERS as GUEST_HANDLERS
from services.identity.keys.domain import Seal
from services.identity.keys.use_cases import Keychain, make_first_key
from services.identity.sessions import endpoints as sessions, jobs as session_jobs
from services.identity.tables import OPEN_WORK
from services.identity.tokens import endpoints as tokens
from services.identity.tokens.domain import EDGE
from services.identity.tokens.use_cases import Office
from shared.auth.authenticator import Authenticator
from shared.auth.tokens import KeyRing, TokenType, Verifier
from shared.clock import machine_time
from shared.db.session import SYSTEM, Database
from shared.jobs import Job
from shared.service import Service, create_service_app
from shared.settings import ServiceSettings
from shared.succession.rows import HANDLERS

NAME = "identity"


async def _open_office(settings: ServiceSettings, database: Database) -> dict[str, Any]:
    """Make what a first start lacks, and take up the keys."""
    assert isinstance(settings, IdentitySettings)  # noqa: S101  given as such below
    seal = Seal(settings.key_encryption_secret.get_secret_value())
    await _prepare(settings, database, seal, now=machine_time())
    keychain = Keychain(database, seal)
    # Fail here, not at the first login, if the keys were sealed with another secret.
    await keychain.jwks()
    ring = KeyRing(keychain.jwks)

    def verifier(audience: str, typ: TokenType) -> Verifier:
        return Verifier(ring, issuer=settings.issuer, audience=audience, typ=typ)

    audiences = {NAME, *settings.service_secrets} - {GATEWAY}
    services = {each: verifier(each, TokenType.SERVICE) for each in audiences}
    office = Office(
        database=database,
        keychain=keychain,
        issuer=settings.issuer,
        access=verifier(EDGE, TokenType.ACCESS),
        services=services,
    )
    return {"office": office, "authenticate": Authenticator(services[NAME])}


async def _prepare(
    settings: IdentitySettings, database: Database, seal: Seal, *, now: datetime
) -> None:
    secrets = {
        process: secret.get_secret_value() for process, secret in settings.service_secrets.items()
    }
    async with database.transaction(SYSTEM) as session:
        await make_first_key(session, seal, now=now)
        await client_use_cases.keep_own_clients(session, secrets, now=now)


app = create_service_app(
    Service(
        name=NAME,
        title="Identity 身份与授权",
        settings=IdentitySettings,
        # Grants first: /accounts/me is theirs.
        routers=[grants.router, accounts.router, clients.router, sessions.router],
        root_routers=[tokens.router, grants.inside],
        handlers={**HANDLERS, **GUEST_HANDLERS},
        open_work=OPEN_WORK,
        jobs=[
            Job("grants.end_stays", grant_jobs.end_stays),
            Job("guesses.forget", account_jobs.forget_guesses),
            Job("sessions.forget", session_jobs.forget_sessions),
        ],
        extras=_open_office,
        needs_references=False,
    )
)
