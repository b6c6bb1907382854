"""When a span of personal data counts as masked, and a masked stretch as rightly masked."""
from __future__ import annotations

import json

from tests.emit import Emit
from tests.quality import pii
from tests.quality.pii import Scored

TEXT = "Card 4111 1111, Ann, 77"


def test_a_span_is_found_when_all_of_its_letters_and_digits_are_masked():
    spans = [(5, 14, "CARD"), (16, 19, "PERSON")]
    assert pii.scored(TEXT, "Card •••• ••••, Ann, 77", spans) == Scored(
        (("CARD", True), ("PERSON", False)), (True,)
    )
    assert pii.scored(TEXT, "Card •••• 1111, Ann, 77", spans) == Scored(
        (("CARD", False), ("PERSON", False)), (True,)
    )


def test_what_is_masked_outside_every_span_counts_against_precision():
    assert pii.scored(TEXT, "Card •••• ••••, Ann, ••", [(5, 14, "CARD")]).stretches == (True, False)
    assert pii.scored(TEXT, TEXT, [(5, 14, "CARD")]).stretches == ()


def test_what_the_worker_masks_is_scored_by_kind(tmp_path):
    text = "My card is 4111 1111 1111 1111 and I am Ann."
    spans = [{"start": 11, "end": 30, "type": "CREDIT_CARD"}, {"start": 40, "end": 43, "type": "PERSON"}]
    (tmp_path / "pii").mkdir()
    (tmp_path / "pii" / "eval.jsonl").write_text(
        json.dumps({"id": "a", "text": text, "spans": spans}), "utf-8"
    )
    emit = Emit()

    pii.run(emit, tmp_path, pii.suites(tmp_path), tmp_path)

    assert [(row["name"], row.get("kind"), row["value"], row["n"]) for row in emit.rows] == [
        ("recall", "CREDIT_CARD", 1.0, 1),
        ("recall", "PERSON", 0.0, 1),
        ("recall", "all", 0.5, 2),
        ("precision", None, 1.0, 1),
    ]
