"""The never-twice protocol: every step of one outbox row, and what no sequence of events may ever do to
it."""
from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.sending.states import (
    FENCED,
    LONGEST_PAUSE,
    LONGEST_UNKNOWN,
    MAX_ATTEMPTS,
    MAX_LOOKS,
    MAX_SENDS,
    SECOND,
    UNFENCED,
    Answered,
    Deferred,
    Event,
    GivenUp,
    IllegalStep,
    OutboxRow,
    Overtaken,
    Started,
    Traced,
    Vanished,
    pause,
    stamp_is_fresh,
    stamp_is_safe,
    step,
    worn_out,
)
from connectors.records import Conflict, Later, Refused, Sent, Stamp, Trace, Unknown

NOW = 1_000_000 * SECOND
STAMP = Stamp("2026-03-03T10:00:00Z", NOW, NOW + 5 * SECOND, NOW)
NEWER = Stamp("2026-03-03T10:00:09Z", NOW + 9 * SECOND, NOW + 15 * SECOND, NOW + 15 * SECOND)
FOUND, ABSENT, SOMEBODY = Trace("r1", False), Trace(None, False), Trace(None, True)
STATES = ("ready", "sending", "sent", "unknown", "stale", "failed", "dead")
TERMINAL = frozenset({"sent", "stale", "failed", "dead"})


def row(state: str, **values: object) -> OutboxRow:
    start = {
        "ready": OutboxRow("ready", NOW, stamp=STAMP),
        "sending": OutboxRow(
            "sending", NOW, sends=1, attempts=1, lease_until=NOW + 35 * SECOND, attempt_at=NOW, stamp=STAMP
        ),
        "unknown": OutboxRow(
            "unknown", NOW + 15 * SECOND, sends=1, attempts=1, attempt_at=NOW, unknown_since=NOW, stamp=STAMP
        ),
    }
    return replace(start.get(state, OutboxRow(state, NOW, sends=1)), **values)


EVENTS: dict[str, Event] = {
    "started": Started(),
    "sent": Answered(Sent("r1")),
    "conflict": Answered(Conflict()),
    "later": Answered(Later(7)),
    "refused": Answered(Refused("no")),
    "no answer": Answered(Unknown("time-out")),
    "found": Traced(FOUND),
    "absent": Traced(ABSENT, NEWER),
    "somebody": Traced(SOMEBODY, NEWER),
    "vanished": Vanished(),
    "deferred": Deferred(NOW + 60 * SECOND, "busy"),
    "overtaken": Overtaken("a person wrote"),
    "given up": GivenUp("erased"),
}
TABLE = {
    ("ready", "started"): "sending",
    ("ready", "deferred"): "ready",
    ("ready", "overtaken"): "stale",
    ("ready", "given up"): "dead",
    ("sending", "sent"): "sent",
    ("sending", "conflict"): "sending",
    ("sending", "later"): "ready",
    ("sending", "refused"): "failed",
    ("sending", "no answer"): "unknown",
    ("sending", "found"): "sent",
    ("sending", "absent"): "ready",
    ("sending", "somebody"): "stale",
    ("sending", "vanished"): "unknown",
    ("sending", "given up"): "dead",
    ("unknown", "found"): "sent",
    ("unknown", "absent"): "ready",
    ("unknown", "somebody"): "ready",
    ("unknown", "deferred"): "unknown",
    ("ready", "found"): "sent",
    ("unknown", "given up"): "dead",
}


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("state", STATES)
def test_each_event_in_each_state_does_what_the_table_says_or_is_refused(state, event):
    wanted = TABLE.get((state, event))
    if wanted is None:
        with pytest.raises(IllegalStep, match=state):
            step(row(state), EVENTS[event], NOW, FENCED)
    else:
        assert step(row(state), EVENTS[event], NOW, FENCED).state == wanted


def test_a_call_that_starts_is_counted_and_takes_a_lease_longer_than_the_call():
    started = step(row("ready"), Started(), NOW, FENCED)
    assert (started.sends, started.attempt_at) == (1, NOW)
    assert started.lease_until == NOW + FENCED.deadline + FENCED.lease


def test_whatever_ends_a_call_gives_the_lease_free():
    for name in (
        "sent",
        "later",
        "refused",
        "no answer",
        "found",
        "absent",
        "somebody",
        "vanished",
        "given up",
    ):
        assert step(row("sending"), EVENTS[name], NOW, FENCED).lease_until == 0, name


