"""The chaos run in small, so that it cannot rot; and its way of counting, which must see what it is there
for."""
from __future__ import annotations

import pytest

from tests.chaos.agenda import Agenda
from tests.chaos.count import after_human, duplicates, lost
from tests.chaos.desks import Said
from tests.chaos.run import Wish, run


def _said(*lines: str) -> list[Said]:
    """`C` a customer, `A1:text` the assistant with a marker, `N` its note, `P` a person."""
    people = {"C": "customer", "P": "agent", "A": "assistant", "N": "assistant"}
    return [
        Said(
            people[line[0]],
            line[0] != "N",
            line.partition(":")[2] or f"words {n}",
            n,
            line.partition(":")[0][1:] or None,
        )
        for n, line in enumerate(lines)
    ]


@pytest.mark.parametrize(("said", "found"), [
    (["C", "A1:x"], 0), (["C", "A1:x", "A1:x"], 1), (["C", "A1:x", "A2:y"], 1), (["C", "C", "A1:x", "A1:x"],
    1),
    (["C", "C", "A1:x", "A2:x"], 1), (["C", "C", "A1:x"], 0), (["C", "A1:x", "C", "A2:y"], 0), (["C", "C",
    "A1:x", "A2:y"], 0),
    (["C", "A1:x", "A1:x", "A1:x"], 2), (["C", "N", "A1:x"], 0), (["C", "P", "A1:x"], 0), (["C", "A1:x",
    "A2:y", "C", "A3:z"], 1),
])
def test_a_reply_too_many_is_seen_by_marker_by_words_and_by_turn(said: list[str], found: int) -> None:
    assert duplicates(_said(*said)) == found


@pytest.mark.parametrize(("said", "found"), [
    (["C"], True), (["C", "A1"], False), (["C", "A1", "C"], True), (["C", "N"], False), (["C", "P"], False),
    (["C", "P", "C"], False),
])
def test_a_customer_nobody_has_taken_up_is_lost(said: list[str], found: bool) -> None:
    assert lost(_said(*said)) is found


@pytest.mark.parametrize(("said", "found"), [
    (["C", "A1", "P"], 0), (["C", "P", "A1"], 1), (["C", "P", "N"], 0), (["C", "P", "C", "A1", "A2"], 2),
])
def test_a_reply_behind_a_persons_is_seen(said: list[str], found: int) -> None:
    assert after_human(_said(*said)) == found


def test_acts_come_in_order_and_a_deadline_is_reported() -> None:
    agenda, done = Agenda(), []
    agenda.at(0.02, lambda: done.append("second"))
    agenda.at(0.01, lambda: done.append("first"))
    assert not agenda.run(lambda: False, 0.1)
    assert done == ["first", "second"]
    agenda.after(0.0, lambda: done.append("third"))
    assert agenda.run(lambda: "third" in done, agenda.now + 5)


@pytest.mark.slow
def test_a_small_chaos_run_answers_everybody_once() -> None:
    found = run(Wish("zendesk", "sqlite", 5, 10, a_second=5.0, afterwards=5.0, skip=130.0))
    counted = found.counted
    assert (counted.tickets, counted.lost, counted.duplicates, counted.after_human) == (10, 0, 0, 0), (
        counted.wrong
    )
    assert found.settled and found.trouble["worker kills"] > 0 and found.trouble["broker wipes"] > 0
    assert found.rows is not None and (found.rows.dead, found.rows.sent_without_comment) == (0, 0), found.rows
