"""Freshdesk's REST API on the sandbox desk: one module a noun, all below `/api/v2`."""
from __future__ import annotations

import json
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from connectors.freshdesk.sandbox import answers
from connectors.freshdesk.sandbox.keys import Keys
from connectors.freshdesk.sandbox.limits import Limits
from connectors.freshdesk.sandbox.nouns import Actor
from connectors.freshdesk.sandbox.state import State
from connectors.freshdesk.sandbox.tickets import Tickets

_INCLUDE_COSTS = 2  # credits for each `include` (F11)


@dataclass(frozen=True, slots=True)
class Desk:
    """What the routes work on."""

    state: State
    tickets: Tickets
    limits: Limits
    keys: Keys


def create_api(desk: Desk) -> Callable[..., Any]:
    """The API as a WSGI app."""
    from connectors.freshdesk.sandbox.api import (
        attachments,
        fields,
        hours,
        people,
        ratings,
        rules,
        search,
        solutions,
        tickets,
    )

    app = Flask("freshdesk-sandbox-api", static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.before_request(lambda: _enter(desk))
    app.after_request(_rate_headers)
    app.teardown_request(lambda _: _leave(desk))
    for noun in (tickets, people, rules, fields, search, solutions, hours, ratings):
        app.register_blueprint(noun.routes(desk), url_prefix="/api/v2")
    app.register_blueprint(attachments.routes(desk))
    app.register_error_handler(answers.Refusal, _refused)
    app.register_error_handler(HTTPException, lambda error: _missing(desk, error))
    app.register_error_handler(Exception, lambda error: _broken(desk, error))
    return app.wsgi_app


def actor() -> Actor:
    return Actor(g.agent, "api")


def admin_only() -> None:
    """Raises Refusal 403 for an agent who is not an admin."""
    if not g.agent.admin:
        raise answers.forbidden()


def sent() -> dict[str, Any]:
    """The request's JSON object. Raises Refusal 400 when there is none."""
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise answers.not_json()
    return body


def included() -> frozenset[str]:
    return frozenset(filter(None, request.args.get("include", "").split(",")))


def list_url(desk: Desk) -> str:
    return f"{desk.state.vendor_url}{request.path}"


def _enter(desk: Desk) -> None:
    if request.routing_exception is not None:
        raise request.routing_exception  # a missing route is told apart from missing credentials
    # One request at a time, as if each were one transaction; released in the teardown, whatever happens.
    desk.state.lock.acquire()
    g.locked = True
    # Counted before anything is looked at: an invalid request costs as much as a good one (F14).
    costs = _INCLUDE_COSTS * len(included()) if "/tickets" in request.path and request.method == "GET" else 0
    g.rate = desk.limits.request(_kind(), 1 + costs)
    g.agent = desk.keys.who(desk.state, request.headers.get("Authorization"))


def _kind() -> str:
    """Which sub-limit the request belongs to."""
    if request.path == "/api/v2/tickets":
        return {"POST": "create", "GET": "list"}.get(request.method, "")
    return "update" if request.method == "PUT" and request.path.startswith("/api/v2/tickets/") else ""


def _leave(desk: Desk) -> None:
    if g.pop("locked", False):
        desk.state.lock.release()


def _rate_headers(response: Response) -> Response:
    for name, value in g.get("rate", {}).items():
        response.headers.setdefault(name, value)
    response.headers["X-Freshdesk-API-Version"] = "latest=v2; requested=v2"
    return response


def _refused(error: Exception) -> Response:
    assert isinstance(error, answers.Refusal)
    text = error.body if isinstance(error.body, str) else json.dumps(error.body)
    return Response(
        text, status=error.status, headers=error.headers, content_type="application/json; charset=utf-8"
    )


def _missing(desk: Desk, error: Exception) -> Response:
    """An unknown path: Freshdesk's empty 404, and a failure of the sandbox, so that a missing route cannot
    pass for success."""
    desk.state.recorder.failure(desk.state.clock(), "unknown path", f"{request.method} {request.path}")
    return _refused(
        answers.method_not_allowed(request.method)
        if isinstance(error, MethodNotAllowed)
        else answers.not_found()
    )


def _broken(desk: Desk, error: Exception) -> Response:
    desk.state.recorder.failure(
        desk.state.clock(), "the sandbox broke", "".join(traceback.format_exception(error))[-2000:]
    )
    return _refused(answers.Refusal(500, {"code": "sandbox_broke", "message": str(error)}))
