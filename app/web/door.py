"""The entry for deliveries, beside what is there for browsers. They prove themselves by a signature, and a
desk waits for the answer.

Sessions, sign-in, CSRF, rate limits and roles together took longer than verifying and keeping a delivery.
"""
from __future__ import annotations

from typing import Any

import structlog
from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask.typing import ResponseReturnValue

from app.web.protect import DELIVERIES, with_headers

log = structlog.get_logger(__name__)


class Sessions(SecureCookieSessionInterface):
    """Cookies for browsers; a delivery has none, and may not be given one."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if request.path.startswith(f"/{DELIVERIES}/"):
            return None  # Flask then gives it a session that cannot be written
        return super().open_session(app, request)


class Application(Flask):
    """Flask, but a view of the blueprint `hooks` runs at once. It stays public by its own mark, as
    `access.policies` reads it."""

    session_interface = Sessions()

    def preprocess_request(self) -> ResponseReturnValue | None:
        return None if request.blueprint == DELIVERIES else super().preprocess_request()

    def log_exception(self, exc_info: Any) -> None:
        """The route that broke, never the path that was asked for: a path may be a signed link."""
        rule = request.url_rule.rule if request.url_rule else "no route"
        log.error("a page broke", route=rule, method=request.method, exc_info=exc_info)

    def process_response(self, response: Response) -> Response:
        return (
            with_headers(response) if request.blueprint == DELIVERIES else super().process_response(response)
        )
