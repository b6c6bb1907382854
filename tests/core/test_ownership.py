"""Who speaks for a ticket: the whole table, and what of a ticket's history counts as an event."""
from __future__ import annotations

import pytest

from app.core.deciding.ownership import (
    ALLOWED_UNDER_PEOPLE,
    TABLE,
    Event,
    Owner,
    events_since,
    may_post,
    messages_since,
    owner_after,
    reopens,
)
from app.core.memory import TicketMemory
from connectors.records import Change, Message, Person, Role, Stamp, Status, Ticket

MINUTE = 60_000_000
ASSISTANT, PEOPLE = Owner.ASSISTANT, Owner.PEOPLE
# event: (owner after it when the assistant had the ticket, … when people had it)
WANTED = {
    Event.NEW_TICKET: (ASSISTANT, ASSISTANT),
    Event.HANDED_OFF: (PEOPLE, PEOPLE),
    Event.AGENT_REPLIED: (PEOPLE, PEOPLE),
    Event.AGENT_NOTED: (PEOPLE, PEOPLE),
    Event.AGENT_ASSIGNED: (PEOPLE, PEOPLE),
    Event.MAY_CONTINUE: (ASSISTANT, ASSISTANT),
    Event.SEND_DRAFT: (ASSISTANT, PEOPLE),
    Event.STAY_OUT: (PEOPLE, PEOPLE),
    Event.NOT_NEEDED: (ASSISTANT, PEOPLE),
    Event.REOPENED_NEW: (ASSISTANT, ASSISTANT),
    Event.REOPENED_SAME: (PEOPLE, PEOPLE),
    Event.CUSTOMER_WROTE: (ASSISTANT, PEOPLE),
    Event.OTHER_BOT: (ASSISTANT, PEOPLE),
    Event.ASK_ASSISTANT: (ASSISTANT, ASSISTANT),
}
PEOPLE_BY_ROLE = {role: Person(role.value, role, role.value.title()) for role in Role}


def said(number: int, role: Role, public: bool = True) -> Message:
    return Message(f"m{number}", PEOPLE_BY_ROLE[role], number * MINUTE, public, f"text {number}")


def ticket(*messages: Message) -> Ticket:
    return Ticket(
        "d",
        "7",
        "A question",
        Status.OPEN,
        PEOPLE_BY_ROLE[Role.CUSTOMER],
        messages,
        Stamp("s", 0, 0, 0),
        MINUTE,
        MINUTE,
    )


def assigned(minute: int, actor: Role = Role.AGENT, by_rule: bool = False, kind: str = "assignee") -> Change:
    return Change(f"c{minute}", minute * MINUTE, actor, kind, by_rule)


@pytest.mark.parametrize("event", Event)
def test_the_owner_after_each_event(event):
    assert (owner_after(ASSISTANT, [event]), owner_after(PEOPLE, [event])) == WANTED[event]


def test_every_event_stands_in_the_table():
    assert set(TABLE) == set(Event) == set(WANTED)


def test_the_last_event_that_names_an_owner_decides():
    assert owner_after(ASSISTANT, [Event.NEW_TICKET, Event.AGENT_REPLIED, Event.CUSTOMER_WROTE]) is PEOPLE
    assert owner_after(PEOPLE, [Event.AGENT_NOTED, Event.MAY_CONTINUE, Event.CUSTOMER_WROTE]) is ASSISTANT
    assert owner_after(PEOPLE, []) is PEOPLE


@pytest.mark.parametrize(("purpose", "under_people"), [
    ("answer", False), ("clarify", False), ("confirm", False), ("handoff_notice", False),
    ("wait_update", True), ("action_outcome", True), ("correction", True), ("closing", True),
])  # fmt: skip
def test_while_people_own_a_ticket_only_four_things_may_still_be_said(purpose, under_people):
    assert may_post(ASSISTANT, purpose, False)
    assert may_post(PEOPLE, purpose, False) is under_people
    assert (purpose in ALLOWED_UNDER_PEOPLE) is under_people


def test_the_notice_of_the_very_hand_off_that_gave_the_ticket_to_people_may_go_out():
    assert may_post(PEOPLE, "handoff_notice", plan_made_the_owner=True)


