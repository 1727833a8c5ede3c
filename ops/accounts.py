"""Opening accounts from the operator's side: how the first administrator of a stack comes in."""

import secrets as randomness
from typing import Final

from services.identity.accounts.use_cases import create_account
from services.identity.grants.use_cases.giving import add_grant
from shared.audit.trace import SYSTEM_ACTOR
from shared.auth.actor import Role
from shared.clock import machine_time
from shared.db.session import SYSTEM, Database

PASSWORD_BYTES: Final = 18
REASON: Final = "opened by the operator"


async def open_account(
    identity_url: str, *, login: str, name: str, role: Role, division: str
) -> str:
    """An account with one grant; returns its password, which is nowhere else."""
    password = randomness.token_urlsafe(PASSWORD_BYTES)
    now = machine_time()
    identity = Database(identity_url, schema="identity", pool_size=1)
    try:
        async with identity.transaction(SYSTEM) as session:
            account = await create_account(
                session,
                SYSTEM_ACTOR,
                login_name=login,
                display_name=name,
                division=division,
                password=password,
                now=now,
            )
            await add_grant(
                session,
                SYSTEM_ACTOR,
                holder_id=account.id,
                role=role,
                division=division,
                valid_from=now,
                valid_to=None,
                reason=REASON,
                now=now,
            )
    finally:
        await identity.close()
    return password
