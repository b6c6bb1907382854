"""A call whose end nobody can find out: for a day it is looked for, then people are told, and nothing is sent
a second time."""
from __future__ import annotations

from app.core.sending.states import MAX_LOOKS
from app.store.tables import outbox, signals
from connectors.sandbox.faults import Fault
from tests.flow.faulty import AUDITS, PUT, decided, rows_of, states, writes_to
from tests.flow.house import House


def test_people_hear_of_a_reply_whose_end_the_desk_never_tells(house: House) -> None:
    ticket = decided(house)
    house.desk.do.fault("X4", **PUT)
    house.desk.do.faults.arm(Fault("answer", status=502, count=10_000, **AUDITS))
    house.drain()
    assert states(house, ticket) == ["unknown"]
    with house.db.write() as tx:  # the day before the last hour: a look costs a real call
        tx.execute(outbox.update().values(attempts=MAX_LOOKS - 4))
    for _ in range(20):
        house.clock.advance(600)
        house.drain()
        if states(house, ticket)[0] != "unknown":
            break
    house.clock.advance(60)  # the desk has failed again and again, and is left alone for a while
    house.drain()
    lost, note = rows_of(house, ticket)
    assert (lost.state, lost.sends) == ("dead", 1) and "nobody knows whether it was sent" in lost.result
    assert note.purpose == "note" and lost.attempts == MAX_LOOKS
    house.desk.do.clear_faults()
    house.settle(120)
    assert house.replies(ticket) == [], "whatever may have reached the customer already is not said again"
    [told] = house.notes(ticket)
    assert "They may NOT have been told" in told["plain_body"] and house.owner(ticket) == "people"
    assert [s.kind for s in house.rows(signals) if s.kind == "given_up"] == ["given_up"]
    assert len(writes_to(house, ticket)) == 2, "the call nobody answered for, and the note"
