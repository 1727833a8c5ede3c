"""What a staff exchange of `regions` means here: a right at the host, as long as the stay."""

from collections.abc import Mapping
from typing import Final

from services.identity.grants.use_cases.guests import arrived, left
from shared.contracts.regions import GuestArrived, GuestLeft
from shared.messaging.inbox import Handler, on

HANDLERS: Final[Mapping[str, Handler]] = dict([on(GuestArrived, arrived), on(GuestLeft, left)])
