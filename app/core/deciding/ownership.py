"""Who speaks for a ticket: one field, one table. The assistant never talks over a person."""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

from app.core.kinds import Purpose
from app.core.memory import TicketMemory
from connectors.records import Change, Message, Role, Ticket


class Owner(StrEnum):
    ASSISTANT = "assistant"
    PEOPLE = "people"


class Event(StrEnum):
    NEW_TICKET = "new_ticket"
    HANDED_OFF = "handed_off"  # the plan of a hand-off was written
    AGENT_REPLIED = "agent_replied"
    AGENT_NOTED = "agent_noted"
    AGENT_ASSIGNED = "agent_assigned"  # by a person, not by a rule, routing or bot
    MAY_CONTINUE = "may_continue"  # field *Candor: next step*
    SEND_DRAFT = "send_draft"
    STAY_OUT = "stay_out"
    NOT_NEEDED = "not_needed"
    REOPENED_NEW = "reopened_new"  # solved, then a new question, and policy allows
    REOPENED_SAME = "reopened_same"
    CUSTOMER_WROTE = "customer_wrote"
    OTHER_BOT = "other_bot"  # its public reply is newer than the customer's message
    ASK_ASSISTANT = "ask_assistant"  # the button on the customer's page


# None: the owner stays who it was.
TABLE: dict[Event, Owner | None] = {
    Event.NEW_TICKET: Owner.ASSISTANT,
    Event.HANDED_OFF: Owner.PEOPLE,
    Event.AGENT_REPLIED: Owner.PEOPLE,
    Event.AGENT_NOTED: Owner.PEOPLE,
    Event.AGENT_ASSIGNED: Owner.PEOPLE,
    Event.MAY_CONTINUE: Owner.ASSISTANT,
    Event.SEND_DRAFT: None,
    Event.STAY_OUT: Owner.PEOPLE,
    Event.NOT_NEEDED: None,
    Event.REOPENED_NEW: Owner.ASSISTANT,
    Event.REOPENED_SAME: Owner.PEOPLE,
    Event.CUSTOMER_WROTE: None,
    Event.OTHER_BOT: None,
    Event.ASK_ASSISTANT: Owner.ASSISTANT,
}

# After which a message of the customer reopens nothing: somebody is at work on the ticket.
ACTS_OF_PEOPLE = frozenset(
    {Event.AGENT_REPLIED, Event.AGENT_NOTED, Event.AGENT_ASSIGNED, Event.STAY_OUT, Event.MAY_CONTINUE}
)

# What may still be said in public while people own the ticket. Everything else waits for a person.
ALLOWED_UNDER_PEOPLE = frozenset(
    {Purpose.WAIT_UPDATE, Purpose.ACTION_OUTCOME, Purpose.CORRECTION, Purpose.CLOSING}
)


def owner_after(owner: Owner, events: Iterable[Event]) -> Owner:
    """The owner after the events, in their order."""
    for event in events:
        owner = TABLE[event] or owner
    return owner


def may_post(owner: Owner, purpose: Purpose, plan_made_the_owner: bool) -> bool:
    """True when a public row may go out now. Rows of the very hand-off that gave the ticket to people are
    still its own words."""
    return owner is Owner.ASSISTANT or purpose in ALLOWED_UNDER_PEOPLE or plan_made_the_owner


def events_since(ticket: Ticket, seen_message: str | None, changes: Sequence[Change]) -> tuple[Event, ...]:
    """What happened on the ticket since the message seen last (None: never seen), in order of time.

    `changes` are acts from the desk's history that comments do not show (assignments); those made by rules do
    not count.
    """
    happened: list[tuple[int, Event]] = []
    if seen_message is None:
        happened.append((ticket.created_at, Event.NEW_TICKET))
    for message in messages_since(ticket, seen_message):
        event = _event_of(message)
        if event is not None:
            happened.append((message.at, event))
    happened.extend(
        (c.at, Event.AGENT_ASSIGNED)
        for c in changes
        if c.kind == "assignee" and c.actor is Role.AGENT and not c.by_rule
    )
    return tuple(event for _, event in sorted(happened, key=lambda pair: pair[0]))


def reopens(memory: TicketMemory, events: Iterable[Event], said_at: int) -> bool:
    """Whether the customer's newest message, said at `said_at`, came into a ticket that was solved before it.
    People have a ticket that was escalated to them for good, and one that a person has acted on since."""
    if memory.solved_at is None or memory.original is not None or said_at <= memory.solved_at:
        return False
    seen = tuple(events)
    return Event.CUSTOMER_WROTE in seen and not ACTS_OF_PEOPLE.intersection(seen)


STEPS = {
    "send_draft": Event.SEND_DRAFT,
    "continue": Event.MAY_CONTINUE,
    "stay_out": Event.STAY_OUT,
    "not_needed": Event.NOT_NEEDED,
}


def step_chosen(ticket: Ticket, last_seen: str) -> tuple[Event, ...]:
    """What an agent has just chosen in the field *Candor: next step*; nothing while it stays as it was seen
    last."""
    chosen = ticket.fields.get("next_step") or ""
    return (STEPS[chosen],) if chosen in STEPS and chosen != last_seen else ()


def messages_since(ticket: Ticket, seen_message: str | None) -> tuple[Message, ...]:
    """Messages after the one seen last; all of them when it is unknown."""
    ids = [m.id for m in ticket.messages]
    start = ids.index(seen_message) + 1 if seen_message in ids else 0
    return ticket.messages[start:]


def _event_of(message: Message) -> Event | None:
    match (message.author.role, message.public):
        case (Role.AGENT, True):
            return Event.AGENT_REPLIED
        case (Role.AGENT, False):
            return Event.AGENT_NOTED
        case (Role.CUSTOMER, True):
            return Event.CUSTOMER_WROTE
        case (Role.BOT, True):
            return Event.OTHER_BOT
    return None
