"""What a question finds, from which snapshot, and what of it may be quoted."""
from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.store.database import DEFAULT_TENANT as TENANT
from tests.knowledge.conftest import Library, article
from workers.knowledge.fuse import FEATURES, rank
from workers.knowledge.index import Index, IndexUnusable
from workers.knowledge.search import PRIOR, Searcher, load_prior


def titles(library: Library, question: str, **how: object) -> list[str]:
    return [c.passage.title for c in library.searcher().search(question,
    **how).candidates]  # type: ignore[arg-type]


def test_the_right_article_comes_first_with_a_verbatim_quote(shop: Library) -> None:
    found = shop.searcher().search("when do refunds reach my card?")
    first = found.candidates[0]
    assert first.passage.title == "When refunds arrive"
    assert (
        first.passage.text
        == "Refunds reach your card 5 to 7 working days after we receive the parcel. We refund the price "
           "you paid."
    )
    assert (first.passage.start, first.passage.end) == (0, len(first.passage.text))
    assert 0 <= found.p_right <= 1
    assert not found.calibrated
    assert tuple(found.features) == FEATURES
    assert found.articles == 3


def test_scores_fall_and_stay_between_zero_and_one(shop: Library) -> None:
    scores = [c.score for c in shop.searcher().search("return unworn shoes within 30 days").candidates]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= s <= 1 for s in scores)


def test_what_agents_may_read_never_answers_a_customer(shop: Library) -> None:
    question = "goodwill voucher for a late parcel"
    assert "Internal: goodwill vouchers" not in titles(shop, question, k=50)
    assert titles(shop, question, visibility="agents")[0] == "Internal: goodwill vouchers"
    files = [
        p
        for p in (shop.var / "index" / TENANT / "public").rglob("*")
        if p.is_file() and not p.name.startswith(".")
    ]
    assert files
    assert not any(b"goodwill" in p.read_bytes() for p in files)


def test_an_unknown_visibility_is_refused_not_widened(shop: Library) -> None:
    with pytest.raises(ValueError, match="visibility must be one of"):
        shop.searcher().search("refund", visibility="everything")


def test_the_companys_own_answering_time_is_not_quoted(shop: Library) -> None:
    [contact] = [
        c
        for c in shop.searcher().search("how do I write to you, when do you reply to a message").candidates
        if c.passage.title == "How to write to us"
    ]
    assert (
        contact.passage.text
        == "Please name your order number and what has gone wrong, so that nobody has to ask again."
    )
    assert not contact.passage.own_time


def test_an_article_of_nothing_else_is_no_candidate(shop: Library) -> None:
    shop.source.put(article("contact", "How fast we reply", "<p>We reply within 24 hours.</p>"))
    shop.sync()
    assert "How fast we reply" not in titles(shop, "how fast do you reply")


def test_steps_are_quoted_whole_with_their_introduction(shop: Library) -> None:
    found = shop.searcher().search("print a return label in Your orders")
    passage = found.candidates[0].passage
    assert passage.kind == "steps"
    assert passage.text.endswith(
        "To print a label:\n\nOpen Your orders.\nChoose the pair and select Return an item.\nPrint the label."
    )


def test_excluded_articles_are_as_if_they_were_not_there(shop: Library) -> None:
    question = "when do refunds reach my card?"
    left = shop.searcher().search(question, exclude=[shop.id_of("refunds")])
    assert "When refunds arrive" not in [c.passage.title for c in left.candidates]
    assert left.features["words_top"] < shop.searcher().search(question).features["words_top"]


@pytest.mark.parametrize("question", ["", "   ", "???", "qwertz", "the of and", "\u200b", "a" * 100_000,
"\ud800 refund"])
def test_odd_questions_are_answered_without_an_error(shop: Library, question: str) -> None:
    found = shop.searcher().search(question)
    assert np.isfinite(found.p_right)
    assert all(np.isfinite(c.score) for c in found.candidates)


def test_one_passage_alone_divides_nothing_by_zero(shop: Library) -> None:
    for vendor in ("returns", "contact", "goodwill"):
        del shop.source.held[vendor]
    shop.sync()
    [only] = shop.searcher().search("refund").candidates
    assert only.score == pytest.approx(1.0)


