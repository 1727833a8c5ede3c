"""The rules of DOMAIN 3.6: what an inspection needs to be finished."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.tasks.enterprises.domain.visits import Method, Mode
from services.tasks.inspections.domain.recorders import Gap
from shared.clocks.days import legal_day
from shared.errors import AlreadyExists, InvalidInput, RuleViolation

# 行政处罚法 art. 42.
MIN_OFFICERS: Final = 2
SHEET_SERIES: Final = "integrity-sheet"


class Signature(StrEnum):
    """How the party answered the record (行政处罚法 art. 55)."""

    SIGNED = "signed"
    REFUSED = "refused"
    ABSENT = "absent"


class AbsenceCase(StrEnum):
    """The five cases that do not stop evidence taking (环境行政处罚办法 art. 43 [S07])."""

    REFUSED_TO_COME = "refused_to_come"  # 当事人拒不到场
    NOT_FOUND = "not_found"  # 无法找到当事人
    REFUSED_TO_SIGN = "refused_to_sign"  # 拒绝签名、盖章或者以其他方式确认
    COVERT = "covert"  # 暗查或者其他方式调查
    OTHER = "other"  # 当事人未到场的其他情形


class Breach(StrEnum):
    """四不两直: none of the four, and straight to the base and the site."""

    NOTICE = "notice"  # 发通知
    GREETING = "greeting"  # 打招呼
    BRIEFING = "briefing"  # 听汇报
    ESCORT = "escort"  # 陪同接待
    DETOUR = "detour"  # 未直奔基层、直插现场


class StartOutOfPeriod(RuleViolation):
    code = "start_out_of_period"
    zh = "检查开始时间须在小组派出时段内,且不晚于当前时间。"
    en = "An inspection starts within the period its team was sent for, and not in the future."


class OfficerNotOfTheTeam(RuleViolation):
    code = "officer_not_of_the_team"
    zh = "检查人员 {officer_id} 不是任务小组成员。"
    en = "Officer {officer_id} is not of the task's team."


class OfficerNotPresent(RuleViolation):
    code = "officer_not_present"
    zh = "执法人员 {officer_id} 不在检查现场。"
    en = "Officer {officer_id} was not present at the inspection."


class AbsenceCaseMismatch(InvalidInput):
    code = "absence_case_mismatch"
    zh = "拒绝签名或者当事人未到场的,须注明所属情形(环境行政处罚办法第四十三条)。"
    en = "A refusal or absence names its case (Environmental Penalty Measures art. 43)."


class SheetHandedBefore(AlreadyExists):
    code = "integrity_sheet_handed"
    zh = "本次检查已发放《执法人员廉政反馈表》{number}(一次检查一张)。"
    en = "Integrity sheet {number} was handed over at this visit already; one a visit."


class NotOnSite(RuleViolation):
    code = "not_on_site"
    zh = "非现场检查不适用该步骤。"
    en = "This belongs to a visit, not to a check from afar."


class NotUnannounced(RuleViolation):
    code = "not_unannounced"
    zh = "本次检查不是“四不两直”检查。"
    en = "The inspection is not an unannounced one."


class Unfinished(RuleViolation):
    """Something the law wants of an inspection is missing."""


class TooFewPresent(Unfinished):
    code = "too_few_officers"
    zh = (
        "持有效执法证件的在场执法人员不得少于 {needed} 人,现为 {present} 人(行政处罚法第四十二条)。"
    )
    en = (
        "At least {needed} officers with a valid certificate must be present, not {present}"
        " (Administrative Penalty Law art. 42)."
    )


class CertificateNotShown(Unfinished):
    code = "certificate_not_shown"
    zh = "执法人员须主动出示执法证件,未出示:{names}(行政处罚法第五十五条)。"
    en = "Officers show their certificates first; not shown by: {names} (ibid. art. 55)."


class NoRecord(Unfinished):
    code = "record_missing"
    zh = "询问或者检查应当制作笔录(行政处罚法第五十五条)。"
    en = "An inspection needs a written record (Administrative Penalty Law art. 55)."


class NoIntegritySheet(Unfinished):
    code = "integrity_sheet_missing"
    zh = "未发放《执法人员廉政反馈表》(一次检查一张)。"
    en = "The integrity feedback sheet was not handed over; every visit needs one."


class RecorderUnexplained(Unfinished):
    code = "recorder_unexplained"
    zh = "执法记录仪未开启且未说明原因(广东省行政执法全过程记录办法第十八条至第二十条)。"
    en = "The recorder was off and nothing says why (Guangdong full-record rules art. 18-20)."


class NotSaid(Unfinished):
    code = "recorder_not_said"
    zh = "执法记录仪开启后未说明:{missing}(广东省行政执法全过程记录办法第十八条至第二十条)。"
    en = "Not said into the recorder: {missing} (Guangdong full-record rules art. 18-20)."


class UnannouncedUndeclared(Unfinished):
    code = "unannounced_undeclared"
    zh = "“四不两直”检查须如实填报是否通知、打招呼、听汇报、陪同接待。"
    en = "An unannounced check declares whether there was notice, greeting, briefing or escort."


@dataclass(frozen=True, slots=True)
class Presence:
    """An officer at the inspection."""

    officer_id: UUID
    name: str
    certificate_valid_to: date
    certificate_shown: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """What finishing is judged by; `party_absent` is one of the cases in which nobody is met."""

    mode: Mode
    methods: tuple[Method, ...]
    started_at: datetime
    present: tuple[Presence, ...]
    has_record: bool
    gaps: tuple[Gap, ...]
    recorded: bool
    not_said: tuple[str, ...]
    sheet_handed: bool
    declared: bool
    party_absent: bool = False


def shortcomings(facts: Facts) -> Iterable[Unfinished]:
    """Everything the inspection still lacks, in the order it should have happened."""
    day = legal_day(facts.started_at)
    qualified = [each for each in facts.present if each.certificate_valid_to >= day]
    if len(qualified) < MIN_OFFICERS:
        yield TooFewPresent(needed=MIN_OFFICERS, present=len(qualified))
    if facts.mode is Mode.ON_SITE:
        yield from _shortcomings_on_site(facts)
    if not facts.has_record:
        yield NoRecord()


def require_complete(facts: Facts) -> None:
    """The first shortcoming is raised, if there is one."""
    for shortcoming in shortcomings(facts):
        raise shortcoming


def require_shown(present: Iterable[Presence]) -> None:
    """Certificates come first: nothing is asked of a party that has not seen them."""
    silent = [each.name for each in present if not each.certificate_shown]
    if silent:
        raise CertificateNotShown(names=", ".join(silent))


def absence_case(signature: Signature, case: AbsenceCase | None) -> AbsenceCase | None:
    """The case of art. 43 that a missing signature is; AbsenceCaseMismatch if it is another's."""
    refused = AbsenceCase.REFUSED_TO_SIGN
    if signature is Signature.REFUSED and case in (None, refused):
        return refused
    fits = case not in (None, refused) if signature is Signature.ABSENT else case is None
    if signature is Signature.REFUSED or not fits:
        raise AbsenceCaseMismatch(reason="absence_case", pointer="/absence_case")
    return case


def sheet_number(division: str, year: int, serial: int) -> str:
    """Of one 《执法人员廉政反馈表》."""
    return f"{division}-L-{year}-{serial:05d}"


def _shortcomings_on_site(facts: Facts) -> Iterable[Unfinished]:
    if not facts.party_absent:
        silent = [each.name for each in facts.present if not each.certificate_shown]
        if silent:
            yield CertificateNotShown(names=", ".join(silent))
    if any(not gap.reason for gap in facts.gaps):
        yield RecorderUnexplained()
    if facts.recorded and facts.not_said:
        yield NotSaid(missing=", ".join(facts.not_said))
    if Method.UNANNOUNCED in facts.methods and not facts.declared:
        yield UnannouncedUndeclared()
    if not facts.sheet_handed and not facts.party_absent:
        yield NoIntegritySheet()
