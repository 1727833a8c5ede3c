"""回头看: closed problems looked at again, drawn so that nobody can choose them (DOMAIN 3.8, 3.13).

The nonce's hash is written down before the pool is, another person freezes the pool, and only then
is the nonce shown: whoever fixed the pool did not know the nonce, and the reverse.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final
from uuid import UUID

from services.tasks.draws.domain.sampling import number, sample, seed_of
from shared.errors import IllegalStep, RuleViolation

MIN_VISITORS: Final = 2


class LookBackState(StrEnum):
    COMMITTED = "committed"
    FROZEN = "frozen"
    REVEALED = "revealed"
    DONE = "done"


class LookBackAction(StrEnum):
    FREEZE = "freeze"
    REVEAL = "reveal"
    ASSIGN = "assign"
    REPORT = "report"


LOOK_BACKS: Final[Mapping[LookBackState, Mapping[LookBackAction, LookBackState]]] = {
    LookBackState.COMMITTED: {LookBackAction.FREEZE: LookBackState.FROZEN},
    LookBackState.FROZEN: {LookBackAction.REVEAL: LookBackState.REVEALED},
    LookBackState.REVEALED: {
        LookBackAction.ASSIGN: LookBackState.REVEALED,
        LookBackAction.REPORT: LookBackState.REVEALED,
    },
    LookBackState.DONE: {},
}


class Finding(StrEnum):
    """What was seen at a closed problem."""

    KEPT = "kept"
    RELAPSE = "relapse"


class NothingClosed(RuleViolation):
    code = "nothing_closed"
    zh = "该地区该时段没有已销号的问题。"
    en = "No problem of that division was closed in those days."


class PeriodOpen(RuleViolation):
    code = "period_open"
    zh = "时段须已结束:{ends_on} 之后方可抽取。"
    en = "The days must be over: drawn after {ends_on}."


class DrawnBefore(RuleViolation):
    """Who may draw twice keeps the draw that pleases."""

    code = "drawn_before"
    zh = "该地区该时段(或其中一部分)已经抽取过。"
    en = "Some of these days were drawn from already."


class SamePerson(RuleViolation):
    code = "same_person"
    zh = "发起抽取的人不得冻结名单。"
    en = "Who commits the seed does not freeze the pool."


class TooFewVisitors(RuleViolation):
    code = "too_few_visitors"
    zh = "回头看不得少于 {needed} 人。"
    en = "At least {needed} people look back."


class TookPart(RuleViolation):
    code = "took_part"
    zh = "{name} 参与过该问题的整改、核查或验收,不得回头看。"
    en = "{name} put the problem right, verified or accepted it, and does not look back at it."


class NotAssigned(RuleViolation):
    code = "not_assigned"
    zh = "回头看结果由被指派人员登记。"
    en = "The result is entered by one of those who were sent."


class AlreadyReported(RuleViolation):
    code = "already_reported"
    zh = "该样本已登记结果。"
    en = "The result of this sample was entered already."


def look_back_step(state: LookBackState, action: LookBackAction) -> LookBackState:
    try:
        return LOOK_BACKS[state][action]
    except KeyError:
        raise IllegalStep(state=state, action=action, allowed=[*LOOK_BACKS[state]]) from None


def commitment(nonce: bytes) -> str:
    """What is published before the pool is frozen."""
    return hashlib.sha256(nonce).hexdigest()


def pool_hash(ids: Iterable[str]) -> str:
    """What is published when the pool is frozen: over the sorted ids, one a line."""
    return hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest()


def seed(look_back_id: UUID, pool: Sequence[str], nonce: bytes) -> bytes:
    """The seed of draws, with the pool as snapshot: DOMAIN 3.3, `draws.domain.sampling`."""
    return seed_of(look_back_id, bytes.fromhex(pool_hash(pool)), nonce)


def size(pool: Sequence[str], ratio: Decimal) -> int:
    """How many are looked at: the ratio rounded up, at least one."""
    return number(len(pool), Fraction(ratio), 1)


def draw(look_back_id: UUID, pool: Sequence[str], nonce: bytes, ratio: Decimal) -> list[str]:
    """Which problems are looked at again: nothing but pool and nonce decide it."""
    return sample(seed(look_back_id, pool, nonce), pool, size(pool, ratio))


def check_visitors(visitors: Sequence[tuple[UUID, str]], *, barred: Iterable[UUID]) -> None:
    """Two at least, none of whom had a hand in the closing."""
    if len({account for account, _ in visitors}) < MIN_VISITORS:
        raise TooFewVisitors(needed=MIN_VISITORS)
    barred = set(barred)
    for account, name in visitors:
        if account in barred:
            raise TookPart(name=name)
