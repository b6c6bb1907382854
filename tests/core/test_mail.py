"""What of a mail is new."""

import pytest

from app.core.reading.mail import MAIL_MAX, NOTHING, Known, new_ranges, new_text
from tests.pace import paces

OURS = "Hi Maya,\nNot what you needed? Just reply person."
QUOTES = {
    "en gmail": "On Mon, 4 May 2026 at 14:02, Larkfield AI assistant <help@larkfield.example> "
                "wrote:\n{marked}",
    "en gmail, two lines": "On Monday, 4 May 2026 at 14:02, Larkfield AI assistant "
                           "<\nhelp@larkfield.example> wrote:\n\n{marked}",
    "en apple": "> On 4 May 2026, at 14:02, Larkfield AI assistant <help@larkfield.example> wrote:\n> "
                "\n{marked}",
    "en unmarked": "On Mon, May 4, 2026 2:02 pm, help@larkfield.example wrote:\n{plain}",
    "en outlook": "________________________________\nFrom: Larkfield <help@larkfield.example>\nSent: "
                  "Monday, 4 May 2026 14:02\nTo: Maya\n"
    "Subject: RE: My shoes\n\n{plain}",
    "en outlook old": "-----Original Message-----\nFrom: Larkfield\nSent: Monday\nTo: Maya\nSubject: "
                      "x\n\n{plain}",
    "en desk": "##- Please type your reply above this line -##\n{plain}",
    "fr gmail": "Le lun. 4 mai 2026 à 14:02, Larkfield <help@larkfield.example> a écrit :\n{marked}",
    "fr outlook": "De : Larkfield <help@larkfield.example>\nEnvoyé : lundi 4 mai 2026 14:02\nÀ : "
                  "Maya\nObjet : RE: Chaussures\n\n{plain}",
    "fr old": "-------- Message d'origine --------\nDe : Larkfield\nDate : 04/05/2026 14:02\nÀ : "
              "Maya\nObjet : x\n\n{plain}",
    "de gmail": "Am Mo., 4. Mai 2026 um 14:02 Uhr schrieb Larkfield <help@larkfield.example>:\n{marked}",
    "de thunderbird": "Am 04.05.26 um 14:02 schrieb Larkfield:\n{marked}",
    "de outlook": "Von: Larkfield <help@larkfield.example>\nGesendet: Montag, 4. Mai 2026 14:02\nAn: "
                  "Maya\nBetreff: AW: Schuhe\n\n{plain}",
    "de old": "-----Ursprüngliche Nachricht-----\nVon: Larkfield\nGesendet: Montag\nAn: Maya\nBetreff: "
              "x\n\n{plain}",
    "es gmail": "El lun, 4 may 2026 a las 14:02, Larkfield (<help@larkfield.example>) escribió:\n{marked}",
    "es outlook": "De: Larkfield <help@larkfield.example>\nEnviado: lunes, 4 de mayo de 2026 14:02\nPara: "
                  "Maya\n"
    "Asunto: RE: Zapatos\n\n{plain}",
    "es old": "-----Mensaje original-----\nDe: Larkfield\nEnviado el: lunes\nPara: Maya\nAsunto: "
              "x\n\n{plain}",
    "no heading": "{marked}",
}


def quoted(style: str, ours: str) -> str:
    return QUOTES[style].format(plain=ours, marked="\n".join(f"> {line}" for line in ours.splitlines()))


@pytest.mark.parametrize("style", QUOTES)
def test_the_quote_below_a_reply_is_cut_whatever_program_wrote_it(style: str) -> None:
    text, cut = new_text(f"It came today.\n\n{quoted(style, OURS)}\n")
    assert (text, cut) == ("It came today.", ("quote",))


def test_an_answer_below_or_inside_the_quote_is_kept() -> None:
    text, _ = new_text(
        "On 4 May 2026, help@larkfield.example wrote:\n> Which size?\n\nForty-one.\n\n> Which "
        "colour?\n\nGreen."
    )
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
])
def test_nothing_new_is_an_empty_text(text: str, new: str, cut: tuple[str, ...]) -> None:
    assert new_text(text) == (new, cut)


