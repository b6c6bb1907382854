"""A debug run over the whole way of a ticket: each call to the desk is a line, and no line holds a word or a
key of anybody."""
from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

import pytest
from structlog.testing import capture_logs

from app.store import desks as desk_store
from tests.flow.desks import Side, freshdesk_side, zendesk_side
from tests.flow.house import House

# No word of it is a word of ours: what is found of it in the log came from the customer.
TEXT = "Xylophonic Quibblesnark: may I return unworn wellingtons, order Zebra-4711? Call 0049 170 5559012."
PERSON = "Quibblesnark again! Get me a human being, please: jezebel.quibble@example.com"
WORDS = ("Xylophonic", "Quibblesnark", "wellingtons", "Zebra", "5559012", "jezebel", "Jezebel", "human being")
LINE = {"event", "log_level", "host", "method", "path", "status", "request_id", "ms"}


@contextmanager
def side_of(kind: str, house: House) -> Iterator[Side]:
    with nullcontext(zendesk_side(house)) if kind == "zendesk" else freshdesk_side(house) as side:
        yield side


@pytest.mark.parametrize("kind", ["zendesk", "freshdesk"])
def test_every_call_is_a_line_and_no_line_holds_a_word_or_a_key(
    house: House, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    with capture_logs() as lines, side_of(kind, house) as side:
        before = len(side.desk.do.requests())
        called = len(_calls(lines))
        ticket = side.write(
            TEXT,
            subject="Quibblesnark's wellingtons",
            name="Jezebel Quibblesnark",
            email="jezebel.quibble@example.com",
        )
        house.settle(200)
        side.reply(ticket, PERSON)
        house.settle(200)
        house.poll()
        house.drain()
        assert side.owner(ticket) == "people" and side.replies(ticket), "the flow went its whole way"
        asked = side.desk.do.requests()[before:]
    calls = [line for line in _calls(lines)[called:] if kind in line["host"]]
    assert sorted((c["method"], c["path"].removesuffix(".json")) for c in calls) == sorted(
        (r["method"], r["path"]) for r in asked
    )
    assert all(set(call) == LINE and call["log_level"] == "debug" for call in calls)
    assert {str(call["status"])[0] for call in calls} == {"2"}
    assert not re.search(r"\?|%", " ".join(call["path"] for call in calls))
    # The worker's and the web's own lines too; a warning of a library would be printed as it is.
    said = str(lines) + "".join(r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING)
    secrets = [side.desk.token if kind == "zendesk" else side.desk.api_key, *_kept_secrets(house)]
    assert [word for word in (*WORDS, *secrets) if word in said] == []


def _calls(lines: Sequence[Any]) -> list[Any]:
    return [line for line in lines if line["event"] == "desk call"]


def _kept_secrets(house: House) -> list[str]:
    with house.db.read() as tx:
        return [secret for desk in desk_store.all_desks(tx, house.keys) for secret in desk.secrets]
