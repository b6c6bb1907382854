"""A Zendesk on an OAuth client: moving over from an API token, tokens that die at work, and what breaks the
desk."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.store import desks as desk_store
from app.store.database import DEFAULT_TENANT
from app.store.desks import StoredDesk
from app.store.tokens import DatabaseTokenStore
from connectors import registry
from connectors.contract import Step
from connectors.errors import ConnectorError
from tests.flow.faulty import PUT, READ, RETURN, answered_once, decided, status_of
from tests.flow.house import DESK, House
from workers.desks.advice import advice
from workers.desks.connect import connect, ending
from workers.desks.refusals import break_desk
from workers.work import Work

WRONG = "not-the-secret-0123456789"


@pytest.fixture
def house(house: House) -> Iterator[House]:
    yield house
    assert house.desk.do.failures() == []


def run(house: House, steps: list[Step] | None = None, **given: str) -> bool:
    house.clock.advance(1)  # the guard's test ticket is told from an earlier run's by the time
    told = steps if steps is not None else []
    return connect(
        house.work, DEFAULT_TENANT, DESK, "zendesk", "Larkfield",
        {"subdomain": house.desk.account, **given}, house.desk.url, house.url, told.append,
    )  # fmt: skip


def client(house: House, **changes: str) -> dict[str, str]:
    return {"client_id": house.desk.client_id, "client_secret": house.desk.client_secret} | changes


def stored(house: House) -> StoredDesk:
    with house.db.read() as tx:
        found = desk_store.get(tx, DEFAULT_TENANT, DESK, house.keys)
    assert found is not None
    return found


def ask(house: House) -> str:
    house.clock.advance(50)
    return house.write(RETURN, email=f"{house.work.new_id()}@example.com")


def signed_in_by(house: House, since: int) -> set[str]:
    """How the desk was spoken to from its n-th request on."""
    seen = [r for r in house.desk.do.requests() if r["n"] > since and r["path"].startswith("/api/")]
    return {r["headers"]["Authorization"].split(" ")[0] for r in seen}


def another_process(house: House) -> Work:
    """A worker that starts now: it knows what stands in the database."""
    tokens = DatabaseTokenStore(house.db, house.keys)
    made = registry.connector("zendesk", sandbox_desks=True, tokens=tokens)
    return replace(house.work, connector=lambda kind: made)


def test_a_desk_moves_from_its_token_to_a_client_with_a_ticket_in_between(house: House) -> None:
    assert "30 April 2027" in str(ending(house.work, DEFAULT_TENANT, DESK))
    ticket = decided(house)
    asked, steps = len(house.desk.do.requests()), list[Step]()
    assert run(house, steps, **client(house))
    assert {s.state for s in steps} == {"exists"}, "nothing is made anew at the desk"
    house.settle(120)
    answered_once(house, ticket)
    answered_once(house, _settled(house, ask(house)))
    assert signed_in_by(house, asked) == {"Bearer"}
    kept = stored(house)
    assert kept.status == "active" and not {"api_token", "email"} & kept.connection.settings.keys()
    assert kept.connection.settings["one_mail"] == "yes", "what is not a key stays as it was entered"
    assert ending(house.work, DEFAULT_TENANT, DESK) is None


def _settled(house: House, ticket: str) -> str:
    house.settle(120)
    return ticket


@pytest.mark.parametrize(("given", "told"), [
    ({"client_secret": WRONG}, "refused the OAuth client and its secret"),
    ({"scopes": "read"}, "lacks the scope write"),
])  # fmt: skip
def test_a_client_that_opens_nothing_leaves_the_desk_with_the_key_it_has(
    house: House, given: dict[str, str], told: str
) -> None:
    before = stored(house)
    with pytest.raises(ConnectorError, match=told) as refused:
        run(house, **client(house, **given))
    said = advice(refused.value, house.work.connector("zendesk").account(client(house)))
    assert "OAuth clients" in said and "API token" not in said and "admin's key" not in said
    assert stored(house) == before
    answered_once(house, _settled(house, ask(house)))


def test_two_ways_in_are_refused_and_each_half_of_one(house: House) -> None:
    before = stored(house)
    for given, told in (
        ({**client(house), "email": house.desk.email, "api_token": house.desk.token}, "no other key"),
        ({"client_id": house.desk.client_id}, "give both"),
        (client(house, token_minutes="29"), "token-minutes: is a whole number from 30"),
    ):
        with pytest.raises(ValueError, match=told):
            run(house, **given)
    assert stored(house) == before


def test_a_day_of_tickets_over_dying_tokens_and_new_workers(house: House) -> None:
    assert run(house, **client(house))
    first = house.work
    for hour in range(24):
        house.clock.advance(3600)
        ticket = ask(house)
        if hour % 3 == 0:
            house.work = another_process(house)
        if hour % 4 == 0:
            house.desk.do.revoke_tokens()
        house.settle(60)
        if hour % 5 == 0:
            house.desk.do.revoke_tokens()
        house.settle(60)
        answered_once(house, ticket)
    house.work = first
    assert status_of(house) == "active"


@pytest.mark.parametrize("where", [PUT, READ], ids=["write", "read"])
def test_twice_refused_the_desk_stops_with_one_sentence_and_keeps_its_rows(
    house: House, where: dict[str, str]
) -> None:
    assert run(house, **client(house))
    ticket = ask(house)
    before = len(house.desk.do.requests(where["method"], where["path"]))
    house.desk.do.fault("X10", **where)
    house.settle(20)
    assert stored(house).status == "broken"
    assert stored(house).status_why == (
        "the desk refuses our key (401): look the OAuth client up under Admin Center > Apps and integrations "
        "> APIs > OAuth clients, make it a new secret there, and give that, then connect it again"
    )
    asked = len(house.desk.do.requests(where["method"], where["path"]))
    assert asked - before == 2, "once, and once more with another token"
    house.desk.do.clear_faults()
    house.desk.do.rotate_client_secret()
    assert run(house, **client(house))
    house.settle(120)
    answered_once(house, ticket)


def test_a_secret_rotated_under_load_and_connected_anew_loses_nothing(house: House) -> None:
    assert run(house, **client(house))
    tickets = [_settled(house, ask(house))]
    house.desk.do.rotate_client_secret()
    house.clock.advance(25 * 60)  # past four fifths of the token's life: its renewal is refused
    tickets.append(_settled(house, ask(house)))
    assert status_of(house) == "active"
    waiting = decided(house)
    old = stored(house)
    assert run(house, client_secret=house.desk.client_secret)
    break_desk(house.work, old, 401)  # a call with the old secret that was under way comes back now
    assert status_of(house) == "active"
    house.clock.advance(3600)
    for ticket in (*tickets, _settled(house, waiting)):
        answered_once(house, ticket)


def test_the_token_of_a_worker_serves_the_next_one(house: House) -> None:
    house.work = another_process(house)
    assert run(house, **client(house))
    minted = house.desk.do.tokens_minted()
    house.work = another_process(house)
    answered_once(house, _settled(house, ask(house)))
    assert house.desk.do.tokens_minted() == minted
