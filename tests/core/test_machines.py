"""Whether a machine wrote: each mark with a message that has it, and a person's message that comes close."""
from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.core.reading.lexicon import listed_in_all
from app.core.reading.machines import TEXT_MAX, asks, automatic_in, is_automatic
from config.wording import LANGUAGES, load_words
from connectors.records import Message, Person, Role, Stamp, Status, Ticket
from tests.pace import paces
from tests.services import ROOT

WORDS = {code: load_words(code) for code in LANGUAGES}
TEXTS, HEADINGS = (listed_in_all(tuple(WORDS.values()), f"absence.{name}") for name in ("text", "heading"))
SUITES = ROOT.parent / "shared" / "quality"


def message(
    text: str = "Hello",
    headers: dict[str, str] | None = None,
    email: str | None = "maya@example.com",
    name: str = "Maya Okonkwo",
    flags: frozenset[str] = frozenset(),
    channel: str = "email",
    attachments: tuple[str, ...] = (),
) -> Message:
    writer = Person("1", Role.CUSTOMER, name, email)
    return Message(
        "1",
        writer,
        0,
        True,
        text,
        channel=channel,
        flags=flags,
        headers=headers or {},
        attachments=attachments,
    )


def read(
    text: str = "Hello", subject: str = "A question", *, answers_us: bool = False, **more: object
) -> str | None:
    return is_automatic(message(text, **more), subject, TEXTS, HEADINGS,
    answers_us=answers_us)  # type: ignore[arg-type]


@pytest.mark.parametrize("headers", [
    {"auto-submitted": "auto-replied"}, {"auto-submitted": "auto-generated; owner=x"}, {"precedence": "bulk"},
    {"precedence": "auto_reply"},
    {"x-auto-response-suppress": "All"}, {"x-auto-response-suppress": "DR, OOF, AutoReply"},
    {"return-path": "<>"},
    {"list-id": "<news.example.com>"}, {"x-autoreply": "yes"},
    {"content-type": "multipart/report; report-type=delivery-status"},
    {"content-type": "multipart/mixed; report-type=feedback-report"},
    {"content-type": "text/calendar; charset=utf-8; method=REPLY"},
    {"from": "Zed <no-reply@zed.example>"}, {"return-path": "<MAILER-DAEMON@zed.example>"},
    {"sender": "postmaster@zed.example"},
    {"preference": "auto_reply"}, {"x-autoresponse": "1"}, {"x-cron-env": "<SHELL=/bin/sh>"},
    {"precedence": "auto-reply"},
])
def test_headers_tell_a_machines_mail(headers: dict[str, str]) -> None:
    assert read(headers=headers)


@pytest.mark.parametrize("headers", [
    {}, {"auto-submitted": "no"}, {"precedence": "first-class"}, {"return-path": "<maya@example.com>"},
    {"content-type": "text/plain"},
    {"content-type": "text/calendar; method=REQUEST"}, {"from": "Maya <maya@example.com>"},
    {"return-path": "<bounce-4711@lists.example>"},
    {"in-reply-to": "<1@x>"},
])
def test_ordinary_headers_are_a_persons(headers: dict[str, str]) -> None:
    assert read(headers=headers) is None


@pytest.mark.parametrize("local", [
    "mailer-daemon", "MAILER_DAEMON", "no-reply", "noreply+12", "no_reply", "no.reply", "noreply1",
    "do_not_reply", "donotreply",
    "postmaster", "post_master", "noreply-orders", "orders.no-reply", "shopnoreply", "bounce+77",
    "bounces-1234-99",
    "nicht-antworten", "bitte.nicht.antworten", "keine-antwort", "ne-pas-repondre", "nepasrépondre",
    "no-responder",
    "no_contestar", "auto-reply", "autoresponder",
    "microsoftexchange329e71ec88ae4615bbc36ab6ce41109e", "mailer", "postmaestro", "delivery-status",
])
def test_an_address_that_takes_no_reply_is_a_machines(local: str) -> None:
    assert read(email=f"{local}@x.example")


