"""What of a mail is new, and which mails no person wrote."""
import json
import time
from pathlib import Path

import pytest

from app.core.reading.mail import MAIL_MAX, is_automatic, new_text
from app.core.reading.phrases import phrases
from connectors.records import Message, Person, Role
from tests.core.tickets import WORDS

SUITES = Path(__file__).parents[3] / "shared" / "quality"
OURS = "Hi Maya,\nNot what you needed? Just reply person."
QUOTES = {
    "en gmail": "On Mon, 4 May 2026 at 14:02, Larkfield AI assistant <help@larkfield.example> wrote:\n{marked}",
    "en gmail, two lines": "On Monday, 4 May 2026 at 14:02, Larkfield AI assistant <\nhelp@larkfield.example> wrote:\n\n{marked}",
    "en apple": "> On 4 May 2026, at 14:02, Larkfield AI assistant <help@larkfield.example> wrote:\n> \n{marked}",
    "en unmarked": "On Mon, May 4, 2026 2:02 pm, help@larkfield.example wrote:\n{plain}",
    "en outlook": "________________________________\nFrom: Larkfield <help@larkfield.example>\nSent: Monday, 4 May 2026 14:02\nTo: Maya\n"
    "Subject: RE: My shoes\n\n{plain}",
    "en outlook old": "-----Original Message-----\nFrom: Larkfield\nSent: Monday\nTo: Maya\nSubject: x\n\n{plain}",
    "en desk": "##- Please type your reply above this line -##\n{plain}",
    "fr gmail": "Le lun. 4 mai 2026 à 14:02, Larkfield <help@larkfield.example> a écrit :\n{marked}",
    "fr outlook": "De : Larkfield <help@larkfield.example>\nEnvoyé : lundi 4 mai 2026 14:02\nÀ : Maya\nObjet : RE: Chaussures\n\n{plain}",
    "fr old": "-------- Message d'origine --------\nDe : Larkfield\nDate : 04/05/2026 14:02\nÀ : Maya\nObjet : x\n\n{plain}",
    "de gmail": "Am Mo., 4. Mai 2026 um 14:02 Uhr schrieb Larkfield <help@larkfield.example>:\n{marked}",
    "de thunderbird": "Am 04.05.26 um 14:02 schrieb Larkfield:\n{marked}",
    "de outlook": "Von: Larkfield <help@larkfield.example>\nGesendet: Montag, 4. Mai 2026 14:02\nAn: Maya\nBetreff: AW: Schuhe\n\n{plain}",
    "de old": "-----Ursprüngliche Nachricht-----\nVon: Larkfield\nGesendet: Montag\nAn: Maya\nBetreff: x\n\n{plain}",
    "es gmail": "El lun, 4 may 2026 a las 14:02, Larkfield (<help@larkfield.example>) escribió:\n{marked}",
    "es outlook": "De: Larkfield <help@larkfield.example>\nEnviado: lunes, 4 de mayo de 2026 14:02\nPara: Maya\n"
    "Asunto: RE: Zapatos\n\n{plain}",
    "es old": "-----Mensaje original-----\nDe: Larkfield\nEnviado el: lunes\nPara: Maya\nAsunto: x\n\n{plain}",
    "no heading": "{marked}",
}


def quoted(style: str, ours: str) -> str:
    return QUOTES[style].format(plain=ours, marked="\n".join(f"> {line}" for line in ours.splitlines()))


@pytest.mark.parametrize("style", QUOTES)
def test_the_quote_below_a_reply_is_cut_whatever_program_wrote_it(style: str) -> None:
    text, cut = new_text(f"It came today.\n\n{quoted(style, OURS)}\n")
    assert (text, cut) == ("It came today.", ("quote",))


def test_an_answer_below_or_inside_the_quote_is_kept() -> None:
    text, _ = new_text("On 4 May 2026, help@larkfield.example wrote:\n> Which size?\n\nForty-one.\n\n> Which colour?\n\nGreen.")
    assert text.split() == ["Forty-one.", "Green."]


@pytest.mark.parametrize("foot,name", [
    ("-- \nMaya Okonkwo\n12 Mill Lane", "signature"),
    ("Kind regards,\nMaya Okonkwo", "signature"),
    ("Cordialement,\nMaya", "signature"),
    ("Mit freundlichen Grüßen\nJürgen Albrecht\nTel. 0151 2345678", "signature"),
    ("Un saludo,\nLucía", "signature"),
    ("Sent from my iPhone", "mobile_footer"),
    ("Envoyé de mon iPhone", "mobile_footer"),
    ("Von meinem iPhone gesendet", "mobile_footer"),
    ("Enviado desde mi iPhone", "mobile_footer"),
    ("Get Outlook for Android", "mobile_footer"),
    ("This e-mail is confidential and intended only for the addressee.", "disclaimer"),
    ("Diese E-Mail ist vertraulich und nur für den Empfänger bestimmt.", "disclaimer"),
])
def test_a_foot_is_cut(foot: str, name: str) -> None:
    assert new_text(f"Where is my parcel?\n\n{foot}") == ("Where is my parcel?", (name,))


