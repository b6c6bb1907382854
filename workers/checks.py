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
from connectors.records import Role, Stamp, Status
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
    if row.effect == "open_ticket":
        gone_now = None if desk.status == "active" else Overtaken(desk.status_why or f"the desk is {desk.status}")
        return Check(gone_now, None)
    return _ticket_check(work, row, desk, state, times, now)


def _ticket_check(work: Work, row: Row[tuple[object, ...]], desk: StoredDesk, state: OutboxRow, times: Times, now: int) -> Check:
    fenced = Capability.FENCE in work.connector(desk.kind).capabilities
    stamp = state.stamp
    if fenced and stamp is not None and protocol.stamp_is_fresh(stamp, now, times) and protocol.stamp_is_safe(stamp, times):
        return Check(None, stamp, tuple(json.loads(row.tags)))
    if fenced and row.place > 0 and stamp is not None:
        # Our own note moved the ticket: its new stamp is all that is needed, and the fence refuses anything that came in between.
        again = work.desk(desk).stamp(row.ticket)
        if again.value == stamp.value:
            return Check(None if protocol.stamp_is_safe(again, times) else Deferred(now + SECOND_OVER, "same second"), again)
    return _full_read(work, row, desk, stamp, times, now)


def _full_read(work: Work, row: Row[tuple[object, ...]], desk: StoredDesk, composed_on: Stamp | None, times: Times, now: int) -> Check:
    ticket = work.desk(desk).ticket(row.ticket)
    if ticket.status in (Status.CLOSED, Status.DELETED):
        return Check(Overtaken(f"the ticket is {ticket.status.value}"), ticket.stamp)
    if row.effect == "public":
        newest = next((m for m in reversed(ticket.messages) if m.public), None)
        if newest is not None and newest.author.role in (Role.AGENT, Role.BOT):
            return Check(Overtaken("somebody else has answered meanwhile"), ticket.stamp)
        if newest is not None and newest.author.role is Role.CUSTOMER and row.turn_id.startswith("m:") and row.turn_id != f"m:{newest.id}":
            return Check(Overtaken("the customer has written again"), ticket.stamp)
    if not protocol.stamp_is_safe(ticket.stamp, times):
        return Check(Deferred(now + SECOND_OVER, "the ticket changed within this second"), ticket.stamp, ticket.tags)
    return Check(None, ticket.stamp, ticket.tags)


def _cited(row: Row[tuple[object, ...]]) -> list[tuple[str, str]]:
    return [(a, v) for a, v in json.loads(row.evidence)] if row.evidence else []
