"""`database move`: everything to another database, in one command that can be given again."""
from __future__ import annotations

import sys
from collections.abc import Callable

import click
from flask import Flask
from flask.cli import AppGroup

from app.keys import load_keys
from app.store import move as moving
from app.store.database import Database
from app.store.ids import new_id
from app.store.move import MoveError
from config.settings import Settings, load_settings
from connectors.clock import SystemClock
from workers.commands.endings import clear_errors


def register(app: Flask, settings: Callable[[], Settings]) -> None:
    group = AppGroup("database", help="The database as a whole; its schema is under `db`.")
    app.cli.add_command(group)

    @group.command("move")
    @click.argument("url", required=False)
    @click.option("--cancel", is_flag=True, help="Give up a move that was begun and not finished: Candor "
                                                 "may start here again.")
    def move(url: str | None, cancel: bool) -> None:
        """Copy everything to the empty database at URL (postgresql://… or sqlite:///…), and check counts and
        chains there.

        Stop every process first. Killed or failed, it goes on where it stood when it is given again.
        """
        if cancel == bool(url):
            raise click.UsageError("give the URL of an empty database, or --cancel")
        with clear_errors():
            config = settings()
            source = Database(config.database_url)
            try:
                if cancel:
                    click.echo(
                        "given up: Candor starts here again"
                        if moving.cancel(source)
                        else "no move was begun here"
                    )
                    return
                target = Database(load_settings({"CANDOR_DATABASE_URL": str(url)}).database_url)
                done = moving.move(source, target, load_keys(config)[0], SystemClock()(), new_id(), _told)
            except MoveError as error:
                sys.exit(str(error))
            click.echo(
                f"moved {sum(done.rows.values())} rows of {len(done.rows)} tables; {done.ledger_entries} "
                f"ledger entries and "
                f"{done.audit_rows} rows of the audit log verify there"
            )
            click.echo(
                "Now set CANDOR_DATABASE_URL to it on every host, with the keys of this one (var/keys or "
                "CANDOR_KEYS), and start. "
                "This database refuses to be worked on from now on; keep it until you are content."
            )


def _told(table: str, done: int, total: int) -> None:
    if total:
        click.echo(f"{table}: {done} of {total}", err=True)
