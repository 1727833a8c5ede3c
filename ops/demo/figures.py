"""Chapter six: the figures are those of the events just played."""

from fractions import Fraction

from ops.demo.intake import CITY_CLERK, CIXI, YUYAO
from ops.demo.people import WRONG_PERSON, Stage


def check(stage: Stage) -> None:
    """Repeat and dissatisfaction rate of three periods, each with its rule."""
    _rates(stage, "330200", "2026-03-01", "2026-03-31", repeat=("1", "4"), bad=("0", "4"))
    _rates(stage, "330200", "2026-03-01", "2026-03-15", repeat=("1", "4"), bad=("2", "4"))
    # Both smell complaints lie half in 余姚: two received count one, the repeat one half.
    _rates(stage, YUYAO, "2026-03-01", "2026-03-31", repeat=("1/2", "1"), bad=("0", "1"))
    _not_for_others(stage)


def _rates(
    stage: Stage,
    division: str,
    first: str,
    last: str,
    *,
    repeat: tuple[str, str],
    bad: tuple[str, str],
) -> None:
    found = stage.person(CITY_CLERK).get(
        "/petition-statistics", division=division, first_day=first, last_day=last
    )
    expected = {"repeat_rate": repeat, "dissatisfaction_rate": bad}
    rates = {rate["metric"]: rate for rate in found["rates"]}
    stage.claim(
        f"{division} 公布重复率和不满意率", holds=expected.keys() <= rates.keys(), seen=[*rates]
    )
    for rate in (rates[metric] for metric in expected):
        counted = (rate["numerator"], rate["denominator"])
        stage.claim(
            f"{division} {first}—{last} {rate['rule_zh']}",
            holds=counted == expected[rate["metric"]]
            and rate["percent"] == _percent(*counted)
            and bool(rate["rule_zh"] and rate["version"]),
            seen=f"{rate['numerator']} ÷ {rate['denominator']} = {rate['percent']}%",
        )


def _percent(numerator: str, denominator: str) -> str:
    """One decimal; the story's fractions need no rounding."""
    return f"{float(100 * Fraction(numerator) / Fraction(denominator)):.1f}"


def _not_for_others(stage: Stage) -> None:
    """A county, or another city, does not get the city's figures."""
    period = {"division": "330200", "first_day": "2026-03-01", "last_day": "2026-03-31"}
    for login in (f"{CIXI}-petition-clerk-1", "510100-petition-clerk-1"):
        answer = stage.person(login).http.get("/api/v1/petition-statistics", params=period)
        stage.claim(
            f"{login[:6]} 不能查宁波全市统计",
            holds=answer.status_code in WRONG_PERSON,
            seen=answer.status_code,
        )
