"""How fast one desk may be called, as pure functions over (what is known of it, now): who calls, and where it
is kept, is not known here.

    admit ─▶ the call goes out ─▶ learn | refused      and, of the desk's health: answered | failed

A bucket is one limit of the desk: the account's own, the Help Center's, an endpoint's, one ticket's. Our
calls are counted by the second; a second leaves the count two seconds late, because a call may reach the desk
a little after it left us: no minute of the desk's, wherever it counts it from, then holds more than the
limit. What the desk's headers say is left, less what we know of ourselves, is what others use.

The breaker: a failure weighs one, a success takes half of one away. Above two the desk rests; then one call
at a time is let through, and four of them in a row that get an answer end the rest. Chosen by a simulation of
a minute in which half of all calls fail (0.9 calls more a ticket, 3.1 without a breaker) against weather in
which a fifth fails (half as long again); held by `tests/flow/test_storm.py`.
"""
from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from connectors.clock import MINUTE, SECOND

WINDOW_SECONDS = 60
LATE_SECONDS = 2  # a call may be counted by the desk this much after it was counted here
LOWERED_FOR = 10 * MINUTE  # a limit found out by a refusal is believed this long
LOWEST_GUESS = 5  # others may have used most of what was refused: a guess never falls below this
ENOUGH_TO_TELL = 0.02  # of a limit: what others use is written down anew when it has changed by more
# of a limit: what is left to us while others use more than their part, and calls are left at all
OUR_LEAST_SHARE = 0.05
ACCOUNT = "account"
RESERVED = frozenset({ACCOUNT, "help_center"})  # the buckets the company's own tools draw on

EASED = 1  # half failures that a success takes away
TRIP = 5  # half failures: three in a row, or a few more with some successes between
FIRST_REST = 10 * SECOND
LONGEST_REST = MINUTE
PROBES = 4
PROBE_ENDS = 25 * SECOND  # longer than a call may take: a prober that died does not shut the desk for good


@dataclass(frozen=True, slots=True)
class Call:
    """A call about to go out: the buckets it draws on, and how many calls the desk counts it as."""

    buckets: tuple[str, ...] = (ACCOUNT,)
    cost: int = 1


@dataclass(frozen=True, slots=True)
class Seen:
    """What an answer's headers said of one bucket. `resets_at` is None where they did not say."""

    limit: int | None
    left: int
    resets_at: int | None


@dataclass(frozen=True, slots=True)
class Bucket:
    """One limit and our part of it. `used` holds (second, calls), oldest first; times in microseconds."""

    limit: int | None = None
    lowered: int | None = None
    lowered_until: int = 0
    others: int = 0
    others_until: int = 0
    paused_until: int = 0
    used: tuple[tuple[int, int], ...] = ()

    def ours(self, now: int) -> int:
        return sum(calls for second, calls in self.used if _leaves(second) > now)


@dataclass(frozen=True, slots=True)
class Pace:
    """All that is known of one desk's limits and health."""

    buckets: Mapping[str, Bucket] = field(default_factory=dict)
    failures: int = 0  # in halves
    rest: int = 0  # how long the last rest was; 0: the desk is well
    rests_until: int = 0
    probes_left: int = 0
    probed_until: int = 0


def admit(pace: Pace, call: Call, known: Mapping[str, int], reserve: float, now: int) -> tuple[Pace, int]:
    """The pace with the call counted, and 0; or the pace as it is, and the microseconds until it is worth
    asking again."""
    wait = wait_of(pace, call, known, reserve, now)
    if wait:
        return pace, wait
    counted = {n: _count(pace.buckets.get(n, Bucket()), call.cost, now) for n in call.buckets}
    probing = now + PROBE_ENDS if pace.probes_left else 0
    return replace(pace, buckets=_pruned({**pace.buckets, **counted}, now), probed_until=probing), 0


def wait_of(pace: Pace, call: Call, known: Mapping[str, int], reserve: float, now: int) -> int:
    """Microseconds until the call may go; 0 for now. `known` are limits from the vendor's documents, for
    buckets no header tells of."""
    waits = [resting(pace, now)]
    for name in call.buckets:
        bucket = pace.buckets.get(name, Bucket())
        waits.append(
            _wait(
                bucket,
                limit_of(bucket, known.get(name), now),
                call.cost,
                reserve if name in RESERVED else 0.0,
                now,
            )
        )
    return max(waits)


