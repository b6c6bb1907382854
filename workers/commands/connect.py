"""`connect <kind>`: one command for every connector there is; its options are the settings the connector asks
for."""
from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup
from marshmallow import fields

from app.store import schema
from app.store.database import DEFAULT_TENANT
from config.settings import Settings
from connectors import registry
from connectors.contract import Step
from connectors.errors import ConnectorError
from workers.commands.endings import clear_errors
from workers.desks import connect as connecting
from workers.desks.advice import advice
from workers.work import Work

OURS = (
    click.Option(
        ["--desk", "desk_id"], required=True, help="Our name for the desk, part of its hook's address."
    ),
    click.Option(["--wire-url"], help="A sandbox desk's loopback address."),
    click.Option(["--dry-run"], is_flag=True, help="Say what would be done, and do nothing."),
    click.Option(["--remove"], is_flag=True, help="Take our side away again."),
)

COUNTED = (
    "Our replies are an agent's public replies to the desk: reports on first reply and targets on first or "
    "next reply count them, and a "
    "hand-off's notice stops such a target too. Leave out the assistant's user where a report shall show "
    "people only."
)


def register(app: Flask, settings: Callable[[], Settings], make_work: Callable[[Settings], Work]) -> None:
    group = AppGroup("connect", help="Connect a helpdesk: install its side and prove its guard.")
    app.cli.add_command(group)
    for kind in registry.NAMES:
        group.add_command(_command(kind, settings, make_work))


def _command(
    kind: str, settings: Callable[[], Settings], make_work: Callable[[Settings], Work]
) -> click.Command:
    def run(
        desk_id: str, wire_url: str | None, dry_run: bool, remove: bool, **entered: str | bool | None
    ) -> None:
        # What is not named keeps what was entered before.
        given = {name: _as_setting(value) for name, value in entered.items() if value is not None}
        with clear_errors():
            config = settings()
            if config.public_url is None:
                sys.exit("set CANDOR_PUBLIC_URL to the address the desk can reach this server at")
            work = make_work(config)
            schema.check(work.db)
            try:
                if remove:
                    connecting.disconnect(work, DEFAULT_TENANT, desk_id, _say)
                    return
                for step in connecting.plan(
                    work, DEFAULT_TENANT, kind, desk_id, given, wire_url, config.public_url
                ):
                    _say(step)
                if dry_run:
                    click.echo("Nothing was written, there or here.")
                    return
                began = time.monotonic()
                click.echo("")
                name = given.get("subdomain", desk_id)
                proven = connecting.connect(
                    work, DEFAULT_TENANT, desk_id, kind, name, given, wire_url, config.public_url, _say
                )
            except ConnectorError as error:
                sys.exit(f"the desk said: {advice(error, work.connector(kind).account(given))}")
            soon = connecting.ending(work, DEFAULT_TENANT, desk_id)
            if soon is not None:
                click.echo(f"ending   {soon}")
            click.echo(f"connected in {(time.monotonic() - began) / 60:.1f} minutes. {COUNTED}")
            sys.exit(0 if proven else "connected, but the desk's guard is not proven: answers stay drafts")

    asked = [_option(kind, name, field) for name, field in registry.settings_schema(kind)().fields.items()]
    what = (
        f"Create or update Candor's side at a {kind.title()} desk, and prove its guard; twice changes "
        f"nothing."
    )
    return click.Command(kind, params=[*OURS, *asked], callback=run, help=what)


def _option(kind: str, name: str, field: fields.Field[Any]) -> click.Option:
    """A setting as an option; a secret one may come from the environment, where no list of processes shows
    it."""
    flag, about = f"--{name.replace('_', '-')}", field.metadata.get("help") or field.metadata.get("label")
    if field.metadata.get("flag"):
        return click.Option([f"{flag}/--no-{name.replace('_', '-')}", name], default=None, help=about)
    if field.metadata.get("secret"):
        variable = f"CANDOR_{kind}_{name}".upper()
        return click.Option([flag, name], envvar=variable, help=f"{about}. Better given as {variable}.")
    return click.Option([flag, name], required=field.required, help=about)


def _as_setting(value: str | bool) -> str:
    return value if isinstance(value, str) else "yes" if value else ""


def _say(step: Step) -> None:
    click.echo(f"{step.state:8} {step.name}{': ' + step.detail if step.detail else ''}")
