"""Reading a ticket: what is new, its language and topic, the facts it names, and what it asks of us."""
from functools import partial
from itertools import count

import pytest
import yaml

from app.core.memory import TicketMemory
from app.core.reading.places import READ_MAX
from app.core.reading.triage import SUBJECT
from app.core.verdicts import Option, Reading
from tests.core.tickets import POLICY, ROOT, WORDS, read, said
from tests.pace import paces

SCENES = {scene["id"]: scene for scene in yaml.safe_load((ROOT / "demo" / "tickets.yaml").read_text("utf-8"))}
ADDRESSES = (
    Option("A", "article-order", "Changing the address of an order"),
    Option("B", "article-account", "Addresses saved in your account"),
)
ASKED = TicketMemory(clarified=True, options=ADDRESSES)


# What is new.
def test_all_that_was_written_since_our_last_reply_is_one_turn() -> None:
    reading = read(
        said("Where is my parcel?", number=1),
        said("It is on its way.", "assistant", 2),
        said("And my refund?", number=3),
        said("Order 4471, by the way.", number=4),
    )
    assert (reading.question, reading.message) == ("And my refund?\n\nOrder 4471, by the way.", "m4")


def test_an_internal_note_ends_no_turn_and_is_never_read() -> None:
    reading = read(
        said("Where is my parcel?"),
        said("customer wants a person", "agent", 2, public=False),
        said("It is late.", number=3),
    )
    assert reading.question == "Where is my parcel?\n\nIt is late."
    assert reading.asks_person is None


@pytest.mark.parametrize("author", ["assistant", "agent"])
def test_nothing_is_new_after_a_public_reply(author: str) -> None:
    reading = read(said("Where is my parcel?"), said("On its way.", author, 2))
    assert (reading.message, reading.question, reading.settles) == (None, "", False)


def test_another_bots_reply_leaves_the_question_open() -> None:
    assert read(said("Where is my parcel?"), said("Beep.", "bot", 2)).message == "m1"


def test_a_press_of_the_button_reads_the_latest_words_again() -> None:
    reading = read(said("Where is my parcel?"), said("On its way.", "assistant", 2), act="person")
    assert (reading.message, reading.question) == ("m1", "Where is my parcel?")


def test_a_machines_mail_between_does_not_hide_the_persons_question() -> None:
    away = said("I am away.", number=2, headers={"auto-submitted": "auto-replied"})
    assert (read(said("Where is my parcel?"), away).automatic, read(away).automatic) == (
        None,
        "Auto-Submitted: auto-replied",
    )
    assert read(said("Where is my parcel?"), away).message == "m1"


@pytest.mark.parametrize("subject,question", [
    ("Curlew 2 pole", "Curlew 2 pole\n\nWhat does it cost?"),
    ("Re: AW: Curlew 2 pole", "Curlew 2 pole\n\nWhat does it cost?"),
    ("What does it cost", "What does it cost?"),
    ("", "What does it cost?"),
])
def test_the_subject_leads_when_it_adds_something(subject: str, question: str) -> None:
    assert read("What does it cost?", subject=subject).question == question


def test_the_subject_belongs_to_the_opening_message_only() -> None:
    reading = read(
        said("Hello"), said("Yes?", "assistant", 2), said("What does it cost?", number=3), subject="My parcel"
    )
    assert reading.question == "What does it cost?"


def test_a_wish_in_the_subject_counts() -> None:
    reading = read("See above.", subject="human please")
    assert reading.asks_person and reading.asks_person.message == SUBJECT


@pytest.mark.parametrize("text", [
    "", " \n ", "> only a quote\n> of ours", "🎉🎉", "\u200b\u200b", "\u202e", "מה שלום ההזמנה שלי?", "?!",
    "{{ticket.id}}",
])
def test_odd_messages_are_read_calmly(text: str) -> None:
    reading = read(text, guess=None)
    assert reading.message == "m1"
    assert (reading.asks_person, reading.must_handoff, reading.settles) == (None, None, False)
    assert (reading.topic, reading.language, reading.language_known) == ("other", "en", False)


