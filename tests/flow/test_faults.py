"""Faults of the desk: one reply for each customer turn, counted at the desk, and nothing lost.

Fault modes are named by the sandbox desk's ids (`X1` …). The clock is the house's: a settle or a long outage
takes no time.
"""
from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import pytest

from connectors.contract import Connection, Outbound
from connectors.http import Timeouts
from connectors.zendesk.client import ZendeskClient
from connectors.zendesk.connector import ZendeskConnector
from connectors.zendesk.outbound import ZendeskOutbound
from tests.flow.faulty import (
    AUDITS,
    BOOTS,
    COMMENTS,
    PUT,
    READ,
    RETURN,
    answered_once,
    decided,
    set_status,
    states,
    status_of,
    writes_to,
)
from tests.flow.house import House, eventually
from workers.sending.deliver import deliver_one


class HastyConnector(ZendeskConnector):
    """Waits a fifth of a second for the answer to a write, instead of ten seconds."""

    def outbound(self, connection: Connection, clock: Callable[[], int]) -> Outbound:
        waits = Timeouts(connect=1.0, read=0.2, total=0.4)
        return ZendeskOutbound(
            ZendeskClient(
                connection, clock, self.budget(connection.desk), sandbox_allowed=True, timeouts=waits
            )
        )


@pytest.fixture
def hasty(again: House) -> Iterator[House]:
    patient, made = again.work, HastyConnector(sandbox_desks=True)
    again.work = replace(patient, connector=lambda kind: made)
    yield again
    again.work = patient


BEFORE, AFTER = {"commit": False}, {"commit": True}


@pytest.mark.parametrize("fault", [
    {"name": "X1"}, {"name": "X3"}, {"name": "X4"}, {"name": "X8-truncated"}, {"name": "X8-list"},
    {"name": "X8-list"} | AFTER,
    {"name": "X8-login"}, {"name": "X8-login"} | AFTER, {"name": "X9"}, {"name": "X9", "status": 502} | AFTER,
    {"name": "X4", "status": 204, "body": ""}, {"name": "X3", "status": 204, "body": ""}, {"name": "X4",
    "status": 408},
    {"name": "X3", "status": 408}, {"name": "X11"},
], ids=lambda f: " ".join(str(v) for v in f.values()))
def test_a_write_whose_end_nobody_knows_makes_one_reply(again: House, fault: dict[str, Any]) -> None:
    ticket = decided(again)
    again.desk.do.fault(**fault, **PUT)
    again.drain()
    assert states(again, ticket) == ["unknown"]
    again.settle(14)
    assert states(again, ticket) == ["unknown"], "nobody looks before the settle has passed"
    again.settle(30)
    answered_once(again, ticket)
    assert states(again, ticket) == ["sent"]


@pytest.mark.parametrize("name", ["X2", "X7-hang", "X7-drip"])
def test_an_answer_slower_than_the_deadline_makes_one_reply(hasty: House, name: str) -> None:
    ticket = decided(hasty)
    hasty.desk.do.fault(name, seconds=1.2, **PUT)
    hasty.drain()
    assert states(hasty, ticket) == ["unknown"]
    hasty.settle(40)
    answered_once(hasty, ticket)


def _held_write(house: House) -> tuple[threading.Event, str]:
    """A ticket whose reply waits at the desk's door while our call has given up."""
    ticket, door = decided(house), threading.Event()
    house.desk.faults.before("PUT", PUT["path"], lambda: door.wait(10))
    house.drain()
    assert states(house, ticket) == ["unknown"] and house.replies(ticket) == []
    return door, ticket


def test_a_commit_later_than_our_time_out_is_found_by_its_marker(hasty: House) -> None:
    door, ticket = _held_write(hasty)
    hasty.clock.advance(10)
    door.set()
    assert eventually(lambda: len(hasty.replies(ticket)) == 1)
    hasty.settle(60)
    answered_once(hasty, ticket)
    assert len(writes_to(hasty, ticket)) == 1, "found, not sent again"


def test_a_commit_later_than_the_settle_and_our_second_call_is_refused(hasty: House) -> None:
    door, ticket = _held_write(hasty)
    hasty.settle(60)
    answered_once(hasty, ticket)
    hasty.clock.advance(5)
    door.set()
    assert eventually(lambda: [w["status"] for w in writes_to(hasty, ticket)] == [409, 200])
    answered_once(hasty, ticket)


def test_a_commit_between_our_look_and_our_second_call_is_not_doubled(hasty: House) -> None:
    """The second call carries the stamp of the first: with a newer one the desk would take it, right after
    the late first."""
    door, ticket = _held_write(hasty)
    hasty.clock.advance(90)
    assert deliver_one(hasty.work)
    assert states(hasty, ticket) == ["ready"], "looked, and found nothing"
    door.set()
    assert eventually(lambda: len(hasty.replies(ticket)) == 1)
    hasty.settle(120)
    answered_once(hasty, ticket)
    assert states(hasty, ticket) == ["sent"]


