"""Grants: who may hold what together."""

from collections.abc import Collection
from typing import Final

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
