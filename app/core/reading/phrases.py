"""Finding phrases in what people type: case, accents, spacing and apostrophes apart, on whole words, with the
places in the original.

A phrase is words in a row, written as people write. Beyond plain words it may hold
`a|b` either word (`get_hold_of` is three words in one place), `word?` an optional one, `word~` any ending,
`~word` any beginning, `{slot}` any entry of that list,
`..` up to three words between, `...` up to six, `$` the end of the clause.
Phrases never reach over the end of a sentence. All functions are linear in the text.
"""
from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from connectors.clean import JOINERS

_APOSTROPHES = "'’‘ʼ´`′"
_KEPT = frozenset(".!?,;:")
# Letters that carry no accent to take off, but are often typed as plain ones.
_SPELLED_OUT = {"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "¿": "", "¡": ""}
_BETWEEN = r"(?:[,;:] ?| )"
_WORD = r"[^\s.!?]{1,40}"
_BLANKS = re.compile(r"[ \n]{2,}|\n")
# An apostrophe that joins nothing: a quote of some shape. One or two letters before it were cut short ("j'
# veux").
_QUOTES = re.compile(r"(?<!\w)'+|(?<=\w\w\w)'+(?!\w)")


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase that was found: places in the original text, and in the folded one."""

    start: int
    end: int
    folded_start: int
    folded_end: int


@dataclass(frozen=True, slots=True)
class Folded:
    """A text made comparable. `at[i]` is the place in the original of character `i`; one entry more marks the
    end."""

    text: str
    at: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where the folded characters from `start` to `end` stand in the original."""
        return self.at[start], self.at[end - 1] + 1 if end > start else self.at[start]

    def found(self, match: re.Match[str]) -> Found:
        """A match in the folded text, with its places in both."""
        return Found(*self.span(match.start(), match.end()), match.start(), match.end())


@lru_cache(maxsize=8)  # one message is folded by each of its readers in turn
def fold(text: str) -> Folded:
    """Lower case without accents; runs of blanks are one blank, an empty line is a line end, other signs are
    blanks."""
    plain = text.translate(_PLAIN)
    places: Sequence[int] = range(len(text) + 1)
    if not text.isascii():  # outside of ASCII a letter may become none, or several
        places = [*(place for place, letter in enumerate(text) for _ in _PLAIN[ord(letter)]), len(text)]
    letters: list[str] = []
    at: list[int] = []
    done = 0
    for run in _BLANKS.finditer(plain):
        lines = run.group().count("\n")
        letters += (plain[done : run.start()], "\n" if lines > 1 else " ")
        at += places[done : run.start()]
        # A run with a line end stands where its first line ends.
        at.append(places[run.start() + max(0, run.group().find("\n"))])
        done = run.end()
    return Folded("".join((*letters, plain[done:])), [*at, *places[done:]]) if done else Folded(plain, places)


def unquoted(folded: Folded) -> Folded:
    """The text without apostrophes that stand for quotes; every other quote is a blank since folding."""
    text: list[str] = []
    at: list[int] = []
    done = 0
    for quote in _QUOTES.finditer(folded.text):
        text.append(folded.text[done:quote.start()])
        at += folded.at[done:quote.start()]
        done = quote.end()
    return Folded("".join((*text, folded.text[done:])), [*at, *folded.at[done:]]) if done else folded


def _plain(letter: str) -> str:
    if letter == "\n":
        return "\n"
    if letter in _APOSTROPHES:
        return "'"
    if letter in _KEPT:
        return letter
    if letter in JOINERS:
        return ""  # within a Persian or Hindi word; what it joins is compared
    folded = letter.casefold()
    if folded in _SPELLED_OUT:
        return _SPELLED_OUT[folded]
    plain = "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))
    if not plain and unicodedata.combining(letter):
        return ""
    return plain if plain and all(c.isalnum() for c in plain) else "?" if letter == "？" else " "


class _Plain(dict[int, str]):
    """What `_plain` makes of each letter met so far: there are no more entries than letters in Unicode."""

    def __missing__(self, letter: int) -> str:
        return self.setdefault(letter, _plain(chr(letter)))


_PLAIN = _Plain()


@dataclass(frozen=True, slots=True)
class Phrases:
    """A compiled list of phrases."""

    pattern: re.Pattern[str]

    def all(self, folded: Folded) -> Iterator[Found]:
        for match in self.pattern.finditer(folded.text):
            yield folded.found(match)

    def first(self, folded: Folded) -> Found | None:
        match = self.pattern.search(folded.text)
        return None if match is None else folded.found(match)

    def whole(self, text: str) -> bool:
        """Whether a folded text is one of the phrases and nothing else."""
        return self.pattern.fullmatch(text) is not None


def phrases(entries: Iterable[str], slots: Mapping[str, Sequence[str]] | None = None) -> Phrases:
    """Compile phrases; `slots` are the lists that `{name}` stands for. An empty list finds nothing. Slow:
    keep what it makes."""
    made = {
        name: _either(pattern_of(entry, {}) for entry in values) for name, values in (slots or {}).items()
    }
    # Longest first: where two phrases begin at one place, the fuller one is the better reason.
    bodies = sorted((pattern_of(entry, made) for entry in entries), key=len, reverse=True)
    return Phrases(re.compile(rf"(?<!\w){_either(bodies)}(?!\w)" if bodies else r"(?!)"))


def _either(bodies: Iterable[str]) -> str:
    return "(?:" + "|".join(bodies) + ")"


def pattern_of(phrase: str, slots: Mapping[str, str]) -> str:
    """One phrase as a regular expression. Every repetition has a fixed maximum, so matching is linear."""
    made = ""
    # a word that must be there has been placed: from then on the blank stands in front of each word
    begun = False
    for part in phrase.split():
        if part in ("..", "..."):
            made += f"(?:{_BETWEEN}{_WORD}){{0,{3 if part == '..' else 6}}}"
            continue
        if part == "$":
            made += r"(?= ?(?:[,;:.!?\n]|\Z))"
            continue
        optional = part.endswith("?")
        body = _alternatives(part.removesuffix("?"), slots)
        if begun:
            made += f"(?:{_BETWEEN}{body})?" if optional else _BETWEEN + body
        else:
            made += f"(?:{body}{_BETWEEN})?" if optional else body
            begun = not optional
    return made


def _alternatives(part: str, slots: Mapping[str, str]) -> str:
    return _either(
        slots[word.strip("{}")] if word.startswith("{") else _word(word) for word in part.split("|")
    )


def _word(word: str) -> str:
    before, after = (
        r"\w{0,20}" if any_letters else "" for any_letters in (word.startswith("~"), word.endswith("~"))
    )
    plain = fold(word.strip("~").replace("_", " ")).text.strip()
    return before + re.escape(plain).replace(r"\ ", _BETWEEN) + after
