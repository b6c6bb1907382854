"""To people: told why, to whom and how long; the agent finds all of it in the desk; nobody is talked over."""
from __future__ import annotations

from app.store import caps
from app.store.database import DEFAULT_TENANT
from tests.flow.house import DESK, House

PERSON = "This is going in circles, I keep getting the same text. Who is in charge there?"
RETURN = "How long do I have to return unworn shoes, and how do I do it?"


def test_who_asks_for_a_person_in_indirect_words_gets_one(house_on_both: House) -> None:
    house = house_on_both
    ticket = house.write(PERSON, "my repair")
    house.settle()
    [reply], [note] = house.replies(ticket), house.notes(ticket)
    assert "You asked for a person" in reply["plain_body"]
    assert "our repairs team" in reply["plain_body"]
    assert "9 in 10 people hear back" in reply["plain_body"]
    assert "You are in a person's queue" in reply["plain_body"]
    assert note["plain_body"].startswith("AI NOTE")
    assert note["id"] < reply["id"], "the agent's facts come first"
    found = house.desk.do.ticket(int(ticket))
    assert found["status"] == "open" and "handoff__customer_asked" in found["tags"]
    assert house.owner(ticket) == "people"


def test_a_question_no_article_answers_is_doubted_and_handed_over_in_one_message(house: House) -> None:
    ticket = house.write(
        "Is our old dog allowed to come into your Edinburgh shop with us on Saturday?", "Visiting with a dog"
    )
    house.settle()
    [reply] = house.replies(ticket)
    assert "won't guess" in reply["plain_body"]
    assert house.entries(ticket)[0].verdict == "handoff"


def test_after_a_hand_off_the_assistant_stays_silent_when_the_customer_adds_something(house: House) -> None:
    ticket = house.write(PERSON)
    house.settle()
    house.reply(ticket, RETURN)
    house.settle()
    assert len(house.replies(ticket)) == 1


def test_an_agents_reply_takes_the_ticket_and_keeps_the_promise(house: House) -> None:
    house.poll()
    ticket = house.write(PERSON)
    house.settle()
    house.clock.advance(600)
    house.desk.do.agent_reply(int(ticket), "Hello, I'm Ana and I'll sort this out.")
    house.poll()
    house.settle()
    [promise] = house.promises()
    assert promise.state == "kept"
    house.reply(ticket, RETURN)
    house.settle()
    assert len(house.replies(ticket)) == 1


def test_a_person_who_answers_while_the_assistant_composes_is_not_talked_over(house: House) -> None:
    ticket = house.write(RETURN)
    house.desk.do.person_first("agent_reply", ticket=int(ticket), text="I have this one.")
    house.settle()
    assert house.replies(ticket) == [], (
        "the desk's fence refused the reply, and the new look at the ticket found a person there"
    )
    assert house.owner(ticket) == "people"


def test_the_button_on_the_customers_page_hands_off_once(house: House) -> None:
    ticket = house.write(RETURN)
    house.settle()
    house.press_person_button(ticket)
    house.press_person_button(ticket)
    house.settle()
    assert [e.reason for e in house.entries(ticket) if e.verdict == "handoff"] == ["customer_asked"]
    assert len(house.replies(ticket)) == 2


def test_an_empty_help_centre_hands_off_and_says_why(empty_house: House) -> None:
    ticket = empty_house.write(RETURN)
    empty_house.settle()
    [reply] = empty_house.replies(ticket)
    assert "no help pages to answer from yet" in reply["plain_body"]


def test_the_kill_switch_stops_what_was_already_decided(house: House) -> None:
    ticket = house.write(RETURN)
    house.clock.advance(3)
    assert house.process_only()
    with house.db.write() as tx:
        caps.set_cap(
            tx,
            DEFAULT_TENANT,
            DESK,
            "*",
            caps.KILL,
            "a test",
            "test",
            None,
            house.clock(),
            house.work.new_id(),
        )
    house.settle(10)
    assert house.replies(ticket) == []
    with house.db.write() as tx:
        caps.lift(tx, DEFAULT_TENANT, DESK, "*", caps.KILL)
    house.settle(90)
    assert len(house.replies(ticket)) == 1


def test_draft_mode_writes_a_note_with_the_draft_and_no_public_word(house: House) -> None:
    house.change_policy(lambda p: {**p, "modes": [{"mode": "draft"}]})
    ticket = house.write(RETURN)
    house.settle()
    assert house.replies(ticket) == []
    [note] = house.notes(ticket)
    assert "DRAFT" in note["plain_body"] and "within 30 days of delivery" in note["plain_body"]


def test_watch_mode_writes_nothing_at_the_desk(house: House) -> None:
    house.change_policy(lambda p: {**p, "modes": [{"mode": "watch"}]})
    answered, handed = house.write(RETURN), house.write(PERSON, email="b@example.com")
    house.settle()
    for ticket in (answered, handed):
        assert house.replies(ticket) == [] and house.notes(ticket) == []
    assert [e.verdict for t in (answered, handed) for e in house.entries(t)] == ["answer", "handoff"]
    assert house.owner(handed) == "assistant", "watch changes nothing"


def test_a_chat_we_cannot_answer_into_is_handed_off_without_a_public_word(house: House) -> None:
    ticket = house.write(RETURN, messaging=True)
    house.settle()
    assert house.replies(ticket) == []
    [note] = house.notes(ticket)
    assert "The customer has NOT been told" in note["plain_body"]
