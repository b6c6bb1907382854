"""The connector in front of a scripted peer, and Freshdesk's JSON as the samples show it."""
from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from connectors.contract import Connection, Write
from connectors.freshdesk.client import FreshdeskClient
from connectors.http import Timeouts
from connectors.limits import RateBudget
from connectors.records import Effect, PostReply

SAMPLES = Path("connectors/freshdesk/samples")
SHORT = Timeouts(connect=3.0, read=2.0, total=3.0)
DATE = "Wed, 11 Mar 2026 12:00:00 GMT"

OWN, MAYA, ANA, STRANGER = 900, 501, 700, 888
STATE: Mapping[str, object] = {
    "user_id": str(OWN),
    "fields": {"intent": "cf_candor_topic", "next_step": "cf_candor_next_step"},
    "groups": {"Support": "10", "Billing": "11"},
    "agents": {str(ANA): "Ana Ruiz", str(OWN): "Larkfield AI assistant"},
    "routed": ["11"],
}


def sample(name: str) -> Any:
    return json.loads((SAMPLES / name).read_text())


def peer_client(
    url: str, clock: Callable[[], int], state: Mapping[str, object] = STATE, **settings: str
) -> FreshdeskClient:
    wired = Connection("freshdesk-1", {"subdomain": "acme", "api_key": "t0p-s3cret", **settings}, state, url)
    return FreshdeskClient(wired, clock, RateBudget(), sandbox_allowed=True, timeouts=SHORT)


def ticket_json(**changes: Any) -> dict[str, Any]:
    return {
        **sample("python-freshdesk/ticket_1.json"), "id": 7, "requester_id": MAYA, "responder_id": None,
        "group_id": 10, "tags": ["vip"],
        "created_at": "2026-03-11T11:00:00Z", "updated_at": "2026-03-11T11:30:00Z", "status": 2, "source": 1,
        "description": "<div>Where is my parcel?</div>", "description_text": "Where is my parcel?",
        "attachments": [],
        "requester": {"id": MAYA, "name": "Maya Lind", "email": "maya@example.com", "mobile": None,
        "phone": None},
        "custom_fields": {"cf_candor_topic": None, "cf_candor_next_step": None, "cf_colour": "red"},
        **changes,
    }  # fmt: skip


def said(
    number: int,
    user: int | None,
    body: str = "<div>Hello</div>",
    *,
    at: str = "2026-03-11T11:20:00Z",
    **changes: Any,
) -> dict[str, Any]:
    """One conversation."""
    return {
        **sample("python-freshdesk/reply_1.json"), "id": number, "user_id": user, "body": body,
        "body_text": "…", "created_at": at,
        "updated_at": at, "incoming": user == MAYA, **changes,
    }  # fmt: skip


def reply(text: str = "Refunds take 5 to 7 working days.", **more: Any) -> PostReply:
    return PostReply(f"<p>{text}</p>", text, **more)


def write(effect: Effect, ticket_id: str = "7", key: str = "key-1", **more: Any) -> Write:
    return Write(ticket_id, effect, key, "plan-1", None, **more)


def as_json(value: Any, status: int = 200, **headers: str) -> tuple[int, dict[str, str], bytes]:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return status, {"Content-Type": "application/json", "Date": DATE, **named}, json.dumps(value).encode()
