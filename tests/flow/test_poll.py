"""The poll finds what no delivery tells; a desk that answers nonsense costs a minute, not the poll."""
from __future__ import annotations

import pytest

from app.store import marks
from app.store.database import DEFAULT_TENANT
from app.store.tables import inbox, tickets
from app.web.console.desks import cards
from tests.flow.faulty import RETURN, answered_once, decided
from tests.flow.house import DESK, House
from workers.desks.poll import POLL_EVERY, poll_due

EXPORT = {"method": "GET", "path": "incremental"}


def exports(house: House) -> int:
    return len(house.desk.do.requests(**EXPORT))


def test_a_desk_whose_list_breaks_us_is_asked_again_a_minute_later(house: House) -> None:
    house.poll()
    house.desk.do.drop_deliveries(1)
    ticket = house.write(RETURN)
    house.desk.do.fault("X8-list", body='{"tickets": [{"id": 1}]}', **EXPORT)
    house.clock.advance(130)
    with pytest.raises(KeyError):
        poll_due(house.work)
    asked = exports(house)
    assert poll_due(house.work) == 0 and exports(house) == asked
    house.clock.advance(POLL_EVERY / 1_000_000)
    assert poll_due(house.work) == 1
    house.settle()
    answered_once(house, ticket)


def test_several_rings_poll_a_desk_once(house: House) -> None:
    house.poll()
    house.clock.advance(61)
    asked = exports(house)
    for _ in range(3):
        poll_due(house.work)
    assert exports(house) == asked + 1


@pytest.mark.parametrize("fault", ["X1", "X5", "X8-truncated", "X8-login", "X9"])
def test_a_poll_that_fails_loses_no_ticket(house: House, fault: str) -> None:
    house.poll()
    house.desk.do.drop_deliveries(1)
    ticket = house.write(RETURN)
    house.desk.do.fault(fault, **EXPORT)
    house.poll()
    house.poll()
    house.settle()
    answered_once(house, ticket)


def test_an_agent_who_acts_in_the_second_of_our_own_write_is_seen(house: House) -> None:
    house.poll()
    ticket = decided(house)
    house.drain()
    assert len(house.replies(ticket)) == 1
    house.desk.do.assign(int(ticket), "Ana Ruiz")
    [known] = [r for r in house.rows(tickets) if r.ticket == ticket]
    assert house.desk.do.ticket(int(ticket))["updated_at"] == known.own_stamp, (
        "the desk's stamp does not show it"
    )
    house.poll()
    house.settle()
    assert house.owner(ticket) == "people"


def test_our_own_write_is_looked_up_once_and_is_no_news(house: House) -> None:
    house.poll()
    ticket = decided(house)
    house.drain()
    house.poll()
    asked = len(house.desk.do.requests())
    house.settle()
    assert [r["path"] for r in house.desk.do.requests()[asked:]] == [f"/api/v2/tickets/{ticket}/audits"], (
        "one call"
    )
    assert len(house.entries(ticket)) == 1
    house.poll()
    assert not any(r.state == "waiting" for r in house.rows(inbox))


def test_without_an_admins_right_lost_deliveries_are_found_by_search_and_it_is_said(house: House) -> None:
    house.poll()
    house.desk.assistant.role = "agent"
    house.desk.do.drop_deliveries(1)
    ticket = house.write(RETURN)
    house.poll()
    house.poll()
    house.settle()
    answered_once(house, ticket)
    with house.db.read() as tx:
        assert marks.read(tx, f"changes_by:{DESK}") == "search"
        [card] = cards(tx, DEFAULT_TENANT)
    assert card.by_search
