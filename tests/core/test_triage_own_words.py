"""Our own messages, quoted back in full, never read as the customer's wish."""
import re

import pytest

from app.core.reading.our_words import without_own_sentences
from config.wording import LANGUAGES
from tests.core.test_mail import QUOTES, quoted
from tests.core.tickets import WORDS, read

FILLINGS = {
    "company": "Larkfield",
    "name": "Maya",
    "hello": "Hi Maya,",
    "word": "person",
    "talk": "Talk to a person",
    "page": "See what I passed on",
    "route": "our support team",
    "title": "Talking to our agents",
    "letters": "A or B",
    "letter": "A",
    "date": "3 March",
}


def filled(text: str) -> str:
    """A shipped sentence as a customer gets it."""
    return re.sub(r"\{(\w+)\}", lambda m: FILLINGS.get(m.group(1), "4 May 2026"), text)


def messages(language: str) -> list[tuple[str, str]]:
    return [(key, filled(text)) for key, text in sorted(WORDS[language].texts.items())]


@pytest.mark.parametrize("style", QUOTES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_of_ours_asks_for_a_person_when_it_is_quoted(language: str, style: str) -> None:
    # What agents read in the desk never comes back from a customer.
    ours = "\n".join(text for key, text in messages(language) if not key.startswith("note."))
    reading = read(f"Thanks, it came.\n\n{quoted(style, ours)}\n")
    assert reading.asks_person is None
    assert reading.question == "Thanks, it came."


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_sentence_of_ours_in_an_unmarked_quote_asks_for_nobody(language: str) -> None:
    notice, way_out = (
        filled(WORDS[language].texts[f"message.{key}"]) for key in ("notice.first", "exit.answer_plain")
    )
    whole = ((key, f"Thanks, it came.\n\n{notice}\n{text}\n{way_out}") for key, text in messages(language))
    # The exit word itself never stands alone in a message of ours.
    assert [key for key, text in whole if read(text).asks_person] in ([], ["message.exit.word"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_whole_message_of_ours_without_any_mark_of_a_quote_is_taken_out(language: str) -> None:
    texts = WORDS[language].texts
    keys = ("notice.first", "exit.answer_plain", "exit.other_plain", "settle")
    ours = [filled(texts[f"message.{key}"]) for key in keys]
    left = without_own_sentences("Where is my parcel?\n\n" + "\n".join(ours), WORDS)
    assert left.strip() == "Where is my parcel?"
    reading = read("Where is my parcel?\n\n" + "\n".join(ours))
    assert reading.asks_person is None
    assert "own_sentences" in reading.cut


def test_what_the_customer_writes_between_our_sentences_stays() -> None:
    texts = WORDS["en"].texts
    text = (
        f"{filled(texts['message.notice.first'])}\nI want a "
        f"person.\n{filled(texts['message.exit.other_plain'])}"
    )
    reading = read(text)
    assert reading.question == "I want a person."
    assert reading.asks_person and reading.asks_person.text == "I want a person."


def test_lines_broken_by_the_mail_program_are_still_ours() -> None:
    ours = filled(WORDS["en"].texts["message.exit.other_plain"])
    wrapped = re.sub(r"(.{20}\S*) ", r"\1\n", ours)
    assert without_own_sentences(f"Hello\n\n{wrapped}", WORDS).strip() == "Hello"


@pytest.mark.parametrize("text", [
    "person", "Talk to a person", "I want to talk to a person.", "Just reply to me.",
    "You asked for my number: 4471.",
])
def test_the_customers_own_words_are_not_taken_for_ours(text: str) -> None:
    assert without_own_sentences(text, WORDS) == text
