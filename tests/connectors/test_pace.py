"""How fast a desk may be called: all of a limit and no call more, room for the company's own tools, rest for
a desk in trouble."""
from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pytest

from connectors import pace as pacing
from connectors.clock import MINUTE, SECOND
from connectors.freshdesk import rates as freshdesk
from connectors.limits import RateBudget
from connectors.pace import ACCOUNT, Call, Pace, Seen
from connectors.zendesk import rates as zendesk

START = 1_791_882_720_000_000
ONE = Call((ACCOUNT,))


def admitted(
    pace: Pace, call: Call, now: int, known: Mapping[str, int] = MappingProxyType({}), reserve: float = 0.0
) -> tuple[Pace, int]:
    """The pace after as many calls as may go now, and how many they were."""
    calls = 0
    while calls < 2_000:
        pace, wait = pacing.admit(pace, call, known, reserve, now)
        if wait:
            return pace, calls
        calls += 1
    return pace, calls


def seen(pace: Pace, limit: int, left: int, now: int, call: Call = ONE) -> Pace:
    return pacing.learn(pace, call, {call.buckets[0]: Seen(limit, left, now + MINUTE)}, 1, now)


@pytest.mark.parametrize("step", [1, 7, 13])
def test_no_minute_holds_more_calls_than_the_limit_and_nearly_all_of_it_is_used(step: int) -> None:
    pace, times = Pace(), []
    for second in range(0, 1_240, step):
        now = START + second * SECOND + 437_000
        pace, calls = admitted(pace, Call(("updates",)), now, {"updates": 100})
        times += [second] * calls
    assert max(sum(1 for t in times if begin < t <= begin + 60) for begin in range(-1, 1_240)) <= 100
    assert len(times) >= .9 * 100 * 1_240 / 60


def test_a_wait_is_as_long_as_it_must_be_and_no_longer() -> None:
    pace, _ = admitted(Pace(), ONE, START, {ACCOUNT: 10})
    wait = pacing.wait_of(pace, ONE, {ACCOUNT: 10}, 0.0, START)
    assert MINUTE < wait <= MINUTE + 3 * SECOND
    assert pacing.wait_of(pace, ONE, {ACCOUNT: 10}, 0.0, START + wait - 1) > 0
    assert pacing.wait_of(pace, ONE, {ACCOUNT: 10}, 0.0, START + wait) == 0


def test_a_part_of_the_account_is_left_to_the_companys_own_tools() -> None:
    assert admitted(seen(Pace(), 100, 100, START), ONE, START, reserve=0.2)[1] == 80
    assert admitted(seen(Pace(), 100, 70, START), ONE, START, reserve=0.2)[1] == 50, (
        "others use 30, and 20 more stay free"
    )
    assert admitted(seen(Pace(), 100, 10, START), ONE, START, reserve=0.2)[1] == 5, (
        "a little goes on while anything is left"
    )
    assert admitted(seen(Pace(), 100, 0, START), ONE, START, reserve=0.2)[1] == 0


def test_what_others_used_is_believed_until_the_desks_window_is_over() -> None:
    pace = seen(Pace(), 100, 0, START)
    assert pacing.wait_of(pace, ONE, {}, 0.0, START) == MINUTE
    assert admitted(pace, ONE, START + MINUTE)[1] == 100


def test_a_refused_endpoint_pauses_alone_and_its_limit_is_learned() -> None:
    call = Call((ACCOUNT, "create"))
    pace = seen(Pace(), 200, 200, START)
    for _ in range(81):
        pace, _ = pacing.admit(pace, call, {}, 0.0, START)
    pace = pacing.refused(pace, call, {ACCOUNT: Seen(200, 120, None)}, 20 * SECOND, START)
    assert pacing.wait_of(pace, call, {}, 0.0, START) == 20 * SECOND
    assert pacing.limit_of(pace.buckets["create"], None, START) == 80
    assert pacing.limit_of(pace.buckets["create"], None, START + pacing.LOWERED_FOR) is None, (
        "asked anew after a while"
    )


def test_the_limit_of_an_endpoint_told_in_the_accounts_words_is_not_taken_for_the_accounts() -> None:
    update = zendesk.call_of("PUT", "/api/v2/tickets/7.json", "")
    pace = seen(Pace(), 700, 690, START)
    pace = pacing.refused(pace, update, {ACCOUNT: Seen(20, 0, None)}, 30 * SECOND, START)
    assert pacing.wait_of(pace, ONE, {}, 0.0, START) == 0
    assert pacing.limit_of(pace.buckets["updates"], 100, START) == 20


@pytest.mark.parametrize("told", [{}, {"ticket:7": Seen(None, 0, START + 400 * SECOND)}])
def test_the_ten_minutes_of_one_ticket_stop_that_ticket_alone(told: dict[str, Seen]) -> None:
    update = zendesk.call_of("PUT", "/api/v2/tickets/7.json", "")
    pace = pacing.refused(
        seen(Pace(), 700, 690, START), update, {ACCOUNT: Seen(30, 0, None), **told}, 400 * SECOND, START
    )
    assert pacing.wait_of(pace, update, {}, 0.0, START) == 400 * SECOND
    assert pacing.wait_of(pace, zendesk.call_of("PUT", "/api/v2/tickets/8.json", ""), {}, 0.0, START) == 0
    later, _ = pacing.admit(pace, ONE, {}, 0.0, START + 401 * SECOND)
    assert "ticket:7" not in later.buckets, "tickets whose pause is over are forgotten"


