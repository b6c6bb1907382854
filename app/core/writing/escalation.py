"""A hand-off as a ticket of its own: for a route that crosses desks or groups which cannot share one.

Linked both ways; in place, and saying so, when it cannot be opened.

It holds what an agent needs without opening the original: the note (wants, known, did, next, why), the whole
conversation, and the way back. The customer is answered in the original, and only there.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.core.kinds import EffectKind, Purpose
from app.core.sending.plan import Planned
from app.core.writing.markup import (
    Block,
    Body,
    Part,
    assemble,
    data,
    enclosed,
    joined,
    link,
    paragraph,
    quoted,
    say,
    strong,
)
from app.core.writing.note import note, writer_name
from app.core.writing.note_facts import NoteFacts
from app.core.writing.supplies import Way
from config.wording import Words
from connectors.records import Message, OpenTicket, Ticket

SUBJECT_MAX = 150  # characters
MESSAGE_MAX = 4_000  # characters of one message in the transcript; the original holds the rest
MESSAGES_MAX = 30  # the newest ones


@dataclass(frozen=True, slots=True)
class Escalation:
    """What such a route comes to: a ticket to open at `target`, which may be the ticket's own desk, or why it
    stays in place."""

    target: str
    group: str | None
    subject: str
    body: Body
    in_place: Body | None  # said in the note when nothing is opened

    def opening(self, fields: Mapping[str, str], tags: tuple[str, ...]) -> Planned | None:
        """The row that opens the ticket; None in place."""
        if self.in_place is not None:
            return None
        effect = OpenTicket(
            self.subject, self.body.html, self.body.text, self.group, fields, (*tags, "candor_escalation")
        )
        return Planned(Purpose.ESCALATION, EffectKind.OPEN_TICKET, effect, self.target)

    def added_to(self, note: Body) -> Body:
        """The original's note, with the reason why the route could not be taken."""
        return note if self.in_place is None else assemble([enclosed(self.in_place), enclosed(note)])


def escalate(way: Way, ticket: Ticket, facts: NoteFacts, words: Words) -> Escalation | None:
    """None for people who can share the ticket, and whose route wished for nothing else."""
    if not way.to.opens and not way.to.why_in_place:
        return None
    subject, body = escalation(facts, ticket, way.own, words)
    stays = None
    if way.to.why_in_place:
        stays = assemble(
            [paragraph(say(words, "agent.escalation.in_place", desk=way.wanted, why=way.to.why_in_place))]
        )
    return Escalation(way.to.desk, way.to.group, subject, body, stays)


def escalation(facts: NoteFacts, ticket: Ticket, desk_name: str, words: Words) -> tuple[str, Body]:
    """Subject and body of the new ticket. `desk_name` is where the original lies; `facts` are those of its
    note."""
    subject = say(words, "agent.escalation.subject", ticket=ticket.id, desk=desk_name).text
    original = link(
        say(words, "agent.escalation.original", ticket=ticket.id, desk=desk_name), ticket.url or None
    )
    blocks = [
        paragraph(strong(original)),
        enclosed(note(facts, words)),
        paragraph(strong(say(words, "agent.escalation.transcript"))),
    ]
    for message in _public(ticket)[-MESSAGES_MAX:]:
        blocks += _message(message, facts, words)
    return f"{subject}: {data(ticket.subject).text}"[:SUBJECT_MAX], assemble(blocks)


def _public(ticket: Ticket) -> list[Message]:
    return [m for m in ticket.messages if m.public]


def _message(message: Message, facts: NoteFacts, words: Words) -> list[Block]:
    label, other = data(facts.labels.get(message.id, "")), facts.others.get(message.id)
    author = message.author
    named = writer_name(other, words) if other else data(f"{author.name} ({author.role.value})")
    who = joined([label, named])
    lines = [
        Part(data(line).html, data(line).text)
        for line in message.text[:MESSAGE_MAX].splitlines()
        if line.strip()
    ]
    return [paragraph(who), quoted([paragraph(line) for line in lines] or [paragraph(data("–"))])]
