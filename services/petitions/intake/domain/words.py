"""How a petition is found by its words: pairs of characters, since most Chinese words have two."""

import re
import unicodedata
from typing import Final

from shared.errors import InvalidInput

# Blanks within a line; the line ends keep title, text and place apart.
BLANKS: Final = re.compile(r"[^\S\n]+")


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
