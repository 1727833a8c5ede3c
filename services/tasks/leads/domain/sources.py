"""Where a lead comes from, and who may be told so (DOMAIN 2.7, 3.1)."""

from enum import StrEnum
from typing import Final

from shared.errors import InvalidInput


class Source(StrEnum):
    """线索来源; `undisclosed` is what a reader is shown who may not know the source."""

    MINISTRY = "ministry"  # 部交办
    ONLINE_MONITORING = "online_monitoring"  # 在线监控
    PROCESS_MONITORING = "process_monitoring"  # 工况监控
    ELECTRICITY = "electricity"  # 用电监控
    VIDEO = "video"  # 视频监控
    DRONE = "drone"  # 无人机
    LIDAR = "lidar"  # 走航监测
    SATELLITE = "satellite"  # 卫星遥感
    INFRARED = "infrared"  # 红外热成像仪
    PID = "pid"  # PID 检测仪
    STATION = "station"  # 空气站异常
    GRID = "grid"  # 网格巡查
    PETITION = "petition"  # 信访举报
    REWARD_REPORT = "reward_report"  # 有奖举报
    PRESS = "press"  # 媒体曝光
    NETWORK_OPINION = "network_opinion"  # 网络舆情
    DEMOCRATIC_SUPERVISION = "democratic_supervision"  # 民主监督
    PEER_REGION = "peer_region"  # 外地移交
    DISCIPLINE_GROUP = "discipline_group"  # 驻局纪检监察组
    UNDISCLOSED = "undisclosed"  # 线索


class StationClass(StrEnum):
    """Whose ambient station showed the anomaly."""

    NATIONAL = "national"  # 国控
    PROVINCIAL = "provincial"  # 省控
    MICRO = "micro"  # 小微站
    COMPONENT = "component"  # 组分站


# Behind these stands a person who must not be found. Any other lead may be marked so too, and
# because it may, a hidden source does not say that somebody complained.
CONFIDENTIAL: Final = frozenset({Source.PETITION, Source.REWARD_REPORT, Source.DISCIPLINE_GROUP})


class SourceUnstated(InvalidInput):
    code = "lead_source_unstated"
    zh = "登记线索须说明来源。"
    en = "Who enters a lead says where it comes from."


class StationClassMisplaced(InvalidInput):
    code = "station_class_misplaced"
    zh = "空气站异常线索须注明站点类别,其他来源不得填写。"
    en = "The class of the station is stated for an ambient station, and for nothing else."


def check_source(source: Source, station: StationClass | None) -> None:
    if source is Source.UNDISCLOSED:
        raise SourceUnstated(reason="source", pointer="/source")
    if (source is Source.STATION) is (station is None):
        raise StationClassMisplaced(reason="station_class", pointer="/station_class")


def is_confidential(source: Source, *, marked: bool) -> bool:
    return marked or source in CONFIDENTIAL


def shown(source: Source, *, confidential: bool) -> Source:
    """The source as everybody may know it; rules count with it, so that no figure betrays more."""
    return Source.UNDISCLOSED if confidential else source
