"""When a clerk may call a petition a repeat (同人+同事, DOMAIN 2.7)."""

from enum import StrEnum

from services.petitions.repeats.domain.likeness import Likeness, same_object, same_person
from shared.errors import RuleViolation


class Basis(StrEnum):
    """By what items are counted as one matter raised again."""

    PERSON = "person"  # the same person and the same matter [S54]
    OBJECT = "object"  # the same object, whoever complains [S60]


class NotTheSamePerson(RuleViolation):
    """A repeat needs the same person; the matter alone makes it another voice."""

    code = "not_the_same_person"
    zh = "两件信访件的信访人不同,不能认定为重复件。"
    en = "The two petitions have no petitioner in common and cannot be repeats."


class NotTheSameObject(RuleViolation):
    """Counted by object, a repeat needs the same one."""

    code = "not_the_same_object"
    zh = "两件信访件反映的对象不同,不能认定为重复件。"
    en = "The two petitions are about different objects and cannot be repeats."


class RepeatOfItself(RuleViolation):
    code = "repeat_of_itself"
    zh = "信访件不能是自身的重复件。"
    en = "A petition is not a repeat of itself."


class AlreadyRepeat(RuleViolation):
    """One petition has one matter; a wrong one is revoked first."""

    code = "already_a_repeat"
    zh = "该件已认定为重复件,如有误请先撤销。"
    en = "The petition is a repeat already; revoke that first if it is wrong."


class NotARepeat(RuleViolation):
    code = "not_a_repeat"
    zh = "该件未被认定为重复件。"
    en = "The petition is not a repeat."


class HasRepeats(RuleViolation):
    """Two matters become one only by somebody who looks at every item of both."""

    code = "has_repeats"
    zh = "该件已是其他重复件的首件,请先分别认定。"
    en = "The petition is itself the first of a matter with repeats; decide on those first."


class NotEarlier(RuleViolation):
    code = "repeat_not_later"
    zh = "重复件的收到时间应晚于首件。"
    en = "A repeat is received after what it repeats."


def require_same(new: Likeness, root: Likeness, *, basis: Basis, metres: int) -> None:
    """NotTheSamePerson or NotTheSameObject unless what the basis counts by is the same."""
    match basis:
        case Basis.PERSON if not same_person(new, root):
            raise NotTheSamePerson
        case Basis.OBJECT if not same_object(new, root, metres=metres):
            raise NotTheSameObject
