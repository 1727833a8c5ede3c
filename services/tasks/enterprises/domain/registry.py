"""What an object of enforcement is, what must be true of it, and how its life goes on.

One row is one site (现场): what an officer goes to. Sites of one legal person share its credit code
and are told apart by a number (docs/decisions/0039).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from services.tasks.enterprises.domain.industries import require_industry
from shared.credit_codes import is_credit_code
from shared.errors import AlreadyExists, IllegalStep, InvalidInput

MAIN_SITE: Final = 1
OWN_SERIES: Final = "W"


class ObjectKind(StrEnum):
    ENTERPRISE = "enterprise"  # 企业
    INSTITUTION = "institution"  # 事业单位, e.g. a hospital
    SOLE_TRADER = "sole_trader"  # 个体工商户
    NATURAL_PERSON = "natural_person"  # 自然人作坊
    SCATTERED = "scattered"  # 散乱污


# Whose credit code is known, whose may be, and who has none.
WITH_CODE: Final = frozenset({ObjectKind.ENTERPRISE, ObjectKind.INSTITUTION})
WITHOUT_CODE: Final = frozenset({ObjectKind.NATURAL_PERSON})


class Status(StrEnum):
    OPERATING = "operating"  # 在产
    SUSPENDED = "suspended"  # 停产
    CLOSED = "closed"  # 关停
    MERGED = "merged"  # a double of another row


STANDING: Final = frozenset({Status.OPERATING, Status.SUSPENDED})


class Act(StrEnum):
    """`register` begins a life; `import` is registering or amending from a list."""

    REGISTER = "register"
    AMEND = "amend"
    SUSPEND = "suspend"
    RESUME = "resume"
    CLOSE = "close"
    REOPEN = "reopen"
    MERGE = "merge"


TRANSITIONS: Final[Mapping[Status, Mapping[Act, Status]]] = {
    Status.OPERATING: {
        Act.AMEND: Status.OPERATING,
        Act.SUSPEND: Status.SUSPENDED,
        Act.CLOSE: Status.CLOSED,
        Act.MERGE: Status.MERGED,
    },
    Status.SUSPENDED: {
        Act.AMEND: Status.SUSPENDED,
        Act.RESUME: Status.OPERATING,
        Act.CLOSE: Status.CLOSED,
        Act.MERGE: Status.MERGED,
    },
    Status.CLOSED: {Act.REOPEN: Status.OPERATING, Act.MERGE: Status.MERGED},
    Status.MERGED: {},
}
# What ends a row or brings it back is for those who answer for the register.
DECIDED: Final = frozenset({Act.CLOSE, Act.REOPEN, Act.MERGE})


class KeyFlag(StrEnum):
    """重点排污单位: by whom controlled, and the five lists of 2022."""

    STATE_CONTROLLED = "state_controlled"  # 国控
    PROVINCE_CONTROLLED = "province_controlled"  # 省控
    CITY_CONTROLLED = "city_controlled"  # 市控
    KEY_WATER = "key_water"  # 水环境重点排污单位
    KEY_AIR = "key_air"  # 大气环境重点排污单位
    KEY_SOIL = "key_soil"  # 土壤污染监管重点单位
    KEY_NOISE = "key_noise"  # 噪声重点排污单位
    KEY_RISK = "key_risk"  # 环境风险重点管控单位


class PermitKind(StrEnum):
    """排污许可 management classes."""

    KEY = "key"  # 重点管理
    SIMPLIFIED = "simplified"  # 简化管理
    REGISTRATION = "registration"  # 登记管理


class ClosingGround(StrEnum):
    SHUT_DOWN = "shut_down"  # 关停
    DEREGISTERED = "deregistered"  # 注销
    RELOCATED = "relocated"  # 搬迁
    RESTRUCTURED = "restructured"  # 重组, with a successor


class BadCreditCode(InvalidInput):
    code = "bad_credit_code"
    zh = "统一社会信用代码校验不通过(GB 32100-2015)。"
    en = "The unified social credit code is wrong (GB 32100-2015)."


class CodeMismatch(InvalidInput):
    code = "code_mismatch"
    zh = "企业、事业单位须有统一社会信用代码,自然人作坊没有。"
    en = "Enterprises and institutions have a credit code, a natural person's workshop has none."


class PermitIncomplete(InvalidInput):
    code = "permit_incomplete"
    zh = "排污许可有效期须先起后止。"
    en = "A permit ends no earlier than it begins."


class UnknownDivision(InvalidInput):
    code = "unknown_division"
    zh = "不是现行行政区划:{codes}"
    en = "Not a division in force: {codes}"


class EffectiveDay(InvalidInput):
    code = "effective_day"
    zh = "生效日期不得晚于今天,也不得早于上一次变更({last})。"
    en = "A change takes effect no later than today and no earlier than the one before ({last})."


class SuccessorMismatch(InvalidInput):
    code = "successor_mismatch"
    zh = "因重组关停须填写承继单位,其他情形不填写,且不得为其自身。"
    en = "Closing for a restructuring names a successor, closing on another ground names none."


class AlreadyRegistered(AlreadyExists):
    code = "already_registered"
    zh = "该区划内已有此统一社会信用代码的场所({number} 号);确为另一场所时请注明。"
    en = "A site with this credit code is registered there (number {number}); say if it is another."


class SameObject(InvalidInput):
    code = "same_object"
    zh = "须为另一个存续的执法对象。"
    en = "It must be another object, and one that stands."


class ParentCircle(InvalidInput):
    code = "parent_circle"
    zh = "母公司不得为其自身或其下属单位。"
    en = "A parent is neither the object itself nor one below it."


@dataclass(frozen=True, slots=True)
class Point:
    """WGS-84 degrees."""

    longitude: float
    latitude: float


@dataclass(frozen=True, slots=True)
class Permit:
    """排污许可证 (or its registration): number, class, and the days it holds."""

    number: str
    kind: PermitKind
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a site."""

    name: str
    kind: ObjectKind
    division: str
    address: str
    industry: str
    credit_code: str | None = None
    point: Point | None = None
    permit: Permit | None = None
    flags: tuple[KeyFlag, ...] = ()


