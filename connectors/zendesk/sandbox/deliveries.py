"""Sending webhook invocations from a background thread (Z1–Z3, Z6, Z7), and losing or doubling them on request (X12, X17)."""
from __future__ import annotations

import base64
import ipaddress
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import requests

from connectors.clock import to_iso
from connectors.zendesk.sandbox.invocations import Attempt, Invocation, judge, kind_of
from connectors.zendesk.sandbox.nouns import Webhook
from connectors.zendesk.sandbox.signature import sign
from connectors.zendesk.sandbox.state import State

# How often (real seconds) the thread looks whether the sandbox's clock has reached a later attempt.
_LOOK_EVERY = 0.05
_PARALLEL = 8
_NOT_FINISHED = ("accepted",)


class Deliveries:
    """Every method is safe from any thread. Invocations are kept for ever, newest last."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._all: list[Invocation] = []
        self._changed = threading.Condition()
        self._stopping = False
        self._drop = 0
        self._double: list[tuple[bool, bool]] = []  # (same id, at the same instant), one for each delivery to come
        self._pool = ThreadPoolExecutor(_PARALLEL, thread_name_prefix="sandbox-delivery")
        self._thread = threading.Thread(target=self._run, name="sandbox-deliveries", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(timeout=5)
        self._pool.shutdown(wait=True, cancel_futures=True)

    def notify(self, webhook_id: str, body: str, ticket_id: int | None, trigger_id: int | None) -> None:
        """Queue a delivery of this body. An unknown or inactive webhook gets none, as at Zendesk."""
        webhook = self._state.webhooks.get(webhook_id)
        if webhook is None or webhook.status != "active":
            return
        first = self._new(webhook_id, body.encode(), ticket_id, trigger_id)
        with self._changed:
            if self._drop > 0:
                self._drop -= 1
                first.status, first.due_us = "dropped", None
            self._all.append(first)
            if self._double and first.status != "dropped":
                same_id, _ = self._double.pop(0)
                self._all.append(self._copy(first, same_id))
            self._changed.notify_all()

    def drop_next(self, count: int) -> None:
        """The next deliveries get lost without a trace at the receiver (X17)."""
        with self._changed:
            self._drop = count

    def duplicate_next(self, count: int, *, same_id: bool) -> None:
        """The next deliveries are sent twice at the same instant: under the same id, or under another with the same content (X12)."""
        with self._changed:
            self._double = [(same_id, True)] * count

    def redeliver(self, invocation_id: str, *, same_id: bool) -> Invocation:
        """Send a past delivery again, freshly signed. Raises LookupError for an unknown id."""
        with self._changed:
            found = next((i for i in self._all if i.id == invocation_id), None)
            if found is None:
                raise LookupError(f"no invocation {invocation_id!r}")
            copy = self._copy(found, same_id)
            self._all.append(copy)
            self._changed.notify_all()
            return copy

    def all(self) -> list[Invocation]:
        with self._changed:
            return list(self._all)

    def wait_idle(self, seconds: float) -> bool:
        """True once nothing is due or under way; attempts due later on the sandbox's clock do not count. `seconds` are real ones."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while any(i.under_way or (i.due_us is not None and i.due_us <= self._state.clock()) for i in self._all):
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                self._changed.wait(min(left, _LOOK_EVERY))
            return True

    def test(self, webhook: Webhook | None, request: dict[str, Any], secret: str) -> dict[str, Any]:
        """One request at once, outside the log: `POST /webhooks/test`."""
        endpoint = str(request.get("endpoint") or (webhook.endpoint if webhook else ""))
        body = str(request.get("payload") or "").encode()
        invocation = self._new(webhook.id if webhook else "", body, None, None)
        code, headers, text = self._post(endpoint, invocation, secret, webhook)
        return {"status_code": code, "headers": [{"key": k, "value": v} for k, v in headers.items()], "payload": text}

    def _new(self, webhook_id: str, body: bytes, ticket_id: int | None, trigger_id: int | None) -> Invocation:
        now = self._state.clock()
        made = self._state.ids.digits() if self._state.switches.digits_only_invocation_ids else self._state.ids.ulid(now)
        return Invocation(made, webhook_id, ticket_id, trigger_id, body, now, due_us=now)

    def _copy(self, invocation: Invocation, same_id: bool) -> Invocation:
        copy = self._new(invocation.webhook_id, invocation.body, invocation.ticket_id, invocation.trigger_id)
        if same_id:
            copy.id = invocation.id
        return copy

    def _run(self) -> None:
        while True:
            with self._changed:
                if self._stopping:
                    return
                now = self._state.clock()
                due = [i for i in self._all if i.due_us is not None and i.due_us <= now and not i.under_way]
                for invocation in due:
                    invocation.under_way = True
                if not due:
                    later = any(i.due_us is not None and not i.under_way for i in self._all)
                    self._changed.wait(_LOOK_EVERY if later else None)
            for invocation in due:
                self._pool.submit(self._attempt, invocation)

    def _attempt(self, invocation: Invocation) -> None:
        state = self._state
        webhook = state.webhooks.get(invocation.webhook_id)
        at = state.clock()
        if webhook is None:
            code, headers, text = 410, {}, ""
        else:
            code, headers, text = self._post(webhook.endpoint, invocation, webhook.secret, webhook)
        with self._changed:
            attempt = Attempt(state.ids.ulid(at), at, code or 504, kind_of(code), text[:200])
            invocation.attempts.append(attempt)
            judge(state.switches, invocation, code, headers, state.clock())
            invocation.under_way = False
            self._changed.notify_all()

    def _post(self, endpoint: str, invocation: Invocation, secret: str, webhook: Webhook | None) -> tuple[int, dict[str, str], str]:
        if not _is_loopback(endpoint):
            self._state.recorder.failure(self._state.clock(), "delivery refused", "a sandbox desk speaks to loopback addresses only")
            return 403, {}, ""
        # The stamp is the attempt's, not the event's: a late retry is freshly signed.
        stamp = to_iso(self._state.clock())
        headers = {
            "Content-Type": "application/json; charset=utf-8", "User-Agent": "Zendesk Webhook",
            "X-Zendesk-Webhook-Signature": sign(secret, stamp, invocation.body), "X-Zendesk-Webhook-Signature-Timestamp": stamp,
            "X-Zendesk-Webhook-Invocation-Id": invocation.id, "X-Zendesk-Webhook-Id": invocation.webhook_id,
            "X-Zendesk-Account-Id": str(self._state.ids.account), **_extra_headers(webhook),
        }
        try:
            answer = requests.post(endpoint, data=invocation.body, headers=headers, timeout=self._state.switches.delivery_timeout,
                                   allow_redirects=False)
        except requests.Timeout:
            return 504, {}, ""
        except requests.RequestException:
            return 0, {}, ""
        return answer.status_code, dict(answer.headers), answer.text[:2000]


def _extra_headers(webhook: Webhook | None) -> dict[str, str]:
    if webhook is None:
        return {}
    extra = dict(webhook.custom_headers or {})
    authentication = webhook.authentication or {}
    data = authentication.get("data") or {}
    if authentication.get("type") == "bearer_token":
        extra["Authorization"] = f"Bearer {data.get('token', '')}"
    elif authentication.get("type") == "basic_auth":
        pair = f"{data.get('username', '')}:{data.get('password', '')}"
        extra["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    elif authentication.get("type") == "api_key":
        extra[str(data.get("name", "X-Api-Key"))] = str(data.get("value", ""))
    return extra


def _is_loopback(endpoint: str) -> bool:
    host = urlsplit(endpoint).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
