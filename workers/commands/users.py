"""`users`: people who may open the console, made, changed, signed out and removed; each goes into the audit
log."""
from __future__ import annotations

import sys
from collections.abc import Callable, Mapping

import click
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy import Connection

from app.keys import Keys, load_keys
from app.store import audit, sessions, standing, users
from app.store.database import DEFAULT_TENANT, Database
from app.store.ids import new_id
from app.store.users import Account
from config.settings import Settings
from connectors.clock import SystemClock
from workers.commands.endings import clear_errors

WHO = "command line"
_BY = click.option("--by", default=WHO, help="Who does it, for the record.")


def register(app: Flask, settings: Callable[[], Settings]) -> None:
    """Give the application its commands."""
    group = AppGroup("users", help="People who may open the console.")
    app.cli.add_command(group)
    _making(group, settings)
    _changing(group, settings)


def _making(group: AppGroup, settings: Callable[[], Settings]) -> None:
    @group.command("add")
    @click.argument("email")
    @click.option("--name", default="")
    @click.option("--role", default="viewer", type=click.Choice(users.ROLES))
    @_BY
    def add(email: str, name: str, role: str, by: str) -> None:
        """Add a person; prints the one-time token they set their password with, once. Somebody who is there
        already gets a new token and keeps their role."""
        with clear_errors():
            db, keys = _opened(settings())
            with db.write() as tx:
                token = users.create_with_token(
                    tx, DEFAULT_TENANT, email, name or email, role, SystemClock()(), new_id()
                )
                made = _account(tx, email)
                _audit(tx, keys, by, "token_made", {"for": made.email, "role": made.role})
            click.echo(
                f"Shown once, valid for 24 hours: open /login/token#{token} on the console and choose a "
                f"password"
            )

    @group.command("list")
    def list_() -> None:
        """List the people, by address: their role, and how many sessions are open."""
        with clear_errors(), _opened(settings())[0].read() as tx:
            for one in users.of_tenant(tx, DEFAULT_TENANT):
                open_now = sessions.count(tx, one, SystemClock()())
                click.echo(f"{one.email:40} {one.role:8} {open_now} signed in")


def _changing(group: AppGroup, settings: Callable[[], Settings]) -> None:
    @group.command("remove")
    @click.argument("email")
    @_BY
    def remove(email: str, by: str) -> None:
        """Remove a person: their sessions end at once, and neither password nor token works any more."""
        with clear_errors():
            db, keys = _opened(settings())
            _ask_for_last_owner(db, email)
            with db.write() as tx:
                gone = _account(tx, email)
                sessions.end_all(tx, gone)
                users.remove(tx, gone)
                _audit(tx, keys, by, "user_removed", {"for": gone.email, "role": gone.role})
            click.echo(f"{gone.email} is removed and signed out everywhere")

    @group.command("role")
    @click.argument("email")
    @click.argument("role", type=click.Choice(users.ROLES))
    @_BY
    def role_(email: str, role: str, by: str) -> None:
        """Give a person another role. They have to sign in again."""
        with clear_errors():
            db, keys = _opened(settings())
            if role != "owner":
                _ask_for_last_owner(db, email)
            with db.write() as tx:
                one = _account(tx, email)
                sessions.end_all(tx, one)
                users.set_role(tx, one, role)
                _audit(tx, keys, by, "role_changed", {"for": one.email, "before": one.role, "after": role})
            click.echo(f"{one.email} is {role} now and has to sign in again")

    @group.command("sign-out")
    @click.argument("email")
    @_BY
    def sign_out(email: str, by: str) -> None:
        """End every session of a person, and their unused token. Their password goes on working."""
        with clear_errors():
            db, keys = _opened(settings())
            with db.write() as tx:
                one = _account(tx, email)
                ended = sessions.end_all(tx, one)
                users.drop_token(tx, one)
                _audit(tx, keys, by, "signed_out_by_command", {"for": one.email, "sessions": ended})
            click.echo(f"{one.email} is signed out: {ended} sessions ended")


def _opened(config: Settings) -> tuple[Database, Keys]:
    db = Database(config.database_url)
    standing.check_place(db)
    return db, load_keys(config)[0]


def _account(tx: Connection, email: str) -> Account:
    found = users.anywhere(tx, email)
    if found is None or found.tenant != DEFAULT_TENANT:
        raise users.UserError(f"nobody has the address {email!r}; `users list` lists people")
    return found


def _ask_for_last_owner(db: Database, email: str) -> None:
    with db.read() as tx:
        one = _account(tx, email)
        if one.role != "owner" or users.owners(tx, DEFAULT_TENANT) > 1:
            return
    click.confirm(f"{one.email} is the last owner: nobody in the console could do what owners do. Go on?",
                  abort=True, err=True)
    typed = click.prompt("Type the address once more", default="", show_default=False, err=True)
    if typed.strip().lower() != one.email:
        sys.exit("that is another address: nothing was changed")


def _audit(tx: Connection, keys: Keys, by: str, what: str, detail: Mapping[str, object]) -> None:
    audit.append(tx, DEFAULT_TENANT, by, what, detail, keys, SystemClock()(), new_id())
