"""A page that was withdrawn is not quoted, also when no event and no sync has told us: a copy older than
twenty minutes is asked for before the reply, and a reply waits ten minutes at most for a source that does
not answer."""
from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from app.store import articles, desks, sources
from app.store.database import DEFAULT_TENANT
from app.store.sources import SourceRow
from app.store.tables import ledger
from app.web.company import company_of
from app.web.console.banners import banners
from tests.flow.desks import Side, freshdesk_side, zendesk_side
from tests.flow.house import House
from workers.desks.poll import poll_due

MINUTE = 60
HOURS = 6 * 3600
STORAGE = "<p>We store winter tyres of cargo bikes in our cellar for 45 euros per season.</p>"
TYRES = "Do you store winter tyres of cargo bikes, and what does it cost per season?"
SAID = "45 euros per season"
PAGE = r"/(help_center|solutions)/articles/\d+"


@pytest.fixture(params=["zendesk", "freshdesk"])
def side(request: pytest.FixtureRequest, house: House) -> Iterator[Side]:
    """A desk whose own help centre holds one page more, which was read just now."""
    if request.param == "zendesk":
        yield _with_page(zendesk_side(house))
        return
    with freshdesk_side(house) as fresh:
        yield _with_page(fresh)


def _with_page(side: Side) -> Side:
    put(side)
    side.house.settle()
    side.house.sync()
    return side


def put(side: Side, html: str = STORAGE, **more: Any) -> None:
    """Its event is lost."""
    side.desk.do.drop_deliveries(1)
    side.desk.do.put_article(id="tyres", title="Storing winter tyres of cargo bikes", html=html, **more)
    side.delivered()
    side.desk.do.drop_deliveries(0)


def deleted(side: Side) -> None:
    side.desk.do.drop_deliveries(1)
    side.desk.do.delete_article("tyres")
    side.delivered()
    side.desk.do.drop_deliveries(0)


def asked(side: Side) -> int:
    return len(side.desk.do.requests("GET", PAGE))


def hand_offs(side: Side, ticket: str) -> list[str]:
    rows = [r for r in side.house.rows(ledger) if (r.desk, r.ticket) == (side.id, ticket)]
    return [r.reason for r in rows if r.kind == "verdict" and r.verdict == "handoff"]


def ask(side: Side) -> str:
    ticket = side.write(TYRES, "Winter tyres", email=f"{side.house.work.new_id()}@example.com")
    side.house.settle(200)
    return ticket


WITHDRAWN: tuple[Callable[[Side], None], ...] = (
    deleted,
    lambda side: put(side, draft=True),
    lambda side: put(side, public=False),
    lambda side: put(side, "<p>We do not store tyres of cargo bikes any more. Ask your dealer.</p>"),
)


@pytest.mark.parametrize("withdraw", WITHDRAWN, ids=["deleted", "draft", "for agents", "changed"])
def test_a_page_that_was_withdrawn_hours_ago_is_not_quoted_though_nothing_told_of_it(
    side: Side, withdraw: Callable[[Side], None]
) -> None:
    withdraw(side)
    side.house.clock.advance(HOURS)
    ticket = ask(side)
    assert side.verdicts(ticket) and all(SAID not in said for said in side.replies(ticket))
    assert all(SAID not in note for note in side.notes(ticket))


def test_a_page_that_is_still_there_is_quoted_after_one_question_and_not_asked_for_again(side: Side) -> None:
    first = ask(side)
    assert asked(side) == 0, "the copy was read just now"
    side.house.clock.advance(HOURS)
    second, before = ask(side), asked(side)
    side.house.clock.advance(10 * MINUTE)
    third = ask(side)
    assert before == 1 and asked(side) == 1
    assert all(SAID in side.replies(t)[0] for t in (first, second, third))


def test_a_page_that_was_changed_is_quoted_as_it_is_now(side: Side) -> None:
    put(side, STORAGE.replace("45", "60"))
    side.house.clock.advance(HOURS)
    [reply] = side.replies(ask(side))
    assert "60 euros per season" in reply


def test_while_the_help_centre_does_not_answer_the_reply_waits_ten_minutes_and_then_people_get_it(
    side: Side,
) -> None:
    house = side.house
    house.clock.advance(HOURS)
    side.desk.do.fault("X4", path=PAGE, count=10_000)
    ticket = side.write(TYRES, "Winter tyres")
    house.settle(9 * MINUTE)
    assert side.replies(ticket) == [] and hand_offs(side, ticket) == []
    house.settle(4 * MINUTE)
    assert hand_offs(side, ticket) == ["failed"] and side.owner(ticket) == "people"
    assert all(SAID not in said for said in (*side.replies(ticket), *side.notes(ticket)))
    [note] = side.notes(ticket)
    assert "could not be asked for ten minutes" in note
    [notice] = side.replies(ticket)
    assert "Something went wrong on our side" in notice
    assert [r.state for r in house.rows() if r.purpose == "answer"][-1] == "failed"


