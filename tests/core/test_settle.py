"""What follows from a row that has ended: the cases in which somebody would lose by the other rule."""
from __future__ import annotations

from dataclasses import replace

import pytest

from app.core.kinds import Act, EffectState
from app.core.sending.checks import Basis, Words
from app.core.sending.settle import MAX_OVERTAKEN, Rest, follows, may_have_left
from app.core.sending.states import OutboxRow
from connectors.records import Status

NOTE, NOTICE = Words("note", "note", 0, "m:1"), Words("public", "handoff_notice", 1, "m:1")
ANSWER = Words("public", "answer", 0, "m:1")


def ended(state: EffectState, sends: int = 1) -> OutboxRow:
    return OutboxRow(state, 0, sends=sends)


@pytest.mark.parametrize("state", [EffectState.FAILED, EffectState.DEAD])
def test_behind_a_lost_note_the_notice_goes_out_and_a_plain_note_follows(state: EffectState) -> None:
    follow = follows(NOTE, ended(state), 0, None)
    assert (follow.rest, follow.act, follow.lost) == (Rest.GOES_ON, Act.UNNOTED, True)


@pytest.mark.parametrize(("words", "end", "act"), [
    (ANSWER, ended(EffectState.FAILED), Act.FAILED),
    (ANSWER, ended(EffectState.DEAD, sends=0), Act.FAILED),
    (ANSWER, ended(EffectState.DEAD), Act.UNTOLD),  # it may have been read: never said again
    (NOTICE, ended(EffectState.FAILED), Act.UNTOLD),
])
def test_a_lost_reply_is_told_to_people(words: Words, end: OutboxRow, act: Act) -> None:
    assert follows(words, end, 0, None).act == act


@pytest.mark.parametrize("opened_by", [Act.UNNOTED, Act.UNTOLD, Act.UNREADABLE])
def test_what_is_lost_of_the_other_way_is_left_to_the_shelf(opened_by: Act) -> None:
    follow = follows(NOTE, ended(EffectState.FAILED), 0, opened_by)
    assert follow.act is None and follow.lost


@pytest.mark.parametrize(("opened_by", "back"), [
    (None, True), (Act.PERSON, True), (Act.UNREADABLE, True), (Act.UNNOTED, False), (Act.UNTOLD, False),
])
def test_an_overtaken_note_gives_back_only_what_it_has_given_away(opened_by: Act | None, back: bool) -> None:
    follow = follows(NOTE, ended(EffectState.STALE, sends=0), 1, opened_by)
    assert (follow.rest, follow.reopens, follow.gives_back) == (Rest.ENDS, True, back)
    assert follow.asked_again is (opened_by is not None)


def test_an_overtaken_note_that_took_the_ticket_from_nobody_gives_nothing_back() -> None:
    kept = replace(NOTE, basis=Basis(Status.OPEN, gave=False))
    handed = replace(NOTE, basis=Basis(Status.OPEN, sets=Status.OPEN, gave=True))
    end = ended(EffectState.STALE, sends=0)
    assert [follows(w, end, 1, None).gives_back for w in (kept, handed)] == [False, True]


def test_a_turn_that_is_overtaken_again_and_again_goes_to_people() -> None:
    assert follows(ANSWER, ended(EffectState.STALE), MAX_OVERTAKEN - 1, None).reads_anew
    assert follows(ANSWER, ended(EffectState.STALE), MAX_OVERTAKEN, None).act == Act.FAILED


def test_a_notice_that_is_overtaken_behind_its_note_leaves_the_hand_off_as_it_is() -> None:
    follow = follows(NOTICE, ended(EffectState.STALE), 1, None)
    assert (follow.rest, follow.reopens, follow.act) == (Rest.GOES_ON, False, None)


@pytest.mark.parametrize("opened_by", [None, Act.PERSON])
def test_a_replayed_note_takes_nothing_back_when_something_behind_it_may_have_left(
    opened_by: Act | None,
) -> None:
    follow = follows(NOTE, ended(EffectState.STALE), 1, opened_by, left_behind=True)
    assert (follow.rest, follow.reopens, follow.gives_back, follow.act) == (Rest.GOES_ON, False, False, None)


@pytest.mark.parametrize(("state", "sends", "left"), [
    ("ready", 0, False), ("ready", 1, True), ("sending", 1, True), ("unknown", 1, True), ("sent", 1, True),
    ("dead", 0, False), ("dead", 6, True), ("failed", 1, False), ("stale", 0, False),
])
def test_what_was_called_and_not_refused_may_have_left(state: str, sends: int, left: bool) -> None:
    assert may_have_left(ended(EffectState(state), sends)) is left