def test_a_ticket_never_seen_begins_as_new():
    assert events_since(ticket(said(1, Role.CUSTOMER)), None, ()) == (Event.NEW_TICKET, Event.CUSTOMER_WROTE)


@pytest.mark.parametrize(("message", "event"), [
    (said(2, Role.AGENT), Event.AGENT_REPLIED),
    (said(2, Role.AGENT, public=False), Event.AGENT_NOTED),
    (said(2, Role.CUSTOMER), Event.CUSTOMER_WROTE),
    (said(2, Role.BOT), Event.OTHER_BOT),
    (said(2, Role.BOT, public=False), None),
    (said(2, Role.ASSISTANT), None),
    (said(2, Role.ASSISTANT, public=False), None),
    (said(2, Role.SYSTEM), None),
    (said(2, Role.SYSTEM, public=False), None),
])  # fmt: skip
def test_what_each_kind_of_message_means(message, event):
    happened = events_since(ticket(said(1, Role.CUSTOMER), message), "m1", ())
    assert happened == ((event,) if event else ())


def test_only_an_assignment_by_a_person_gives_the_ticket_to_people():
    quiet = ticket(said(1, Role.CUSTOMER))
    assert events_since(quiet, "m1", [assigned(2)]) == (Event.AGENT_ASSIGNED,)
    for change in (
        assigned(2, by_rule=True),
        assigned(2, Role.BOT),
        assigned(2, Role.ASSISTANT),
        assigned(2, Role.SYSTEM),
        assigned(2, Role.CUSTOMER),
        assigned(2, kind="group"),
        assigned(2, kind="status"),
    ):
        assert events_since(quiet, "m1", [change]) == (), change


def test_events_come_in_order_of_time_wherever_they_were_seen():
    happened = events_since(
        ticket(said(1, Role.CUSTOMER), said(3, Role.AGENT), said(5, Role.CUSTOMER)),
        None,
        [assigned(4), assigned(2)],
    )
    assert happened == (
        Event.NEW_TICKET,
        Event.CUSTOMER_WROTE,
        Event.AGENT_ASSIGNED,
        Event.AGENT_REPLIED,
        Event.AGENT_ASSIGNED,
        Event.CUSTOMER_WROTE,
    )


def test_a_ticket_an_agent_had_answered_before_we_first_saw_it_belongs_to_people():
    happened = events_since(
        ticket(said(1, Role.CUSTOMER), said(2, Role.AGENT), said(3, Role.CUSTOMER)), None, ()
    )
    assert owner_after(ASSISTANT, happened) is PEOPLE


def test_what_was_seen_before_is_not_an_event_again():
    seen = ticket(said(1, Role.CUSTOMER), said(2, Role.AGENT), said(3, Role.CUSTOMER))
    assert events_since(seen, "m2", ()) == (Event.CUSTOMER_WROTE,)
    assert events_since(seen, "m3", ()) == ()


def test_when_the_message_seen_last_is_gone_every_message_is_looked_at_again():
    whole = ticket(said(1, Role.CUSTOMER), said(2, Role.AGENT))
    assert messages_since(whole, "removed") == whole.messages
    assert owner_after(ASSISTANT, events_since(whole, "removed", ())) is PEOPLE


SOLVED = TicketMemory(solved_at=5 * MINUTE)
WROTE = Event.CUSTOMER_WROTE


@pytest.mark.parametrize(("memory", "events", "said_at", "does"), [
    (SOLVED, (WROTE,), 6, True),
    (SOLVED, (WROTE,), 5, False),
    (SOLVED, (), 6, False),
    (TicketMemory(), (WROTE,), 6, False),
    (TicketMemory(solved_at=5 * MINUTE, original=("d", "1")), (WROTE,), 6, False),
    *((SOLVED, (act, WROTE), 6, False) for act in (
        Event.AGENT_REPLIED, Event.AGENT_NOTED, Event.AGENT_ASSIGNED, Event.STAY_OUT, Event.MAY_CONTINUE)),
    (SOLVED, (WROTE, Event.OTHER_BOT), 6, True),
])  # fmt: skip
def test_a_message_reopens_only_what_was_solved_before_it_and_nobody_is_at(memory, events, said_at, does):
    assert reopens(memory, events, said_at * MINUTE) is does
