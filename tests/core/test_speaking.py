"""What customers and agents read about a wait: whole texts against the golden files, and what must hold for
every text."""
from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.verdicts import Wait
from app.core.waits import estimate
from app.core.waits.calendar import local
from app.core.writing.times import zone_of
from app.core.writing.wait_sentences import FRESH, speak_hours, speak_moment, speak_wait
from config.policy import Team
from config.wording import LANGUAGES, SHIPPED, load_words, placeholders
from connectors.clock import DAY, MINUTE, SECOND
from tests.core.test_calendar import moments, plans
from tests.golden.waits.cases import OFFICE, PAIR, TUESDAY_10, notes, path_of, render, sentences

WORDS = {language: load_words(language) for language in LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_reads_as_its_golden_file(language: str) -> None:
    assert render(language) == path_of(language).read_text("utf-8"), (
        "intended? `python -m tests.golden.waits --write`, then read the diff"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_exclaims_apologises_counts_seconds_or_leaves_a_gap(language: str) -> None:
    for title, text in (*sentences(WORDS[language]), *notes(WORDS[language])):
        assert not re.search(r"[!¡{}]|\bNone\b|  ", text), (title, text)
        assert not re.search(r"second|segundo|sekunde|sorry|désolé|leider|lament", text, re.IGNORECASE), (
            title,
            text,
        )
        assert text.count("(") <= 2, (title, text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_wait_takes_one_or_two_sentences(language: str) -> None:
    for title, text in sentences(WORDS[language]):
        without_dates = re.sub(r"\d\. (?=Mai|Juni)", "", text)
        assert without_dates.count(". ") + without_dates.endswith(".") in (1, 2), (title, text)


def test_the_four_languages_say_the_same_things() -> None:
    def shape(language: str) -> tuple[dict[str, frozenset[str]], set[str]]:
        texts = {
            key: placeholders(text) for key, text in WORDS[language].texts.items() if key.startswith("waits.")
        }
        return texts, {key for key in WORDS[language].lists if key.startswith("waits.")}

    texts, lists = shape("en")
    for language in LANGUAGES:
        others, other_lists = shape(language)
        assert others.keys() == texts.keys() and other_lists == lists
        # A translation may leave a placeholder out ("by noon"), but never use one the code does not fill.
        assert all(others[key] <= texts[key] | {"day", "time"} for key in texts), language


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_of_the_words_is_used_in_a_golden_text(language: str) -> None:
    golden = path_of(language).read_text("utf-8")
    for key, text in WORDS[language].texts.items():
        if not key.startswith("waits.") or key.startswith(("waits.patterns", "waits.locale")):
            continue
        pieces = [piece for piece in re.split(r"\{\w+\}", text) if piece.strip()]
        assert all(piece in golden for piece in pieces), (language, key)


def wait_now(waiting: int = 5) -> Wait:
    return estimate(waiting, PAIR, OFFICE, 5, TUESDAY_10, replies_seen=0, stalled=None)


def test_minutes_are_only_told_while_they_are_true() -> None:
    wait = wait_now()
    assert "within" in speak_wait(wait, OFFICE, WORDS["en"], TUESDAY_10 + FRESH, None)
    assert "within" not in speak_wait(wait, OFFICE, WORDS["en"], TUESDAY_10 + FRESH + 1, None)


def test_a_zone_from_outside_cannot_break_or_bend_the_text() -> None:
    expected = speak_wait(wait_now(12), OFFICE, WORDS["en"], TUESDAY_10, None)
    for zone in (
        "",
        "Nowhere/Land",
        "../../etc/passwd",
        "/etc/localtime",
        "Europe",
        "a" * 5000,
        "Europe/London\0",
        "\ud800",
    ):
        assert speak_wait(wait_now(12), OFFICE, WORDS["en"], TUESDAY_10, zone) == expected, zone


def test_a_reason_wins_over_a_bound() -> None:
    text = speak_wait(replace(wait_now(), why_not="record"), OFFICE, WORDS["en"], TUESDAY_10, None)
    assert text.startswith("I can't say") and "9 in 10" not in text


def test_the_words_of_this_area_are_shipped_for_each_language() -> None:
    assert {path.parent.name for path in SHIPPED.glob("*/waits.yaml")} == set(LANGUAGES)


CLOCK = re.compile(r"hear back by (\d+):(\d\d) (am|pm)(?: \(|\.)")
SPAN = re.compile(r"within (?:(\d+) hours?)? ?(?:(\d+)(?: minutes)?)?\.")


@given(plans, moments, st.integers(0, 60), st.floats(1, 20), st.integers(0, DAY), st.sampled_from([None,
"Asia/Tokyo", "America/Lima"]))
def test_the_time_told_is_never_earlier_than_the_bound(
    hours: object, now: int, waiting: int, agents: float, later: int, zone: str | None
) -> None:
    wait = estimate(waiting, Team("any", agents, 10), hours, 5, now, replies_seen=0,
    stalled=None)  # type: ignore[arg-type]
    told_at = now + later
    texts = [speak_wait(wait, hours, WORDS[language], told_at,
    zone) for language in LANGUAGES]  # type: ignore[arg-type]
    assert all(text.endswith(".") and "{" not in text for text in texts)
    if wait.bound_at is None or wait.bound_at <= told_at:
        assert "hear back within" not in texts[0] and "hear back by" not in texts[0].replace(
            "would hear back by", ""
        )
        return
    exact = float(wait.inputs["bound_open_seconds"] or 0)
    if span := SPAN.search(texts[0]):
        assert (int(span[1] or 0) * 60 + int(span[2] or 0)) * 60 >= exact
    if clock := CLOCK.search(texts[0]):
        told = local(told_at, zone_of(zone, hours))  # type: ignore[arg-type]
        hour = int(clock[1]) % 12 + (12 if clock[3] == "pm" else 0)
        midnight = told.replace(hour=0, minute=0, second=0, microsecond=0)
        bound = local(wait.bound_at, zone_of(zone, hours)).replace(tzinfo=None)  # type: ignore[arg-type]
        shown = (midnight + timedelta(hours=hour, minutes=int(clock[2]))).replace(tzinfo=None)
        assert bound <= shown < bound + timedelta(microseconds=5 * MINUTE), texts[0]


def test_hours_and_notes_need_no_wait_and_no_zone() -> None:
    assert speak_hours(OFFICE, WORDS["en"]) == "They work Monday to Friday, 9:00 am–5:00 pm (London)."
    assert speak_moment(wait_now(), OFFICE, WORDS["en"], TUESDAY_10) == "9 in 10 by Tue 11:35 am"
    assert wait_now().as_of == TUESDAY_10 and TUESDAY_10 % SECOND == 0
