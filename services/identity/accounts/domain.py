"""Accounts: how fast guessing gets slow, and which passwords are refused."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from shared.errors import InvalidInput, RuleViolation

# Wrong guesses that cost nothing: people mistype.
FREE_GUESSES: Final = 5
LONGEST_DELAY: Final = timedelta(minutes=15)
# Distinct characters a password needs; "aaaaaaaaaaaa" and "121212121212" have fewer.
VARIETY: Final = 5


class Action(StrEnum):
    """What a security administrator does to an account."""

    DISABLE = "disable"
    ENABLE = "enable"


class WeakPassword(InvalidInput):
    code = "weak_password"


class IllegalAccountStep(RuleViolation):
    code = "illegal_step"
    zh = "账号当前状态不允许此操作({action})。"
    en = "The account's state does not allow this ({action})."


class OwnAccount(RuleViolation):
    """Nobody shuts out himself: a stack could lose its last administrator."""

    code = "own_account"
    zh = "不能停用自己的账号。"
    en = "You cannot disable your own account."


class LoginNameTaken(RuleViolation):
    code = "login_name_taken"
    zh = "登录名已被使用。"
    en = "The login name is taken."


def delay(failures: int) -> timedelta:
    """How long nothing is tried after so many wrong guesses: doubling, up to fifteen minutes.

    It ends by itself and counts for one source of guesses only, so it cannot be used to shut the
    owner out for good.
    """
    beyond = failures - FREE_GUESSES
    if beyond <= 0:
        return timedelta(0)
    # The exponent is bounded as well: a counter left alone for years must not overflow.
    return min(timedelta(seconds=2 ** min(beyond, 30)), LONGEST_DELAY)


def is_barred(failures: int, blocked_until: datetime, *, now: datetime) -> bool:
    """Whether a further guess is not judged. Free guesses made at once do not bar each other."""
    return failures > FREE_GUESSES and now < blocked_until


def require_fit(password: str, *, login_name: str) -> None:
    """WeakPassword when it repeats itself or the login name. Its length is the schema's matter."""
    if len(set(password)) < VARIETY or login_name.lower() in password.lower():
        raise WeakPassword(reason="password", pointer="/password")


def allowed(disabled_at: datetime | None) -> Sequence[Action]:
    """The steps an account's state allows."""
    return [Action.DISABLE if disabled_at is None else Action.ENABLE]