def resting(pace: Pace, now: int) -> int:
    """Microseconds the desk is left alone because it fails; 0 when it may be called."""
    return max(0, pace.rests_until - now, pace.probed_until - now if pace.probes_left else 0)


def limit_of(bucket: Bucket, known: int | None, now: int) -> int | None:
    limit = known if bucket.limit is None else bucket.limit
    if bucket.lowered is not None and now < bucket.lowered_until:
        return bucket.lowered if limit is None else min(limit, bucket.lowered)
    return limit


def learn(pace: Pace, call: Call, seen: Mapping[str, Seen], spent: int, now: int) -> Pace:
    """The pace after an answer. `spent` is what the desk says it counted the call as."""
    buckets = dict(pace.buckets)
    for name, said in seen.items():
        buckets[name] = _seen(buckets.get(name, Bucket()), said, now)
    if spent > call.cost:
        for name in call.buckets:
            buckets[name] = _count(buckets.get(name, Bucket()), spent - call.cost, now)
    return replace(pace, buckets=_pruned(buckets, now))


def is_news(pace: Pace, seen: Mapping[str, Seen], now: int) -> bool:
    """Whether the headers say more than is known: another limit, nothing left, or others using clearly more
    or less of it."""
    for name, said in seen.items():
        bucket = pace.buckets.get(name, Bucket())
        after = _seen(bucket, said, now)
        before = bucket.others if now < bucket.others_until else 0
        few = max(1, int((after.limit or 0) * ENOUGH_TO_TELL))
        if said.left <= 0 or after.limit != bucket.limit or abs(after.others - before) > few:
            return True
    return False


def refused(pace: Pace, call: Call, seen: Mapping[str, Seen], wait: int, now: int) -> Pace:
    """The pace after a 429: whichever limit struck is paused, and no other."""
    buckets = dict(pace.buckets)
    blamed = _blamed(pace, call, seen, wait)
    for name in blamed:
        bucket = buckets.get(name, Bucket())
        buckets[name] = replace(bucket, paused_until=max(bucket.paused_until, now + wait))
        if name not in RESERVED and not name.startswith("ticket:"):
            told = seen.get(ACCOUNT)
            limit = told.limit if told is not None and told.left <= 0 else None
            guess = limit or max(LOWEST_GUESS, bucket.ours(now) - call.cost)
            buckets[name] = replace(buckets[name], lowered=guess, lowered_until=now + LOWERED_FOR)
    if blamed & RESERVED:
        buckets.update(
            {n: _seen(buckets.get(n, Bucket()), s, now) for n, s in seen.items() if n in call.buckets}
        )
    return replace(pace, buckets=_pruned(buckets, now), probed_until=0)


def answered(pace: Pace) -> Pace:
    """The pace after an answer that was not a failure of the desk's own."""
    if not pace.rest:
        return replace(pace, failures=max(0, pace.failures - EASED))
    left = max(0, pace.probes_left - 1)
    return (
        replace(pace, probes_left=left, probed_until=0)
        if left
        else replace(pace, failures=0, rest=0, probes_left=0, probed_until=0)
    )


def failed(pace: Pace, now: int) -> Pace:
    """The pace after a 5xx, a time-out or a broken connection."""
    failures = pace.failures + 2
    if pace.rest:
        if now < pace.rests_until:
            return pace  # sent before the rest began
        # Worse than before only when not even the first probe was answered: weather in which most calls come
        # through must not end in hours.
        rest = min(2 * pace.rest, LONGEST_REST) if pace.probes_left == PROBES else FIRST_REST
    elif failures >= TRIP:
        rest = FIRST_REST
    else:
        return replace(pace, failures=failures)
    return replace(
        pace, failures=failures, rest=rest, rests_until=now + rest, probes_left=PROBES, probed_until=0
    )


