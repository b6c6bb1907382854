"""Rate-limit headers of a desk, in every spelling of the usual headers, and how long it wants us to stay
away.

Sources: recorded exchanges of 2023 (`rate-limit-*`) and 2024 on (`ratelimit-*`, `x-rate-limit-*` at some
addresses), and desks that say `x-ratelimit-total` (seen as `100.0`) and `x-ratelimit-remaining`, without a
time of reset. Headers that only one vendor sends are read in its folder (`Rules.more`, `Rules.spent`).
"""
from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from connectors import pace as pacing
from connectors.clock import SECOND
from connectors.headers import http_date, lower_names, number
from connectors.pace import ACCOUNT, Call, Pace, Seen

SHORTEST_WAIT = 1.0  # seconds; a desk that says 0 still refused us
LONGEST_WAIT = 600.0  # a desk that says a day is asked again after ten minutes
DEFAULT_WAIT = 30.0  # for a 429 that names no time at all
WINDOW = 60.0  # seconds: desks count by the minute where they do not say
RESERVE = 0.2  # of the account's limit, for the company's own tools
_PREFIXES = ("x-rate-limit", "x-ratelimit", "rate-limit", "ratelimit")
T = TypeVar("T")


def retry_after_seconds(headers: Mapping[str, str], now: int) -> float:
    """How long the desk wants us to wait: whole or decimal seconds, an HTTP date, nothing. Always between the
    two bounds."""
    named = lower_names(headers)
    text = named.get("retry-after", "").strip()
    wait = number(text)
    if wait is None and (until := http_date(text)) is not None:
        # Against the desk's own clock where it sent one: ours may be minutes away.
        wait = (until - (http_date(named.get("date")) or now)) / SECOND
    if wait is None:
        wait = number(
            named.get("ratelimit-reset") or named.get("rate-limit-reset") or named.get("x-rate-limit-reset")
        )
    if wait is None:
        wait = DEFAULT_WAIT
    return min(max(wait, SHORTEST_WAIT), LONGEST_WAIT)


class PaceStore(Protocol):
    """Where a desk's pace is kept, one text a name, for all who call the desk. Never raises: a limit is a
    hint, not a fact to fail on."""

    def change(self, name: str, change: Callable[[str | None], tuple[str | None, T]]) -> T:
        """Keep what `change` makes of the text, None for no change; its answer. It is called again when
        another was faster."""
        ...

    def read(self, name: str) -> str | None: ...


