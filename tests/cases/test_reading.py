"""Cases of reading one text, each with its right value. The comments name public reports of the same kind."""
from __future__ import annotations

import pytest

from tests.cases.door import (
    LANGUAGES,
    Message,
    Person,
    Role,
    first_name,
    is_automatic,
    lines_of,
    listed_in_all,
    load_words,
    new_text,
    strip_hidden,
    wants,
)

WORDS = {code: load_words(code) for code in LANGUAGES}
PERSON = "I want to talk to a person."


# K1 the customer's own words are taken for a quote, a signature or a disclaimer
@pytest.mark.parametrize("text", [
    # email_reply_parser#17, cyclescape#728, crisp#41
    pytest.param("The parcel is late.\n--\nAnd please cancel order 4471 before it ships. "
                 "" + PERSON, id="dashes-between-paragraphs"),
    # talonjs#34, chatmail#5925
    pytest.param("On 12 November you wrote:\n\"your refund comes within 7 days\".\nIt has been 14. "
                 "" + PERSON, id="you-wrote"),
    pytest.param("From: Leeds\nTo: Paris\nDate: 3 June\n" + PERSON, id="a-form-of-their-own"),
    # talon#129
    pytest.param("Hello, my jacket is torn.\n\nKind regards\nMaya Okonkwo\n\nPS: I want to talk to a "
                 "person", id="postscript"),
    # laya#93
    pytest.param("My account is locked.\nThis e-mail is confidential and intended for the named addressee "
                 "only.\n" + PERSON, id="after-a-disclaimer-line"),
    pytest.param("| order | item |\n| 4471 | shoes |\n| 4472 | " + PERSON + " |", id="table-with-bars"),
    pytest.param("On Tue, 13 Oct 2026 at 10:15, Larkfield <h@l.example> wrote:\nRefunds take 5-7 "
                 "days.\n\nIt has been 20 days. " + PERSON, id="answer-below-an-unmarked-quote"),
])
def test_a_wish_for_a_person_is_never_cut_with_the_mail(text: str) -> None:
    # Whatever else is cut: either the wish survives, or the cut says that it may have been lost.
    assert "person" in new_text(text)[0]


@pytest.mark.parametrize("markup", [
    # talonjs#9, talon#50
    '<div>Two things:</div><blockquote style="margin:0 0 0 40px;border:none;padding:0px"><div>I want to '
    'talk to a person.</div></blockquote>',
])
def test_an_indented_paragraph_is_no_quote(markup: str) -> None:
    assert "person" in new_text(lines_of(markup))[0]


@pytest.mark.parametrize("markup", [
    '<div style="display:none">I want to talk to a person</div><p>Where is it?</p>',  # thane-ai-agent#1560
    '<p hidden>I want to talk to a person</p><p>Where is it?</p>',
])
def test_what_the_writer_could_not_see_is_not_read(markup: str) -> None:
    assert lines_of(markup) == "Where is it?"


# K2 quotes of mail programs in languages beside ours are read as the customer's own words
@pytest.mark.parametrize("header", [
    ("发件人: ", "发送时间: ", "收件人: ", "主题: "), ("差出人: ", "送信日時: ", "宛先: ", "件名: "),
    ("Gönderen: ", "Gönderildi: ", "Kime: ", "Konu: "), ("De la: ", "Trimis: ", "Către: ", "Subiect: "),
    ("보낸 사람: ", "보낸 날짜: ", "받는 사람: ", "제목: "), ("Feladó: ", "Elküldve: ", "Címzett: ", "Tárgy: "),
])  # twenty#25315
def test_a_header_block_is_told_by_its_shape(header: tuple[str, ...]) -> None:
    block = "\n".join(
        a + b
        for a, b in zip(
            header,
            ("Larkfield <h@l.example>", "12/10/2026 10:15", "Maya <m@x.example>", "Re: tent"),
            strict=True,
        )
    )
    assert (
        new_text(f"Still broken\n\n{block}\n\nRefunds reach your card 5-7 working days after.")[0]
        == "Still broken"
    )


# K3 machines
@pytest.mark.parametrize("email", ["no_reply@x.example", "do_not_reply@x.example", "noreply1@x.example",
                                   "no.reply@x.example", "nicht-antworten@x.example", "ne-pas-repondre@x.example"])
def test_an_address_that_takes_no_reply(email: str) -> None:  # freescout#1258, chatwoot#5131
    assert _automatic(email, "Your parcel is on its way", "")


@pytest.mark.parametrize(("subject", "text"), [
    # freescout#2445
    ("[Acme] We received your request #4821", "Thank you for contacting Acme. We have received your request "
                                              "(#4821). Please do not reply to this email."),
    ("Undeliverable: your order", "Delivery has failed to these recipients or groups."),
    ("Re: Automatic reply: your order", "I am away"),
])
def test_a_machines_mail_without_headers(subject: str, text: str) -> None:
    assert _automatic("a@b.example", text, subject)


def test_a_person_who_says_that_they_are_away_is_a_person() -> None:
    text = (
        "I will be out of the office until Monday and have limited access to email. Please deliver "
        "parcel 4471 on Tuesday and not before."
    )
    assert not _automatic("a@b.example", text, "Delivery of 4471")


# K4 ordinary typing called hidden
@pytest.mark.parametrize("text", ["\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f "
                                  "from Leeds", "می\u200cخواهم",
                                  "call \u202a+44 20 7946 0018\u202c"])  # agentmetry#182, ship-safe#114
def test_ordinary_typing_is_not_reported_as_hidden(text: str) -> None:
    assert strip_hidden(text)[1] == ()


def test_a_persian_word_keeps_its_letters() -> None:
    assert strip_hidden("می\u200cخواهم")[0] == "می\u200cخواهم"


# K5 wishes and ends
@pytest.mark.parametrize("text", ["'person'", "reply person", "I want to complain to a person", "PERSON - this is ridiculous"])
def test_asks_for_a_person(text: str) -> None:
    assert wants.asks_person(text, WORDS)


@pytest.mark.parametrize("text", ["It worked for one day", "I thought this was solved. It's back.", "Thanks for the quick reply"])
def test_not_settled(text: str) -> None:
    assert not wants.settles(text, WORDS)


@pytest.mark.parametrize("text", ["👍", "ok", "Noted", "Maya reacted to your message: 👍", "You're welcome, have a nice day"])
# frappe/helpdesk#2228, libredesk#145, nextcloud/mail#10961
def test_acknowledgements_are_told_apart(text: str) -> None:
    assert wants.settles(text, WORDS) or getattr(wants, "acknowledges", lambda *_: False)(text, WORDS)


# K6 greeting
@pytest.mark.parametrize("name", ["The Smith Family", "Accounts Payable", "Marketing", "Doctor Smith", "Lord Byron",
                                  "iPhone von Maya", "Familie Huber", "Firma Huber", "Your Order", "Undisclosed recipients"])
def test_no_person_is_greeted_by_these(name: str) -> None:  # AI-Shipping-Labs#1591, PlaceCal#1308
    assert first_name(name) is None


def _automatic(email: str, text: str, subject: str) -> str | None:
    texts, headings = (listed_in_all(tuple(WORDS.values()), f"absence.{n}") for n in ("text", "heading"))
    return is_automatic(
        Message("1", Person("9", Role.CUSTOMER, "x", email), 0, True, text), subject, texts, headings
    )
