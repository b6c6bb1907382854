"""`fallback`: a topic given to people by hand, taken back, and the list of those that are with people."""
from __future__ import annotations

import sys
from collections.abc import Callable

import click
from flask import Flask

from app.fallback import EVERY, Fallback, Wish, end_fallback, fall_back, fallbacks
from app.keys import load_keys
from app.store import standing
from app.store.database import DEFAULT_TENANT, Database
from app.store.ids import new_id
from config.settings import Settings
from connectors.clock import Clock, to_iso
from workers.commands.endings import clear_errors

WHO = "command line"


def register(app: Flask, settings: Callable[[], Settings], make_clock: Callable[[Settings], Clock]) -> None:
    """Give the application its command. It goes by the clock that tickets are decided by, also where that is
    shifted."""

    @app.cli.command("fallback")
    @click.argument("topic", required=False)
    @click.option("--desk", default=EVERY, help="One desk by its id. Without it: every desk.")
    @click.option("--until", default="", help="When it ends by itself: 2h, 3d, or a date and time. Without "
                                              "it: when it is lifted.")
    @click.option("--why", default="", help="For everybody who opens the console.")
    @click.option("--off", is_flag=True, help="Lift it: the assistant takes the topic again.")
    @click.option("--by", default=WHO, help="Who does it, for the record.")
    def fallback(topic: str | None, desk: str, until: str, why: str, off: bool, by: str) -> None:
        """Give TOPIC to people from the next verdict on: its tickets are handed off, none is answered.

        TOPIC is one of the policy's, `other` for tickets that fit none, or '*' for all. Without it: which
        topics are with people now.
        """
        if topic is None and (off or why or until or desk != EVERY):
            raise click.UsageError("name a topic of the policy, `other`, or '*' for every topic")
        if topic is not None and not off and not why.strip():
            raise click.UsageError("say --why: whoever opens the console will read it")
        with clear_errors():
            config = settings()
            db, now = Database(config.database_url), make_clock(config)()
            standing.check_place(db)
            if topic is None:
                _list(db, now)
            elif off:
                if not end_fallback(db, DEFAULT_TENANT, topic, desk, by, load_keys(config)[0], now, new_id):
                    sys.exit(
                        f"no fallback of {topic!r} at {_named(desk)} is on; `flask --app candor fallback` "
                        f"lists those that are"
                    )
                click.echo(f"the assistant takes {topic!r} at {_named(desk)} again")
            else:
                ends = fall_back(
                    db, DEFAULT_TENANT, Wish(topic, desk, why, until), by, load_keys(config)[0], now, new_id
                )
                lasts = f"until {to_iso(ends)}" if ends else "until `--off`"
                click.echo(f"people get {topic!r} at {_named(desk)} from the next verdict on, {lasts}")


def _list(db: Database, now: int) -> None:
    with db.read() as tx:
        on = fallbacks(tx, DEFAULT_TENANT, now)
    for one in on:
        click.echo(_line(one))
    if not on:
        click.echo("no topic is with people by hand")


def _line(one: Fallback) -> str:
    until = to_iso(one.until) if one.until else "lifted"
    return (
        f"{one.topic:20} at {_named(one.desk)}, since {to_iso(one.since)} until {until}, by {one.by}: "
        f"{one.why}"
    )


def _named(desk: str) -> str:
    return "every desk" if desk == EVERY else desk
