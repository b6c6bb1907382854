"""Rate limits (Z39, Z40) and the drifting spelling of their headers (Z41). Windows slide on the sandbox's
clock.

Source: REF introduction/rate-limits, tickets; header names from recordings.
"""
from __future__ import annotations

from collections import defaultdict, deque

from connectors.clock import MINUTE, SECOND
from connectors.zendesk.sandbox import answers
from connectors.zendesk.sandbox.state import State

_TICKET_WINDOW = 10 * MINUTE


class Limits:
    """Called with the state's lock held."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._uses: dict[tuple[str, ...], deque[int]] = defaultdict(deque)

    def request(self, bucket: str) -> dict[str, str]:
        """Count a request against the plan (`api` or `help_center`); the rate headers of its answer. Raises
        Refusal 429."""
        limit = self._state.switches.plan_per_minute
        left, reset = self._take(
            ("plan", bucket), limit, MINUTE, "Number of allowed API requests per minute exceeded"
        )
        return self._headers(limit, left, reset, plain_only=bucket == "help_center")

    def ticket_update(self, user_id: int, ticket_id: int) -> dict[str, str]:
        """Count an update of a ticket, tags included. Raises Refusal 429."""
        switches = self._state.switches
        if switches.updates_per_minute:
            self._take(
                ("updates",),
                switches.updates_per_minute,
                MINUTE,
                "Number of allowed ticket updates per minute exceeded",
            )
        if not switches.updates_per_ticket:
            return {}
        sentence = "Too many updates of this ticket by this user in 10 minutes"
        left, reset = self._take(
            ("ticket", str(user_id), str(ticket_id)), switches.updates_per_ticket, _TICKET_WINDOW, sentence
        )
        if switches.rate_headers != "2024":
            return {}
        return {
            "zendesk-ratelimit-per-ticket-updates": f"total={switches.updates_per_ticket}; "
                                                    f"remaining={left}; resets={reset}"
        }

    def export(self) -> None:
        limit = self._state.switches.exports_per_minute
        if limit:
            self._take(
                ("export",),
                limit,
                MINUTE,
                "Number of allowed incremental export API requests per minute exceeded",
            )

    def audits(self) -> None:
        self._named("audits", self._state.switches.audits_per_minute)

    def view_count(self) -> None:
        self._named("view counts", self._state.switches.view_counts_per_minute)

    def _named(self, what: str, limit: int) -> None:
        if limit:
            self._take((what,), limit, MINUTE, f"Number of allowed {what} API requests per minute exceeded")

    def _take(self, key: tuple[str, ...], limit: int, window_us: int, sentence: str) -> tuple[int, int]:
        now, uses = self._state.clock(), self._uses[key]
        while uses and uses[0] <= now - window_us:
            uses.popleft()
        if len(uses) >= limit:
            wait = max(1, -(-(uses[0] + window_us - now) // SECOND))
            refusal = answers.rate_limited(wait, sentence)
            refusal.headers.update(self._headers(limit, 0, wait, plain_only=False))
            raise refusal
        uses.append(now)
        return limit - len(uses), -(-(uses[0] + window_us - now) // SECOND)

    def _headers(self, limit: int, left: int, reset: int, *, plain_only: bool) -> dict[str, str]:
        plain = {"x-rate-limit": str(limit), "x-rate-limit-remaining": str(left)}
        style = self._state.switches.rate_headers
        if plain_only or style == "x":
            return plain
        prefix, total = ("rate-limit", "rate-limit") if style == "2023" else ("ratelimit", "ratelimit-limit")
        return {**plain, total: str(limit), f"{prefix}-remaining": str(left), f"{prefix}-reset": str(reset)}
