"""`dead-letters` and `kill-switch`: what an operator needs when something went wrong, without a browser."""
from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict

import click
from flask import Flask
from flask.cli import AppGroup

from app import replays, switch
from app.keys import load_keys
from app.replays import Opened
from app.store import standing
from app.store.database import DEFAULT_TENANT, Database
from app.store.ids import new_id
from app.store.queues import dead_letters
from config.settings import Settings
from connectors.clock import SystemClock, to_iso
from workers.commands.endings import clear_errors

PAGE = 200
WHO = "command line"
SHOW_EVERY = 25  # letters between two words of progress


def register(app: Flask, settings: Callable[[], Settings]) -> None:
    _dead_letters(app, settings)
    _kill_switch(app, settings)


def _dead_letters(app: Flask, settings: Callable[[], Settings]) -> None:
    @app.cli.group("dead-letters", cls=AppGroup, invoke_without_command=True)
    @click.pass_context
    def group(context: click.Context) -> None:
        """What was given up and waits for a person. Without a word after it: the list."""
        if context.invoked_subcommand is None:
            context.invoke(list_)

    @group.command("list")
    @click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
    def list_(as_json: bool = False) -> None:
        """Print the dead letters, newest first."""
        with clear_errors():
            db, before = _ready(settings()), None
            while True:
                with db.read() as tx:
                    letters, before = dead_letters.page(tx, DEFAULT_TENANT, before, PAGE)
                for one in letters:
                    click.echo(json.dumps(asdict(one), ensure_ascii=False) if as_json else _line(one))
                if before is None:
                    break
            if not letters and not as_json:
                click.echo("there are no dead letters")

    @group.command("show")
    @click.argument("letter")
    def show(letter: str) -> None:
        """Print one letter whole: why, how often, what was to be sent, and from which articles. It holds
        customers' words."""
        with clear_errors():
            config = settings()
            with _ready(config).read() as tx:
                opened = replays.open_letter(tx, DEFAULT_TENANT, letter, load_keys(config)[0])
            if opened is None:
                sys.exit(
                    f"no dead letter {letter!r}: `flask --app candor dead-letters` lists them"
                )
            click.echo(_whole(opened))

    @group.command("replay")
    @click.argument("letters", nargs=-1)
    @click.option("--all", "everything", is_flag=True, help="Every dead letter there is now.")
    @click.option("--by", default=WHO, help="Who asks for it, for the record.")
    def replay(letters: tuple[str, ...], everything: bool, by: str) -> None:
        """Put LETTERS back to work. A delivery is decided anew; an effect is looked for at the desk first,
        and never sent twice."""
        if everything == bool(letters):
            raise click.UsageError("name letters, or give --all")
        with clear_errors():
            config = settings()
            db, keys, clock = _ready(config), load_keys(config)[0], SystemClock()
            if everything:
                done = replays.replay_all(db, DEFAULT_TENANT, by, keys, clock, new_id, _told)
                click.echo(f"{done} put back to work: a worker takes them within two seconds")
                return
            missing = [
                one
                for one in letters
                if replays.replay(db, DEFAULT_TENANT, one, by, keys, clock(), new_id) is None
            ]
            click.echo(
                f"{len(letters) - len(missing)} put back to work: a worker takes them within two seconds"
            )
            if missing:
                sys.exit(f"no such dead letter: {', '.join(missing)}")


def _kill_switch(app: Flask, settings: Callable[[], Settings]) -> None:
    @app.cli.group("kill-switch", cls=AppGroup, invoke_without_command=True)
    @click.pass_context
    def group(context: click.Context) -> None:
        """Stop everything that is sent, to one desk or to all. Without a word after it: which switches are
        on."""
        if context.invoked_subcommand is None:
            context.invoke(status)

    @group.command("status")
    def status() -> None:
        """Print the switches that are on."""
        with clear_errors(), _ready(settings()).read() as tx:
            on = switch.switches(tx, DEFAULT_TENANT, SystemClock()())
            for one in on:
                click.echo(f"{one.desk:20} on since {to_iso(one.at)} by {one.by}: {one.why}")
            if not on:
                click.echo("no kill switch is on: what is decided is sent")

    @group.command("on")
    @click.option("--desk", default=switch.EVERY_DESK, help="One desk by its id. Without it: every desk.")
    @click.option("--why", required=True, help="For everybody who opens the console.")
    @click.option("--by", default=WHO, help="Who does it, for the record.")
    def on(desk: str, why: str, by: str) -> None:
        """Stop sending now. Rows wait, nothing is lost."""
        with clear_errors():
            config = settings()
            switch.stop_sending(
                _ready(config), DEFAULT_TENANT, desk, why, by, load_keys(config)[0], SystemClock()(), new_id
            )
            click.echo(
                f"nothing is sent to {_named(desk)} any more; what waits goes on after `kill-switch off`"
            )

    @group.command("off")
    @click.option("--desk", default=switch.EVERY_DESK, help="One desk by its id. Without it: the switch "
                                                            "over every desk.")
    @click.option("--by", default=WHO, help="Who does it, for the record.")
    def off(desk: str, by: str) -> None:
        """Allow sending again."""
        with clear_errors():
            config = settings()
            lifted = switch.allow_sending(
                _ready(config), DEFAULT_TENANT, desk, by, load_keys(config)[0], SystemClock()(), new_id
            )
            if not lifted:
                sys.exit(
                    f"the switch over {_named(desk)} was not on; `flask --app candor kill-switch` lists "
                    f"those that are"
                )
            click.echo(f"sending to {_named(desk)} goes on")


def _ready(config: Settings) -> Database:
    db = Database(config.database_url)
    standing.check_place(db)
    return db


def _named(desk: str) -> str:
    return "every desk" if desk == switch.EVERY_DESK else desk


def _line(letter: dead_letters.Letter) -> str:
    where = f"{letter.desk} #{letter.ticket}" if letter.desk else "-"
    tried = f"{letter.attempts} tries, {letter.crashes} crashes" + (
        f", {letter.sends} calls" if letter.sends is not None else ""
    )
    return (
        f"{letter.id}  {to_iso(letter.since)}  {letter.state:6} {letter.what:16} {where:28} {tried}: "
        f"{letter.why}"
    )


def _whole(opened: Opened) -> str:
    letter = opened.letter
    lines = [_line(letter), f"first seen  {to_iso(opened.first_seen)}"]
    if opened.last_try is not None:
        lines.append(f"last call   {to_iso(opened.last_try)}")
    if opened.key is not None:
        lines.append(f"marker      {opened.key}")
    lines += [
        f"from        {title} ({article}, version {version})" for article, version, title in opened.evidence
    ]
    for one in opened.to_send:
        lines += [
            "",
            f"-- {one.purpose} ({one.effect}, {one.state})",
            *(f"{name}: {value}" for name, value in one.more.items()),
            "the person it is for was erased" if one.text is None else one.text,
        ]
    if opened.body:
        lines += ["", "-- what came in", opened.body]
    return "\n".join(lines)


def _told(done: int, total: int) -> None:
    if done % SHOW_EVERY == 0 or done == total:
        click.echo(f"{done} of {total}", err=True)
