"""What a petition is and the steps of its life (信访工作条例; DOMAIN 2.1, 2.3)."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import Final

from services.petitions.profiles.domain import Channel, Track
from shared.errors import InvalidInput, RuleViolation

# Blanks within a line; the line ends keep title, text and place apart.
BLANKS: Final = re.compile(r"[^\S\n]+")


class Purpose(StrEnum):
    """Art. 29-31."""

    SUGGESTION = "suggestion"  # 建议意见
    ACCUSATION = "accusation"  # 检举控告
    CLAIM = "claim"  # 申诉求决


class Medium(StrEnum):
    """Pollution types (DOMAIN 6.3); a petition may carry several."""

    AIR = "air"
    WATER = "water"
    NOISE = "noise"
    SOLID_WASTE = "solid_waste"
    SOIL = "soil"
    RADIATION = "radiation"
    ECOLOGY = "ecology"
    CONSTRUCTION_PROJECT = "construction_project"
    MARINE = "marine"
    ELECTROMAGNETIC = "electromagnetic"
    MONITORING_DATA = "monitoring_data"
    OTHER = "other"


class Form(StrEnum):
    INDIVIDUAL = "individual"
    JOINT = "joint"
    COLLECTIVE = "collective"


class Urgency(StrEnum):
    """Art. 25."""

    NORMAL = "normal"
    MAJOR_URGENT = "major_urgent"


class State(StrEnum):
    REGISTERED = "registered"
    TRANSFERRED = "transferred"
    ASSIGNED = "assigned"
    OBJECTED = "objected"
    ACCEPTED = "accepted"
    NOT_ACCEPTED = "not_accepted"
    IN_PROGRESS = "in_progress"
    REPLIED = "replied"
    REOPENED = "reopened"
    UNDER_REVIEW = "under_review"  # 复查
    REVIEWED = "reviewed"
    UNDER_RE_REVIEW = "under_re_review"  # 复核
    FINAL = "final"  # 复核终结, art. 36
    CLOSED = "closed"


class Step(StrEnum):
    """What an office does to a petition; each is one route and one line of its history."""

    TRANSFER = "transfer"
    ASSIGN = "assign"
    OBJECT = "object"
    ACCEPT_OBJECTION = "accept_objection"
    REJECT_OBJECTION = "reject_objection"
    ACCEPT = "accept"
    REFUSE = "refuse"
    START = "start"
    EXTEND = "extend"  # the organ's head grants it
    REPLY = "reply"
    SETTLE = "settle"  # a call-back found it solved
    REOPEN = "reopen"  # a call-back found it not solved, or the petitioner dissatisfied
    FILE = "file"  # closed without call-back: nobody can be called
    RECLASSIFY = "reclassify"  # another purpose or track, before anybody accepted
    DEEM_COMPETENT = "deem_competent"  # five working days without an objection (art. 23)
    ASK_BACK = "ask_back"  # the petitioner is asked to complete what was said
    SUPPLEMENT = "supplement"  # and did, or let the time run out
    MARK_URGENT = "mark_urgent"  # art. 25
    HAND_OVER = "hand_over"  # another officer handles it
    SERVE = "serve"  # the written answer reached the petitioner
    ASK_REVIEW = "ask_review"  # art. 35
    GIVE_REVIEW = "give_review"
    ASK_RE_REVIEW = "ask_re_review"  # art. 36
    GIVE_RE_REVIEW = "give_re_review"
    SEND_BACK = "send_back"  # a superior's spot check found it wanting
    REQUEST_EXTENSION = "request_extension"  # the handling officer asks for more time (art. 34)
    REFUSE_EXTENSION = "refuse_extension"
    COMPETENCE = "competence"  # several bodies may be competent: which accepts? (art. 24)
    ANSWER_COMPETENCE = "answer_competence"
    MEET_COMPETENCE = "meet_competence"  # a joint meeting, where no superior is common
    SETTLE_COMPETENCE = "settle_competence"  # they agree, or their common superior decides


class Settled(StrEnum):
    """Why a unit may no longer say that it is not competent."""

    DEEMED = "deemed"  # five working days went by without an objection (art. 23)
    INSISTED = "insisted"  # the sender did not agree with the objection (art. 23)
    DESIGNATED = "designated"  # a superior gave it the petition
    AGREED = "agreed"  # the bodies agreed, by themselves or in a joint meeting (art. 24)


def _staying(state: State, *steps: Step) -> dict[Step, State]:
    """Steps that tell of something and lead nowhere else."""
    return dict.fromkeys(steps, state)


def _with_unit(state: State) -> dict[Step, State]:
    return {
        Step.OBJECT: State.OBJECTED,
        Step.ACCEPT: State.ACCEPTED,
        Step.REFUSE: State.NOT_ACCEPTED,
        Step.SETTLE_COMPETENCE: State.TRANSFERRED,
        **_staying(state, *_OPEN, *_UNDECIDED, Step.DEEM_COMPETENT),
    }


# Before anybody accepted: what it is, and who is competent.
_UNDECIDED: Final = (
    Step.RECLASSIFY,
    Step.COMPETENCE,
    Step.ANSWER_COMPETENCE,
    Step.MEET_COMPETENCE,
)
_OPEN: Final = (Step.ASK_BACK, Step.SUPPLEMENT, Step.MARK_URGENT)
_MORE_TIME: Final = (Step.REQUEST_EXTENSION, Step.EXTEND, Step.REFUSE_EXTENSION)
TRANSITIONS: Final[Mapping[State, Mapping[Step, State]]] = {
    State.REGISTERED: {
        Step.TRANSFER: State.TRANSFERRED,
        Step.ASSIGN: State.ASSIGNED,
        Step.ACCEPT: State.ACCEPTED,
        Step.REFUSE: State.NOT_ACCEPTED,
        Step.SETTLE_COMPETENCE: State.TRANSFERRED,
        **_staying(State.REGISTERED, *_OPEN, *_UNDECIDED),
    },
    State.TRANSFERRED: _with_unit(State.TRANSFERRED),
    State.ASSIGNED: _with_unit(State.ASSIGNED),
    State.OBJECTED: {
        Step.ACCEPT_OBJECTION: State.REGISTERED,
        Step.REJECT_OBJECTION: State.TRANSFERRED,
        Step.MARK_URGENT: State.OBJECTED,
    },
    State.ACCEPTED: {Step.START: State.IN_PROGRESS, **_staying(State.ACCEPTED, *_OPEN)},
    State.IN_PROGRESS: {
        Step.REPLY: State.REPLIED,
        **_staying(State.IN_PROGRESS, *_MORE_TIME, Step.HAND_OVER, *_OPEN),
    },
    State.REPLIED: {
        Step.SETTLE: State.CLOSED,
        Step.REOPEN: State.REOPENED,
        Step.FILE: State.CLOSED,
        Step.SERVE: State.REPLIED,
        Step.ASK_REVIEW: State.UNDER_REVIEW,
        Step.SEND_BACK: State.REOPENED,
    },
    State.REOPENED: {Step.START: State.IN_PROGRESS, Step.MARK_URGENT: State.REOPENED},
    State.UNDER_REVIEW: {Step.GIVE_REVIEW: State.REVIEWED},
    State.REVIEWED: {
        Step.SERVE: State.REVIEWED,
        Step.ASK_RE_REVIEW: State.UNDER_RE_REVIEW,
        Step.FILE: State.CLOSED,
    },
    State.UNDER_RE_REVIEW: {Step.GIVE_RE_REVIEW: State.FINAL},
    State.FINAL: {},
    # A good call-back does not take the thirty days of art. 35 away.
    State.CLOSED: {Step.ASK_REVIEW: State.UNDER_REVIEW, Step.SEND_BACK: State.REOPENED},
    State.NOT_ACCEPTED: {},
}
# What only time or a superior's finding does, never a person by a route of this name.
BY_RULE: Final = frozenset({Step.DEEM_COMPETENT, Step.SEND_BACK})
# Barred while it is asked which of several bodies is competent.
WHILE_COMPETENCE_IS_OPEN: Final = frozenset(
    {
        Step.TRANSFER,
        Step.ASSIGN,
        Step.OBJECT,
        Step.ACCEPT,
        Step.REFUSE,
        Step.RECLASSIFY,
        Step.COMPETENCE,
    }
)
# Accepted, and not ended: what a higher organ, or the same one again, does not accept (art. 19).
HANDLED: Final = frozenset(
    {
        State.ACCEPTED,
        State.IN_PROGRESS,
        State.REPLIED,
        State.REOPENED,
        State.UNDER_REVIEW,
        State.REVIEWED,
        State.UNDER_RE_REVIEW,
    }
)
RUNNING: Final = frozenset(
    {
        State.REGISTERED,
        State.TRANSFERRED,
        State.ASSIGNED,
        State.OBJECTED,
        State.ACCEPTED,
        State.IN_PROGRESS,
        State.REPLIED,
        State.REOPENED,
        State.UNDER_REVIEW,
        State.REVIEWED,
        State.UNDER_RE_REVIEW,
    }
)


class CompetenceOpen(RuleViolation):
    """Art. 24: first it is settled who accepts."""

    code = "competence_open"
    zh = "受理机关尚未确定(《信访工作条例》第二十四条),不能执行:{step}。"
    en = "It is still open which body accepts (art. 24); {step} has to wait."


class IllegalStep(RuleViolation):
    code = "illegal_step"
    zh = "当前状态({state})不能执行:{step}。"
    en = "Cannot {step} what is {state}."

    def __init__(self, state: StrEnum, step: StrEnum, allowed: Sequence[str]) -> None:
        super().__init__(state=state.value, step=step.value, allowed=list(allowed))


def step(state: State, taken: Step) -> State:
    """Where `taken` leads from `state`; IllegalStep if it leads nowhere."""
    try:
        return TRANSITIONS[state][taken]
    except KeyError:
        raise IllegalStep(state, taken, list(TRANSITIONS[state])) from None


@dataclass(frozen=True, slots=True)
class NewPetition:
    """What an office enters when it registers a petition; the petitioner comes apart."""

    purpose: Purpose
    channel: Channel
    media: Sequence[Medium]
    form: Form
    urgency: Urgency
    track: Track
    office: str
    divisions: Sequence[str]
    division_shares: Mapping[str, str] | None
    title: str
    body: str
    place: str
    object_name: str | None
    object_code: str | None
    at_night: bool
    received_at: datetime
    source: str | None
    outside_number: str | None
    industry: str | None = None
    momentary: bool = False
    head_count: int = 1


class ReceivedInFuture(InvalidInput):
    code = "received_in_future"
    zh = "收到时间不能晚于现在。"
    en = "A petition cannot have been received in the future."


class UnequalShares(InvalidInput):
    code = "shares_not_one"
    zh = "各区划份额之和应为 1,实际为 {total}。"
    en = "The divisions' shares must sum to 1, not {total}."


def shares_of(named: Sequence[str], weights: Mapping[str, str] | None) -> dict[str, Fraction]:
    """How much of the petition counts for each division: equal parts unless said otherwise.

    One letter about two districts counts half in each (the figures of practice, S59).
    """
    if not weights:
        return {division: Fraction(1, len(named)) for division in named}
    shares = {division: Fraction(weight) for division, weight in weights.items()}
    if sum(shares.values()) != 1:
        raise UnequalShares(
            reason="shares", pointer="/division_shares", total=str(sum(shares.values()))
        )
    return shares


def search_text(*texts: str | None) -> str:
    """What the worklist is searched in: one spelling of width and case, no blanks."""
    joined = "\n".join(each for each in texts if each)
    return BLANKS.sub("", unicodedata.normalize("NFKC", joined).casefold())


def grams_of(text: str) -> list[str]:
    """The pairs of neighbouring characters of a search text: most Chinese words have two.

    A text of one character is its own gram.
    """
    pairs = {text[at : at + 2] for at in range(max(len(text) - 1, 1))} if text else set()
    return sorted(pair for pair in pairs if "\n" not in pair)


class SearchTooShort(InvalidInput):
    """One character would be found in nearly every petition, and no index knows it."""

    code = "search_too_short"
    zh = "检索词至少两个字。"
    en = "A word to search for has two characters or more."


NUMBER: Final = re.compile(r"([1-9][0-9]{5})-([0-9]{4})-([0-9]{1,6})")


def searched(asked: str | None) -> tuple[str | None, list[str]]:
    """What somebody typed to search: a petition's number, or words that must all be found."""
    words = [search_text(word) for word in (asked or "").split()]
    if len(words) == 1 and (number := NUMBER.fullmatch(words[0])):
        return f"{number[1]}-{number[2]}-{int(number[3]):06d}", []
    if any(len(word) < len("某厂") for word in words):
        raise SearchTooShort(reason="q", pointer="/q")
    return None, words


