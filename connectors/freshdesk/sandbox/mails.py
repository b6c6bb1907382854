"""The mails the desk would send, counted per message of the customer (F23). None leaves the machine."""
from __future__ import annotations

from typing import Any

from connectors.freshdesk.sandbox.changes import Act
from connectors.freshdesk.sandbox.nouns import ON_CREATION, Rule, Ticket
from connectors.freshdesk.sandbox.state import State

ACKNOWLEDGEMENT = "Acknowledge a new ticket"
ACK_EXCLUSION_TAG = "no_acknowledgement"


def default_rule(state: State) -> None:
    """What a new desk comes with: an acknowledgement of every new ticket, with its exclusion tag."""
    untagged = {
        "resource_type": "ticket",
        "field_name": "tag_names",
        "operator": "is_none_of",
        "value": [ACK_EXCLUSION_TAG],
    }
    action = {"field_name": "send_email_to_requester", "email_subject": "Ticket received: {{ticket.subject}}",
              "email_body": "Your ticket {{ticket.id}} has been received."}
    conditions = [{"name": "condition_set_1", "match_type": "all", "properties": [untagged]}]
    rule = Rule(
        state.ids.number(),
        ON_CREATION,
        ACKNOWLEDGEMENT,
        1,
        state.clock(),
        conditions=conditions,
        actions=[action],
        updated_us=state.clock(),
    )
    state.rules[rule.id] = rule


def by_rule(state: State, act: Act, subject: str, rule: Rule) -> None:
    kind = "acknowledgement" if act.kind == "create" else "notice"
    _to_requester(state, act, kind, subject, rule.name)
    act.wrote("mail sent to the requester")


def notification(state: State, act: Act) -> None:
    """The desk's e-mail notification of a new ticket, where the admin has it on: no rule, and nothing the API
    shows."""
    if state.switches.creation_notification and act.kind == "create":
        _to_requester(state, act, "acknowledgement", f"Ticket received: {act.ticket.subject}", None)


def reply(state: State, act: Act) -> None:
    """A reply is a mail to the requester."""
    _to_requester(state, act, "comment", f"Re: {act.ticket.subject}", None)


def to_admin(state: State, at_us: int, subject: str) -> None:
    """What the desk tells its admin, e.g. of deliveries it gave up."""
    state.mails.append(
        {
            "at_us": at_us,
            "ticket": None,
            "to": None,
            "to_requester": False,
            "kind": "admin",
            "subject": subject,
            "rule": None,
            "customer_message": None,
        }
    )


def _to_requester(state: State, act: Act, kind: str, subject: str, rule: str | None) -> None:
    person = state.people.get(act.ticket.requester_id)
    # An internal ticket has a colleague for requester: no customer's patience is touched.
    if person is not None and person.email and not person.staff:
        state.mails.append(
            {
                "at_us": act.at_us,
                "ticket": act.ticket.id,
                "to": person.id,
                "to_requester": True,
                "kind": kind,
                "subject": subject,
                "rule": rule,
                "customer_message": _last_customer_message(act.ticket),
            }
        )


def _last_customer_message(ticket: Ticket) -> str:
    """The newest message of the customer: a conversation's id, or `t<ticket>` for the opening one."""
    return next((str(c.id) for c in reversed(ticket.conversations) if c.incoming), f"t{ticket.id}")


def per_customer_message(state: State) -> list[dict[str, Any]]:
    """One entry for each message of a customer, with the mails that followed it before the next one: the aim
    is at most one."""
    counted = []
    for ticket in state.tickets.values():
        requester = state.people.get(ticket.requester_id)
        opening = [f"t{ticket.id}"] if requester is not None and not requester.staff else []
        for message in [*opening, *(str(c.id) for c in ticket.conversations if c.incoming)]:
            sent = [m for m in state.mails if m["ticket"] == ticket.id and m["customer_message"] == message]
            counted.append(
                {
                    "ticket": ticket.id,
                    "message": message,
                    "mails": len(sent),
                    "kinds": [m["kind"] for m in sent],
                }
            )
    return counted