def test_other_languages_are_stemmed_as_their_own(shop: Library) -> None:
    shop.source.put(
        article(
            "de",
            "Rücksendungen",
            "<p>Rücksendungen sind innerhalb von 30 Tagen kostenlos möglich.</p>",
            locale="de",
        )
    )
    shop.sync()
    index = shop.searcher().index("public")
    ranking = rank(index, "Rücksendung kostenlos", shop.embedder.embed(["Rücksendung kostenlos"])[0])
    best = max(ranking.ranked, key=lambda s: s.words)
    assert index.articles[best.article].title == "Rücksendungen"
    assert len(ranking.terms) >= 2


def test_a_newer_snapshot_is_taken_up_without_a_restart(shop: Library) -> None:
    searcher = shop.searcher()
    before = searcher.search("gift cards")
    shop.source.put(
        article(
            "gifts",
            "Gift cards",
            "<p>Gift cards are valid for three years and can be used in every shop.</p>",
        )
    )
    shop.sync()
    after = searcher.search("gift cards")
    assert after.snapshot != before.snapshot
    assert after.candidates[0].passage.title == "Gift cards"


def test_the_old_index_serves_while_another_process_builds_the_new_one(shop: Library) -> None:
    import fcntl

    searcher = shop.searcher()
    before = searcher.search("gift cards").snapshot
    shop.source.put(
        article(
            "gifts",
            "Gift cards",
            "<p>Gift cards are valid for three years and can be used in every shop.</p>",
        )
    )
    shop.sync()
    with (shop.var / "index" / TENANT / "public" / ".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert searcher.search("gift cards").snapshot == before
    assert searcher.search("gift cards").snapshot != before


def index_folder(shop: Library) -> Path:
    index = shop.searcher().index("public")
    return shop.var / "index" / TENANT / "public" / index.snapshot


@pytest.mark.parametrize("damage", ["articles.json", "numbers.npz", "dense.faiss", "words/data.csc.index.npy",
"manifest.json"])
def test_a_damaged_index_is_refused_and_built_again_from_the_rows(shop: Library, damage: str) -> None:
    folder = index_folder(shop)
    raw = bytearray((folder / damage).read_bytes())
    raw[len(raw) // 2] ^= 0xFF
    (folder / damage).write_bytes(bytes(raw))
    with pytest.raises(IndexUnusable):
        Index(folder)
    assert titles(shop, "when do refunds reach my card?")[0] == "When refunds arrive"
    Index(folder)


def test_old_indexes_are_cleared_away(shop: Library) -> None:
    for number in range(6):
        shop.source.put(article("n", "Number", f"<p>The number of this article is {number} at present.</p>"))
        shop.sync()
        shop.searcher().search("number")
    assert len([p for p in index_folder(shop).parent.iterdir() if p.is_dir()]) <= 4


def test_a_version_that_changed_is_cited_by_its_new_text(shop: Library) -> None:
    old = shop.searcher().search("refunds card").candidates[0].passage
    shop.source.put(
        replace(
            shop.source.held["refunds"], html="<p>Refunds reach your card in 3 working days from now on.</p>"
        )
    )
    shop.sync()
    new = shop.searcher().search("refunds card").candidates[0].passage
    assert (new.article, new.version != old.version) == (old.article, True)
    assert new.text == "Refunds reach your card in 3 working days from now on."


def test_the_shipped_prior_names_what_it_was_fitted_on() -> None:
    stored = json.loads(PRIOR.read_text("utf-8"))
    assert tuple(stored["features"]) == FEATURES
    assert (stored["fitted_on"], stored["n"] > 200) == ("demo/questions/train.jsonl", True)
    prior = load_prior()
    sure = dict.fromkeys(FEATURES, 0.0) | {
        "cosine_top": 0.8,
        "cosine_margin": 0.3,
        "words_margin": 3.0,
        "agree": 1.0,
        "dense_rank": 1.0,
    }
    assert prior.probability(dict.fromkeys(FEATURES, 0.0)) < 0.1
    assert prior.probability(sure) > 0.6


def test_equal_questions_give_equal_findings(shop: Library) -> None:
    assert shop.searcher().search("return shoes") == Searcher(
        shop.db, TENANT, shop.var, shop.embedder
    ).search("return shoes")
