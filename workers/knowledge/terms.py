"""Texts -> search terms: words, without stop words, stemmed in the language they are written in."""
from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from connectors.clean import visible

_WORD = re.compile(r"[^\W_]+")
# locale -> (Snowball's name, bm25s's stop list)
_LANGUAGES = {
    "en": ("english", "STOPWORDS_EN_PLUS"),
    "fr": ("french", "STOPWORDS_FRENCH"),
    "de": ("german", "STOPWORDS_GERMAN"),
    "es": ("spanish", "STOPWORDS_SPANISH"),
    "it": ("italian", "STOPWORDS_ITALIAN"),
    "nl": ("dutch", "STOPWORDS_DUTCH"),
    "pt": ("portuguese", "STOPWORDS_PORTUGUESE"),
}


def language_of(locale: str) -> str:
    """The language a locale's texts are stemmed in; "" when we have no stemmer for it (words are then taken
    as they are)."""
    language = locale.lower()[:2]
    return language if language in _LANGUAGES else ""


def terms(text: str, language: str) -> list[str]:
    """The search terms of a text in order, repetitions included."""
    stem, stop = _tools(language)
    words = [w for w in _WORD.findall(visible(text).lower()) if w not in stop]
    return list(stem.stemWords(words)) if stem else words


def question_terms(question: str, languages: Iterable[str]) -> list[str]:
    """The distinct terms of a question, stemmed in every language of the index: an article answers to its own
    language's form."""
    return list(dict.fromkeys(term for language in languages for term in terms(question, language)))


@lru_cache(maxsize=16)
def _tools(language: str) -> tuple[Any, frozenset[str]]:
    if language not in _LANGUAGES:
        return None, frozenset()
    import Stemmer
    from bm25s import stopwords

    name, stop_list = _LANGUAGES[language]
    # The stop lists hold "don't" as one word, our words end at the apostrophe: both halves are stop words
    # then.
    stop = {part for word in getattr(stopwords, stop_list) for part in _WORD.findall(word.lower())}
    return Stemmer.Stemmer(name), frozenset(stop)
