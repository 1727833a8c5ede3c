"""The columns of a table that leaves or comes in: their names, and the terms of their values.

An office's own ledgers (台账) have Chinese heads and terms; both are read. DOMAIN 2.1, 2.5, 2.6
and 6.3 have the terms.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from services.petitions.callbacks.domain import Result, Solved
from services.petitions.handling.domain.acceptance import RefusalReason
from services.petitions.handling.domain.answer import Outcome
from services.petitions.intake.domain import Form, Medium, Purpose, Urgency
from services.petitions.profiles.domain import Channel, Track


class Column(StrEnum):
    OUTSIDE_NUMBER = "outside_number"
    CHANNEL = "channel"
    MEDIA = "media"
    PURPOSE = "purpose"
    FORM = "form"
    URGENCY = "urgency"
    TRACK = "track"
    DIVISIONS = "divisions"
    DIVISION_SHARES = "division_shares"
    TITLE = "title"
    BODY = "body"
    PLACE = "place"
    OBJECT_NAME = "object_name"
    OBJECT_CODE = "object_code"
    INDUSTRY = "industry"
    AT_NIGHT = "at_night"
    MOMENTARY = "momentary"
    HEAD_COUNT = "head_count"
    RECEIVED_AT = "received_at"
    PETITIONER_NAME = "petitioner_name"
    PETITIONER_PHONE = "petitioner_phone"
    PETITIONER_ID_NUMBER = "petitioner_id_number"
    PETITIONER_ADDRESS = "petitioner_address"
    IDENTIFICATION = "identification"
    REPEAT_OF = "repeat_of"
    REPEAT = "repeat"
    APPROXIMATE = "approximate"
    ACCEPTED_AT = "accepted_at"
    REFUSED_AT = "refused_at"
    REFUSAL_GROUND = "refusal_ground"
    REPLIED_AT = "replied_at"
    OUTCOME = "outcome"
    REPLY = "reply"
    CALLBACK_AT = "callback_at"
    CALLBACK_RESULT = "callback_result"
    CALLBACK_SOLVED = "callback_solved"
    CLOSED_AT = "closed_at"
    PUSHED_ON = "pushed_on"
    RESOLVED_ON = "resolved_on"


class Identification(StrEnum):
    REAL_NAME = "real_name"
    ANONYMOUS = "anonymous"
    WITHHELD = "withheld"  # an archive knows who it was; this office was not told


IDENTITY: Final = frozenset(
    {
        Column.PETITIONER_NAME,
        Column.PETITIONER_PHONE,
        Column.PETITIONER_ID_NUMBER,
        Column.PETITIONER_ADDRESS,
    }
)
# What a petition registered now cannot know yet.
ARCHIVE_ONLY: Final = frozenset(
    {
        *list(Column)[list(Column).index(Column.ACCEPTED_AT) :],
        Column.REPEAT_OF,
        Column.REPEAT,
        Column.APPROXIMATE,
    }
)

# The first name is the one a template and an export write.
HEADS: Final[Mapping[Column, tuple[str, ...]]] = {
    Column.OUTSIDE_NUMBER: (
        "信访编号", "编号", "案件编号", "受理编号", "举报编号", "外部编号", "工单编号", "交办编号",
    ),
    Column.CHANNEL: ("渠道", "信访渠道", "举报渠道", "来源渠道", "举报方式", "信访方式"),
    Column.MEDIA: ("污染类型", "污染类别", "举报类型", "投诉类型", "信访类型", "类型"),
    Column.PURPOSE: ("信访目的", "诉求类别"),
    Column.FORM: ("信访形式", "形式"),
    Column.URGENCY: ("紧急程度",),
    Column.TRACK: ("办理程序", "办理途径"),
    Column.DIVISIONS: (
        "行政区划", "区划", "区县", "县(市、区)", "县市区", "行政区", "属地", "所属区县",
        "所属区域",
    ),
    Column.DIVISION_SHARES: ("区划份额", "份额"),
    Column.TITLE: ("标题", "信访标题", "主题"),
    Column.BODY: (
        "内容", "信访内容", "举报内容", "投诉内容", "反映内容", "反映问题", "问题描述",
        "受理内容", "交办问题基本情况",
    ),
    Column.PLACE: ("地点", "发生地点", "问题地点", "污染地点", "地址"),
    Column.OBJECT_NAME: (
        "被举报单位", "信访对象", "举报对象", "被投诉单位", "企业名称", "污染源名称",
    ),
    Column.OBJECT_CODE: ("统一社会信用代码", "信用代码"),
    Column.INDUSTRY: ("行业代码", "行业"),
    Column.AT_NIGHT: ("夜间", "是否夜间"),
    Column.MOMENTARY: ("瞬时污染", "是否瞬时污染"),
    Column.HEAD_COUNT: ("人数", "信访人数"),
    Column.RECEIVED_AT: (
        "收到时间", "受理时间(收到)", "收件时间", "来件时间", "信访时间", "举报时间", "投诉时间",
        "登记时间", "收到日期", "信访日期", "交办日期", "日期",
    ),
    Column.PETITIONER_NAME: ("信访人姓名", "信访人", "举报人", "投诉人", "姓名", "联系人"),
    Column.PETITIONER_PHONE: ("信访人电话", "联系电话", "电话", "手机", "手机号", "联系方式"),
    Column.PETITIONER_ID_NUMBER: ("信访人身份证号", "身份证号", "身份证号码", "证件号码"),
    Column.PETITIONER_ADDRESS: ("信访人住址", "住址", "家庭住址", "联系地址"),
    Column.IDENTIFICATION: ("实名", "是否实名", "实名情况"),
    Column.REPEAT_OF: ("首次件编号", "初件编号", "重复原件编号", "原件编号"),
    Column.REPEAT: ("重复件", "是否重复", "重复", "初重件"),
    Column.APPROXIMATE: ("约数", "余件"),
    Column.ACCEPTED_AT: ("受理时间", "受理日期"),
    Column.REFUSED_AT: ("不予受理时间", "不受理时间", "不予受理日期"),
    Column.REFUSAL_GROUND: ("不予受理理由", "不受理原因", "不予受理原因"),
    Column.REPLIED_AT: ("答复时间", "答复日期", "回复时间", "反馈时间"),
    Column.OUTCOME: ("处理意见", "办理结果", "答复结果"),
    Column.REPLY: ("答复内容", "答复", "办理情况", "处理情况", "调查核实情况"),
    Column.CALLBACK_AT: ("回访时间", "回访日期"),
    Column.CALLBACK_RESULT: ("回访结果", "满意度", "是否满意", "满意情况"),
    Column.CALLBACK_SOLVED: ("是否解决", "问题是否解决", "解决情况"),
    Column.CLOSED_AT: ("办结时间", "办结日期"),
    Column.PUSHED_ON: ("推送日期", "推送时间", "周报推送日期"),
    Column.RESOLVED_ON: ("解决日期", "销号日期", "解决时间"),
}  # fmt: skip
# More heads than columns would be another kind of table.
FEWEST_HEADS: Final = 2
# A ledger has its title, its unit and its date above its heads.
ROWS_ABOVE_HEADS: Final = 5

_YES: Final = ("是", "有", "yes", "y", "true", "1", "√", "重复", "重复件", "夜间")
_NO: Final = ("否", "无", "no", "n", "false", "0", "×", "初次", "初件", "初次件")
TRUTH: Final[Mapping[str, bool]] = dict.fromkeys(_YES, True) | dict.fromkeys(_NO, False)

# The first term of each code is the one an export writes.
TERMS: Final[Mapping[Column, Mapping[StrEnum, tuple[str, ...]]]] = {
    Column.CHANNEL: {
        Channel.NETWORK: ("网络", "网上信访", "网上举报", "网络举报", "邮件", "电子邮件", "网上"),
        Channel.LETTER: ("来信", "书信", "信件", "信函"),
        Channel.PHONE: ("电话", "来电", "电话举报"),
        Channel.FAX: ("传真",),
        Channel.VISIT: ("走访", "来访", "上访", "现场来访"),
        Channel.WECHAT: ("微信", "微信举报", "微信公众号"),
        Channel.HOTLINE_12369: ("12369", "12369热线", "12369环保举报热线", "环保热线"),
        Channel.HOTLINE_12345: ("12345", "12345热线", "12345政务服务热线", "政务热线", "市长热线"),
        Channel.MESSAGE_BOARD: ("网民留言", "留言板", "领导留言板", "人民网留言"),
        Channel.INSPECTION_GROUP: ("督察组交办", "督察交办", "环保督察", "中央督察", "督察组"),
        Channel.EMERGENCY_110: ("110联动", "110", "公安110"),
    },
    Column.MEDIA: {
        Medium.AIR: ("大气", "大气污染", "废气", "恶臭", "油烟", "扬尘", "VOCs", "异味", "空气"),
        Medium.WATER: ("水", "水污染", "废水", "污水", "水环境"),
        Medium.NOISE: ("噪声", "噪音", "噪声污染", "噪音污染"),
        Medium.SOLID_WASTE: ("固体废物", "固废", "危废", "危险废物", "垃圾", "固废污染"),
        Medium.SOIL: ("土壤", "土壤污染"),
        Medium.RADIATION: ("辐射", "核与辐射", "辐射污染"),
        Medium.ECOLOGY: ("生态破坏", "生态", "自然生态"),
        Medium.CONSTRUCTION_PROJECT: ("建设项目", "环评", "三同时"),
        Medium.MARINE: ("海洋", "海洋污染"),
        Medium.ELECTROMAGNETIC: ("电磁", "电磁辐射"),
        Medium.MONITORING_DATA: ("监测数据弄虚作假", "数据造假", "监测数据造假"),
        Medium.OTHER: ("其他", "其它", "其他污染"),
    },
    Column.PURPOSE: {
        Purpose.SUGGESTION: ("建议意见", "意见建议", "建议"),
        Purpose.ACCUSATION: ("检举控告", "检举", "控告", "举报"),
        Purpose.CLAIM: ("申诉求决", "求决", "申诉", "投诉", "求助"),
    },
    Column.FORM: {
        Form.INDIVIDUAL: ("个体", "个人", "个体访", "个访"),
        Form.JOINT: ("联名", "联名信"),
        Form.COLLECTIVE: ("集体访", "集体"),
    },
    Column.URGENCY: {
        Urgency.NORMAL: ("一般", "普通", "正常"),
        Urgency.MAJOR_URGENT: ("重大、紧急", "重大紧急", "紧急", "重大"),
    },
    Column.TRACK: {
        Track.STATUTORY_DUTY: ("申请查处违法行为", "依法履行职责", "履职", "申请查处"),
        Track.PETITION_OPINION: ("信访处理意见", "信访程序", "信访事项"),
        Track.SUGGESTION_REPLY: ("建议意见", "意见建议"),
        Track.ACCUSATION_TRANSFER: ("检举控告",),
        Track.LEGAL_PATH: ("诉讼、仲裁、复议、处罚程序", "法定途径", "诉讼仲裁复议"),
    },
    Column.IDENTIFICATION: {
        Identification.REAL_NAME: ("实名", "是"),
        Identification.ANONYMOUS: ("匿名", "否"),
        Identification.WITHHELD: ("未提供", "隐去", "不公开"),
    },
    Column.REFUSAL_GROUND: {
        RefusalReason.NOT_COMPETENT: ("不属于生态环境部门职责", "不属于职责范围", "非职责范围"),
        RefusalReason.UNCLEAR: ("线索不详", "线索不清"),
        RefusalReason.LEGAL_PATH: ("应当通过诉讼、仲裁、复议等", "法定途径", "诉讼仲裁复议"),
        RefusalReason.DUPLICATE_RUNNING: ("已经受理或正在办理", "重复受理", "正在办理"),
        RefusalReason.FINAL: ("复核终结", "已复核终结"),
        RefusalReason.TRANSFERRED_DISCIPLINE: ("纪检监察事项", "移送纪检监察"),
    },
    Column.OUTCOME: {
        Outcome.SUPPORTED: ("予以支持", "支持", "属实"),
        Outcome.EXPLAINED: ("解释说明", "部分属实"),
        Outcome.NOT_SUPPORTED: ("不予支持", "不支持", "不属实"),
    },
    Column.CALLBACK_RESULT: {
        Result.SATISFIED: ("满意", "非常满意"),
        Result.BASICALLY_SATISFIED: ("基本满意", "较满意"),
        Result.DISSATISFIED: ("不满意",),
        Result.UNREACHABLE: ("无法联系", "联系不上"),
        Result.DECLINED: ("不评价", "拒绝评价"),
        Result.NO_ANSWER: ("未接通", "无人接听"),
    },
    Column.CALLBACK_SOLVED: {
        Solved.YES: ("已解决", "解决", "是"),
        Solved.PARTLY: ("部分解决", "基本解决", "部分"),
        Solved.NO: ("未解决", "仍未解决", "否"),
        Solved.UNKNOWN: ("不详", "未知"),
    },
}  # fmt: skip


def plain(text: str) -> str:
    """A head or term without what varies between ledgers: width, case, blanks, a star or colon."""
    return re.sub(r"[\s*::]+", "", unicodedata.normalize("NFKC", text)).casefold()


BY_HEAD: Final = {
    plain(name): column
    for column, names in HEADS.items()
    for name in (column.value, *names)
}  # fmt: skip
BY_TERM: Final = {
    column: {
        plain(term): code for code, terms in codes.items() for term in (code.value, *terms)
    }
    for column, codes in TERMS.items()
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Heads:
    """Which column stands where; `unknown` and `doubled` are positions from 1 on."""

    columns: Mapping[int, Column]
    unknown: tuple[int, ...]
    doubled: tuple[int, ...]


def heads_of(cells: Sequence[str]) -> Heads | None:
    """The heads a row names; None if it names fewer than `FEWEST_HEADS`.

    What is no head is told by its place only: a file without heads has persons in its first row.
    """
    columns: dict[int, Column] = {}
    unknown: list[int] = []
    doubled: list[int] = []
    for place, cell in enumerate(cells):
        column = BY_HEAD.get(plain(cell))
        if column is None:
            if cell.strip():
                unknown.append(place + 1)
        elif column in columns.values():
            doubled.append(place + 1)
        else:
            columns[place] = column
    return Heads(columns, tuple(unknown), tuple(doubled)) if len(columns) >= FEWEST_HEADS else None


def code_of(column: Column, text: str) -> StrEnum | None:
    """The code a value means, by itself or by its Chinese term."""
    return BY_TERM[column].get(plain(text))


def term_of(column: Column, code: str) -> str:
    """The Chinese term an export writes for a code; the code itself if it has none."""
    terms = next((terms for each, terms in TERMS[column].items() if each == code), None)
    return terms[0] if terms else code


def split(text: str) -> list[str]:
    """The parts of a cell with several values."""
    return [part for each in re.split(r"[;;、,,\n]", text) if (part := each.strip())]


EXAMPLE: Final[Mapping[Column, str]] = {
    Column.OUTSIDE_NUMBER: "2026-0001",
    Column.CHANNEL: "12345热线",
    Column.MEDIA: "大气;噪声",
    Column.DIVISIONS: "330281",
    Column.TITLE: "夜间酸味",
    Column.BODY: "每晚十点后有酸味。",
    Column.PLACE: "长河镇工业园",
    Column.OBJECT_NAME: "某电镀厂",
    Column.RECEIVED_AT: "2026-01-05 09:30",
    Column.IDENTIFICATION: "匿名",
}


def template() -> Iterable[list[str]]:
    """The head row and a line as an example."""
    yield [names[0] for names in HEADS.values()]
    yield [EXAMPLE.get(column, "") for column in HEADS]
