"""涉企行政检查台账: whether one more visit may be planned, and what a visit counts for.

Routine on-site visits count against a yearly cap over all agencies (国办发〔2024〕54号, DOMAIN 3.2
[S24]); what a complaint, a clue or an accident calls for does not. A joint visit of several
agencies is one (综合查一次).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from services.tasks.enterprises.domain.positive_lists import Effect, Standing
from shared import divisions
from shared.errors import InvalidInput, RuleViolation

CAP: Final = "visit.routine_cap_per_year"
QUIET_DAYS: Final = "visit.quiet_days"
LAPSE_DAYS: Final = "visit.lapse_days"


class LegalKind(StrEnum):
    """检查类别 since 2025; an individual check is not counted against the yearly cap."""

    ROUTINE = "routine"  # 日常检查
    SPECIAL = "special"  # 专项检查
    INDIVIDUAL = "individual"  # 个案检查


class Mode(StrEnum):
    ON_SITE = "on_site"  # 现场
    OFF_SITE = "off_site"  # 非现场


class Method(StrEnum):
    """检查方式."""

    DOUBLE_RANDOM = "double_random"  # 双随机
    CROSS = "cross"  # 交叉
    FLYING = "flying"  # 飞行
    NIGHT = "night"  # 夜间(拂晓)
    HOLIDAY = "holiday"  # 节假日
    CONSULTATION = "consultation"  # 会诊
    AUDIT = "audit"  # 稽查
    LOOK_BACK = "look_back"  # 回头看
    UNANNOUNCED = "unannounced"  # 四不两直


class Ground(StrEnum):
    """What an individual check follows; never shown where a complaint must stay unknown."""

    COMPLAINT = "complaint"  # 投诉举报
    CLUE = "clue"  # 问题线索
    ACCIDENT = "accident"  # 突发事件
    ASSIGNED = "assigned"  # 上级交办
    ABNORMAL_DATA = "abnormal_data"  # 数据异常


class AgencyKind(StrEnum):
    """Whose visit it is; the ledger is one for all who visit enterprises."""

    ECOLOGY_ENVIRONMENT = "ecology_environment"  # 生态环境
    EMERGENCY_MANAGEMENT = "emergency_management"  # 应急管理
    MARKET_SUPERVISION = "market_supervision"  # 市场监管
    FIRE_RESCUE = "fire_rescue"  # 消防救援
    HOUSING = "housing"  # 住房城乡建设
    NATURAL_RESOURCES = "natural_resources"  # 自然资源
    WATER = "water"  # 水利
    HEALTH = "health"  # 卫生健康
    TRANSPORT = "transport"  # 交通运输
    URBAN_MANAGEMENT = "urban_management"  # 城市管理
    OTHER = "other"


class VisitState(StrEnum):
    AWAITING_APPROVAL = "awaiting_approval"
    PLANNED = "planned"
    MADE = "made"
    CALLED_OFF = "called_off"


class VisitAction(StrEnum):
    """`plan` and `report` begin an entry; `lapse` is done by time."""

    APPROVE = "approve"
    MAKE = "make"
    CALL_OFF = "call_off"
    LAPSE = "lapse"


TRANSITIONS: Final[Mapping[VisitState, Mapping[VisitAction, VisitState]]] = {
    VisitState.AWAITING_APPROVAL: {
        VisitAction.APPROVE: VisitState.PLANNED,
        VisitAction.CALL_OFF: VisitState.CALLED_OFF,
        VisitAction.LAPSE: VisitState.CALLED_OFF,
    },
    VisitState.PLANNED: {
        VisitAction.MAKE: VisitState.MADE,
        VisitAction.CALL_OFF: VisitState.CALLED_OFF,
        VisitAction.LAPSE: VisitState.CALLED_OFF,
    },
    VisitState.MADE: {},
    VisitState.CALLED_OFF: {},
}


class IllegalVisitStep(RuleViolation):
    code = "illegal_step"
    zh = "检查计划处于 {state},不能执行 {action}。"
    en = "A visit that is {state} cannot take the step {action}."


class CapReached(RuleViolation):
    code = "cap_reached"
    zh = "{year} 年日常现场检查已达上限 {cap} 次({earlier});不得再安排。"
    en = "The cap of {cap} routine on-site visits in {year} is reached ({earlier}); no more."


class QuietPeriod(RuleViolation):
    code = "quiet_period"
    zh = "距另一次现场检查不足 {days} 日({earlier});须说明理由。"
    en = "Another on-site visit lies within {days} days ({earlier}); a reason is needed."


class OffSiteOnly(RuleViolation):
    """正面清单 categories 1-5 (seed 001)."""

    code = "off_site_only"
    zh = "该企业列入监督执法正面清单({document}),日常检查仅以非现场方式开展。"
    en = "The enterprise is on the positive list ({document}): routine checks are off-site only."


class ReasonNeeded(InvalidInput):
    code = "reason_needed"
    zh = "日常现场检查次数已达上限,个案检查须说明理由并经批准。"
    en = "With the cap reached, an individual visit needs a reason and an approver."


class BasisMismatch(InvalidInput):
    code = "basis_mismatch"
    zh = "个案检查须填写来由,专项检查须填写文号,其他情形不填写来由。"
    en = "An individual visit names its ground, a special one its document, no other has a ground."


class OutsideNeedsCross(InvalidInput):
    """The place of the act has the competence (行政处罚法 art. 22)."""

    code = "outside_needs_cross"
    zh = "辖区外机关仅可在交叉检查中安排现场检查,并填写依据文件。"
    en = "An agency of elsewhere visits in a cross inspection only, and names the document for it."


class VisitDay(InvalidInput):
    code = "visit_day"
    zh = "日期不符合要求:计划不早于今天且不超过一年,已开展的不晚于今天且与计划同年。"
    en = (
        "A plan is for today or the year ahead; what was made is not in the future, and in the year"
        " it was planned for."
    )


class EnterpriseNotStanding(RuleViolation):
    code = "enterprise_not_standing"
    zh = "该执法对象已关停或已合并。"
    en = "The object is closed or was merged into another."


class OwnApproval(RuleViolation):
    code = "own_approval"
    zh = "不得批准本人安排的检查。"
    en = "Nobody approves a visit of one's own."


class OverCapUnexplained(InvalidInput):
    code = "over_cap_unexplained"
    zh = "登记的日常现场检查超出年度上限,须说明理由。"
    en = "A reported routine on-site visit lies above the yearly cap; a reason is needed."


@dataclass(frozen=True, slots=True)
class Agency:
    """Who goes: the kind of office, its name, its division."""

    kind: AgencyKind
    name: str
    division: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A visit as it is asked for. `document` is what a special or a cross visit rests on."""

    agency: Agency
    kind: LegalKind
    mode: Mode
    day: date
    methods: tuple[Method, ...] = ()
    ground: Ground | None = None
    document: str | None = None
    reason: str | None = None
    joint_with: tuple[Agency, ...] = ()

    @property
    def counts(self) -> bool:
        return counts(self.kind, self.mode)


