"""The connector in front of a sandbox desk, or of a scripted peer, as the rest of Candor would build it."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from connectors.clock import SECOND, SetClock
from connectors.contract import Connection, Write
from connectors.http import Timeouts
from connectors.limits import RateBudget
from connectors.records import Effect, PostReply, Stamp
from connectors.zendesk.client import ZendeskClient
from connectors.zendesk.desk import ZendeskDesk
from connectors.zendesk.install import ZendeskInstall
from connectors.zendesk.outbound import ZendeskOutbound
from connectors.zendesk.sandbox import SandboxZendesk

HOOK = "https://candor.acme.example/hooks/zendesk-1"
SHORT = Timeouts(connect=3.0, read=2.0, total=3.0)


def settings(desk: SandboxZendesk, **changes: str) -> dict[str, str]:
    return {"subdomain": desk.account, "email": desk.email, "api_token": desk.token, **changes}


def client(
    desk: SandboxZendesk, clock: Callable[[], int], state: Mapping[str, object] | None = None, **changes: str
) -> ZendeskClient:
    connection = Connection("zendesk-1", settings(desk, **changes), state or {}, desk.url)
    return ZendeskClient(connection, clock, RateBudget(), sandbox_allowed=True, timeouts=SHORT)


def peer_client(
    url: str, clock: Callable[[], int], state: Mapping[str, object] | None = None
) -> ZendeskClient:
    wired = Connection(
        "zendesk-1",
        {"subdomain": "acme", "email": "a@b.example", "api_token": "t0p-s3cret"},
        state or {},
        url,
    )
    return ZendeskClient(wired, clock, RateBudget(), sandbox_allowed=True, timeouts=SHORT)


def installed(desk: SandboxZendesk, clock: Callable[[], int]) -> ZendeskClient:
    """A client of a desk on which Candor is installed."""
    made = ZendeskInstall(client(desk, clock)).apply(HOOK, lambda step: None)
    return client(desk, clock, made.state)


def reply(text: str = "Refunds take 5 to 7 working days.", **more: Any) -> PostReply:
    return PostReply(f"<p>{text}</p>", text, **more)


def safe_stamp(desk: ZendeskDesk, ticket_id: str, clock: SetClock) -> Stamp:
    """A stamp past the second it names: what the send protocol waits for."""
    clock.advance(2)
    stamp = desk.stamp(ticket_id)
    assert stamp.desk_now >= stamp.changed_at + SECOND
    return stamp


def write(
    ticket_id: str,
    effect: Effect,
    stamp: Stamp | None = None,
    key: str = "key-1",
    plan: str = "plan-1",
    **more: Any,
) -> Write:
    return Write(ticket_id, effect, key, plan, stamp, **more)


def outbound(of: ZendeskClient) -> ZendeskOutbound:
    return ZendeskOutbound(of)


def moved(stamp: Stamp, seconds: int) -> Stamp:
    return replace(stamp, changed_at=stamp.changed_at + seconds * SECOND)
