"""Figures that practice or we ourselves chose, as dated rows with their source: never literals.

A row is for a scope (`''` is everywhere, `3302` is Ningbo); the narrowest that covers the division
and the latest that is in force win.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import orjson
from sqlmodel.ext.asyncio.session import AsyncSession

from shared import divisions
from shared.db.session import driver, kept_for
from shared.errors import AlreadyExists

KEEP_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Setting:
    """One figure: its value, where it holds, since when, and on what it rests ([seed], [DD])."""

    name: str
    scope: str
    valid_from: date
    value: Any
    basis: str


def effective(settings: Iterable[Setting], *, division: str, on_day: date) -> dict[str, Setting]:
    """The row of every setting that holds for a division on a day."""
    scopes = ("", *divisions.lineage(division))
    fitting = [each for each in settings if each.scope in scopes and each.valid_from <= on_day]
    fitting.sort(key=lambda each: (len(each.scope), each.valid_from))
    return {each.name: each for each in fitting}


def in_force(settings: Iterable[Setting], *, division: str, on_day: date) -> dict[str, Any]:
    """The value of every setting for a division on a day."""
    rows = effective(settings, division=division, on_day=on_day)
    return {name: each.value for name, each in rows.items()}


async def setting_rows(session: AsyncSession) -> tuple[Setting, ...]:
    """Every row as it is now."""
    rows = await (await driver(session)).fetch(
        "SELECT name, scope, valid_from, value, basis FROM rule_setting"
    )
    return tuple(Setting(**row) for row in rows)


async def keep_setting(session: AsyncSession, setting: Setting) -> None:
    """Add a row; AlreadyExists if the figure was set for that scope and day before."""
    kept = await (await driver(session)).execute(
        "INSERT INTO rule_setting (name, scope, valid_from, value, basis)"
        " VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        setting.name,
        setting.scope,
        setting.valid_from,
        orjson.dumps(setting.value).decode(),
        setting.basis,
    )
    if kept == "INSERT 0 0":
        raise AlreadyExists


async def rule_settings(session: AsyncSession, *, division: str, on_day: date) -> Mapping[str, Any]:
    """The settings of this service for a division on a day, at most `KEEP_S` old."""
    return in_force(await _rows(session), division=division, on_day=on_day)


async def figure_by_day(
    session: AsyncSession, name: str, *, division: str
) -> Callable[[date], Any]:
    """One setting for a division as a function of the day, for rules that walk a calendar."""
    rows = [each for each in await _rows(session) if each.name == name]
    return lambda day: in_force(rows, division=division, on_day=day)[name]


async def _rows(session: AsyncSession) -> tuple[Setting, ...]:
    return await kept_for(session, __name__, setting_rows, seconds=KEEP_S)