def test_an_unanswered_call_is_unknown_and_is_looked_up_only_after_the_settle():
    for times in (FENCED, UNFENCED):
        left = step(row("sending"), Answered(Unknown("reset")), NOW, times)
        assert (left.state, left.unknown_since, left.next_at) == ("unknown", NOW, NOW + times.settle)


def test_a_row_left_sending_by_a_crash_settles_only_when_its_holder_is_certainly_dead():
    seen_at = NOW + 40 * SECOND
    left = step(row("sending"), Vanished(), seen_at, FENCED)
    assert left.unknown_since == NOW + FENCED.hard_limit
    assert left.next_at == NOW + FENCED.hard_limit + FENCED.settle


def test_a_row_found_sending_long_after_the_crash_is_looked_up_at_once():
    long_after = NOW + 3600 * SECOND
    left = step(row("sending"), Vanished(), long_after, FENCED)
    assert (left.state, left.next_at) == ("unknown", long_after)


def test_an_answer_that_comes_after_the_row_was_declared_unknown_changes_nothing():
    late = row("unknown")
    with pytest.raises(IllegalStep):
        step(late, Answered(Sent("r1")), NOW, FENCED)


def test_the_same_bytes_go_again_on_the_same_stamp_when_the_desk_does_not_show_them():
    again = step(row("unknown"), Traced(ABSENT, NEWER), NOW + 20 * SECOND, FENCED)
    assert (again.state, again.stamp, again.sends, again.next_at) == ("ready", STAMP, 1, NOW + 20 * SECOND)


def test_after_six_calls_without_an_answer_a_person_is_asked():
    assert step(row("unknown", sends=MAX_SENDS - 1), Traced(ABSENT), NOW, FENCED).state == "ready"
    last = step(row("unknown", sends=MAX_SENDS), Traced(ABSENT), NOW, FENCED)
    assert last.state == "dead"
    assert f"{MAX_SENDS} calls" in (last.result or "")


def test_a_conflict_made_by_our_own_plan_is_forgiven_once():
    waiting = step(row("sending"), Answered(Conflict()), NOW, FENCED)
    forgiven = step(waiting, Traced(ABSENT, NEWER), NOW, FENCED)
    assert (forgiven.state, forgiven.stamp, forgiven.restamped, forgiven.sends) == ("ready", NEWER, True, 0)
    again = step(step(forgiven, Started(), NOW, FENCED), Traced(ABSENT, NEWER), NOW, FENCED)
    assert again.state == "stale"


def test_a_conflict_is_not_forgiven_without_a_new_read_of_the_ticket():
    assert step(row("sending"), Traced(ABSENT, None), NOW, FENCED).state == "stale"


def test_a_conflict_with_our_own_earlier_copy_counts_as_sent():
    done = step(row("sending", sends=2), Traced(FOUND), NOW, FENCED)
    assert (done.state, done.remote_id) == ("sent", "r1")


def test_a_pause_the_desk_asks_for_counts_neither_as_a_call_nor_as_a_try():
    waiting = step(row("sending", attempts=4), Answered(Later(7.5)), NOW, FENCED)
    assert (waiting.state, waiting.sends, waiting.attempts, waiting.next_at) == (
        "ready",
        0,
        3,
        NOW + 7_500_000,
    )


def test_a_row_that_is_only_ever_deferred_ends_on_the_shelf():
    assert step(row("ready", attempts=MAX_ATTEMPTS - 1), Deferred(NOW, "busy"), NOW, FENCED).state == "ready"
    ended = step(row("ready", attempts=MAX_ATTEMPTS), Deferred(NOW, "busy"), NOW, FENCED)
    assert ended.state == "dead"
    assert "busy" in (ended.result or "")


def test_a_row_whose_history_can_never_be_read_ends_on_the_shelf_after_about_a_day():
    waiting, now, looks = row("unknown", attempts=0), NOW, 0
    while waiting.state == "unknown":
        now, looks = max(now, waiting.next_at), looks + 1
        claimed = replace(waiting, attempts=waiting.attempts + 1)
        waiting = step(claimed, Deferred(now + pause(claimed.attempts), "502"), now, FENCED)
    assert (waiting.state, looks) == ("dead", MAX_LOOKS)
    assert "nobody knows whether it was sent" in (waiting.result or "") and "502" in (waiting.result or "")
    assert 20 < (now - NOW) / SECOND / 3600 < 30, (
        "hours: longer than a desk's outage, shorter than a customer's patience"
    )