@pytest.mark.parametrize(
    "piece", [">a\n", "On ", "On 1\n", "\n", "-", " ", "From: a\n", "Sent from my\n", "regards\n", "many ",
    "x\n", "<a@b ", "On 1 wrote "]
)
def test_a_megabyte_of_anything_is_read_quickly(piece: str) -> None:
    text = (piece * (1_000_000 // len(piece) + 1))[:1_000_000]
    assert paces(lambda: new_text(text), 40) < 40
    _, cut = new_text(text)
    assert len(text) > MAIL_MAX and "shortened" in cut


PERSON = "I want to talk to a person."
NAMED = Known(name="Maya Okonkwo")


@pytest.mark.parametrize("text", [
    "The parcel is late.\n--\nAnd please cancel order 4471 before it ships. " + PERSON,
    "The parcel is late.\n\n-- \nCancel order 4471\n\n" + PERSON,
    "On 12 November you wrote:\n\"your refund comes within 7 days\".\nIt has been 14. " + PERSON,
    "From: Leeds\nTo: Paris\nDate: 3 June\n" + PERSON,
    "Name: Maya\nE-mail: maya@x.example\nDate: 4 May 2026 14:02\nMessage: " + PERSON,
    "Hello, my jacket is torn.\n\nKind regards\nMaya Okonkwo\n\nPS: I want to talk to a person",
    "Hello, my jacket is torn.\n\nKind regards\nMaya Okonkwo\n\nN.B. send it to a person",
    "My account is locked.\nThis e-mail is confidential and intended for the named addressee "
    "only.\n" + PERSON,
    "| order | item |\n| 4471 | shoes |\n| 4472 | " + PERSON + " |",
    "On Tue, 13 Oct 2026 at 10:15, Larkfield <h@l.example> wrote:\nRefunds take 5-7 days.\n\nIt has been 20 "
    "days. " + PERSON,
    "Hello,\nOn Tue, 13 Oct 2026 at 10:15, Larkfield <h@l.example> wrote:\nRefunds take 5-7 "
    "days.\n\n" + PERSON,
    "Please see my answers below.\n\nFrom: Shop <h@l.example>\nSent: Tuesday, 13 October 2026 10:15\nTo: "
    "Maya\nSubject: x\n\n" + PERSON,
    "Thanks\nRefund please\n" + PERSON,
    "Best regards\nPerson please",
    "Deliver it to office@example.com please, or ask a person.\nOn Mon, 4 May 2026 Shop <s@l.example> "
    "wrote:\n> hi",
    "FYI\n\n---------- Forwarded message ---------\nFrom: Ben <b@x.example>\nDate: Mon, 4 May "
    "2026\nSubject: x\nTo: Maya\n\n" + PERSON,
    "Begin forwarded message:\nFrom: a@example.com\nSubject: x\n\n" + PERSON,
    "This message is confidential: my husband must not learn that I want to talk to a person.",
])
@pytest.mark.parametrize("known", [NOTHING, NAMED])
def test_no_word_of_the_writers_own_goes_without_proof(text: str, known: Known) -> None:
    assert "person" in new_text(text, known)[0].casefold()


def test_what_stands_in_an_earlier_message_is_cut_below_a_mark_and_the_answers_between_stay() -> None:
    ours = (
        "Which size do you need for the new boots?\nAnd which colour would you like to have?\nBest "
        "wishes from all of us at Larkfield"
    )
    text = (
        "Hello,\n\nOn Mon, 4 May 2026 at 14:02, Larkfield <h@l.example> wrote:\n"
        "Which size do you need for the new\nboots?\n\nForty-one.\n\nAnd which colour would you like to "
        "have?\n\nGreen.\n\n"
        "Best wishes from all of us at Larkfield\n"
    )
    assert new_text(text, Known((ours,)))[0].split() == ["Hello,", "Forty-one.", "Green."]


def test_words_said_before_are_not_cut_without_a_mark() -> None:
    text = "I still want my money back for order 4471.\nIt has been a month."
    assert new_text(text, Known((text,))) == (text, ())


def test_a_quote_that_is_in_no_earlier_message_is_cut_and_doubted() -> None:
    text = (
        "Thanks\n\nOn Mon, 4 May 2026 at 14:02, Larkfield <h@l.example> wrote:\nThe zip broke again "
        "after one day of use.\n"
    )
    assert new_ranges(text).doubtful is False
    found = new_ranges(text, Known(("Something else was said before in this ticket.",)))
    assert (found.doubtful, [text[a:b].strip() for a, b in found.gone]) == (
        True,
        ["The zip broke again after one day of use."],
    )


@pytest.mark.parametrize("closing", [
    "Kind regards,\nMaya", "Thanks, Maya", "LG Maya", "Best,\nmaya", "Viele Grüße\n\n--\nMaya Okonkwo\n0151 "
                                                                     "2345678",
])
def test_a_closing_with_the_writers_own_name_is_a_foot(closing: str) -> None:
    assert new_text(f"Where is my parcel?\n\n{closing}", NAMED) == ("Where is my parcel?", ("signature",))
