"""Two installations that are alive on one desk, each with its own database: no customer is answered twice
where the desk refuses a stale write, or where one looks after the other has written; and both admins are
told."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from app.store import policies, sources, two_bots
from app.store.database import DEFAULT_TENANT, Database
from app.store.sources import SourceRow
from connectors.registry import connector
from demo.policy import demo_policy
from demo.scenes import HELP_CENTRE
from tests.flow.desks import Side, freshdesk_side, zendesk_side
from tests.flow.faulty import PERSON, RETURN
from tests.flow.house import House
from workers.deciding.process import process_one
from workers.desks.connect import connect
from workers.desks.poll import poll_due
from workers.jobs import job_one
from workers.knowledge.run import Finder, sync_all
from workers.running.first_start import prepare
from workers.sending.deliver import deliver_one
from workers.work import Work

SECOND = "the-second"
FIRST_WRITE = ("PUT", r"/tickets/\d+$")  # after the last look


@dataclass
class Two:
    """The house's own installation, and another one on the same desk under its own name for it."""

    side: Side
    first: Work
    second: Work

    def both_poll(self) -> None:
        self.side.house.clock.advance(130)
        for work in (self.first, self.second):
            poll_due(work)

    def both_warned(self) -> tuple[bool, bool]:
        found = []
        for work, desk in ((self.first, self.side.id), (self.second, SECOND)):
            with work.db.read() as tx:
                found.append(two_bots.our_words_in(tx, desk, work.clock()) is not None)
        return found[0], found[1]


@pytest.fixture(params=["zendesk", "freshdesk"])
def two(request: pytest.FixtureRequest, house: House, tmp_path: Path, embedder: Any) -> Iterator[Two]:
    if request.param == "zendesk":
        yield _beside(zendesk_side(house), tmp_path, embedder)
        return
    with freshdesk_side(house) as fresh:
        yield _beside(fresh, tmp_path, embedder)


def _beside(side: Side, var: Path, embedder: Any) -> Two:
    house = side.house
    db = Database(f"sqlite:///{var}/second.db")
    prepare(db, house.clock)
    finder = lru_cache(maxsize=None)(
        lambda tenant: Finder(db, tenant, var / "second", embedder, house.settings.model)
    )
    connectors = lru_cache(maxsize=None)(lambda kind: connector(kind, sandbox_desks=True))
    second = replace(house.work, db=db, search=finder, connector=connectors)
    with db.write() as tx:
        policies.add(tx, DEFAULT_TENANT, demo_policy(), "test", "test", house.clock())
    given = {"subdomain": side.desk.account, "one_mail": "yes"}
    if side.kind == "zendesk":
        given |= {"email": side.desk.email, "api_token": side.desk.token}
    else:
        given = {"subdomain": side.desk.account, "api_key": side.desk.api_key}
    hook = "https://second.example.com"
    assert connect(
        second, DEFAULT_TENANT, SECOND, side.kind, "Second", given, side.desk.url, hook, lambda step: None
    )
    sync_all(house.work, DEFAULT_TENANT, lambda text: None)
    _same_pages(second)
    two = Two(side, house.work, second)
    two.both_poll()
    for work in (house.work, second):
        _work_on(work)
    return two


def _same_pages(second: Work) -> None:
    with second.db.write() as tx:
        row = SourceRow("pages", "folder", None, str(HELP_CENTRE), None)
        sources.add(tx, DEFAULT_TENANT, row, second.clock())
    sync_all(second, DEFAULT_TENANT, lambda text: None)


def _decide(work: Work) -> None:
    while process_one(work):
        pass


def _send(work: Work) -> None:
    while deliver_one(work) or job_one(work):
        pass


def _work_on(work: Work) -> None:
    _decide(work)
    _send(work)


def _settle(two: Two, first: Work, then: Work, rounds: int = 8) -> None:
    for _ in range(rounds):
        for work in (first, then):
            _work_on(work)
        two.side.house.clock.advance(5)


def _opened(two: Two, text: str) -> str:
    desk = two.side.desk
    email = f"{two.first.new_id()}@example.com"
    ticket = str(desk.do.customer_ticket(name="Maya", email=email, subject="Shoes", text=text))
    two.both_poll()
    return ticket


def test_whoever_comes_second_finds_the_others_reply_and_both_admins_are_told(two: Two) -> None:
    for text in (RETURN, PERSON):
        for first, then in ((two.first, two.second), (two.second, two.first)):
            ticket = _opened(two, text)
            _settle(two, first, first)
            _settle(two, then, then)
            assert len(two.side.replies(ticket)) == 1, text
            two.both_poll()
            _settle(two, two.first, two.second)
            assert len(two.side.replies(ticket)) == 1, text
    assert two.both_warned() == (True, True)


@pytest.mark.parametrize("text", [RETURN, PERSON])
def test_both_decide_before_either_sends_and_one_reply_goes_out(two: Two, text: str) -> None:
    ticket = _opened(two, text)
    for work in (two.first, two.second):
        _decide(work)
    for _ in range(3):
        _settle(two, two.first, two.second)
        two.both_poll()
    assert len(two.side.replies(ticket)) == 1


def test_within_the_window_alone_a_desk_without_a_fence_takes_both(two: Two) -> None:
    ticket = _opened(two, RETURN)
    for work in (two.first, two.second):
        _decide(work)
    two.side.desk.faults.before(*FIRST_WRITE, lambda: _send(two.second))
    _send(two.first)
    for _ in range(3):
        two.both_poll()
        _settle(two, two.first, two.second)
    replies = len(two.side.replies(ticket))
    assert replies == (1 if two.side.kind == "zendesk" else 2), "the stated window, and no more"
    assert any(two.both_warned())
