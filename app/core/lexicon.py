"""The phrase lists of a language, compiled once. The slots `{who}`, `{talk}` … of a phrase stand for that language's lists."""
from __future__ import annotations

from functools import lru_cache

from app.core.matching import Phrases, phrases
from config.wording import Words

SLOTS = ("who", "human", "machine", "talk", "me", "asked")


def listed(lexicon: Words, name: str) -> Phrases:
    """The phrases under `phrases.<name>`; a list that is not there finds nothing."""
    slots = tuple((slot, lexicon.phrases(f"phrases.slot.{slot}")) for slot in SLOTS)
    return _compiled(lexicon.phrases(f"phrases.{name}"), slots)


@lru_cache(maxsize=512)
def _compiled(entries: tuple[str, ...], slots: tuple[tuple[str, tuple[str, ...]], ...]) -> Phrases:
    return phrases(entries, dict(slots))
