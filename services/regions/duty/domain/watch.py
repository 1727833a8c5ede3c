"""What has to be seen to at a desk."""

from enum import StrEnum


class AlertKind(StrEnum):
    THREATENED_SHIFT = "threatened_shift"  # 班次存在缺岗风险
    LATE_HANDOVER = "late_handover"  # 未按时交接班
    ROSTER_RUNS_OUT = "roster_runs_out"  # 值班表即将用尽
    ORDER_UNACKNOWLEDGED = "order_unacknowledged"  # 调度单逾期未签收
