"""One webhook invocation and its attempts, and the table that says what is tried again (Z6)."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.clock import SECOND, to_iso
from connectors.zendesk.sandbox.switches import Switches


@dataclass(slots=True)
class Attempt:
    id: str
    at_us: int
    status_code: int  # 504 stands for a time-out
    status: str  # success | client error | server error | throttled | timeout
    response: str = ""


@dataclass(slots=True)
class Invocation:
    id: str
    webhook_id: str
    ticket_id: int | None
    trigger_id: int | None
    body: bytes
    created_us: int
    status: str = "accepted"  # accepted | success | failed | timeout | terminated | dropped
    attempts: list[Attempt] = field(default_factory=list)
    due_us: int | None = None  # when the next attempt is due; None: none is
    under_way: bool = False
    # the headers of the newest attempt, as they went out
    last_sent: dict[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "webhook_id": self.webhook_id,
            "ticket": self.ticket_id,
            "trigger": self.trigger_id,
            "body": self.body.decode("utf-8", "replace"),
            "created_us": self.created_us,
            "status": self.status,
            "due_us": self.due_us,
            "attempts": [
                {"id": a.id, "at": to_iso(a.at_us), "status_code": a.status_code, "status": a.status}
                for a in self.attempts
            ],
        }


def judge(
    switches: Switches, invocation: Invocation, code: int, headers: Mapping[str, str], now_us: int
) -> None:
    """Set the invocation's status and next attempt after an answer with this code (504: none came in time, 0:
    connection refused)."""
    tries = len(invocation.attempts)
    invocation.due_us = None
    if 200 <= code < 300:
        invocation.status = "success"
        return
    pause = switches.retry_pause
    if code == 409:
        allowed = switches.retry_on_409
    elif code in (429, 503):
        asked = _seconds(headers.get("Retry-After"))
        allowed = (
            switches.retry_on_throttle if asked is not None and asked < switches.retry_after_below else 0
        )
        pause = asked if asked is not None else pause
    elif code in (504, 0):
        # A refused connection is treated like a time-out: nobody answered.
        allowed = switches.retry_on_timeout
    else:
        # Every other answer is final: the delivery is lost.
        invocation.status = "terminated"
        return
    if tries <= allowed:
        invocation.status = "accepted"
        invocation.due_us = now_us + int(pause * SECOND)
    else:
        invocation.status = "timeout" if code in (504, 0) else "failed"


def kind_of(code: int) -> str:
    if code in (504, 0):
        return "timeout"
    if code in (429, 503):
        return "throttled"
    return "success" if code < 300 else "client error" if code < 500 else "server error"


def _seconds(text: str | None) -> float | None:
    try:
        return float(text) if text is not None else None
    except ValueError:
        return None
