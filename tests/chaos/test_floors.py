"""The floors under a run's harm, and the figures of a run that must turn it red."""
from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest

from tests.bars import all_missed
from tests.chaos.count import Agreement, Counted, Requests
from tests.chaos.crowd import SHARES, roles
from tests.chaos.floors import Floors, floors, most_in_window, reached
from tests.chaos.people import Act
from tests.chaos.recovery import Round
from tests.chaos.recovery import report as report_recovery
from tests.chaos.report import report
from tests.chaos.run import Found, Wish
from tests.emit import Emit

WISH = Wish("freshdesk", "sqlite", 1, 100)
ACTS = {"agent: reply": 5, "agent: assign": 5, "agent: solve": 4, "agent: next_step": 4}
GOOD = Found(
    Counted(tickets=100, answered=60),
    Requests(900, 0, 9, [12.0, 40.0]),
    {"worker kills": 9, "broker wipes": 2},
    {"read: before": 30, "write: before": 20},
    ACTS,
    True,
    150.0,
    300.0,
    Agreement(0, 0, 0, 0, []),
)


def _red(found: Found, wish: Wish = WISH) -> list[str]:
    emit = Emit()
    report(emit, wish, found)
    return [why.split(" ")[1] for why in all_missed(emit.rows)]


def test_a_run_in_which_enough_went_wrong_and_all_ended_well_is_green() -> None:
    assert _red(GOOD) == []


@pytest.mark.parametrize(("name", "found"), [
    ("lost", replace(GOOD, counted=Counted(tickets=100, lost=1))),
    ("duplicate_public_replies", replace(GOOD, counted=Counted(tickets=100, duplicates=1))),
    ("notes_twice", replace(GOOD, counted=Counted(tickets=100, notes_twice=1))),
    ("replies_after_human", replace(GOOD, counted=Counted(over=Counter({"reply": 1})))),
    ("replies_after_assign", replace(GOOD, counted=Counted(over=Counter({"assign": 1})))),
    ("replies_after_solve", replace(GOOD, counted=Counted(over=Counter({"solve": 1})))),
    ("replies_after_next_step", replace(GOOD, counted=Counted(over=Counter({"next_step": 1})))),
    ("window_hits", replace(GOOD, counted=Counted(open_for=[0.1, 0.1, 0.1]))),
    ("window_hit_longest_s", replace(GOOD, counted=Counted(open_for=[120.0]))),
    ("worker_kills", replace(GOOD, trouble={"worker kills": 2, "broker wipes": 2})),
    ("broker_wipes", replace(GOOD, trouble={"worker kills": 9})),
    ("desk_faults", replace(GOOD, weather={"read: before": 3})),
    ("rarest_human_act", replace(GOOD, acts={**ACTS, "agent: solve": 0, "agent: assign": 9})),
    ("dead_lettered", replace(GOOD, rows=Agreement(0, 0, 0, 1, ["why"]))),
    ("rows_without_comment", replace(GOOD, rows=Agreement(1, 0, 0, 0, []))),
    ("comments_without_row", replace(GOOD, rows=Agreement(0, 1, 0, 0, []))),
    ("open_rows", replace(GOOD, rows=Agreement(0, 0, 1, 0, []))),
    ("drained_s", replace(GOOD, settled=False)),
])
def test_each_of_these_alone_turns_a_run_red(name: str, found: Found) -> None:
    assert _red(found) == [name]


def test_agents_who_did_too_little_turn_a_run_red() -> None:
    assert _red(replace(GOOD, acts={})) == ["human_acts", "rarest_human_act"]


def test_plain_celery_is_printed_and_held_to_the_same_harm_but_not_judged() -> None:
    wish = replace(WISH, design="plain_celery")
    wrong = Counted(tickets=100, lost=3, duplicates=40, notes_twice=1, over=Counter({"reply": 5}))
    assert _red(replace(GOOD, counted=wrong, rows=None), wish) == []
    assert _red(replace(GOOD, counted=wrong, rows=None, trouble={}), wish) == ["worker_kills", "broker_wipes"]


def test_floors_grow_with_the_tickets_and_are_never_0() -> None:
    assert floors(20) == Floors(3, 1, 5, 3, 0)
    assert floors(1_000) == Floors(25, 4, 250, 180, 36)
    assert (most_in_window(20), most_in_window(1_000)) == (1, 20)


def test_the_trouble_goes_on_until_each_floor_is_reached() -> None:
    acts = [Act("reply", n, 0, 1) for n in range(3)]
    good = ({"worker kills": 3, "broker kills": 1}, {"read: before": 5}, acts)
    assert reached(floors(20), *good)
    assert not reached(floors(20), {"worker kills": 2, "broker wipes": 1}, *good[1:])
    assert not reached(floors(20), {"worker kills": 3}, *good[1:])
    assert not reached(floors(20), good[0], {"read: before": 4}, acts)
    assert not reached(floors(20), *good[:2], acts[:2])


@pytest.mark.parametrize("tickets", [1, 10, 20, 1_000])
def test_roles_are_dealt_in_exact_shares_and_one_to_each_ticket(tickets: int) -> None:
    dealt = roles(tickets, random.Random(1))
    assert len(dealt) == tickets
    counted = Counter(role for role in dealt if role is not None)
    assert counted == {role: n for role, share in SHARES.items() if (n := round(share * tickets))}


def _recovered(*rounds: Round) -> list[str]:
    emit = Emit()
    report_recovery(emit, "zendesk", "sqlite", list(rounds), "bundled")
    return all_missed(emit.rows)


def test_recovery_is_red_when_it_is_slow_when_a_round_saw_no_reply_and_when_nobody_waited() -> None:
    quick, slow = Round(9.0, 30.0, 12, 1), Round(40.0, 60.0, 12, 1)
    assert _recovered(quick, quick, slow) == []
    assert "40.0, must be <= 15 s" in _recovered(quick, slow, slow)[0]
    assert "no value for the bar" in _recovered(quick, Round(None, None, 12, 0))[0]
    assert "0, must be >= 1" in _recovered(quick, Round(9.0, 30.0, 0, 0))[0]
