"""A sandbox desk's pages for people: the customer's side, the agent's side and the help centre. Plain forms,
no script at all."""
from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from connectors.sandbox.pages import agent, customer, showing
from connectors.sandbox.pages.side import Side
from connectors.sandbox.wire import http_date

# Nothing but our own style sheet; a comment that smuggled something in would still do nothing.
_POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


def create_pages(side: Side, company: str, vendor: str, help_centre: Blueprint, help_prefix: str) -> Flask:
    """Pages below `/sandbox` and `help_prefix`; `help_centre` has an endpoint `index`.

    No login: they are served on loopback only, to whoever sits at the machine.
    """
    app = Flask("connectors.sandbox.pages", static_url_path="/sandbox/static")
    app.jinja_env.filters["when"] = showing.when
    app.jinja_env.filters["day"] = showing.day
    app.jinja_env.filters["comment"] = showing.comment_html
    app.context_processor(lambda: {"company": company, "vendor": vendor, "now_us": side.now_us()})
    app.register_blueprint(customer.routes(side), url_prefix="/sandbox")
    app.register_blueprint(agent.routes(side), url_prefix="/sandbox/agent")
    app.register_blueprint(help_centre, url_prefix=help_prefix)

    @app.before_request
    def only_from_here() -> None:
        # Another site in the same browser must not write tickets, nor read them under a name of its own.
        host = urlsplit(f"//{request.host}").hostname
        origin = request.headers.get("Origin")
        if host not in ("127.0.0.1", "localhost", "::1") or (
            origin is not None and origin != f"http://{request.host}"
        ):
            abort(403, "These pages answer to this machine only.")

    @app.after_request
    def guarded(response: Response) -> Response:
        response.headers.update(
            {
                "Date": http_date(side.now_us()),
                "Content-Security-Policy": _POLICY,
                "X-Content-Type-Options": "nosniff",
                "Referrer-Policy": "same-origin",
            }
        )
        if request.endpoint != "static":
            response.headers["Cache-Control"] = "no-store"
        return response

    @app.get("/")
    def root() -> AnyResponse:
        return redirect(url_for("customer.index"))

    @app.get("/favicon.ico")
    def no_icon() -> tuple[str, int]:
        return "", 204

    @app.errorhandler(404)
    def nothing(_: Any) -> tuple[str, int]:
        return showing.page("missing.html"), 404

    return app