def test_hidden_characters_are_taken_out_and_named() -> None:
    reading = read("Where is my par\u200bcel?")
    assert (reading.question, reading.cut) == ("Where is my parcel?", ("hidden_zero_width",))


def test_a_megabyte_is_read_at_once() -> None:
    for piece in (
        "I want to ",
        "a\n",
        "é",
        "1 ",
        "my order 4471 cost £12. ",
        "\u200b",
        "> x\n",
        "don't never no ",
    ):
        text = (piece * (1_000_000 // len(piece) + 1))[:1_000_000]
        assert paces(partial(read, text), 30) < 30, piece
        reading = read(text)
        assert len(reading.question) <= READ_MAX
        assert "shortened" in reading.cut


# Where it stands.
@pytest.mark.parametrize("text,kind,found", [
    ("My order number is LF-10234, thanks", "order", "LF-10234"),
    ("about order #4471", "order", "#4471"),
    ("ma commande n° 4471", "order", "4471"),
    ("Bestellnummer: 4471-A", "order", "4471-A"),
    ("mi pedido 20231", "order", "20231"),
    ("it cost £112.50!", "amount", "£112.50"),
    ("89,00 € zurück", "amount", "89,00 €"),
    ("about 400 pounds", "amount", "400 pounds"),
    ("sent on 2 October 2025.", "date", "2 October 2025"),
    ("on March 3rd", "date", "March 3rd"),
    ("am 4. Mai", "date", "4. Mai"),
    ("le 12 février", "date", "12 février"),
    ("el 3 de enero", "date", "3 de enero"),
    ("since 2026-05-04", "date", "2026-05-04"),
    ("write to maya.o@example.com please", "email", "maya.o@example.com"),
    ("UPS 1Z999AA10123456784", "tracking", "1Z999AA10123456784"),
    ("tracking number: JD014600003RU", "tracking", "JD014600003RU"),
    ("call +44 20 7946 0958", "phone", "+44 20 7946 0958"),
    ("Tel. 0151 2345678", "phone", "0151 2345678"),
    ("in size 41 please", "size", "41"),
    ("taille M", "size", "M"),
    ("I need 2 pairs", "quantity", "2 pairs"),
])
def test_facts_are_found_in_their_places(text: str, kind: str, found: str) -> None:
    message = f"Hi,\u200b here it is:\n> old 9999 £1\n{text}\n"
    spans = {(k, message[s.start : s.end]) for k, s in read(message).entities}
    assert (kind, found) in spans


@pytest.mark.parametrize("text", [
    "I have 3 questions.", "It rained for 2 days in 2025", "Curlew 2", "the 1st one", "I paid for 20 minutes",
])
def test_plain_numbers_are_no_facts(text: str) -> None:
    assert [k for k, _ in read(text).entities if k in ("order", "amount", "phone", "tracking", "size")] == []


def test_spans_point_into_the_message_as_it_came() -> None:
    text = "On 4 May 2026, help@larkfield.example wrote:\n> hello 1\n\n"
    text += "I\u200b'm fed up.\u2028Ré\u0301ally: I want a per\u00adson, order #4471"
    reading = read(text)
    assert reading.asks_person is not None
    for span in (reading.asks_person, *reading.sentiment_spans, *(s for _, s in reading.entities)):
        assert text[span.start : span.end].replace("\u200b", "").replace("\u00ad", "") == span.text


# Language and topic.
def test_a_short_text_is_in_the_desks_language_unless_it_asks_for_a_person_in_another() -> None:
    assert read("ok super", guess=("de", 0.9)).language == "en"
    assert not read("ok super", guess=("de", 0.9)).language_known
    assert read("Mensch", guess=("de", 0.9)).language == "de"


@pytest.mark.parametrize("text,topic", [
    ("How do I get my money back, I want a refund?", "returns"),
    ("When is my parcel delivered?", "shipping"),
    ("Can I get an invoice with VAT?", "payments"),
    ("My RUCKSACK needs a repair under wárranty", "warranty"),
    ("Do you like cats?", "other"),
    ("private elevator", "other"),
])
def test_the_topic_is_the_one_whose_phrases_hit_best(text: str, topic: str) -> None:
    assert read(text).topic == topic


@pytest.mark.parametrize("text,topic", [
    ("You charged me twice for the refund", "charge_dispute"),
    ("My lawyers will write to you", "legal"),
    ("The stove caught fire", "safety"),
    ("Ich gehe zum Anwalt", "legal"),
    ("J'ai été débité deux fois", "charge_dispute"),
    ("voy a poner una demanda", "legal"),
])
def test_a_topic_for_people_is_heard_in_every_language(text: str, topic: str) -> None:
    reading = read(text, guess=("en", 0.9))
    assert reading.must_handoff
    assert reading.topic == topic


@pytest.mark.parametrize("text", ["The hospitality was great", "Das war an mich gerichtet", "uninjured",
"my lawyerly friend"])
def test_a_longer_word_is_not_the_phrase(text: str) -> None:
    assert read(text).must_handoff is None


# Settled, mood, choice.
@pytest.mark.parametrize("text", [
    "Thanks, that solved it.", "Thank you!", "Perfect, it works now. Thanks Maya",
    "All sorted, you can close this.", "Got it, thanks.",
    "Merci, c'est réglé.", "Merci beaucoup !", "Danke, hat geklappt!", "Vielen Dank für die schnelle Hilfe",
    "Gracias, ya está solucionado.",
    "Muchas gracias",
])
def test_a_settled_matter_is_heard(text: str) -> None:
    assert read(text).settles


@pytest.mark.parametrize("by", ["assistant", "agent"])
def test_a_nod_counts_after_a_message_of_ours_or_an_agents(by: str) -> None:
    assert read("Do you sell tents?", said("Yes.", by, 2), said("ok", number=3)).acknowledges
    assert read(
        "Do you sell tents?", said("Yes.", by, 2), said("All sorted, thanks maya", number=3)
    ).acknowledges
    assert not read(
        "Do you sell tents?", said("Yes.", by, 2), said("ok", number=3), said("And stoves", number=4)
    ).acknowledges
    assert not read("ok").acknowledges, "the first message of a ticket is no nod to anything"


@pytest.mark.parametrize("text", [
    "Thanks, that solved it. How do I wax them?", "Thanks, but it still doesn't work.", "That did not help.",
    "Thanks, one more question", "Hello",
    "It isn't solved.", "Merci, mais le colis n'est pas arrivé.", "Danke, aber es ist noch nicht geklärt.",
    "Gracias, pero sigue sin funcionar.",
    "Where is my parcel", "Thank you, I would like to return the shoes", "",
])
def test_a_question_or_a_but_settles_nothing(text: str) -> None:
    assert not read(text).settles


@pytest.mark.parametrize("text,language", [
    ("I am fed up with this.", "en"), ("This is the third time I'm writing.", "en"), ("Very disappointed.",
    "en"),
    ("This is terrible, still nothing after "
     "weeks!!!", "en"), ("J'en ai marre de vos réponses.", "fr"), ("C'est inadmissible.", "fr"),
    ("Das ist eine Frechheit.", "de"), ("Ich schreibe zum dritten Mal.", "de"), ("Estoy harta.", "es"),
    ("Es la tercera vez que escribo.", "es"),
])
def test_frustration_is_read_with_its_words(text: str, language: str) -> None:
    reading = read(f"{text} " * 3, guess=(language, 0.99))
    assert reading.sentiment == "frustrated"
    assert all(span.text for span in reading.sentiment_spans) and reading.sentiment_spans


@pytest.mark.parametrize("text", [
    "Where is my parcel?", "The zip is broken.", "I was a bit annoyed, what can I do?",
    "HELLO WHERE IS MY PARCEL", "Is the GORE-TEX ok?",
    "I'm not upset, only curious how it works.", "Which one is not disappointing in rain?",
])
def test_a_plain_message_is_neutral(text: str) -> None:
    assert read(text).sentiment == "neutral"


def test_praise_is_satisfied_and_a_foreign_language_is_unread() -> None:
    assert read("The boots are brilliant, very happy with them.").sentiment == "satisfied"
    assert read("Waar is mijn pakket gebleven, ik ben boos", guess=("nl", 0.99)).sentiment == "unread"


@pytest.mark.parametrize("text,article", [
    ("A", "article-order"), ("b", "article-account"), ("b)", "article-account"), ("B please",
    "article-account"), ("Option A",
    "article-order"),
    ("B please. Nothing on order right now.", "article-account"), ("it's B, thanks", "article-account"),
    ("the second one",
    "article-account"),
    ("The first.", "article-order"), ("the latter", "article-account"), ("the one saved in my account",
    "article-account"),
    ("it's about an order", "article-order"), ("Die zweite bitte", "article-account"), ("la deuxième",
    "article-account"),
    ("la segunda opción", "article-account"), ("Antwort B", "article-account"),
])
def test_a_choice_is_understood(text: str, article: str) -> None:
    assert read(text, memory=ASKED).choice == article


@pytest.mark.parametrize("text", [
    "A jacket I bought is torn", "neither", "both", "not the order and not the account", "hello", "",
    "A or B?",
])
def test_no_choice_is_made_for_the_customer(text: str) -> None:
    assert read(text, memory=ASKED).choice is None


def test_without_a_question_of_ours_there_is_nothing_to_choose() -> None:
    assert read("B", memory=TicketMemory()).choice is None


# The demo's scenes.
def scene(name: str) -> list[Reading]:
    """A reading after each message of the scene; our replies in between are played by a short one."""
    numbers, messages, readings = count(1), [], []
    for step in SCENES[name]["steps"]:
        if "write" not in step:
            continue
        headers = {key.lower(): value for key, value in step.get("headers", {}).items()}
        messages.append(said(step["write"], number=next(numbers), headers=headers))
        readings.append(
            read(*messages, subject=SCENES[name]["subject"], memory=ASKED if readings else TicketMemory())
        )
        messages.append(said("A reply.", "assistant", next(numbers)))
    return readings


@pytest.mark.parametrize("name", ["stove-burn", "charged-twice"])
def test_scenes_that_policy_sends_to_people_are_seen(name: str) -> None:
    (reading,) = scene(name)
    assert reading.must_handoff and reading.asks_person is None


PERSON_SCENES = {"going-in-circles", "third-time-writing", "hurt-while-people-have-it"}
OTHER_WRITERS = {"thanks-of-a-colleague"}  # read here as the requester's own words


@pytest.mark.parametrize("name", sorted(set(SCENES) - PERSON_SCENES - OTHER_WRITERS - {"stove-burn",
"charged-twice"}))
def test_scenes_that_ask_for_no_person_do_not(name: str) -> None:
    assert all(
        r.asks_person is None and r.must_handoff is None and not r.settles and not r.asks_identity
        for r in scene(name)
    )


@pytest.mark.parametrize("name", ["going-in-circles", "third-time-writing"])
def test_scenes_of_upset_people_ask_for_a_person(name: str) -> None:
    (reading,) = scene(name)
    assert reading.asks_person
    assert reading.sentiment == "frustrated"


def test_the_scenes_topics_and_choices_are_read() -> None:
    assert scene("which-address")[1].choice == "article-account"
    assert scene("out-of-office")[0].automatic
    topics = {
        "return-after-two-weeks": "returns",
        "money-not-back-yet": "returns",
        "delivered-twice": "shipping",
    }
    assert {name: scene(name)[0].topic for name in topics} == topics
    assert "Tomasz" not in scene("money-not-back-yet")[0].question
    assert "hidden_zero_width" in scene("odd-characters")[0].cut


def test_every_topic_phrase_of_the_shipped_policy_finds_its_topic() -> None:
    for topic in POLICY.topics:
        for language, entries in topic.phrases.items():
            for entry in entries:
                reading = read(f"x {entry} y", guess=None)
                if topic.must_handoff:
                    assert reading.must_handoff, (language, entry)
    assert set(WORDS) >= {language for topic in POLICY.topics for language in topic.phrases}
