"""The last resort carries no text of the ticket: what broke the work on it cannot break its way to people."""
from __future__ import annotations

from dataclasses import replace

from connectors.records import Person, Role
from tests.core.tickets import said, ticket
from workers.deciding.unread import bare

TYPED = "typed by somebody \ud83d"


def test_a_bare_ticket_holds_nothing_that_anybody_typed() -> None:
    writer = Person("c1", Role.CUSTOMER, TYPED, "maya@example.com")
    message = replace(
        said(TYPED), author=writer, html=TYPED, headers={"subject": TYPED}, attachments=(TYPED,)
    )
    whole = replace(
        ticket(message, subject=TYPED), requester=writer, fields={"intent": TYPED, "next_step": "stay_out"}
    )
    left = bare(whole)
    assert TYPED not in repr(left) and "typed" not in repr(left)
    assert (left.id, left.status, left.stamp, left.requester.email) == (
        whole.id,
        whole.status,
        whole.stamp,
        "maya@example.com",
    )
    assert [(m.id, m.at, m.public, m.author.role) for m in left.messages] == [
        (m.id, m.at, m.public, m.author.role) for m in whole.messages
    ]
    assert left.fields == {"next_step": "stay_out"}, "an agent's choice is a word of ours"
