"""A backup that is restored: what was sent after it was made is found at the desk, and sent to nobody again;
and two installations that are alive on one desk."""
from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url, select

from app.store.database import DEFAULT_TENANT
from app.store.tables import metadata, outbox
from app.web.company import company_of
from app.web.console.banners import banners
from tests.figures import Figures
from tests.flow.desks import Side, freshdesk_side, zendesk_side
from tests.flow.faulty import PERSON, RETURN
from tests.flow.house import House
from workers.deciding.process import process_one
from workers.sending.deliver import deliver_one

Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture(params=["zendesk", "freshdesk"])
def side(request: pytest.FixtureRequest, house_on_both: House) -> Iterator[Side]:
    if request.param == "zendesk":
        yield zendesk_side(house_on_both)
        return
    with freshdesk_side(house_on_both) as fresh:
        yield fresh


def backup(house: House) -> Rows:
    """All rows of the database at one moment."""
    with house.db.read() as tx:
        return {
            table.name: [dict(row) for row in tx.execute(select(table)).mappings()]
            for table in metadata.sorted_tables
        }


def restore(house: House, saved: Rows) -> None:
    """The database is what it was at the backup: what came since is gone, in every table."""
    with house.db.write() as tx:
        for table in reversed(metadata.sorted_tables):
            tx.execute(table.delete())
        for table in metadata.sorted_tables:
            if saved[table.name]:
                tx.execute(table.insert(), saved[table.name])


def somebody(side: Side) -> str:
    return f"{side.house.work.new_id()}@example.com"


def answered(side: Side) -> str:
    return side.write(RETURN, email=somebody(side))


def handed_off(side: Side) -> str:
    return side.write(PERSON, email=somebody(side))


def run(side: Side) -> None:
    """The customers' tickets come up again by the poll, their deliveries being long gone."""
    for _ in range(3):
        side.house.poll()
        side.house.settle(300)


def sent_twice(side: Side, tickets: list[str]) -> int:
    """Replies and notes beyond the first of the same words in one ticket."""
    texts = [Counter([*side.replies(t), *side.notes(t)]) for t in tickets]
    more = [max(0, len(side.replies(t)) - 1) + max(0, len(side.notes(t)) - 1) for t in tickets]
    return sum(more) + sum(n - 1 for words in texts for n in words.values() if n > 1)


def warned(house: House) -> list[str]:
    with house.db.read() as tx:
        company = company_of(tx, DEFAULT_TENANT)
        found = banners(tx, DEFAULT_TENANT, company, house.clock())
    return [b.text for b in found if "knows nothing of" in b.text]


def nothing(side: Side) -> None:
    """The backup was made before the tickets came in."""


def taken(side: Side) -> None:
    side.house.clock.advance(3)


def composed(side: Side) -> None:
    side.house.clock.advance(3)
    while process_one(side.house.work):
        pass


def half_sent(side: Side) -> None:
    """One row of each plan is out."""
    composed(side)
    for _ in range(2):
        deliver_one(side.house.work)


def held_by_a_worker(side: Side) -> None:
    """Claimed rows and leased tickets stand in the backup; who held them is gone with the database."""
    composed(side)
    now = side.house.clock()
    with side.house.db.write() as tx:
        tx.execute(outbox.update().where(outbox.c.state == "ready", outbox.c.place == 0).values(
            state="sending", sends=1, attempts=1, fence=outbox.c.fence + 1, attempt_at=now,
            lease_until=now + 35_000_000))  # fmt: skip


MOMENTS: tuple[Callable[[Side], None], ...] = (taken, composed, half_sent, held_by_a_worker)


@pytest.mark.parametrize("moment", MOMENTS)
def test_what_was_sent_after_the_backup_is_found_and_not_sent_again(
    side: Side, moment: Callable[[Side], None], figures: Figures
) -> None:
    house = side.house
    tickets = [answered(side), handed_off(side), answered(side)]
    moment(side)
    saved = backup(house)
    house.settle(400)
    before = [(side.replies(t), side.notes(t)) for t in tickets]
    assert all(len(replies) == 1 for replies, _ in before)
    house.clock.advance(3600)
    restore(house, saved)
    run(side)
    twice = sent_twice(side, tickets)
    figures(
        "test",
        "restored_backup_sent_twice",
        twice,
        len(tickets),
        unit="messages",
        bar="0",
        desk=side.kind,
        database=house.db.engine.dialect.name,
        moment=moment.__name__,
    )
    assert twice == 0
    assert [(side.replies(t), side.notes(t)) for t in tickets] == before
    assert side.owner(tickets[1]) == "people"


def test_a_backup_from_before_the_tickets_ends_their_turns_and_the_next_question_is_answered(
    side: Side,
) -> None:
    house = side.house
    house.poll()
    saved = backup(house)
    tickets = [answered(side), handed_off(side)]
    house.settle(400)
    restore(house, saved)
    run(side)
    assert sent_twice(side, tickets) == 0
    assert side.verdicts(tickets[0]) == ["stay_quiet"] and side.owner(tickets[0]) == "assistant"
    assert side.owner(tickets[1]) == "people", "it was handed off before"
    assert len(warned(house)) == 1
    side.reply(tickets[0], "Thank you. And how do I wax leather boots properly?")
    side.reply(tickets[1], "And how do I wax leather boots properly?")
    house.settle(200)
    assert len(side.replies(tickets[0])) == 2, "a new message is a new turn"
    assert len(side.replies(tickets[1])) == 1, "people have it"


def test_a_button_pressed_after_the_restore_is_heard(house: House) -> None:
    ticket = house.write(RETURN, email="maya@example.com")
    house.clock.advance(3)
    composed(zendesk_side(house))
    saved = backup(house)
    house.settle(200)
    restore(house, saved)
    run(zendesk_side(house))
    house.press_person_button(ticket)
    house.settle(200)
    assert len(house.replies(ticket)) == 2 and house.owner(ticket) == "people"


def test_the_database_file_itself_is_put_back(house: House, tmp_path: Path) -> None:
    """As an operator does it: the file's copy by SQLite's own backup, restored over the file."""
    side = zendesk_side(house)
    path = make_url(house.db.url).database
    assert path is not None
    tickets = [answered(side), handed_off(side)]
    composed(side)
    _copy(path, tmp_path / "backup.db")
    house.settle(300)
    house.clock.advance(3600)
    _copy(str(tmp_path / "backup.db"), path)
    run(side)
    assert sent_twice(side, tickets) == 0 and all(len(side.replies(t)) == 1 for t in tickets)


def _copy(source: str, target: Path | str) -> None:
    with sqlite3.connect(source) as old, sqlite3.connect(target) as new:
        old.backup(new)
    old.close()
    new.close()
