"""Who wants a person, and who only writes of one. A miss breaks the way out, so recall weighs more; the near
misses must still be quiet."""
import json
from pathlib import Path

import pytest

from app.core.reading.requests import asks_identity, asks_person
from config.wording import LANGUAGES, load_words
from tests.core.asking import ASKS, DOES_NOT_ASK
from tests.core.tickets import ROOT, WORDS, read

ROWS = [
    json.loads(line)
    for line in (ROOT / "demo" / "questions" / "asks_person.jsonl").read_text("utf-8").splitlines()
]
TRAIN = Path(__file__).parents[3] / "shared" / "quality" / "asks_for_human" / "train.jsonl"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_demos_requests_are_heard_and_its_near_misses_are_not(language: str) -> None:
    rows = [row for row in ROWS if row["lang"] == language]
    asks = [row for row in rows if row["asks"]]
    missed = [row["text"] for row in asks if not asks_person(row["text"], WORDS)]
    false = [row["text"] for row in rows if not row["asks"] and asks_person(row["text"], WORDS)]
    assert len(missed) <= 0.02 * len(asks), missed
    assert len(false) <= 0.02 * len(rows), false


@pytest.mark.parametrize("text", ASKS)
def test_a_wish_for_a_person_is_heard(text: str) -> None:
    assert asks_person(text, WORDS)


@pytest.mark.parametrize("text", DOES_NOT_ASK)
def test_a_word_for_a_person_is_no_wish(text: str) -> None:
    found = asks_person(text, WORDS)
    assert found is None, text[found[0].start : found[0].end]


@pytest.mark.parametrize("text", [
    "person", "Person!", "PERSON", "person please", "Please, a human.", "human.", "agent",
    "Hi,\n\nperson\n\nMaya", "Mensch",
    "bitte einen Menschen",
    "humain", "Une personne svp", "persona", "una persona por favor", "Mitarbeiter!", "conseiller", "agente",
    "I asked twice. Human!",
])
def test_an_exit_word_alone_is_enough(text: str) -> None:
    assert read(text, guess=None).asks_person


@pytest.mark.parametrize("text", [
    "I don't need a person, just the label.", "No need to call me.", "Please don't call me, mail is fine.",
    "I do not want to talk to anybody, "
    "thanks.", "Je n'ai pas besoin de parler à un conseiller.", "Ne me rappelez pas.",
    "Ich brauche keinen Mitarbeiter.", "No necesito hablar con nadie.",
])
def test_a_denied_wish_is_none(text: str) -> None:
    assert read(text).asks_person is None


@pytest.mark.parametrize("text", [
    "I don't want a bot, I want a person.", "I don't know how to talk to a person.", "No more help pages. "
                                                                                     "Let me talk to somebody.",
    "Ich will keinen Bot, ich will einen Menschen.",
])
def test_a_denial_of_something_else_takes_nothing_back(text: str) -> None:
    assert read(text).asks_person


IDENTITY = """
Are you a bot?
Are you human?
Am I talking to a human?
Am I speaking with a real person or a machine?
Is this a real person?
Is this an AI?
Are you real?
Who am I talking to?
Was that written by a person?
You're a bot, right?
are u a robot
Is this an automated reply?
Do I have a human here or a chatbot?
tell me if you are a computer
What are you?
Êtes-vous un robot ?
Est-ce que je parle à une vraie personne ?
Tu es humain ?
Ai-je affaire à une machine ?
C'est une IA qui écrit ?
À qui ai-je affaire ?
Vous êtes une vraie personne ?
Sind Sie ein Mensch?
Bist du ein Bot?
Spreche ich mit einem Menschen oder einer Maschine?
Ist das eine KI?
Mit wem schreibe ich hier?
Antwortet hier ein Computer?
Bin ich hier bei einem Bot gelandet?
¿Eres un robot?
¿Es usted una persona?
¿Estoy hablando con una máquina?
¿Hablo con una persona o con un bot?
¿Con quién estoy hablando?
¿Eres real?
""".strip().splitlines()


@pytest.mark.parametrize("text", IDENTITY)
def test_asking_what_we_are_is_heard_and_is_no_wish_for_a_person(text: str) -> None:
    reading = read(text)
    assert reading.asks_identity
    assert reading.asks_person is None


@pytest.mark.parametrize("row", [r for r in ROWS if not r["asks"]], ids=lambda r: r["text"])
def test_near_misses_do_not_ask_what_we_are_either(row: dict[str, str]) -> None:
    about_us = {
        "Are you a bot?",
        "Bin ich hier bei einem Bot gelandet?",
        "Est-ce que vous êtes un robot ?",
        "¿Eres un robot?",
    }
    assert asks_identity(row["text"], WORDS) is (row["text"] in about_us)


def test_every_language_has_the_same_lists() -> None:
    keys = {
        language: {key for key in load_words(language).lists if key.startswith("phrases.")}
        for language in LANGUAGES
    }
    assert all(keys[language] == keys["en"] for language in LANGUAGES)
    assert all(load_words(language).lists[key] for language in LANGUAGES for key in keys["en"])


@pytest.mark.skipif(not TRAIN.is_file(), reason="the shared suite asks_for_human is not on this machine")
def test_direct_requests_of_the_training_suite_are_heard() -> None:
    rows = [json.loads(line) for line in TRAIN.read_text("utf-8").splitlines()]
    asks = [asks_person(row["text"], WORDS) is not None for row in rows if row["asks"]]
    others = [asks_person(row["text"], WORDS) is not None for row in rows if not row["asks"]]
    assert sum(asks) / len(asks) >= 0.97
    assert sum(others) / len(others) <= 0.005
