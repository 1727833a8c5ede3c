"""The body of a petition, for tests that need any resource at all."""

from datetime import datetime
from typing import Any

from tests.support.postgres import CLOCK_STARTS


def a_petition(*, received_at: datetime = CLOCK_STARTS, **facts: Any) -> dict[str, Any]:
    return {
        "channel": "hotline_12345",
        "media": ["air"],
        "office": "330281",
        "divisions": ["330281"],
        "title": "夜间酸味",
        "body": "夜里有酸味",
        "place": "长河镇",
        "received_at": received_at.isoformat(),
        **facts,
    }
