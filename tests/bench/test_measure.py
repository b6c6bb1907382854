"""The arithmetic behind the speed figures. No test here looks at a clock."""
from __future__ import annotations

import os

import pytest

from tests.bench.measure import in_turn, ratios, spread, tree, tree_cpu_seconds


def test_the_median_of_the_pairs_is_reported_and_not_the_ratio_of_the_medians() -> None:
    found = ratios([10, 100, 1000], [5, 50, 1000])
    assert (found.value, found.low, found.high, found.n) == (2, 1, 2, 3)


def test_six_rounds_give_all_of_them_as_the_interval_and_nine_drop_one_at_either_end() -> None:
    assert (spread(range(6)).low, spread(range(6)).high) == (0, 5)
    assert (spread(range(9)).low, spread(range(9)).high) == (1, 7)


def test_nothing_measured_is_an_error_and_not_a_zero() -> None:
    with pytest.raises(ValueError, match="nothing was measured"):
        spread([])


def test_the_order_of_the_sides_turns_with_every_round() -> None:
    seen: list[str] = []
    results = in_turn(3, lambda: seen.append("a") or 1.0, lambda: seen.append("b") or 2.0)
    assert "".join(seen) == "abbaab"
    assert results == [[1.0] * 3, [2.0] * 3]


def test_this_process_is_in_its_own_tree_and_has_used_cpu_time() -> None:
    assert os.getpid() in tree(os.getpid())
    assert tree_cpu_seconds(os.getpid()) > 0
