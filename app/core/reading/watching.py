"""Many phrases looked for at once: of thousands of phrases only those are tried on a sentence whose every word stands in it.

The phrases are those of `matching`; here an apostrophe is a blank ("l'avocat" is two words, "don_t" one place of a phrase) and several dots
end no sentence ("I just want to... stop").
"""
from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.core.reading.phrases import Spelling, corrected, fold, pattern_of

STRETCH = 60  # words of a sentence that are read together; a longer one is read in stretches that overlap
OVERLAP = 30
STEM_MAX = 20
SEEN_MAX = 50_000
_SENTENCE = re.compile(r"[^.!?\n]+")
_WORD = re.compile(r"\w+")
_DOTS = re.compile(r"\.{2,}")
_INNER_APOSTROPHE = re.compile(r"(?<=\w)['’‘ʼ´`′](?=\w)")
_APOSTROPHES = str.maketrans(dict.fromkeys("'’‘ʼ´`′", " "))
_NO_APOSTROPHES = str.maketrans(dict.fromkeys("'’‘ʼ´`′", ""))


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase that was found: whose list it is of, and its place in the original text."""

    name: str
    start: int
    end: int


@dataclass(slots=True)
class _Entry:
    name: str
    phrase: str
    needs: frozenset[int]
    _pattern: re.Pattern[str] | None = field(default=None)

    def pattern(self) -> re.Pattern[str]:
        # Compiled at its first use: of the thousands a process meets a few hundred.
        if self._pattern is None:
            self._pattern = re.compile(rf"(?<!\w){self.phrase}(?!\w)")
        return self._pattern


class Watch:
    """Phrases by the name of their list. Slow to make: keep it."""

    def __init__(self, lists: Mapping[str, Iterable[str]], slots: Mapping[str, Sequence[str]], right: Spelling | None = None) -> None:
        self._right = right
        self._slots = {name: tuple(spaced(entry) for entry in entries) for name, entries in slots.items()}
        self._bodies = {name: f"(?:{'|'.join(pattern_of(entry, {}) for entry in entries)})" for name, entries in self._slots.items()}
        self._words: dict[str, set[int]] = {}  # a word -> the places of phrases it may fill
        self._stems: dict[str, set[int]] = {}
        self._parts: dict[str, int] = {}
        self._seen: dict[str, frozenset[int]] = {}
        self._by_rarest: dict[int, list[_Entry]] = {}
        used: Counter[int] = Counter()
        entries = [self._entry(name, spaced(phrase)) for name, listed in lists.items() for phrase in listed]
        if right is not None:  # a word of some phrase, in whatever language, is no slip: "passer" is not meant as "passed"
            self._right = replace(right, known=right.known.union(self._words))
        for filled in (*self._words.values(), *self._stems.values()):
            used.update(dict.fromkeys(filled, len(filled)))
        for entry in entries:
            self._by_rarest.setdefault(min(entry.needs, key=lambda part: used[part]), []).append(entry)

    def hits(self, text: str) -> Iterator[Hit]:
        """Every phrase found, sentence by sentence; one that stands where stretches overlap may come twice. Linear in the text."""
        folded = fold(_DOTS.sub(lambda dots: " " * len(dots.group()), text).translate(_APOSTROPHES))
        if self._right is not None:
            folded = corrected(folded, self._right)
        for start, end, words in _stretches(folded.text):
            for entry in self._possible(words):
                for match in entry.pattern().finditer(folded.text, start, end):
                    found = folded.found(match)
                    yield Hit(entry.name, found.start, found.end)

    def _possible(self, words: Iterable[str]) -> Iterator[_Entry]:
        present: set[int] = set()
        for word in words:
            present |= self._filled_by(word)
        for part in present:
            for entry in self._by_rarest.get(part, ()):
                if entry.needs <= present:
                    yield entry

    def _filled_by(self, word: str) -> frozenset[int]:
        known = self._seen.get(word)
        if known is None:
            stems = (self._stems.get(word[:length], ()) for length in range(1, min(len(word), STEM_MAX) + 1))
            known = frozenset(self._words.get(word, ())).union(*stems)
            if len(self._seen) < SEEN_MAX:  # people use the same words
                self._seen[word] = known
        return known

    def _entry(self, name: str, phrase: str) -> _Entry:
        needed = [part for part in phrase.split() if part not in ("..", "...", "$") and not part.endswith("?")]
        if not needed:
            raise ValueError(f"{name}: the phrase {phrase!r} holds no word that must be there")
        return _Entry(name, pattern_of(phrase, self._bodies), frozenset(self._part(part) for part in needed))

    def _part(self, part: str) -> int:
        """The number of a place of phrases, one of whose words must stand in a sentence for the phrase to be found there."""
        if part in self._parts:
            return self._parts[part]
        number = self._parts[part] = len(self._parts)
        for word in part.split("|"):
            for entry in self._slots[word.strip("{}")] if word.startswith("{") else (word,):
                for alternative in _first(entry).split("|"):
                    self._fills(alternative, number)
        return number

    def _fills(self, alternative: str, number: int) -> None:
        first = _WORD.search(fold(alternative.replace("_", " ")).text)
        if first is None:
            raise ValueError(f"the phrase word {alternative!r} holds no letter")
        stem = alternative.endswith("~") and "_" not in alternative
        (self._stems if stem else self._words).setdefault(first.group(), set()).add(number)


def spaced(phrase: str) -> str:
    """A phrase with the apostrophes inside of its words as blanks in one place, as the text is read; "'m" alone is the word "m"."""
    return _INNER_APOSTROPHE.sub("_", phrase).translate(_NO_APOSTROPHES)


def _first(entry: str) -> str:
    """The first part of a slot's entry that must be there."""
    needed = [part for part in entry.split() if not part.endswith("?")]
    if not needed:
        raise ValueError(f"the phrase word {entry!r} holds no letter")
    return needed[0]


def _stretches(text: str) -> Iterator[tuple[int, int, list[str]]]:
    """The sentences of a folded text, long ones in overlapping stretches: start, end, words."""
    for sentence in _SENTENCE.finditer(text):
        words = list(_WORD.finditer(text, *sentence.span()))
        for at in range(0, max(1, len(words) - OVERLAP), STRETCH - OVERLAP):
            part = words[at : at + STRETCH]
            if part:
                last = at + STRETCH >= len(words)
                yield part[0].start(), sentence.end() if last else part[-1].end(), [w.group() for w in part]
