"""The phrase lists of a language, compiled once. The slots `{who}`, `{talk}` … of a phrase stand for that
language's lists."""
from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from app.core.reading.phrases import Phrases, phrases
from app.core.reading.spelling import Spelling, spelling
from config.wording import Words

SLOTS = ("who", "human", "machine", "talk", "me", "asked", "between")


@lru_cache(maxsize=512)
def listed(lexicon: Words, name: str) -> Phrases:
    """The phrases under `phrases.<name>`; a list that is not there finds nothing."""
    return phrases(
        lexicon.phrases(f"phrases.{name}"), {slot: lexicon.phrases(f"phrases.slot.{slot}") for slot in SLOTS}
    )


@lru_cache(maxsize=16)
def listed_in_all(lexicons: tuple[Words, ...], name: str) -> Phrases:
    """The phrases of that name in several languages as one list; none of them has slots."""
    return phrases(entry for lexicon in lexicons for entry in lexicon.phrases(f"phrases.{name}"))


@lru_cache(maxsize=64)
def spelt(lexicon: Words, lexicons: tuple[Words, ...]) -> Spelling:
    """The words of the lexicon that slips are put right to; what is a word in any of the lexicons is no
    slip."""
    real = (
        entry
        for w in lexicons
        for name in ("meant", "real")
        for entry in w.phrases(f"phrases.spelling.{name}")
    )
    return spelling(lexicon.phrases("phrases.spelling.meant"), real, lexicon.phrases("phrases.spelling.glue"))


def compile_all(lexicons: Iterable[Words]) -> int:
    """Compile every list now, 0.7 s of CPU, and say how many: before a process forks, so that no child does
    it at its first ticket."""
    every = tuple(lexicons)
    for lexicon in every:
        spelt(lexicon, every)
    names = [
        (lexicon, key.removeprefix("phrases."))
        for lexicon in every
        for key in lexicon.lists
        if key.startswith("phrases.")
    ]
    return len(
        [listed(lexicon, name) for lexicon, name in names if not name.startswith(("slot.", "spelling."))]
    )