class MemoryPaceStore:
    """The pace of one process alone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._texts: dict[str, str] = {}

    def change(self, name: str, change: Callable[[str | None], tuple[str | None, T]]) -> T:
        with self._lock:
            text, answer = change(self._texts.get(name))
            if text is not None:
                self._texts[name] = text
            return answer

    def read(self, name: str) -> str | None:
        return self._texts.get(name)


@dataclass(frozen=True, slots=True)
class Rules:
    """What a vendor's documents say of its limits.

    `call` says which buckets a call (method, path, query) draws on. `known` is given the account's limit,
    None while it is not known, and gives limits that no header tells of. `writes` are the buckets of sending
    one message. `more` reads what only this vendor's headers (lower-case names) say of the buckets a call
    drew on; `spent` how many calls they say it was counted as.
    """

    call: Callable[[str, str, str], Call]
    known: Callable[[int | None], Mapping[str, int]] = lambda account: {}
    writes: tuple[str, ...] = ()
    more: Callable[[Mapping[str, str], Call, int], Mapping[str, Seen]] = lambda named, call, now: {}
    spent: Callable[[Mapping[str, str]], float | None] = lambda named: None


def _any_call(method: str, path: str, query: str) -> Call:
    return Call((ACCOUNT, f"{method} {path}"))


class RateBudget:
    """The limits and the health of one desk, learned from its answers; shared by all who share the store.
    Thread-safe.

    `reserve` is the share of the account's limit that is left to the company's own tools.
    """

    def __init__(
        self, rules: Rules | None = None, store: PaceStore | None = None, desk: str = "", reserve: float = 0.0
    ) -> None:
        self._rules = rules or Rules(_any_call)
        self._store = store or MemoryPaceStore()
        self._name = f"pace:{desk}"
        self._reserve = reserve
        self._last = Pace()

    def call(self, method: str, path: str, query: str = "") -> Call:
        return self._rules.call(method, path, query)

    def admit(self, call: Call, now: int) -> float:
        """0.0 when the call may go now, and then it is counted; else the seconds to wait."""

        def take(text: str | None) -> tuple[str | None, tuple[Pace, int]]:
            pace = pacing.from_json(text)
            after, wait = pacing.admit(pace, call, self._known(pace), self._reserve, now)
            return (None if wait else pacing.to_json(after)), (after, wait)

        self._last, wait = self._store.change(self._name, take)
        return wait / SECOND

    def resting(self, now: int) -> float:
        """Seconds the desk is left alone because its calls failed; 0.0 when it is well."""
        return pacing.resting(self._pace(), now) / SECOND

    def wait_needed(self, now: int, calls: int = 1, writes: int = 0) -> float:
        """Seconds until so many calls may go, `writes` of them messages; 0.0 when they may now. Nothing is
        counted."""
        pace = self._pace()
        wants = [Call((ACCOUNT,), calls)] + [Call((name,), writes) for name in self._rules.writes if writes]
        return (
            max(pacing.wait_of(pace, call, self._known(pace), self._reserve, now) for call in wants) / SECOND
        )

    def seen(self, headers: Mapping[str, str], now: int, call: Call | None = None) -> None:
        """Learn from an answer's headers; what cannot be read is ignored, for a limit is a hint and not a
        fact to fail on."""
        made = call or Call()
        named = lower_names(headers)
        found = self._said(named, made, now)
        spent = int(self._rules.spent(named) or made.cost)
        last = self._last
        # Most answers tell what is known: then nothing is written.
        if last.failures or last.rest or spent > made.cost or pacing.is_news(last, found, now):
            self._change(lambda pace: pacing.answered(pacing.learn(pace, made, found, spent, now)))

    def refused(self, headers: Mapping[str, str], now: int, call: Call | None = None) -> float:
        """Learn from a 429; the seconds to wait. Only what the refusal was about pauses: the desk, an
        endpoint, or one ticket."""
        made = call or Call()
        seconds = retry_after_seconds(headers, now)
        found = self._said(lower_names(headers), made, now)
        self._change(lambda pace: pacing.refused(pace, made, found, int(seconds * SECOND), now))
        return seconds

    def failed(self, now: int) -> None:
        """The desk answered 5xx, or not at all."""
        self._change(lambda pace: pacing.failed(pace, now))

    def _said(self, named: Mapping[str, str], call: Call, now: int) -> dict[str, Seen]:
        account = _account(named, now)
        # The account's words on a call of another limit's own (a help centre's) are that limit's.
        usual = {} if account is None else {call.buckets[0]: account}
        return {**usual, **self._rules.more(named, call, now)}

    def _pace(self) -> Pace:
        return pacing.from_json(self._store.read(self._name))

    def _change(self, step: Callable[[Pace], Pace]) -> None:
        def change(text: str | None) -> tuple[str | None, Pace]:
            pace = pacing.from_json(text)
            after = step(pace)
            return (None if after == pace else pacing.to_json(after)), after

        self._last = self._store.change(self._name, change)

    def _known(self, pace: Pace) -> Mapping[str, int]:
        account = pace.buckets.get(ACCOUNT)
        return self._rules.known(None if account is None else account.limit)


def _account(named: Mapping[str, str], now: int) -> Seen | None:
    """The account's limit in the usual headers, None where they name none. What is left is all they must
    say."""
    found: Seen | None = None
    for prefix in _PREFIXES:
        left = number(named.get(f"{prefix}-remaining"))
        if left is None:
            continue
        limit = number(named.get(f"{prefix}-limit") or named.get(f"{prefix}-total") or named.get(prefix))
        found = Seen(None if limit is None else int(limit), int(left), _reset(named, now, prefix))
    return found


def _reset(named: Mapping[str, str], now: int, prefix: str) -> int | None:
    text = named.get(f"{prefix}-reset")
    if text is None:
        return None
    seconds = number(text)
    return now + int((WINDOW if seconds is None else seconds) * SECOND)
