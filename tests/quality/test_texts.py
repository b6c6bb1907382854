"""The arithmetic behind intents, moods and wishes for a person, on rows that can be counted by hand."""
from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.emit import Emit
from tests.quality import asking, intent, moods
from tests.quality.plainly import Guess, commonest, guesses

PAIRS = [
    ("pay", Guess("pay", 0.9)),
    ("pay", Guess("pay", 0.3)),
    ("ship", Guess("pay", 0.8)),
    ("ship", Guess("ship", 0.7)),
    (None, Guess("pay", 0.2)),
    (None, Guess("ship", 0.75)),
]


def test_a_guess_below_the_threshold_is_out_of_scope_and_that_is_a_class_of_its_own():
    found = intent.scored(PAIRS, 0.5)
    assert found.accuracy == pytest.approx(3 / 6)  # the first, the fourth and the fifth
    assert found.in_scope == pytest.approx(2 / 4)
    assert found.recall == pytest.approx(1 / 2)
    # Of 8 pairs (one out of scope, one in) the one out of scope is the less sure in: all 4 of .2, and .9 and
    # .8 of .75.
    assert found.auroc == pytest.approx(6 / 8)
    assert (found.n, found.inside, found.out) == (6, 4, 2)


def test_without_rows_out_of_scope_nothing_is_said_of_them():
    found = intent.scored(PAIRS[:4], 0.0)
    assert (found.accuracy, found.in_scope, found.recall, found.auroc) == (0.75, 0.75, None, None)


def test_the_threshold_is_the_lowest_of_the_best():
    # Between .21 and .3 the fifth is out of scope and the second still in.
    assert intent.best_threshold(PAIRS) == 0.21


def test_macro_f1_counts_an_unread_row_as_a_miss_of_its_label_only():
    right = ["negative", "negative", "neutral", "positive"]
    said = ["negative", "unread", "neutral", "neutral"]
    # negative 2*1/(2+1), neutral 2*1/(1+2), positive 0
    assert moods.macro_f1(right, said) == pytest.approx((2 / 3 + 2 / 3 + 0) / 3)
    assert moods.negative_recall(right, said) == 0.5
    assert moods.negative_recall(["neutral"], ["negative"]) is None


def test_the_commonest_of_equals_is_the_first_by_name():
    assert commonest(["b", "a", "b", "a", "c"]) == "a"


def test_the_plain_baseline_learns_what_the_texts_say_and_guesses_the_same_twice():
    learned = [
        ("where is my parcel", "ship"),
        ("my parcel is late", "ship"),
        ("the card was declined", "pay"),
        ("pay by card", "pay"),
    ]
    first = guesses(learned, ["is the parcel there", "may I pay by card"])
    assert [guess.label for guess in first] == ["ship", "pay"]
    assert first == guesses(learned, ["is the parcel there", "may I pay by card"])


def put(folder: Path, **files: list[dict[str, object]]) -> None:
    folder.mkdir()
    for name, rows in files.items():
        (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")


def emitted(module: object, data: Path) -> list[dict[str, object]]:
    emit = Emit()
    module.run(emit, data, module.suites(data), data)
    return emit.rows


def test_a_wish_for_a_person_is_scored_by_what_triage_hears(tmp_path):
    put(tmp_path / "asks_for_human", eval=[
        {"id": "a", "text": "I want to talk to a person", "asks": True},
        {"id": "b", "text": "How many persons fit into the tent?", "asks": True},
        {"id": "c", "text": "Where is my parcel?", "asks": False},
    ])
    recall, alarms = emitted(asking, tmp_path)
    assert (recall["name"], recall["value"], recall["n"], recall["hits"]) == ("recall", 0.5, 2, 1)
    assert (alarms["name"], alarms["value"], alarms["n"]) == ("false_alarm_rate", 0.0, 1)
    assert "baseline" not in recall  # nothing to learn from


def test_moods_are_scored_per_language_and_beside_a_constant(tmp_path):
    put(
        tmp_path / "sentiment_x",
        train=[
            {"id": "t1", "text": "awful service", "label": "negative", "lang": "en"},
            {"id": "t2", "text": "terrible wait", "label": "negative", "lang": "en"},
            {"id": "t3", "text": "great shop", "label": "positive", "lang": "en"},
        ],
        eval=[
            {
                "id": "a",
                "text": "This is the worst service ever, I am furious!!! Utterly unacceptable.",
                "label": "negative",
                "lang": "en",
            },
            {
                "id": "b",
                "text": "Gdzie jest moja paczka, którą zamówiłem w zeszłym tygodniu?",
                "label": "negative",
                "lang": "pl",
            },
        ],
    )
    rows = {(row["name"], row.get("lang"), row.get("baseline")): row for row in emitted(moods, tmp_path)}
    assert rows["negative_recall", None, "constant"]["value"] == 0.5
    assert rows["negative_recall", None, "constant"]["baseline_value"] == 1.0
    assert rows["read_share", "pl", None]["value"] == 0.0
    assert rows["read_share", None, None]["value"] == 0.5


def test_intents_are_null_with_a_why_beside_the_baseline_and_few_examples_are_told_apart(tmp_path):
    learned = [
        {"id": f"t{n}", "text": text, "intent": label, "scope": "in"}
        for n, (text, label) in enumerate(
            [
                ("where is my parcel", "ship"),
                ("my parcel is late", "ship"),
                ("the card was declined", "pay"),
                ("pay by card", "pay"),
            ]
        )
    ]
    put(tmp_path / "intent_x", train=learned, train_5=learned[1:3], eval=[
        {"id": "a", "text": "is the parcel there", "intent": "ship", "scope": "in"},
        {"id": "b", "text": "qqqq", "intent": None, "scope": "ood"},
    ])
    put(tmp_path / "intent_y", train=learned)
    rows = {(row["suite"], row["name"], row.get("shots")): row for row in emitted(intent, tmp_path)}
    assert all(row["value"] is None and row["why"] for row in rows.values())
    assert rows["intent_x", "accuracy_in_scope", None]["baseline_value"] == 1.0
    assert rows["intent_x", "accuracy", 5]["threshold"] == intent.FIXED
    assert rows["intent_y", "oos_auroc", None]["why"] == intent.NO_ROWS
