"""What a desk says about its rate limits, in every spelling it has used, and how long it wants us to stay away.

Sources: recorded Zendesk exchanges of 2023 (`rate-limit-*`) and 2024 on (`ratelimit-*`), `x-rate-limit-*` on webhooks and the help centre;
the endpoint buckets look like `total=100; remaining=99; resets=41`. Freshdesk: `x-ratelimit-total` (seen as `100.0`) and
`x-ratelimit-remaining`, without a time of reset.
"""
from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Protocol, TypeVar

from connectors import pace as pacing
from connectors.clock import SECOND
from connectors.pace import ACCOUNT, Call, Pace, Seen

SHORTEST_WAIT = 1.0  # seconds; a desk that says 0 still refused us
LONGEST_WAIT = 600.0  # a desk that says a day is asked again after ten minutes
DEFAULT_WAIT = 30.0  # for a 429 that names no time at all
_WINDOW = 60.0  # both vendors count by the minute
RESERVE = 0.2  # of the account's limit, for the company's own tools
_PREFIXES = ("x-rate-limit", "x-ratelimit", "rate-limit", "ratelimit")
T = TypeVar("T")


def http_date(text: str | None) -> int | None:
    """Microseconds of an HTTP date, None when there is none to read."""
    if not text:
        return None
    try:
        return int(parsedate_to_datetime(text).timestamp()) * SECOND
    except (ValueError, TypeError, OverflowError):
        return None


def retry_after_seconds(headers: Mapping[str, str], now: int) -> float:
    """How long the desk wants us to wait: whole or decimal seconds, an HTTP date, nothing. Always between the two bounds."""
    named = _by_lower_name(headers)
    text = named.get("retry-after", "").strip()
    wait = _number(text)
    if wait is None and (until := http_date(text)) is not None:
        # Against the desk's own clock where it sent one: ours may be minutes away.
        wait = (until - (http_date(named.get("date")) or now)) / SECOND
    if wait is None:
        wait = _number(named.get("ratelimit-reset") or named.get("rate-limit-reset") or named.get("x-rate-limit-reset") or "")
    if wait is None:
        wait = DEFAULT_WAIT
    return min(max(wait, SHORTEST_WAIT), LONGEST_WAIT)


@dataclass(frozen=True, slots=True)
class Bucket:
    """One limit as last seen: calls left, and when (microseconds) it fills again."""

    limit: int | None
    remaining: int
    resets_at: int


class Shelf(Protocol):
    """Where a desk's pace is kept, one text a name, for all who call the desk. Never raises: a limit is a hint, not a fact to fail on."""

    def change(self, name: str, change: Callable[[str | None], tuple[str | None, T]]) -> T:
        """Keep what `change` makes of the text, None for no change; its answer. It is called again when another was faster."""
        ...

    def read(self, name: str) -> str | None: ...


class MemoryShelf:
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
    """What a vendor's documents say: which buckets a call (method, path, query) draws on, and limits that no header tells of.

    `known` is given the account's limit, None while it is not known. `writes` are the buckets of sending one message.
    """

    call: Callable[[str, str, str], Call]
    known: Callable[[int | None], Mapping[str, int]] = lambda account: {}
    writes: tuple[str, ...] = ()


def _any_call(method: str, path: str, query: str) -> Call:
    return Call((ACCOUNT, f"{method} {path}"))