def test_a_ticket_said_to_have_no_updates_left_is_not_updated_before_its_time() -> None:
    update = zendesk.call_of("PUT", "/api/v2/tickets/7.json", "")
    pace = pacing.learn(Pace(), update, {"ticket:7": Seen(None, 0, START + 300 * SECOND)}, 1, START)
    assert pacing.wait_of(pace, update, {}, 0.0, START) == 300 * SECOND


def test_credits_count_and_not_calls() -> None:
    read = freshdesk.call_of("GET", "/api/v2/tickets/7", "include=requester,stats")
    assert read.cost == 5
    assert admitted(seen(Pace(), 50, 50, START), read, START)[1] == 10
    dear = pacing.learn(seen(Pace(), 50, 50, START), Call(), {}, 5, START)
    assert dear.buckets[ACCOUNT].ours(START) == 4, "what the desk counted beyond our own count is added"


@pytest.mark.parametrize(
    ("method", "path", "bucket"),
    [("PUT", "/api/v2/tickets/7.json", "updates"), ("PUT", "/api/v2/tickets/7/tags", "updates"),
     ("GET", "/api/v2/tickets/7.json", "tickets"), ("GET", "/api/v2/incremental/tickets/cursor.json",
     "exports"),
     ("GET", "/api/v2/search.json", "search"), ("POST", "/api/v2/webhooks/test", "webhooks")],
)  # fmt: skip
def test_each_zendesk_call_draws_on_the_account_and_on_its_endpoint(
    method: str, path: str, bucket: str
) -> None:
    assert zendesk.call_of(method, path, "").buckets[:2] == (ACCOUNT, bucket)


def test_the_help_centre_has_a_bucket_of_its_own() -> None:
    assert ACCOUNT not in zendesk.call_of("GET", "/api/v2/help_center/en-gb/articles.json", "").buckets


def test_the_high_volume_add_on_is_known_by_the_accounts_limit() -> None:
    assert (
        zendesk.known(None)["updates"],
        zendesk.known(700)["updates"],
        zendesk.known(2_500)["updates"],
    ) == (100, 100, 300)


def test_a_desk_that_fails_rests_and_one_call_at_a_time_asks_whether_it_is_well() -> None:
    pace = Pace()
    for _ in range(3):
        assert pacing.resting(pace, START) == 0
        pace = pacing.failed(pace, START)
    assert pacing.resting(pace, START) == pacing.FIRST_REST
    later = START + pacing.FIRST_REST
    for _ in range(pacing.PROBES):
        pace, wait = pacing.admit(pace, ONE, {}, 0.0, later)
        assert wait == 0
        assert pacing.admit(pace, ONE, {}, 0.0, later)[1] > 0, "a second call waits for the end of the first"
        pace = pacing.answered(pace)
    assert admitted(pace, ONE, later, {ACCOUNT: 9})[1] == 9 - pacing.PROBES, "all that the limit leaves"


def test_a_desk_that_stays_down_is_asked_less_and_less_but_at_least_once_a_minute() -> None:
    pace, now, asked = Pace(), START, []
    while now < START + 10 * MINUTE:
        pace, wait = pacing.admit(pace, ONE, {}, 0.0, now)
        if wait:
            now += wait
        else:
            asked.append(now)
            pace = pacing.failed(pace, now)
    gaps = [b - a for a, b in zip(asked, asked[1:], strict=False)]
    assert gaps == [0, 0, 10 * SECOND, 20 * SECOND, 40 * SECOND] + [MINUTE] * (len(gaps) - 5)


def test_a_prober_that_died_does_not_shut_the_desk_for_good() -> None:
    pace = Pace()
    for _ in range(3):
        pace = pacing.failed(pace, START)
    now = START + pacing.FIRST_REST
    pace, _ = pacing.admit(pace, ONE, {}, 0.0, now)
    assert pacing.admit(pace, ONE, {}, 0.0, now + pacing.PROBE_ENDS)[1] == 0


def test_now_and_then_a_failure_is_no_trouble() -> None:
    pace = Pace()
    for _ in range(200):
        pace = pacing.answered(pacing.answered(pacing.failed(pace, START)))
        assert pacing.resting(pace, START) == 0


def test_a_kept_pace_is_read_back_whole_and_nonsense_is_a_new_one() -> None:
    pace, _ = admitted(pacing.failed(seen(Pace(), 100, 60, START), START), Call((ACCOUNT, "updates")), START)
    assert pacing.from_json(pacing.to_json(pace)) == pace
    for nonsense in (None, "", "[]", "[2,{},0,0,0,0,0]", "[1,{\"account\":[1]},0,0,0,0,0]", "{}", "7", "[1"):
        assert pacing.from_json(nonsense) == Pace()


def test_an_answer_that_tells_nothing_new_writes_nothing() -> None:
    budget = RateBudget(zendesk.RULES)
    call = budget.call("GET", "/api/v2/tickets/7.json")
    headers = {"x-rate-limit": "700", "x-rate-limit-remaining": "699"}
    assert budget.admit(call, START) == 0
    budget.seen(headers, START, call)
    before = budget._store.read("pace:")
    budget.seen(headers, START, call)
    assert budget._store.read("pace:") is before