@dataclass(frozen=True, slots=True)
class Earlier:
    """A visit of the ledger, planned or made, as everybody who may plan one sees it."""

    day: date
    agency: str
    on_site: bool
    slot: int | None


@dataclass(frozen=True, slots=True)
class Rules:
    """`cap` routine on-site visits a calendar year; `quiet_days` between two visits.

    A plan stands `lapse_days` beyond its day.
    """

    cap: int
    quiet_days: int
    lapse_days: int


@dataclass(frozen=True, slots=True)
class Place:
    """What a visit gets: a place under the cap if it counts, and how far it is settled."""

    slot: int | None
    state: VisitState


def counts(kind: LegalKind, mode: Mode) -> bool:
    """Whether a visit takes a place under the cap."""
    return kind is LegalKind.ROUTINE and mode is Mode.ON_SITE


def free_slot(taken: Collection[int], cap: int) -> int | None:
    """The lowest free place of a year; None if there is none."""
    return next((each for each in range(1, cap + 1) if each not in taken), None)


def near(ledger: Sequence[Earlier], day: date, *, days: int) -> list[Earlier]:
    """On-site visits of whatever kind within so many days before or after."""
    span = timedelta(days=days)
    return [each for each in ledger if each.on_site and abs(each.day - day) < span]


def require_basis(wanted: Wanted) -> None:
    """BasisMismatch unless ground and document are those of the kind."""
    individual = wanted.kind is LegalKind.INDIVIDUAL
    special = wanted.kind is LegalKind.SPECIAL
    if individual != (wanted.ground is not None) or (special and wanted.document is None):
        raise BasisMismatch(reason="ground", pointer="/ground" if individual else "/document")


