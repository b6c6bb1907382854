"""A text as the worker reads it: a ticket with this one message, through `read_ticket` with the shipped words
and policy."""
from __future__ import annotations

from app.core.memory import TicketMemory
from app.core.reading.floor import masked
from app.core.reading.triage import read_ticket
from app.core.verdicts import Reading
from connectors.records import Ticket
from tests.core.tickets import POLICY, WORDS, ticket
from workers.deciding.gather import _own_words
from workers.deciding.language import guess_language


def read(asked: Ticket) -> Reading:
    """What the worker reads out of the ticket at its newest turn."""
    shown = masked(asked)
    # The worker's own helper, private or not: a copy of it here would be measured in its place.
    return read_ticket(
        shown, TicketMemory(), f"m:{shown.messages[-1].id}", WORDS, POLICY, guess_language(_own_words(shown))
    )


def read_text(text: str, subject: str = "") -> Reading:
    return read(ticket(text, subject=subject))
