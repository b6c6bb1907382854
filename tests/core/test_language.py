"""Which language a message is in, by its own words before anything else."""
from dataclasses import replace

import pytest

from app.core.memory import TicketMemory
from app.core.reading.language import Clues, language_of, language_told
from app.core.reading.triage import read_ticket
from tests.core.tickets import POLICY, WORDS, said, ticket

TOLD = [
    ("fr", "Où est mon colis ?"),
    ("fr", "colis pas recu"),
    ("fr", "Je veux un remboursement"),
    ("fr", "fermeture éclair cassée"),
    ("de", "Wo ist mein Paket?"),
    ("de", "paket nicht da"),
    ("de", "Reissverschluss kaputt"),
    ("de", "Bestellung stornieren"),
    ("es", "¿Dónde está mi pedido?"),
    ("es", "donde esta mi paquete"),
    ("es", "cremallera rota"),
    ("es", "no puedo entrar"),
    ("en", "Where is my parcel?"),
    ("en", "zipper broken"),
    ("en", "Promo code invalid"),
    ("en", "Got a reminder, why?"),
]


@pytest.mark.parametrize(("language", "text"), TOLD)
def test_a_short_message_is_told_by_its_words_alone(language: str, text: str) -> None:
    assert language_told(text, WORDS, Clues()) == language


@pytest.mark.parametrize(("language", "text"), TOLD)
@pytest.mark.parametrize("locale", ["fr", "de-AT", "es_419", "en-US"])
def test_a_locale_of_another_language_takes_no_clear_message_over(
    language: str, text: str, locale: str
) -> None:
    # Never the locale's: unsure at most, where the locale's language writes one of the words too.
    assert language_told(text, WORDS, Clues(locale=locale)) in (language, None)


def test_clear_english_of_a_customer_with_a_french_locale_is_english() -> None:
    for text in ("Where is my parcel?", "I want a refund please", "Can I return the boots I bought?"):
        assert language_told(text, WORDS, Clues(locale="fr-FR")) == "en"


def test_what_several_languages_write_is_told_by_the_locale_or_by_earlier_messages() -> None:
    assert language_told("Garantie ?", WORDS, Clues()) is None
    assert language_told("Garantie ?", WORDS, Clues(locale="fr")) == "fr"
    assert language_told("Garantie?", WORDS, Clues(locale="de-CH")) == "de"
    assert language_told("Garantie ?", WORDS, Clues(earlier=("Où est mon colis ?",))) == "fr"


def test_what_says_nothing_is_in_no_language() -> None:
    for text in ("", "4471", "👍", "Larkfield"):
        assert language_told(text, WORDS, Clues(locale="fr")) is None


def test_a_language_that_is_not_shipped_is_told_where_the_detector_is_sure() -> None:
    assert (
        language_told("Waar is mijn pakket gebleven? Ik wacht al een week", WORDS, Clues(("nl", 0.99)))
        == "nl"
    )
    assert (
        language_told("Dove è il mio pacco? Non lo trovo da nessuna parte", WORDS, Clues(("it", 0.98)))
        == "it"
    )
    assert language_told("Wo ist mein Paket geblieben? Ich warte schon", WORDS, Clues(("nl", 0.6))) == "de"


@pytest.mark.parametrize(("locale", "language"), [
    ("fr", "fr"), ("en-US", "en"), ("es_419", "es"), ("pt-BR", "pt"), ("DE-at", "de"), (None, None), ("",
    None),
    ("1", None), ("french", None),
])
def test_a_locale_in_any_spelling(locale: str | None, language: str | None) -> None:
    assert language_of(locale) == language


def test_an_unsure_message_is_read_in_the_requesters_language_else_the_policys() -> None:
    asked = ticket(said("4471"))
    french = replace(asked, requester=replace(asked.requester, locale="fr"))
    portuguese = replace(asked, requester=replace(asked.requester, locale="pt-BR"))
    read = [read_ticket(t, TicketMemory(), "m:1", WORDS, POLICY, None) for t in (asked, french, portuguese)]
    assert [(r.language, r.language_known) for r in read] == [("en", False), ("fr", False), ("en", False)]


def test_an_exit_word_of_several_languages_is_heard_in_the_requesters() -> None:
    asked = ticket(said("agent"))
    french = replace(asked, requester=replace(asked.requester, locale="fr"))
    assert read_ticket(french, TicketMemory(), "m:1", WORDS, POLICY, None).language == "fr"


def test_the_requesters_words_tell_the_language_not_those_of_somebody_in_copy() -> None:
    asked = ticket(said("Where is my parcel?"))
    bob = replace(asked.requester, id="c2", name="Bob Stone")
    copied = replace(said("Wo ist denn nun unser Paket geblieben, bitte?", number=2), author=bob)
    both = replace(asked, messages=(*asked.messages, copied))
    assert read_ticket(both, TicketMemory(), "m:2", WORDS, POLICY, None).language == "en"
