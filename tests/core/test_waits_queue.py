"""The learned wait: golden values of each part, and what odd input does to a queue."""
from __future__ import annotations

import json
import math
from collections import deque

import pytest

from app.core.waits import Drain, Queue, forecast
from app.core.waits.learned.experts import Row, conformal_rank, kaplan_meier, stretch
from app.core.waits.learned.line import Line
from app.core.waits.learned.record import Record, pinball
from config.policy import Hours, Team
from connectors.clock import DAY, HOUR, MINUTE, from_iso

ALWAYS = Hours("UTC", ((0, 7 * 1440),))
OFFICE = Hours("Europe/London", tuple((d * 1440 + 540, d * 1440 + 1020) for d in range(5)))
PAIR = Team("Repairs", 3, 20)
START = from_iso("2026-05-11T08:00:00Z")


def queue(hours: Hours = OFFICE, team: Team = PAIR) -> Queue:
    return Queue(hours, team, 5)


def busy(q: Queue, count: int, *, gap: int = 5 * MINUTE, wait: int = 20 * MINUTE, start: int = START) -> int:
    """Tickets that come every `gap` while people work, each answered after `wait`; returns the last
    moment."""
    events = []
    for n in range(count):
        at = start + n // 60 * DAY + n % 60 * gap
        events += [(at, 1, f"t{n}"), (at + wait, 0, f"t{n}")]
    for at, kind, ticket in sorted(events):
        if kind:
            q.arrive(ticket, at)
        else:
            q.leave(ticket, at, replied=True)
    return max(events)[0]


def test_the_discount_gives_the_golden_belief():
    q = queue(ALWAYS)
    q.memory = 960 * 60.0
    q.arrive("a", START, 0)
    q.arrive("b", START, 0)
    q.tick(START + 20 * MINUTE)
    assert q.pooled[1] / 60 == pytest.approx(19.7931, abs=1e-4)
    q.leave("a", START + 20 * MINUTE, replied=True)
    assert q.pooled[0] == 1
    q.tick(START + 60 * MINUTE)
    assert (q.pooled[0], q.pooled[1] / 60) == pytest.approx((0.959189, 58.163460), abs=1e-5)
    drain = q.drain(0)
    assert q.rate() * 3600 == pytest.approx(3.039161, abs=1e-5)
    assert (drain.a, drain.b_seconds / 60) == pytest.approx((3.959189, 117.390325), abs=1e-4)
    assert [round(drain.wait_seconds(4, p) / 60, 2) for p in (0.1, 0.5, 0.9)] == [62.29, 150.99, 377.98]


@pytest.mark.parametrize(("ahead", "share", "minutes"), [(0, 0.1, 0.714883), (0, 0.5, 5.198421), (0, 0.9,
23.088694), (24, 0.9, 461.6)])
def test_day_one_gives_the_golden_waits(ahead, share, minutes):
    assert Drain(3, 1200).wait_seconds(ahead, share) / 60 == pytest.approx(minutes, rel=1e-3)


@pytest.mark.parametrize(("count", "rank"), [(20, 19), (50, 46), (100, 91), (300, 271)])
def test_the_conformal_rank_is_golden(count, rank):
    assert conformal_rank(count, 0.1) == rank


def test_nineteen_outcomes_stretch_nothing():
    rows = [Row(n, 2, 0.0, 60.0, 120.0, 100.0, True) for n in range(19)]
    assert stretch(rows, 0.0, 0.1) is None
    assert stretch([*rows, rows[0]], 0.0, 0.1) == pytest.approx(math.log(400 / 420))


def test_kaplan_meier_counts_those_who_still_wait():
    waits = [5.0, 10.0, 15.0, 20.0, 30.0]
    rows = list(zip(waits, [True, False, True, True, True], strict=True))
    assert (kaplan_meier(rows, 0.5), kaplan_meier(rows, 0.9)) == (20.0, 30.0)
    assert kaplan_meier([*rows[:-1], (30.0, False)], 0.9) is None


def test_pinball_counts_a_short_bound_nine_times():
    assert (pinball(30, 20), pinball(10, 20)) == pytest.approx((9, 1))


def test_the_second_oldest_of_five_leaving_is_three_quarters_of_a_step():
    q = queue(ALWAYS)
    for n in range(5):
        q.arrive(f"t{n}", START, 0)
    q.leave("t1", START, replied=True)
    assert q.bands[0][0] == pytest.approx(0.75)
    assert q.order[0] == pytest.approx(0.25)


def test_the_tracker_moves_by_golden_steps():
    record = Record()
    record.track(broken=True)
    assert record.z == pytest.approx([0.009, 0.0])
    record.track(broken=False)
    assert record.z == pytest.approx([0.008, 0.0])
    record.z = [0.1, 0.0]
    assert record.moved(3600.0, 300.0) / 60 == pytest.approx(66.836, abs=1e-3)


def test_what_was_told_while_closed_is_tracked_apart():
    record = Record()
    record.track(broken=True, closed=True)
    assert record.z == pytest.approx([0.0, 0.009])
    assert record.moved(3600.0, 300.0) == 3600.0 < record.moved(3600.0, 300.0, closed=True)


def test_raw_drain_stays_until_another_is_clearly_better():
    record = Record()
    for _ in range(49):
        record.learn(100.0, {"raw": 200.0, "recent": 100.0})
    assert record.pick({"raw": 200.0, "recent": 100.0}) == "raw"
    record.learn(100.0, {"raw": 200.0, "recent": 100.0})
    assert record.pick({"raw": 200.0, "recent": 100.0}) == "recent"