def _in_20_seconds(house: House) -> str:
    return format_datetime(datetime.fromtimestamp(house.clock() / 1_000_000 + 20, UTC), usegmt=True)


@pytest.mark.parametrize("headers", [
    {"Retry-After": "7"}, {"Retry-After": "7.5"}, {"Retry-After": "0"}, {"Retry-After": "-3"},
    {"Retry-After": "86400"},
    {"Retry-After": "soon"}, {"Retry-After": "date"}, {}, {"ratelimit-reset": "12"},
], ids=lambda h: " ".join(f"{k} {v}" for k, v in h.items()) or "none")
@pytest.mark.parametrize("where", [PUT, READ], ids=["write", "read"])
def test_every_form_of_429_is_waited_out(
    again: House, headers: dict[str, str], where: dict[str, str]
) -> None:
    ticket = again.write(RETURN, email=f"{again.work.new_id()}@example.com")
    again.desk.do.fault(
        "X5", headers={k: _in_20_seconds(again) if v == "date" else v for k, v in headers.items()}, **where
    )
    again.clock.advance(2.5)
    again.drain()
    asked = len(again.desk.do.requests())
    assert again.replies(ticket) == []
    again.clock.advance(0.5)
    again.drain()
    assert len(again.desk.do.requests()) == asked, "the desk is left alone while it wants to be"
    again.settle(660, step=10)
    answered_once(again, ticket)


@pytest.mark.parametrize("where", [PUT, READ], ids=["write", "read"])
def test_a_desk_that_asks_for_a_pause_fifty_times_loses_nothing(again: House, where: dict[str, str]) -> None:
    ticket = again.write(RETURN, email=f"{again.work.new_id()}@example.com")
    again.desk.do.fault("X5", count=50, headers={"Retry-After": "1"}, **where)
    again.settle(150, step=2)
    answered_once(again, ticket)


@pytest.mark.parametrize("fault", [
    {"name": "X9"}, {"name": "X9", "status": 502}, {"name": "X9", "status": 503, "count": 6}, {"name": "X1"},
    {"name": "X8-truncated"},
    {"name": "X8-list"}, {"name": "X8-login"}, {"name": "X4", "status": 408}, {"name": "X4", "status": 400},
    {"name": "X11"},
], ids=lambda f: " ".join(str(v) for v in f.values()))
@pytest.mark.parametrize("where", [READ, COMMENTS], ids=["ticket", "comments"])
def test_a_read_that_fails_is_tried_again(again: House, fault: dict[str, Any], where: dict[str, str]) -> None:
    ticket = again.write(RETURN, email=f"{again.work.new_id()}@example.com")
    again.desk.do.fault(**fault, **where)
    again.settle(1500, step=10)
    answered_once(again, ticket)


@pytest.mark.parametrize("committed", ["X1", "X4"])
def test_a_history_that_cannot_be_read_for_hours_keeps_the_row_until_it_can(
    again: House, committed: str
) -> None:
    ticket = decided(again)
    again.desk.do.fault(committed, **PUT)
    again.desk.do.fault("X9", count=30, **AUDITS)
    again.settle(8 * 3600, step=120)
    answered_once(again, ticket)


@pytest.mark.parametrize("where", [PUT, READ], ids=["write", "read"])
def test_a_refused_key_stops_the_desk_and_keeps_the_rows_until_it_is_connected_again(
    again: House, where: dict[str, str]
) -> None:
    ticket = again.write(RETURN, email=f"{again.work.new_id()}@example.com")
    later = again.write(BOOTS, email="b@example.com")
    again.desk.do.fault("X10", **where)
    again.settle(20)
    assert status_of(again) == "broken"
    asked = len(again.desk.do.requests())
    again.settle(20)
    assert len(again.desk.do.requests()) == asked, "a desk that refuses our key is not called again and again"
    again.desk.do.clear_faults()
    set_status(again, "active")
    again.settle(120)
    answered_once(again, ticket)
    assert again.desk.do.once(int(later)) == 1


def test_a_paused_desk_keeps_its_rows_and_is_not_called(again: House) -> None:
    ticket = decided(again)
    waiting = again.write(BOOTS, email="b@example.com")
    set_status(again, "paused")
    asked = len(again.desk.do.requests())
    again.settle(30)
    assert len(again.desk.do.requests()) == asked
    assert again.replies(ticket) == again.replies(waiting) == []
    set_status(again, "active")
    again.settle(30)
    answered_once(again, ticket)
    assert again.desk.do.once(int(waiting)) == 1
