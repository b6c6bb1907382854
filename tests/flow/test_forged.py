"""What only pretends to come from the desk, what comes again, and what comes in the wrong order: sent by the
desk itself."""
from __future__ import annotations

import pytest

from app.store.tables import inbox
from connectors.zendesk.sandbox.forgery import HOW
from tests.flow.faulty import RETURN
from tests.flow.house import House

LONG_AFTER = 3_600


def newest(house: House) -> str:
    return str(house.desk.do.invocations()[-1]["id"])


@pytest.mark.parametrize("how", HOW)
def test_a_forged_delivery_is_refused_and_leaves_nothing_behind(house: House, how: str) -> None:
    house.write(RETURN)
    kept = len(house.rows(inbox))
    assert house.desk.do.forge_delivery(newest(house), how) in (400, 401)
    assert len(house.rows(inbox)) == kept


def test_a_replay_is_a_duplicate_while_its_stamp_is_young_and_refused_when_it_is_old(house: House) -> None:
    ticket = house.write(RETURN)
    house.settle()
    delivery, kept = newest(house), len(house.rows(inbox))
    assert house.desk.do.replay_delivery(delivery) == 200
    house.clock.advance(LONG_AFTER)
    assert house.desk.do.replay_delivery(delivery) == 401
    house.settle()
    assert (len(house.rows(inbox)), len(house.replies(ticket))) == (kept, 1)


def test_a_later_message_delivered_before_the_first_makes_one_answer_to_both(house: House) -> None:
    house.desk.do.hold_deliveries(2)
    ticket = house.write(RETURN)
    house.reply(ticket, "They are unworn, with the tags on.")
    assert house.rows(inbox) == []
    assert house.desk.do.release_deliveries() == 2
    house.settle(120)
    assert len(house.replies(ticket)) == 1
    house.poll()
    house.settle(120)
    assert len(house.replies(ticket)) == 1


def test_an_export_that_names_the_same_page_for_ever_is_left_after_one_look(house: House) -> None:
    house.poll()
    house.desk.do.drop_deliveries(1)
    ticket = house.write(RETURN)
    house.desk.do.switch(export_repeats=True)
    before = len(house.desk.do.requests("GET", "incremental"))
    for _ in range(3):
        house.poll()
        house.settle(60)
    assert len(house.desk.do.requests("GET", "incremental")) - before <= 2 * 3
    assert len(house.replies(ticket)) == 1
