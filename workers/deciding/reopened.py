"""How the assistant gets a ticket back from people: a new question after a solve, or the customer's press."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from app.core.deciding.ownership import ACTS_OF_PEOPLE, Event, reopens
from app.core.memory import TicketMemory
from app.core.reading.matter import PAGES, Matter, same_matter
from app.core.reading.triage import read_ticket
from app.core.verdicts import Reading
from config.policy import Reason
from connectors.clock import DAY
from connectors.records import Message, Role
from workers.deciding.case import Case
from workers.deciding.matters import matter_of
from workers.work import Work

EARLIER = 5  # messages of before that the new one is held against


def reopened(
    work: Work, case: Case, memory: TicketMemory, events: Sequence[Event], reading: Reading
) -> Event | None:
    """REOPENED_NEW or REOPENED_SAME when the customer has written into a ticket that was solved before; None
    when it was not.

    The ticket is still people's before the policy's `reopen_after_days` are over.
    """
    said = next((m for m in case.ticket.messages if m.id == reading.message), None)
    stays_out = case.ticket.fields.get("next_step") == "stay_out"
    if said is None or stays_out or not reopens(memory, events, said.at):
        return None
    assert memory.solved_at is not None
    if said.at - memory.solved_at < case.policy.reopen_after_days * DAY:
        return Event.REOPENED_SAME
    return Event.REOPENED_SAME if _same(work, case, memory, reading) else Event.REOPENED_NEW


def _same(work: Work, case: Case, memory: TicketMemory, reading: Reading) -> bool:
    asked = _matter(work, case, reading)
    served = work.search(case.row.tenant).languages
    for before in _before(work, case, memory, reading):
        cosine = None
        if {before.language, reading.language} <= served:
            one, other = work.embedder().embed([before.question, reading.question])
            cosine = float(one @ other)
        if same_matter(_matter(work, case, before), asked, cosine):
            return True
    return False


def _before(work: Work, case: Case, memory: TicketMemory, reading: Reading) -> Iterator[Reading]:
    """What each of the newest customer's messages before the solve was about."""
    ticket, solved = case.ticket, memory.solved_at or 0
    earlier = [m for m in ticket.messages if _customers(m) and m.at <= solved]
    for message in earlier[-EARLIER:]:
        alone = replace(ticket, messages=(message,))
        read = read_ticket(
            alone, TicketMemory(), reading.turn, work.words, case.policy, (reading.language, 1.0), again=True
        )
        if read.question.strip():
            yield read


def _matter(work: Work, case: Case, read: Reading) -> Matter:
    found = work.search(case.row.tenant).search(read.question, visibility="public", k=PAGES)
    return matter_of(
        read.question,
        read.topic,
        ((kind, span.text) for kind, span in read.entities),
        (c.passage.article for c in found.candidates),
        read.language,
        work.words,
        read.settles or read.acknowledges,
    )


def _customers(message: Message) -> bool:
    return message.public and message.author.role is Role.CUSTOMER


def as_new(memory: TicketMemory) -> TicketMemory:
    """What is remembered of the ticket once the assistant has it again: what was said stays, what was asked
    is over."""
    return replace(memory, clarified=False, options=(), frustrated=0, handed_off=None, handed_off_at=None)


def nobody_at_work(work: Work, case: Case, events: Sequence[Event]) -> bool:
    """True while no person has done anything on a ticket that was handed to people: only then may its
    customer have the assistant back, and never where a person must see it. Asks the desk who assigned it,
    where somebody has it.

    Raises ConnectorError when the desk's history could not be read.
    """
    ticket, memory = case.ticket, case.memory(work.keys)
    since = memory.handed_off_at
    must = memory.handed_off == Reason.MUST_HANDOFF or memory.floor or memory.original is not None
    if since is None or must or ticket.fields.get("next_step") == "stay_out":
        return False
    if ACTS_OF_PEOPLE.intersection(events) or any(
        m.author.role is Role.AGENT for m in ticket.messages
    ):
        return False
    if ticket.assignee is None:
        return True
    history = work.desk(case.desk).history(ticket.id, ticket.created_at)
    return not any(c.kind == "assignee" and c.actor is Role.AGENT and not c.by_rule for c in history)
