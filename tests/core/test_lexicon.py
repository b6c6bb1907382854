"""Phrase lists are compiled once a process, and before a process forks."""
from __future__ import annotations

from app.core.reading.lexicon import compile_all, listed
from config.wording import LANGUAGES, load_words


def test_what_was_compiled_before_a_fork_is_what_a_first_ticket_asks_for():
    assert compile_all(load_words(language) for language in LANGUAGES) > 100
    compiled = listed.cache_info().misses
    for language in LANGUAGES:
        listed(load_words(language), "upset.strong")
    assert listed.cache_info().misses == compiled, "loaded again, the words are the same object"
