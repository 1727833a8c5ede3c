"""Asking the other services which of their running clocks a notice would move."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from shared.clock_rows.internal import PREVIEW
from shared.clocks.calendar import CalendarYear
from shared.clocks.json_form import calendar_year_to_json
from shared.contracts.regions import CalendarPublished, ClockPreview, ClockPreviewQuery
from shared.errors import Unavailable
from shared.http.client import ServiceClient, UpstreamProblem

log = logging.getLogger(__name__)

WITH_CLOCKS: Final = ("tasks", "petitions")


@dataclass(frozen=True, slots=True)
class Peers:
    """The services that keep clocks of their own."""

    clients: Mapping[str, ServiceClient]

    async def previews(self, year: CalendarYear, *, most: int) -> dict[str, ClockPreview | None]:
        """What each says; None for one that does not answer."""
        query = ClockPreviewQuery(
            calendar=CalendarPublished(**calendar_year_to_json(year)), most=most
        )
        answers = await asyncio.gather(*(self._ask(name, query) for name in WITH_CLOCKS))
        return dict(zip(WITH_CLOCKS, answers, strict=True))

    async def _ask(self, name: str, query: ClockPreviewQuery) -> ClockPreview | None:
        client = self.clients.get(name)
        if client is None:
            return None
        try:
            answer = await client.post(PREVIEW, json=query.model_dump(mode="json"))
            return ClockPreview.model_validate_json(answer.content)
        except (Unavailable, UpstreamProblem, ValidationError):
            log.warning("no preview of clocks", extra={"service": name})
            return None
