"""Mails of odd shapes as whole tickets, on both vendors' desks: each ends sensibly, and none is told that
nothing was found."""
from __future__ import annotations

import time

import pytest

from tests.core.mail_programs import quoted
from tests.flow.desks import Side

RETURN = "How long do I have to return unworn shoes, and how do I do it?"
WROTE = "On Mon, 4 May 2026 at 14:02, Larkfield <help@larkfield.example> wrote:"
ZIP = "The zip of the blue jacket broke again after a week of use."
PERSON = "I want to talk to a person."
NOTHING_FOUND = "I found nothing"
KEPT = {"zendesk": 65_000, "freshdesk": 1_000_000}  # characters of a mail that the desk gives on
EMPTY = "I couldn't find a question I can read in your message."


def written(side: Side, text: str, subject: str = "A question") -> str:
    ticket = side.write(text, subject)
    side.house.settle(200)
    return ticket


def ended(side: Side, ticket: str) -> tuple[str, str, str]:
    """The last verdict, and all that the customer and the agents read."""
    return side.verdicts(ticket)[-1], "\n".join(side.replies(ticket)), "\n".join(side.notes(ticket))


@pytest.mark.parametrize("text", [
    pytest.param(f"{WROTE}\n> {ZIP}", id="only a quote"),
    pytest.param("\n".join(f"{'>' * depth} {ZIP}" for depth in range(200, 0, -1)), id="200 nested quotes"),
    pytest.param("\n".join(f"{'> ' * n}{WROTE}\n{'> ' * (n + 1)}{ZIP}" for n in range(200)),
    id="200 attributions"),
])
@pytest.mark.parametrize("subject", ["A question", "(no subject)"])
def test_a_mail_of_nothing_but_a_quote_goes_to_people_who_see_what_was_cut(
    side: Side, text: str, subject: str
) -> None:
    verdict, reply, note = ended(side, written(side, text, subject))
    assert verdict == "handoff"
    assert EMPTY in reply and NOTHING_FOUND not in reply
    assert "CUT, may hold the question:" in note and "zip of the blue jacket" in note


def test_a_mail_of_nothing_but_a_picture_goes_to_people(side: Side) -> None:
    verdict, reply, _ = ended(side, written(side, "[image: zip.jpg]\n\nSent from my iPhone"))
    assert verdict == "handoff"
    assert EMPTY in reply and NOTHING_FOUND not in reply


def test_a_question_that_stands_only_in_a_forward_is_read(side: Side) -> None:
    forward = (
        "---------- Forwarded message ---------\nFrom: Ben Stone <ben@example.com>\nDate: Mon, 4 May "
        "2026 at 14:02\n"
    )
    ticket = written(
        side, f"{forward}Subject: shoes\nTo: Maya Okonkwo <maya@example.com>\n\n{RETURN}", "Fwd: shoes"
    )
    assert side.verdicts(ticket)[-1] == "answer"


@pytest.mark.parametrize("program", ["outlook desktop", "yahoo de", "gmx", "outlook zh"])
@pytest.mark.parametrize("where", [
    "{quote}\n\n{wish}", "It is about the answers "
                         "below.\n\n{quote}\n\n{wish}", "Hello.\n\n{quote}\n\nPS: {wish}",
])
def test_a_wish_for_a_person_is_heard_wherever_it_stands(side: Side, program: str, where: str) -> None:
    ticket = written(side, where.format(quote=quoted(program), wish=PERSON))
    verdict, reply, _ = ended(side, ticket)
    assert verdict == "handoff"
    assert "You asked for a person" in reply


def test_a_wish_that_was_cut_with_an_unproven_quote_is_heard(side: Side) -> None:
    ticket = written(side, RETURN)
    side.reply(ticket, f"Thank you for that.\n\n{WROTE}\n{ZIP}\nNo. {PERSON}")
    side.house.settle(200)
    verdict, reply, _ = ended(side, ticket)
    assert verdict == "handoff" and "You asked for a person" in reply


def test_a_grave_sentence_in_what_was_cut_is_read(side: Side) -> None:
    verdict, _, note = ended(side, written(side, f"Hello.\n\n{WROTE}\n> I am going to kill myself tonight."))
    assert verdict in ("handoff", "alert") and "kill myself" in note


def test_more_than_half_cut_without_proof_is_told_and_shown(side: Side) -> None:
    ticket = written(side, RETURN)
    side.reply(
        ticket,
        f"Hm.\n\n{WROTE}\nThe zip of the blue jacket broke again and nobody at the shop could mend it by "
        f"Monday.",
    )
    side.house.settle(200)
    verdict, reply, note = ended(side, ticket)
    assert verdict == "handoff" and NOTHING_FOUND not in reply
    assert "CUT, may hold the question:" in note and "zip of the blue jacket" in note


def test_a_megabyte_is_read_in_time_and_its_end_is_heard(side: Side) -> None:
    filler = "The tent stood in the garden for a week and it rained every day.\n"
    begun = time.monotonic()
    ticket = written(side, filler * (KEPT[side.kind] // len(filler)) + PERSON)
    verdict, reply, _ = ended(side, ticket)
    assert verdict == "handoff" and "You asked for a person" in reply
    assert time.monotonic() - begun < 60


@pytest.mark.parametrize("text", [
    pytest.param("متى تصل أموالي؟ لقد أعدت الطرد قبل ثلاثة أسابيع ولم يصلني شيء حتى الآن.", id="Arabic"),
    pytest.param("מתי יגיע ההחזר? החזרתי את החבילה לפני שלושה שבועות ועוד לא קיבלתי כלום.", id="Hebrew"),
])
def test_a_mail_from_right_to_left_goes_to_people_without_its_quote(side: Side, text: str) -> None:
    ticket = written(side, f"{text}\n\n{quoted('gmail ar')}\n", "سؤال")
    verdict, reply, note = ended(side, ticket)
    assert verdict == "handoff" and NOTHING_FOUND not in reply
    assert "Refunds reach your card" not in note


@pytest.mark.parametrize("wish", [
    "Ich möchte mit einem Menschen "
    "sprechen.", "Je veux parler à un humain.", "Quiero hablar con una persona.",
])
def test_a_wish_in_another_language_than_the_mail_is_heard(side: Side, wish: str) -> None:
    verdict, _, note = ended(side, written(side, f"{RETURN}\n\n{wish}\n\n{quoted('outlook android de')}"))
    assert verdict == "handoff"
    assert "found nothing" not in note
