"""Making and changing tickets: the rules of `POST /tickets` and `PUT /tickets/{id}`, whoever comes through
which door.

Source: REF tickets, ticket_comments; DOC creating-and-updating-tickets.
"""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connectors.clock import to_iso
from connectors.zendesk.sandbox import answers, comments, search_index
from connectors.zendesk.sandbox.changes import Act, check
from connectors.zendesk.sandbox.nouns import Actor, Audit, Ticket
from connectors.zendesk.sandbox.state import State

_PLAIN_FIELDS = (
    "subject",
    "status",
    "priority",
    "type",
    "group_id",
    "assignee_id",
    "external_id",
    "requester_id",
)
Rules = Callable[[Act], None]


class Tickets:
    """`rules` runs the triggers after every act and before it is committed to the eye of others (the lock is
    held)."""

    def __init__(self, state: State, rules: Rules) -> None:
        self._state = state
        self._rules = rules

    def create(
        self,
        actor: Actor,
        wanted: dict[str, Any],
        flags: tuple[int, ...] = (),
        via: dict[str, Any] | None = None,
    ) -> Act:
        """A new ticket out of the API's `ticket` object. Raises Refusal 422 for what Zendesk would not
        take."""
        state, now = self._state, self._state.clock()
        comment = wanted.get("comment") or {"body": wanted.get("description")}
        if not (comment.get("body") or comment.get("html_body")):
            raise answers.invalid(description="Description: cannot be blank")
        source = self._followed_up(wanted.get("via_followup_source_id"))
        via = via or {"channel": actor.channel, "source": {"from": {}, "to": {}, "rel": None}}
        if source is not None:
            via = {
                "channel": actor.channel,
                "source": {
                    "from": {"ticket_id": source.id, "subject": source.subject},
                    "to": {},
                    "rel": "follow_up",
                },
            }
        requester_id = self._requester(actor, wanted)
        public = bool(comment["public"]) if comment.get("public") is not None else True
        submitter = int(wanted.get("submitter_id") or actor.user.id) if source is None else actor.user.id
        ticket = Ticket(state.ids.ticket(), "", requester_id, submitter, now, now, now, via, public)
        audit = Audit(state.ids.number(), ticket.id, actor.user.id, now, via, [], _metadata(wanted), flags)
        act = Act(state, ticket, actor, audit, "Create")
        subject = str(wanted.get("subject") or str(comment.get("body") or "")[:60])
        act.set("subject", subject)
        act.event("Create", field_name="requester_id", value=str(requester_id))
        act.event("Create", field_name="status", value="new")
        comments.add(act, comment, flags, via)
        default_group = wanted.get("group_id", next(iter(state.groups), None))
        self._apply(
            act, {**wanted, "group_id": default_group, "subject": subject, "requester_id": requester_id}
        )
        if source is not None:
            source.followup_ids.append(ticket.id)
            if "tags" not in wanted:
                act.set_tags(source.tags)
        state.tickets[ticket.id] = ticket
        self._finish(act)
        return act

    def update(
        self,
        actor: Actor,
        ticket: Ticket,
        wanted: dict[str, Any],
        flags: tuple[int, ...] = (),
        via: dict[str, Any] | None = None,
    ) -> Act:
        """Change a ticket. Raises Refusal: 422 when closed, 409 when `safe_update` meets another
        `updated_at`."""
        if ticket.status == "closed":
            raise answers.closed()
        self.guard(ticket, wanted)
        for name, value in wanted.items():
            check(self._state, name, value)  # all or nothing: a refused update leaves no comment behind
        act = self._begin(actor, ticket, wanted, flags, via)
        was_status = ticket.status
        comment = comments.add(act, wanted["comment"], flags, via) if wanted.get("comment") else None
        self._apply(act, wanted)
        author = self._state.users[comment.author_id] if comment else None
        if (
            author is not None
            and not author.is_staff
            and "status" not in wanted
            and was_status in ("pending", "hold", "solved")
        ):
            act.set("status", "open")
        self._finish(act)
        return act

    def retag(self, actor: Actor, ticket: Ticket, tags: list[str], wanted: dict[str, Any]) -> Act:
        """The tags endpoints: `tags` is the whole new list."""
        if ticket.status == "closed":
            raise answers.closed()
        self.guard(ticket, wanted)
        act = self._begin(actor, ticket, {}, (), None)
        act.set_tags(tags)
        self._finish(act)
        return act

    def guard(self, ticket: Ticket, wanted: dict[str, Any]) -> None:
        """The collision guard. The mere presence of `safe_update` asks for it: false acts like true (Z27)."""
        if "safe_update" not in wanted:
            return
        stamp = wanted.get("updated_stamp")
        if not stamp:
            raise answers.bad_request("safe_update requires updated_stamp")
        # Whole seconds on both sides: two changes within one second look the same to the guard, as at
        # Zendesk.
        if str(stamp) != to_iso(ticket.updated_us):
            raise answers.update_conflict(self._state.switches.conflict_body)

    def touch(self, ticket: Ticket) -> None:
        """A change that is no ticket event: moves `generated_timestamp` only (Z28)."""
        ticket.generated_us = self._state.clock()

    def _begin(
        self,
        actor: Actor,
        ticket: Ticket,
        wanted: dict[str, Any],
        flags: tuple[int, ...],
        via: dict[str, Any] | None,
    ) -> Act:
        via = via or {"channel": actor.channel, "source": {"from": {}, "to": {}, "rel": None}}
        audit = Audit(
            self._state.ids.number(),
            ticket.id,
            actor.user.id,
            self._state.clock(),
            via,
            [],
            _metadata(wanted),
            flags,
        )
        return Act(self._state, ticket, actor, audit, "Change")

    def _apply(self, act: Act, wanted: dict[str, Any]) -> None:
        fields = wanted.get("custom_fields") or wanted.get("fields") or []
        if isinstance(fields, dict):
            fields = [{"id": key, "value": value} for key, value in fields.items()]
        sent = frozenset(int(f["id"]) for f in fields)
        for name in _PLAIN_FIELDS:
            if name in wanted:
                act.set(name, wanted[name])
        if wanted.get("custom_status_id"):
            act.set_custom_status(int(wanted["custom_status_id"]))
        for entry in fields:
            known = act.state.fields.get(int(entry["id"]))
            if known is not None:  # Zendesk ignores ids it does not know
                act.set_custom(known, entry.get("value"))
        if wanted.get("tags") is not None:
            act.set_tags(list(wanted["tags"]), sent)
        if act.state.switches.additional_tags_on_single_put:
            more, fewer = wanted.get("additional_tags") or [], set(wanted.get("remove_tags") or [])
            if more or fewer:
                act.set_tags([t for t in [*act.ticket.tags, *more] if t not in fewer], sent)
        if act.ticket.assignee_id is not None and act.ticket.status == "new":
            act.set("status", "open")

    def _finish(self, act: Act) -> None:
        state, ticket = self._state, act.ticket
        self._rules(act)
        ticket.generated_us = act.audit.at_us
        if act.audit.events:
            ticket.updated_us = act.audit.at_us
            ticket.audits.append(act.audit)
        search_index.note(state, ticket)
        state.recorder.change(
            act.audit.at_us,
            f"ticket_{act.kind.lower()}d",
            ticket=ticket.id,
            audit=act.audit.id,
            by=act.actor.user.id,
            channel=act.actor.channel,
            events=[e["type"] for e in act.audit.events],
        )

    def _followed_up(self, source_id: Any) -> Ticket | None:
        if source_id is None:
            return None
        source = self._state.tickets.get(int(source_id))
        if source is None or source.status != "closed":
            raise answers.invalid(base="Ticket: a follow-up needs a closed source ticket")
        return source

    def _requester(self, actor: Actor, wanted: dict[str, Any]) -> int:
        if wanted.get("requester_id"):
            return int(wanted["requester_id"])
        person = wanted.get("requester") or {}
        if not person.get("email"):
            return actor.user.id
        known = self._state.user_by_email(person["email"])
        if known is None:
            known = self._state.add_user(person.get("name") or person["email"], person["email"], "end-user")
        return known.id


def _metadata(wanted: dict[str, Any]) -> dict[str, Any]:
    metadata = wanted.get("metadata")
    return dict(metadata) if isinstance(metadata, dict) else {}
