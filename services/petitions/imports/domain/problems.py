"""What can be wrong with a row or a file: a code for ever, and two sentences. Never a value."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from services.petitions.imports.domain.files import RefusalCode


class Code(StrEnum):
    MISSING = "missing"
    UNKNOWN_VALUE = "unknown_value"
    TOO_LONG = "too_long"
    TOO_MANY_VALUES = "too_many_values"
    UNSAFE_TEXT = "unsafe_text"
    BAD_NUMBER = "bad_number"
    BAD_TIME = "bad_time"
    IMPLAUSIBLE_TIME = "implausible_time"
    IN_FUTURE = "in_future"
    OUT_OF_ORDER = "out_of_order"
    UNKNOWN_DIVISION = "unknown_division"
    OUTSIDE_SCOPE = "outside_scope"
    DOUBLED_DIVISION = "doubled_division"
    BAD_SHARES = "bad_shares"
    SHARES_NOT_ONE = "shares_not_one"
    SHARES_MISMATCH = "shares_mismatch"
    BAD_FORM = "bad_form"
    INVALID_ID_NUMBER = "invalid_id_number"
    IDENTITY_NOT_EXPECTED = "identity_not_expected"
    NAME_MISSING = "name_missing"
    NOBODY_TO_CALL = "nobody_to_call"
    ARCHIVE_ONLY = "archive_only"
    DOUBLED_IN_FILE = "doubled_in_file"
    NUMBER_TAKEN = "number_taken"
    UNKNOWN_FIRST_ITEM = "unknown_first_item"
    ITSELF = "itself"
    INCOMPLETE = "incomplete"
    CONTRADICTION = "contradiction"
    NO_PROFILE = "no_profile"
    BAD_LINE = "bad_line"
    NOT_REGISTERED = "not_registered"
    # What is told and bars nothing.
    DIFFERS = "differs"
    UNKNOWN_COLUMN = "unknown_column"
    NO_CLOCKS = "no_clocks"


WARNINGS: Final = frozenset({Code.DIFFERS, Code.UNKNOWN_COLUMN, Code.NO_CLOCKS})
MESSAGES: Final[Mapping[Code, tuple[str, str]]] = {
    Code.MISSING: ("必填项为空。", "A value is required."),
    Code.UNKNOWN_VALUE: ("不在允许的取值之内。", "Not one of the allowed values."),
    Code.TOO_LONG: ("内容过长。", "Too long."),
    Code.TOO_MANY_VALUES: ("取值过多(最多 8 个)。", "Too many values (8 at most)."),
    Code.UNSAFE_TEXT: ("含有不允许的字符。", "Holds characters that are not allowed."),
    Code.BAD_NUMBER: ("应为正整数。", "Must be a whole number from 1 on."),
    Code.BAD_TIME: ("不是可识别的日期或时间。", "Not a date or time that can be read."),
    Code.IMPLAUSIBLE_TIME: ("时间不合理。", "Not a plausible time."),
    Code.IN_FUTURE: ("时间不能晚于现在。", "Cannot lie in the future."),
    Code.OUT_OF_ORDER: ("早于前一环节的时间。", "Lies before the step that comes first."),
    Code.UNKNOWN_DIVISION: ("行政区划不存在。", "There is no such division."),
    Code.OUTSIDE_SCOPE: ("行政区划不在您的管辖范围内。", "The division is not within your scope."),
    Code.DOUBLED_DIVISION: ("行政区划重复。", "A division is named twice."),
    Code.BAD_SHARES: (
        "份额应写作 330281=1/2;330282=1/2。",
        "Shares are written 330281=1/2;330282=1/2.",
    ),
    Code.SHARES_NOT_ONE: ("各区划份额之和应为 1。", "The shares must sum to 1."),
    Code.SHARES_MISMATCH: ("份额与所列区划不一致。", "The shares must name exactly the divisions."),
    Code.BAD_FORM: ("格式不符。", "Has the wrong form."),
    Code.INVALID_ID_NUMBER: ("身份证号码校验不通过。", "Fails its check digit (GB 11643)."),
    Code.IDENTITY_NOT_EXPECTED: (
        "匿名或未提供信访人的,不得填写身份信息。",
        "An anonymous or withheld petitioner has no identity here.",
    ),
    Code.NAME_MISSING: ("填写了身份信息但没有姓名。", "An identity needs a name."),
    Code.NOBODY_TO_CALL: ("匿名信访件无法回访。", "An anonymous petition cannot be called back."),
    Code.ARCHIVE_ONLY: ("仅存档导入可填写。", "Only for an archive (mode=archive)."),
    Code.DOUBLED_IN_FILE: ("文件中编号重复。", "The number stands in the file before."),
    Code.NUMBER_TAKEN: ("该来源的编号已被使用。", "The source's number is taken."),
    Code.UNKNOWN_FIRST_ITEM: ("找不到首次件。", "The first item is not known."),
    Code.ITSELF: ("不能是自身的重复件。", "Cannot repeat itself."),
    Code.INCOMPLETE: ("须与相关项一并填写。", "Needs the value that goes with it."),
    Code.CONTRADICTION: ("与其他项矛盾。", "Contradicts another value."),
    Code.NO_PROFILE: ("收到之日没有适用的办理时限规定。", "No handling profile covers that day."),
    Code.BAD_LINE: ("不是 JSON 对象。", "The line is no JSON object."),
    Code.NOT_REGISTERED: ("未能登记。", "Could not be registered."),
    Code.DIFFERS: (
        "与已登记内容不同,未作修改。",
        "Differs from what is stored, which was left as it is.",
    ),
    Code.UNKNOWN_COLUMN: ("未识别的列,已忽略。", "The column is not known and was left out."),
    Code.NO_CLOCKS: (
        "收到之日没有适用的办理时限规定,不计时限。",
        "No handling profile covers that day; no deadlines are kept.",
    ),
}
REFUSALS: Final[Mapping[RefusalCode, tuple[str, str]]] = {
    RefusalCode.EMPTY: ("文件为空。", "The file is empty."),
    RefusalCode.NOT_XLSX: ("不是 XLSX 工作簿。", "Not an XLSX workbook."),
    RefusalCode.OLD_OR_LOCKED: (
        "旧版 XLS 或加密的文件,请另存为未加密的 XLSX。",
        "An old XLS or an encrypted file; save it as XLSX without a password.",
    ),
    RefusalCode.NOT_TEXT: (
        "不是 UTF-8 或 GB18030 文本。",
        "Not text in UTF-8 or GB18030.",
    ),
    RefusalCode.BROKEN: ("文件已损坏。", "The file is broken."),
    RefusalCode.BOMB: (
        "文件解压后过大或含有压缩包。",
        "The file unpacks to too much or holds archives.",
    ),
    RefusalCode.TOO_MANY_ROWS: ("超过 100000 行。", "More than 100,000 rows."),
    RefusalCode.TOO_MANY_COLUMNS: ("列数过多。", "Too many columns."),
    RefusalCode.NO_HEADS: ("没有可识别的表头。", "No row with known heads."),
    RefusalCode.DOUBLED_HEADS: ("表头重复。", "A head stands twice."),
    RefusalCode.NOT_LOADED: (
        "装载多次失败,已中止;已登记的保留。",
        "Loading failed again and again and was given up; what was registered stays.",
    ),
    RefusalCode.OVER_LIMITS: (
        "读取文件超出内存或时间限制。",
        "Reading the file took too much memory or time.",
    ),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong at one place; `column` is a column's name or the number of a place."""

    row: int
    column: str
    code: Code

    @property
    def bars(self) -> bool:
        return self.code not in WARNINGS
