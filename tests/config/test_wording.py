"""Words: the same keys and placeholders in every language; a broken file is named."""
from __future__ import annotations

from pathlib import Path

import pytest

from config.wording import LANGUAGES, WordingError, Words, load_words, placeholders

WORDS = {language: load_words(language) for language in LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_sentences(language):
    assert set(WORDS[language].texts) == set(WORDS["en"].texts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_takes_the_same_values_in_every_language(language):
    differing = {
        key: (placeholders(text), placeholders(WORDS[language].texts[key]))
        for key, text in WORDS["en"].texts.items()
        if placeholders(text) != placeholders(WORDS[language].texts[key])
    }
    assert differing == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_lists_and_none_is_empty(language):
    assert _shared(language) == _shared("en")
    assert all(WORDS[language].lists.values())


def _shared(language: str) -> set[str]:
    """Lists every language has. What grave words stand together, and the word families for it, are a
    language's own."""
    return {key for key in WORDS[language].lists if not key.startswith(("floor.near.", "floor.slot."))}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_phrase_stands_twice_in_its_list(language):
    for key, phrases in WORDS[language].lists.items():
        folded = [p.lower() for p in phrases]
        assert sorted(set(folded)) == sorted(folded), key


def test_a_sentence_is_said_with_its_values_and_a_value_is_never_read_as_a_placeholder():
    words = Words("en", {"hello": "Hello {name}."}, {})
    assert words.say("hello", name="{secret}") == "Hello {secret}."


@pytest.mark.parametrize(("key", "values"), [("hello", {}), ("no such key", {"name": "x"})])
def test_a_missing_value_or_sentence_is_named(key, values):
    with pytest.raises(WordingError, match=key):
        Words("en", {"hello": "Hello {name}."}, {}).say(key, **values)


@pytest.mark.parametrize(("files", "says"), [
    ({"a.yaml": "x: 1"}, "x must be a text"),
    ({"a.yaml": "x: [a, 2]"}, "x must be a text"),
    ({"a.yaml": "x: a", "b.yaml": "x: b"}, "x stands in two files"),
    ({"a.yaml": "x: [a"}, "not YAML"),
    ({"a.yaml": "- x"}, "tree of keys"),
    ({"a.yaml": b"x: \xff"}, "UTF-8"),
    ({}, "no words for language"),
])  # fmt: skip
def test_a_broken_words_file_is_named_with_why(tmp_path: Path, files, says):
    (tmp_path / "en").mkdir()
    for name, content in files.items():
        (tmp_path / "en" / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(WordingError, match=says) as refused:
        load_words("en", tmp_path)
    assert not files or any(name in str(refused.value) for name in files)
