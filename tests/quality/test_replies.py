"""The mails written apart: how a row is compared. No row is shown here, and none is copied."""
from __future__ import annotations

from tests.quality import replies
from tests.quality.rows import read

WROTE = "On Mon, 4 May 2026 at 14:02, Shop <shop@example.com> wrote:"


def test_a_row_is_read_as_the_newest_message_of_its_ticket() -> None:
    ticket = replies.asked("It came.", "Maya", ["Where?", "Here."])
    assert [m.text for m in ticket.messages] == ["Where?", "Here.", "It came."]
    assert (ticket.messages[-1].author.name, ticket.messages[-1].author) == ("Maya", ticket.requester)


def test_exact_is_any_of_the_right_texts_and_lost_are_words_of_the_first() -> None:
    right = ("Is it back?\nThe pole broke.", "Is it back?\nThe pole broke.\nMaya")
    exact = replies.nearest("raw", right, "Is it back?  \n\n\nThe\u200b pole broke.\nMaya")
    assert (exact.exact, exact.lost) == (True, 0)
    lost = replies.nearest("raw", right, "The pole broke.")
    assert (lost.exact, lost.lost, lost.own) == (False, 3, 6)
    assert replies.nearest("raw", ("退款呢？",), "退款呢?").exact


def test_markup_is_made_plain_and_a_quote_below_is_cut() -> None:
    quote = f"<div class='gmail_quote'>{WROTE}<blockquote>Is it there?</blockquote></div>"
    row = {
        "html": f"<div>It came.</div>{quote}",
        "reply": "It came.",
        "also": [],
        "requester": "Maya",
        "earlier": [],
    }
    ways = replies._ways(row)
    assert ways["ours"].exact and not ways["nothing_done"].exact


def test_there_are_more_than_a_hundred_rows_with_ids_of_their_own() -> None:
    rows = read(replies.ROWS)
    assert len(rows) >= 100 and len({row["id"] for row in rows}) == len(rows)
    assert all(("raw" in row) != ("html" in row) for row in rows)