def test_the_same_events_give_the_same_state_and_a_written_state_goes_on_the_same():
    one, two = queue(), queue()
    end = busy(one, 90)
    busy(two, 90)
    assert one.dump() == two.dump()
    again = Queue.load(json.loads(json.dumps(one.dump())), OFFICE, PAIR, 5)
    for q in (one, again):
        q.arrive("late", end + HOUR, 1)
        q.tick(end + 5 * HOUR)
    assert again.dump() == one.dump()
    assert forecast(again, "late", end + 5 * HOUR) == forecast(one, "late", end + 5 * HOUR)


def test_a_promise_breaks_when_it_lapses_not_when_somebody_replies():
    q = queue(ALWAYS)
    q.arrive("a", START)
    bound = q.tickets["a"].bound_at
    assert bound is not None
    q.tick(bound)
    assert q.record.kept() == (0, 0)
    q.tick(bound + 1)
    assert q.record.kept() == (0, 1)
    q.leave("a", bound + HOUR, replied=True)
    assert q.record.kept() == (0, 1)


def test_one_who_left_before_the_promise_is_no_information():
    q = queue(ALWAYS)
    q.arrive("a", START)
    q.leave("a", START + MINUTE, replied=False)
    q.tick(START + DAY)
    assert q.record.kept() == (0, 0)
    assert q.pooled[0] > 0  # but an exit it is: the line moved


def test_an_urgent_ticket_overtakes_and_is_counted():
    q = queue(ALWAYS)
    q.arrive("a", START, 2)
    q.arrive("b", START + 1, 0)
    assert (q.place("a").ahead, q.place("a").overtaken) == (1, 1)
    q.leave("b", START + 2, replied=True)
    assert (q.place("a").ahead, q.place("a").overtaken) == (0, 1)


def test_without_an_admins_word_nothing_is_told_before_twenty_replies():
    q = queue(team=Team("Repairs"))
    end = busy(q, 19)
    assert forecast(q, None, end).why_not == "queue_new"
    q.arrive("last", end)
    q.leave("last", end + 10 * MINUTE, replied=True)
    assert forecast(q, None, end + 10 * MINUTE).bound_at is not None


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_a_wrong_handling_time_is_forgotten(factor):
    right, wrong = queue(), queue(team=Team("Repairs", 3, 20 * factor))
    for q in (right, wrong):
        end = busy(q, 300)
    a, b = (forecast(q, None, end).inputs["raw_open_seconds"] for q in (right, wrong))
    assert isinstance(a, float) and isinstance(b, float)
    assert 0.8 < a / b < 1.25


def test_a_clock_that_jumps_back_makes_no_negative_wait():
    q = queue(ALWAYS)
    q.arrive("a", START + HOUR)
    q.arrive("b", START - 5 * DAY)
    q.leave("a", START - 9 * DAY, replied=True)
    q.leave("b", START + 2 * HOUR, replied=True)
    assert all((row.wait or 0) >= 0 for row in q.rows)
    wait = forecast(q, None, START - DAY)
    assert wait.as_of == q.now
    assert wait.bound_at is not None
    assert wait.bound_at > wait.as_of


def test_a_reply_dated_before_its_question_teaches_nothing():
    q = queue(ALWAYS)
    q.tick(START)
    q.arrive("a", START + HOUR)
    q.leave("a", START, replied=True)
    assert (q.replies, q.odd, len(q.line)) == (0, 1, 0)


def test_a_ticket_that_reopens_is_a_new_wait_and_a_second_arrival_none():
    q = queue(ALWAYS)
    q.arrive("a", START)
    q.arrive("a", START + MINUTE)
    assert len(q.line) == 1
    q.leave("a", START + 2 * MINUTE, replied=True)
    q.leave("a", START + 3 * MINUTE, replied=True)
    q.arrive("a", START + HOUR)
    q.tick(START + HOUR + MINUTE)
    assert (len(q.line), q.replies, q.arrivals) == (1, 1, 2)


def test_a_deleted_group_leaves_nobody_waiting_and_breaks_nothing():
    q = queue(ALWAYS)
    for n in range(5):
        q.arrive(f"t{n}", START)
    q.clear(START + MINUTE)
    q.tick(START + 30 * DAY)
    assert (len(q.line), q.record.kept()) == (0, (0, 0))


def test_hours_that_never_open_say_so():
    q = queue(Hours("UTC", ()))
    q.arrive("a", START)
    q.tick(START + 30 * DAY)
    q.leave("a", START + 31 * DAY, replied=True)
    wait = forecast(q, None, START + 32 * DAY)
    assert (wait.why_not, wait.opens_at, wait.bound_at) == ("nobody_on_shift", None, None)


def test_a_queue_where_nobody_replies_says_so():
    q = queue(ALWAYS)
    end = busy(q, 60)
    for n in range(10):
        q.arrive(f"w{n}", end)
    assert forecast(q, None, end + MINUTE).bound_at is not None
    assert forecast(q, None, end + 12 * HOUR).why_not == "stalled"


def test_ten_thousand_tickets_imported_at_once_are_counted_and_told_nothing_false():
    q = queue()
    q.rows = deque(maxlen=50)  # what is remembered of past tickets costs time, and is not what this is about
    for n in range(10_000):
        q.arrive(f"t{n}", START)
    wait = forecast(q, None, START)
    assert wait.ahead == 10_000
    assert wait.bound_at is None
    assert wait.why_not == "beyond_horizon"


def test_the_line_forgets_nobody_who_waits():
    line = Line()
    for n in range(3_000):
        line.join(f"t{n}", n, 2)
        if n:
            line.leave(f"t{n}")
    line.join("urgent", 3_000, 0)
    assert (line.place("t0").ahead, line.place("t0").overtaken) == (1, 1)