class RateBudget:
    """The limits and the health of one desk, learned from its answers; shared by all who share the shelf. Thread-safe.

    `reserve` is the share of the account's limit that is left to the company's own tools.
    """

    def __init__(self, rules: Rules | None = None, shelf: Shelf | None = None, desk: str = "", reserve: float = 0.0) -> None:
        self._rules = rules or Rules(_any_call)
        self._shelf = shelf or MemoryShelf()
        self._name = f"pace:{desk}"
        self._reserve = reserve
        self._lock = threading.Lock()
        self._buckets: dict[str, Bucket] = {}
        self._last = Pace()

    def call(self, method: str, path: str, query: str = "") -> Call:
        return self._rules.call(method, path, query)

    def admit(self, call: Call, now: int) -> float:
        """0.0 when the call may go now, and then it is counted; else the seconds to wait."""

        def take(text: str | None) -> tuple[str | None, tuple[Pace, int]]:
            pace = pacing.from_json(text)
            after, wait = pacing.admit(pace, call, self._known(pace), self._reserve, now)
            return (None if wait else pacing.to_json(after)), (after, wait)

        self._last, wait = self._shelf.change(self._name, take)
        return wait / SECOND

    def resting(self, now: int) -> float:
        """Seconds the desk is left alone because its calls failed; 0.0 when it is well."""
        return pacing.resting(self._pace(), now) / SECOND

    def wait_needed(self, now: int, calls: int = 1, writes: int = 0) -> float:
        """Seconds until so many calls may go, `writes` of them messages; 0.0 when they may now. Nothing is counted."""
        pace = self._pace()
        wants = [Call((ACCOUNT,), calls)] + [Call((name,), writes) for name in self._rules.writes if writes]
        return max(pacing.wait_of(pace, call, self._known(pace), self._reserve, now) for call in wants) / SECOND

    def seen(self, headers: Mapping[str, str], now: int, call: Call | None = None) -> None:
        """Learn from an answer's headers; what cannot be read is ignored, for a limit is a hint and not a fact to fail on."""
        made = call or Call()
        named = _by_lower_name(headers)
        found = _seen(named, made, now)
        self._keep(named, now)
        spent = int(_number(named.get("x-ratelimit-used-currentrequest", "")) or made.cost)
        last = self._last
        # Most answers tell what is known: then nothing is written.
        if last.failures or last.rest or spent > made.cost or pacing.is_news(last, found, now):
            self._change(lambda pace: pacing.answered(pacing.learn(pace, made, found, spent, now)))

    def refused(self, headers: Mapping[str, str], now: int, call: Call | None = None) -> float:
        """Learn from a 429; the seconds to wait. Only what the refusal was about pauses: the desk, an endpoint, or one ticket."""
        made = call or Call()
        seconds = retry_after_seconds(headers, now)
        named = _by_lower_name(headers)
        found = _seen(named, made, now)
        self._keep(named, now)
        self._change(lambda pace: pacing.refused(pace, made, found, int(seconds * SECOND), now))
        return seconds

    def failed(self, now: int) -> None:
        """The desk answered 5xx, or not at all."""
        self._change(lambda pace: pacing.failed(pace, now))

    def buckets(self) -> dict[str, Bucket]:
        """Each limit as this process last saw it."""
        with self._lock:
            return dict(self._buckets)

    def _keep(self, named: Mapping[str, str], now: int) -> None:
        found = _buckets(named, now)
        with self._lock:
            self._buckets.update(found)

    def _pace(self) -> Pace:
        return pacing.from_json(self._shelf.read(self._name))

    def _change(self, step: Callable[[Pace], Pace]) -> None:
        def change(text: str | None) -> tuple[str | None, Pace]:
            pace = pacing.from_json(text)
            after = step(pace)
            return (None if after == pace else pacing.to_json(after)), after

        self._last = self._shelf.change(self._name, change)

    def _known(self, pace: Pace) -> Mapping[str, int]:
        account = pace.buckets.get(ACCOUNT)
        return self._rules.known(None if account is None else account.limit)


def _seen(named: Mapping[str, str], call: Call, now: int) -> dict[str, Seen]:
    """What the headers say of the buckets the call drew on. The account's words on a Help Center call are the Help Center's."""
    found: dict[str, Seen] = {}
    for name, bucket in _buckets(named, now).items():
        if name == "account":
            reset = any(f"{p}-reset" in named for p in _PREFIXES if f"{p}-remaining" in named)
            found[call.buckets[0]] = Seen(bucket.limit, bucket.remaining, bucket.resets_at if reset else None)
        elif name == "per-ticket-updates":
            ticket = next((b for b in call.buckets if b.startswith("ticket:")), None)
            if ticket is not None:
                found[ticket] = Seen(None, bucket.remaining, bucket.resets_at)
    return found


def _buckets(named: Mapping[str, str], now: int) -> dict[str, Bucket]:
    found: dict[str, Bucket] = {}
    for prefix in _PREFIXES:
        remaining = _number(named.get(f"{prefix}-remaining", ""))
        if remaining is None:
            continue
        limit = _number(named.get(f"{prefix}-limit") or named.get(f"{prefix}-total") or named.get(prefix) or "")
        reset = _number(named.get(f"{prefix}-reset", ""))
        found["account"] = Bucket(
            None if limit is None else int(limit), int(remaining), now + int((_WINDOW if reset is None else reset) * SECOND)
        )
    for name, value in named.items():
        if name.startswith(("zendesk-ratelimit-", "zendesk-rate-limit-")):
            parts = dict(p.strip().split("=", 1) for p in value.split(";") if "=" in p)
            left, total, resets = (_number(parts.get(k, "")) for k in ("remaining", "total", "resets"))
            if left is not None:
                endpoint = name.removeprefix("zendesk-").removeprefix("ratelimit-").removeprefix("rate-limit-")
                found[endpoint] = Bucket(
                    None if total is None else int(total), int(left), now + int((_WINDOW if resets is None else resets) * SECOND)
                )
    return found


def _number(text: str) -> float | None:
    try:
        value = float(text.strip())
    except ValueError:
        return None
    return value if 0 <= value < 1e9 else None


def _by_lower_name(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
