"""What follows from a row that has come to its end: the worker's transaction and the simulation's rows leave
the same behind, whatever ended and however."""
from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection, delete, select, update

from app.core.deciding.ownership import Owner
from app.core.kinds import Act, EffectState
from app.core.sending.checks import Words
from app.core.sending.plan import TURN_REPLIES
from app.core.sending.states import OutboxRow
from app.keys import Keys
from app.store import tickets
from app.store.database import Database
from app.store.queues import inbox, outbox
from app.store.tables import inbox as inbox_table
from app.store.tables import outbox as outbox_table
from app.store.tables import tickets as ticket_table
from connectors.records import Stamp
from tests.simulation.rows import EffectRow, InboxRow, Rows
from tests.store.conftest import LEASE, NOW, SECOND, TENANT, effect_row, new_id
from workers.sending.outcome import settled

PLANS = (("answer",), ("clarify",), ("note",), ("note", "handoff_notice"), ("handoff_notice",))
ACTS = (None, None, None, *Act, "a newer release's")
MADE = Stamp("7001", NOW, NOW + 2 * SECOND, NOW)
BEHIND = (("ready", 0), ("ready", 1), ("unknown", 1), ("sent", 1), ("dead", 0), ("dead", 6), ("failed", 1))
SPENT = 4  # plans of the turn before this one at most, all of them stale


@dataclass(frozen=True)
class Case:
    """A plan whose row `place` ends now as `end`; the rows before it have been sent."""

    purposes: tuple[str, ...]
    place: int
    end: OutboxRow
    made: Stamp | None
    act: str | None
    stale_before: int
    owner: Owner
    turn_is_newest: bool
    behind: tuple[str, int]  # state and calls of the rows behind it, which only a replay lets it have

    @property
    def turn(self) -> str:
        return "act:7" if self.act is not None else "m:1"

    @property
    def handled(self) -> str:
        return self.turn if self.turn_is_newest else "m:2"


def drawn(rng: Random) -> Case:
    purposes = rng.choice(PLANS)
    state = rng.choice([s for s in EffectState if s not in ("ready", "sending", "unknown")])
    sends = rng.choice((0, 1, 6))
    end = OutboxRow(state, NOW, sends=sends, remote_id="r1" if state == "sent" else None)
    return Case(purposes, rng.randrange(len(purposes)), end, rng.choice((MADE, None)), rng.choice(ACTS),
                rng.randrange(SPENT), rng.choice(tuple(Owner)), rng.random() < 0.7,
                rng.choice((("ready", 0), *BEHIND)))


def test_the_worker_and_the_simulation_leave_the_same_behind(db: Database, keys: Keys) -> None:
    rng, seen = Random(7), set()
    for _ in range(400):
        case = drawn(rng)
        with db.write() as tx:
            for table in (outbox_table, inbox_table, ticket_table):
                tx.execute(delete(table))
            theirs = in_the_store(tx, case, keys)
        ours = in_the_simulation(case)
        assert theirs == ours, case
        seen.add((case.end.state, case.purposes, case.place, str(ours["asked"])))
    assert len(seen) > 40, "the cases are of many kinds"


def in_the_store(tx: Connection, case: Case, keys: Keys) -> dict[str, Any]:
    held = tickets.lease(tx, TENANT, "calm", "7", NOW, LEASE, new_id())
    assert held is not None
    tickets.save(tx, held.id, held.fence, owner=case.owner.value, handled_turn=case.handled)
    if case.act is not None:
        inbox.accept_act(tx, TENANT, "calm", "7", case.act, "7", NOW, "the act")
    for n in range(case.stale_before):
        outbox.add(tx, TENANT, [effect_row(f"old{n}", turn_id=case.turn)], NOW)
    tx.execute(update(outbox_table).values(state="stale"))
    rows = [
        effect_row(
            place=place, effect="note" if p == "note" else "public", purpose=p, turn_id=case.turn,
            key=f"{case.turn}/{p}", turn=case.turn if p in TURN_REPLIES else None,
        )
        for place, p in enumerate(case.purposes)
    ]
    outbox.add(tx, TENANT, rows, NOW)
    row = rows[case.place]
    for before in rows[:case.place]:
        tx.execute(update(outbox_table).where(outbox_table.c.id == before.id).values(state="sent"))
    for after in rows[case.place + 1:]:
        state, sends = case.behind
        tx.execute(update(outbox_table).where(outbox_table.c.id == after.id).values(state=state, sends=sends))
    claimed = outbox.claim(tx, NOW, LEASE)
    assert claimed is not None and claimed.id == row.id
    assert outbox.save(tx, row.id, claimed.fence, case.end, NOW)
    work: Any = SimpleNamespace(keys=keys, new_id=new_id)
    settled(work, tx, claimed, case.end, case.made, NOW)
    ticket = tickets.find(tx, TENANT, "calm", "7")
    assert ticket is not None
    after = tx.execute(
        select(outbox_table).where(outbox_table.c.plan == "p1").order_by(outbox_table.c.place)
    ).all()
    asked = tx.execute(select(inbox_table).where(inbox_table.c.id != "the act")).all()
    return {
        "rows": [
            (r.state, r.next_at, r.base_stamp is not None, r.turn is None, r.key.startswith("stale:"))
            for r in after
        ],
        "asked": [(r.kind, (r.body or b"").decode(), r.next_at, ":again:" in r.delivery_key) for r in asked],
        "ticket": (ticket.owner, ticket.handled_turn, ticket.own_stamp or ""),
    }


def in_the_simulation(case: Case) -> dict[str, Any]:
    rows = Rows(frozenset())
    rows.ticket.owner, rows.ticket.handled_turn = case.owner, case.handled
    if case.act is not None:
        rows.inbox.append(InboxRow("act", case.turn, case.act, NOW, NOW))
    for n in range(case.stale_before):
        rows.effects.append(_effect(case, "answer", 0, f"old{n}", "stale"))
    plan = [
        _effect(
            case, p, place, "p1", "sent" if place < case.place else "ready",
            case.behind if place > case.place else None,
        )
        for place, p in enumerate(case.purposes)
    ]
    rows.effects += plan
    row = rows.claim_effect(NOW)
    assert row is plan[case.place]
    assert rows.save(row, row.fence, case.end, case.made, NOW)
    asked = rows.inbox[1:] if case.act is not None else rows.inbox
    return {
        "rows": [
            (e.now.state, e.now.next_at, e.now.stamp is not None, e.turn is None, e.key.startswith("stale:"))
            for e in plan
        ],
        "asked": [(r.kind, r.act, r.next_at, ":again:" in r.key) for r in asked],
        "ticket": (rows.ticket.owner.value, rows.ticket.handled_turn, rows.ticket.own_stamp),
    }


def _effect(
    case: Case, purpose: str, place: int, plan: str, state: str, is_now: tuple[str, int] | None = None
) -> EffectRow:
    words = Words("note" if purpose == "note" else "public", purpose, place, case.turn)
    turn = case.turn if purpose in TURN_REPLIES else None
    state, sends = is_now or (state, 0)
    now = replace(OutboxRow("ready", NOW), state=state, sends=sends)
    return EffectRow(words, f"{case.turn}/{purpose}", turn, plan, 0, now)
