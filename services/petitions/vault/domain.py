"""Who petitions, alone or with others, and what of it may be shown to whom.

The masking matrix (DOMAIN 2.7) follows from 信访工作条例 art. 30 and 46(5) and 浙江省信访条例
art. 26: the accused, and staff who do not handle the matter, must not learn who complained.
"""

import hashlib
import hmac
import re
import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from shared import divisions
from shared.clocks.term import LegalBasis
from shared.errors import InvalidInput, RuleViolation
from shared.masking import masked_name, masked_phone, normal_phone

REDACTED: Final = "〔已隐去〕"
STREET: Final = re.compile(r"^.*?(?:街道|镇|乡|路|街|大道|村)")
# What may stand between the characters of a name or a number and still leave it readable.
BETWEEN: Final = r"[\s·.,,、_/—–-]{0,3}"
PHONE: Final = re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)")
LANDLINE: Final = re.compile(r"(?<!\d)0\d{2,3}[- ]?\d{7,8}(?!\d)")
ID_NUMBER: Final = re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])")
ID_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECKS: Final = "10X98765432"
MIN_ADDRESS_PART: Final = 4
HALF_WIDTH: Final = {
    ord(char) + 0xFEE0: char for char in "+-" + string.digits + string.ascii_letters
}
TITLES: Final = ("先生", "女士", "小姐")
# A surname of two characters (欧阳) goes before a given name of as many.
GIVEN_NAME: Final = 2


class InvalidIdNumber(InvalidInput):
    code = "invalid_id_number"
    zh = "身份证号码校验不通过。"
    en = "The ID number fails its check digit (GB 11643)."


class Field(StrEnum):
    """What a petition knows of its petitioner and of the matter."""

    NAME = "name"
    PHONE = "phone"
    ID_NUMBER = "id_number"
    ADDRESS = "address"
    TEXT = "text"
    RECORDINGS = "recordings"
    FACTS = "facts"
    NUMBER = "number"


class Reader(StrEnum):
    """How a reader stands to the petition."""

    CLERK = "clerk"  # petition clerk who handles it
    OFFICER = "officer"  # own unit's handling officer
    JOINT_UNIT = "joint_unit"  # another unit in a joint operation
    LEADERS = "leaders"  # through-train group and leaders
    ENTERPRISE = "enterprise"
    PUBLIC = "public"
    AUDITOR = "auditor"


class Shown(StrEnum):
    """How much of a field a reader gets."""

    FULL = "full"
    MASKED = "masked"
    STREET = "street"
    REDACTED = "redacted"
    ABSENT = "absent"
    # Full while the matter is being handled, masked before and after.
    WHILE_HANDLED = "while_handled"
    # Full for who asks with a reason, absent otherwise.
    ON_REQUEST = "on_request"


_F, _M, _S, _R, _A = Shown.FULL, Shown.MASKED, Shown.STREET, Shown.REDACTED, Shown.ABSENT
_W, _Q = Shown.WHILE_HANDLED, Shown.ON_REQUEST

# Columns in the order of Reader: clerk, officer, joint unit, leaders, enterprise, public, auditor.
_ROWS: Final[Mapping[Field, tuple[Shown, ...]]] = {
    Field.NAME: (_F, _M, _A, _A, _A, _A, _F),
    Field.PHONE: (_F, _W, _A, _A, _A, _A, _F),
    Field.ID_NUMBER: (_M, _A, _A, _A, _A, _A, _F),
    Field.ADDRESS: (_F, _S, _A, _A, _A, _A, _F),
    Field.TEXT: (_F, _F, _R, _R, _A, _A, _F),
    Field.RECORDINGS: (_F, _Q, _A, _A, _A, _A, _F),
    Field.FACTS: (_F, _F, _F, _F, _A, _A, _F),
    Field.NUMBER: (_F, _F, _F, _F, _A, _A, _F),
}
MATRIX: Final[Mapping[tuple[Field, Reader], Shown]] = {
    (field, reader): shown
    for field, row in _ROWS.items()
    for reader, shown in zip(Reader, row, strict=True)
}
IDENTITY: Final = (Field.NAME, Field.PHONE, Field.ID_NUMBER, Field.ADDRESS)


