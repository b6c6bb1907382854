"""Words of ours in a ticket that our own rows do not know: a backup was restored, or a second installation
works on the desk. What was said once is not said again."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.deciding.ownership import messages_since
from app.core.kinds import InboxKind
from app.store.queues import outbox
from connectors.records import Message, Role, Ticket
from workers.deciding.case import Case
from workers.work import Work


@dataclass(frozen=True, slots=True)
class Found:
    """`answers`: such words answer what is decided now; `handed_off`: a note of ours, and a reply behind it,
    gave the ticket to people; `foreign`: the customer has read something that we do not know."""

    answers: bool = False
    handed_off: bool = False
    foreign: bool = False


def found_at_desk(work: Work, case: Case) -> Found:
    """What the ticket, as just read, holds of ours that our rows do not know."""
    unknown = _unknown(work, case)
    if not unknown:
        return Found()
    noted = next((m.at for m in unknown if not m.public), None)
    public = [m for m in unknown if m.public]
    return Found(
        answers=bool(_behind_the_turn(case, unknown)),
        handed_off=noted is not None and any(m.at >= noted for m in public),
        foreign=bool(public),
    )


def _unknown(work: Work, case: Case) -> Sequence[Message]:
    since = messages_since(case.ticket, case.held.seen_message)
    ours = [m for m in since if m.author.role is Role.ASSISTANT]
    if not ours:
        return ()
    with work.db.read() as tx:
        known = outbox.written(tx, case.desk.id, case.ticket.id)
    # A row whose end nobody learned may have written any of them: its own dead letter tells people of it.
    return () if None in known else [m for m in ours if m.id not in known]


def _behind_the_turn(case: Case, unknown: Sequence[Message]) -> Sequence[Message]:
    """Those that were written after what is decided now came in: the customer's newest message, or an act."""
    if case.row.kind == InboxKind.ACT:
        skew = case.ticket.stamp.desk_now - case.read_at
        return [m for m in unknown if m.at - skew >= case.row.received_at]
    newest = _newest_of_the_customer(case.ticket)
    return [m for m in unknown if newest is not None and case.ticket.messages.index(m) > newest]


def _newest_of_the_customer(ticket: Ticket) -> int | None:
    return next(
        (
            n
            for n, m in reversed(list(enumerate(ticket.messages)))
            if m.public and m.author.role is Role.CUSTOMER
        ),
        None,
    )
