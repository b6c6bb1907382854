"""A customer who writes two or three messages in a row gets one answer: how long to wait for the end of what
they are writing."""
from __future__ import annotations

from connectors.records import Role, Ticket


def writing_until(ticket: Ticket, quiet: int, longest: int) -> int:
    """The moment (microseconds, on the desk's clock) the newest burst may be answered: `quiet` after its last
    message, and never later than `longest` after its first. 0 when the newest public message is not the
    customer's."""
    newest = first = 0
    for message in reversed(ticket.messages):
        if not message.public:
            continue
        if message.author.role is not Role.CUSTOMER or (newest and first - message.at >= quiet):
            break
        newest, first = newest or message.at, message.at
    return min(newest + quiet, first + longest) if newest else 0
