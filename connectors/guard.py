"""The proof of a desk's guard, on a private ticket that is opened for it and taken away again."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from connectors.contract import Outbound, Proof, Write
from connectors.errors import ConnectorError
from connectors.records import OpenTicket, Outcome, Refused, Sent, Status, Unknown, UpdateFields


def prove(
    outbound: Outbound,
    opening: OpenTicket,
    plan: str,
    show: Callable[[str], Proof],
    delete: Callable[[str], object],
) -> Proof:
    """Open the ticket, let `show` look at what the desk does with it, and take it away whatever came of that.

    `plan` names this proof among our writes. `show` and `delete` are given the ticket's id; `delete` raises
    ConnectorError where the desk refuses.
    """
    opened = outbound.send(Write("", opening, f"{plan}-open", plan, None))
    if not isinstance(opened, Sent):
        return Proof(False, f"the test ticket could not be made: {words(opened)}")
    try:
        proof = show(opened.remote_id)
    finally:
        left = _take_away(outbound, opened.remote_id, plan, delete)
    return replace(proof, detail=f"{proof.detail}; {left}")


def _take_away(outbound: Outbound, ticket_id: str, plan: str, delete: Callable[[str], object]) -> str:
    try:
        delete(ticket_id)
    except ConnectorError as error:
        # Deleting is a right of its own, and the assistant's user may lack it.
        solved = outbound.send(
            Write(ticket_id, UpdateFields(status=Status.SOLVED), f"{plan}-solve", plan, None)
        )
        done = (
            "was solved instead"
            if isinstance(solved, Sent)
            else f"could not be solved ({words(solved)}): please remove it"
        )
        return f"the test ticket {ticket_id} could not be deleted ({error}) and {done}"
    return "the test ticket was deleted"


def words(outcome: Outcome) -> str:
    """An outcome for people."""
    name = type(outcome).__name__
    return f"{name} ({outcome.why})" if isinstance(outcome, Refused | Unknown) and outcome.why else name
