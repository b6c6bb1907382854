"""Who may open which page. A view without a policy is refused: forgetting the decorator closes a page, it
never opens one."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import Flask, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.store.users import ROLES

View = TypeVar("View", bound=Callable[..., Any])
PUBLIC = frozenset({"everybody"})
EVERY_ROLE = ROLES


def allow(*roles: str) -> Callable[[View], View]:
    """The page is for signed-in people with one of these roles."""
    unknown = set(roles) - set(ROLES)
    if unknown or not roles:
        raise ValueError(f"allow() needs roles out of {', '.join(ROLES)}, not {sorted(unknown)}")

    def mark(view: View) -> View:
        view.candor_roles = frozenset(roles)  # type: ignore[attr-defined]
        return view

    return mark


def public_page(view: View) -> View:
    """The page is for everybody: it guards itself (a signed link, a delivery's signature), or holds nothing
    to guard."""
    view.candor_roles = PUBLIC  # type: ignore[attr-defined]
    return view


def policies(app: Flask) -> Mapping[str, frozenset[str] | None]:
    """Each route's endpoint and who may use it; None marks a view that was forgotten."""
    return {
        rule.endpoint: getattr(app.view_functions[rule.endpoint], "candor_roles", None)
        for rule in app.url_map.iter_rules()
    }


def guard_pages(app: Flask) -> None:
    """Check the policy of the page before each request."""

    @app.before_request
    def check() -> ResponseReturnValue | None:
        if request.endpoint is None:  # no such page: the 404 follows
            return None
        roles = getattr(app.view_functions[request.endpoint], "candor_roles", None)
        if roles is None:
            app.logger.error("the view %s has no policy: add @allow or @public_page", request.endpoint)
            abort(403)
        if roles is PUBLIC:
            return None
        if not current_user.is_authenticated:
            back = "?" + urlencode({"next": request.full_path.rstrip("?")}) if request.method == "GET" else ""
            return redirect(url_for("signin.login") + back, 303)
        if current_user.role not in roles:
            abort(403)
        return None
