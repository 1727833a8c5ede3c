"""What places published, as rows an archive import takes, with the figures they must give.

The sums are the published ones; the single items are made up, since nobody publishes those. Each
batch has a generator without arguments but its divisions, and its `Expected` beside it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

Row = dict[str, str]
MEDIA: Final = ("air", "noise", "water", "air;noise")
CHANNELS: Final = ("hotline_12345", "hotline_12369", "network", "letter")


@dataclass(frozen=True, slots=True)
class Expected:
    """A figure as `GET /petition-statistics/{metric}` must answer it."""

    metric: str
    division: str
    first_day: str
    last_day: str
    numerator: str
    denominator: str | None
    rounded: str
    decimals: int = 1
    approximate: bool = False
    change: str | None = None
    change_percent: str | None = None

    @property
    def query(self) -> dict[str, str]:
        return {
            "division": self.division,
            "first_day": self.first_day,
            "last_day": self.last_day,
            "decimals": str(self.decimals),
        }


@dataclass(frozen=True, slots=True)
class Batch:
    """One file: who loads it, its rows, and what it must give. `source` names who sent it."""

    source: str
    office: str
    rows: Callable[[], list[Row]]
    expected: Sequence[Expected] = field(default=())


def _spread(count: int, first: date, last: date) -> Iterator[date]:
    """So many days of a period, evenly, its first and last day among them."""
    days = (last - first).days
    for number in range(count):
        yield first + timedelta(days=days * number // max(count - 1, 1))


def _item(prefix: str, number: int, day: date, divisions: str) -> Row:
    return {
        "outside_number": f"{prefix}-{number:05d}",
        "channel": CHANNELS[number % len(CHANNELS)],
        "media": MEDIA[number % len(MEDIA)],
        "divisions": divisions,
        "title": f"反映污染问题 {prefix} {number}",
        "body": "附近有污染,请查处。",
        "place": "工业园",
        "object_name": f"示例{number % 40:02d}厂",
        "received_at": f"{day.isoformat()} 10:00",
        "identification": "withheld",
    }


XINDU: Final = "510114"


def xindu() -> list[Row]:
    """新都: 359余件, of which 16 repeats; the year before 352 with 20."""
    rows = []
    for year, items, repeats in ((2022, 352, 20), (2023, 359, 16)):
        for number, day in enumerate(_spread(items, date(year, 1, 1), date(year, 12, 31))):
            row = _item(f"XD{year}", number, day, XINDU)
            row |= {"repeat": "是"} if number < repeats else {}
            row |= {"approximate": "是"} if year == 2023 else {}
            rows.append(row)
    return rows


ZHOUSHAN: Final = "330900"
ZHOUSHAN_COUNTIES: Final = ("330902", "330903", "330921", "330922")


def zhoushan() -> list[Row]:
    """舟山: 279 petitions, -5.1 % year on year; hence 294 the year before."""
    return [
        _item(f"ZS{year}", number, day, ZHOUSHAN_COUNTIES[number % len(ZHOUSHAN_COUNTIES)])
        for year, items in ((2023, 294), (2024, 279))
        for number, day in enumerate(_spread(items, date(year, 1, 1), date(year, 12, 31)))
    ]


NINGBO: Final = "330200"
NINGBO_COUNTIES: Final = ("330203", "330205", "330206", "330281", "330282")


def _handled(day: date, *, satisfied: bool) -> Row:
    """Accepted, answered, called back and closed within the month."""
    result = {"callback_result": "满意", "callback_solved": "已解决"}
    if not satisfied:
        result = {"callback_result": "不满意", "callback_solved": "未解决"}
    return {
        "accepted_at": f"{(day + timedelta(days=2)).isoformat()} 09:00",
        "replied_at": f"{(day + timedelta(days=20)).isoformat()} 09:00",
        "closed_at": f"{(day + timedelta(days=22)).isoformat()} 09:00",
        "callback_at": f"{(day + timedelta(days=22)).isoformat()} 09:00",
        **result,
    }


def ningbo() -> list[Row]:
    """宁波 before and after the through-train: each year 1,000 items, all of them called back.

    Repeats 128, then 49; dissatisfied 33, then 6. Received by November, so that each is called
    back in the year it came.
    """
    rows = []
    for year, repeats, dissatisfied in ((2022, 128, 33), (2024, 49, 6)):
        for number, day in enumerate(_spread(1000, date(year, 6, 1), date(year, 11, 30))):
            row = _item(f"NB{year}", number, day, NINGBO_COUNTIES[number % len(NINGBO_COUNTIES)])
            row |= _handled(day, satisfied=number % 30 != 7 or number // 30 >= dissatisfied)
            row |= {"repeat": "是"} if number % 7 == 3 and number // 7 < repeats else {}
            rows.append(row)
    return rows


def ningbo_pushed() -> list[Row]:
    """宁波: 1,634 important items pushed and solved, repeats and dissatisfied ones."""
    rows = []
    for number, day in enumerate(_spread(1634, date(2023, 1, 1), date(2023, 10, 31))):
        row = _item("NBT", number, day, NINGBO_COUNTIES[number % len(NINGBO_COUNTIES)])
        bad = number % 5 == 0
        row |= _handled(day, satisfied=not bad) | ({} if bad else {"repeat": "是"})
        pushed = day + timedelta(days=23 + (7 - (day + timedelta(days=23)).weekday()) % 7)
        row |= {
            "pushed_on": pushed.isoformat(),
            "resolved_on": (pushed + timedelta(days=20)).isoformat(),
        }
        rows.append(row)
    return rows


# 杭州湾新区 has no code of GB/T 2260 of its own; a zone's stands here as any division's does.
YUYAO, CIXI, ZONE = "330281", "330282", "330205"


def half_counts() -> list[Row]:
    """Thirteen letters: 余姚 7, 慈溪 4.5, 杭州湾新区 1.5; one concerns the last two alike (S59)."""
    places = [YUYAO] * 7 + [CIXI] * 4 + [ZONE] + [f"{CIXI};{ZONE}"]
    rows = []
    for number, (divisions, day) in enumerate(
        zip(places, _spread(13, date(2025, 9, 1), date(2025, 9, 30)), strict=True)
    ):
        row = _item("HALF", number, day, divisions) | {"channel": "inspection_group"}
        row |= {"division_shares": f"{CIXI}=1/2;{ZONE}=1/2"} if ";" in divisions else {}
        rows.append(row)
    return rows


_SEPTEMBER: Final = ("2025-09-01", "2025-09-30")
BATCHES: Final = (
    Batch(
        "published-xindu",
        XINDU,
        xindu,
        (
            Expected(
                "repeat_rate",
                XINDU,
                "2023-01-01",
                "2023-12-31",
                "16",
                "359",
                "4.46",
                decimals=2,
                approximate=True,
            ),
            Expected(
                "repeat_rate",
                XINDU,
                "2023-01-01",
                "2023-12-31",
                "16",
                "359",
                "4.5",
                approximate=True,
            ),
            Expected(
                "received",
                XINDU,
                "2023-01-01",
                "2023-12-31",
                "359",
                None,
                "359",
                approximate=True,
                change="7/352",
                change_percent="2.0",
            ),
            Expected("received", XINDU, "2022-01-01", "2022-12-31", "352", None, "352"),
        ),
    ),
    Batch(
        "published-zhoushan",
        ZHOUSHAN,
        zhoushan,
        (
            Expected(
                "received",
                ZHOUSHAN,
                "2024-01-01",
                "2024-12-31",
                "279",
                None,
                "279",
                change="-5/98",
                change_percent="-5.1",
            ),
        ),
    ),
    Batch(
        "published-ningbo",
        NINGBO,
        ningbo,
        (
            Expected("repeat_rate", NINGBO, "2022-01-01", "2022-12-31", "128", "1000", "12.8"),
            Expected("repeat_rate", NINGBO, "2024-01-01", "2024-12-31", "49", "1000", "4.9"),
            Expected(
                "dissatisfaction_rate", NINGBO, "2022-01-01", "2022-12-31", "33", "1000", "3.3"
            ),
            Expected(
                "dissatisfaction_rate", NINGBO, "2024-01-01", "2024-12-31", "6", "1000", "0.6"
            ),
            Expected("closed", NINGBO, "2024-01-01", "2024-12-31", "1000", None, "1000"),
            Expected(
                "average_days_to_close",
                NINGBO,
                "2024-01-01",
                "2024-12-31",
                "20000",
                "1000",
                "20.0",
            ),
        ),
    ),
    Batch(
        "published-ningbo-train",
        NINGBO,
        ningbo_pushed,
        (
            Expected("pushed", NINGBO, "2023-01-01", "2023-12-31", "1634", None, "1634"),
            Expected("resolved", NINGBO, "2023-01-01", "2023-12-31", "1634", None, "1634"),
        ),
    ),
    Batch(
        "published-half-counts",
        NINGBO,
        half_counts,
        (
            Expected("received", NINGBO, *_SEPTEMBER, "13", None, "13"),
            Expected("received", YUYAO, *_SEPTEMBER, "7", None, "7"),
            Expected("received", CIXI, *_SEPTEMBER, "9/2", None, "4.5"),
            Expected("received", ZONE, *_SEPTEMBER, "3/2", None, "1.5"),
        ),
    ),
)
