"""The chaos run in small, so that it cannot rot; and its way of counting, which must see what it is there
for."""
from __future__ import annotations

import pytest

from tests.bars import missed
from tests.chaos.agenda import Agenda
from tests.chaos.count import Acted, Counted, add, duplicates, lost
from tests.chaos.people import Act, Over, Said, over
from tests.chaos.report import report
from tests.chaos.run import Wish, run
from tests.emit import Emit


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


@pytest.mark.parametrize(("kind", "found"), [
    ("reply", False), ("assign", False), ("next_step", False), ("solve", True),
])
def test_who_has_a_ticket_takes_up_the_customers_later_words_too_but_not_who_has_solved_it(
    kind: str, found: bool
) -> None:
    assert lost(_said("C", "C"), [Act(kind, 1, 0, 1)]) is found
    assert not lost(_said("C", "C"), [Act(kind, 1, 0, 2)])


def _act(kind: str, before: int, at: int = 0) -> Act:
    return Act(kind, 1, at, before)


@pytest.mark.parametrize("kind", ["reply", "assign", "next_step", "solve"])
@pytest.mark.parametrize(("said", "before", "places"), [
    (["C", "A1"], 2, []), (["C", "A1"], 1, [1]), (["C", "N1"], 1, []), (["C", "A1", "A2"], 1, [1, 2]),
    (["C", "A1", "A2"], 2, [2]),
])
def test_a_public_reply_behind_each_kind_of_act_is_seen(
    kind: str, said: list[str], before: int, places: list[int]
) -> None:
    assert over(_said(*said), [_act(kind, before)]) == [Over(kind, place) for place in places]


@pytest.mark.parametrize(("kind", "places"), [
    ("reply", [2]), ("assign", [2]), ("next_step", [2]), ("solve", []),
])
def test_a_new_question_makes_a_reply_due_behind_a_solve_and_behind_nothing_else(
    kind: str, places: list[int]
) -> None:
    assert [o.place for o in over(_said("C", "C", "A1"), [_act(kind, 1)])] == places


@pytest.mark.parametrize(("said", "kind", "found"), [
    (["C", "N1", "A2"], "assign", 0),  # its note is there: the customer is told that people have it
    (["C", "N1", "A2"], "reply", 1), (["C", "N1", "A2"], "solve", 1), (["C", "N1", "A2"], "next_step", 1),
    (["C", "A2"], "assign", 1),  # our rows may call it a notice: at the desk there is no note before it
    (["C", "N1", "C", "A2"], "assign", 1), (["C", "N1", "A3"], "assign", 1),
])
def test_the_notice_behind_its_note_is_due_although_a_person_was_assigned_and_nothing_else_is(
    said: list[str], kind: str, found: int
) -> None:
    assert len(over(_said(*said), [_act(kind, 1)], frozenset({"2"}))) == found


def test_where_no_fence_is_what_came_after_the_last_look_is_told_apart_and_nothing_else() -> None:
    said = _said("C", "A1")
    acts = [_act("assign", 1, at=5_000_000)]
    assert over(said, acts, looked=lambda reply, kind: 4_000_000) == [Over("assign", 1, 1.0)]
    assert over(said, acts, looked=lambda reply, kind: 5_000_000) == [Over("assign", 1)]
    assert over(said, acts, looked=lambda reply, kind: None) == [Over("assign", 1)]
    earlier = [_act("assign", 1, at=3_000_000), *acts]
    assert over(said, earlier, looked=lambda reply, kind: 4_000_000) == [Over("assign", 1)]


def test_the_sums_keep_the_window_apart_from_what_a_look_had_shown() -> None:
    total = Counted()
    acts = {1: [_act("solve", 1, at=9_000_000)], 2: [_act("solve", 1, at=2_000_000)]}
    acted = Acted(acts, looked=lambda ticket: lambda reply, kind: 4_000_000)
    for ticket in acts:
        add(total, ticket, _said("C", "A1"), acted)
    add(total, 3, _said("C", "N1:x", "N1:x"), acted)
    assert (total.over, total.window_hits, total.open_for) == ({"solve": 1}, {"solve": 1}, [5.0])
    assert (total.notes_twice, len(total.wrong)) == (1, 3)


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
    wish = Wish("zendesk", "sqlite", 5, 10, a_second=5.0, afterwards=5.0, skip=130.0)
    found = run(wish)
    emit = Emit()
    report(emit, wish, found)
    assert [why for row in emit.rows if (why := missed(row))] == [], found.counted.wrong
    assert found.counted.tickets == 10
