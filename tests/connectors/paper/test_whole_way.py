"""A desk that nobody but its folder and one line knows of: connected, answered, handed off and polled like
any other."""
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.store import ledger as ledger_store
from app.store.database import DEFAULT_TENANT
from connectors import registry
from demo.scenes import HELP_CENTRE
from tests.connectors.benches import KINDS
from tests.connectors.paper.bench import settings
from tests.connectors.paper.sandbox import SandboxPaper
from tests.flow.house import House, open_house
from workers.desks.connect import connect

DESK = "notes"
ASKED = "May I return unworn shoes within 30 days of delivery?"


@pytest.fixture
def house(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setitem(registry.CONNECTORS, "paper", KINDS["paper"])
    with open_house(sqlite_url, tmp_path, HELP_CENTRE) as opened:
        yield opened


@pytest.fixture
def desk(house: House) -> Iterator[SandboxPaper]:
    with SandboxPaper(house.clock, ()) as sandbox:
        assert connect(
            house.work,
            DEFAULT_TENANT,
            DESK,
            "paper",
            "Notes",
            settings(sandbox),
            sandbox.url,
            house.url,
            lambda step: None,
        )
        house.clock.advance(3)  # the web process learns of the new desk's secret within two seconds
        yield sandbox


def verdicts(house: House, ticket: int) -> list[str]:
    with house.db.read() as tx:
        return [
            r.verdict
            for r in ledger_store.of_ticket(tx, DEFAULT_TENANT, DESK, str(ticket))
            if r.kind == "verdict"
        ]


def test_a_question_and_then_a_wish_for_a_person_go_their_whole_way(house: House, desk: SandboxPaper) -> None:
    ticket = desk.do.customer_ticket("Maya Lind", "maya@example.com", "Returning shoes", ASKED)
    assert desk.do.deliveries.wait_idle(10)
    house.settle(200)
    assert len(desk.do.public_replies(ticket)) == 1
    desk.do.customer_comment(ticket, "Please let me speak to a person.")
    assert desk.do.deliveries.wait_idle(10)
    house.settle(200)
    assert verdicts(house, ticket)[-1] == "handoff"
    assert len(desk.do.notes(ticket)) >= 1
    assert len(desk.do.public_replies(ticket)) == 2
    assert desk.do.invocations()[-1]["status"] == "success"


def test_a_ticket_whose_delivery_got_lost_is_found_by_the_poll(house: House, desk: SandboxPaper) -> None:
    house.poll()
    desk.do.drop_deliveries()
    ticket = desk.do.customer_ticket(
        "Maya Lind", "maya@example.com", "Help", "Please let me speak to a person."
    )
    house.poll()
    house.settle(200)
    assert verdicts(house, ticket) == ["handoff"]
    assert len(desk.do.public_replies(ticket)) == 1
