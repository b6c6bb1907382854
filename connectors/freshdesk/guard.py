"""The proof that on this desk our writes can be found again and other people's be seen, through the very code
that sends replies.

Two things are shown on a private ticket: the reference line survives the desk's cleaning of HTML, and a
conversation moves the ticket's `updated_at`. The first is what keeps a reply from being sent twice, the
second what the look before a reply and the poll rest on.
"""
from __future__ import annotations

from connectors import guard
from connectors.clock import MINUTE, from_iso
from connectors.contract import Proof, Write
from connectors.freshdesk.client import FreshdeskClient
from connectors.freshdesk.desk import FreshdeskDesk
from connectors.freshdesk.outbound import FreshdeskOutbound
from connectors.freshdesk.reference import carries
from connectors.guard import words
from connectors.outgoing import comparable
from connectors.records import OpenTicket, PostNote, Sent

_SUBJECT = "Candor: test of the reference line"
_OPENING = "Candor checks that what it writes here can be found again. It removes this ticket again at once."
# As a reply is built: paragraphs, a list, a link, and characters that are escaped on the way.
_TEXT = "Checked & found: “quoted” words.\n1. A first step\nSource\nhttps://example.com/article"
_HTML = (
    "<p>Checked &amp; found: “quoted” words.</p><ol><li>A first step</li></ol>"
    '<p><a href="https://example.com/article">Source</a></p>'
)


def prove(client: FreshdeskClient) -> Proof:
    """Open a private ticket of our own user, write a note built like a reply, read it back, take the ticket
    away."""
    outbound = FreshdeskOutbound(client)
    plan = f"guard-{client.connection.desk}-{client.clock()}"
    return guard.prove(
        outbound,
        OpenTicket(_SUBJECT, f"<p>{_OPENING}</p>", _OPENING),
        plan,
        show=lambda ticket_id: _prove_on(ticket_id, client, outbound, plan),
        delete=lambda ticket_id: client.raw("DELETE", f"/tickets/{int(ticket_id)}"),
    )


def _prove_on(ticket_id: str, client: FreshdeskClient, outbound: FreshdeskOutbound, plan: str) -> Proof:
    write = Write(ticket_id, PostNote(_HTML, _TEXT), f"{plan}-note", plan, None)
    sent = outbound.send(write)
    if not isinstance(sent, Sent):
        return Proof(False, f"the test note was not taken: {words(sent)}")
    said = [
        c
        for c in client.pages(f"/tickets/{int(ticket_id)}/conversations")
        if str(c.get("id")) == sent.remote_id
    ]
    if not said:
        return Proof(False, "the test note is not among the ticket's conversations")
    if not carries(comparable(str(said[0].get("body") or said[0].get("body_text") or "")), write.key):
        return Proof(False, "the desk took the reference line out of the test note")
    written_at = from_iso(said[0]["created_at"])
    if outbound.find(write, written_at - MINUTE).remote_id != sent.remote_id:
        return Proof(
            False, "the test note was not found again as one of ours: is this API key the assistant's own?"
        )
    if FreshdeskDesk(client).stamp(ticket_id).changed_at < written_at:
        return Proof(
            False,
            "a note did not move the ticket's time of change, so people's replies could not be noticed in "
            "time",
        )
    return Proof(True, "the reference line survives, and a note moves the ticket's time of change")
