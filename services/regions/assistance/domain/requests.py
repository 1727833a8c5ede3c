"""What one organ asks of another, and how the asked one answers."""

from enum import StrEnum

from shared.errors import InvalidInput


class Asked(StrEnum):
    """What help is asked for (协查事项)."""

    INQUIRY = "inquiry"  # 调查询问
    SAMPLING = "sampling"  # 采样监测
    ON_SITE_HELP = "on_site_help"  # 现场协助
    RECORDS = "records"  # 调阅资料
    RECOGNITION = "recognition"  # 证据互认
    PRESERVATION = "preservation"  # 证据保全
    SERVICE = "service"  # 送达文书
    OTHER = "other"  # 其他


class Outcome(StrEnum):
    """How far the asked organ could do what was asked."""

    DONE = "done"
    PARTLY = "partly"
    UNABLE = "unable"


class InabilityUnexplained(InvalidInput):
    """Who cannot do what is asked says why (环境行政处罚办法 2010 art. 27)."""

    code = "inability_unexplained"
    zh = "不能完成协查的,应说明原因。"
    en = "An organ that cannot do what is asked says why."


def require_explained(outcome: Outcome, reason: str | None) -> None:
    """InabilityUnexplained if a reply that does not do all that was asked gives no reason."""
    if outcome is not Outcome.DONE and reason is None:
        raise InabilityUnexplained(reason=outcome.value, pointer="/reason")


class CaseMissing(InvalidInput):
    """A matter that was taken over has a case number of the receiver's, kept on both sides."""

    code = "case_missing"
    zh = "已受理办理的移交,应回告受理机关案件编号。"
    en = "A matter that was taken over comes back with the receiver's case number."


def require_case(outcome: Outcome, case_id: str | None) -> None:
    """CaseMissing if a hand-over is answered as done without the receiver's case number."""
    if outcome is Outcome.DONE and case_id is None:
        raise CaseMissing(reason="case", pointer="/receiver_case_id")
