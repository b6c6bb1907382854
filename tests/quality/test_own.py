"""The questions written for the demo shop: what a row says of a page stands in that page."""

from __future__ import annotations

import pytest

from tests.quality.corpora import HELP_CENTRE, OWN
from tests.quality.rows import read

NEGATED, SEVERAL = read(OWN / "negated.jsonl"), read(OWN / "several.jsonl")


def page(name: str) -> str:
    return (HELP_CENTRE / f"{name}.md").read_text("utf-8").replace("**", "")


@pytest.mark.parametrize("row", NEGATED, ids=lambda row: row["id"])
def test_a_negated_question_has_its_lines_in_its_page_and_the_opposite_in_a_public_one(
    row: dict[str, object],
) -> None:
    (first, *_), holds, opposite = row["article_ids"], row["holds"], row["opposite"]
    assert holds and holds in page(first)
    assert row["question"] != row["twin"] and holds != opposite
    pages = (page(p.stem) for p in HELP_CENTRE.glob("*.md") if "visibility: public" in page(p.stem))
    assert not opposite or any(opposite in text for text in pages)


@pytest.mark.parametrize("row", SEVERAL, ids=lambda row: row["id"])
def test_a_mail_with_several_questions_names_public_pages_for_each(row: dict[str, object]) -> None:
    assert len(row["questions"]) in (2, 3)
    for one in row["questions"]:
        assert one["article_ids"]
        assert all("visibility: public" in page(name) for name in one["article_ids"])


def test_there_are_at_least_two_dozen_rows_of_each_kind_with_ids_of_their_own() -> None:
    for rows in (NEGATED, SEVERAL):
        assert len(rows) >= 24
        assert len({row["id"] for row in rows}) == len(rows)
