"""What a petition complains of: the enterprises and places named in its fields and in its text."""

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from services.petitions.repeats.domain.words import (
    CIRCUMSTANCES,
    ISSUES,
    MAYBE_STOPS,
    NO_PLACES,
    PLACES,
    STOPS,
    THINGS,
    any_of,
)
from shared.enterprise_names import (
    FORMS_OF_ORGANISATION,
    GENERAL_TRADE,
    PHASE,
    SHORTEST_CORE,
    WORDS_OF_TRADE,
    alternatives,
    core_of,
    plain,
    trades_of,
)

# Ways a core of another length still means the same: 天府雅居 and 雅居.
CONTAINED: Final = 0.9
# The same core in another trade (宏达水泥, 宏达家具) is mostly another firm of the same town.
OTHER_TRADE: Final = 0.6
LONGEST_STEM: Final = 8
# Of a long letter the beginning names whom it is about.
LONGEST_READ: Final = 2_000
PAIR: Final = 2
LEXICON: Final = ISSUES | CIRCUMSTANCES
KEY_SIZES: Final = range(SHORTEST_CORE, 7)
LONGEST_RUN: Final = 12
LONGEST_BRACKET: Final = 12

STOP: Final = any_of(STOPS)
MAYBE_STOP: Final = any_of(MAYBE_STOPS)
NO_PLACE: Final = any_of(NO_PLACES)
# Forms of organisation that end a name in running text; 行, 业 or 部 end too much else.
_WEAK: Final = frozenset({*"行部院社库房业点", "小区", "场地", "生产线"})
_FIRMS: Final = tuple(form for form in FORMS_OF_ORGANISATION if form not in _WEAK)
# Possessive: no text is tried in more than one way.
NAMED: Final = re.compile(
    rf"(?>{PHASE}|{alternatives({*_FIRMS, *WORDS_OF_TRADE, *GENERAL_TRADE})})++点?"
)
# Up to the last form of organisation: 采石场 of 采石场洗砂.
FIRM: Final = re.compile(rf".*(?:{alternatives(_FIRMS)})|.+点$")
ALONE: Final = re.compile(rf"{PHASE}|{alternatives(WORDS_OF_TRADE - set(THINGS))}")
RUN: Final = re.compile(r"\w*$")
PLACED: Final = re.compile(rf"(?P<stem>\w{{0,{LONGEST_STEM}}}?)(?P<kind>{alternatives(PLACES)})")
# Named by their codes already: 某省, 某市, 某县, 某区; not a market, a housing estate, a works.
DIVISIONS: Final = re.compile(
    r"\w{1,4}?(?:自治区|省|市(?![场政])|县|旗|(?<![小园社厂库矿业发中景])区(?![域里内]))"
)
TOWNS: Final = re.compile("镇|乡|街道|村")
BRACKETS: Final = re.compile(r"[(\[【〔「“\"《]([^()\[\]【】〔〕「」“”\"《》]+)[)\]】〕」”\"》]")


@dataclass(frozen=True, slots=True)
class Name:
    """The core of a name and the trades that its words speak of."""

    core: str
    trades: frozenset[int]
    # Given as the object, or written with the form of an organisation: surely a name.
    sure: bool


@dataclass(frozen=True, slots=True)
class Target:
    """What is complained of: names of enterprises or sites, and places by which it is found."""

    names: frozenset[Name]
    places: frozenset[str]
    text: str
    # Characters and pairs of the text; what is wrong and in which circumstances, as a clerk reads.
    grams: frozenset[str]
    issues: frozenset[str]

    @property
    def pairs(self) -> list[str]:
        """Pairs of characters at least one of which a text about the same target has."""
        cores = [*(each.core for each in self.names), *self.places]
        return sorted({core[at : at + 2] for core in cores for at in range(len(core) - 1)})

    @property
    def words(self) -> list[str]:
        """Pairs of the whole text, where nobody is named by whom to look for it."""
        return [] if self.names else sorted(gram for gram in self.grams if len(gram) == PAIR)

    @property
    def keys(self) -> list[str]:
        """What the key of an earlier petition's object may be, if this one names or mentions it."""
        text = self.text[:LONGEST_READ]
        parts = {text[at : at + size] for size in KEY_SIZES for at in range(len(text) - size + 1)}
        return sorted(parts | {each.core for each in self.names})


