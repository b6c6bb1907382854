"""Zendesk's webhook invocations: signed headers, attempts and what is tried again (Z1–Z3, Z6, Z7)."""
from __future__ import annotations

import base64
from typing import Any

from connectors.clock import MINUTE, to_iso
from connectors.sandbox.deliveries import Answer, DeliveryThread
from connectors.zendesk.sandbox.forgery import forged
from connectors.zendesk.sandbox.invocations import Attempt, Invocation, judge, kind_of
from connectors.zendesk.sandbox.nouns import Webhook
from connectors.zendesk.sandbox.signature import sign
from connectors.zendesk.sandbox.state import State

_TRIAL_PER_MINUTE = 60


class Deliveries(DeliveryThread[Invocation]):
    def __init__(self, state: State) -> None:
        super().__init__(state)
        self._state = state
        self._sent_at: list[int] = []  # on a trial account, of the last minute

    def notify(self, webhook_id: str, body: str, ticket_id: int | None, trigger_id: int | None) -> None:
        """Queue a delivery of this body. An unknown or inactive webhook gets none, as at Zendesk."""
        webhook = self._state.webhooks.get(webhook_id)
        if webhook is not None and webhook.status == "active":
            self.queue(self._new(webhook_id, body.encode(), ticket_id, trigger_id))

    def announce(self, kind: str, body: str) -> None:
        """Queue an event for every active webhook that is subscribed to its kind."""
        for webhook in list(self._state.webhooks.values()):
            if kind in webhook.subscriptions:
                self.notify(webhook.id, body, None, None)

    def test(self, webhook: Webhook | None, request: dict[str, Any], secret: str) -> dict[str, Any]:
        """One request at once, outside the log: `POST /webhooks/test`."""
        endpoint = str(request.get("endpoint") or (webhook.endpoint if webhook else ""))
        body = str(request.get("payload") or "").encode()
        invocation = self._new(webhook.id if webhook else "", body, None, None)
        code, headers, text = self._post(endpoint, invocation, secret, webhook)
        return {
            "status_code": code,
            "headers": [{"key": k, "value": v} for k, v in headers.items()],
            "payload": text,
        }

    def replay(self, invocation_id: str) -> int:
        """The very bytes and headers of its newest attempt again, old timestamp and all (X15); the status
        code it is answered."""
        found, webhook = self._sent(invocation_id)
        return self.post(
            webhook.endpoint, found.body, found.last_sent, self._state.switches.delivery_timeout
        )[0]

    def forge(self, invocation_id: str, how: str) -> int:
        """A past delivery, freshly stamped, with one thing wrong (X16, `forgery.HOW`); the status code it is
        answered."""
        found, webhook = self._sent(invocation_id)
        stamp = to_iso(self._state.clock())
        headers, body = forged(
            how, self._headers(found, webhook.secret, stamp, webhook), found.body, webhook.secret, stamp
        )
        return self.post(webhook.endpoint, body, headers, self._state.switches.delivery_timeout)[0]

    def _sent(self, invocation_id: str) -> tuple[Invocation, Webhook]:
        with self._changed:
            found = next((d for d in self._all if d.id == invocation_id and d.last_sent), None)
        webhook = self._state.webhooks.get(found.webhook_id) if found is not None else None
        if found is None or webhook is None:
            raise LookupError(
                f"no invocation {invocation_id!r} was sent yet by a webhook that is still there"
            )
        return found, webhook

    def copy(self, delivery: Invocation, same_id: bool) -> Invocation:
        made = self._new(delivery.webhook_id, delivery.body, delivery.ticket_id, delivery.trigger_id)
        if same_id:
            made.id = delivery.id
        return made

    def attempt(self, delivery: Invocation) -> None:
        state = self._state
        webhook = state.webhooks.get(delivery.webhook_id)
        at = state.clock()
        if self._over_trial(at):
            with self._changed:
                delivery.due_us, delivery.under_way = at + MINUTE, False
                self._changed.notify_all()
            return
        answer = (
            (410, {}, "")
            if webhook is None
            else self._post(webhook.endpoint, delivery, webhook.secret, webhook)
        )
        code, headers, text = answer
        with self._changed:
            delivery.attempts.append(Attempt(state.ids.ulid(at), at, code or 504, kind_of(code), text[:200]))
            judge(state.switches, delivery, code, headers, state.clock())
            delivery.under_way = False
            self._changed.notify_all()

    def _over_trial(self, now: int) -> bool:
        """True when a trial account has had its invocations of this minute: the next one waits (Z10)."""
        if not self._state.switches.trial:
            return False
        with self._changed:
            self._sent_at = [at for at in self._sent_at if at > now - MINUTE]
            if len(self._sent_at) >= _TRIAL_PER_MINUTE:
                return True
            self._sent_at.append(now)
            return False

    def _new(self, webhook_id: str, body: bytes, ticket_id: int | None, trigger_id: int | None) -> Invocation:
        now = self._state.clock()
        made = (
            self._state.ids.digits()
            if self._state.switches.digits_only_invocation_ids
            else self._state.ids.ulid(now)
        )
        return Invocation(made, webhook_id, ticket_id, trigger_id, body, now, due_us=now)

    def _post(self, endpoint: str, invocation: Invocation, secret: str, webhook: Webhook | None) -> Answer:
        # The stamp is the attempt's, not the event's: a late retry is freshly signed.
        headers = self._headers(invocation, secret, to_iso(self._state.clock()), webhook)
        invocation.last_sent = headers
        return self.post(endpoint, invocation.body, headers, self._state.switches.delivery_timeout)

    def _headers(
        self, invocation: Invocation, secret: str, stamp: str, webhook: Webhook | None
    ) -> dict[str, str]:
        return {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Zendesk Webhook",
            "X-Zendesk-Webhook-Signature": sign(secret, stamp, invocation.body),
            "X-Zendesk-Webhook-Signature-Timestamp": stamp,
            "X-Zendesk-Webhook-Invocation-Id": invocation.id,
            "X-Zendesk-Webhook-Id": invocation.webhook_id,
            "X-Zendesk-Account-Id": str(self._state.ids.account),
            **_extra_headers(webhook),
        }


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
