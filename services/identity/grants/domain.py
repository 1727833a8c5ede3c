"""Grants: who may hold what together."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from shared import divisions
from shared.auth.actor import Role
from shared.errors import RuleViolation

# Three people, and none of them sees business data.
SEPARATE: Final = frozenset(
    {Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR}
)
# More would not fit into a token, and no person works in so many places.
MOST: Final = 64


class RolesSeparated(RuleViolation):
    code = "roles_separated"
    zh = "系统、安全、审计管理员须由不同人员担任,且不得兼任业务角色。"
    en = "System, security and audit administrator are three people without any other role."


class OwnGrant(RuleViolation):
    code = "own_grant"
    zh = "不能变更自己的权限。"
    en = "You cannot change your own rights."


class TooManyGrants(RuleViolation):
    code = "too_many_grants"
    zh = "同一账号的权限过多。"
    en = "The account holds too many grants."


class GuestByExchange(RuleViolation):
    """A stay is prolonged by consent of both sides, not by an administrator of one."""

    code = "guest_by_exchange"
    zh = "该账号因互派交流在此持有授权,延期应经双方同意。"
    en = "The account is a guest here by a staff exchange; a longer stay is agreed on there."


class GrantEnded(RuleViolation):
    code = "grant_ended"
    zh = "权限已被收回。"
    en = "The grant has been withdrawn."


def require_separation(held: Collection[Role], role: Role) -> None:
    """RolesSeparated when `role` may not stand beside what is held already."""
    others = {each for each in held if each is not role}
    if others and (role in SEPARATE or SEPARATE & others):
        raise RolesSeparated
    if len(held) >= MOST:
        raise TooManyGrants


def guest_barrier(held: Collection[Role], *, home: str, account_division: str | None) -> str | None:
    """Why a guest of `home` is given nothing at the host; None if it may be given.

    A bureau sends people of its own: an account kept elsewhere is not one, whoever says so.
    """
    if account_division is None:
        return "account_unknown"
    if not divisions.covers(divisions.scope(home), account_division):
        return "account_of_others"
    try:
        require_separation(held, Role.OFFICER)
    except (RolesSeparated, TooManyGrants) as error:
        return error.code
    return None


def machine_end(ends_at: datetime, *, business: datetime, machine: datetime) -> datetime:
    """An instant of business time in machine time; the two are one outside a simulation."""
    return machine + (ends_at - business)
