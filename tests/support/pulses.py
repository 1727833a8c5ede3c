"""What the probe service tells and hears."""

from datetime import datetime
from uuid import UUID

from shared.contracts.regions import OperationSummarised


def pulse_of(key: UUID, number: int, at: datetime) -> OperationSummarised:
    return OperationSummarised(
        operation_id=key,
        division="330281",
        divisions=["330282"],
        origin=None,
        inspections=number,
        problems_found=0,
        problems_closed=0,
        summarised_at=at,
        summary="…",
    )
