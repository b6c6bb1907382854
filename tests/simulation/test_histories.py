"""50,000 seeded histories of the send path, and the proof that they can go wrong."""
from __future__ import annotations

import pytest

from tests.figures import Figures
from tests.simulation.__main__ import FIGURES, JUMPS
from tests.simulation.guards import GUARDS, IN_DEPTH, Guard
from tests.simulation.history import play, setting
from tests.simulation.runner import run, story, until_red

SEED = 1
HISTORIES = {"zendesk": 30_000, "freshdesk": 20_000}
# Each shows within a thousand; the whole table, with its figures, is printed by `python -m tests.simulation
# --guards`.
GUARD_LIMIT = 6_000
# What a person does between our last read and the commit, of histories in a third of which somebody acts: the
# desk cannot refuse what comes after it. Counted, and not more than this.
MOST_IN_WINDOW = 0.05


@pytest.mark.slow
@pytest.mark.parametrize("desk", HISTORIES)
def test_no_history_answers_twice_loses_a_ticket_or_talks_over_a_person(desk: str, figures: Figures) -> None:
    sums = run(desk, SEED, HISTORIES[desk], processes=2, jumps=JUMPS[desk])
    for name in FIGURES:
        figures("simulation", name, sums.faults[name], sums.histories, desk=desk, seed=SEED)
    figures("simulation", "seconds", round(sums.seconds, 1), sums.histories, desk=desk, seed=SEED, unit="s")
    hits = sum(sums.window.values())
    figures("simulation", "acts_in_window", hits, sums.histories, desk=desk, seed=SEED)
    assert hits == 0 if desk == "zendesk" else 0 < hits < sums.histories * MOST_IN_WINDOW
    assert not sums.failing, story(desk, SEED, sums.failing[0][0], jumps=JUMPS[desk])
    # The histories are not idle: most end with an answer, the others with people.
    assert sums.histories * 0.3 < sums.answered < sums.histories


@pytest.mark.parametrize("guard", GUARDS, ids=lambda g: g.name)
def test_a_run_without_this_guard_goes_red(guard: Guard, figures: Figures) -> None:
    sums = until_red(guard.desk, SEED, GUARD_LIMIT, guard.name)
    figures(
        "guards",
        "violations_without",
        sum(sums.faults.values()),
        sums.histories,
        guard=guard.name,
        desk=guard.desk,
    )
    assert sums.failing, f"{guard.name} was left out, and nothing showed in {sums.histories} histories"


def test_each_guard_that_is_not_seen_alone_stands_in_a_pair_that_is() -> None:
    pairs = {name for guard in GUARDS for name in guard.name.split(", ")}
    assert {guard.name for guard in IN_DEPTH} <= pairs


def test_a_seed_is_one_history_for_ever() -> None:
    for number in range(20):
        first, second = [], []
        play(SEED, number, setting("zendesk"), first)
        play(SEED, number, setting("zendesk"), second)
        assert first == second and first
