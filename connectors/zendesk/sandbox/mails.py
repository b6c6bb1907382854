"""The mails the desk would send, counted per message of the customer (Z53). None leaves the machine."""
from __future__ import annotations

from typing import Any

from connectors.zendesk.sandbox.changes import Act
from connectors.zendesk.sandbox.nouns import Ticket, Trigger
from connectors.zendesk.sandbox.state import State

ACKNOWLEDGEMENT = "Notify requester of received request"
ACK_EXCLUSION_TAG = "no_acknowledgement"
_COMMENT_MAIL = "Notify requester of comment update"


def default_triggers(state: State) -> None:
    """What a new desk comes with: an acknowledgement (with its exclusion tag) and the mail of each public
    comment."""
    now = state.clock()
    acknowledgement = {
        "all": [
            {"field": "update_type", "operator": "is", "value": "Create"},
            {"field": "status", "operator": "is_not", "value": "solved"},
            {"field": "ticket_is_public", "operator": "is", "value": "public"},
            {"field": "role", "operator": "is", "value": "end_user"},
            {"field": "current_tags", "operator": "not_includes", "value": ACK_EXCLUSION_TAG},
        ],
        "any": [],
    }
    comment_mail = {
        "all": [
            {"field": "comment_is_public", "operator": "is", "value": "requester_can_see_comment"},
            {"field": "requester_id", "operator": "is_not", "value": "current_user"},
        ],
        "any": [],
    }
    texts = {
        ACKNOWLEDGEMENT: ("[Request received]", "Your request ({{ticket.id}}) has been received."),
        _COMMENT_MAIL: (
            "[{{ticket.account}}] Re: {{ticket.title}}",
            "Your request ({{ticket.id}}) has been updated.",
        ),
    }
    for position, (title, conditions) in enumerate(
        ((ACKNOWLEDGEMENT, acknowledgement), (_COMMENT_MAIL, comment_mail)), start=1
    ):
        action = {"field": "notification_user", "value": ["requester_id", *texts[title]]}
        trigger = Trigger(state.ids.number(), title, position, conditions, [action], now, now)
        state.triggers[trigger.id] = trigger


def send(state: State, act: Act, recipient: str, subject: str, trigger: Trigger) -> None:
    """Record a mail of a trigger. Only mails to the requester count for the customer's patience."""
    ticket = act.ticket
    to = ticket.requester_id if recipient in ("requester_id", "requester_and_ccs") else ticket.assignee_id
    if to is None:
        return
    kind = (
        "comment"
        if act.comment is not None and act.kind == "Change"
        else "acknowledgement"
        if act.kind == "Create"
        else "notice"
    )
    act.event("Notification", subject=subject, body="", recipients=[to])
    state.mails.append(
        {
            "at_us": act.audit.at_us,
            "ticket": ticket.id,
            "to": to,
            "to_requester": to == ticket.requester_id,
            "kind": kind,
            "subject": subject,
            "trigger": trigger.title,
            "customer_message": last_customer_message(state, ticket),
        }
    )


def last_customer_message(state: State, ticket: Ticket) -> int | None:
    """Id of the newest comment by somebody who is no staff."""
    return next((c.id for c in reversed(ticket.comments) if not state.users[c.author_id].is_staff), None)


def per_customer_message(state: State) -> list[dict[str, Any]]:
    """One entry for each message of a customer, with the mails that followed it before the next one: the aim
    is at most one."""
    counted = []
    for ticket in state.tickets.values():
        for comment in ticket.comments:
            if state.users[comment.author_id].is_staff:
                continue
            sent = [m for m in state.mails if m["customer_message"] == comment.id and m["to_requester"]]
            counted.append(
                {
                    "ticket": ticket.id,
                    "message": comment.id,
                    "mails": len(sent),
                    "kinds": [m["kind"] for m in sent],
                }
            )
    return counted
