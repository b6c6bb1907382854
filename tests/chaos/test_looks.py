"""When we last looked, by the desk's record: the same worker's look alone, and the one that shows the act."""
from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.chaos.looks import CALLER, looked, name_the_caller
from tests.chaos.people import Said

REPLY = Said("assistant", True, "words", 9_000_000, "7F3K-2Q")


def _call(
    at_us: int, method: str, path: str, caller: str = "a", status: int = 200, body: str = ""
) -> Any:
    made = {"at_us": at_us, "method": method, "path": path, "status": status, "body": body}
    return {**made, "headers": {CALLER.title(): caller}}


def _sent(at_us: int, caller: str = "a", marker: str = "7F3K-2Q") -> Any:
    return _call(at_us, "POST", "/api/v2/tickets/7/reply", caller, 201, f"<p>Ref {marker}</p>")


def _look(*seen: Any, kind: str = "assign", ticket: int = 7) -> int | None:
    return looked(seen, ticket)(REPLY, kind)


TICKET, TALK = "/api/v2/tickets/7", "/api/v2/tickets/7/conversations"


@pytest.mark.parametrize(("kind", "at"), [("assign", 1), ("solve", 1), ("next_step", 1), ("reply", 2)])
def test_the_ticket_shows_everything_and_its_conversations_a_reply_alone(kind: str, at: int) -> None:
    assert _look(_call(1, "GET", TICKET), _call(2, "GET", TALK), _sent(3), kind=kind) == at


def test_another_workers_look_and_one_that_failed_or_came_later_are_none_of_the_senders() -> None:
    failed = _call(3, "GET", TICKET, status=503)
    seen = [_call(1, "GET", TICKET), _call(2, "GET", TICKET, "b"), failed, _sent(4)]
    assert _look(*seen, _call(5, "GET", TICKET)) == 1
    assert _look(_call(2, "GET", TICKET, "b"), _sent(4)) is None


def test_another_tickets_look_and_other_calls_do_not_count() -> None:
    other = [_call(1, "GET", "/api/v2/tickets/77"), _call(1, "GET", "/api/v2/tickets/7/time_entries")]
    assert _look(*other, _sent(4)) is None


def test_the_call_that_was_committed_counts_and_not_an_earlier_or_a_later_one() -> None:
    seen = [_call(1, "GET", TICKET), _sent(2), _call(3, "GET", TICKET, "b"), _sent(4, "b")]
    assert _look(*seen, _call(20_000_000, "GET", TICKET, "c"), _sent(20_000_001, "c")) == 3


def test_a_reply_whose_call_is_not_in_the_record_was_not_looked_for() -> None:
    assert _look(_call(1, "GET", TICKET), _sent(2, marker="AAAA-BB")) is None


def test_each_prepared_request_names_its_caller() -> None:
    class Session(requests.Session):
        pass

    name_the_caller(Session)
    made = Session().prepare_request(requests.Request("GET", "https://example.com/"))
    assert made.headers[CALLER].count(".") == 1
    assert CALLER not in requests.Session().prepare_request(requests.Request("GET", "https://a.org")).headers
