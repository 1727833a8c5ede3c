"""How groups stand with what they owe."""

from collections.abc import Sequence
from datetime import date

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.groups import queries
from services.regions.groups.domain.quotas import Compliance, compliance
from services.regions.groups.models import JointGroup
from services.regions.groups.use_cases.slots import figures_of, owed


async def standing(
    session: AsyncSession, groups: Sequence[JointGroup], *, year: int, today: date
) -> list[tuple[JointGroup, tuple[Compliance, ...]]]:
    """Each group with its quotas of a year: done of required, and what is to be expected."""
    held = await queries.slots_of(session, [each.id for each in groups])
    found = []
    for group in groups:
        figures = await figures_of(session, group, on_day=today)
        quotas = owed(group, year, figures)
        lines = tuple(compliance(each, held[group.id], figures, today=today) for each in quotas)
        found.append((group, lines))
    return found
