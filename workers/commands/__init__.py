"""`flask --app candor …`: every command ends with a code that means something, and an error that says what to
do."""
from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup

from app.keys import load_keys
from app.store import ledger, policies, recall, schema
from app.store.database import DEFAULT_TENANT, Database
from config.load import load_policy
from config.settings import Settings
from connectors.clock import Clock, SystemClock, to_iso
from workers.commands import connect as connect_commands
from workers.commands import dead_letters as dead_letter_commands
from workers.commands import fallback as fallback_commands
from workers.commands import moving as moving_commands
from workers.commands import users as user_commands
from workers.commands.endings import clear_errors
from workers.deciding.confidence import refit_all
from workers.knowledge.run import sync_all
from workers.running.first_start import prepare
from workers.work import Work


def _machines_clock(_: Settings) -> Clock:
    return SystemClock()


def register_commands(app: Flask, settings: Callable[[], Settings], make_work: Callable[[Settings], Work],
                      make_clock: Callable[[Settings], Clock] = _machines_clock) -> None:
    """Give the application its commands; each builds what it needs when it runs."""
    _database(app, settings)
    _knowledge(app, settings, make_work)
    _ledger(app, settings)
    _policy(app, settings)
    user_commands.register(app, settings)
    connect_commands.register(app, settings, make_work)
    dead_letter_commands.register(app, settings)
    fallback_commands.register(app, settings, make_clock)
    moving_commands.register(app, settings)


def _database(app: Flask, settings: Callable[[], Settings]) -> None:
    group = AppGroup("db", help="The database's schema.")
    app.cli.add_command(group)

    @group.command("upgrade")
    def upgrade() -> None:
        """Bring the schema to this release, under a lock; the first time also keep the shipped policy as
        version 1."""
        with clear_errors():
            click.echo(f"schema {prepare(Database(settings().database_url), SystemClock())}")

    @group.command("check")
    def check() -> None:
        """End with 0 when this release can work on the database."""
        with clear_errors():
            schema.check(Database(settings().database_url))
            click.echo("the schema fits")


def _knowledge(app: Flask, settings: Callable[[], Settings], make_work: Callable[[Settings], Work]) -> None:
    group = AppGroup("knowledge", help="Articles and the search index.")
    app.cli.add_command(group)

    @group.command("sync")
    def sync() -> None:
        """Read every source of articles now and rebuild what has changed."""
        with clear_errors():
            result = sync_all(
                make_work(settings()), DEFAULT_TENANT, lambda text: click.echo(text, err=True), wait=True
            )
            click.echo(json.dumps(result, indent=2, ensure_ascii=False))
            if any("error" in r for r in result.values() if isinstance(r, dict)):
                sys.exit(1)

    @group.command("recall")
    @click.option("--article", help="Only the answers sent from this article, by its id.")
    def recall_(article: str | None) -> None:
        """Print the answers sent from pages that have changed or gone since, one JSON object a line; `lost`:
        quotes no longer there."""
        with clear_errors(), Database(settings().database_url).read() as tx:
            for one in recall.recalled(tx, DEFAULT_TENANT, article):
                click.echo(json.dumps(asdict(one) | {"sent_at": to_iso(one.sent_at)}, ensure_ascii=False))

    @group.command("refit")
    def refit() -> None:
        """Fit each desk's confidence to what people did with its answers, as happens every night; print
        labels, reliability, thresholds."""
        with clear_errors():
            result = refit_all(make_work(settings()), DEFAULT_TENANT, lambda text: click.echo(text, err=True))
            click.echo(json.dumps(result, indent=2, ensure_ascii=False))


def _ledger(app: Flask, settings: Callable[[], Settings]) -> None:
    group = AppGroup("ledger", help="The chained record of verdicts.")
    app.cli.add_command(group)

    @group.command("verify")
    def verify() -> None:
        """Check every desk's chain; end with 1 when an entry was changed, moved or cut off."""
        with clear_errors():
            config = settings()
            broken = False
            with Database(config.database_url).read() as tx:
                for check in ledger.verify(tx, DEFAULT_TENANT, load_keys(config)[0]):
                    state = (
                        "whole" if check.broken_at is None else f"BROKEN at {check.broken_at}: {check.why}"
                    )
                    click.echo(f"{check.desk}: {check.entries} entries, {check.erased} erased, {state}")
                    broken |= check.broken_at is not None
            sys.exit(1 if broken else 0)

    @group.command("show")
    @click.argument("desk")
    @click.argument("ticket")
    def show(desk: str, ticket: str) -> None:
        """Print the record of one ticket, oldest first, one JSON object a line."""
        with clear_errors():
            with Database(settings().database_url).read() as tx:
                rows = ledger.of_ticket(tx, DEFAULT_TENANT, desk, ticket)
            for row in rows:
                entry = {"seq": row.seq, "at": to_iso(row.at), "kind": row.kind, **json.loads(row.payload)}
                click.echo(json.dumps(entry, ensure_ascii=False))
            if not rows:
                sys.exit(f"no record of ticket {ticket!r} at desk {desk!r}")


def _policy(app: Flask, settings: Callable[[], Settings]) -> None:
    group = AppGroup("policy", help="What the assistant may do.")
    app.cli.add_command(group)

    @group.command("check")
    @click.argument("file", type=click.Path(path_type=Path))
    def check(file: Path) -> None:
        """Say whether the policy in FILE could be used; nothing is changed."""
        with clear_errors():
            policy = load_policy(file)
            click.echo(
                f"fine: {len(policy.topics)} topics, {len(policy.routes)} routes, languages "
                f"{', '.join(policy.languages)}"
            )

    @group.command("export")
    @click.argument("file", type=click.Path(path_type=Path))
    def export(file: Path) -> None:
        """Write the current policy to FILE, with its version on top."""
        with clear_errors(), Database(settings().database_url).read() as tx:
            version = policies.current_version(tx, DEFAULT_TENANT)
            file.write_text(
                f"{_BASE}{version}\n{_without_base(policies.text(tx, DEFAULT_TENANT, version))}", "utf-8"
            )
            click.echo(f"version {version} is in {file}")

    @group.command("import")
    @click.argument("file", type=click.Path(path_type=Path))
    @click.option("--by", default="command line", help="Who changes it, for the record.")
    @click.option("--why", default="", help="Why, for the record.")
    def import_(file: Path, by: str, why: str) -> None:
        """Make the policy in FILE the current one. Refused when somebody has changed it since FILE was
        exported."""
        with clear_errors():
            load_policy(file)
            text = file.read_text("utf-8")
            with Database(settings().database_url).write() as tx:
                current, base = policies.current_version(tx, DEFAULT_TENANT), _base_of(text)
                if base != current:
                    sys.exit(
                        f"{file} rests on version {base or 'none'}, but {current} is current: export again "
                        f"and repeat your change"
                    )
                version = policies.add(tx, DEFAULT_TENANT, _without_base(text), by, why, SystemClock()())
                click.echo(f"version {version} is current")


_BASE = "# base version: "


def _base_of(text: str) -> int | None:
    first = text.split("\n", 1)[0]
    return (
        int(first.removeprefix(_BASE))
        if first.startswith(_BASE) and first.removeprefix(_BASE).isdigit()
        else None
    )


def _without_base(text: str) -> str:
    return text.split("\n", 1)[1] if text.startswith(_BASE) else text
