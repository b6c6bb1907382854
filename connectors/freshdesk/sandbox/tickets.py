"""Making tickets, changing them, saying something in them: the same rules whoever comes through which door.

Source: FD and its copies, "Create a Ticket", "Update a Ticket", "Reply to a Ticket", "Create a Note". There
is no collision guard and no idempotency: two writers both succeed, and a second identical reply is a second
reply (F10).
"""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connectors.freshdesk.sandbox import answers, mails, placeholders, search_index, texts
from connectors.freshdesk.sandbox.changes import Act
from connectors.freshdesk.sandbox.nouns import (
    CHAT,
    CLOSED,
    NOTE,
    OPEN,
    REPLY,
    Actor,
    Conversation,
    Person,
    Ticket,
)
from connectors.freshdesk.sandbox.state import State

_PLAIN_FIELDS = (
    "subject",
    "status",
    "priority",
    "source",
    "type",
    "group_id",
    "responder_id",
    "requester_id",
)
Rules = Callable[[Act], None]


class Tickets:
    """Everything it is given has been found valid. `rules` runs the automation rules after every act, while
    the lock is held."""

    def __init__(self, state: State, rules: Rules) -> None:
        self._state = state
        self._rules = rules

    def create(self, actor: Actor, wanted: dict[str, Any]) -> Ticket:
        """A new ticket out of the API's body; `description` is HTML."""
        state, now = self._state, self._state.clock()
        description = texts.sanitize(str(wanted.get("description") or ""))
        ticket = Ticket(
            state.ids.ticket(),
            "",
            description,
            self._text(description),
            self._requester(actor, wanted),
            now,
            now,
        )
        act = Act(state, ticket, actor, "create", now, {"ticket_action": "created"})
        act.wrote("opened the ticket")
        self._apply(act, {k: v for k, v in wanted.items() if k != "requester_id"})
        ticket.structured = ticket.source == CHAT
        if not state.people[ticket.requester_id].staff:
            ticket.stats.requester_responded_us = now
        state.tickets[ticket.id] = ticket
        self._finish(act)
        return ticket

    def update(self, actor: Actor, ticket: Ticket, wanted: dict[str, Any]) -> None:
        act = self._begin(actor, ticket)
        if "email" in wanted and "requester_id" not in wanted:
            act.set("requester_id", self._requester(actor, wanted))
        if "description" in wanted:
            ticket.description = texts.sanitize(str(wanted["description"]))
            ticket.description_text = self._text(ticket.description)
        self._apply(act, wanted)
        self._finish(act)

    def reply(
        self,
        actor: Actor,
        ticket: Ticket,
        body: str,
        user_id: int | None = None,
        from_email: str | None = None,
    ) -> Conversation:
        """A public reply by staff, as HTML. Raises Refusal when the desk refuses replies to closed tickets
        (F19)."""
        state = self._state
        if ticket.status == CLOSED and state.switches.closed_reply == "refuse":
            raise answers.invalid(("status", "Ticket is closed", "invalid_value"))
        act = self._begin(actor, ticket)
        if state.switches.expand_placeholders:
            body = placeholders.fill(body, placeholders.values_of(act))
        requester = state.people.get(ticket.requester_id)
        to = [requester.email] if requester is not None and requester.email else []
        said = self._say(
            act, texts.sanitize(body), user_id or actor.person.id, REPLY, incoming=False, private=False
        )
        said.to_emails = to
        said.from_email = from_email or f"{actor.person.name} <support@{state.account}.freshdesk.com>"
        if ticket.status == CLOSED and state.switches.closed_reply == "reopen":
            act.set("status", OPEN)
        self._responded(act)
        act.events["reply_sent"] = "true"
        mails.reply(state, act)
        self._finish(act)
        return said

    def note(
        self,
        actor: Actor,
        ticket: Ticket,
        body: str,
        *,
        private: bool,
        user_id: int | None = None,
        incoming: bool = False,
    ) -> Conversation:
        act = self._begin(actor, ticket)
        said = self._say(
            act, texts.sanitize(body), user_id or actor.person.id, NOTE, incoming=incoming, private=private
        )
        act.events["note_type"] = "private" if private else "public"
        if not private and not incoming:
            self._responded(act)
        self._finish(act)
        return said

    def customer_reply(
        self, person: Person, ticket: Ticket, body: str, source: int = REPLY, machine: bool = False
    ) -> Conversation:
        """Mail of somebody who is no agent; whatever state the ticket was in, it is open again."""
        act = self._begin(Actor(person, "email"), ticket)
        said = self._say(act, texts.sanitize(body), person.id, source, incoming=True, private=False)
        said.from_email = person.email
        said.auto_response = machine
        if ticket.status != OPEN:
            act.set("status", OPEN)
        ticket.stats.requester_responded_us = act.at_us
        act.events["reply_sent"] = "true"
        self._finish(act)
        return said

    def discard(self, actor: Actor, ticket: Ticket) -> None:
        """Into the trash: the ticket can still be read by its id."""
        act = self._begin(actor, ticket)
        act.events["ticket_action"] = "deleted"
        ticket.deleted = True
        self._finish(act)

    def _begin(self, actor: Actor, ticket: Ticket) -> Act:
        return Act(self._state, ticket, actor, "update", self._state.clock())

    def _apply(self, act: Act, wanted: dict[str, Any]) -> None:
        for name in _PLAIN_FIELDS:
            if name in wanted:
                act.set(name, wanted[name])
        for name, value in (wanted.get("custom_fields") or {}).items():
            act.set_custom(name, value)
        if wanted.get("tags") is not None:
            before = [] if self._state.switches.tags_overwrite else act.ticket.tags
            act.set("tags", list(dict.fromkeys([*before, *(str(t) for t in wanted["tags"])])))

    def _say(
        self, act: Act, body: str, user_id: int, source: int, *, incoming: bool, private: bool
    ) -> Conversation:
        said = Conversation(
            self._state.ids.number(),
            user_id,
            body,
            self._text(body),
            incoming,
            private,
            source,
            act.at_us,
            by_api=act.actor.channel == "api",
        )
        act.ticket.conversations.append(said)
        act.conversation = said
        act.wrote("wrote a note" if source == NOTE else "replied")
        return said

    def _responded(self, act: Act) -> None:
        """An agent's public word; our API user's counts as one, unless the switch says otherwise (F24)."""
        if act.actor.channel == "api" and not self._state.switches.assistant_reply_counts:
            return
        stats = act.ticket.stats
        stats.agent_responded_us = act.at_us
        stats.first_responded_us = stats.first_responded_us or act.at_us

    def _finish(self, act: Act) -> None:
        state, ticket = self._state, act.ticket
        self._rules(act)
        mails.notification(state, act)
        ticket.updated_us = act.at_us
        search_index.note(state, ticket)
        state.recorder.change(
            act.at_us,
            f"ticket_{act.kind}d",
            ticket=ticket.id,
            by=act.actor.person.id,
            channel=act.actor.channel,
            events=list(act.events),
        )

    def _requester(self, actor: Actor, wanted: dict[str, Any]) -> int:
        if wanted.get("requester_id"):
            return int(wanted["requester_id"])
        if not wanted.get("email"):
            return actor.person.id
        known = self._state.person_by_email(str(wanted["email"]))
        if known is None:
            known = self._state.add_person(str(wanted.get("name") or wanted["email"]), str(wanted["email"]))
        return known.id

    def _text(self, fragment: str) -> str:
        return texts.to_text(fragment, keep_lines=self._state.switches.text_keeps_lines)
