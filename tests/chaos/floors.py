"""How much must have gone wrong in a run for its zeros to prove anything, by the number of tickets.

A run that stays below a floor is red.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor

from tests.chaos.crowd import SHARES
from tests.chaos.people import Act

# Tickets for each kill of a worker and each loss of Redis; and at least so many. Taken from runs of 20
# tickets on two busy cores.
TICKETS_A_KILL, KILLS = 40, 3
TICKETS_A_WIPE, WIPES = 250, 1
FAULTS_A_TICKET, FAULTS = 0.25, 5
# An agent acts for certain in these roles; where they wait for a reply of ours it may never come.
CERTAIN = ("hasty", "held")
# Of the tickets. A hit takes an act within fractions of a second, or within a commit that came late.
IN_WINDOW = 0.02


@dataclass(frozen=True, slots=True)
class Floors:
    """The least of each, in one run."""

    kills: int
    wipes: int
    faults: int
    acts: int
    acts_of_a_kind: int


def floors(tickets: int) -> Floors:
    acts = sum(round(SHARES[role] * tickets) for role in CERTAIN)
    return Floors(
        max(KILLS, tickets // TICKETS_A_KILL),
        max(WIPES, tickets // TICKETS_A_WIPE),
        max(FAULTS, floor(FAULTS_A_TICKET * tickets)),
        acts,
        acts // 5,  # of four kinds that are dealt in turn
    )


def most_in_window(tickets: int) -> int:
    """How many replies at a desk without a fence may follow an act that no look could have shown."""
    return ceil(IN_WINDOW * tickets)


def losses_of_redis(trouble: Mapping[str, int]) -> int:
    return trouble.get("broker wipes", 0) + trouble.get("broker kills", 0)


def reached(
    least: Floors, trouble: Mapping[str, int], weather: Mapping[str, int], agents: Sequence[Act]
) -> bool:
    """Whether the trouble may end."""
    return (
        trouble.get("worker kills", 0) >= least.kills
        and losses_of_redis(trouble) >= least.wipes
        and sum(weather.values()) >= least.faults
        and len(agents) >= least.acts
    )
