"""Freshdesk's deliveries: unsigned, on the desk's own budget, tried again by one of two schedules (F1, F3,
F4)."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from urllib3.util import SKIP_HEADER

from connectors.clock import DAY, HOUR, MINUTE, to_iso
from connectors.freshdesk.sandbox import mails
from connectors.freshdesk.sandbox.limits import Limits
from connectors.freshdesk.sandbox.nouns import Rule
from connectors.freshdesk.sandbox.state import State
from connectors.sandbox.deliveries import DeliveryThread

# Minutes after a failed attempt. A: SUP 11000000028141; B: second-hand.
_PAUSES = {"A": (5, 30, 60), "B": (30,) * 48}
_LIFE = DAY  # what is still not sent then is dropped


@dataclass(slots=True)
class Delivery:
    """`id` is the sandbox's own, for tests: none travels."""

    id: str
    rule_id: int
    ticket_id: int
    url: str
    method: str
    headers: dict[str, str]
    body: bytes
    created_us: int
    status: str = "accepted"  # accepted | success | postponed | failed | dropped
    # at, status code (504 a time-out, 0 nobody there)
    attempts: list[tuple[int, int]] = field(default_factory=list)
    due_us: int | None = None
    under_way: bool = False

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "rule": self.rule_id,
            "ticket": self.ticket_id,
            "url": self.url,
            "body": self.body.decode("utf-8", "replace"),
            "created_us": self.created_us,
            "status": self.status,
            "due_us": self.due_us,
            "attempts": [{"at": to_iso(at), "status_code": code} for at, code in self.attempts],
        }


class Deliveries(DeliveryThread[Delivery]):
    def __init__(self, state: State, limits: Limits) -> None:
        super().__init__(state)
        self._state = state
        self._limits = limits

    def notify(
        self, rule: Rule, ticket_id: int, url: str, method: str, headers: dict[str, str], body: bytes
    ) -> None:
        self.queue(self._new(rule.id, ticket_id, url, method, headers, body))

    def copy(self, delivery: Delivery, same_id: bool) -> Delivery:
        made = self._new(
            delivery.rule_id,
            delivery.ticket_id,
            delivery.url,
            delivery.method,
            delivery.headers,
            delivery.body,
        )
        if same_id:
            made.id = delivery.id
        return made

    def attempt(self, delivery: Delivery) -> None:
        with self._state.lock:
            at = self._state.clock()
            allowed = self._limits.delivery()
        code = self._send(delivery) if allowed else None
        with self._changed:
            if code is None:
                # Over the budget: the whole delivery waits for the next full hour.
                self._again(delivery, "postponed", (at // HOUR + 1) * HOUR)
            else:
                delivery.attempts.append((at, code))
                self._judge(delivery, code, at)
            delivery.under_way = False
            self._changed.notify_all()

    def _new(
        self, rule_id: int, ticket_id: int, url: str, method: str, headers: dict[str, str], body: bytes
    ) -> Delivery:
        now = self._state.clock()
        return Delivery(
            self._state.ids.digits(), rule_id, ticket_id, url, method, headers, body, now, due_us=now
        )

    def _send(self, delivery: Delivery) -> int:
        # Nothing the rule does not say: the client's own headers are held back.
        quiet = {
            "User-Agent": SKIP_HEADER,
            "Accept-Encoding": SKIP_HEADER,
            "Accept": None,
            "Connection": None,
        }
        return self.post(
            delivery.url, delivery.body, {**quiet, **delivery.headers}, self._state.switches.delivery_timeout
        )[0]

    def _judge(self, delivery: Delivery, code: int, at: int) -> None:
        pauses = _PAUSES[self._state.switches.retry_variant]
        tries = len(delivery.attempts)
        if 200 <= code < 300:
            delivery.status, delivery.due_us = "success", None
        elif tries > len(pauses):
            delivery.status, delivery.due_us = "failed", None
            mails.to_admin(self._state, at, f"A webhook of ticket {delivery.ticket_id} failed")
        else:
            self._again(delivery, "accepted", at + pauses[tries - 1] * MINUTE)

    def _again(self, delivery: Delivery, status: str, due_us: int) -> None:
        delivery.status, delivery.due_us = status, due_us
        if due_us > delivery.created_us + _LIFE:
            delivery.status, delivery.due_us = "dropped", None
            mails.to_admin(
                self._state,
                self._state.clock(),
                f"A webhook of ticket {delivery.ticket_id} was dropped after 24 hours",
            )