def require_competent(wanted: Wanted, division: str) -> None:
    """OutsideNeedsCross if the agency is neither of the place, above it, nor on a cross check."""
    at_home = divisions.covers(divisions.scope(wanted.agency.division), division)
    crossing = Method.CROSS in wanted.methods and wanted.document is not None
    if wanted.mode is Mode.ON_SITE and not at_home and not crossing:
        raise OutsideNeedsCross(reason="cross", pointer="/methods")


def place(
    wanted: Wanted, ledger: Sequence[Earlier], rules: Rules, *, listed: Standing | None = None
) -> Place:
    """What a planned visit gets, given the year's ledger and the visits near it.

    CapReached and OffSiteOnly bar a routine visit on site; QuietPeriod asks it for a reason. With
    the cap reached, an individual visit waits for an approver.
    """
    taken = _taken(ledger, wanted.day.year)
    if not wanted.counts:
        urgent = wanted.kind is LegalKind.INDIVIDUAL and wanted.mode is Mode.ON_SITE
        if not (urgent and len(taken) >= rules.cap):
            return Place(None, VisitState.PLANNED)
        if wanted.reason is None:
            raise ReasonNeeded(reason="reason", pointer="/reason")
        return Place(None, VisitState.AWAITING_APPROVAL)
    if listed is not None and listed.effect is Effect.OFF_SITE_ONLY:
        raise OffSiteOnly(document=listed.document)
    slot = free_slot(taken, rules.cap)
    if slot is None:
        year = [each for each in ledger if each.slot and each.day.year == wanted.day.year]
        raise CapReached(year=wanted.day.year, cap=rules.cap, earlier=_named(year))
    close = near(ledger, wanted.day, days=rules.quiet_days)
    if close and wanted.reason is None:
        raise QuietPeriod(days=rules.quiet_days, earlier=_named(close))
    return Place(slot, VisitState.PLANNED)


def reported_slot(wanted: Wanted, ledger: Sequence[Earlier], rules: Rules) -> int | None:
    """The place of a visit that was made without a plan; None if it counts but none was left.

    A fact is not refused: it stands above the cap, with a reason, for everybody to see.
    """
    if not wanted.counts:
        return None
    slot = free_slot(_taken(ledger, wanted.day.year), rules.cap)
    if slot is None and wanted.reason is None:
        raise OverCapUnexplained(reason="reason", pointer="/reason")
    return slot


def step(state: VisitState, action: VisitAction) -> VisitState:
    """Where an action leads; IllegalVisitStep if it leads nowhere."""
    try:
        return TRANSITIONS[state][action]
    except KeyError:
        raise IllegalVisitStep(state=state, action=action, allowed=[*TRANSITIONS[state]]) from None


def require_plannable(day: date, *, today: date) -> None:
    if not today <= day <= today + timedelta(days=366):
        raise VisitDay(reason="planned_on", pointer="/planned_on")


def require_made(day: date, *, today: date, planned_on: date | None = None) -> None:
    """A visit is made in the year whose place it holds."""
    if day > today or (planned_on is not None and day.year != planned_on.year):
        raise VisitDay(reason="made_on", pointer="/made_on")


def _taken(ledger: Sequence[Earlier], year: int) -> set[int]:
    return {each.slot for each in ledger if each.slot is not None and each.day.year == year}


def _named(visits: Sequence[Earlier]) -> str:
    return "; ".join(f"{each.day.isoformat()} {each.agency}" for each in visits)
