"""`flask --app candor …`: every command ends with a code that means something, and an error that says what to do."""
from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup

from app.keys import load_keys
from app.store import ledger, policies, schema, users
from app.store.database import DEFAULT_TENANT, Database
from config.load import load_policy
from config.settings import Settings
from connectors.clock import SystemClock, to_iso
from connectors.contract import Step
from workers import connect as connecting
from workers.commands import shelf as shelf_commands
from workers.commands.endings import clear_errors
from workers.knowledge.run import sync_all
from workers.start import prepare
from workers.work import Work


def register_commands(app: Flask, settings: Callable[[], Settings], make_work: Callable[[Settings], Work]) -> None:
    """Give the application its commands; each builds what it needs when it runs."""
    _database(app, settings)
    _knowledge(app, settings, make_work)
    _ledger(app, settings)
    _policy(app, settings)
    _users(app, settings)
    _connect(app, settings, make_work)
    shelf_commands.register(app, settings)


def _database(app: Flask, settings: Callable[[], Settings]) -> None:
    group = AppGroup("db", help="The database's schema.")
    app.cli.add_command(group)

    @group.command("upgrade")
    def upgrade() -> None:
        """Bring the schema to this release, under a lock; the first time also keep the shipped policy as version 1."""
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
            result = sync_all(make_work(settings()), DEFAULT_TENANT, lambda text: click.echo(text, err=True), wait=True)
            click.echo(json.dumps(result, indent=2, ensure_ascii=False))
            if any("error" in r for r in result.values() if isinstance(r, dict)):
                sys.exit(1)


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
                    state = "whole" if check.broken_at is None else f"BROKEN at {check.broken_at}: {check.why}"
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
            click.echo(f"fine: {len(policy.topics)} topics, {len(policy.routes)} routes, languages {', '.join(policy.languages)}")

    @group.command("export")
    @click.argument("file", type=click.Path(path_type=Path))
    def export(file: Path) -> None:
        """Write the current policy to FILE, with its version on top."""
        with clear_errors(), Database(settings().database_url).read() as tx:
            version = policies.current_version(tx, DEFAULT_TENANT)
            file.write_text(f"{_BASE}{version}\n{_without_base(policies.text(tx, DEFAULT_TENANT, version))}", "utf-8")
            click.echo(f"version {version} is in {file}")

    @group.command("import")
    @click.argument("file", type=click.Path(path_type=Path))
    @click.option("--by", default="command line", help="Who changes it, for the record.")
    @click.option("--why", default="", help="Why, for the record.")
    def import_(file: Path, by: str, why: str) -> None:
        """Make the policy in FILE the current one. Refused when somebody has changed it since FILE was exported."""
        with clear_errors():
            load_policy(file)
            text = file.read_text("utf-8")
            with Database(settings().database_url).write() as tx:
                current, base = policies.current_version(tx, DEFAULT_TENANT), _base_of(text)
                if base != current:
                    sys.exit(f"{file} rests on version {base or 'none'}, but {current} is current: export again and repeat your change")
                click.echo(f"version {policies.add(tx, DEFAULT_TENANT, _without_base(text), by, why, SystemClock()())} is current")


def _users(app: Flask, settings: Callable[[], Settings]) -> None:
    group = AppGroup("users", help="People who may open the console.")
    app.cli.add_command(group)

    @group.command("add")
    @click.argument("email")
    @click.option("--name", default="")
    @click.option("--role", default="viewer", type=click.Choice(users.ROLES))
    def add(email: str, name: str, role: str) -> None:
        """Add a person; prints the one-time token they set their password with, once."""
        from app.store.ids import new_id

        with clear_errors(), Database(settings().database_url).write() as tx:
            token = users.create_with_token(tx, DEFAULT_TENANT, email, name or email, role, SystemClock()(), new_id())
            click.echo(f"Shown once, valid for 24 hours: open /login/token#{token} on the console and choose a password")


