"""The connector in front of a sandbox desk, as the rest of Candor would build it."""
from __future__ import annotations

from collections.abc import Callable, Mapping

from connectors.contract import Connection
from connectors.freshdesk.client import FreshdeskClient
from connectors.freshdesk.install import FreshdeskInstall
from connectors.freshdesk.sandbox import SandboxFreshdesk
from connectors.limits import RateBudget
from tests.connectors.freshdesk.peers import SHORT

# A loopback address where nobody listens: what the rules send ends there.
HOOK = "http://127.0.0.1:9/hooks/freshdesk-1"


def settings(desk: SandboxFreshdesk, **changes: str) -> dict[str, str]:
    return {"subdomain": desk.account, "api_key": desk.api_key, **changes}


def client(
    desk: SandboxFreshdesk,
    clock: Callable[[], int],
    state: Mapping[str, object] | None = None,
    **changes: str,
) -> FreshdeskClient:
    connection = Connection("freshdesk-1", settings(desk, **changes), state or {}, desk.url)
    return FreshdeskClient(connection, clock, RateBudget(), sandbox_allowed=True, timeouts=SHORT)


def installed(desk: SandboxFreshdesk, clock: Callable[[], int], hook: str = HOOK) -> FreshdeskClient:
    """A client of a desk on which Candor is installed."""
    return client(desk, clock, FreshdeskInstall(client(desk, clock)).apply(hook, lambda step: None).state)