def target_of(
    object_name: str | None, *texts: str | None, seats: Collection[str] = frozenset()
) -> Target:
    """The target as its field names it and as the texts do, which are free of the petitioner.

    `seats` are names of counties around: everybody there writes them, so that they tell nothing.
    """
    text = unicodedata.normalize("NFKC", "\n".join(filter(None, texts))).casefold()[:LONGEST_READ]
    told = DIVISIONS.sub("。", text)
    named = set(_names_in(told))
    given = plain(object_name)
    if core := core_of(given):
        named.add(Name(core, trades_of(given), sure=True))
    words = plain(text)
    return Target(
        names=frozenset(named),
        places=frozenset(_places_in(told)) - set(seats),
        text=words,
        grams=frozenset(words) | {words[at : at + 2] for at in range(len(words) - 1)},
        issues=frozenset(issue for issue, found in LEXICON.items() if found.search(words)),
    )


def _names_in(text: str) -> Iterator[Name]:
    told = TOWNS.sub("\\g<0>。", text)
    at, floor = 0, 0
    while match := NAMED.search(told, at):
        found = list(
            _names_of(told[max(floor, match.start() - LONGEST_RUN) : match.start()], match[0])
        )
        yield from found
        # Two words may share a character, and only one of them leaves a name: 恒彩|印染.
        shares = not found and len(match[0]) <= LONGEST_STEM
        at = match.start() + 1 if shares else match.end()
        floor = match.end() if found else floor
    for bracketed in BRACKETS.findall(text):
        inside = plain(bracketed)
        core = core_of(inside)
        if len(core) >= SHORTEST_CORE and len(inside) <= LONGEST_BRACKET and not STOP.search(core):
            yield Name(core, trades_of(inside), sure=False)


def _names_of(before: str, ending: str) -> Iterator[Name]:
    firm = FIRM.match(ending)
    run = RUN.search(before)
    if run is None or not (firm or ALONE.match(ending)):
        return
    ending = firm[0] if firm else ending
    for stem in _stems(run[0]):
        core = core_of(stem + ending) if len(stem) >= SHORTEST_CORE else ""
        if core and len(core) <= LONGEST_STEM and not core.isdecimal():
            yield Name(core, trades_of(ending), sure=firm is not None)


def _places_in(text: str) -> Iterator[str]:
    for match in PLACED.finditer(NO_PLACE.sub("。", text)):
        for stem in _stems(match["stem"]):
            yield stem if len(stem) >= SHORTEST_CORE else stem + match["kind"]


def _stems(before: str) -> Iterator[str]:
    """What of the characters before an ending can be a name: behind the last word that is none."""
    stem = before[_last_end(STOP, before) :]
    if stem:
        yield stem
    shorter = stem[_last_end(MAYBE_STOP, stem) :]
    if shorter and shorter != stem:
        yield shorter


def _last_end(words: re.Pattern[str], text: str) -> int:
    return max((match.end() for match in words.finditer(text)), default=0)


def likeness_of_names(one: Name, other: Name) -> float:
    """How far two names mean one enterprise: 1 for one core, less by what differs."""
    if one.core == other.core:
        alike = 1.0
    elif one.core in other.core or other.core in one.core:
        alike = CONTAINED
    else:
        alike = _common(one.core, other.core) / max(len(one.core), len(other.core))
    if one.trades and other.trades and one.trades.isdisjoint(other.trades):
        alike *= OTHER_TRADE
    return alike


def mentioned(name: Name, target: Target) -> float:
    """How surely a text speaks of the name although it writes it without 厂 or 公司."""
    if any(name.core in theirs.core for theirs in target.names):
        return 0.0  # written out there: compared as names are
    if name.core in target.text:
        return 1.0
    # 沙冈开元: a place of two characters before the name, left out by who lives there.
    without_place = name.core[SHORTEST_CORE:]
    return (
        CONTAINED if len(without_place) >= SHORTEST_CORE and without_place in target.text else 0.0
    )


def _common(one: str, other: str) -> int:
    """Length of the longest common subsequence."""
    row = [0] * (len(other) + 1)
    for left in one:
        before = row
        row = [0]
        for at, right in enumerate(other):
            row.append(before[at] + 1 if left == right else max(row[-1], before[at + 1]))
    return row[-1]
