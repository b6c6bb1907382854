"""Many phrases looked for at once: of thousands of phrases only those are tried on a sentence whose every
word stands in it.

The phrases are those of `phrases`; here an apostrophe is a blank ("l'avocat" is two words, "don_t" one place
of a phrase) and several dots end no sentence ("I just want to... stop"). Besides, phrases may be joined with
` & `: they stand in any order, close together, in a sentence or in it and the next ("I got a bill. I never
bought anything."); one that begins with `!` stands in neither.
"""
from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.core.reading.phrases import fold, pattern_of
from app.core.reading.spelling import Spelling, corrected

STRETCH = 60  # words of a sentence that are read together; a longer one is read in stretches that overlap
OVERLAP = 30
STEM_MAX = 20
NEAR = 130  # characters that joined phrases may take up together, about twenty words
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
    """A phrase of a list, or several that are joined; `bars` are patterns that must not stand in the
    sentence."""

    name: str
    phrases: tuple[str, ...]
    bars: tuple[str, ...]
    needs: frozenset[int]
    _patterns: tuple[re.Pattern[str], ...] = field(default=())

    @property
    def joined(self) -> bool:
        return len(self.phrases) > 1

    def places(self, text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        first, *others = self._compiled()
        if len(self.phrases) == 1 and not self.bars:
            yield from (match.span() for match in first.finditer(text, start, end))
            return
        if any(bar.search(text, start, end) for bar in others[len(self.phrases) - 1 :]):
            return
        spans = [
            [m.span() for m in p.finditer(text, start, end)]
            for p in (first, *others[: len(self.phrases) - 1])
        ]
        place = _together(spans)
        if place is not None:
            yield place

    def _compiled(self) -> tuple[re.Pattern[str], ...]:
        # Compiled at its first use: of the thousands a process meets a few hundred.
        if not self._patterns:
            self._patterns = tuple(
                re.compile(rf"(?<!\w){phrase}(?!\w)") for phrase in (*self.phrases, *self.bars)
            )
        return self._patterns


def _together(spans: Sequence[Sequence[tuple[int, int]]]) -> tuple[int, int] | None:
    """The shortest stretch that begins with a place of the first phrase's and holds one of each; None where
    there is none within NEAR."""
    best: tuple[int, int] | None = None
    for first in spans[0]:
        taken = [first]
        for others in spans[1:]:
            free = [
                other for other in others if all(other[1] <= start or end <= other[0] for start, end in taken)
            ]
            if not free:
                break
            taken.append(min(free, key=lambda other: _length(_around([*taken, other]))))
        place = _around(taken)
        if (
            len(taken) == len(spans)
            and _length(place) <= NEAR
            and (best is None or _length(place) < _length(best))
        ):
            best = place
    return best


def _around(places: Sequence[tuple[int, int]]) -> tuple[int, int]:
    return min(start for start, _ in places), max(end for _, end in places)


def _length(place: tuple[int, int]) -> int:
    return place[1] - place[0]


class Watch:
    """Phrases by the name of their list. Slow to make: keep it."""

    def __init__(
        self,
        lists: Mapping[str, Iterable[str]],
        slots: Mapping[str, Sequence[str]],
        right: Spelling | None = None,
    ) -> None:
        self._right = right
        self._slots = {name: tuple(spaced(entry) for entry in entries) for name, entries in slots.items()}
        self._bodies = {
            name: f"(?:{'|'.join(pattern_of(entry, {}) for entry in entries)})"
            for name, entries in self._slots.items()
        }
        self._words: dict[str, set[int]] = {}  # a word -> the places of phrases it may fill
        self._stems: dict[str, set[int]] = {}
        self._ends: dict[str, set[int]] = {}
        self._parts: dict[str, int] = {}
        self._seen: dict[str, frozenset[int]] = {}
        self._by_rarest: dict[int, list[_Entry]] = {}
        used: Counter[int] = Counter()
        entries = [self._entry(name, spaced(phrase)) for name, listed in lists.items() for phrase in listed]
        # a word of some phrase, in whatever language, is not a slip: "passer" is not meant as "passed"
        if right is not None:
            self._right = replace(right, known=right.known.union(self._words))
        for filled in (*self._words.values(), *self._stems.values(), *self._ends.values()):
            used.update(dict.fromkeys(filled, len(filled)))
        for entry in entries:
            self._by_rarest.setdefault(min(entry.needs, key=lambda part: used[part]), []).append(entry)

    def hits(self, text: str) -> Iterator[Hit]:
        """Every phrase found, sentence by sentence; one that stands where stretches overlap may come twice.
        Linear in the text."""
        folded = fold(_DOTS.sub(lambda dots: " " * len(dots.group()), text).translate(_APOSTROPHES))
        if self._right is not None:
            folded = corrected(folded, self._right)
        before, parts = 0, frozenset[int]()
        for start, end, words in _stretches(folded.text):
            present = frozenset().union(*(self._filled_by(word) for word in words))
            for entry in self._possible(present, parts):
                for place in entry.places(folded.text, before if entry.joined else start, end):
                    yield Hit(entry.name, *folded.span(*place))
            before, parts = start, present

    def _possible(self, present: frozenset[int], before: frozenset[int]) -> Iterator[_Entry]:
        """The entries whose every word stands here or, of a joined one, here and in the sentence before."""
        both = present | before
        for part in both:
            for entry in self._by_rarest.get(part, ()):
                if entry.needs <= (both if entry.joined else present) and not entry.needs <= before - present:
                    yield entry

    def _filled_by(self, word: str) -> frozenset[int]:
        known = self._seen.get(word)
        if known is None:
            stems = (self._stems.get(word[:length], ()) for length in range(1, min(len(word), STEM_MAX) + 1))
            ends = (self._ends.get(word[-length:], ()) for length in range(1, min(len(word), STEM_MAX) + 1))
            known = frozenset(self._words.get(word, ())).union(*stems, *ends)
            if len(self._seen) < SEEN_MAX:  # people use the same words
                self._seen[word] = known
        return known

    def _entry(self, name: str, phrase: str) -> _Entry:
        joined = [part.strip() for part in phrase.split(" & ")]
        found = tuple(part for part in joined if not part.startswith("!"))
        bars = tuple(part.removeprefix("!") for part in joined if part.startswith("!"))
        needed = [
            part
            for one in found
            for part in one.split()
            if part not in ("..", "...", "$") and not part.endswith("?")
        ]
        if not needed:
            raise ValueError(f"{name}: the phrase {phrase!r} holds no word that must be there")
        patterns, barred = (tuple(pattern_of(one, self._bodies) for one in group) for group in (found, bars))
        return _Entry(name, patterns, barred, frozenset(self._part(part) for part in needed))

    def _part(self, part: str) -> int:
        """The number of a place of phrases, one of whose words must stand in a sentence for the phrase to be
        found there."""
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
        plain = "_" in alternative
        if alternative.startswith("~"):
            if plain or alternative.endswith("~"):
                raise ValueError(
                    f"the phrase word {alternative!r} may have any beginning or any ending, and be one word"
                )
            self._ends.setdefault(first.group()[-STEM_MAX:], set()).add(number)
            return
        stem = alternative.endswith("~") and not plain
        (self._stems if stem else self._words).setdefault(first.group(), set()).add(number)


def spaced(phrase: str) -> str:
    """A phrase with the apostrophes inside of its words as blanks in one place, as the text is read; "'m"
    alone is the word "m"."""
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
