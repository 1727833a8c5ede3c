"""What a row says, under the rules by which an office registers; every problem by its column."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Final

from services.petitions.exports.domain.columns import (
    ARCHIVE_ONLY,
    IDENTITY,
    Column,
    Identification,
    term_of,
)
from services.petitions.imports.domain.archive import NONE, History, read_history
from services.petitions.imports.domain.life import Mode
from services.petitions.imports.domain.problems import Code, Problem
from services.petitions.imports.domain.values import LONG, MOST_VALUES, SHORT, Cells
from services.petitions.intake.domain import Form, Medium, NewPetition, Purpose, Urgency
from services.petitions.profiles.domain import Channel, Profile, Track
from services.petitions.vault.domain import Identity, InvalidIdNumber, normal_id_number
from shared import divisions

NUMBER: Final = re.compile(r"\S{1,64}")
PHONE: Final = re.compile(r"[0-9+][0-9 -]{4,24}")
CREDIT_CODE: Final = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")
INDUSTRY: Final = re.compile(r"[A-T][0-9]{0,4}")
SHARE: Final = re.compile(r"(\d{1,3}/[1-9]\d{0,2}|[01]|0?\.\d{1,4}|1\.0{1,4})")


@dataclass(frozen=True, slots=True)
class Ground:
    """What rows are read against: the office, its divisions and what the source has sent before.

    `divisions` are codes valid today with their names, `names` those names that mean one division
    within the scopes of who imports. `doubled` are rows whose number stood in the file before.
    """

    mode: Mode
    office: str
    source: str
    scopes: Sequence[str]
    now: datetime
    divisions: Mapping[str, str]
    names: Mapping[str, str]
    channel: Channel | None
    profile: Callable[[NewPetition], Profile | None]
    doubled: Collection[int]
    taken: Collection[str]
    first_items: Collection[str]


@dataclass(frozen=True, slots=True)
class Row:
    """A row that may be registered."""

    number: int
    outside_number: str
    new: NewPetition
    identity: Identity | None
    withheld: bool
    repeat_of: str | None
    stated_repeat: bool
    approximate: bool
    history: History
    profile: Profile | None


def names_of(known: Mapping[str, str], scopes: Sequence[str]) -> dict[str, str]:
    """By which name within the scopes exactly one division is meant."""
    found: dict[str, list[str]] = {}
    for code, name in known.items():
        if any(divisions.covers(scope, code) for scope in scopes):
            found.setdefault(name, []).append(code)
    return {name: codes[0] for name, codes in found.items() if len(codes) == 1}


def read_row(
    number: int, texts: Mapping[str, str] | None, ground: Ground
) -> tuple[Row | None, list[Problem]]:
    """The row, unless something bars it, and every problem found."""
    if texts is None:
        return None, [Problem(number, "", Code.BAD_LINE)]
    cells = Cells(number, texts)
    outside = _outside_number(cells, ground)
    if ground.mode is Mode.LIVE:
        for column in sorted(ARCHIVE_ONLY):
            if cells.has(column):
                cells.wrong(column, Code.ARCHIVE_ONLY)
    new = _new(cells, ground, outside)
    repeat_of = _repeat_of(cells, ground, outside)
    history, profile = NONE, None
    if new is not None:
        profile = _profile(cells, ground, new)
        if ground.mode is Mode.ARCHIVE:
            history = read_history(cells, received_at=new.received_at, now=ground.now)
    identity, withheld = _petitioner(cells, ground, called=cells.has(Column.CALLBACK_RESULT))
    stated, approximate = cells.truth(Column.REPEAT), cells.truth(Column.APPROXIMATE)
    if new is None or outside is None or any(each.bars for each in cells.problems):
        return None, cells.problems
    return (
        Row(
            number=number,
            outside_number=outside,
            new=new,
            identity=identity,
            withheld=withheld,
            repeat_of=repeat_of,
            stated_repeat=stated and repeat_of is None,
            approximate=approximate,
            history=history,
            profile=profile,
        ),
        cells.problems,
    )


def _profile(cells: Cells, ground: Ground, new: NewPetition) -> Profile | None:
    """What is registered now needs deadlines; an archive may be older than any rule on them."""
    profile = ground.profile(new)
    if profile is None:
        live = ground.mode is Mode.LIVE
        cells.wrong(Column.RECEIVED_AT, Code.NO_PROFILE if live else Code.NO_CLOCKS)
    return profile


def _outside_number(cells: Cells, ground: Ground) -> str | None:
    column = Column.OUTSIDE_NUMBER
    if not cells.has(column):
        cells.wrong(column, Code.MISSING)
        return None
    outside = cells.text(column, most=64, form=NUMBER)
    if cells.row in ground.doubled:
        cells.wrong(column, Code.DOUBLED_IN_FILE)
    elif outside in ground.taken:
        cells.wrong(column, Code.NUMBER_TAKEN)
    return outside


def _repeat_of(cells: Cells, ground: Ground, outside: str | None) -> str | None:
    first = cells.text(Column.REPEAT_OF, most=64, form=NUMBER)
    if first is None:
        return None
    if first == outside:
        cells.wrong(Column.REPEAT_OF, Code.ITSELF)
    elif first not in ground.first_items:
        cells.wrong(Column.REPEAT_OF, Code.UNKNOWN_FIRST_ITEM)
    return first


def _new(cells: Cells, ground: Ground, outside: str | None) -> NewPetition | None:
    """What is registered; None if something it cannot be without is absent or wrong."""
    received = cells.moment(Column.RECEIVED_AT, now=ground.now)
    if not cells.has(Column.RECEIVED_AT):
        cells.wrong(Column.RECEIVED_AT, Code.MISSING)
    channel = cells.code(Column.CHANNEL, Channel) or ground.channel
    if channel is None and not cells.has(Column.CHANNEL):
        cells.wrong(Column.CHANNEL, Code.MISSING)
    media = cells.codes(Column.MEDIA, Medium)
    if not cells.has(Column.MEDIA):
        cells.wrong(Column.MEDIA, Code.MISSING)
    named, shares = _divisions(cells, ground)
    title, body, place = _texts(cells, ground, media, named)
    facts = {
        "purpose": cells.code(Column.PURPOSE, Purpose) or Purpose.CLAIM,
        "form": cells.code(Column.FORM, Form) or Form.INDIVIDUAL,
        "urgency": cells.code(Column.URGENCY, Urgency) or Urgency.NORMAL,
        "track": cells.code(Column.TRACK, Track) or Track.STATUTORY_DUTY,
    }
    about = {
        "object_name": cells.text(Column.OBJECT_NAME),
        "object_code": cells.text(Column.OBJECT_CODE, form=CREDIT_CODE),
        "industry": cells.text(Column.INDUSTRY, form=INDUSTRY),
    }
    at_night, momentary = cells.truth(Column.AT_NIGHT), cells.truth(Column.MOMENTARY)
    head_count = cells.count(Column.HEAD_COUNT)
    if received is None or channel is None or not media or not named:
        return None
    return NewPetition(
        **facts,  # type: ignore[arg-type]  # each of its kind, see above
        **about,  # type: ignore[arg-type]
        channel=channel,
        media=media,
        office=ground.office,
        divisions=named,
        division_shares=shares,
        title=title,
        body=body,
        place=place,
        at_night=at_night,
        momentary=momentary,
        head_count=head_count,
        received_at=received.at,
        source=ground.source,
        outside_number=outside,
    )


def _texts(
    cells: Cells, ground: Ground, media: Sequence[Medium], named: Sequence[str]
) -> tuple[str, str, str]:
    """Title, body and place; an archive that has none gets them from type and place."""
    title = cells.text(Column.TITLE)
    body = cells.text(Column.BODY, most=LONG)
    place = cells.text(Column.PLACE)
    if ground.mode is Mode.LIVE:
        for column in (Column.TITLE, Column.BODY, Column.PLACE):
            if not cells.has(column):
                cells.wrong(column, Code.MISSING)
    where = place or (ground.divisions[named[0]] if named else "")
    kinds = "、".join(term_of(Column.MEDIA, each) for each in media)
    title = title or (body[:40] if body else f"{where}{kinds}问题")[:SHORT]
    return title, body or title, where


def _divisions(cells: Cells, ground: Ground) -> tuple[list[str], dict[str, str] | None]:
    """Where the matter lies, first in charge, and the exact shares if they are not equal."""
    shares = _shares(cells, ground)
    named = [_division(cells, ground, each) for each in cells.parts(Column.DIVISIONS)]
    if not named and shares:
        named = list(shares)
    if not named and not cells.has(Column.DIVISIONS):
        cells.wrong(Column.DIVISIONS, Code.MISSING)
    codes = [each for each in named if each]
    if len(set(codes)) != len(codes):
        cells.wrong(Column.DIVISIONS, Code.DOUBLED_DIVISION)
    if shares and set(shares) != set(codes):
        cells.wrong(Column.DIVISION_SHARES, Code.SHARES_MISMATCH)
    return codes, shares


def _division(
    cells: Cells, ground: Ground, text: str, column: Column = Column.DIVISIONS
) -> str | None:
    """The code a code or a name means, if it is one within the scope of who imports."""
    code = text if text in ground.divisions else ground.names.get(text)
    if code is None:
        cells.wrong(column, Code.UNKNOWN_DIVISION)
    elif not any(divisions.covers(scope, code) for scope in ground.scopes):
        cells.wrong(column, Code.OUTSIDE_SCOPE)
    else:
        return code
    return None


def _shares(cells: Cells, ground: Ground) -> dict[str, str] | None:
    column = Column.DIVISION_SHARES
    pairs = [each.partition("=") for each in cells.parts(column)]
    if not pairs:
        return None
    if len(pairs) > MOST_VALUES or any(not SHARE.fullmatch(each.strip()) for _, _, each in pairs):
        cells.wrong(column, Code.BAD_SHARES)
        return None
    shares = {
        code: Fraction(weight.strip())
        for name, _, weight in pairs
        if (code := _division(cells, ground, name.strip(), column))
    }
    if len(shares) != len(pairs) or any(each <= 0 for each in shares.values()):
        cells.wrong(column, Code.BAD_SHARES)
    elif sum(shares.values()) != 1:
        cells.wrong(column, Code.SHARES_NOT_ONE)
    return {code: str(share) for code, share in shares.items()}


def _petitioner(cells: Cells, ground: Ground, *, called: bool) -> tuple[Identity | None, bool]:
    """Who it was, and whether that was withheld from this office.

    Who was called back was not anonymous: without an identity, it was withheld.
    """
    given = [column for column in sorted(IDENTITY) if cells.has(column)]
    said = cells.code(Column.IDENTIFICATION, Identification)
    if given:
        if said in (Identification.ANONYMOUS, Identification.WITHHELD):
            cells.wrong(Column.IDENTIFICATION, Code.IDENTITY_NOT_EXPECTED)
        return _identity(cells), False
    if said is Identification.REAL_NAME and ground.mode is Mode.LIVE:
        cells.wrong(Column.PETITIONER_NAME, Code.NAME_MISSING)
    if said is Identification.WITHHELD and ground.mode is Mode.LIVE:
        cells.wrong(Column.IDENTIFICATION, Code.ARCHIVE_ONLY)
    if said is Identification.ANONYMOUS and called:
        cells.wrong(Column.CALLBACK_RESULT, Code.NOBODY_TO_CALL)
    # A real name that the archive does not tell is one that was withheld.
    withheld = said in (Identification.WITHHELD, Identification.REAL_NAME)
    return None, withheld or (said is None and called)


def _identity(cells: Cells) -> Identity | None:
    name = cells.text(Column.PETITIONER_NAME)
    if not cells.has(Column.PETITIONER_NAME):
        cells.wrong(Column.PETITIONER_NAME, Code.NAME_MISSING)
    phone = cells.text(Column.PETITIONER_PHONE, form=PHONE)
    id_number = cells.text(Column.PETITIONER_ID_NUMBER)
    if id_number is not None:
        try:
            id_number = normal_id_number(id_number)
        except InvalidIdNumber:
            cells.wrong(Column.PETITIONER_ID_NUMBER, Code.INVALID_ID_NUMBER)
    address = cells.text(Column.PETITIONER_ADDRESS)
    return Identity(name, phone, id_number, address) if name else None
