"""Rate limits per minute, sub-limits, and the headers that tell of them (F3, F14). Windows slide on the
sandbox's clock.

Source: SUP 225439; header names from copies of FD.
"""
from __future__ import annotations

from collections import defaultdict, deque

from connectors.clock import HOUR, MINUTE, SECOND
from connectors.freshdesk.sandbox import answers
from connectors.freshdesk.sandbox.state import State


class Limits:
    """Called with the state's lock held."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._uses: dict[str, deque[int]] = defaultdict(deque)

    def request(self, kind: str, credits: int) -> dict[str, str]:
        """Count a request against the plan and its kind's sub-limit (`create`, `update`, `list` or none).

        The rate headers of its answer. Raises Refusal 429, with the headers too; a sub-limit strikes while
        much of the plan is left.
        """
        switches = self._state.switches
        limits = {
            "create": switches.creates_per_minute,
            "update": switches.updates_per_minute,
            "list": switches.lists_per_minute,
        }
        limit = limits.get(kind, 0)
        waits = [
            self._wait("plan", switches.plan_per_minute, credits, MINUTE),
            self._wait(kind, limit, 1, MINUTE) if limit else 0,
        ]
        if any(waits):
            refusal = answers.rate_limited(max(waits))
            refusal.headers.update(self._headers(0))
            raise refusal
        self._use("plan", credits)
        if limit:
            self._use(kind, 1)
        return self._headers(credits)

    def delivery(self) -> bool:
        """Whether a delivery may go now; if so it is counted, on the same budget as the API's calls."""
        switches = self._state.switches
        if self._wait("deliveries", switches.deliveries_per_hour, 1, HOUR):
            return False
        if switches.deliveries_use_budget:
            if self._wait("plan", switches.plan_per_minute, 1, MINUTE):
                return False
            self._use("plan", 1)
        self._use("deliveries", 1)
        return True

    def _wait(self, key: str, limit: int, wanted: int, window_us: int) -> int:
        """Seconds until so many are free; 0 when they are."""
        now, uses = self._state.clock(), self._uses[key]
        while uses and uses[0] <= now - window_us:
            uses.popleft()
        if len(uses) + wanted <= limit:
            return 0
        oldest = uses[0] if uses else now  # a limit below a single call's credits: nothing ever goes
        return max(1, -(-(oldest + window_us - now) // SECOND))

    def _use(self, key: str, count: int) -> None:
        self._uses[key].extend([self._state.clock()] * count)

    def _headers(self, credits: int) -> dict[str, str]:
        limit = self._state.switches.plan_per_minute
        left = max(0, limit - len(self._uses["plan"]))

        def written(number: int) -> str:
            return f"{number}.0" if self._state.switches.float_rate_totals else str(number)

        return {"X-RateLimit-Total": written(limit), "X-RateLimit-Remaining": written(left),
                "X-RateLimit-Used-CurrentRequest": str(credits)}