def test_a_help_centre_that_is_back_within_ten_minutes_costs_nobody_the_answer(side: Side) -> None:
    house = side.house
    house.clock.advance(HOURS)
    side.desk.do.fault("X4", path=PAGE, count=3)
    ticket = side.write(TYRES, "Winter tyres")
    house.settle(9 * MINUTE)
    [reply] = side.replies(ticket)
    assert SAID in reply and hand_offs(side, ticket) == []


@pytest.fixture
def folder(house: House, tmp_path: Path) -> Path:
    place = tmp_path / "more_pages"
    place.mkdir()
    (place / "tyres.md").write_text(f"# Storing winter tyres of cargo bikes\n\n{STORAGE[3:-4]}\n")
    with house.db.write() as tx:
        row = SourceRow("more", "folder", None, str(place), None)
        sources.add(tx, DEFAULT_TENANT, row, house.clock())
    house.sync()
    return place


@pytest.mark.parametrize("kind", ["zendesk", "freshdesk"])
def test_what_is_gone_from_a_folder_is_not_quoted_and_a_folder_that_is_gone_sends_to_people(
    kind: str, house: House, folder: Path
) -> None:
    if kind == "freshdesk":
        with freshdesk_side(house) as fresh:
            _folder(fresh, folder)
    else:
        _folder(zendesk_side(house), folder)


def _folder(side: Side, folder: Path) -> None:
    side.house.clock.advance(HOURS)
    [reply] = side.replies(ask(side))
    assert SAID in reply, "its file is there"
    side.house.clock.advance(HOURS)
    shutil.move(folder, folder.with_name("elsewhere"))
    ticket = side.write(TYRES, "Winter tyres", email="somebody@example.com")
    side.house.settle(13 * MINUTE)
    assert hand_offs(side, ticket) == ["failed"] and all(SAID not in r for r in side.replies(ticket))
    shutil.move(folder.with_name("elsewhere"), folder)
    (folder / "tyres.md").unlink()
    side.house.clock.advance(HOURS)
    ticket = side.write(TYRES, "Winter tyres", email="other@example.com")
    side.house.settle(200)
    assert side.verdicts(ticket) and all(SAID not in r for r in side.replies(ticket))


def _pause(side: Side, status: str) -> None:
    with side.house.db.write() as tx:
        desks.set_status(tx, DEFAULT_TENANT, side.id, status, None)


def test_folders_are_read_while_every_desk_is_paused(house: House, folder: Path) -> None:
    _pause(zendesk_side(house), "paused")
    (folder / "tyres.md").unlink()
    house.clock.advance(HOURS)
    poll_due(house.work)
    house.drain()
    with house.db.read() as tx:
        known = articles.known(tx, DEFAULT_TENANT, "more")
        read = {row.id: row.synced_at for row in sources.every(tx, DEFAULT_TENANT)}
    assert known["tyres"].gone and set(read.values()) == {house.clock()}


def test_the_page_of_a_paused_desk_is_asked_for_before_another_desk_quotes_it(house: House) -> None:
    with freshdesk_side(house) as fresh:
        other = _with_page(fresh)
        _pause(other, "paused")
        deleted(other)
        house.clock.advance(HOURS)
        zendesk = zendesk_side(house)
        ticket = ask(zendesk)
        assert zendesk.verdicts(ticket) and all(SAID not in r for r in zendesk.replies(ticket))
        assert asked(other) >= 1


def test_an_overdue_sync_stands_above_every_page_and_in_the_metrics(house: House, folder: Path) -> None:
    def told() -> list[str]:
        with house.db.read() as tx:
            company = company_of(tx, DEFAULT_TENANT)
            found = banners(tx, DEFAULT_TENANT, company, house.clock())
        return [b.text for b in found if "was not read since" in b.text]

    def metrics() -> list[str]:
        lines = requests.get(f"{house.url}/metrics", timeout=5).text.splitlines()
        return [line for line in lines if line.startswith("candor_source")]

    assert told() == [] and metrics()[0] == 'candor_sources_overdue{tenant="default"} 0.0'
    house.clock.advance(31 * MINUTE)
    assert len(told()) == 2 and str(folder) in told()[1]
    assert metrics() == [
        'candor_sources_overdue{tenant="default"} 2.0',
        'candor_source_oldest_reading_seconds{tenant="default"} 1860.0',
    ]
    house.sync()
    assert told() == []
