"""The gate of own and foreign questions, and the calibration error, on literals."""

from __future__ import annotations

import pytest

from tests.quality.gate import Asked, Gate, calibration_error, keeping_own, reliability


def asked(p: float, cosine: float = 0.6, right: bool = True) -> Asked:
    return Asked(p, right, cosine, answerable=True)


def test_a_question_passes_only_when_it_is_sure_and_close() -> None:
    gate = Gate(threshold=0.6, floor=0.3)
    assert gate.opens(asked(0.6, 0.3))
    assert not gate.opens(asked(0.59, 0.9))
    assert not gate.opens(asked(0.99, 0.29))


def test_nothing_found_never_passes() -> None:
    assert not Gate(threshold=0.0, floor=0.25).opens(asked(0.0, -1.0))


def test_the_strictest_gate_that_keeps_the_own_loses_at_most_one_in_twenty() -> None:
    own = [asked(n / 100) for n in range(1, 41)]
    gate = keeping_own(own, floor=0.25)
    assert gate == Gate(threshold=0.03, floor=0.25)
    assert gate.passed(own) == 38


def test_no_threshold_keeps_what_the_floor_loses() -> None:
    assert keeping_own([asked(0.9), asked(0.9, cosine=0.1)], floor=0.25) is None


def test_a_confidence_that_is_as_right_as_it_says_has_no_error() -> None:
    said = [asked(0.75, right=n < 3) for n in range(4)]
    assert reliability(said) == [(4, 0.75, 0.75)]
    assert calibration_error(said) == 0.0


def test_the_error_weighs_each_bin_by_its_rows() -> None:
    said = [
        asked(0.9, right=False),
        asked(0.1, right=False),
        asked(0.1, right=False),
        asked(0.1, right=False),
    ]
    assert calibration_error(said) == pytest.approx(1 / 4 * 0.9 + 3 / 4 * 0.1)


def test_a_probability_of_one_belongs_to_the_last_bin() -> None:
    assert reliability([asked(1.0), asked(0.9)]) == [(2, 0.95, 1.0)]