# How organisations are called in general, longest first where one ends another. Nothing here is a
# name: what is left of a name without these words is what tells it from others of its trade.
FORMS_OF_ORGANISATION: Final = (
    "有限责任公司", "股份有限公司", "有限公司", "分公司", "子公司", "总公司", "公司", "集团",
    "专业合作社", "合作社", "个体工商户", "经营部", "门市部", "项目部", "加工点", "加工坊", "作坊",
    "总厂", "分厂", "工厂", "厂区", "厂房", "车间", "生产线", "基地", "厂", "分店", "店铺", "店",
    "馆", "中心", "工地", "项目", "工业园", "园区", "总站", "站点", "站", "场地", "场", "坊", "行",
    "部", "院", "社", "铺", "摊", "库", "房", "业", "小区",
)  # fmt: skip
TRADES: Final = (
    "塑料", "塑胶", "橡胶", "橡塑", "塑业", "泡沫", "纸业", "造纸", "纸品", "纸箱", "包装", "印刷",
    "彩印", "印务", "印染", "染整", "漂染", "染织", "纺织", "针织", "织造", "服装", "服饰", "制衣",
    "洗水", "皮革", "制革", "鞋业", "制鞋", "化工", "化学", "精细", "日化", "医药", "制药", "药业",
    "生物", "农药", "化肥", "肥料", "涂料", "油漆", "油墨", "树脂", "胶业", "建材", "水泥",
    "混凝土", "商砼", "商混", "搅拌", "拌合", "沥青", "砂石", "石材", "石料", "石灰", "采石",
    "碎石", "制砂", "洗砂", "页岩", "砖瓦", "机砖", "砖", "陶瓷", "瓷业", "玻璃", "耐火",
    "钢铁", "钢构", "钢管", "不锈钢", "铸造", "铸件", "锻造", "锻压", "冶炼", "冶金", "有色",
    "铝业", "铜业", "金属", "五金", "电镀", "表面处理", "热处理", "喷涂", "喷漆", "喷塑", "机械",
    "机电", "机床", "设备", "装备", "模具", "轴承", "阀门", "电子", "电器", "电气", "电缆", "电池",
    "光电", "光伏", "半导体", "线路板", "汽车", "汽配", "汽修", "修理", "维修", "洗车", "船舶",
    "修造", "造船", "木业", "木材", "板材", "人造板", "家具", "家私", "家居", "橱柜", "门业",
    "门窗", "养殖", "养猪", "生猪", "养鸡", "养鸭", "养牛", "奶牛", "水产", "畜牧", "牧业", "禽业",
    "饲料", "屠宰", "肉类", "食品", "调味", "豆制品", "粮油", "米业", "面粉", "酒业", "酿酒",
    "酿造", "饮料", "乳业", "餐饮", "餐厅", "饭店", "酒店", "酒楼", "宾馆", "火锅", "烧烤",
    "烤肉", "小吃", "大排档", "娱乐", "歌舞厅", "酒吧", "健身", "超市", "商场", "广场", "市场",
    "批发", "蔬菜", "果蔬", "农贸", "物流", "运输", "仓储", "货运", "快递", "码头", "港务",
    "环保", "环境", "科技", "技术", "新材料", "材料", "实业", "工业", "贸易", "商贸", "发展",
    "投资", "控股", "建筑", "建工", "工程", "建设", "施工", "置业", "房地产", "地产", "开发",
    "物业", "矿业", "矿山", "煤业", "煤矿", "煤炭", "洗煤", "焦化", "石化", "石油", "炼油", "燃气",
    "加油", "热电", "热力", "供热", "电力", "电厂", "发电", "能源", "水务", "自来水", "污水处理",
    "污水", "垃圾", "填埋", "焚烧", "再生", "资源", "回收", "废品", "废旧", "危废", "固废",
    "医院", "学校", "制品", "制造", "加工", "生产", "处理", "配件", "用品", "产品", "经营", "服务",
)  # fmt: skip
# A phase or lot of a building project: 二期, 三标段, 1号.
PHASE: Final = re.compile(r"第?[一二三四五六七八九十0-9]+(?:期|标段|标|号楼|号|分部|工区)?$")
BRACKETED: Final = re.compile(r"[(\[【〔「《<][^)\]】〕」》>]*[)\]】〕」》>]")
MARKS: Final = re.compile(r"[^\w]+|_")
PROVINCES: Final = (
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南"
    "|广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门"
)
# 某省, 某市, 某区, 某县, 某镇, 某街道, 某村 before a name, each at most once and in this order; a
# market, a housing estate or an industrial park is no division.
SEAT: Final = re.compile(
    rf"(?:(?:{PROVINCES})(?:省|市|自治区|壮族自治区|回族自治区|维吾尔自治区)?)?"
    r"(?:[^省市区县镇乡村]{2,4}市(?!场|政))?"
    r"(?:[^省市区县镇乡村]{1,4}(?:县|旗|(?<![小园社厂库矿山城])区)(?!域))?"
    r"(?:[^省市区县镇乡村]{1,4}(?:镇|乡|街道))?"
    r"(?:[^省市区县镇乡村]{1,4}村)?"
)
ENDINGS: Final = sorted((*FORMS_OF_ORGANISATION, *TRADES), key=len, reverse=True)
SHORTEST_CORE: Final = 2


def object_key(name: str | None) -> str | None:
    """What tells an enterprise or place from others of its trade; its plain name if nothing does.

    The name without its seat, its form of organisation and the words of its trade.
    """
    plain = search_text(name)
    bare = MARKS.sub("", BRACKETED.sub("", plain)) or MARKS.sub("", plain)
    return core_of(bare) or bare or None


def core_of(name: str) -> str:
    """The telling part of a plain name; empty if its words are all general (造纸厂)."""
    core = name[seat.end() :] if (seat := SEAT.match(name)) else name
    while len(core) >= SHORTEST_CORE:
        shorter = PHASE.sub("", core)
        ending = next((each for each in ENDINGS if shorter.endswith(each)), "")
        shorter = shorter.removesuffix(ending)
        if shorter == core:
            return core
        core = shorter
    return ""
