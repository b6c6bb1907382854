"""Zendesk's REST API on the sandbox desk: one module a noun, all below `/api/v2`."""
from __future__ import annotations

import json
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from connectors.zendesk.sandbox import answers
from connectors.zendesk.sandbox.deliveries import Deliveries
from connectors.zendesk.sandbox.keys import Keys
from connectors.zendesk.sandbox.limits import Limits
from connectors.zendesk.sandbox.nouns import Actor, User
from connectors.zendesk.sandbox.state import State
from connectors.zendesk.sandbox.tickets import Tickets


@dataclass(frozen=True, slots=True)
class Desk:
    """What the routes work on."""

    state: State
    tickets: Tickets
    deliveries: Deliveries
    limits: Limits
    keys: Keys


def create_api(desk: Desk) -> Callable[..., Any]:
    """The API as a WSGI app. Paths work with and without `.json`, as at Zendesk."""
    from connectors.zendesk.sandbox.api import (
        attachments,
        exports,
        groups,
        help_center,
        hours,
        jobs,
        metrics,
        oauth,
        ratings,
        rules,
        search,
        states,
        tickets,
        users,
        views,
        webhooks,
    )

    app = Flask("zendesk-sandbox-api", static_folder=None)
    app.before_request(lambda: _enter(desk))
    app.after_request(_rate_headers)
    app.teardown_request(lambda _: _leave(desk))
    for noun in (
        tickets,
        users,
        groups,
        rules,
        views,
        webhooks,
        search,
        exports,
        help_center,
        hours,
        ratings,
        states,
        metrics,
        jobs,
    ):
        app.register_blueprint(noun.routes(desk), url_prefix="/api/v2")
    app.register_blueprint(attachments.routes(desk))
    app.register_blueprint(oauth.routes(desk))
    app.register_error_handler(answers.Refusal, _refused)
    app.register_error_handler(HTTPException, lambda error: _missing(desk, error))
    app.register_error_handler(Exception, lambda error: _broken(desk, error))
    inner = app.wsgi_app

    def without_suffix(environ: dict[str, Any], start_response: Any) -> Any:
        environ["PATH_INFO"] = environ["PATH_INFO"].removesuffix(".json")
        return inner(environ, start_response)

    return without_suffix


def actor() -> Actor:
    return Actor(g.user, "api")


def admin_only() -> User:
    """Raises Refusal 403 for an agent who is not an admin."""
    user: User = g.user
    if user.role != "admin":
        raise answers.forbidden()
    return user


def sent(noun: str) -> dict[str, Any]:
    """The object `noun` of the request's JSON body. Raises Refusal 400 when there is none."""
    body = request.get_json(silent=True)
    if not isinstance(body, dict) or not isinstance(body.get(noun), dict):
        raise answers.bad_request(f"Parameter {noun} is required")
    value: dict[str, Any] = body[noun]
    return value


def list_url(desk: Desk) -> str:
    return f"{desk.state.vendor_url}{request.path}.json"


def _enter(desk: Desk) -> None:
    if request.routing_exception is not None:
        raise request.routing_exception  # a missing route is told apart from missing credentials
    # One request at a time, as if each were one transaction; released in the teardown, whatever happens.
    desk.state.lock.acquire()
    g.locked = True
    if request.path == "/oauth/tokens":
        return  # who asks for a token has none, and it counts on no limit of the API
    writes = request.method not in ("GET", "HEAD")
    g.user = desk.keys.who(desk.state, request.headers.get("Authorization"), writes=writes)
    bucket = "help_center" if "/help_center/" in request.path else "api"
    g.rate = desk.limits.request(bucket)


def _leave(desk: Desk) -> None:
    if g.pop("locked", False):
        desk.state.lock.release()


def _rate_headers(response: Response) -> Response:
    for name, value in g.get("rate", {}).items():
        response.headers.setdefault(name, value)
    return response


def _refused(error: Exception) -> Response:
    assert isinstance(error, answers.Refusal)
    text = error.body if isinstance(error.body, str) else json.dumps(error.body)
    kind = error.headers.get("Content-Type", "application/json; charset=utf-8")
    return Response(text, status=error.status, headers=error.headers, content_type=kind)


def _missing(desk: Desk, error: Exception) -> Response:
    """An unknown path: Zendesk's 404, and a failure of the sandbox, so that a missing route cannot pass for
    success."""
    desk.state.recorder.failure(desk.state.clock(), "unknown path", f"{request.method} {request.path}")
    return _refused(answers.no_such_endpoint())


def _broken(desk: Desk, error: Exception) -> Response:
    desk.state.recorder.failure(
        desk.state.clock(), "the sandbox broke", "".join(traceback.format_exception(error))[-2000:]
    )
    return _refused(answers.Refusal(500, {"error": "SandboxBroke", "description": str(error)}))
