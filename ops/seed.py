"""The sample realm: reference data, bureaus, officers with certificates, and logins."""

import asyncio
import secrets as randomness
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from ops import principals
from ops.principals import Login, Platform, Principals
from ops.realm import PLATFORMS, Post, bureau_name, posts
from ops.secrets import Secrets
from ops.seed_references import seed_references
from services.identity.accounts.use_cases import create_account
from services.identity.clients.use_cases import create_platform
from services.identity.grants.use_cases import add_grant
from services.regions.bureaus.domain import BureauKind
from services.regions.bureaus.use_cases import add_bureau
from services.regions.officers.domain import Certificate
from services.regions.officers.use_cases.personnel import add_officer
from shared.audit.trace import SYSTEM_ACTOR
from shared.auth.actor import Role
from shared.db.session import SYSTEM, Database

PASSWORD_BYTES: Final = 12
# Each account in the making holds a connection while its password is hashed.
AT_ONCE: Final = 4
REASON: Final = "demo realm"
# Certificates of the sample officers, wide enough for every day the story may play on.
CERTIFIED: Final = (date(2024, 1, 1), date(2029, 12, 31))


async def run(databases: Mapping[str, str], _: Secrets, principals_json: Path) -> None:
    """Fill an empty stack and write the logins down."""
    identity = Database(databases["identity"], schema="identity")
    regions = Database(databases["regions"], schema="regions")
    try:
        await seed_references(databases["regions"])
        staff = list(posts())
        logins, ids = await _seed_accounts(identity, staff)
        clients = await _seed_platforms(identity)
        await _seed_officers(regions, staff, ids)
    finally:
        await identity.close()
        await regions.close()
    principals.write(principals_json, Principals(accounts=logins, clients=clients))


async def _seed_accounts(
    identity: Database, staff: Sequence[Post]
) -> tuple[list[Login], dict[str, UUID]]:
    """One account with one grant a post; hashing passwords is what takes the time."""
    few = asyncio.Semaphore(AT_ONCE)

    async def seed(post: Post) -> tuple[Login, UUID]:
        async with few:
            return await _seed_account(identity, post)

    made = await asyncio.gather(*map(seed, staff))
    return [login for login, _ in made], {login.login: account for login, account in made}


async def _seed_account(identity: Database, post: Post) -> tuple[Login, UUID]:
    password = randomness.token_urlsafe(PASSWORD_BYTES)
    now = datetime.now(UTC)
    async with identity.transaction(SYSTEM) as session:
        account = await create_account(
            session,
            SYSTEM_ACTOR,
            login_name=post.login,
            display_name=post.name,
            division=post.division,
            password=password,
            now=now,
        )
        await _grant(session, account.id, post.role, post.division, now=now)
    return Login(post.login, password, post.name, post.role.value, post.division), account.id


async def _seed_platforms(identity: Database) -> list[Platform]:
    made = []
    now = datetime.now(UTC)
    async with identity.transaction(SYSTEM) as session:
        for client_id, name, division in PLATFORMS:
            secret = randomness.token_urlsafe(32)
            client = await create_platform(
                session,
                SYSTEM_ACTOR,
                client_id=client_id,
                display_name=name,
                division=division,
                secret=secret,
                now=now,
            )
            await _grant(session, client.id, Role.PLATFORM, division, now=now)
            made.append(Platform(client_id, secret, name, division))
    return made


async def _grant(
    session: AsyncSession, holder_id: UUID, role: Role, division: str, *, now: datetime
) -> None:
    await add_grant(
        session,
        SYSTEM_ACTOR,
        holder_id=holder_id,
        role=role,
        division=division,
        valid_from=now,
        valid_to=None,
        reason=REASON,
        now=now,
    )


async def _seed_officers(
    regions: Database, staff: Sequence[Post], accounts: Mapping[str, UUID]
) -> None:
    """A bureau for each division, and its officers with certificate and login."""
    now = datetime.now(UTC)
    officers = [post for post in staff if post.role is Role.OFFICER]
    async with regions.transaction(SYSTEM) as session:
        bureaus: dict[str, UUID] = {}
        for division in dict.fromkeys(post.division for post in officers):
            bureau = await add_bureau(
                session,
                SYSTEM_ACTOR,
                division=division,
                kind=BureauKind.ECOLOGY_BUREAU,
                name=bureau_name(division),
                now=now,
            )
            bureaus[division] = bureau.id
        for post in officers:
            await add_officer(
                session,
                SYSTEM_ACTOR,
                bureau_id=bureaus[post.division],
                name=post.name,
                account_id=accounts[post.login],
                certificate=Certificate(f"{post.division}{post.ordinal:04d}", *CERTIFIED),
                now=now,
            )
