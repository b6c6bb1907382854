"""A false address in a customer's mail: the agent is told which word has letters of another alphabet, on both
desks."""
from __future__ import annotations

import pytest

from tests.flow.desks import freshdesk_side, zendesk_side
from tests.flow.house import House

# the first a is Cyrillic
FALSE = "I got a mail from pаypal-help.example about my order. Can I talk to a person?"
RUSSIAN = "Здравствуйте, где мой заказ? Can I talk to a person?"


@pytest.mark.parametrize("kind", ["zendesk", "freshdesk"])
def test_the_agent_is_told_of_letters_that_only_look_latin(house: House, kind: str) -> None:
    with freshdesk_side(house) as fresh:
        side = zendesk_side(house) if kind == "zendesk" else fresh
        false, ordinary = side.write(FALSE), side.write(RUSSIAN, email="ivan@example.com")
        house.settle(60)
        assert (
            "Letters of another alphabet" in side.notes(false)[-1]
            and "pаypal-help.example" in side.notes(false)[-1]
        )
        assert side.notes(ordinary) and "another alphabet" not in side.notes(ordinary)[-1]
