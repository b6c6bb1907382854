"""The sandbox Paper desk's deliveries: signed, sent once."""
from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from connectors.clock import to_iso
from connectors.sandbox.deliveries import DeliveryThread
from tests.connectors.paper.inbound import ID, SIGNATURE, TIME, sign
from tests.connectors.paper.sandbox.state import State


@dataclass
class Delivery:
    id: str
    ticket: int
    due_us: int | None
    status: str = "accepted"
    under_way: bool = False

    def as_dict(self) -> dict[str, Any]:
        return {"id": self.id, "ticket": self.ticket, "status": self.status}


class Deliveries(DeliveryThread[Delivery]):
    def __init__(self, state: State) -> None:
        super().__init__(state)
        self._state = state

    def notify(self, ticket: int) -> None:
        if self._state.hook["url"]:
            self.queue(Delivery(f"paper-{self._state.number()}", ticket, self._state.clock()))

    def copy(self, delivery: Delivery, same_id: bool) -> Delivery:
        made = f"{delivery.id}-again"
        return replace(
            delivery,
            id=delivery.id if same_id else made,
            due_us=self._state.clock(),
            status="accepted",
            under_way=False,
        )

    def attempt(self, delivery: Delivery) -> None:
        body = json.dumps({"ticket_id": str(delivery.ticket)}).encode()
        at = to_iso(self._state.clock())
        headers = {SIGNATURE: sign(self._state.hook["secret"], at, body), TIME: at, ID: delivery.id}
        code, _, _ = self.post(
            self._state.hook["url"], body, {**headers, "Content-Type": "application/json"}, 10.0
        )
        with self._changed:
            delivery.status, delivery.due_us, delivery.under_way = (
                "success" if code < 300 else "failed",
                None,
                False,
            )
            self._changed.notify_all()
