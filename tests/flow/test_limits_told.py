"""The first message on each desk says what the assistant cannot do, and no later one repeats it."""
from __future__ import annotations

import pytest

from tests.flow.desks import Side

LIMITS = "I can't see or change orders"
FIRST = {
    "answer": "How long do I have to return unworn shoes, and how do I do it?",
    "answer fixed": "Are you a real person or a bot?",
    "handoff": "Do your staff have a favourite colour?",
}


@pytest.mark.parametrize("kind", FIRST)
def test_the_first_message_says_what_it_cannot_do(side: Side, kind: str) -> None:
    ticket = side.write(FIRST[kind])
    side.house.settle(200)
    assert side.verdicts(ticket) == [kind.split()[0]]
    [reply] = side.replies(ticket)
    assert reply.count(LIMITS) == 1


def test_a_later_message_does_not_repeat_it(side: Side) -> None:
    ticket = side.write(FIRST["answer"])
    side.house.settle(200)
    side.reply(ticket, "And how long does the refund take to reach my card?")
    side.house.settle(200)
    first, second = side.replies(ticket)
    assert LIMITS in first and LIMITS not in second


def test_it_is_said_in_the_customers_language(side: Side) -> None:
    ticket = side.write(
        "Bonjour, comment faire pour renvoyer des chaussures que je n'ai jamais portées, et en combien de "
        "temps ?"
    )
    side.house.settle(200)
    [reply] = side.replies(ticket)
    assert "je ne peux ni consulter ni modifier les commandes" in reply
