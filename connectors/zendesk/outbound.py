"""Writing to one Zendesk account: one call per outbox row (one more for a group that is gone), and an honest
word on what came of it."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from zenpy.lib.api_objects import Ticket as ZenpyTicket

from connectors.contract import Write
from connectors.desk_writer import DeskWriter, log
from connectors.records import OpenTicket, Outcome, PostNote, PostReply, Refused, Trace, UpdateFields
from connectors.zendesk.audits import Audit, audits
from connectors.zendesk.client import ZendeskClient
from connectors.zendesk.outcomes import outcome_of, refused_fields, remote_id
from connectors.zendesk.writing import body_hash_text, new_ticket_body, ticket_body


class ZendeskOutbound(DeskWriter[ZendeskClient]):
    """`find` reads the ticket's audits."""

    title = "Zendesk"

    def find(self, write: Write, since: int) -> Trace:
        """The trace of this write. `others` looks at what happened after the write's own stamp, or since
        `since` when it has none."""
        if isinstance(write.effect, OpenTicket):
            return self._find_opened(write)
        own_id = self._client.view.own_id
        stamped = write.stamp.changed_at if write.stamp is not None else since
        text = body_hash_text(write.effect.html) if isinstance(write.effect, PostReply | PostNote) else None
        found: str | None = None
        others = False
        for audit in audits(self._client, write.ticket_id, min(since, stamped)):
            ours = own_id is None or audit.author_id == own_id
            if ours and (
                audit.key == write.key
                or (audit.key is None and audit.at >= since and _same_text(audit, text))
            ):
                found = found or _id_of(audit)
            elif (
                audit.at > stamped
                and not (ours and audit.plan == write.plan)
                and not (audit.by_rule and audit.comment is None)
            ):
                others = True
        return Trace(found, others)

    def _change(self, write: Write, effect: PostReply | PostNote | UpdateFields) -> Outcome:
        body = ticket_body(write, effect, self._client.view)
        outcome = self._put(write.ticket_id, body)
        if isinstance(outcome, Refused) and "group_id" in body and self._group_was_refused():
            # A group deleted since `connect`: nothing was written (422), and people must still get the note,
            # wherever it lies.
            log.warning(
                "the desk has lost a group: connect it again, or change the route in the policy",
                group=body["group_id"],
            )
            outcome = self._put(
                write.ticket_id, {name: value for name, value in body.items() if name != "group_id"}
            )
        return outcome

    def _put(self, ticket_id: str, body: Mapping[str, Any]) -> Outcome:
        # Fresh, and filled after it was made: zenpy sends what was set on an object, once, and drops what its
        # constructor got as None.
        ticket = ZenpyTicket(id=int(ticket_id))
        for name, value in body.items():
            setattr(ticket, name, value)
        return self._outcome(lambda: self._client.zenpy().tickets.update(ticket))

    def _group_was_refused(self) -> bool:
        last = self._client.session.last
        return last is not None and last.status == 422 and "group" in refused_fields(last.body)

    def _open(self, write: Write, effect: OpenTicket) -> Outcome:
        # Raw: zenpy has no way to send a header, and the key makes a second attempt harmless for two hours.
        body = {"ticket": new_ticket_body(write, effect, self._client.view)}
        return self._outcome(
            lambda: self._client.raw(
                "POST", "/api/v2/tickets.json", body=body, headers={"Idempotency-Key": write.key}
            ),
            opened=True,
        )

    def _outcome(self, call: Callable[[], object], *, opened: bool = False) -> Outcome:
        return self._attempt(call, partial(outcome_of, clock=self._client.clock, opened=opened))

    def _find_opened(self, write: Write) -> Trace:
        found = self._client.through_zenpy(
            lambda z: [str(t.id) for t in z.tickets(external_id=write.key) if t.external_id == write.key]
        )
        return Trace(found[0] if found else None, others=False)


def _id_of(audit: Audit) -> str:
    return remote_id({"id": audit.id, "events": audit.events})


def _same_text(audit: Audit, text: str | None) -> bool:
    return bool(text) and audit.comment is not None and body_hash_text(audit.comment) == text
