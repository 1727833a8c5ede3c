"""Forms of the visit as data (环境行政执法文书制作指南 [S22]): written, corrected, signed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.tasks.inspections.domain.guards import MIN_OFFICERS, Signature
from shared.errors import IllegalStep, InvalidInput, RuleViolation


class FormKind(StrEnum):
    SITE_RECORD = "site_record"  # 现场检查(勘察)笔录
    INTERVIEW = "interview"  # 调查询问笔录
    SAMPLING = "sampling"  # 采样取证登记单


class Signer(StrEnum):
    PARTY = "party"  # 当事人、被询问人
    OFFICER = "officer"  # 执法人员
    WITNESS = "witness"  # 见证人
    RECORDER = "recorder"  # 记录人


class FormState(StrEnum):
    DRAFT = "draft"
    SIGNED = "signed"


class FormAction(StrEnum):
    REVISE = "revise"
    SIGN = "sign"


TITLES_ZH: Final[Mapping[FormKind, str]] = {
    FormKind.SITE_RECORD: "现场检查(勘察)笔录",
    FormKind.INTERVIEW: "调查询问笔录",
    FormKind.SAMPLING: "采样取证登记单",
}
TRANSITIONS: Final[Mapping[FormState, Mapping[FormAction, FormState]]] = {
    # The last signature that is needed makes it `signed`.
    FormState.DRAFT: {FormAction.REVISE: FormState.DRAFT, FormAction.SIGN: FormState.DRAFT},
    FormState.SIGNED: {},
}


class SignedBefore(RuleViolation):
    code = "signed_before"
    zh = "{name} 已在本版文书上签署。"
    en = "{name} has answered this version already."


class OfficersSignForThemselves(RuleViolation):
    code = "officers_sign_for_themselves"
    zh = "执法人员须由本人签名。"
    en = "An officer signs in person and refuses nothing."


class OtherKind(InvalidInput):
    code = "other_form"
    zh = "该文书不是所填的种类。"
    en = "The form is of another kind."


class NameMissing(InvalidInput):
    code = "name_missing"
    zh = "须填写签署人姓名。"
    en = "Who answers is named."


@dataclass(frozen=True, slots=True)
class Signed:
    """One answer to a version: `officer_id` for officers only."""

    signer: Signer
    name: str
    signature: Signature
    officer_id: UUID | None = None


def step(state: FormState, action: FormAction) -> FormState:
    try:
        return TRANSITIONS[state][action]
    except KeyError:
        raise IllegalStep(state=state, action=action, allowed=[*TRANSITIONS[state]]) from None


def require_kind(kind: FormKind, given: FormKind) -> None:
    if kind is not given:
        raise OtherKind(reason="kind", pointer="/form/kind")


def require_name(name: str | None) -> str:
    if name is None:
        raise NameMissing(reason="missing", pointer="/name")
    return name


def require_new(signed: Signed, before: Iterable[Signed]) -> None:
    """SignedBefore if the same person, or the party, has answered this version."""
    for each in before:
        same_officer = signed.officer_id is not None and each.officer_id == signed.officer_id
        same_party = signed.signer is each.signer is Signer.PARTY
        if same_officer or same_party or (each.signer, each.name) == (signed.signer, signed.name):
            raise SignedBefore(name=signed.name)
    if signed.signer is Signer.OFFICER and signed.signature is not Signature.SIGNED:
        raise OfficersSignForThemselves


def state_after(signed: Iterable[Signed]) -> FormState:
    """Signed once the party answered and two officers signed the same version."""
    signed = [*signed]
    officers = {each.officer_id for each in signed if each.signer is Signer.OFFICER}
    answered = any(each.signer is Signer.PARTY for each in signed)
    return FormState.SIGNED if answered and len(officers) >= MIN_OFFICERS else FormState.DRAFT
