"""The life of an inspection: what may be done while it lasts, and what is left afterwards."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from shared.errors import IllegalStep, InvalidInput, RuleViolation


class InspectionState(StrEnum):
    UNDER_WAY = "under_way"
    FINISHED = "finished"
    ABORTED = "aborted"  # 中止: begun, and could not be brought to its end
    CALLED_OFF = "called_off"  # 取消: nobody inspected anything


class InspectionAction(StrEnum):
    """`find` is done by filing a problem, the others by their own routes."""

    SHOW_CERTIFICATES = "show_certificates"
    SHOW_CODE = "show_code"  # 亮码
    RECORD = "record"
    SWITCH_RECORDER = "switch_recorder"
    HAND_INTEGRITY_SHEET = "hand_integrity_sheet"
    DECLARE_UNANNOUNCED = "declare_unannounced"
    WRITE_FORM = "write_form"
    SIGN_FORM = "sign_form"
    FIND = "find"
    FINISH = "finish"
    ABORT = "abort"
    CALL_OFF = "call_off"
    STORE_RECORDING = "store_recording"
    ADD = "add"


class AbortGround(StrEnum):
    """Why an inspection that had begun came to no end of its own."""

    ENTRY_REFUSED = "entry_refused"  # 拒绝检查
    # Without the certificates shown the party may refuse (行政处罚法 art. 55).
    CERTIFICATES_NOT_SHOWN = "certificates_not_shown"
    FORCE_MAJEURE = "force_majeure"  # 不可抗力
    SAFETY = "safety"  # 现场安全风险


_A: Final = InspectionAction
_S: Final = InspectionState
_ON_THE_SPOT: Final = (
    _A.SHOW_CERTIFICATES,
    _A.SHOW_CODE,
    _A.RECORD,
    _A.SWITCH_RECORDER,
    _A.HAND_INTEGRITY_SHEET,
    _A.DECLARE_UNANNOUNCED,
    _A.WRITE_FORM,
    _A.SIGN_FORM,
    _A.FIND,
    _A.STORE_RECORDING,
)
# What ended is closed: what was forgotten is added beside it and signed, never written over.
_AFTERWARDS: Final = (_A.STORE_RECORDING, _A.ADD)
TRANSITIONS: Final[Mapping[InspectionState, Mapping[InspectionAction, InspectionState]]] = {
    _S.UNDER_WAY: {
        **dict.fromkeys(_ON_THE_SPOT, _S.UNDER_WAY),
        _A.FINISH: _S.FINISHED,
        _A.ABORT: _S.ABORTED,
        _A.CALL_OFF: _S.CALLED_OFF,
    },
    _S.FINISHED: dict.fromkeys(_AFTERWARDS, _S.FINISHED),
    _S.ABORTED: dict.fromkeys(_AFTERWARDS, _S.ABORTED),
    _S.CALLED_OFF: {},
}
# After one of these somebody has inspected, and the visit can only be finished or aborted.
DONE_SOMETHING: Final = frozenset(
    {_A.RECORD, _A.FIND, _A.WRITE_FORM, _A.HAND_INTEGRITY_SHEET, _A.SHOW_CODE}
)


class AlreadyBegun(RuleViolation):
    code = "inspection_begun"
    zh = "检查已实际开展({done}),不能取消;请结束或者中止检查。"
    en = "The inspection has begun in fact ({done}); it is finished or aborted, not called off."


class CertificatesWereShown(InvalidInput):
    code = "certificates_were_shown"
    zh = "执法证件均已出示,不适用该中止事由。"
    en = "All certificates were shown; this ground does not apply."


class RefusalNeedsCertificates(RuleViolation):
    """A refusal counts against the party only after the certificates were shown."""

    code = "refusal_needs_certificates"
    zh = "未出示执法证件前,当事人有权拒绝检查(行政处罚法第五十五条),不得记为拒绝检查。"
    en = "Before the certificates are shown the party may refuse (ibid. art. 55); that is lawful."


def step(state: InspectionState, action: InspectionAction) -> InspectionState:
    """Where `action` leads from `state`; IllegalStep if it leads nowhere."""
    try:
        return TRANSITIONS[state][action]
    except KeyError:
        raise IllegalStep(state=state, action=action, allowed=[*TRANSITIONS[state]]) from None


def require_nothing_done(actions: Iterable[InspectionAction]) -> None:
    """AlreadyBegun if anything was done that belongs to an inspection."""
    done = sorted({*actions} & DONE_SOMETHING)
    if done:
        raise AlreadyBegun(done=", ".join(done))


def require_ground(ground: AbortGround, *, all_shown: bool) -> None:
    """Whether refusing was the party's right hangs on the certificates."""
    if ground is AbortGround.ENTRY_REFUSED and not all_shown:
        raise RefusalNeedsCertificates
    if ground is AbortGround.CERTIFICATES_NOT_SHOWN and all_shown:
        raise CertificatesWereShown(reason=ground, pointer="/ground")
