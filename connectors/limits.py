"""What a desk says about its rate limits, in every spelling it has used, and how long it wants us to stay away.

Sources: recorded Zendesk exchanges of 2023 (`rate-limit-*`) and 2024 on (`ratelimit-*`), `x-rate-limit-*` on webhooks and the help centre;
the endpoint buckets look like `total=100; remaining=99; resets=41`. Freshdesk: `x-ratelimit-total` (seen as `100.0`) and
`x-ratelimit-remaining`, without a time of reset.
"""
from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from connectors.clock import SECOND

SHORTEST_WAIT = 1.0  # seconds; a desk that says 0 still refused us
LONGEST_WAIT = 600.0  # a desk that says a day is asked again after ten minutes
DEFAULT_WAIT = 30.0  # for a 429 that names no time at all
_WINDOW = 60.0  # both vendors count by the minute


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


class RateBudget:
    """The limits of one desk, learned from its answers; shared by every session of the process. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._buckets: dict[str, Bucket] = {}
        self._paused_until = 0

    def wait_needed(self, now: int) -> float:
        """Seconds until the account's own bucket allows a call again; 0.0 when one may go now. Buckets of single endpoints do not count."""
        with self._lock:
            account = self._buckets.get("account")
            until = self._paused_until
        if account is not None and account.remaining <= 0:
            until = max(until, account.resets_at)
        return max(0.0, (until - now) / SECOND)

    def seen(self, headers: Mapping[str, str], now: int) -> None:
        """Learn from an answer's headers; what cannot be read is ignored, for a limit is a hint and not a fact to fail on."""
        found = _buckets(_by_lower_name(headers), now)
        with self._lock:
            self._buckets.update(found)

    def refused(self, headers: Mapping[str, str], now: int) -> float:
        """Learn from a 429; the seconds to wait. The whole desk pauses unless its own bucket shows calls left."""
        seconds = retry_after_seconds(headers, now)
        found = _buckets(_by_lower_name(headers), now)
        account = found.get("account")
        with self._lock:
            self._buckets.update(found)
            if account is None or account.remaining <= 0:
                self._paused_until = max(self._paused_until, now + int(seconds * SECOND))
        return seconds

    def buckets(self) -> dict[str, Bucket]:
        with self._lock:
            return dict(self._buckets)


def _buckets(named: Mapping[str, str], now: int) -> dict[str, Bucket]:
    found: dict[str, Bucket] = {}
    for prefix in ("x-rate-limit", "x-ratelimit", "rate-limit", "ratelimit"):
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