@pytest.mark.parametrize("email", [
    "norah.eply@example.com", "bounce.house@example.com", "bounce-house@fun.example", "reply@x.example",
    "nora.reply@x.example",
    "info@x.example",
    "mailin@x.example", "smtptom@x.example", "delivery@x.example",
    "postman@x.example", "antworten@x.example", "daemian@x.example", "office@x.example", None,
])
def test_an_address_that_only_sounds_like_one_is_a_persons(email: str | None) -> None:
    assert read(email=email) is None


@pytest.mark.parametrize(("name", "email"), [
    ("Mail Delivery Subsystem", None), ("MAILER-DAEMON", ""), ("Mail Delivery System", "xyz@mx.example"),
    ("Postmaster", None), ("", None),
    ("System Attendant", "x@mx.example"), ("Mail Administrator", "x@mx.example"), ("Mailsystem",
    "x@mx.example"),
    ("System Administrator", None), ("Mail Delivery System", "Mail Delivery System"), ("", "MAILER-DAEMON"),
])
def test_a_daemon_is_told_by_its_name_where_it_has_no_address(name: str, email: str | None) -> None:
    assert read(name=name, email=email)


@pytest.mark.parametrize(("name", "email", "channel"), [
    ("Maya Okonkwo", None, "email"), ("", None, "web"), ("System Administrator", "it@acme.example", "email"),
    ("Dae Monroe", None, "email"),
])
def test_a_person_without_an_address_stays_a_person(name: str, email: str | None, channel: str) -> None:
    assert read(name=name, email=email, channel=channel) is None


def test_the_desks_own_flag_counts() -> None:
    assert read(flags=frozenset({"auto_generated"}))


MACHINES = {
    "absence, en": ("Out of office: Re: your order", "I am away until Monday."),
    "absence, answered": ("Re: Automatic reply: your order", "I am away"),
    "absence, de": ("Abwesenheitsnotiz: Ihre Bestellung", "Ich bin bis Montag nicht im Büro."),
    "absence, fr": ("Réponse automatique : votre commande", "Je suis absente du bureau."),
    "absence, es": ("Respuesta automática: su pedido", "Estoy fuera de la oficina."),
    "absence, alone": ("Automatic reply", "I am away until Monday."),
    "bounce, en": ("Undeliverable: your order", "Delivery has failed to these recipients or groups."),
    "bounce, standing": ("Undelivered Mail Returned to Sender", "I'm sorry to have to inform you …"),
    "bounce, by code": ("Delivery failure", "bob@x.example\nRemote server returned '550 5.1.1 User unknown'"),
    "bounce, older": ("Nondeliverable mail", "User not known"),
    "bounce, filtered": (
        "Considered UNSOLICITED BULK EMAIL, apparently from you",
        "The message was not delivered.",
    ),
    "bounce, de": (
        "Unzustellbar: Ihre Bestellung",
        "Ihre Nachricht an bob@x.example konnte nicht zugestellt werden.",
    ),
    "bounce, fr": ("Non remis : votre commande", "Votre message à bob@x.example n'a pas pu être remis."),
    "bounce, es": ("No se puede entregar: su pedido", "Su mensaje para bob@x.example no se pudo entregar."),
    "spam report": ("Spam complaint from 192.0.2.1", "The message below was marked as spam by its reader."),
    "report": (
        "complaint about message from 192.0.2.1",
        "This is an email abuse report for an email message.",
    ),
    "receipt, en": ("Read: your order", "Your message\nTo: Maya\nSubject: your order\nwas read on Monday."),
    "receipt, de": ("Gelesen: Ihre Bestellung", "Ihre Nachricht wurde am Montag gelesen."),
    "receipt, fr": ("Lu : votre commande", "Votre message a été lu le lundi."),
    "receipt, es": ("Leído: su pedido", "Su mensaje fue leído el lunes."),
    "calendar, en": ("Accepted: Call about the order", "Maya has accepted this invitation."),
    "calendar, de": ("Zugesagt: Termin", "Wann: Montag 10:30-11:00"),
    "calendar, fr": ("Accepté : Réunion", "Quand : lundi 10:30"),
    "calendar, es": ("Aceptada: Reunión", "Cuándo: lunes 10:30"),
    "ack, en": (
        "[Acme] We received your request #4821",
        "Thank you for contacting Acme. We have received your request (#4821). Please do not reply to this "
        "email.",
    ),
    "ack, ticket": (
        "Your ticket 77 has been created",
        "A member of our support team will get back to you within 2 business days.",
    ),
    "ack, de": (
        "Ihre Anfrage 4821 ist eingegangen",
        "Vielen Dank für Ihre Nachricht. Bitte antworten Sie nicht auf diese E-Mail.",
    ),
    "ack, fr": (
        "Nous avons bien reçu votre demande",
        "Notre équipe vous répondra dans un délai de 48 heures. Merci de ne pas répondre à ce message.",
    ),
    "ack, es": (
        "Hemos recibido su solicitud 77",
        "Gracias por contactarnos. Nuestro equipo le responderá pronto.",
    ),
    "says so": ("Order 77", "This is an automated message. Your parcel 77 is on its way."),
}


