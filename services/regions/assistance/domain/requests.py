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