def check(facts: Facts) -> None:
    """The first thing that is wrong with the facts by themselves, if any."""
    if facts.kind in WITH_CODE and facts.credit_code is None:
        raise CodeMismatch(reason="code", pointer="/credit_code")
    if facts.kind in WITHOUT_CODE and facts.credit_code is not None:
        raise CodeMismatch(reason="code", pointer="/credit_code")
    if facts.credit_code is not None and not is_credit_code(facts.credit_code):
        raise BadCreditCode(reason="check character", pointer="/credit_code")
    require_industry(facts.industry)
    permit = facts.permit
    if permit and permit.valid_from and permit.valid_to and permit.valid_to < permit.valid_from:
        raise PermitIncomplete(reason="permit", pointer="/permit/valid_to")


def step(status: Status, act: Act) -> Status:
    """Where an act leads; IllegalStep if it leads nowhere."""
    try:
        return TRANSITIONS[status][act]
    except KeyError:
        raise IllegalStep(state=status, action=act, allowed=[*TRANSITIONS[status]]) from None


def require_effective(day: date, *, last: date, today: date) -> None:
    """Facts hold from a day on: not before those they replace, not in the future."""
    if not last <= day <= today:
        raise EffectiveDay(reason="day", last=last.isoformat(), pointer="/effective_on")


def require_successor(ground: ClosingGround, *, named: bool) -> None:
    if (ground is ClosingGround.RESTRUCTURED) != named:
        raise SuccessorMismatch(reason="successor", pointer="/successor_id")


def own_code(division: str, year: int, number: int) -> str:
    """The code of an object without a credit code, e.g. 330281-W-2026-0007."""
    return f"{division}-{OWN_SERIES}-{year}-{number:04d}"


def object_code(credit_code: str | None, site_number: int, own: str | None) -> str:
    """By which everybody may name the site; only the first of a legal person has the bare code."""
    if own is not None:
        return own
    return f"{credit_code}" if site_number == MAIN_SITE else f"{credit_code}-{site_number}"
