"""Dead letters replayed at the desk: what never arrived arrives once, what had arrived is found, and a second
round adds nothing."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import update

from app import replays
from app.core.sending.states import MAX_SENDS
from app.store.database import DEFAULT_TENANT
from app.store.queues import dead_letters
from app.store.tables import inbox, outbox
from connectors.freshdesk.sandbox import SandboxFreshdesk
from tests.flow.faulty import PERSON, PUT, RETURN
from tests.flow.house import DESK, House
from workers.desks.connect import connect
from workers.sending.deliver import deliver_one

FRESH = "accounts"


@dataclass
class Place:
    """One desk of the house, of either vendor, in words they share."""

    house: House
    desk: Any
    id: str
    write_path: dict[str, str]
    author: str

    def write(self, text: str, email: str) -> str:
        ticket = str(
            self.desk.do.customer_ticket(name="Maya Okonkwo", email=email, subject="A question", text=text)
        )
        assert self.desk.deliveries.wait_idle(10)
        return ticket

    def replies(self, ticket: str) -> list[dict[str, Any]]:
        return [
            r for r in self.desk.do.public_replies(int(ticket)) if r[self.author] == self.desk.assistant.id
        ]

    def everything(self, tickets: list[str]) -> dict[str, tuple[int, int]]:
        return {
            ticket: (len(self.replies(ticket)), len(self.desk.do.notes(int(ticket)))) for ticket in tickets
        }

    def letters(self) -> list[dead_letters.Letter]:
        with self.house.db.read() as tx:
            return dead_letters.page(tx, DEFAULT_TENANT, None, 100)[0]

    def replay_all(self) -> int:
        return replays.replay_all(
            self.house.db, DEFAULT_TENANT, "test", self.house.keys, self.house.clock, self.house.work.new_id
        )

    def states(self, ticket: str) -> list[tuple[str, str]]:
        rows = sorted(
            (r for r in self.house.rows() if r.ticket == ticket and r.desk == self.id),
            key=lambda r: (r.created_at, r.place),
        )
        return [(r.purpose, r.state) for r in rows]


@pytest.fixture(params=["zendesk", "freshdesk"])
def place(request: pytest.FixtureRequest, house: House) -> Iterator[Place]:
    if request.param == "zendesk":
        yield Place(house, house.desk, DESK, PUT, "author_id")
        return
    with SandboxFreshdesk(None, seed=13, clock=house.clock, account="larkfield-accounts") as desk:
        given = {"subdomain": desk.account, "api_key": desk.api_key}
        assert connect(
            house.work,
            DEFAULT_TENANT,
            FRESH,
            "freshdesk",
            "Accounts",
            given,
            desk.url,
            house.url,
            lambda step: None,
        )
        house.clock.advance(3)
        yield Place(house, desk, FRESH, {"method": "POST", "path": r"/(reply|notes)$"}, "user_id")


def test_replaying_everything_twice_adds_no_reply(place: Place, figures: Callable[..., None]) -> None:
    """Rows of every kind that a person finds on the shelf, among them one that had arrived although nobody
    knew."""
    house = place.house
    answered = [place.write(RETURN, f"a{n}@example.com") for n in range(2)]
    asked = [place.write(PERSON, f"p{n}@example.com") for n in range(2)]
    house.settle(300)
    refused = place.write(RETURN, "refused@example.com")
    place.desk.do.fault("X4", status=400, **place.write_path)
    house.settle(300, step=5)
    tickets = [*answered, *asked, refused]
    # As if each had been given up: what had been sent already, and a delivery that had been decided.
    with house.db.write() as tx:
        mine = outbox.c.ticket.in_(answered + asked) & (outbox.c.desk == place.id)
        tx.execute(
            update(outbox).where(mine).values(state="dead", result="given up by a test", sends=MAX_SENDS)
        )
        tx.execute(
            update(inbox)
            .where(inbox.c.subject_id == answered[0], inbox.c.desk == place.id)
            .values(state="bad", result="by a test")
        )
    before = place.everything(tickets)
    assert all(count[0] == 1 for ticket, count in before.items() if ticket != refused)

    place.house.clock.advance(300)
    assert place.replay_all() >= 6
    house.settle(600, step=5)
    first = place.everything(tickets)
    assert {t: first[t] for t in tickets if t != refused} == {
        t: before[t] for t in tickets if t != refused
    }, "found, not sent again"
    assert first[refused][0] <= 1
    assert all(state == "sent" for ticket in (*answered, *asked) for _, state in place.states(ticket))

    again = place.replay_all()
    house.settle(600, step=5)
    second = place.everything(tickets)
    extra = sum(second[t][0] - first[t][0] for t in tickets)
    figures("dead_letters", "replies_after_second_replay", extra, len(tickets), replayed_again=again)
    assert second == first
    assert place.desk.do.failures() == []


def test_what_never_arrived_arrives_once_when_it_is_replayed(place: Place) -> None:
    house = place.house
    ticket = place.write(PERSON, "maya@example.com")
    # Six calls fall into the void, and so does everything after them until the desk is well again.
    place.desk.do.fault("X4", count=50, **place.write_path)
    house.settle(6000, step=20)
    assert place.replies(ticket) == [] and place.desk.do.notes(int(ticket)) == []
    place.desk.do.clear_faults()
    letters = [one for one in place.letters() if one.ticket == ticket]
    assert {"note", "handoff_notice"} <= {one.what for one in letters}
    assert all("calls without an answer" in one.why and one.state == "dead" for one in letters)

    place.replay_all()
    house.settle(900, step=5)
    [reply] = place.replies(ticket)
    assert "person" in (reply.get("plain_body") or reply.get("body_text"))
    notes = len(place.desk.do.notes(int(ticket)))
    assert notes >= 1
    assert [one for one in place.letters() if one.ticket == ticket] == []
    place.replay_all()
    house.settle(300, step=5)
    assert (len(place.replies(ticket)), len(place.desk.do.notes(int(ticket)))) == (1, notes)


def test_a_dead_answer_is_not_sent_after_a_person_has_spoken(place: Place) -> None:
    house = place.house
    ticket = place.write(RETURN, "maya@example.com")
    place.desk.do.fault("X4", status=400, **place.write_path)
    house.settle(300, step=5)
    place.desk.do.agent_reply(int(ticket), "Hello, I have this one.")
    before = len(place.replies(ticket))
    house.clock.advance(300)
    place.replay_all()
    house.settle(900, step=5)
    assert len(place.replies(ticket)) == before
    assert ("answer", "stale") in place.states(ticket)


def test_two_people_who_replay_at_once_replay_once(house_on_both: House) -> None:
    house = house_on_both
    place = Place(house, house.desk, DESK, PUT, "author_id")
    ticket = place.write(RETURN, "maya@example.com")
    place.desk.do.fault("X4", status=400, **PUT)
    house.settle(300, step=5)
    [letter] = place.letters()
    done = [
        replays.replay(house.db, DEFAULT_TENANT, letter.id, who, house.keys, house.clock(), house.work.new_id)
        for who in ("a", "b")
    ]
    assert [one is not None for one in done] == [True, False]
    house.settle(600, step=5)
    assert not deliver_one(house.work)
    assert len(place.replies(ticket)) == 1
