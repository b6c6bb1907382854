"""Writing to one Freshdesk account, never a retry of what a person reads, and an honest word about what
became of it.

An effect is up to two calls: first the ticket's fields, tags, group and status (a PUT that may be repeated
without harm), then the reply or note, whose outcome is the row's. Cut off in between, the row is unknown, the
marker is not found, and both are sent again.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from functools import partial
from typing import Any

from freshdesk.api import API

from connectors.clock import from_iso, to_iso
from connectors.contract import Write
from connectors.desk_writer import DeskWriter, log
from connectors.errors import ConnectorError
from connectors.freshdesk.client import PAGE, FreshdeskClient, field_errors
from connectors.freshdesk.outcomes import outcome_of
from connectors.freshdesk.payloads import Json
from connectors.freshdesk.reference import carries
from connectors.freshdesk.writing import (
    key_tag,
    message_html,
    new_ticket_body,
    ticket_changes,
    without,
)
from connectors.outgoing import comparable
from connectors.records import OpenTicket, Outcome, PostNote, PostReply, Refused, Sent, Trace, UpdateFields

_BAD_REQUEST = 400
_FIELD_TRIES = 3  # a desk that names one refused field at a time


class FreshdeskOutbound(DeskWriter[FreshdeskClient]):
    """`find` reads the ticket's conversations."""

    title = "Freshdesk"

    def find(self, write: Write, since: int) -> Trace:
        """The trace of this write: our own user, and our reference whenever it was said, or the same words
        since then.

        The reference names this very row, so it needs no clock: one of ours that was far ahead at the attempt
        hides nothing.
        """
        if isinstance(write.effect, OpenTicket):
            return self._find_opened(write, since)
        if isinstance(write.effect, UpdateFields):
            return Trace(f"t{write.ticket_id}" if self._holds(write, write.effect) else None, others=False)
        if not isinstance(write.effect, PostReply | PostNote):
            return Trace(None, others=False)
        own_id = self._client.view.own_id
        private = isinstance(write.effect, PostNote)
        texts = {comparable(message_html(write.effect, write.key)), comparable(write.effect.html)}
        found: str | None = None
        others = False
        for said in self._client.pages(f"/tickets/{write.ticket_id}/conversations"):
            at = from_iso(said["created_at"])
            ours = own_id is None or str(said.get("user_id")) == own_id
            if (
                ours
                and (said.get("private") is True) == private
                and _is_copy(said, write.key, texts if at >= since else frozenset())
            ):
                found = found or str(said["id"])
            elif at >= since and not ours and said.get("user_id") is not None:
                others = True
        return Trace(found, others)

    def _open(self, write: Write, effect: OpenTicket) -> Outcome:
        view = self._client.view
        if view.own_id is None:
            return Refused(
                "this desk is not installed: connect it first, a new ticket is opened in the name of the "
                "assistant's user"
            )
        body = new_ticket_body(effect, write.key, view)
        return self._outcome(lambda api: api.tickets.create_ticket(body.pop("subject"), **body))

    def _change(self, write: Write, effect: PostReply | PostNote | UpdateFields) -> Outcome:
        changes = ticket_changes(write, effect, self._client.view, self._client.recall(write.ticket_id))
        if isinstance(effect, UpdateFields):
            return self._update(write, effect, changes)
        updated = self._put(write.ticket_id, changes) if changes else None
        match updated:
            case None | Sent() | Refused(status=400):
                return self._say(write, effect)
            case _:
                # Nothing was said yet, and nothing half-done is left: the same change is made again with the
                # next try.
                return updated

    def _update(self, write: Write, effect: UpdateFields, changes: dict[str, Any]) -> Outcome:
        if not changes:
            return Sent(f"t{write.ticket_id}")
        outcome = self._put(write.ticket_id, changes)
        if isinstance(outcome, Sent):
            return Sent(f"t{write.ticket_id}", outcome.stamp)
        if isinstance(outcome, Refused) and outcome.status == _BAD_REQUEST and self._holds_now(write, effect):
            # Refused because nothing is left to change: an earlier try of this very row has done it.
            return Sent(f"t{write.ticket_id}")
        return outcome

    def _put(self, ticket_id: str, changes: dict[str, Any]) -> Outcome:
        """The PUT; fields the desk refuses by name (unchanged, read-only, deleted) are left out, and the rest
        is sent again."""
        body = changes
        for _ in range(_FIELD_TRIES):
            outcome = self._outcome(partial(_update_ticket, int(ticket_id), body))
            if not isinstance(outcome, Refused) or outcome.status != _BAD_REQUEST:
                return outcome
            last = self._client.session.last
            refused = {name for name, _ in field_errors(last.body)} if last else set()
            left = without(body, refused)
            log.warning("the desk refused changes of a ticket", ticket=ticket_id, fields=sorted(refused))
            if not left or left == body:
                return outcome
            body = left
        return outcome

    def _say(self, write: Write, effect: PostReply | PostNote) -> Outcome:
        html, number = message_html(effect, write.key), int(write.ticket_id)
        if isinstance(effect, PostReply):
            return self._outcome(lambda api: api.comments.create_reply(number, html))
        # `private` always: a note without it would be private only because the desk says so today.
        return self._outcome(lambda api: api.comments.create_note(number, html, private=True))

    def _outcome(self, call: Callable[[API], object]) -> Outcome:
        return self._attempt(
            lambda: call(self._client.library()), partial(outcome_of, clock=self._client.clock)
        )

    def _find_opened(self, write: Write, since: int) -> Trace:
        # By the list of changed tickets: the search index may not know a ticket of the last minutes.
        params = {
            "updated_since": to_iso(since),
            "order_by": "updated_at",
            "order_type": "asc",
            "per_page": str(PAGE),
        }
        wanted = key_tag(write.key)
        found = next(
            (str(t["id"]) for t in self._client.pages("/tickets", params) if wanted in (t.get("tags") or ())),
            None,
        )
        return Trace(found, others=False)

    def _holds(self, write: Write, effect: UpdateFields) -> bool:
        """Whether the ticket already is as the write wants it."""
        present = self._client.raw("GET", f"/tickets/{int(write.ticket_id)}")
        return not ticket_changes(write, effect, self._client.view, present)

    def _holds_now(self, write: Write, effect: UpdateFields) -> bool:
        try:
            return self._holds(write, effect)
        except ConnectorError:
            return False  # then the refusal stands, in the desk's own words


def _update_ticket(number: int, changes: Mapping[str, Any], api: API) -> object:
    return api.tickets.update_ticket(number, **changes)


def _is_copy(said: Json, key: str, texts: AbstractSet[str]) -> bool:
    words = comparable(str(said.get("body") or said.get("body_text") or ""))
    return carries(words, key) or words in texts
