"""Replies in some hundred shapes of mail programs: our words go, the customer's stay wherever they stand."""
from __future__ import annotations

import pytest

from app.core.reading.mail import NOTHING, Known, new_ranges, new_text
from tests.core.mail_programs import OURS, PROGRAMS, quoted

ASKED = "The parcel went back three weeks ago, and nothing came."
WISH = "The number is 4471-AB. I want to talk to a person."
SAID = Known((OURS,), "Maya")
OTHER = Known(("Thank you for writing, we are looking into it now.",), "Maya")


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("known", [NOTHING, SAID], ids=["new", "said"])
def test_only_what_the_customer_typed_above_a_quote_is_read(program: str, known: Known) -> None:
    text = new_text(f"{ASKED}\n\n{quoted(program)}\n", known)[0]
    # What a desk puts around our words stands in no message of ours.
    assert text.replace("\n\n\nYour request (4471) has been updated.", "") == ASKED


WHERE = {
    "below": "{quote}\n\n{wish}",
    "below, with a greeting above": "Hi there,\n\n{quote}\n\n{wish}",
    "above and below": "{asked}\n\n{quote}\n\n{wish}",
    "below, and said so": "Please see my answers below.\n\n{quote}\n\n{wish}",
    "below a colon": "This is what I can say to it:\n\n{quote}\n\n{wish}",
    "a postscript": "{asked}\n\n{quote}\n\nPS: {wish}",
}


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("program", PROGRAMS)
def test_no_word_is_lost_wherever_the_customer_typed_it(program: str, where: str) -> None:
    text = WHERE[where].format(quote=quoted(program), wish=WISH, asked=ASKED)
    for known in (NOTHING, SAID, OTHER):
        found = new_ranges(text, known)
        kept = "".join(text[a:b] for a, b in found.ranges)
        gone = "".join(text[a:b] for a, b in found.gone)
        assert WISH in kept or program in UNNAMED and WISH in gone
        assert ASKED in kept or ASKED not in text


# Neither a name nor an earlier message says where the quote ends: what was cut is still searched.
UNNAMED = ("front/intercom",)


def test_answers_between_unmarked_questions_are_kept() -> None:
    ours = "Which size do you wear?\nForty-one\n\nWhich colour is it?\nGreen\n\nThe Larkfield team"
    quote = quoted("outlook desktop").replace(OURS, ours)
    assert new_text(f"Thanks for the quick reply.\n\n{quote}")[0].split("\n") == [
        "Thanks for the quick reply.", "", "Forty-one", "Green",
    ]


def test_answers_typed_behind_our_questions_are_kept() -> None:
    ours = "Which size do you usually wear with us?\nWhich colour would you like to have?\nThe Larkfield team"
    filled = ours.replace("with us?", "with us? Forty-one").replace("to have?", "to have? Green")
    quote = quoted("outlook desktop").replace(OURS, filled)
    for known in (NOTHING, Known((ours,), "Maya")):
        text = new_text(f"Thanks for the quick reply.\n\n{quote}", known)[0]
        assert "Forty-one" in text and "Green" in text and "team" not in text


def test_marked_words_of_ours_are_a_quote_without_any_attribution() -> None:
    page = "Refunds reach your card within five working days after the parcel is back."
    mail = f"Is this still the case with you?\n\n> {page}\n\nIt has been twenty."
    assert page in new_text(mail)[0]
    assert page not in new_text(mail, Known((page,), "Maya"))[0]


@pytest.mark.parametrize("answer", [
    "-> Forty-one", "Answer: Forty-one", "Antwort: Forty-one", "[MO] Forty-one", "=> Forty-one",
    "** Forty-one",
])
def test_answers_with_a_mark_of_the_customers_own_are_kept(answer: str) -> None:
    quote = quoted("outlook web").replace(OURS, f"Which size do you wear?\n{answer}\n\nThe Larkfield team")
    assert answer in new_text(f"Thanks for the quick reply.\n\n{quote}")[0]


@pytest.mark.parametrize("text", [
    "What I did:\n> opened the app\n> pressed log in\nNothing happened.",
    "From: Leeds\nTo: Manchester\nDate: 3 June 2026\nSubject: the late parcel",
    "I am at home from 4 May 2026 on.\n",
    "The parcel weighs\n>30 kg, so what does it cost?",
    ">_< it broke again",
    "I found this on your page about refunds.\n\n> It takes five days and no longer.\n\nIt has been twenty.",
    "This is what I got:\nOn 3 May 2026 at 10:15 DHL <info@dhl.example> wrote:\n\"It is at the "
    "depot.\"\nThe depot has nothing.",
    "On 3 May 2026 ben@larkfield.example wrote to me:\nIt ships today.\nIt did not.",
    "Am 3. Mai 2026 hat mir ben@larkfield.example geschrieben:\nEs geht heute raus.\nNichts kam.",
    "From: Leeds, to: Manchester, date: 3 June 2026 10:15, and it never came.",
    "| 4471 | shoes\n| 4472 | a tent",
    "Sent from my iPhone I want to talk to a person.",
    "Caution: the external tent pole originated trouble.",
    "Your colleague Ben wrote on 3 May 2026 at 10:15:\n\"it ships today\"\nIt did not.",
    "Von: Hamburg\nNach: Rom\nDatum: 3.6.2026\nUhrzeit: 10:15",
])
def test_lists_and_forms_of_the_customers_own_are_no_quotes(text: str) -> None:
    assert new_text(text)[0] == text.strip()


def test_a_day_in_the_last_line_above_an_attribution_is_the_customers() -> None:
    text = "Deliver it on 5 May\nLarkfield <help@larkfield.example> wrote:\n> When shall it come?"
    assert new_text(text)[0] == "Deliver it on 5 May"


@pytest.mark.parametrize("line", ["To: the manager", "Re: order 4471", "Date: any day in May"])
def test_a_line_of_the_customers_own_right_above_a_quote_is_no_header_of_it(line: str) -> None:
    assert new_text(f"{line}\n{quoted('gmail web en')}")[0] == line


@pytest.mark.parametrize("intro", ["FYI", "Zur Info", "Pour info", "Para su información", "Passing this on."])
def test_a_mail_that_is_passed_on_under_headers_alone_is_read(intro: str) -> None:
    quote = quoted("outlook desktop").replace(OURS, "Can you mend the tent?")
    assert new_text(f"{intro}\n\n{quote}")[0].split("\n")[-1] == "Can you mend the tent?"
