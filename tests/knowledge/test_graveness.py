"""What the head takes back, and what stands whatever it says."""
from __future__ import annotations

from pathlib import Path

import pytest

from app.core.reading.floor import parts_to_read
from config.floor import FloorClass
from config.load import SHIPPED_POLICY, load_policy
from config.wording import LANGUAGES, load_words
from tests.core.tickets import said, ticket
from workers.deciding.floor import flags_in
from workers.knowledge.embed import LazyEmbedder
from workers.knowledge.likeness import Graveness, Likeness

WORDS = {language: load_words(language) for language in LANGUAGES}
POLICY = load_policy(SHIPPED_POLICY)
MODELS = Path(__file__).resolve().parents[2] / "var" / "models"


class Calm:
    """A head that holds everything for harmless."""

    def read(self, text: str) -> Graveness:
        return Graveness((), ((0, len(text), 0.0),), 0.5)


def kinds(text: str, likeness: Calm | Likeness) -> set[FloorClass]:
    return {
        flag.kind
        for flag in flags_in(parts_to_read(ticket(said(text)), None, (), WORDS), WORDS, POLICY, likeness)
    }


def test_a_phrase_in_a_surely_harmless_english_sentence_is_taken_back() -> None:
    text = "I will ask my lawyer whether the sofa fits the living room"
    assert FloorClass.LEGAL not in kinds(text, Calm())


@pytest.mark.parametrize(("text", "kind"), [
    ("I want to die and nobody in this house notices it", FloorClass.DANGER),
    ("Please charge my card 4111 1111 1111 1111 for the sofa", FloorClass.SENSITIVE),
    ("Ich gehe morgen mit dem Vertrag zu meinem Anwalt", FloorClass.LEGAL),
    ("demain je vais chez mon avocat avec le contrat", FloorClass.LEGAL),
])
def test_danger_secrets_and_other_languages_stand(text: str, kind: FloorClass) -> None:
    assert kind in kinds(text, Calm())


def test_what_was_not_read_is_not_taken_back() -> None:
    read = Graveness((), ((0, 10, 0.0), (5, 30, 0.9)), 0.5)
    assert read.harmless(0, 4)
    assert not read.harmless(3, 8)
    assert not read.harmless(40, 50)


@pytest.mark.parametrize("text", [
    "Meine Mutter hat die Jacke bestellt, sie ist ihr zu groß und ich möchte sie umtauschen",
    "Ma mère a commandé la veste, elle est trop grande et je voudrais l'échanger",
])
def test_the_head_is_not_asked_about_other_languages(text: str) -> None:
    assert kinds(text, Likeness(LazyEmbedder("bundled", MODELS))) == set()