@pytest.mark.parametrize("kind", MACHINES)
def test_a_machines_mail_is_known_by_subject_and_text(kind: str) -> None:
    subject, text = MACHINES[kind]
    assert read(text, subject)


PEOPLE = {
    "a parcel fails, too": (
        "Delivery failed",
        "My parcel could not be delivered to me, the driver says address not found.",
    ),
    "undeliverable parcel": (
        "Undeliverable: parcel 4471",
        "The card in my letter box says that. I was at home all day.",
    ),
    "an order is cancelled": ("Cancelled: order 4471", "I never cancelled it."),
    "a card is declined": ("Declined: my card", "It worked yesterday."),
    "an accepted return": ("Accepted: return 4471", "It says so on the page, and no money has come."),
    "read receipts": ("Read receipts", "They do not arrive in my mailbox."),
    "asks about automatic replies": ("Automatic reply does not work", "I switched it on yesterday."),
    "asks how to set one up": ("Automatic reply", "How do I set one up?"),
    "answers an acknowledgement": ("Re: [Larkfield] We received your request #77", "Any news about my tent?"),
    "thanks for contacting": ("Re: my order", "Thank you for contacting me. My phone number is 555 0100."),
    "received in part": ("We received your parcel 77", "Two of the three shoes are missing from it."),
    "complains of abuse": ("Abuse complaint about your driver", "He shouted at my daughter."),
    "complains of spam": ("Spam from your shop", "I get it every day and never asked for it."),
    "absence": ("Absence de colis dans ma boîte", "Le livreur n'est pas passé."),
    "on holiday": ("On holiday and no parcel", "We are away from the 3rd, it should come before."),
    "forwards a bounce": (
        "Fwd: Undeliverable: my order",
        "My mail to your shop came back: 550 5.1.1 user unknown. Which address is right?",
    ),
    "out of office, asks": ("Out of office", "Please deliver parcel 4471 on Tuesday."),
    "quotes a machine": (
        "A strange mail",
        "I got this from you: “This is an automated message”. Is it really yours?",
    ),
    "einladung": ("Einladung: Rabatt", "Der Gutschein aus der Einladung geht nicht."),
}


@pytest.mark.parametrize("kind", PEOPLE)
@pytest.mark.parametrize("answers_us", [False, True])
def test_a_persons_mail_that_comes_close_is_a_persons(kind: str, answers_us: bool) -> None:
    subject, text = PEOPLE[kind]
    assert read(text, subject, answers_us=answers_us) is None


ABSENCES = [
    "Thank you for your message. I am out of the office until Monday and will reply on my return.",
    "Bonjour, je suis absente du bureau jusqu'au 12 mai. En cas d'urgence, écrivez à accueil@example.org.",
    "Vielen Dank für Ihre Nachricht. Ich bin bis zum 12. Mai nicht im Büro. In dringenden Fällen wenden Sie "
    "sich an das Sekretariat.",
    "Gracias por su mensaje. Estoy fuera de la oficina hasta el lunes. En caso de urgencia escriba a mi "
    "compañera.",
    "I am out of the office until Monday with no access to email. Please contact my colleague Bob for "
    "urgent matters.",
]


