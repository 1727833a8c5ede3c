"""Chapter six: the figures are those of the events just played."""

from ops.demo.intake import CITY_CLERK, YUYAO
from ops.demo.people import Stage


def check(stage: Stage) -> None:
    """Repeat and dissatisfaction rate of three periods, each with its rule."""
    _rates(stage, "330200", "2026-03-01", "2026-03-31", repeat=("1", "4"), bad=("0", "4"))
    _rates(stage, "330200", "2026-03-01", "2026-03-15", repeat=("1", "4"), bad=("2", "4"))
    # Both smell complaints lie half in 余姚: two received count one, the repeat one half.
    _rates(stage, YUYAO, "2026-03-01", "2026-03-31", repeat=("1/2", "1"), bad=("0", "1"))


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
    for rate in found["rates"]:
        counted = (rate["numerator"], rate["denominator"])
        stage.claim(
            f"{division} {first}—{last} {rate['rule_zh']}",
            holds=counted == expected[rate["metric"]],
            seen=f"{rate['numerator']} ÷ {rate['denominator']} = {rate['percent']}%",
        )
