"""One worker per ticket at a time, at the send as at the decision; and between the two rows of a hand-off a
person who acts without a word is seen."""
from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from app.core.deciding.taking import TICKET_BUSY
from app.store import tickets
from app.store.database import DEFAULT_TENANT
from app.store.tables import outbox
from tests.flow.faulty import PERSON, PUT, answered_once, decided, rows_of, states, writes_to
from tests.flow.house import DESK, House
from workers.rows.lease import LEASE_US
from workers.sending.deliver import deliver_one


@pytest.fixture
def house(again: House) -> House:
    return again


def _held_by_another(house: House, ticket: str) -> tickets.TicketRow:
    with house.db.write() as tx:
        held = tickets.lease(tx, DEFAULT_TENANT, DESK, ticket, house.clock(), LEASE_US, "never used")
    assert held is not None
    return held


def _let_go(house: House, held: tickets.TicketRow) -> None:
    with house.db.write() as tx:
        assert tickets.release(tx, held.id, held.fence)


def test_nothing_is_sent_while_another_worker_has_the_ticket(house: House) -> None:
    ticket = decided(house)
    held = _held_by_another(house, ticket)
    assert deliver_one(house.work)
    assert writes_to(house, ticket) == []
    [row] = rows_of(house, ticket)
    assert (row.state, row.attempts, row.lease_until) == ("ready", 0, 0), "put back, and no try of it"
    assert row.next_at == house.clock() + TICKET_BUSY
    _let_go(house, held)
    house.settle(10)
    answered_once(house, ticket)


def test_what_is_unknown_is_not_looked_up_while_another_worker_has_the_ticket(house: House) -> None:
    ticket = decided(house)
    house.desk.do.fault("X4", **PUT)
    assert deliver_one(house.work) and states(house, ticket) == ["unknown"]
    house.clock.advance(20)
    held = _held_by_another(house, ticket)
    before = len(house.desk.do.requests())
    assert deliver_one(house.work)
    assert len(house.desk.do.requests()) == before
    assert states(house, ticket) == ["unknown"]
    _let_go(house, held)
    house.settle(60)
    answered_once(house, ticket)


def test_two_plans_of_one_ticket_are_not_sent_at_the_same_time(house: House) -> None:
    """As when a note about its escalation is due while the hand-off itself is under way."""
    ticket = decided(house, PERSON)
    [_, notice] = rows_of(house, ticket)
    with house.db.write() as tx:
        # A plan of its own, due now.
        tx.execute(update(outbox).where(outbox.c.id == notice.id).values(plan="another", place=0))
    seen: list[tuple[bool, list[str]]] = []

    def meanwhile() -> None:
        seen.append((deliver_one(house.work), states(house, ticket)))

    house.desk.faults.before("PUT", PUT["path"], meanwhile)
    assert deliver_one(house.work)
    assert [sorted(at) for _, at in seen] == [["ready", "sending"]]
    assert len(writes_to(house, ticket)) == 1
    house.settle(60)
    assert len(house.notes(ticket)) == 1


def test_a_row_whose_holder_died_in_its_call_is_known_to_be_unknown_whoever_has_the_ticket(
    house: House,
) -> None:
    ticket = decided(house)
    [row] = rows_of(house, ticket)
    with house.db.write() as tx:
        tx.execute(
            update(outbox).where(outbox.c.id == row.id).values(
                state="sending", sends=1, attempt_at=house.clock(), lease_until=house.clock(), fence=7
            )
        )
    house.clock.advance(200)
    held = _held_by_another(house, ticket)
    assert deliver_one(house.work)
    assert states(house, ticket) == ["unknown"]
    _let_go(house, held)
    house.settle(300)
    answered_once(house, ticket)


WITHOUT_A_WORD: list[dict[str, Any]] = [
    {"verb": "solve"},
    {"verb": "set_field", "field": "Candor: next step", "value": "candor_next_stay_out"},
]


@pytest.mark.parametrize("act", WITHOUT_A_WORD, ids=["solve", "stay out"])
@pytest.mark.parametrize("seconds", [0, 3], ids=["in the second of our note", "later"])
def test_no_notice_follows_a_person_who_acts_behind_our_note_without_a_word(
    house: House, act: dict[str, Any], seconds: float
) -> None:
    ticket = decided(house, PERSON)
    assert deliver_one(house.work) and states(house, ticket) == ["sent", "ready"]
    house.clock.advance(seconds)
    given = {k: v for k, v in act.items() if k != "verb"}
    getattr(house.desk.do, act["verb"])(int(ticket), **given)
    house.settle()
    house.poll()
    house.settle()
    assert house.replies(ticket) == [] and states(house, ticket) == ["sent", "stale"]
