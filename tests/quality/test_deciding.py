"""The worker as the evaluation runs it: the shop's help centre, vectors without a model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.verdicts import Answer, Clarify, Handoff
from config.policy import Detail, Mode, Reason
from connectors.sources import FolderSource
from tests.quality.corpora import HELP_CENTRE, Remembering
from tests.quality.deciding import Worker, conversation_ticket, question_ticket
from workers.knowledge.embed import HashEmbedder
from workers.knowledge.fit import Corpus
from workers.knowledge.likeness import Graveness

QUESTION = "How do I cancel an order before packing, while its status is Received?"


class Unlike:
    """Vectors made of hashes are near nothing."""

    def read(self, text: str) -> Graveness:
        return Graveness()


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Worker, Corpus]]:
    folder: Path = tmp_path_factory.mktemp("shop")
    embedder = HashEmbedder()
    corpus = Corpus(FolderSource(HELP_CENTRE), embedder, folder)
    yield Worker(corpus, embedder, folder, likeness=Unlike()), corpus
    corpus.db.close()


def test_a_question_is_answered_in_public_and_twice_the_same(worker: tuple[Worker, Corpus]) -> None:
    played = worker[0].decided(question_ticket("q1", QUESTION))
    verdict = played.decided.verdict
    assert isinstance(verdict, Answer | Clarify)
    assert played.decided.situation.mode is Mode.SEND
    assert [one.kind for one in played.composed.planned] == ["public"]
    assert played.same


def test_an_article_taken_out_is_found_by_nothing_and_back_for_the_next_question(
    worker: tuple[Worker, Corpus],
) -> None:
    at_work, corpus = worker
    gone = at_work.decided(
        question_ticket("q2", QUESTION), without=["orders-cancel"]
    ).decided.situation.findings
    back = at_work.decided(question_ticket("q3", QUESTION)).decided.situation.findings
    assert gone is not None and back is not None
    assert corpus.id_of["orders-cancel"] not in [one.passage.article for one in gone.candidates]
    assert back.candidates[0].passage.article == corpus.id_of["orders-cancel"]


def test_an_empty_question_goes_to_people_and_breaks_nothing(worker: tuple[Worker, Corpus]) -> None:
    played = worker[0].decided(question_ticket("q4", " "))
    verdict = played.decided.verdict
    assert isinstance(verdict, Handoff)
    assert (verdict.reason, verdict.detail) == (Reason.UNSURE, Detail.EMPTY)
    assert played.same


def test_a_conversation_is_read_at_its_last_turn_and_the_cap_on_a_days_replies_stays_out_of_it(
    worker: tuple[Worker, Corpus],
) -> None:
    spoken = [
        {"role": role, "text": text}
        for _ in range(4)
        for role, text in (("user", "Hello there"), ("assistant", "How can I help?"))
    ]
    ticket, memory = conversation_ticket("q5", [*spoken, {"role": "user", "text": QUESTION}])
    decided = worker[0].decided(ticket, memory).decided
    assert decided.situation.reading.question == QUESTION
    assert decided.situation.memory.answered == 4
    assert not any(hit.hit for hit in decided.decision.hits if hit.rule == "too many replies")


def test_a_text_is_embedded_once_in_a_run_and_comes_back_in_its_place() -> None:
    inner = HashEmbedder()
    remembering = Remembering(inner)
    first = remembering.embed(["worn shoes", "a refund"])
    again = remembering.embed_many(["a refund", "worn shoes", "worn shoes", "a label"])
    assert inner.embedded == 3
    assert (again[:2] == first[::-1]).all()
    assert (again[2] == first[0]).all()
    assert remembering.embed([]).shape == (0, inner.width)
