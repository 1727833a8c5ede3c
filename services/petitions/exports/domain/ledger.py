"""The columns of an exported ledger (台账): those an import reads, and what only a reader needs."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from services.petitions.exports.domain.columns import HEADS, TERMS, Column, term_of
from services.petitions.intake.domain import State
from shared.clocks.days import SHANGHAI
from shared.errors import RuleViolation

MOST_ROWS: Final = 100_000
# Known to a reader only; an import leaves them out.
EXTRA: Final[Mapping[str, str]] = {
    "state": "状态",
    "source_number": "来源编号",
    "office": "登记单位",
    "holder": "承办单位",
    "handler": "承办人",
}
LEFT_OUT: Final = frozenset({Column.APPROXIMATE, Column.PUSHED_ON, Column.RESOLVED_ON})
COLUMNS: Final[Sequence[str]] = (
    Column.OUTSIDE_NUMBER.value,
    *EXTRA,
    *(each.value for each in HEADS if each not in LEFT_OUT and each != Column.OUTSIDE_NUMBER),
)
HEAD_ROW: Final = [EXTRA.get(name) or HEADS[Column(name)][0] for name in COLUMNS]
STATES: Final[Mapping[State, str]] = {
    State.REGISTERED: "已登记",
    State.TRANSFERRED: "已转送",
    State.ASSIGNED: "已交办",
    State.OBJECTED: "异议中",
    State.ACCEPTED: "已受理",
    State.NOT_ACCEPTED: "不予受理",
    State.IN_PROGRESS: "办理中",
    State.REPLIED: "已答复",
    State.REOPENED: "重新办理",
    State.UNDER_REVIEW: "复查中",
    State.REVIEWED: "已复查",
    State.UNDER_RE_REVIEW: "复核中",
    State.FINAL: "复核终结",
    State.CLOSED: "已办结",
}


class TooManyRows(RuleViolation):
    code = "export_too_large"
    zh = "超过 {most} 行,请缩小范围后再导出。"
    en = "More than {most} rows; narrow the list before exporting it."


def line(facts: Mapping[str, Any]) -> list[str]:
    """A row of the ledger in the words an office uses."""
    return [_cell(name, facts.get(name)) for name in COLUMNS]


def _cell(name: str, value: Any) -> str:  # noqa: ANN401 -- any column; one each kind
    match value:
        case None:
            return ""
        case bool():
            return "是" if value else "否"
        case datetime():
            return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
        case list():
            return ";".join(_cell(name, each) for each in value)
        case dict():
            return ";".join(f"{key}={each}" for key, each in value.items())
        case _:
            return _term(name, value)


def _term(name: str, value: str | int) -> str:
    if name == "state":
        return STATES[State(str(value))]
    return term_of(Column(name), str(value)) if name in TERMS else str(value)
