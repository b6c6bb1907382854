"""Grave phrases and secrets in one message, which reach a person whatever else happens: phrases of the
floor's classes in every language, and secrets told in it."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType

from app.core.reading import sensitive
from app.core.reading.spelling import Spelling, spelling
from app.core.reading.watching import Watch
from config.floor import FloorClass
from config.wording import Words

READ_MAX = 200_000  # characters; a longer text is read in its first and its last half of these
FLAGS_MAX = 40  # places of one class; more say nothing new
_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_SIGNS = str.maketrans("{}&!", "    ")
_MISS, _ADDED = "_not", "+"
_NONE: Mapping[FloorClass, tuple[str, ...]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Flagged:
    """A place of a message, in characters of its text, that makes the message one of this class.

    What is `firm` stands whatever else is known: a phrase of the company's own, or a secret with its check
    digits.
    """

    kind: FloorClass
    start: int
    end: int
    firm: bool = False


def flags(
    text: str, words: Mapping[str, Words], added: Mapping[FloorClass, tuple[str, ...]] = _NONE
) -> tuple[Flagged, ...]:
    """Why a message must reach a person, gravest class first, then by place; places of one class do not
    overlap.

    `added` are phrases of the company's own: they always count, while a shipped phrase does not where it is
    part of a figure of speech.
    """
    watch = _watch(
        tuple(words.values()), tuple((kind, added[kind]) for kind in FloorClass if added.get(kind))
    )
    found: list[Flagged] = []
    for offset, part in _parts(text):
        found += (replace(f, start=f.start + offset, end=f.end + offset) for f in _in_part(part, watch))
    return tuple(
        place for kind in FloorClass for place in _apart(f for f in found if f.kind is kind)[:FLAGS_MAX]
    )


def _parts(text: str) -> tuple[tuple[int, str], ...]:
    if len(text) <= READ_MAX:
        return ((0, text),)
    last = len(text) - READ_MAX // 2
    return (0, text[: READ_MAX // 2]), (last, text[last:])


def _in_part(text: str, watch: Watch) -> Iterable[Flagged]:
    places: dict[str, list[tuple[int, int]]] = {}
    for hit in watch.hits(text):
        places.setdefault(hit.name, []).append((hit.start, hit.end))
    for kind in FloorClass:
        misses = places.get(kind + _MISS, [])
        for start, end in places.get(kind, ()):
            if not any(_takes_out(miss, (start, end)) for miss in misses):
                yield Flagged(kind, start, end)
        for start, end in places.get(_ADDED + kind, ()):
            yield Flagged(kind, start, end, firm=True)
    for secret in sensitive.find(text):
        yield Flagged(FloorClass.SENSITIVE, secret.start, secret.end, firm=True)


def _takes_out(miss: tuple[int, int], found: tuple[int, int]) -> bool:
    """Whether a near miss overlaps what was found. What was found around the whole near miss says more than
    it, and stands."""
    overlaps = miss[0] < found[1] and found[0] < miss[1]
    return overlaps and not (found[0] <= miss[0] and miss[1] <= found[1] and found != miss)


def _apart(found: Iterable[Flagged]) -> list[Flagged]:
    kept: list[Flagged] = []
    for flagged in sorted(found, key=lambda f: (f.start, -f.end)):
        if kept and flagged.start < kept[-1].end:
            last = kept[-1]
            kept[-1] = replace(last, end=max(last.end, flagged.end), firm=last.firm or flagged.firm)
        else:
            kept.append(flagged)
    return kept


@lru_cache(maxsize=8)
def _watch(lexicons: tuple[Words, ...], added: tuple[tuple[FloorClass, tuple[str, ...]], ...]) -> Watch:
    """The phrases of every language and of the policy. A slot `{family}` stands for the list of the phrase's
    own language."""
    lists: dict[str, list[str]] = {}
    slots: dict[str, tuple[str, ...]] = {}
    for lexicon in lexicons:
        for key, entries in lexicon.lists.items():
            if key.startswith("floor.slot."):
                slots[lexicon.language + key.removeprefix("floor.slot.")] = tuple(
                    _spelled_out(e) for e in entries
                )
        for kind in FloorClass:
            for key, name in (
                (kind.value, kind.value),
                (f"near.{kind}", kind.value),
                (kind + _MISS, kind + _MISS),
            ):
                phrases = (_spelled_out(e) for e in lexicon.phrases(f"floor.{key}"))
                lists.setdefault(name, []).extend(e.replace("{", "{" + lexicon.language) for e in phrases)
    for kind, entries in added:
        # A policy has no slots and joins nothing: its braces, "&" and "!" are signs like others.
        lists[_ADDED + kind] = [entry.translate(_SIGNS) for entry in entries]
    return Watch(lists, slots, _spelling(lexicons))


def _spelled_out(entry: str) -> str:
    """The phrase with "moechte" beside "möchte", as people write who have no such keys."""
    return " ".join(_either_way(part) for part in entry.split())


def _either_way(part: str) -> str:
    words = part.removesuffix("?").split("|")
    more = [other for word in words if (other := word.translate(_SPELLED_OUT)) != word and other not in words]
    return "|".join((*words, *more)) + "?" * part.endswith("?")


def _spelling(lexicons: tuple[Words, ...]) -> Spelling:
    """Words that are put right when they are one slip away."""
    meant = [word for lexicon in lexicons for word in lexicon.phrases("floor.spelling.meant")]
    real = [word for lexicon in lexicons for word in lexicon.phrases("floor.spelling.real")]
    return spelling(meant, real)
