"""A topic given to people by hand, through the endpoint of each desk: people from the next ticket on, nobody
left in silence."""
from __future__ import annotations

import json

import pytest

from app.fallback import EVERY, OTHER, Wish, end_fallback, fall_back
from app.store import caps
from app.store import ledger as ledger_store
from app.store.database import DEFAULT_TENANT
from tests.flow.desks import Side

RETURN = "How long do I have to return unworn shoes, and how do I do it?"
WAXING = "How do I wax leather boots properly?"
PERSON = "Can I talk to a real person please?"
CHARGED = "I was charged twice for my return of order LF-20417, €89.00 each."
WHY = "the returns page is wrong"


def give(side: Side, topic: str = "returns", desk: str = EVERY, until: str = "") -> None:
    house, wish = side.house, Wish(topic, desk, WHY, until)
    fall_back(
        house.db, DEFAULT_TENANT, wish, "ana@larkfield.example", house.keys, house.clock(), house.work.new_id
    )


def ask(side: Side, text: str = RETURN, email: str = "maya@example.com") -> str:
    ticket = side.write(text, email=email)
    side.house.settle(200)
    return ticket


def decided(side: Side, ticket: str) -> tuple[str, str]:
    """(verdict, reason/detail) of the ticket's newest entry."""
    with side.house.db.read() as tx:
        newest = [
            r for r in ledger_store.of_ticket(tx, DEFAULT_TENANT, side.id, ticket) if r.kind == "verdict"
        ][-1]
    verdict = json.loads(newest.payload)["verdict"]
    return newest.verdict, f"{verdict.get('reason')}/{verdict.get('detail')}"


def test_the_topic_is_handed_off_with_note_and_notice_and_the_others_are_answered(side: Side) -> None:
    give(side)
    ticket = ask(side)
    assert decided(side, ticket) == ("handoff", "fallback/by_hand")
    [reply], [note] = side.replies(ticket), side.notes(ticket)
    assert (
        "I'm not answering this one myself; a person will." in reply
        and "You are in a person's queue" in reply
    )
    assert "a colleague has given this topic to people for now" in note
    assert side.owner(ticket) == "people"
    assert decided(side, ask(side, WAXING, "bo@example.com"))[0] == "answer"


def test_it_counts_from_the_next_verdict_and_ends_at_its_time(side: Side) -> None:
    before = ask(side)
    give(side, until="2h")
    side.reply(before, "And how long does the refund take to reach my card?")
    side.house.settle(200)
    assert decided(side, before) == ("handoff", "fallback/by_hand")
    side.house.clock.advance(2 * 3600)
    assert decided(side, ask(side, email="bo@example.com"))[0] == "answer"


def test_lifted_the_assistant_answers_again(side: Side) -> None:
    house = side.house
    give(side, EVERY)
    assert decided(side, ask(side))[1] == "fallback/by_hand"
    assert end_fallback(
        house.db, DEFAULT_TENANT, EVERY, EVERY, "ana", house.keys, house.clock(), house.work.new_id
    )
    assert decided(side, ask(side, email="bo@example.com"))[0] == "answer"


def test_another_desks_fallback_is_not_this_ones(side: Side) -> None:
    with side.house.db.write() as tx:
        caps.set_cap(
            tx,
            DEFAULT_TENANT,
            "a desk beside",
            EVERY,
            caps.FALLBACK,
            WHY,
            "ana",
            None,
            side.house.clock(),
            "cap-1",
        )
    assert decided(side, ask(side))[0] == "answer"
    give(side, desk=side.id)
    assert decided(side, ask(side, email="bo@example.com"))[1] == "fallback/by_hand"


def test_what_fits_no_topic_is_a_topic_too(side: Side) -> None:
    give(side, OTHER)
    assert decided(side, ask(side, "Do your staff have a favourite colour?"))[1] == "fallback/by_hand"
    assert decided(side, ask(side, email="bo@example.com"))[0] == "answer"


@pytest.mark.parametrize(("text", "why"), [(PERSON, "customer_asked/phrase"), (CHARGED,
"must_handoff/topic")])
def test_a_wish_for_a_person_and_what_must_be_handed_off_are_not_touched(
    side: Side, text: str, why: str
) -> None:
    give(side, EVERY)
    assert decided(side, ask(side, text))[1] == why


@pytest.mark.parametrize(("mode", "notes"), [("draft", 1), ("watch", 0)])
def test_a_topic_goes_no_further_than_its_mode(side: Side, mode: str, notes: int) -> None:
    side.house.change_policy(lambda p: {**p, "modes": [{"mode": mode}]})
    give(side)
    ticket = ask(side)
    assert decided(side, ticket)[1] == "fallback/by_hand"
    assert (len(side.notes(ticket)), side.replies(ticket)) == (notes, [])


def test_the_story_says_who_gave_it_to_people_and_the_open_record_does_not(side: Side) -> None:
    give(side)
    ticket = ask(side)
    with side.house.db.read() as tx:
        entry = [
            r for r in ledger_store.of_ticket(tx, DEFAULT_TENANT, side.id, ticket) if r.kind == "verdict"
        ][-1]
    assert side.house.texts(entry.id)["fallback"] == f"ana@larkfield.example: {WHY}"
    assert WHY not in entry.payload and "ana@larkfield" not in entry.payload
    assert {"rule": "given to people by hand", "hit": True, "because": "a fallback was on"} in json.loads(
        entry.payload
    )["hits"]
