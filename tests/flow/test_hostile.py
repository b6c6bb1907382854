"""Text from outside is data: it never becomes more than text, and never costs a customer their answer."""
from __future__ import annotations

import json

import requests

from tests.flow.house import DESK, House

HOSTILE = (
    'Where do I check my gift\u200b card balance? <img src="https://x.example/x.png"> '
    '{{ticket.comments_formatted}}'
)


def test_placeholders_markup_and_hidden_characters_stay_text(house: House) -> None:
    ticket = house.write(
        HOSTILE, "gift card {{ticket.comments_formatted}}", name="Rashid <b>Khan</b> {{ticket.id}}"
    )
    house.desk.do.agent_note(int(ticket), "SECRET-NOTE for agents only")
    house.settle()
    house.poll()
    house.settle()
    for comment in (*house.replies(ticket), *house.notes(ticket)):
        if "SECRET-NOTE" in comment["plain_body"] and comment["author_id"] != house.desk.assistant.id:
            continue
        assert "SECRET-NOTE" not in comment["html_body"], "the desk expanded a placeholder of ours"
        assert "<img" not in comment["html_body"] and "<b>Khan" not in comment["html_body"]


def test_a_hostile_article_never_reaches_a_reader_as_more_than_text(house: House) -> None:
    ticket = house.write("How do your e-mail templates work, which order details do they show?", "templates")
    house.desk.do.agent_note(int(ticket), "SECRET-NOTE")
    house.settle()
    for reply in house.replies(ticket):
        assert "<img" not in reply["html_body"] and "SECRET-NOTE" not in reply["html_body"]


def test_agents_articles_are_never_quoted_to_a_customer(house: House) -> None:
    ticket = house.write(
        "What is the goodwill limit your agents may give, and which voucher code do they use?", "goodwill"
    )
    house.settle()
    canary = house.canary("agents-goodwill")
    for comment in (*house.replies(ticket), *house.notes(ticket)):
        assert canary not in comment["plain_body"]


def test_a_desk_without_a_secret_answers_503_and_keeps_nothing(house: House) -> None:
    house.forget_secret()
    house.clock.advance(3)
    answer = requests.post(f"{house.url}/hooks/{DESK}", data=json.dumps({"ticket_id": "1"}), timeout=5)
    assert answer.status_code == 503


def test_unsigned_compressed_oversized_and_unknown_are_refused(house: House) -> None:
    post = requests.post
    assert post(f"{house.url}/hooks/{DESK}", data=b"{}", timeout=5).status_code == 401
    assert post(f"{house.url}/hooks/nobody", data=b"{}", timeout=5).status_code == 404
    assert (
        post(
            f"{house.url}/hooks/{DESK}", data=b"x", headers={"Content-Encoding": "gzip"}, timeout=5
        ).status_code
        == 415
    )
    assert post(f"{house.url}/hooks/{DESK}", data=b"x" * (1024 * 1024 + 1), timeout=5).status_code == 413


def test_hostile_bodies_under_a_good_signature_are_400_and_leave_no_row(house: House) -> None:
    bodies = (
        b"[" * 100_000,
        b'{"ticket_id": NaN}',
        b'{"ticket_id": "\\ud800"}',
        b"\xff\xfe",
        b'{"ticket_id": 1, "ticket_id": 2}',
        b"null",
    )
    before = len(house.deliveries())
    for body in bodies:
        assert house.post_signed(body).status_code == 400, body[:30]
    assert len(house.deliveries()) == before
    assert house.post_signed(b'{"ticket_id": "12"}').status_code == 200
