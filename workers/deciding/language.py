"""Telling the language of a text, offline. The model (py3langid, 4.6 MB) is loaded on first use, after the
fork."""
from __future__ import annotations

from functools import lru_cache
from typing import Protocol, cast

LETTERS_MIN = 12  # below it any guess would be noise
GUESS_MAX = 2_000  # characters the guess is made on


class _Identifier(Protocol):
    def classify(self, text: str) -> tuple[str, float]: ...


def guess_language(text: str) -> tuple[str, float] | None:
    """(ISO 639-1 code, probability 0-1) of the text's language; None for a text too short to tell."""
    text = text[:GUESS_MAX]
    if sum(map(str.isalpha, text)) < LETTERS_MIN:
        return None
    code, probability = _identifier().classify(text)
    return code, float(probability)


@lru_cache(maxsize=1)
def _identifier() -> _Identifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return cast(_Identifier, LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True))
