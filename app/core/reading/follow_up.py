"""Whether a short message leans on the question before it: then both are searched for together. From the
words files."""
from __future__ import annotations

from collections.abc import Mapping

from app.core.reading.lexicon import listed
from app.core.reading.phrases import fold
from config.wording import Words

FOLLOW_UP_WORDS = 14  # a longer message says itself what it is about


def leans_on_earlier(question: str, language: str, words: Mapping[str, Words]) -> bool:
    """Whether the message is short, asks something of its own, and points back to what was said before.

    "One more thing: …" points to nothing before it. A language without words of ours leans on nothing.
    """
    lexicon = words.get(language)
    if lexicon is None or len(question.split()) >= FOLLOW_UP_WORDS:
        return False
    folded = fold(question)
    if any(listed(each, "new_matter").first(folded) for each in words.values()):
        return False
    asks = "?" in question or listed(lexicon, "asks_more").first(folded) is not None
    return asks and listed(lexicon, "points_back").first(folded) is not None
