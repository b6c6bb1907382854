"""Recall of the floor's phrases on the wordings they are tuned on.

These rows guide the phrases: that they are found measures nothing, it holds what was gained. What is unseen
is scored elsewhere. `<name>_apart.yaml` holds rows set apart at random before phrases were written for the
others. One hand wrote rows and phrases.
"""
from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from app.core.reading.flags import flags
from config.floor import FloorClass
from config.wording import LANGUAGES, load_words

WORDS = {language: load_words(language) for language in LANGUAGES}
HELD = 0.95  # of the rows of a language
HELD_IN_CLASS = 0.85
FALSE_ALARMS = 0.01
HELD_APART = 0.92
# of lines that all hold a word of the floor
FALSE_ALARMS_APART = {"en": 0.05, "fr": 0.05, "de": 0.05, "es": 0.08}


def rows(name: str) -> dict[str, list[str]]:
    tree = yaml.safe_load((Path(__file__).parent / "floor_rows" / f"{name}.yaml").read_text("utf-8"))
    return {key: text.splitlines() for key, text in tree.items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_phrases_find_the_rows_they_were_written_for(language):
    found = {kind: [is_flagged(text, kind) for text in rows(language)[kind]] for kind in FloorClass}
    assert all(sum(hits) >= HELD_IN_CLASS * len(hits) for hits in found.values()), found
    every = [hit for hits in found.values() for hit in hits]
    assert sum(every) >= HELD * len(every)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_row_of_danger_is_missed(language):
    assert [
        text for text in rows(language)[FloorClass.DANGER] if not is_flagged(text, FloorClass.DANGER)
    ] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_harmless_rows_raise_no_alarm(language):
    texts = (
        [t for texts in rows("harmless").values() for t in texts]
        if language == "en"
        else rows(language)["harmless"]
    )
    alarms = [text for text in texts if flags(text, WORDS)]
    assert len(alarms) <= FALSE_ALARMS * len(texts), alarms


@pytest.mark.parametrize("language", ["fr", "de", "es"])
def test_most_rows_set_apart_are_found(language):
    apart = rows(f"{language}_apart")
    found = [any(flags(text, WORDS)) for kind in FloorClass for text in apart[kind]]
    assert sum(found) >= HELD_APART * len(found)


@pytest.mark.parametrize("language", FALSE_ALARMS_APART)
def test_harmless_rows_set_apart_raise_few_alarms(language):
    texts = rows("harmless_apart")["words"] if language == "en" else rows(f"{language}_apart")["harmless"]
    assert sum(bool(flags(text, WORDS)) for text in texts) <= FALSE_ALARMS_APART[language] * len(texts)


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_accents_and_capitals_are_not_needed(language):
    for kind in FloorClass:
        for text in rows(language)[kind]:
            assert is_flagged(text, kind) == is_flagged(text.upper().replace("ß", "SS"), kind), text


def is_flagged(text: str, kind: FloorClass) -> bool:
    return any(flag.kind is kind for flag in flags(text, WORDS))
