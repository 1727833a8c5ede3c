"""The figures of draws in force for a division on a day."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.draws.domain.pool import level_of
from shared.rule_settings import rule_settings

RATIOS: Final = "draw.ratios"
STAFF_RATIO: Final = "draw.staff_ratio"
STEP_HOURS: Final = "draw.step_hours"
PUBLISH_DAYS: Final = "draw.publish_days"
FOLLOW_UP_RATIOS: Final = "draw.follow_up_ratios"
LISTED_INTERVAL: Final = "draw.listed_interval_days"


async def ratio_table(session: AsyncSession, division: str, *, on_day: date) -> Mapping[str, Any]:
    """Ratio and floor by class for the level of a division."""
    figures = await rule_settings(session, division=division, on_day=on_day)
    table: Mapping[str, Any] = figures[RATIOS][level_of(division)]
    return table