def _connect(app: Flask, settings: Callable[[], Settings], make_work: Callable[[Settings], Work]) -> None:
    group = AppGroup("connect", help="Connect a helpdesk: install its side and prove its guard.")
    app.cli.add_command(group)

    one_mail_option = click.option(
        "--one-mail/--no-one-mail", default=None,
        help="Leave the desk's own acknowledgement out of tickets the assistant answers, or take that back. Left as it is when not given.",
    )

    def run(kind: str, desk_id: str, name: str, given: dict[str, str], wire_url: str | None, one_mail: bool | None, dry_run: bool,
            remove: bool) -> None:
        if one_mail is not None:
            given["one_mail"] = "yes" if one_mail else ""
        with clear_errors():
            config = settings()
            if config.public_url is None:
                sys.exit("set CANDOR_PUBLIC_URL to the address the desk can reach this server at")
            work = make_work(config)
            if remove:
                connecting.disconnect(work, DEFAULT_TENANT, desk_id, _say)
            elif dry_run:
                for step in connecting.plan(work, kind, desk_id, given, wire_url, config.public_url):
                    _say(step)
            else:
                proven = connecting.connect(work, DEFAULT_TENANT, desk_id, kind, name, given, wire_url, config.public_url, _say)
                sys.exit(0 if proven else "connected, but the desk's guard is not proven: answers stay drafts")

    @group.command("zendesk")
    @click.option("--desk", "desk_id", required=True, help="Our name for the desk, part of its hook's address.")
    @click.option("--subdomain", required=True)
    @click.option("--email", default="")
    @click.option("--api-token", envvar="CANDOR_ZENDESK_API_TOKEN", default="", help="Better given as CANDOR_ZENDESK_API_TOKEN.")
    @click.option("--oauth-token", envvar="CANDOR_ZENDESK_OAUTH_TOKEN", default="", help="Better given as CANDOR_ZENDESK_OAUTH_TOKEN.")
    @click.option("--wire-url", default=None, help="A sandbox desk's loopback address.")
    @one_mail_option
    @click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
    @click.option("--remove", is_flag=True, help="Take our side away again.")
    def zendesk(desk_id: str, subdomain: str, email: str, api_token: str, oauth_token: str, wire_url: str | None,
                one_mail: bool | None, dry_run: bool, remove: bool) -> None:
        """Create or update webhook, trigger and fields at a Zendesk, and prove that it refuses stale writes."""
        given = {"subdomain": subdomain, "email": email, "api_token": api_token, "oauth_token": oauth_token}
        run("zendesk", desk_id, subdomain, given, wire_url, one_mail, dry_run, remove)

    @group.command("freshdesk")
    @click.option("--desk", "desk_id", required=True, help="Our name for the desk, part of its hook's address.")
    @click.option("--subdomain", required=True)
    @click.option("--api-key", envvar="CANDOR_FRESHDESK_API_KEY", default="", help="Better given as CANDOR_FRESHDESK_API_KEY.")
    @click.option("--wire-url", default=None, help="A sandbox desk's loopback address.")
    @one_mail_option
    @click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
    @click.option("--remove", is_flag=True, help="Take our side away again.")
    def freshdesk(desk_id: str, subdomain: str, api_key: str, wire_url: str | None, one_mail: bool | None, dry_run: bool,
                  remove: bool) -> None:
        """Create or update rules and fields at a Freshdesk, and prove that our marker survives there."""
        run("freshdesk", desk_id, subdomain, {"subdomain": subdomain, "api_key": api_key}, wire_url, one_mail, dry_run, remove)


_BASE = "# base version: "


def _base_of(text: str) -> int | None:
    first = text.split("\n", 1)[0]
    return int(first.removeprefix(_BASE)) if first.startswith(_BASE) and first.removeprefix(_BASE).isdigit() else None


def _without_base(text: str) -> str:
    return text.split("\n", 1)[1] if text.startswith(_BASE) else text


def _say(step: Step) -> None:
    click.echo(f"{step.state:8} {step.name}{': ' + step.detail if step.detail else ''}")
