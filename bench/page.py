"""What the gateway is made to fetch."""

from typing import Final

import orjson

# A page of a list: 2.5 kB of JSON.
PAGE: Final = orjson.dumps(
    {
        "items": [
            {"number": f"330200-2026-{number:06d}", "state": "in_progress", "title": "night smell"}
            for number in range(32)
        ],
        "next": None,
    }
)
