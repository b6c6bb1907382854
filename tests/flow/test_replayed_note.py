"""The note of a hand-off, replayed when the customer may have been told of people already: people keep the
ticket."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from app import replays
from app.store.database import DEFAULT_TENANT
from app.store.queues import dead_letters
from app.store.tables import inbox
from tests.flow.desks import Side, freshdesk_side, zendesk_side
from tests.flow.faulty import BOOTS, PERSON, PUT, RETURN, rows_of
from tests.flow.house import open_house
from workers.desks.connect import connect
from workers.sending.deliver import deliver_one

WRITES = {"zendesk": PUT, "freshdesk": {"method": "POST", "path": r"/(reply|notes)$"}}
GROUP = "Repairs"


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory, pages: Path, embedder: Any) -> Iterator[dict[str, Side]]:
    var = tmp_path_factory.mktemp("replayed_note")
    with (
        open_house(f"sqlite:///{var}/candor.db", var, pages, embedder) as house,
        freshdesk_side(house) as fresh,
    ):
        # A group that assigns by itself: what it does is a change, and nobody's act.
        fresh.desk.state.find_group(GROUP).auto_ticket_assign = True
        assert connect(house.work, DEFAULT_TENANT, fresh.id, "freshdesk", "Accounts", {}, fresh.desk.url,
                       house.url, lambda step: None)
        house.clock.advance(3)
        house.settle()
        yield {"zendesk": zendesk_side(house), "freshdesk": fresh}


@pytest.fixture(params=["zendesk", "freshdesk"])
def side(request: pytest.FixtureRequest, desks: dict[str, Side]) -> Side:
    return desks[request.param]


def _unknown(side: Side, ticket: str) -> None:
    side.desk.do.fault("X4", count=1, **WRITES[side.kind])
    _until(side, ticket, "unknown")


def _sent(side: Side, ticket: str) -> None:
    _until(side, ticket, "sent")


def _until(side: Side, ticket: str, state: str) -> None:
    for _ in range(10):
        deliver_one(side.house.work)
        if _states(side, ticket)[1] == state:
            return
        side.house.clock.advance(1)
    raise AssertionError(_states(side, ticket))


NOTICES: dict[str, Callable[[Side, str], None]] = {"may have left": _unknown, "has left": _sent}


@pytest.mark.parametrize("notice", NOTICES)
def test_a_replayed_note_that_is_overtaken_takes_no_hand_off_back_whose_notice_stands(
    side: Side, notice: str
) -> None:
    house = side.house
    ticket = side.write(PERSON, email=f"{house.work.new_id()}@example.com")
    house.clock.advance(3)
    while not _states(side, ticket):
        assert house.process_only()
    side.desk.do.fault("X4", status=400, count=1, **WRITES[side.kind])
    while _states(side, ticket)[0] != "failed":
        assert deliver_one(house.work)
    NOTICES[notice](side, ticket)
    _replay_note(side, ticket)
    house.clock.advance(2)
    if side.kind == "zendesk":
        side.reply(ticket, BOOTS)
    else:
        group = side.desk.state.find_group(GROUP)
        agent = next(p.id for p in side.desk.state.agents() if p.id != side.desk.assistant.id)
        side.desk.do.agent_update(int(ticket), group_id=group.id, responder_id=agent)
    side.delivered()
    while _states(side, ticket)[0] != "stale":
        house.clock.advance(5)
        house.drain()
    assert side.owner(ticket) == "people"
    _slow_act(side, ticket)
    _later(side)
    assert _states(side, ticket)[:2] == ["stale", "sent"]
    side.reply(ticket, RETURN)
    _later(side)
    [told] = side.replies(ticket)
    assert "You are in a person's queue" in told and side.owner(ticket) == "people"


def _replay_note(side: Side, ticket: str) -> None:
    house = side.house
    with house.db.read() as tx:
        letters = dead_letters.page(tx, DEFAULT_TENANT, None, 100)[0]
    [note] = [one for one in letters if one.ticket == ticket and one.what == "note"]
    assert replays.replay(
        house.db, DEFAULT_TENANT, note.id, "test", house.keys, house.clock(), house.work.new_id
    )


def _slow_act(side: Side, ticket: str) -> None:
    """What tells agents otherwise of the lost note comes after the customer's message: its worker died with
    it."""
    acts = (inbox.c.subject_id == ticket) & (inbox.c.kind == "act") & (inbox.c.desk == side.id)
    with side.house.db.write() as tx:
        tx.execute(update(inbox).where(acts).values(next_at=side.house.clock() + 120_000_000))


def _rows(side: Side, ticket: str) -> list[Any]:
    return [r for r in rows_of(side.house, ticket) if r.desk == side.id]


def _states(side: Side, ticket: str) -> list[str]:
    return [r.state for r in _rows(side, ticket)]


def _later(side: Side) -> None:
    side.delivered()
    side.house.settle(900, step=10)
    side.house.poll()
    side.house.settle(300, step=10)
