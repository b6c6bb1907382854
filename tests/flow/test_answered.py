"""From a customer's mail to the desk and back: what the customer and the agent see at the desk is what
counts."""
from __future__ import annotations

import hashlib
import re
from dataclasses import replace

from app.core.sending.plan import spoken
from app.store import requesters
from app.store.database import DEFAULT_TENANT
from app.store.queues.effects import effect_of
from tests.flow.house import House

RETURN = (
    "Hi, I bought trail shoes two weeks ago and never wore them outside. How long do I have to return "
    "them, and how?"
)


def test_a_clear_question_is_answered_with_quotes_and_links(house_on_both: House) -> None:
    house = house_on_both
    ticket = house.write(RETURN, "Return my shoes")
    house.settle()
    [reply] = house.replies(ticket)
    assert "I'm Larkfield's AI assistant" in reply["plain_body"]
    assert "within 30 days of delivery" in reply["plain_body"]
    assert re.search(r"href=\"http://127\.0\.0\.1:\d+/hc/[^\"]*#:~:text=", reply["html_body"])
    assert "reply “person”" in reply["plain_body"]
    assert house.desk.do.ticket(int(ticket))["status"] == "pending"


def test_every_quoted_sentence_stands_in_its_article(house: House) -> None:
    ticket = house.write(RETURN, "Return my shoes")
    house.settle()
    [entry] = house.entries(ticket)
    sentences = house.texts(entry.id)["sentences"]
    assert sentences
    for sentence in sentences:
        article = house.article(sentence["article"], sentence["version"])
        assert article.text[sentence["start"]:sentence["end"]] == sentence["text"]


def test_a_follow_up_in_the_same_ticket_gets_its_own_answer_with_the_short_notice(house: House) -> None:
    ticket = house.write("How do I wax leather boots properly?", "Boots")
    house.settle()
    house.reply(ticket, "Thanks, that's clear. What does a repair with a new sole cost at your workshop?")
    house.settle()
    first, second = house.replies(ticket)
    assert "wax" in first["plain_body"].lower()
    assert (
        "AI assistant again" in second["plain_body"] and "person is here whenever" not in second["plain_body"]
    )


def test_an_ambiguous_question_is_asked_back_once_and_the_choice_is_understood(house: House) -> None:
    ticket = house.write("I need to change the address", "address")
    house.settle()
    [question] = house.replies(ticket)
    assert "A)" in question["plain_body"] and "B)" in question["plain_body"]
    chosen = next(line for line in question["plain_body"].splitlines() if line.startswith("B)"))[3:].strip()
    house.reply(ticket, "B please")
    house.settle()
    answer = house.replies(ticket)[1]["plain_body"]
    assert f"[1] {chosen}" in answer and "[2]" not in answer
    assert [e.verdict for e in house.entries(ticket)] == ["clarify", "answer"]


def test_the_same_delivery_twice_makes_one_row_and_no_call(house: House) -> None:
    ticket = house.write(RETURN)
    house.settle()
    calls = len(house.desk.do.requests())
    invocation = house.desk.do.invocations()[0]["id"]
    house.desk.do.redeliver(invocation)
    house.delivered()
    house.settle(5)
    assert len(house.replies(ticket)) == 1
    assert len(house.desk.do.requests()) == calls


def test_two_deliveries_with_other_ids_and_the_same_content_make_one_answer(house: House) -> None:
    house.desk.do.duplicate_deliveries(count=1, same_id=False)
    ticket = house.write(RETURN)
    house.settle()
    assert len(house.replies(ticket)) == 1
    assert len(house.entries(ticket)) == 1


def test_three_messages_in_a_burst_become_one_answer(house: House) -> None:
    ticket = house.write("Hi", "shoes")
    house.clock.advance(1)
    house.reply(ticket, "sorry, sent too early")
    house.clock.advance(1)
    house.reply(ticket, RETURN)
    house.settle()
    assert len(house.replies(ticket)) == 1
    assert "within 30 days" in house.replies(ticket)[0]["plain_body"]


def test_a_lost_delivery_is_found_by_the_poll(house: House) -> None:
    house.poll()
    house.desk.do.drop_deliveries(1)
    ticket = house.write(RETURN)
    house.settle(5)
    assert house.replies(ticket) == []
    house.poll()
    house.settle()
    assert len(house.replies(ticket)) == 1


def test_an_auto_reply_is_recorded_and_gets_nothing(house: House) -> None:
    ticket = house.write(
        "I am out of the office until Monday.",
        "Automatic reply: your order",
        headers={"Auto-Submitted": "auto-replied"},
    )
    house.settle()
    assert house.replies(ticket) == [] and house.notes(ticket) == []
    assert [(e.verdict, e.reason) for e in house.entries(ticket)] == [("stay_quiet", "automatic")]


def test_what_was_said_cannot_be_guessed_from_the_hashes_that_are_kept(house: House) -> None:
    ticket = house.write(RETURN)
    house.settle()
    [row] = [r for r in house.rows() if r.ticket == ticket]
    with house.db.read() as tx:
        box = requesters.box(tx, DEFAULT_TENANT, row.requester, house.keys)
    assert box is not None
    said = spoken(effect_of(box.decrypt(row.body).decode()))
    assert said and row.body_hash == house.keys.mac("body", said)
    assert row.body_hash != replace(house.keys, ledger=b"x" * 32).mac("body", said), (
        "who guesses the sentence needs our key as well"
    )
    kept = "".join(e.payload for e in house.entries(ticket, "sent"))
    assert row.body_hash in kept and hashlib.sha256(said.encode()).hexdigest() not in kept


def test_a_cited_article_that_is_withdrawn_before_the_send_is_not_quoted(house: House) -> None:
    ticket = house.write(RETURN)
    house.clock.advance(3)
    assert house.process_only()
    house.desk.do.delete_article("returns-30-days")
    house.sync()
    house.settle()
    assert all(
        "within 30 days of delivery if they are unworn" not in r["plain_body"] for r in house.replies(ticket)
    )
    assert next(r.state for r in house.rows() if r.purpose == "answer") == "stale"
