"""What must still be true in the moment before a call goes out."""
from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import Row

from app.core import outbox as protocol
from app.core.outbox import Deferred, Event, OutboxRow, Overtaken, Times
from app.core.ownership import Owner, may_post
from app.store import articles, caps, tickets
from app.store.desks import StoredDesk
from connectors.contract import Capability
from connectors.records import Role, Stamp, Status, Ticket
from workers.work import Work

KILL_LOOK = 2_000_000  # microseconds between looks while the kill switch is on
SECOND_OVER = 1_200_000


@dataclass(frozen=True, slots=True)
class Check:
    """`event` is None when the call may go out; `stamp` is the fence it carries, `tags` the ticket's tags in the read that gave it."""

    event: Event | None
    stamp: Stamp | None
    tags: tuple[str, ...] = ()


def pre_send(work: Work, row: Row[tuple[object, ...]], desk: StoredDesk, state: OutboxRow, times: Times) -> Check:
    """Kill switch, ownership, cited articles, then the ticket itself where its stamp is old or unsafe. Raises ConnectorError."""
    check = _stored_check(work, row, desk, state) or _ticket_check(work, row, desk, state, times, work.clock())
    # Reading the ticket may take long: a kill switch pressed meanwhile holds all the same.
    return check if check.event is not None else _stored_check(work, row, desk, state) or check


def due_anyway(row: Row[tuple[object, ...]]) -> bool:
    """True for what is said whatever else happens there: the notice of a hand-off whose note is sent, and links between tickets."""
    return row.purpose.startswith("escalation_") or (row.purpose == "handoff_notice" and row.place > 0)


def _stored_check(work: Work, row: Row[tuple[object, ...]], desk: StoredDesk, state: OutboxRow) -> Check | None:
    """What our own database says against the call; None when nothing does."""
    now = work.clock()
    with work.db.read() as tx:
        killed = caps.killed(tx, row.tenant, desk.id, now)
        ticket = tickets.find(tx, row.tenant, row.desk, row.ticket)
        gone = articles.no_longer_public(tx, row.tenant, _cited(row))
    if killed is not None:
        return Check(Deferred(now + KILL_LOOK, f"kill switch: {killed}", counts=False), state.stamp)
    if gone:
        return Check(Overtaken("a cited article is not public any more, or has changed"), state.stamp)
    if row.effect == "public" and ticket is not None:
        # Rows of the hand-off itself, and a draft that a person has just sent, do not talk over anybody.
        own_plan = row.purpose == "handoff_notice" or row.turn_id.startswith("draft:")
        if not may_post(Owner(ticket.owner), row.purpose, own_plan):
            return Check(Overtaken("a person has taken the ticket"), state.stamp)
    if row.effect == "open_ticket" and desk.status != "active":
        return Check(Overtaken(desk.status_why or f"the desk is {desk.status}"), None)
    return None


def _ticket_check(work: Work, row: Row[tuple[object, ...]], desk: StoredDesk, state: OutboxRow, times: Times, now: int) -> Check:
    if row.effect == "open_ticket":
        return Check(None, None)
    fenced = Capability.FENCE in work.connector(desk.kind).capabilities
    stamp = state.stamp
    # Only a stamp that was read together with the ticket's messages and tags speaks for them: not one our own note made, nor a new one
    # taken after a conflict.
    whole = row.place == 0 and not state.restamped
    sound = whole and stamp is not None and protocol.stamp_is_fresh(stamp, now, times) and protocol.stamp_is_safe(stamp, times)
    reader = work.desk(desk)
    if sound and (fenced or row.effect != "public" or _untouched(reader.stamp(row.ticket), stamp)):
        return Check(None, stamp, tuple(json.loads(row.tags)))
    if row.purpose != "handoff_notice" or row.place == 0 or stamp is None:
        return _weighed(row, reader.ticket(row.ticket), state, times, now, fenced)
    # Behind our own note: nobody but us made this stamp, so only who has spoken since is asked. A notice carries neither tags nor fields.
    found = reader.since_own_write(row.ticket, stamp)
    if isinstance(found, Ticket):
        return _weighed(row, found, state, times, now, fenced)
    return Check(None if protocol.stamp_is_safe(found, times) else _next_second(now), found)


def _untouched(present: Stamp, read: Stamp | None) -> bool:
    """Without a fence a public reply is preceded by a look at the ticket, always. A stamp that was safe when read, and is still there, says
    that nothing has happened since: it moves with every conversation, which each installation shows on the desk itself."""
    return read is not None and present.value == read.value


def _next_second(now: int) -> Deferred:
    return Deferred(now + SECOND_OVER, "the ticket changed within this second")


def _weighed(row: Row[tuple[object, ...]], ticket: Ticket, state: OutboxRow, times: Times, now: int, fenced: bool) -> Check:
    """What the ticket, just read, says about the call."""
    moved = fenced and state.stamp is not None and ticket.stamp.value != state.stamp.value
    why = _overtaken(row, ticket)
    if why and not (moved and state.sends):
        return Check(Overtaken(why), state.stamp)
    if moved and (state.sends or not due_anyway(row)):
        # On the old stamp, so that the desk refuses it: its history then tells our own late write, a rule, and somebody else apart.
        # A call that may have been made before must never go out on a newer stamp.
        return Check(None, state.stamp, ticket.tags)
    if not protocol.stamp_is_safe(ticket.stamp, times):
        return Check(_next_second(now), state.stamp if fenced else ticket.stamp)
    return Check(None, ticket.stamp, ticket.tags)


def _overtaken(row: Row[tuple[object, ...]], ticket: Ticket) -> str:
    """Why the row does not fit the ticket any more; "" when it does."""
    if ticket.status in (Status.CLOSED, Status.DELETED):
        return f"the ticket is {ticket.status.value}"
    newest = next((m for m in reversed(ticket.messages) if m.public), None)
    if row.effect != "public" or newest is None:
        return ""
    if newest.author.role in (Role.AGENT, Role.BOT):
        return "somebody else has answered meanwhile"
    answered = row.turn_id == f"m:{newest.id}" or not row.turn_id.startswith("m:")
    if newest.author.role is Role.CUSTOMER and not answered and not due_anyway(row):
        return "the customer has written again"
    return ""


def _cited(row: Row[tuple[object, ...]]) -> list[tuple[str, str]]:
    return [(a, v) for a, v in json.loads(row.evidence)] if row.evidence else []
