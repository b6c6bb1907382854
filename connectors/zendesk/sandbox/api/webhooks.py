"""Webhooks, their secrets, tests and logs (Z5, Z9, Z12–Z14).

Source: REF webhooks; recorded exchanges.
"""
from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, g, jsonify, request

from connectors.zendesk.sandbox import answers, events, shapes
from connectors.zendesk.sandbox.api import Desk, admin_only, list_url, sent
from connectors.zendesk.sandbox.nouns import Webhook
from connectors.zendesk.sandbox.paging import page
from connectors.zendesk.sandbox.signature import TESTING_SECRET

_TRIGGERS = "conditional_ticket_events"
_TRIAL_WEBHOOKS = 10
_CHANGEABLE = (
    "name",
    "endpoint",
    "http_method",
    "request_format",
    "status",
    "authentication",
    "custom_headers",
)


def routes(desk: Desk) -> Blueprint:
    bp = Blueprint("webhooks", __name__)
    state = desk.state

    def webhook_of(webhook_id: str) -> Webhook:
        if webhook_id not in state.webhooks:
            raise answers.not_found()
        return state.webhooks[webhook_id]

    def paged(found: list[Any], key: str, form: Any) -> Response:
        args = {"page[size]": "100", **request.args}
        # Recorded: the links of webhook lists carry the port.
        url = list_url(desk).removesuffix(".json").replace(".zendesk.com/", ".zendesk.com:443/", 1)
        return jsonify(page(found, key, form, args, url))

    @bp.get("/webhooks")
    def list_webhooks() -> Response:
        words = request.args.get("filter[name_contains]", "")
        return paged([w for w in state.webhooks.values() if words in w.name], "webhooks", shapes.webhook)

    @bp.post("/webhooks")
    def create() -> tuple[Response, int]:
        admin_only()
        wanted = sent("webhook")
        for name in ("name", "endpoint", "http_method", "request_format", "status"):
            if not wanted.get(name):
                raise answers.bad_request(f"{name} is required")
        if urlsplit(str(wanted["endpoint"])).scheme not in ("http", "https"):
            raise answers.bad_request("endpoint is not a URL")
        kinds = list(wanted.get("subscriptions") or [_TRIGGERS])
        if _TRIGGERS in kinds and len(kinds) > 1:
            raise answers.bad_request("a webhook is called by triggers or subscribed to events, not both")
        if state.switches.trial and len(state.webhooks) >= _TRIAL_WEBHOOKS:
            raise answers.bad_request(f"a trial account has at most {_TRIAL_WEBHOOKS} webhooks")
        now = state.clock()
        webhook = Webhook(
            state.ids.ulid(now),
            str(wanted["name"]),
            str(wanted["endpoint"]),
            state.ids.secret(),
            now,
            str(g.user.id),
        )
        _set(webhook, wanted)
        webhook.subscriptions = kinds
        for kind in kinds:
            if kind != _TRIGGERS and kind not in events.SENT:
                state.recorder.failure(
                    now, "event subscription", f"{kind} is not sent yet: use {_TRIGGERS} and a trigger"
                )
        state.webhooks[webhook.id] = webhook
        return jsonify({"webhook": shapes.webhook(webhook)}), 201

    @bp.get("/webhooks/<webhook_id>")
    def show(webhook_id: str) -> Response:
        return jsonify({"webhook": shapes.webhook(webhook_of(webhook_id))})

    @bp.route("/webhooks/<webhook_id>", methods=["PATCH", "PUT"])
    def change(webhook_id: str) -> tuple[str, int]:
        admin_only()
        webhook, wanted = webhook_of(webhook_id), sent("webhook")
        kind = wanted.get("subscriptions")
        if kind and (_TRIGGERS in kind) != (_TRIGGERS in webhook.subscriptions):
            raise answers.bad_request("subscriptions cannot be changed to another kind")
        _set(webhook, wanted)
        webhook.updated_us = state.clock()
        return "", 204

    @bp.delete("/webhooks/<webhook_id>")
    def delete(webhook_id: str) -> tuple[str, int]:
        admin_only()
        del state.webhooks[webhook_of(webhook_id).id]
        return "", 204

    @bp.get("/webhooks/<webhook_id>/signing_secret")
    def secret(webhook_id: str) -> Response:
        admin_only()
        return jsonify({"signing_secret": {"secret": webhook_of(webhook_id).secret, "algorithm": "SHA256"}})

    @bp.post("/webhooks/<webhook_id>/signing_secret")
    def reset_secret(webhook_id: str) -> tuple[Response, int]:
        admin_only()
        webhook = webhook_of(webhook_id)
        webhook.secret = state.ids.secret()
        return jsonify({"signing_secret": {"secret": webhook.secret, "algorithm": "SHA256"}}), 201

    @bp.post("/webhooks/test")
    def test() -> Response:
        admin_only()
        wanted, webhook_id = sent("request"), request.args.get("webhook_id")
        webhook = webhook_of(webhook_id) if webhook_id else None
        # The receiver may well call the desk before it answers: the lock must be free meanwhile.
        state.lock.release()
        try:
            answer = desk.deliveries.test(webhook, wanted, webhook.secret if webhook else TESTING_SECRET)
        finally:
            state.lock.acquire()
        return jsonify({"response": answer})

    @bp.get("/webhooks/<webhook_id>/invocations")
    def invocations(webhook_id: str) -> Response:
        webhook_of(webhook_id)
        found = [i for i in desk.deliveries.all() if i.webhook_id == webhook_id and i.status != "dropped"]
        return paged(found[::-1], "invocations", shapes.invocation)

    @bp.get("/webhooks/<webhook_id>/invocations/<invocation_id>/attempts")
    def attempts(webhook_id: str, invocation_id: str) -> Response:
        webhook_of(webhook_id)
        found = [(i, a) for i in desk.deliveries.all() if i.id == invocation_id for a in i.attempts]
        return paged(found[::-1], "attempts", lambda pair: shapes.attempt(*pair))

    return bp


def _set(webhook: Webhook, wanted: dict[str, Any]) -> None:
    for name in _CHANGEABLE:
        if name in wanted:
            setattr(webhook, name, wanted[name])
