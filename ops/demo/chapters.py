"""The story in its order; each chapter hands what it made to the next."""

from ops.demo import city, figures, inspection, intake, leaders, weekly
from ops.demo.people import Stage


def play(stage: Stage) -> None:
    """Four complaints, two call-backs gone wrong, one raised, one taken up by the city."""
    stage.chapter("1 四件信访:登记、交办、受理、办理、答复 · four complaints")
    intake.found_working_group(stage)
    matters = intake.receive(stage)
    intake.handle(stage, matters)
    stage.chapter("2 回访 · call-backs")
    intake.call_back(stage, matters)
    stage.chapter("3 周报 · the weekly report")
    weekly.report(stage, matters)
    stage.chapter("4 提级督办与跨县联合检查 · supervision raised, a cross-county inspection")
    raised = leaders.raise_smell(stage, matters)
    inspection.inspect_at_night(stage, raised)
    leaders.resolve_smell(stage, matters, raised)
    stage.chapter("5 月报通报并提交市级 · named in the monthly report, solved by the city")
    kept = leaders.keep_dust(stage, matters)
    city.name_and_submit(stage, kept)
    city.operate(stage, matters, kept)
    stage.chapter("6 统计 · the figures")
    figures.check(stage)
