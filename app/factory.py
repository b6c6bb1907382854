"""The web application. Everything it needs is given; nothing is built in here but the pages themselves."""
from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from app.keys import Keys
from app.store.database import Database
from app.web import access, articles, console, customer, health, hooks, protect, signin
from app.web.door import Application
from app.web.house import House
from app.web.reading import shown_text
from config.settings import Settings
from connectors.clock import Clock

MAX_BODY = 1024 * 1024  # bytes
COOKIE = "__Host-candor"


def create_app(settings: Settings, db: Database, keys: Keys, clock: Clock, ring: Callable[[], None]) -> Flask:
    """The application on its store, keys, clock and bell.

    `ring` wakes the workers and never raises. This never imports a model, an index or a desk's client: the
    web process stays small.
    """
    app = Application(__name__, template_folder="web/templates", static_folder="web/static")
    app.config.update(
        SECRET_KEY=keys.sessions,
        MAX_CONTENT_LENGTH=MAX_BODY,
        # Secure and the prefix on every address. Browsers count https and the machine itself (localhost,
        # 127.0.0.1) as safe and keep the cookie there, Chromium over plain http too; anywhere else they drop
        # it, and the sign-in page says so before a password is typed.
        SESSION_COOKIE_NAME=COOKIE,
        SESSION_COOKIE_SECURE=True,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # the token lives and ends with its session
        RATELIMIT_HEADERS_ENABLED=False,
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.finalize = shown_text
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]

    # In memory on purpose, never in Redis: a broker that is down must not open or close the door.
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://")
    house = House(settings, db, keys, clock, ring, limiter)

    protect.protect(app, settings)
    signin.install_login(app, house)
    access.guard_pages(app)
    csrf = CSRFProtect(app)

    deliveries = hooks.blueprint(db, keys, clock, ring, settings)
    tickets_of_customers = customer.blueprint(house)
    csrf.exempt(deliveries)  # signed by the desk
    csrf.exempt(tickets_of_customers)  # its forms carry a signed token of their own that needs no cookie
    for pages in (
        deliveries,
        signin.blueprint(house),
        console.blueprint(house),
        tickets_of_customers,
        articles.blueprint(house),
        health.blueprint(house),
    ):
        app.register_blueprint(pages)
    access.public_page(app.view_functions["static"])
    return app
