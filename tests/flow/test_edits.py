"""Policy, help centre and desk change while tickets are on their way: each ticket is decided by one version,
and nothing stale is cited."""
from __future__ import annotations

import threading
from typing import Any

import pytest

from config.policy_text import PolicyError
from tests.flow.faulty import BOOTS, RETURN, answered_once, decided, kill_switch, rows_of, states
from tests.flow.house import House
from tests.flow.on_freshdesk import open_freshdesk, replies


def mode(name: str) -> Any:
    return lambda policy: {**policy, "modes": [{"mode": name}]}


def test_policies_saved_while_tickets_are_decided_leave_each_to_one_version(house: House) -> None:
    """Half the versions say draft, half say send: no ticket gets something of both, and each entry names the
    version that decided it."""
    tickets = []
    for n in range(12):
        tickets.append(house.write(RETURN, email=f"customer{n}@example.com"))
        house.change_policy(mode("draft" if n % 2 else "send"))
        house.clock.advance(3)
        if n % 3:
            house.process_only()
    house.settle()
    for ticket in tickets:
        [entry] = house.entries(ticket)
        public, drafted = len(house.replies(ticket)), len(house.notes(ticket))
        assert (public, drafted) in ((1, 0), (0, 1)), "an answer or a draft, never both"
        assert house.texts(entry.id)


def test_a_policy_that_does_not_hold_is_not_saved_and_the_one_before_stays_in_force(house: House) -> None:
    with pytest.raises(PolicyError):
        house.change_policy(lambda policy: {**policy, "thresholds": {"answer": "high"}})
    ticket = house.write(RETURN)
    house.settle()
    answered_once(house, ticket)


def test_nothing_goes_out_after_the_kill_switch_whatever_was_decided_before(house: House) -> None:
    tickets = [decided(house, text) for text in (RETURN, BOOTS, RETURN, BOOTS)]
    kill_switch(house, True)
    house.clock.advance(2)
    house.settle(60)
    assert [house.replies(t) for t in tickets] == [[]] * 4
    kill_switch(house, False)
    house.settle(60)
    assert [house.desk.do.once(int(t)) for t in tickets] == [1] * 4


def test_answers_given_while_the_help_centre_is_read_again_and_again_cite_what_is_there(house: House) -> None:
    """An editor changes the page the answers quote, and each change is read at once, beside the worker."""
    ended, broken = threading.Event(), []

    def edit() -> None:
        try:
            number = 0
            while not ended.is_set():
                number += 1
                html = (
                    f"<p>You may return shoes within 30 days of delivery if they are unworn. Version "
                    f"{number}.</p>"
                )
                house.desk.do.put_article("returns-30-days", "Returning an item", html)
                house.sync()
        except BaseException as error:
            broken.append(error)

    editor = threading.Thread(target=edit, daemon=True)
    editor.start()
    tickets = []
    for n in range(10):
        tickets.append(house.write(RETURN, email=f"customer{n}@example.com"))
        house.settle(30)
    ended.set()
    editor.join(30)
    house.sync()
    house.settle(60)
    assert broken == []
    for ticket in tickets:
        [reply] = house.replies(ticket)
        entry = house.entries(ticket)[-1]
        for sentence in house.texts(entry.id)["sentences"]:
            article = house.article(sentence["article"], sentence["version"])
            assert article.text[sentence["start"]:sentence["end"]] == sentence["text"]
            assert (
                sentence["text"] in " ".join(reply["plain_body"].split())
                or sentence["text"].strip() in reply["plain_body"]
            )


# -- taken away while composing

def merged(house: House, ticket: str) -> None:
    """As a desk merges: a word of the agent in the ticket, its mark, and it is closed."""
    house.desk.do.agent_note(int(ticket), "This request was closed and merged into request #1.")
    house.desk.do.agent_update(int(ticket), tags=["closed_by_merge"], status="closed")


@pytest.mark.parametrize("seconds", [0, 3, 90], ids=["in the same second", "later",
"after the stamp has aged"])
def test_a_ticket_that_is_merged_into_another_while_we_compose_gets_nothing(
    again: House, seconds: int
) -> None:
    ticket = decided(again)
    merged(again, ticket)
    again.clock.advance(seconds)
    again.settle()
    assert again.replies(ticket) == []
    [row] = rows_of(again, ticket)
    assert row.state in ("stale", "failed") and row.result, "the reason is kept with the row"


def test_at_a_freshdesk_a_ticket_marked_as_spam_while_we_compose_gets_nothing(house: House) -> None:
    with open_freshdesk(house) as fresh:
        ticket = int(
            fresh.do.customer_ticket(name="Maya", email="maya@example.com", subject="Shoes", text=RETURN)
        )
        assert fresh.deliveries.wait_idle(10)
        house.clock.advance(3)
        assert house.process_only()
        fresh.state.tickets[ticket].spam = True
        house.settle(200)
        assert replies(fresh, ticket) == []
        assert states(house, str(ticket)) == ["stale"]
