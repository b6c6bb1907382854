"""Mails the customer gets per message, counted by the desk itself: at most one, from desk and assistant
together. On both vendors."""
from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.freshdesk.sandbox import SandboxFreshdesk
from tests.flow.faulty import BOOTS, PERSON, RETURN
from tests.flow.house import House
from tests.flow.on_freshdesk import open_freshdesk, write

CHARGED = "I was charged twice for order LF-20417, €89.00 each. Please refund one of the two."


@pytest.fixture
def fresh(house: House) -> Iterator[SandboxFreshdesk]:
    with open_freshdesk(house) as desk:
        yield desk


def counted(desk: SandboxFreshdesk, ticket: int) -> list[int]:
    return [m["mails"] for m in desk.do.mails_per_customer_message() if m["ticket"] == ticket]


@pytest.mark.parametrize("text", [RETURN, PERSON, CHARGED, "Can you teach my parrot to sing?"],
ids=["answered", "asked", "must", "unsure"])
def test_each_message_brings_one_mail(house: House, text: str) -> None:
    ticket = house.write(text)
    house.settle()
    assert house.mails(ticket) == [1]


def test_a_follow_up_brings_one_mail_of_its_own(house: House) -> None:
    ticket = house.write(RETURN)
    house.settle()
    house.reply(ticket, BOOTS)
    house.settle()
    assert house.mails(ticket) == [1, 1]


def test_a_burst_brings_one_mail_in_all(house: House) -> None:
    ticket = house.write("Hello")
    house.reply(ticket, "I have a question about my shoes.")
    house.reply(ticket, RETURN)
    house.settle()
    assert sum(house.mails(ticket)) == 1


def test_a_hand_off_with_a_ticket_of_its_own_brings_one_mail(house: House) -> None:
    house.change_policy(lambda policy: policy["routes"]["billing"].update(own_ticket=True) or policy)
    ticket = house.write(CHARGED)
    house.settle()
    assert house.mails(ticket) == [1]
    assert all(m["mails"] <= 1 for m in house.desk.do.mails_per_customer_message())


@pytest.mark.parametrize("text", [RETURN, PERSON, CHARGED], ids=["answered", "asked", "must"])
def test_each_message_to_a_freshdesk_brings_one_mail(
    house: House, fresh: SandboxFreshdesk, text: str
) -> None:
    ticket = write(house, fresh, text)
    assert counted(fresh, ticket) == [1]
    fresh.do.customer_comment(ticket, "One thing more: " + BOOTS)
    assert fresh.deliveries.wait_idle(10)
    house.settle(200)
    assert all(mails <= 1 for mails in counted(fresh, ticket))


def test_without_the_admins_word_the_same_message_brings_two(house: House) -> None:
    # So the counts above are known to come from the setting, and not from a desk that mails nobody.
    with open_freshdesk(house, one_mail="") as desk:
        ticket = write(house, desk, RETURN)
        assert counted(desk, ticket) == [2]
