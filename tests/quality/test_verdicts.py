"""Which rows a suite's verdicts are scored on: a small folder of suites in the layout of the real ones."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.emit import Emit
from tests.quality import verdicts
from tests.quality.corpora import ALL, articles_of, foreign_to, help_centres, rows_of, visibility_of
from tests.quality.verdictscores import Seen

SHOP, BANK, TALK = "helpcentre_shop", "helpcentre_bank", "conversation_talk"


def question(number: int, *articles: str) -> dict[str, Any]:
    return {
        "id": f"q{number}",
        "question": f"Question {number}?",
        "article_ids": list(articles),
        "answerable": bool(articles),
        "answer": "",
    }


@pytest.fixture
def data(tmp_path: Path) -> Path:
    def write(name: str, rows: Sequence[dict[str, Any]]) -> None:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")

    for suite in (SHOP, BANK, TALK):
        write(f"{suite}/articles.jsonl", [{"id": "a1", "title": suite, "body": "Some words on it."}])
    write(f"{SHOP}/eval.jsonl", [question(1, "a1"), question(2)])
    write(f"{SHOP}/valid.jsonl", [question(3, "a1"), question(4)])
    write(f"{BANK}/eval.jsonl", [question(5, "a1")])
    spoken = [{"role": "user", "text": "And that?"}]
    labels = ("answerable", "partial", "underspecified", "unanswerable")
    write(
        f"{TALK}/eval.jsonl",
        [{"id": label, "label": label, "messages": spoken, "article_ids": ["a1"]} for label in labels],
    )
    for foreign in ("intent_clinc150", "intent_banking77oos"):
        write(f"{foreign}/eval.jsonl", [{"id": f"{foreign}-{n}", "text": f"text {n}"} for n in range(400)])
    return tmp_path


def ids(kinds: Sequence[verdicts.Kind], name: str) -> list[str]:
    return [row["id"] for kind in kinds if kind.name == name for row in kind.rows]


def test_rows_of_valid_are_asked_without_their_articles_and_never_as_they_are(data: Path) -> None:
    kinds = verdicts._kinds(data, SHOP)
    assert ids(kinds, "answerable") == ["q1"]
    assert ids(kinds, "impossible") == ["q2"]
    assert ids(kinds, "removed") == ["q1", "q3"]


def test_the_foreign_sample_is_the_same_in_every_run_and_says_what_it_was_drawn_from(data: Path) -> None:
    first, again = ([k for k in verdicts._kinds(data, SHOP) if k.name == "foreign"] for _ in range(2))
    assert first == again
    assert [(len(k.rows), k.fields["sampled_of"]) for k in first] == [(300, 400), (300, 400)]


def test_banking_questions_are_not_foreign_where_the_banks_pages_are(data: Path) -> None:
    assert foreign_to(BANK) == foreign_to(ALL) == ("intent_clinc150",)
    assert len(foreign_to(SHOP)) == 2


def test_a_conversations_labels_are_kinds_of_their_own(data: Path) -> None:
    kinds = verdicts._kinds(data, TALK)
    assert ids(kinds, "impossible") == ["unanswerable"]
    assert ids(kinds, "partial") == ["partial"]
    assert ids(kinds, "removed") == ["answerable", "partial"]


def test_the_one_index_of_all_has_every_page_under_an_id_of_its_own_and_the_public_suites_questions(
    data: Path,
) -> None:
    assert help_centres(data) == [BANK, SHOP, ALL]
    assert [row["id"] for row in articles_of(data, ALL)] == [f"{TALK}/a1", f"{BANK}/a1", f"{SHOP}/a1"]
    assert [(row["id"], row["article_ids"]) for row in rows_of(data, ALL)] == [
        (f"{SHOP}/q1", [f"{SHOP}/a1"]),
        (f"{SHOP}/q2", []),
    ]
    assert visibility_of(BANK) == "agents" and visibility_of(ALL) == "public"


def test_the_shares_of_a_kind_add_up_to_one(capsys: pytest.CaptureFixture[str]) -> None:
    right = frozenset({"a"})
    seen = [
        Seen(right, "answer", ("a",), "words of a"),
        Seen(right, "answer", ("b",), "words"),
        Seen(right, "clarify", ("b", "a")),
        Seen(right, "handoff", detail="language"),
        Seen(right, "stay_quiet"),
        Seen(right, "clarify", ("a", "b")),
        Seen(right, "clarify", ("c", "b")),
        Seen(right, "handoff", detail="not_sure_enough"),
    ]
    emit = Emit()
    verdicts._shares(
        emit,
        "shop",
        verdicts.Kind("answerable", [{}] * len(seen)),
        [({"answer": "words"}, one) for one in seen],
    )
    value = {row["name"]: row["value"] for row in emit.rows}
    assert [
        value[name]
        for name in ("right_page_answered", "wrong_page_answered", "asked", "handed_off", "other_verdict")
    ] == [
        0.125,
        0.125,
        0.375,
        0.25,
        0.125,
    ]
    assert (value["asked_right_first"], value["asked_right_among"]) == (0.125, 0.25)
    assert value["answer_held_share"] == 1.0
    details = [row["details"] for row in emit.rows if row["name"] == "handed_off"]
    assert details == [{"language": 1, "not_sure_enough": 1}]
    assert value["quote_words"] == 2.0


def test_a_kind_without_rows_is_told_with_a_why(capsys: pytest.CaptureFixture[str]) -> None:
    emit = Emit()
    verdicts._shares(emit, "shop", verdicts.Kind("impossible", []), [])
    assert {row["value"] for row in emit.rows} == {None}
    assert all(row["why"] for row in emit.rows)
