"""A ring works off what is due, but never so long that the time limit would strike in the middle of a row."""
from __future__ import annotations

from workers.rows.lease import Superseded
from workers.tasks import MAX_ROWS, _drain


def test_a_ring_goes_on_until_nothing_is_due():
    left = [True, True, False]
    _drain(lambda: left.pop(0))
    assert left == []


def test_a_ring_ends_after_its_number_of_rows():
    worked = []
    _drain(lambda: worked.append(1) is None)
    assert len(worked) == MAX_ROWS


def test_a_ring_begins_no_row_when_its_time_is_over():
    worked = []
    _drain(lambda: worked.append(1) is None, seconds=-1.0)
    assert worked == []


def test_a_row_that_somebody_else_has_taken_does_not_end_the_ring():
    worked = []

    def one() -> bool:
        worked.append(1)
        if len(worked) == 1:
            raise Superseded("row")
        return len(worked) < 3

    _drain(one)
    assert len(worked) == 3
