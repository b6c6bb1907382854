"""Where a hand-off really goes, case by case: the group named is always the one that gets it."""
from __future__ import annotations

from dataclasses import replace

import pytest

from app.core.deciding.destination import Destination, Place, destination
from config.load import SHIPPED_POLICY, load_policy
from config.policy import Policy, Route, Team
from connectors.clock import DAY, from_iso

NOW = from_iso("2026-11-24T10:00:00Z")  # a Tuesday morning
POLICY = replace(load_policy(SHIPPED_POLICY), default_route="support")
OWN = Place("larkfield", frozenset({"Support", "Billing", "Night"}))
OTHER = Place("workshop", frozenset({"Billing", "Chargebacks"}))
AWAY = Team("Billing", agents=0.0, minutes_per_ticket=25.0)
BILLING = Route("Billing")
ACROSS = Route("Chargebacks", desk="workshop")


def nobody_in(*teams: Team) -> Policy:
    """The policy with these teams in place of its own."""
    return replace(POLICY, teams=teams)


def goes(
    route: Route,
    *,
    policy: Policy = POLICY,
    own: Place = OWN,
    target: Place | None = OWN,
    group: str | None = None,
) -> Destination:
    return destination(policy, route, own, target, group, NOW)


def here(group: str | None, moves_to: str | None = None, why: str = "") -> Destination:
    return Destination("larkfield", group, moves_to, why_in_place=why)


NOT_THERE = replace(OWN, groups=frozenset({"Support"}))
CASES: dict[str, tuple[Destination, Destination]] = {
    "the route's group": (goes(BILLING), here("Billing", "Billing")),
    "it is not there, the second is": (goes(Route("Refunds", fallback="Night")), here("Night", "Night")),
    "nobody is there, the second takes over": (
        goes(replace(BILLING, fallback="Night"), policy=nobody_in(AWAY)),
        here("Night", "Night"),
    ),
    "nobody in either: the first keeps it": (
        goes(replace(BILLING, fallback="Night"), policy=nobody_in(AWAY, Team("Night", agents=0.0))),
        here("Billing", "Billing"),
    ),
    "nobody is there, and the second is not at the desk": (
        goes(replace(BILLING, fallback="Moon"), policy=nobody_in(AWAY)),
        here("Billing", "Billing"),
    ),
    "neither is there: the ticket stays in its group": (
        goes(Route("Refunds", fallback="Moon"), group="Night"),
        here("Night"),
    ),
    "a ticket in no group goes to the default one": (goes(Route("Refunds")), here("Support", "Support")),
    "not even that one: nobody is named": (
        goes(Route("Refunds"), own=replace(OWN, groups=frozenset())),
        here(None),
    ),
    "another desk has it": (
        goes(ACROSS, target=OTHER),
        Destination("workshop", "Chargebacks", None, opens=True),
    ),
    "another desk has it, and its namesake is here": (
        goes(Route("Billing", desk="workshop"), target=OTHER),
        Destination("workshop", "Billing", "Billing", opens=True),
    ),
    "another desk has only the second": (
        goes(Route("Refunds", fallback="Chargebacks", desk="workshop"), target=OTHER),
        Destination("workshop", "Chargebacks", None, opens=True),
    ),
    "another desk has neither: in place, where the group is": (
        goes(Route("Night", desk="workshop"), target=OTHER),
        here("Night", "Night", "it has no group 'Night'"),
    ),
    "another desk has neither, nor has this one": (
        goes(Route("Moon", fallback="Sun", desk="workshop"), target=OTHER),
        here("Support", "Support", "it has no group 'Moon' or 'Sun'"),
    ),
    "the same, of a ticket in a group": (
        goes(Route("Moon", desk="workshop"), target=OTHER, group="Night"),
        here("Night", None, "it has no group 'Moon'"),
    ),
    "another desk is paused": (
        goes(ACROSS, target=replace(OTHER, why_not="paused")),
        here("Support", "Support", "paused"),
    ),
    "no such desk": (goes(ACROSS, target=None), here("Support", "Support", "no such desk")),
    "a group that cannot share the ticket": (
        goes(Route("Billing", own_ticket=True)),
        Destination("larkfield", "Billing", None, opens=True),
    ),
    "such a group that is not there": (
        goes(Route("Moon", own_ticket=True), own=NOT_THERE, target=NOT_THERE),
        here("Support", "Support", "it has no group 'Moon'"),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_group_that_is_named_gets_it(case: str) -> None:
    found, wanted = CASES[case]
    assert found == wanted


def test_hours_that_open_only_beyond_the_horizon_leave_nobody_in_the_first_group() -> None:
    closed = frozenset(f"2026-{month:02}-{day:02}" for month in (11, 12) for day in range(1, 32))
    away = replace(POLICY, hours=replace(POLICY.hours, closed=closed))
    route = replace(BILLING, fallback="Night")
    assert goes(route, policy=away).group == "Night"
    assert goes(BILLING, policy=away).group == "Billing"
    # The horizon counts: a weekend is no absence.
    assert destination(POLICY, route, OWN, OWN, None, NOW + 4 * DAY).group == "Billing"


def test_the_customer_hears_the_group_that_got_it_whichever_route_names_it() -> None:
    repairs = POLICY.routes["repairs"]
    assert POLICY.spoken(repairs, "Repairs", "en") == "our repairs team"
    assert POLICY.spoken(repairs, "Billing", "de") == "unser Team für Rechnungen"
    assert POLICY.spoken(repairs, "Night", "en") == POLICY.spoken(repairs, None, "en") == ""
