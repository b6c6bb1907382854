"""Signing in and out. The browser's cookie holds a random key; what it opens lies in the sessions table."""
from __future__ import annotations

import secrets

from flask import Blueprint, Flask, abort, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from app.store import audit, sessions, users
from app.store.ids import new_id
from app.store.tries import peer_of
from app.store.users import Account
from app.web.access import EVERY_ROLE, allow, public_page
from app.web.house import House
from app.web.protect import is_safe_origin

IP_LIMIT = "30 per 15 minutes"
# By what was typed, known or not, and by where it came from: the answer tells nothing about who has an
# account, and nobody uses up the tries of somebody else.
ACCOUNT_LIMIT = "10 per 15 minutes"


class SignedIn(UserMixin):
    """The person behind a request, as Flask-Login wants to see one: its id is the session's key, not the
    account's."""

    def __init__(self, key: str, account: Account) -> None:
        self.key, self.account = key, account
        self.tenant, self.role, self.name, self.email = (
            account.tenant,
            account.role,
            account.name,
            account.email,
        )

    def get_id(self) -> str:
        return self.key


def install_login(app: Flask, house: House) -> None:
    """Let Flask-Login find the person of a request in the sessions table."""
    manager = LoginManager(app)
    # our sessions live in the database; an address that changes on a train is not an attack
    manager.session_protection = None

    @manager.user_loader
    def load(key: str) -> SignedIn | None:
        now = house.clock()
        with house.db.read() as connection:
            found = sessions.read(connection, key, now)
        if found is None:
            return None
        if found.seen_at < now - sessions.SEEN_EVERY:
            with house.db.write() as tx:
                sessions.touch(tx, key, now)
        return SignedIn(key, found.account)


def blueprint(house: House) -> Blueprint:
    """Sign in with a password or a one-time token, and sign out."""
    pages = Blueprint("signin", __name__)

    def note(tenant: str, who: str, what: str, **detail: object) -> None:
        with house.db.write() as tx:
            audit.append(
                tx,
                tenant,
                who,
                what,
                {"ip": request.remote_addr, **detail},
                house.keys,
                house.clock(),
                new_id(),
            )

    def begin(account: Account, what: str, ended: bool = False) -> ResponseReturnValue:
        key, now = secrets.token_urlsafe(32), house.clock()
        with house.db.write() as tx:
            if ended:
                sessions.end_all(tx, account)
            elif current_user.is_authenticated:
                sessions.end(tx, current_user.key)
            sessions.start(tx, account, key, now)
            detail = {"ip": request.remote_addr, "role": account.role}
            audit.append(tx, account.tenant, account.email, what, detail, house.keys, now, new_id())
        back = _own_path(request.values.get("next", ""))
        session.clear()  # a key planted before the sign-in is worth nothing after it
        login_user(SignedIn(key, account))
        return redirect(back or url_for("console.tickets"), 303)

    @pages.get("/login")
    @public_page
    def login() -> ResponseReturnValue:
        return _form("login.html")

    @pages.post("/login")
    @public_page
    @house.limiter.limit(IP_LIMIT)
    @house.limiter.limit(ACCOUNT_LIMIT, key_func=_typed_address,
    deduct_when=lambda response: response.status_code == 401)
    def login_now() -> ResponseReturnValue:
        _refuse_plain_http()
        email = request.form.get("email", "")
        account, why = users.sign_in(
            house.db, email, request.form.get("password", ""), request.remote_addr, house.clock()
        )
        if account is None:
            known = _account_of(house, email) if why != "unknown" else None
            if known is not None:
                note(known.tenant, known.email, "sign_in_refused", why=why)
            return _form("login.html", email=email, wrong=True), 401
        return begin(account, "signed_in")

    @pages.get("/login/token")
    @public_page
    def token() -> ResponseReturnValue:
        return _form("token.html")

    @pages.post("/login/token")
    @public_page
    @house.limiter.limit(IP_LIMIT)
    def token_now() -> ResponseReturnValue:
        _refuse_plain_http()
        given, password = request.form.get("token", ""), request.form.get("password", "")
        if password != request.form.get("again", ""):
            return _form("token.html", token=given, wrong="The two passwords differ."), 400
        try:
            account = users.use_token(house.db, given, password, house.clock())
        except users.UserError as error:
            return _form("token.html", token=given, wrong=str(error)), 400
        if account is None:
            return _form(
                "token.html",
                wrong="This token is unknown, used or older than a day. Ask for a new one: "
                "an owner makes it with `flask --app candor users add`.",
            ), 401
        return begin(account, "token_used", ended=True)

    @pages.post("/logout")
    @allow(*EVERY_ROLE)
    def logout() -> ResponseReturnValue:
        with house.db.write() as tx:
            sessions.end(tx, current_user.key)
        note(current_user.tenant, current_user.email, "signed_out")
        logout_user()
        session.clear()
        return redirect(url_for("signin.login"), 303)

    return pages


def _form(template: str, **values: object) -> str:
    # Said on the page itself, not only when the form is sent: nobody should type a password first.
    return render_template(
        template, safe=is_safe_origin(), next=_own_path(request.values.get("next", "")), **values
    )


def _refuse_plain_http() -> None:
    if not is_safe_origin():
        abort(
            403,
            description="This address is plain http, so a password could be read on its way. Open the "
                        "console over https, "
            "or on the machine itself at http://127.0.0.1.",
        )


def _typed_address() -> str:
    typed = request.form.get("email", "").strip().lower()[:320]
    return f"account:{peer_of(request.remote_addr)}:{typed}"


def _account_of(house: House, email: str) -> Account | None:
    with house.db.read() as connection:
        return users.anywhere(connection, email)


def _own_path(path: str) -> str:
    """The path when it leads to this server, else nothing: a link to us must not end elsewhere."""
    ours = (
        path.startswith("/")
        and not path.startswith(("//", "/\\"))
        and "\\" not in path
        and path.isprintable()
    )
    return path if ours else ""
