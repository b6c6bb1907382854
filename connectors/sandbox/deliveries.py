"""Sending deliveries from a background thread; losing, doubling or holding them on request (X12, X13, X17).
What one looks like is the vendor's."""
from __future__ import annotations

import ipaddress
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Generic, Protocol, TypeVar
from urllib.parse import urlsplit

import requests

from connectors.sandbox.state import BaseState

# How often (real seconds) the thread looks whether the sandbox's clock has reached a later attempt.
_LOOK_EVERY = 0.05
_PARALLEL = 8

Answer = tuple[int, Mapping[str, str], str]  # status (504: none came in time, 0: nobody there), headers, text


class Pending(Protocol):
    """One delivery. `due_us` is when its next attempt is due, None when none is; a `dropped` one is never
    sent."""

    id: str
    status: str
    due_us: int | None
    under_way: bool

    def as_dict(self) -> dict[str, Any]: ...


Sent = TypeVar("Sent", bound=Pending)


class DeliveryThread(Generic[Sent]):
    """Every method is safe from any thread. Deliveries are kept for ever, newest last. A vendor adds
    `attempt` and `copy`."""

    def __init__(self, state: BaseState) -> None:
        self._base = state
        self._all: list[Sent] = []
        self._changed = threading.Condition()
        self._stopping = False
        self._drop = 0
        self._hold = 0
        self._held: list[Sent] = []
        self._double: list[bool] = []  # same id or another, one for each delivery to come
        self._pool = ThreadPoolExecutor(_PARALLEL, thread_name_prefix="sandbox-delivery")
        self._thread = threading.Thread(target=self._run, name="sandbox-deliveries", daemon=True)

    def attempt(self, delivery: Sent) -> None:
        """Send it once; under `self._changed` note what became of it and when the next attempt is due. Must
        not raise."""
        raise NotImplementedError

    def copy(self, delivery: Sent, same_id: bool) -> Sent:
        """The same content as a delivery newly made: nothing tried yet, due now."""
        raise NotImplementedError

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(timeout=5)
        self._pool.shutdown(wait=True, cancel_futures=True)

    def queue(self, delivery: Sent) -> None:
        with self._changed:
            if self._drop > 0:
                self._drop -= 1
                delivery.status, delivery.due_us = "dropped", None
            elif self._hold > 0:
                self._hold -= 1
                delivery.status, delivery.due_us = "held", None
                self._held.append(delivery)
            self._all.append(delivery)
            if self._double and delivery.due_us is not None:
                self._all.append(self.copy(delivery, self._double.pop(0)))
            self._changed.notify_all()

    def drop_next(self, count: int) -> None:
        """The next deliveries get lost without a trace at the receiver (X17)."""
        with self._changed:
            self._drop = count

    def hold_next(self, count: int) -> None:
        """The next deliveries are kept back until they are released (X13)."""
        with self._changed:
            self._hold = count

    def release(self) -> int:
        """Send what is held, the newest first, each when the one before has been answered; how many there
        were (X13)."""
        with self._changed:
            held, self._held, self._hold = self._held[::-1], [], 0
            for delivery in held:
                delivery.status, delivery.under_way = "accepted", True
        for delivery in held:
            self.attempt(delivery)
        return len(held)

    def duplicate_next(self, count: int, *, same_id: bool) -> None:
        """The next deliveries are sent twice at the same instant: under the same id, or under another with
        the same content (X12)."""
        with self._changed:
            self._double = [same_id] * count

    def redeliver(self, delivery_id: str, *, same_id: bool) -> Sent:
        """Send a past delivery again as a new one. Raises LookupError for an unknown id."""
        with self._changed:
            found = next((d for d in self._all if d.id == delivery_id), None)
            if found is None:
                raise LookupError(f"no invocation {delivery_id!r}")
            again = self.copy(found, same_id)
            self._all.append(again)
            self._changed.notify_all()
            return again

    def all(self) -> list[Sent]:
        with self._changed:
            return list(self._all)

    def wait_idle(self, seconds: float) -> bool:
        """True once nothing is due or under way; attempts due later on the sandbox's clock do not count.
        `seconds` are real ones."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while any(
                d.under_way or (d.due_us is not None and d.due_us <= self._base.clock()) for d in self._all
            ):
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                self._changed.wait(min(left, _LOOK_EVERY))
            return True

    def post(
        self, endpoint: str, body: bytes, headers: Mapping[str, str | bytes | None], seconds: float
    ) -> Answer:
        """One request, never followed elsewhere. Another address than loopback is refused and recorded as a
        failure of the sandbox."""
        if not is_loopback(endpoint):
            self._base.recorder.failure(
                self._base.clock(), "delivery refused", "a sandbox desk speaks to loopback addresses only"
            )
            return 403, {}, ""
        try:
            answer = requests.post(
                endpoint, data=body, headers=headers, timeout=seconds, allow_redirects=False
            )
        except requests.Timeout:
            return 504, {}, ""
        except requests.RequestException:
            return 0, {}, ""
        return answer.status_code, dict(answer.headers), answer.text[:2000]

    def _run(self) -> None:
        while True:
            with self._changed:
                if self._stopping:
                    return
                now = self._base.clock()
                due = [d for d in self._all if d.due_us is not None and d.due_us <= now and not d.under_way]
                for delivery in due:
                    delivery.under_way = True
                if not due:
                    later = any(d.due_us is not None and not d.under_way for d in self._all)
                    self._changed.wait(_LOOK_EVERY if later else None)
            for delivery in due:
                self._pool.submit(self.attempt, delivery)


def is_loopback(endpoint: str) -> bool:
    host = urlsplit(endpoint).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