def _blamed(pace: Pace, call: Call, seen: Mapping[str, Seen], wait: int) -> frozenset[str]:
    desk = frozenset(call.buckets) & RESERVED or frozenset({ACCOUNT})
    ticket = frozenset(n for n in call.buckets if n.startswith("ticket:"))
    endpoint = frozenset(call.buckets) - desk - ticket
    if any(seen[n].left <= 0 for n in ticket if n in seen):
        return ticket
    said = seen.get(min(desk))
    if said is None:
        # Nothing says whose limit it was. Only an export's own is so much narrower than the desk's that the
        # desk may go on.
        return endpoint if "exports" in endpoint else desk
    if said.left > 0 or _another_limit(pace.buckets.get(min(desk)), said):
        # Longer than a minute: no limit by the minute, so it is the ticket's own, of ten.
        return (ticket if wait > (WINDOW_SECONDS + LATE_SECONDS) * SECOND and ticket else endpoint) or desk
    return desk


def _another_limit(account: Bucket | None, said: Seen) -> bool:
    """A refusal may tell of the limit that struck in the account's own words: the number tells them apart."""
    return (
        account is not None
        and account.limit is not None
        and said.limit is not None
        and said.limit != account.limit
    )


def _seen(bucket: Bucket, said: Seen, now: int) -> Bucket:
    limit = bucket.limit if said.limit is None else said.limit
    until = said.resets_at if said.resets_at is not None else now + WINDOW_SECONDS * SECOND
    if limit is None:
        return bucket if said.left > 0 else replace(bucket, paused_until=max(bucket.paused_until, until))
    if said.left <= 0 and bucket.ours(now) == 0:
        # All of it used, and none of it by us.
        return replace(bucket, limit=limit, paused_until=max(bucket.paused_until, until))
    return replace(
        bucket, limit=limit, others=max(0, limit - said.left - bucket.ours(now)), others_until=until
    )


def _wait(bucket: Bucket, limit: int | None, cost: int, reserve: float, now: int) -> int:
    if now < bucket.paused_until:
        return bucket.paused_until - now
    if limit is None:
        return 0
    others = bucket.others if now < bucket.others_until else 0
    ours = bucket.ours(now)
    fair = max(int(limit * OUR_LEAST_SHARE), int(limit * (1 - reserve)) - others, cost)
    room = min(fair, max(limit - others, 0))
    if ours + cost <= room:
        return 0
    # Whichever comes first: enough of ours leaves the count, or what others use is looked at anew.
    ends = [bucket.others_until] if others else []
    too_many = ours + cost - room
    for second, calls in bucket.used:
        if _leaves(second) > now:
            too_many -= calls
            if too_many <= 0:
                ends.append(_leaves(second))
                break
    return min(ends, default=now + SECOND) - now


def _count(bucket: Bucket, calls: int, now: int) -> Bucket:
    second = now // SECOND
    used = tuple(u for u in bucket.used if _leaves(u[0]) > now)
    if used and used[-1][0] >= second:  # the clock may have been set back: never out of order
        return replace(bucket, used=(*used[:-1], (used[-1][0], used[-1][1] + calls)))
    return replace(bucket, used=(*used, (second, calls)))


def _leaves(second: int) -> int:
    return (second + WINDOW_SECONDS + LATE_SECONDS) * SECOND


def _pruned(buckets: Mapping[str, Bucket], now: int) -> dict[str, Bucket]:
    """Without tickets whose pause is over: there are many, and nothing else is known of them."""
    return {n: b for n, b in buckets.items() if not n.startswith("ticket:") or b.paused_until > now}


def to_json(pace: Pace) -> str:
    buckets = {
        n: [b.limit, b.lowered, b.lowered_until, b.others, b.others_until, b.paused_until, b.used]
        for n, b in pace.buckets.items()
    }
    return json.dumps(
        [1, buckets, pace.failures, pace.rest, pace.rests_until, pace.probes_left, pace.probed_until],
        separators=(",", ":"),
    )


def from_json(text: str | None) -> Pace:
    """The pace as it was kept; a new one for what cannot be read: it is learned again within a minute."""
    try:
        version, buckets, *health = json.loads(text or "")
        if version != 1:
            return Pace()
        return Pace({n: _bucket(*values) for n, values in buckets.items()}, *health)
    except (ValueError, TypeError, AttributeError):
        return Pace()


def _bucket(*values: Any) -> Bucket:
    *plain, used = values
    return replace(Bucket(*plain), used=tuple((int(second), int(calls)) for second, calls in used))
