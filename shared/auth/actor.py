"""Who is asking: a person, an outside platform or another service, with rights as of now."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from shared import divisions


class Role(StrEnum):
    """What a grant makes somebody, within a division subtree (DOMAIN 1.1)."""

    COUNTY_LEADER_IN_CHARGE = "county_leader_in_charge"  # 县(市、区)政府分管领导
    DEPARTMENT_HEAD = "department_head"  # 部门主要领导
    COMMAND_CENTER = "command_center"  # 指挥中心
    OFFICER = "officer"  # 执法人员
    LEGAL_REVIEWER = "legal_reviewer"  # 法制审核人员
    GRID_OFFICER = "grid_officer"  # 网格员
    GRID_LEAD = "grid_lead"  # 网格长
    AUDITOR = "auditor"  # 稽查人员
    DISCIPLINE_OFFICER = "discipline_officer"  # 驻局纪检监察组
    PETITION_CLERK = "petition_clerk"  # 信访工作人员
    PETITIONER = "petitioner"  # 信访人
    ENTERPRISE_CONTACT = "enterprise_contact"  # 排污单位环保负责人
    ASSISTANCE_TEAM = "assistance_team"  # 第三方帮扶队伍
    SYSTEM_ADMINISTRATOR = "system_administrator"  # 系统管理员
    SECURITY_ADMINISTRATOR = "security_administrator"  # 安全管理员
    AUDIT_ADMINISTRATOR = "audit_administrator"  # 审计管理员
    PLATFORM = "platform"  # 省级等外部平台


class ActorKind(StrEnum):
    ACCOUNT = "account"
    CLIENT = "client"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Grant:
    """A role within a division subtree."""

    role: Role
    scope: str


@dataclass(frozen=True, slots=True)
class Actor:
    """The caller as the service token names it.

    `via` is the chain of services that acted on the caller's behalf, nearest first. `reads` are
    scopes of ended divisions whose history the caller may see without any right to act there.
    """

    id: UUID
    kind: ActorKind
    name: str
    grants: tuple[Grant, ...] = ()
    session_id: UUID | None = None
    via: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()

    @property
    def scopes(self) -> tuple[str, ...]:
        return tuple(sorted({*(grant.scope for grant in self.grants), *self.reads}))

    def holds(self, roles: frozenset[Role]) -> bool:
        """Whether any grant, wherever, has one of the roles."""
        return any(grant.role in roles for grant in self.grants)

    def holds_at(self, roles: frozenset[Role], division: str) -> bool:
        """Whether a grant of one of the roles covers the division from above or at it."""
        return any(
            grant.role in roles and divisions.covers(grant.scope, division) for grant in self.grants
        )

    def is_of(self, roles: frozenset[Role], division: str) -> bool:
        """Whether a grant of one of the roles is exactly the division's own, not a superior's."""
        own = divisions.scope(division)
        return any(grant.role in roles and grant.scope == own for grant in self.grants)
