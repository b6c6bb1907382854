"""What the tests of faults share: where a fault strikes, and what a row and the desk say afterwards."""
from __future__ import annotations

from typing import Any

from app.store import caps
from app.store import desks as desk_store
from app.store.database import DEFAULT_TENANT
from tests.flow.house import DESK, House

RETURN = "How long do I have to return unworn shoes, and how do I do it?"
BOOTS = "How do I wax leather boots properly?"
PERSON = "This is going in circles, I keep getting the same text. Who is in charge there?"
PUT = {"method": "PUT", "path": r"/tickets/\d+$"}
READ = {"method": "GET", "path": r"/tickets/\d+$"}
COMMENTS = {"method": "GET", "path": r"/tickets/\d+/comments"}
AUDITS = {"method": "GET", "path": r"/tickets/\d+/audits"}


def decided(house: House, text: str = RETURN, **more: Any) -> str:
    """A ticket whose effects are written and not sent yet."""
    # Somebody else each time: who has asked for a person once is given one at once.
    # Apart in time, for more than twenty of one text in a quarter of an hour are an incident.
    house.clock.advance(50)
    ticket = house.write(text, **{"email": f"{house.work.new_id()}@example.com", **more})
    house.clock.advance(3)
    assert house.process_only()
    return ticket


def rows_of(house: House, ticket: str) -> list[Any]:
    return sorted((r for r in house.rows() if r.ticket == ticket), key=lambda r: (r.created_at, r.place))


def states(house: House, ticket: str) -> list[str]:
    return [r.state for r in rows_of(house, ticket)]


def writes_to(house: House, ticket: str) -> list[dict[str, Any]]:
    return house.desk.do.requests("PUT", rf"/tickets/{ticket}$")


def answered_once(house: House, ticket: str) -> None:
    """At the desk: one reply, and it is the answer."""
    [reply] = house.replies(ticket)
    assert "within 30 days of delivery" in reply["plain_body"]
    assert house.desk.do.once(int(ticket)) == 1
    assert house.desk.do.failures() == []


def handed_off_once(house: House, ticket: str) -> None:
    """At the desk: one note, and after it one notice; the ticket belongs to people."""
    [note], [reply] = house.notes(ticket), house.replies(ticket)
    assert note["id"] < reply["id"], "the agent's facts come first"
    assert "You are in a person's queue" in reply["plain_body"]
    assert house.owner(ticket) == "people"


def set_status(house: House, status: str) -> None:
    with house.db.write() as tx:
        desk_store.set_status(tx, DEFAULT_TENANT, DESK, status, None)


def status_of(house: House) -> str:
    with house.db.read() as tx:
        stored = desk_store.get(tx, DEFAULT_TENANT, DESK, house.keys)
    assert stored is not None
    return stored.status


def kill_switch(house: House, on: bool) -> None:
    with house.db.write() as tx:
        if on:
            caps.set_cap(
                tx,
                DEFAULT_TENANT,
                DESK,
                "*",
                caps.KILL,
                "a test",
                "test",
                None,
                house.clock(),
                house.work.new_id(),
            )
        else:
            caps.lift(tx, DEFAULT_TENANT, DESK, "*", caps.KILL)
