"""What the process holds for the vault and for follow codes."""

from typing import Annotated

from fastapi import Depends, Request

from services.petitions.intake.use_cases.follow_codes import FollowCodes
from services.petitions.vault.use_cases import VaultKeys


async def _keys(request: Request) -> VaultKeys:
    keys: VaultKeys = request.state.vault_keys
    return keys


Keys = Annotated[VaultKeys, Depends(_keys)]


async def _codes(request: Request) -> FollowCodes:
    codes: FollowCodes = request.state.follow_codes
    return codes


Codes = Annotated[FollowCodes, Depends(_codes)]