@pytest.mark.parametrize("text", ABSENCES)
def test_a_note_of_absence_that_answers_us_is_known_by_its_wording_alone(text: str) -> None:
    assert read(text, answers_us=True)


@pytest.mark.parametrize("text", ABSENCES)
def test_the_same_words_in_a_first_message_are_a_persons(text: str) -> None:
    assert read(text, "Delivery of 4471") is None


@pytest.mark.parametrize("text", [
    "I am out of the office until Monday. Can you deliver on Tuesday?",
    "I will be out of the office until Monday and have limited access to email. Please deliver parcel 4471 "
    "on Tuesday and not before.",
    "We are on holiday from the 3rd, please deliver before.",
    "Ich bin im Urlaub und habe mein Paket nicht bekommen.",
    "Ich bin bis Freitag nicht im Büro und außer Haus. Bitte liefern Sie das Paket erst am Montag.",
    "Je suis absente du bureau jusqu'au 12 mai, sans accès à mes mails. Merci de livrer mon colis après "
    "cette date.",
    "Estoy de viaje, fuera de la oficina hasta el lunes. Por favor, entreguen el paquete el martes.",
    "I am away until Monday with no access to email. Please call me on my mobile.",
])
def test_a_person_may_write_of_their_absence(text: str) -> None:
    assert read(text, answers_us=True) is None


def test_another_desks_acknowledgement_in_the_same_ticket_is_known_without_its_subject() -> None:
    text = (
        "Thank you for contacting Zed. We have received your request (#4821). Please do not reply to "
        "this email."
    )
    assert read(text, "", answers_us=True)
    assert read(text, "") is None


@pytest.mark.parametrize(("text", "wanted"), [
    ("Please do not reply to this email.", False), ("Please contact my colleague.", False),
    ("Bitte wenden Sie sich an Frau Roe.", False),
    ("Please call me.", True), ("Please contact me.", True), ("Deliver it, please.", True),
    ("Ich brauche das Paket.", True),
    ("Je voudrais un échange.", True), ("Necesito ayuda.", True), ("It is here.", False),
    ("See https://x.example/?p=NoSuchUser for more", False),
])
def test_what_only_a_person_asks(text: str, wanted: bool) -> None:
    assert asks(text) is wanted


def test_a_message_answers_us_where_an_agent_or_the_assistant_has_spoken_before_it() -> None:
    maya, ana = Person("1", Role.CUSTOMER, "Maya", "maya@example.com"), Person("2", Role.AGENT, "Ana")
    said = (
        Message("1", maya, 1, True, "Where is it?"), Message("2", ana, 2, True, "On its way."),
        Message("3", maya, 3, True, ABSENCES[0]),
    )
    ticket = Ticket("d", "1", "A question", Status.OPEN, maya, said, Stamp("", 0, 0, 0), 0, 0)
    assert [automatic_in(ticket, m, WORDS) is not None for m in said if m.author is maya] == [False, True]


def test_a_senders_header_of_nested_comments_is_read_to_an_end() -> None:
    assert read(headers={"from": "(" * 100_000}) is None


@pytest.mark.parametrize("piece", ["please ", "your message ", "Re: ", "[x] ", "undeliverable ",
"550 5.1.1 user ", "out of the office "])
def test_a_million_characters_of_marks_take_no_time(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    assert len(text) > TEXT_MAX
    assert paces(lambda: read(text, text, answers_us=True), 20) < 20


@pytest.mark.skipif(not (SUITES / "intent_banking77oos" / "train.jsonl").exists(),
reason="the shared suites are not on this machine")
def test_nothing_that_people_typed_is_taken_for_a_machines() -> None:
    lines = Path(SUITES / "intent_banking77oos" / "train.jsonl").read_text("utf-8").splitlines()
    typed = [json.loads(line)["text"] for line in lines][::2]
    assert len(typed) >= 2_000
    assert [text for text in typed if read(text, text) or read(text, answers_us=True)] == []