@pytest.mark.parametrize("text", [
    "Thanks!",
    "Thanks\nI want a person",
    "Thank you\nCan you tell me when it comes?",
    "Sent from my desk, is much easier than from a phone.",
    "I need two things -- a pole and a peg.",
    "From: is a field I do not understand on your form.",
    "On 4 May I wrote: the zip is broken.",
    "person",
    "Best I have seen.\nIs the green one back?",
])
def test_what_only_looks_like_a_foot_or_a_quote_is_kept(text: str) -> None:
    assert new_text(text) == (text, ())


@pytest.mark.parametrize("text,new,cut", [
    ("", "", ()),
    ("> all of it", "", ("quote",)),
    ("Begin forwarded message:\nFrom: a@example.com\nSubject: x\n\nhello", "", ("forwarded",)),
])
def test_nothing_new_is_an_empty_text(text: str, new: str, cut: tuple[str, ...]) -> None:
    assert new_text(text) == (new, cut)


@pytest.mark.parametrize(
    "piece", [">a\n", "On ", "On 1\n", "\n", "-", " ", "From: a\n", "Sent from my\n", "regards\n", "many ", "x\n", "<a@b ", "On 1 wrote "]
)
def test_a_megabyte_of_anything_is_read_quickly(piece: str) -> None:
    text = (piece * (1_000_000 // len(piece) + 1))[:1_000_000]
    start = time.process_time()
    _, cut = new_text(text)
    assert time.process_time() - start < 1.5
    assert len(text) > MAIL_MAX and "shortened" in cut


def message(
    text: str = "", headers: dict[str, str] | None = None, email: str | None = "maya@example.com", flags: frozenset[str] = frozenset()
) -> Message:
    return Message("1", Person("1", Role.CUSTOMER, "Maya", email), 0, True, text, flags=flags, headers=headers or {})


@pytest.mark.parametrize("headers", [
    {"auto-submitted": "auto-replied"}, {"auto-submitted": "auto-generated; owner=x"}, {"precedence": "bulk"}, {"precedence": "auto_reply"},
    {"x-auto-response-suppress": "All"}, {"x-auto-response-suppress": "DR, OOF, AutoReply"}, {"return-path": "<>"},
    {"list-id": "<news.example.com>"},
    {"x-autoreply": "yes"}, {"content-type": "multipart/report; report-type=delivery-status"},
])
def test_headers_tell_a_machines_mail(headers: dict[str, str]) -> None:
    assert is_automatic(message("Hello", headers))


@pytest.mark.parametrize("headers", [
    {}, {"auto-submitted": "no"}, {"precedence": "first-class"}, {"return-path": "<maya@example.com>"}, {"content-type": "text/plain"},
])
def test_ordinary_headers_are_a_persons(headers: dict[str, str]) -> None:
    assert is_automatic(message("Hello", headers)) is None


@pytest.mark.parametrize("email,automatic", [
    ("mailer-daemon@example.com", True), ("no-reply@example.com", True), ("noreply+12@example.com", True), ("postmaster@example.com", True),
    ("norah.eply@example.com", False), ("bounce.house@example.com", False), (None, False),
])
def test_the_senders_address_tells(email: str | None, automatic: bool) -> None:
    assert bool(is_automatic(message("Hello", email=email))) is automatic


def test_the_desks_own_flag_counts() -> None:
    assert is_automatic(message("Hello", flags=frozenset({"auto_generated"})))


@pytest.mark.parametrize("text", [
    "Thank you for your message. I am out of the office until Monday and will reply on my return.",
    "Bonjour, je suis absente du bureau jusqu'au 12 mai. En cas d'urgence, écrivez à accueil@example.org.",
    "Vielen Dank für Ihre Nachricht. Ich bin bis zum 12. Mai nicht im Büro. In dringenden Fällen wenden Sie sich an das Sekretariat.",
    "Gracias por su mensaje. Estoy fuera de la oficina hasta el lunes. En caso de urgencia escriba a mi compañera.",
])
def test_an_absence_note_without_headers_is_known_by_two_of_its_phrases(text: str) -> None:
    wording = phrases(entry for w in WORDS.values() for entry in w.phrases("phrases.absence.text"))
    assert is_automatic(message(text), wording=wording)


@pytest.mark.parametrize("text", [
    "I am out of the office until Monday. Can you deliver on Tuesday?",
    "We are on holiday from the 3rd, please deliver before.",
    "Ich bin im Urlaub und habe mein Paket nicht bekommen.",
])
def test_a_person_may_write_of_their_absence(text: str) -> None:
    wording = phrases(entry for w in WORDS.values() for entry in w.phrases("phrases.absence.text"))
    assert is_automatic(message(text), wording=wording) is None


@pytest.mark.skipif(not (SUITES / "email_replies").is_dir(), reason="the shared reply suite is not on this machine")
def test_the_reply_suite_is_met_better_than_by_the_libraries() -> None:
    rows = [json.loads(line) for line in (SUITES / "email_replies" / "eval.jsonl").read_text("utf-8").splitlines()]
    exact = sum(new_text(row["raw"])[0].split() == row["reply"].split() for row in rows)
    assert exact > 50  # email-reply-parser 0.5.12; mail-parser-reply 1.36: 42