@dataclass(frozen=True, slots=True)
class Identity:
    """A petitioner as the vault keeps it."""

    name: str
    phone: str | None = None
    id_number: str | None = None
    address: str | None = None


def normal_id_number(number: str) -> str:
    """Upper-case ID number with a right check digit (GB 11643-1999); InvalidIdNumber if wrong."""
    number = number.strip().upper()
    if not ID_NUMBER.fullmatch(number):
        raise InvalidIdNumber(reason="form", pointer="/petitioner/id_number")
    total = sum(weight * int(digit) for weight, digit in zip(ID_WEIGHTS, number[:17], strict=True))
    if ID_CHECKS[total % 11] != number[17]:
        raise InvalidIdNumber(reason="check digit", pointer="/petitioner/id_number")
    return number


def tokens(identity: Identity, key: bytes) -> list[str]:
    """By what a person is recognised again without being read: keyed hashes of phone and ID."""
    marks = []
    if identity.phone:
        marks.append(f"phone:{normal_phone(identity.phone)}")
    if identity.id_number:
        marks.append(f"id:{normal_id_number(identity.id_number)}")
    return [hmac.digest(key, mark.encode(), hashlib.sha256).hex() for mark in marks]


def masked_id_number(number: str) -> str:
    """First six and last four stay: the place of registration and the check."""
    return f"{number[:6]}********{number[-4:]}"


def street_of(address: str) -> str:
    """The address down to the street; nothing if it names none."""
    match = STREET.match(address)
    return match[0] if match else ""


def masked(field: Field, identity: Identity) -> str | None:
    """A field of the identity as a masked reader gets it."""
    match field:
        case Field.NAME:
            return masked_name(identity.name)
        case Field.PHONE:
            return masked_phone(identity.phone) if identity.phone else None
        case Field.ID_NUMBER:
            return masked_id_number(identity.id_number) if identity.id_number else None
        case Field.ADDRESS:
            return street_of(identity.address) if identity.address else None
        case _:
            return None


def shown(field: Field, reader: Reader, *, in_progress: bool) -> Shown:
    """The matrix's word, with its conditions decided."""
    word = MATRIX[field, reader]
    if word is Shown.WHILE_HANDLED:
        return Shown.FULL if in_progress else Shown.MASKED
    return word


def readable(field: Field, reader: Reader, *, identity: Identity, in_progress: bool) -> str | None:
    """A field of the identity as this reader may have it with a reason."""
    match shown(field, reader, in_progress=in_progress):
        case Shown.FULL | Shown.ON_REQUEST:
            value: str | None = getattr(identity, field.value)
            return value
        case Shown.MASKED | Shown.STREET:
            return masked(field, identity)
        case _:
            return None


def redact(text: str, identities: Iterable[Identity]) -> str:
    """Free text without anybody's name, numbers and address, and without any phone or ID.

    A name is also looked for with 先生 or 女士 after the surname; of an address, every part that is
    long enough to point at somebody. Blanks and dashes between hide nothing. The text is read in
    half-width letters and digits, since a number in full-width ones is the same number.
    """
    text = text.translate(HALF_WIDTH)
    for pattern in (ID_NUMBER, PHONE, LANDLINE):
        text = pattern.sub(REDACTED, text)
    # Of two hundred who signed, few are named: what the squeezed text lacks is not looked for.
    squeezed = _plain(text).casefold()
    secrets = {secret for each in identities for secret in _secrets(each)}
    for secret in sorted(secrets, key=lambda each: (-len(each), each)):
        if secret.casefold() in squeezed:
            text = _spelled(secret).sub(REDACTED, text)
    return text


