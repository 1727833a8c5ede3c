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
from services.identity.accounts import queries as account_queries
from services.identity.accounts.use_cases import create_account
from services.identity.clients import queries as client_queries
from services.identity.clients.use_cases import create_platform
from services.identity.grants.use_cases.giving import add_grant
from services.regions.bureaus import queries as bureau_queries
from services.regions.bureaus.domain import BureauKind
from services.regions.bureaus.queries import BureauFilter
from services.regions.bureaus.use_cases import add_bureau
from services.regions.officers.domain import Certificate
from services.regions.officers.use_cases.personnel import add_officer
from shared.audit.trace import SYSTEM_ACTOR
from shared.auth.actor import Role
from shared.db.session import SYSTEM, Database

PASSWORD_BYTES: Final = 12
SECRET_BYTES: Final = 32
# Each account in the making holds a connection while its password is hashed.
AT_ONCE: Final = 4
REASON: Final = "demo realm"
# Certificates of the sample officers, wide enough for every day the story may play on.
CERTIFIED: Final = (date(2024, 1, 1), date(2029, 12, 31))


async def run(databases: Mapping[str, str], _: Secrets, principals_json: Path) -> None:
    """Fill an empty stack and write the logins down; goes on where it was cut off."""
    staff = list(posts())
    realm = _realm(staff, principals_json)
    identity = Database(databases["identity"], schema="identity")
    regions = Database(databases["regions"], schema="regions")
    try:
        await seed_references(databases["regions"])
        accounts = await _seed_accounts(identity, realm.accounts)
        await _seed_platforms(identity, realm.clients)
        await _seed_officers(regions, staff, accounts)
    finally:
        await identity.close()
        await regions.close()


def _realm(staff: Sequence[Post], path: Path) -> Principals:
    """The logins to be: written down before the first exists, so that none can get lost."""
    if not path.exists():
        accounts = [
            Login(each.login, _password(PASSWORD_BYTES), each.name, each.role, each.division)
            for each in staff
        ]
        clients = [Platform(name, _password(SECRET_BYTES), *facts) for name, *facts in PLATFORMS]
        principals.write(path, Principals(accounts=accounts, clients=clients))
    return principals.read(path)


def _password(size: int) -> str:
    return randomness.token_urlsafe(size)


async def _seed_accounts(identity: Database, logins: Sequence[Login]) -> dict[str, UUID]:
    """One account with one grant a login; hashing passwords is what takes the time."""
    few = asyncio.Semaphore(AT_ONCE)

    async def seed(login: Login) -> UUID:
        async with few:
            return await _seed_account(identity, login)

    made = await asyncio.gather(*map(seed, logins))
    return {login.login: account for login, account in zip(logins, made, strict=True)}


async def _seed_account(identity: Database, login: Login) -> UUID:
    now = datetime.now(UTC)
    async with identity.transaction(SYSTEM) as session:
        if found := await account_queries.login(session, login.login):
            return found[0].id
        account = await create_account(
            session,
            SYSTEM_ACTOR,
            login_name=login.login,
            display_name=login.name,
            division=login.division,
            password=login.password,
            now=now,
        )
        await _grant(session, account.id, Role(login.role), login.division, now=now)
    return account.id


async def _seed_platforms(identity: Database, platforms: Sequence[Platform]) -> None:
    now = datetime.now(UTC)
    async with identity.transaction(SYSTEM) as session:
        for platform in platforms:
            if await client_queries.by_client_id(session, platform.client_id):
                continue
            client = await create_platform(
                session,
                SYSTEM_ACTOR,
                client_id=platform.client_id,
                display_name=platform.name,
                division=platform.division,
                secret=platform.client_secret,
                now=now,
            )
            await _grant(session, client.id, Role.PLATFORM, platform.division, now=now)


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
    """A bureau for each division, and its officers with certificate and login: all or none."""
    now = datetime.now(UTC)
    officers = [post for post in staff if post.role is Role.OFFICER]
    async with regions.transaction(SYSTEM) as session:
        if await bureau_queries.bureaus(session, BureauFilter(), after=None, limit=1):
            return
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