def test_a_look_that_the_desk_puts_off_counts_no_try_but_not_for_ever():
    waiting, now = row("unknown", attempts=1), NOW
    while waiting.state == "unknown":
        assert now - NOW < LONGEST_UNKNOWN + 3600 * SECOND
        now += 3600 * SECOND
        waiting = step(
            replace(waiting, attempts=waiting.attempts + 1), Deferred(now, "429", counts=False), now, FENCED
        )
    assert (waiting.state, waiting.attempts) == ("dead", 2)
    assert now - NOW == LONGEST_UNKNOWN


def test_a_row_that_we_hold_back_ourselves_waits_for_as_long_as_it_takes():
    held = row("ready")
    for _ in range(5 * MAX_ATTEMPTS):
        held = step(
            replace(held, attempts=held.attempts + 1),
            Deferred(NOW, "kill switch: audit", counts=False),
            NOW,
            FENCED,
        )
    assert (held.state, held.attempts) == ("ready", 0)


def test_a_row_whose_holder_dies_before_every_call_is_worn_out():
    assert not worn_out(row("ready", attempts=MAX_ATTEMPTS))
    assert worn_out(row("ready", attempts=MAX_ATTEMPTS + 1))
    assert not worn_out(row("sending", attempts=MAX_ATTEMPTS + 1))


def test_a_stamp_is_safe_only_when_the_second_it_names_is_over_at_the_desk():
    assert not stamp_is_safe(replace(STAMP, desk_now=STAMP.changed_at + SECOND), FENCED)
    assert stamp_is_safe(replace(STAMP, desk_now=STAMP.changed_at + SECOND + 1), FENCED)


def test_a_stamp_is_fresh_for_a_minute_of_our_own_clock():
    assert stamp_is_fresh(STAMP, STAMP.read_at + 60 * SECOND - 1, FENCED)
    assert not stamp_is_fresh(STAMP, STAMP.read_at + 60 * SECOND, FENCED)


def test_pauses_double_and_are_bounded():
    assert [pause(n) // SECOND for n in range(4)] == [5, 10, 20, 40]
    assert pause(1000) == LONGEST_PAUSE


def test_the_order_of_times_holds():
    for times in (FENCED, UNFENCED):
        assert times.deadline < times.hard_limit
        assert times.lease + times.deadline < times.hard_limit
    assert UNFENCED.settle >= 120 * SECOND


stamps = st.sampled_from([None, STAMP, NEWER])
traces = st.sampled_from([FOUND, ABSENT, SOMEBODY])
events = st.one_of(
    st.just(Started()),
    st.just(Vanished()),
    st.builds(Traced, traces, stamps),
    st.builds(
        Answered,
        st.one_of(
            st.just(Sent("r1")),
            st.just(Conflict()),
            st.builds(Later, st.floats(0, 1e6)),
            st.just(Refused("no")),
            st.just(Unknown("reset")),
        ),
    ),
    st.builds(Deferred, st.integers(NOW, 2 * NOW), st.just("busy"), st.booleans()),
    st.just(Overtaken("x")),
    st.just(GivenUp("x")),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(events, st.integers(0, 600 * SECOND)), max_size=40))
def test_no_sequence_of_events_breaks_the_protocol(happened):
    current, now, unanswered = row("ready"), NOW, 0
    for event, passed in happened:
        now += passed
        before = current
        if before.state == "ready":
            before = replace(before, attempts=before.attempts + 1)  # a claim goes before every step
        try:
            current = step(before, event, now, FENCED)
        except IllegalStep:
            continue
        assert before.state not in TERMINAL
        assert 0 <= current.sends <= MAX_SENDS
        assert current.attempts >= 0
        if current.state == "sent":
            found = isinstance(event, Traced) and event.trace.remote_id is not None
            assert found or (isinstance(event, Answered) and isinstance(event.outcome, Sent))
        if before.state == "sending" and current.state == "unknown":
            unanswered += 1
        if current.state == "sending" and before.state == "ready":
            assert isinstance(event, Started)
        if current.state != "sending":
            assert current.lease_until == 0
    assert unanswered <= MAX_SENDS
