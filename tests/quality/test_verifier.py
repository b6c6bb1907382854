"""The yardstick of the verifier: only changed sentences count, and a change is what it says."""

from __future__ import annotations

import json
import random

import pytest

from app.core.deciding import support as shipped
from tests.emit import Emit
from tests.quality import support, verifier
from tests.quality.rewordings import FAITHFUL, FAULTS, HELD_OUT, LISTED, NUMBER_WORDS, SYNONYMS, in_prose

BODY = (
    "<p>If you cancel a booking, we return the deposit within 3 working days.</p>"
    "<p>You cannot change the delivery address once the parcel has left us.</p>"
    "<p>Customers receive a letter before the first payment is taken from them.</p>"
    "<ul><li>Open the account page</li><li>Select the saved address there</li>"
    "<li>Press the grey button below it</li></ul>"
)
OTHER = "<p>The warehouse in Leeds is open on Sundays for people who collect their parcels.</p>"


def changed(kind: str, text: str) -> str | None:
    return {**FAITHFUL, **FAULTS}[kind](text, random.Random(1))


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("contraction", "We do not ship on Sundays.", "We don't ship on Sundays."),
        ("contraction", "Don't send cash.", "Do not send cash."),
        ("contraction", "Cash is sent.", None),
        (
            "word_order",
            "If you cancel it, we return the whole deposit.",
            "We return the whole deposit if you cancel it.",
        ),
        (
            "word_order",
            "We return the deposit when the shoes arrive.",
            "When the shoes arrive, we return the deposit.",
        ),
        ("word_order", "If you cancel it, we pay the deposit back when it arrives.", None),
        ("synonym", "Choose a size.", "Pick a size."),
        ("number_word", "It takes 3 days.", "It takes three days."),
        ("number_word", "It takes seventeen days.", "It takes 17 days."),
        ("number_word", "It costs $3 a day, in version 2.1.", None),
        ("negation", "The card is refundable.", "The card is not refundable."),
        ("negation", "You cannot pay by card.", "You can pay by card."),
        ("negation", "Cards do not expire.", "Cards do expire."),
        ("antonym", "Create an account.", "Destroy an account."),
        ("antonym_listed", "Pay before you travel.", "Pay after you travel."),
        ("number", "2. Wait for the letter.", None),
        ("number", "See section 2.1 or http://a.example/5.", None),
    ],
)
def test_a_change_changes_one_thing_or_nothing(kind, text, expected):
    assert changed(kind, text) == expected


def test_another_number_is_another_number():
    assert changed("number", "1. It takes 30 days.") in [f"1. It takes {n} days." for n in range(31, 40)]


def test_a_list_is_told_in_one_sentence():
    assert (
        in_prose(["Open it.", "Choose VAT", "Save;"], ordered=True) == "Open it, then choose VAT, then save."
    )
    assert in_prose(["A hat", "A scarf"], ordered=False) == "A hat and a scarf."


@pytest.mark.parametrize("pairs", [HELD_OUT, SYNONYMS])
def test_no_pair_is_on_the_verifiers_own_list(pairs):
    listed = shipped._opposites()
    for one, other in pairs.items():
        assert shipped._stem(other) not in listed.get(shipped._stem(one), frozenset()), (one, other)


def test_the_listed_pairs_are_told_apart_from_those_held_out():
    assert not {(one, other) for one, other in LISTED.items()} & {
        (one, other) for one, other in HELD_OUT.items()
    } - {("show", "hide")}


def test_number_words_reach_past_the_shipped_list():
    assert NUMBER_WORDS["13"] == "thirteen" not in shipped._NUMBERS


def rows(data, tmp_path) -> list[dict]:
    emit = Emit()
    verifier.run(emit, data, ["verifier"], tmp_path)
    return emit.rows


def folder(tmp_path):
    data = tmp_path / "data"
    (data / "helpcentre_own").mkdir(parents=True)
    articles = [
        {"id": "a", "title": "Orders", "body": BODY, "url": None},
        {"id": "b", "title": "Leeds", "body": OTHER, "url": None},
    ]
    (data / "helpcentre_own" / "articles.jsonl").write_text("\n".join(json.dumps(row) for row in articles))
    return data


def one(found: list[dict], name: str, **fields: str) -> dict:
    (row,) = [row for row in found if row["name"] == name and all(row.get(k) == v for k, v in fields.items())]
    return row


def test_only_changed_sentences_are_counted_and_the_others_told(tmp_path):
    found = rows(folder(tmp_path), tmp_path)
    kept = one(found, "faithful_kept", kind="word_order")
    # Of four sentences three can be turned: the one about Leeds has no clause to move.
    assert (kept["n"], kept["unchanged"], kept["value"]) == (3, 1, 1.0)
    assert one(found, "faithful_kept", kind="number_word")["n"] == 1
    assert one(found, "faithful_kept", kind="all")["n"] == sum(
        row["n"] for row in found if row.get("kind") in (*FAITHFUL, "list_to_prose")
    )
    assert {row["fault"] for row in found if row["name"] == "let_through"} == {*FAULTS, "foreign"}
    assert one(found, "quotes_verbatim")["value"] == 1.0


def test_a_kind_without_sentences_says_why(tmp_path):
    data = tmp_path / "data"
    (data / "helpcentre_own").mkdir(parents=True)
    (data / "helpcentre_own" / "articles.jsonl").write_text(
        json.dumps({"id": "a", "title": "A", "body": "<p>Short.</p>", "url": None})
    )
    found = rows(data, tmp_path)
    assert one(found, "let_through", fault="foreign")["value"] is None
    assert all(row.get("why") for row in found if row["value"] is None)


def test_without_a_folder_the_demo_shop_is_read_and_two_runs_are_equal(tmp_path):
    (tmp_path / "empty").mkdir()
    first = rows(tmp_path / "empty", tmp_path)
    assert first == rows(tmp_path / "empty", tmp_path)
    assert one(first, "let_through", fault="negation")["n"] > 100


def test_claims_are_judged_under_the_names_of_the_yardstick(tmp_path):
    suite = tmp_path / "support_own"
    suite.mkdir()
    evidence = "Gift cards are not refundable. Shoes can be returned within 30 days of delivery."
    claims = [
        ("Gift cards are not refundable.", True),
        ("Gift cards are refundable.", False),
        ("Shoes can be returned within 60 days.", False),
    ]
    lines = [
        json.dumps({"id": str(n), "claim": c, "evidence": evidence, "supported": s, "kind": ""})
        for n, (c, s) in enumerate(claims)
    ]
    (suite / "eval.jsonl").write_text("\n".join([*lines, json.dumps({"id": "broken", "claim": None})]))
    emit = Emit()
    support.run(emit, tmp_path, ["support_own"], tmp_path)
    # Two claims have every word in their evidence: overlap alone cannot tell the denied from the true one.
    assert [(row["name"], row["value"], row["n"], row["baseline_value"]) for row in emit.rows] == [
        ("auroc", 1.0, 3, 0.75),
        ("precision", 1.0, 1, 1.0),
        ("recall", 1.0, 1, 1.0),
    ]
    assert emit.broken["support_own"] == 1


def test_claims_of_one_kind_have_no_auroc():
    emit = Emit()
    support.put(emit, "support_own", [support.Judged(True, 0.5, False, 0.5)])
    assert [(row["name"], row["value"]) for row in emit.rows] == [
        ("auroc", None),
        ("precision", None),
        ("recall", 0.0),
    ]
