"""Both sandbox desks with weather around their API, and one way to read what stands on a ticket."""
from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from connectors.clock import Clock, from_iso
from connectors.freshdesk.payloads import NEXT_STEP_LABELS
from connectors.freshdesk.reference import ALPHABET
from connectors.freshdesk.sandbox import SandboxFreshdesk
from connectors.freshdesk.sandbox.switches import Switches as FreshdeskSwitches
from connectors.zendesk.payloads import NEXT_STEP_VALUES
from connectors.zendesk.sandbox import SandboxZendesk
from connectors.zendesk.sandbox.switches import Switches as ZendeskSwitches
from tests.chaos.people import Act, Said
from tests.chaos.weather import Weather

# A thousand tickets in minutes are more than a small plan allows; the limit of one ticket stays. 429s come
# from the weather.
ROOMY_ZENDESK = {"plan_per_minute": 20_000, "updates_per_minute": 5_000}
ROOMY_FRESHDESK = {
    "plan_per_minute": 40_000,
    "creates_per_minute": 5_000,
    "updates_per_minute": 10_000,
    "lists_per_minute": 10_000,
    "deliveries_per_hour": 100_000,
}
AGENT = "Ana Ruiz"
WORDS = "I have looked into this myself: you will have your answer from me by tonight."
_REFERENCE = re.compile(rf"\bRef[\s\u00a0]{{1,3}}([{ALPHABET}]{{4}}-[{ALPHABET}]{{2}})")


class _Weathered:
    """Beside a sandbox desk: its API behind weather, and agents who act without being asked."""

    weather: Weather
    storm_seed = 0
    stay_out: str  # the desk's own word for that next step
    state: Any
    do: Any

    def agent(self, kind: str, ticket: int) -> Act:
        """An agent does it (`people.KINDS`), whatever stands on the ticket."""
        with self.state.lock:
            match kind:
                case "reply":
                    self.do.agent_reply(ticket, WORDS)
                case "assign":
                    self.do.assign(ticket, AGENT)
                case "solve":
                    self.do.solve(ticket)
                case "next_step":
                    self.do.set_field(ticket, "Candor: next step", self.stay_out)
                case _:
                    raise ValueError(f"no agent's act is called {kind!r}")
            return Act(kind, ticket, self.state.clock(), len(self.said(ticket)))

    def said(self, ticket: int) -> list[Said]:
        raise NotImplementedError

    def _listen(self, acts: Any, api: Any, *more: Any) -> None:
        self.weather = Weather(api, self.storm_seed, acts.state.clock)
        super()._listen(acts, self.weather, *more)  # type: ignore[misc]


class StormyZendesk(_Weathered, SandboxZendesk):
    kind, reply = "zendesk", ("PUT", r"/tickets/(\d+)$")
    stay_out = NEXT_STEP_VALUES["stay_out"]

    def __init__(self, articles: Path, seed: int, clock: Clock) -> None:
        self.storm_seed = seed
        super().__init__(articles, seed, clock, switches=ZendeskSwitches(**ROOMY_ZENDESK))

    def given(self) -> Mapping[str, str]:
        """What an admin would enter to connect it."""
        return {"subdomain": self.account, "email": self.email, "api_token": self.token}

    def said(self, ticket: int) -> list[Said]:
        found = self.do.ticket(ticket)
        return [
            Said(
                self._by(c["author_id"], found["requester_id"]),
                c["public"],
                c["plain_body"],
                from_iso(c["created_at"]),
                (c["metadata"].get("custom") or {}).get("candor_key"),
            )
            for c in found["comments"]
        ]

    def _by(self, author: int, requester: int) -> str:
        return "assistant" if author == self.assistant.id else "customer" if author == requester else "agent"


class StormyFreshdesk(_Weathered, SandboxFreshdesk):
    kind, reply = "freshdesk", ("POST", r"/tickets/(\d+)/reply$")
    stay_out = NEXT_STEP_LABELS["stay_out"]

    def __init__(self, articles: Path, seed: int, clock: Clock) -> None:
        self.storm_seed = seed
        super().__init__(articles, seed, clock, switches=FreshdeskSwitches(**ROOMY_FRESHDESK))

    def given(self) -> Mapping[str, str]:
        return {"subdomain": self.account, "api_key": self.api_key}

    def said(self, ticket: int) -> list[Said]:
        found = self.do.ticket(ticket)
        first = Said("customer", True, found["description_text"], from_iso(found["created_at"]))
        rest = []
        for c in found["conversations"]:
            by = (
                "assistant"
                if c["user_id"] == self.assistant.id
                else "customer"
                if c["user_id"] == found["requester_id"]
                else "agent"
            )
            marker = _REFERENCE.search(c["body_text"]) if by == "assistant" else None
            rest.append(
                Said(
                    by,
                    not c["private"],
                    c["body_text"],
                    from_iso(c["created_at"]),
                    marker.group(1) if marker else None,
                )
            )
        return [first, *rest]


Stormy = StormyZendesk | StormyFreshdesk
DESKS = {"zendesk": StormyZendesk, "freshdesk": StormyFreshdesk}
