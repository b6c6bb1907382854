"""The simulation's rows hold the same conditions as the real ones: whatever is claimed here is claimed
there."""
from __future__ import annotations

from random import Random

from sqlalchemy import delete, update

from app.core.sending.checks import Words
from app.core.sending.states import OutboxRow
from app.store import tickets
from app.store.database import Database
from app.store.queues import inbox, outbox
from app.store.tables import inbox as inbox_table
from app.store.tables import outbox as outbox_table
from tests.simulation.rows import EffectRow, InboxRow, Rows
from tests.store.conftest import LEASE, NOW, SECOND, TENANT, delivery, effect_row

TIMES = tuple(NOW + n * SECOND for n in (-60, -6, -5, -4, 0, 1, 60))
LEASES = (0, 0, *TIMES)
STATES = ("ready", "ready", "sending", "unknown", "sent", "stale", "failed", "dead")


def test_both_claim_the_same_effect(db: Database) -> None:
    rng = Random(4)
    for _ in range(300):
        ours = Rows(frozenset())
        with db.write() as tx:
            tx.execute(delete(outbox_table))
            for place in range(rng.choice((1, 2, 3))):
                state, next_at, lease, crashes = (
                    rng.choice(STATES),
                    rng.choice(TIMES) + place,
                    rng.choice(LEASES),
                    rng.choice((0, 1)),
                )
                row = effect_row(place=place, next_at=next_at)
                outbox.add(tx, TENANT, [row], NOW)
                tx.execute(
                    update(outbox_table)
                    .where(outbox_table.c.id == row.id)
                    .values(state=state, lease_until=lease, crashes=crashes)
                )
                words = Words("public", "answer", place, "m:1")
                ours.effects.append(
                    EffectRow(
                        words,
                        row.id,
                        None,
                        "p1",
                        0,
                        OutboxRow(state, next_at, lease_until=lease),
                        crashes=crashes,
                    )
                )
            theirs = outbox.claim(tx, NOW, LEASE)
        mine = ours.claim_effect(NOW)
        assert (theirs.id if theirs else None) == (mine.key if mine else None)
        if theirs and mine:
            assert (theirs.attempts, theirs.crashes, theirs.lease_until) == (
                mine.now.attempts,
                mine.crashes,
                mine.now.lease_until,
            )


def test_both_claim_the_same_delivery(db: Database) -> None:
    rng = Random(5)
    for _ in range(300):
        ours = Rows(frozenset())
        with db.write() as tx:
            tx.execute(delete(inbox_table))
            for n in range(rng.choice((1, 2, 3))):
                state, due, crashes = (
                    rng.choice(("waiting", "working", "done")),
                    rng.choice(TIMES) + n,
                    rng.choice((0, 1)),
                )
                lease = rng.choice(TIMES) if state == "working" else 0
                row = delivery(due=due)
                assert inbox.accept(tx, TENANT, row)
                tx.execute(
                    update(inbox_table)
                    .where(inbox_table.c.id == row.id)
                    .values(state=state, lease_until=lease, crashes=crashes)
                )
                ours.inbox.append(
                    InboxRow("delivery", row.id, "", NOW, due, state, lease_until=lease, crashes=crashes)
                )
            theirs = inbox.claim(tx, NOW, LEASE)
        mine = ours.claim_inbox(NOW)
        assert (theirs.id if theirs else None) == (mine.key if mine else None)


def test_both_lend_a_ticket_at_the_same_moment(db: Database) -> None:
    for at in range(30):
        ours = Rows(frozenset())
        ours.ticket.lease_until = NOW + 10 * SECOND
        with db.write() as tx:
            held = tickets.lease(tx, TENANT, "calm", f"t{at}", NOW - 5 * SECOND, LEASE, f"row{at}")
            assert held is not None and held.lease_until == NOW + 10 * SECOND
            theirs = tickets.lease(tx, TENANT, "calm", f"t{at}", NOW + at * SECOND, LEASE, "x")
        assert (theirs is not None) == (ours.lease_ticket(NOW + at * SECOND) is not None)
