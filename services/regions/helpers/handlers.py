"""What this subject does when others report."""

from collections.abc import Mapping
from typing import Final

from services.regions.helpers.use_cases.taking_part import keep_petition
from shared.contracts.petitions import SupervisorTookPart
from shared.messaging.inbox import Handler, on

HANDLERS: Final[Mapping[str, Handler]] = dict([on(SupervisorTookPart, keep_petition)])
