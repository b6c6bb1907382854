"""Limits that only Zendesk's own headers tell of."""
from __future__ import annotations

import pytest

from connectors.clock import SECOND, from_iso
from connectors.limits import RateBudget
from connectors.zendesk.rates import RULES

NOON = from_iso("2026-03-11T12:00:00Z")
USED_UP = "total=30; remaining=0; resets=41"


def update(budget: RateBudget, ticket: int, at: int) -> float:
    """The wait before an update of this ticket; an update that may go is counted."""
    return budget.admit(budget.call("PUT", f"/api/v2/tickets/{ticket}.json"), at)


@pytest.mark.parametrize("spelling", ["Zendesk-RateLimit-Per-Ticket-Updates",
"zendesk-rate-limit-per-ticket-updates"])
def test_a_ticket_whose_updates_are_used_up_waits_alone(spelling: str) -> None:
    budget = RateBudget(RULES)
    budget.seen({spelling: USED_UP}, NOON, budget.call("PUT", "/api/v2/tickets/7.json"))
    assert update(budget, 7, NOON) == 41
    assert update(budget, 8, NOON) == 0
    assert update(budget, 7, NOON + 41 * SECOND) == 0


@pytest.mark.parametrize("told", ["", "remaining", "remaining=many; resets=9", "total=30; resets=9",
"remaining=-1"])
def test_words_that_make_no_sense_stop_nothing(told: str) -> None:
    budget = RateBudget(RULES)
    budget.seen(
        {"zendesk-ratelimit-per-ticket-updates": told}, NOON, budget.call("PUT", "/api/v2/tickets/7.json")
    )
    assert update(budget, 7, NOON) == 0
