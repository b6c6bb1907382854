"""The proof that this desk really refuses a write on an old stamp, through the very code that sends replies.

An attribute the desk does not know is ignored with a 200, so a typo, or a plan without the feature, would
take the fence away in silence.
"""
from __future__ import annotations

from dataclasses import replace

from connectors import guard
from connectors.clock import HOUR, to_iso
from connectors.contract import Proof, Write
from connectors.guard import words
from connectors.records import Conflict, OpenTicket, PostNote, Sent, Stamp
from connectors.zendesk.client import ZendeskClient
from connectors.zendesk.desk import ZendeskDesk
from connectors.zendesk.outbound import ZendeskOutbound

_SUBJECT = "Candor: test of the collision guard"
_OPENING = (
    "Candor checks that two writers cannot overwrite each other here. It removes this ticket again at once."
)
_FRESH = "Written on the present state of the ticket: this note belongs here."
_STALE = "Written on an old state of the ticket: this note must not be here."
_TRIES = 3  # an account's own rules may touch a new ticket while we look at it


def prove(client: ZendeskClient) -> Proof:
    """Open a private ticket, write once on its stamp and once on an older one, then take the ticket away."""
    outbound, desk = ZendeskOutbound(client), ZendeskDesk(client)
    plan = f"guard-{client.connection.desk}-{client.clock()}"
    return guard.prove(
        outbound,
        OpenTicket(_SUBJECT, f"<p>{_OPENING}</p>", _OPENING),
        plan,
        show=lambda ticket_id: _prove_on(ticket_id, outbound, desk, plan),
        delete=lambda ticket_id: client.raw("DELETE", f"/api/v2/tickets/{ticket_id}.json"),
    )


def _prove_on(ticket_id: str, outbound: ZendeskOutbound, desk: ZendeskDesk, plan: str) -> Proof:
    stamp = desk.stamp(ticket_id)
    stale = _older(stamp)
    refused = outbound.send(_note(ticket_id, _STALE, f"{plan}-stale", plan, stale))
    if not isinstance(refused, Conflict):
        return Proof(False, f"a write on an old stamp was not refused: {words(refused)}")
    if (
        outbound.find(_note(ticket_id, _STALE, f"{plan}-stale", plan, stale), stale.changed_at).remote_id
        is not None
    ):
        return Proof(False, "a write on an old stamp was answered with a conflict and written all the same")
    for attempt in range(_TRIES):
        # The other half: a desk that answers every write with a conflict would look just as safe.
        taken = outbound.send(
            _note(ticket_id, _FRESH, f"{plan}-fresh-{attempt}", plan, desk.stamp(ticket_id))
        )
        if isinstance(taken, Sent):
            return Proof(True, "a write on an old stamp was refused, one on the present stamp was taken")
    return Proof(False, f"a write on the present stamp was not taken: {words(taken)}")


def _note(ticket_id: str, text: str, key: str, plan: str, stamp: Stamp) -> Write:
    return Write(ticket_id, PostNote(f"<p>{text}</p>", text), key, plan, stamp)


def _older(stamp: Stamp) -> Stamp:
    before = stamp.changed_at - HOUR
    return replace(stamp, value=to_iso(before), changed_at=before)