def _spelled(secret: str) -> re.Pattern[str]:
    """The secret in whatever way its characters are spaced."""
    return re.compile(BETWEEN.join(map(re.escape, secret)), re.IGNORECASE)


def _secrets(identity: Identity) -> set[str]:
    """What must not be found in a text, without what `_spelled` allows for."""
    surnames = {identity.name[:1], identity.name[:-GIVEN_NAME]}
    titled = {surname + title for surname in surnames for title in TITLES if surname}
    numbers = {normal_phone(identity.phone)} if identity.phone else set()
    if identity.id_number:
        numbers.add(identity.id_number)
    if identity.address:
        street = street_of(identity.address)
        rest = identity.address.removeprefix(street)
        titled |= {part for part in (identity.address, rest) if len(part) >= MIN_ADDRESS_PART}
    plain = {_plain(each) for each in {identity.name, *titled, *numbers}}
    return {each for each in plain if len(each) > 1}


def _plain(secret: str) -> str:
    return re.sub(r"[\s·.,,、_/—–-]", "", secret.translate(HALF_WIDTH))


class PartyRole(StrEnum):
    """As what somebody petitions (DOMAIN 2.7)."""

    PETITIONER = "petitioner"
    CO_SIGNER = "co_signer"
    REPRESENTATIVE = "representative"
    PRINCIPAL = "principal"  # for whom a proxy acts
    PROXY = "proxy"


@dataclass(frozen=True, slots=True)
class Signatory:
    """Somebody who petitions beside the petitioner."""

    identity: Identity
    role: PartyRole


def counting(roles: Sequence[PartyRole]) -> list[bool]:
    """Of each party, the petitioner first: whether the person counts for 同人.

    For a proxy the principal counts. Who brings a principal's petition, and names nobody else as
    proxy, is the proxy.
    """
    brought = PartyRole.PRINCIPAL in roles and PartyRole.PROXY not in roles
    return [
        role is not PartyRole.PROXY and not (brought and role is PartyRole.PETITIONER)
        for role in roles
    ]


@dataclass(frozen=True, slots=True)
class RepresentativeLimit:
    """How many may speak for up to `persons`; for any number if that is None."""

    scope: str
    persons: int | None
    most: int
    basis: LegalBasis


_ZHEJIANG: Final = LegalBasis(
    "zhejiang-petition-regulations",
    title_zh="浙江省信访条例",
    title_en="Petition Regulations of Zhejiang Province",
)
REPRESENTATIVES: Final = (
    RepresentativeLimit(
        "",
        None,
        5,
        LegalBasis(
            "regulations-on-petition-work", "20", "信访工作条例", "Regulations on Petition Work"
        ),
    ),
    RepresentativeLimit("33", 10, 3, _ZHEJIANG),
    RepresentativeLimit("33", None, 5, _ZHEJIANG),
)


class TooManyRepresentatives(RuleViolation):
    code = "too_many_representatives"
    zh = "{persons} 人的信访事项,代表不得超过 {most} 人(《{law}》)。"
    en = "At most {most} may represent {persons} persons ({law})."


def limit_of(office: str, persons: int) -> RepresentativeLimit:
    """The narrowest limit for so many persons; within one scope the smallest group it fits."""
    scopes = ("", *divisions.lineage(office))
    fitting = [
        each
        for each in REPRESENTATIVES
        if each.scope in scopes and (each.persons is None or persons <= each.persons)
    ]
    return max(fitting, key=lambda each: (len(each.scope), each.persons is not None))


def require_representatives(office: str, roles: Iterable[PartyRole], *, persons: int) -> None:
    """TooManyRepresentatives if more speak for the group than the law lets."""
    limit = limit_of(office, persons)
    named = sum(role is PartyRole.REPRESENTATIVE for role in roles)
    if named > limit.most:
        raise TooManyRepresentatives(persons=persons, most=limit.most, law=limit.basis.title_zh)
