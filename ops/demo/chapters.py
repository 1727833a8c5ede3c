"""The story in its order; each chapter hands what it made to the next."""

from typing import Final

from ops.demo import city, figures, inspection, intake, leaders, setting, weekly
from ops.demo.people import Stage

TITLES: Final = (
    "0 宁波:区划、接壤、日历 · the setting",
    "1 四件信访:登记、交办、受理、办理、答复 · four complaints",
    "2 回访 · call-backs",
    "3 周报 · the weekly report",
    "4 提级督办与跨县联合检查 · supervision raised, a cross-county inspection",
    "5 月报通报并提交市级 · named in the monthly report, solved by the city",
    "6 统计 · the figures",
)
SETTING, COMPLAINTS, CALLBACKS, WEEKLY, SUPERVISED, CITY_LEVEL, FIGURES = TITLES


def play(stage: Stage) -> None:
    """Four complaints, two call-backs gone wrong, one raised, one taken up by the city."""
    stage.chapter(SETTING)
    setting.check(stage)
    stage.chapter(COMPLAINTS)
    intake.found_working_group(stage)
    matters = intake.receive(stage)
    intake.handle(stage, matters)
    stage.chapter(CALLBACKS)
    intake.call_back(stage, matters)
    stage.chapter(WEEKLY)
    issued = weekly.report(stage, matters)
    stage.chapter(SUPERVISED)
    raised = leaders.raise_smell(stage, matters)
    # The other leader has as few days to decide.
    stage.chapter(CITY_LEVEL)
    kept = leaders.keep_dust(stage, matters)
    stage.chapter(SUPERVISED)
    inspection.inspect_at_night(stage, raised)
    leaders.resolve_smell(stage, matters, raised)
    stage.chapter(CITY_LEVEL)
    city.name_and_submit(stage, kept)
    city.operate(stage, matters, kept)
    stage.chapter(FIGURES)
    figures.check(stage)
    weekly.check_unchanged(stage, issued)
    stage.claim(
        "每一步都有无权者被拒绝", holds=not stage.unguarded(), seen=stage.unguarded() or "403/404"
    )
