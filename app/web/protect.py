"""The rules every page keeps: headers, origin of state changes, and calm pages for what goes wrong."""
from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from app.store.database import StoreBusy
from config.settings import Settings

LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
POLICY = (
    "default-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; "
    "object-src 'none'"
)
STATE_CHANGES = ("POST", "PUT", "PATCH", "DELETE")
DELIVERIES = "hooks"  # the blueprint that proves its callers by signature: no browser, no Origin

# Title and what to do next, for people. Anything else reads as 500.
SORRY = {
    400: ("This could not be read", "Go back, reload the page and try once more."),
    403: (
        "This is not open to you",
        "If you need it, ask an owner or admin of your console to give you the role.",
    ),
    404: ("There is nothing here", "The address may have a typo, or what was here is gone."),
    405: ("That does not work this way", "Go back and use the buttons of the page."),
    413: ("That was too large", "Candor takes at most 1 MB at a time."),
    429: ("Too many tries", "Wait 15 minutes, then try again. Nothing was changed."),
    500: (
        "Something broke on our side",
        "It was written to the log. Try again; if it stays, tell whoever runs this server.",
    ),
    503: (
        "Busy for a moment",
        "The database could not take this just now. Nothing was lost or changed: try again in a few seconds.",
    ),
}


def is_safe_origin() -> bool:
    """Whether the browser keeps secrets safe here: https, or this very machine."""
    return request.is_secure or (urlsplit(request.host_url).hostname or "") in LOCAL_HOSTS


def protect(app: Flask, settings: Settings) -> None:
    """Install headers, origin check and error pages."""
    _check_origins(app, settings)
    app.after_request(with_headers)
    _explain_errors(app)


def _check_origins(app: Flask, settings: Settings) -> None:
    @app.before_request
    def same_origin() -> None:
        if request.method not in STATE_CHANGES:
            return
        # Every browser names the page's origin when a form is sent; a request that does not is not from one
        # of our pages.
        ours = {_origin(request.host_url)} | (
            {_origin(settings.public_url)} if settings.public_url else set()
        )
        if request.headers.get("Origin", "") not in ours:
            abort(
                403,
                description="This was not sent from a page of this server, so nothing was done. Reload the "
                            "page and try again.",
            )


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def with_headers(response: Response) -> Response:
    """The response with the headers that every answer of ours has."""
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    # Not no-referrer: with it Chromium sends `Origin: null` on our own forms, and the origin check would
    # refuse them.
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers.setdefault("Cache-Control", "no-store")
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    return response


def _explain_errors(app: Flask) -> None:
    def explain(code: int, because: str | None = None) -> ResponseReturnValue:
        title, advice = SORRY.get(code, SORRY[500])
        if request.path.startswith("/hooks/"):  # a desk reads no pages
            return Response(f"{title}. {because or advice}\n", code, content_type="text/plain; charset=utf-8")
        return render_template("sorry.html", title=title, advice=because or advice), code

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> ResponseReturnValue:
        code = error.code or 500
        if 300 <= code < 400:
            return error  # werkzeug's own redirects
        own_words = (
            error.description if error.description != type(error).description and code == 403 else None
        )
        response = app.make_response(explain(code, own_words))
        if code == 429:
            response.headers.setdefault("Retry-After", "900")
        return response

    @app.errorhandler(CSRFError)
    def no_token(_error: CSRFError) -> ResponseReturnValue:
        return explain(
            400,
            "The page had been open too long, or cookies are switched off. Reload it and try again; nothing "
            "was changed.",
        )

    @app.errorhandler(StoreBusy)
    def busy(_error: StoreBusy) -> ResponseReturnValue:
        response = app.make_response(explain(503))
        response.headers["Retry-After"] = "5"
        return response
