"""Every command with hostile values for each of its options and arguments: it does what it says, or ends in a
sentence with a code that is not 0."""
from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import click
import pytest
from click.testing import Result
from flask import Flask

from app.store.database import Database
from candor import make_clock, make_work
from config.settings import Settings, load_settings
from connectors.clock import SystemClock
from tests.figures import Figures
from tests.hostile import TEXTS
from workers.commands import register_commands
from workers.running.first_start import prepare

FRAMEWORKS_OWN = {"run", "shell", "routes"}  # Flask's
# What stands in the other places while one is hostile; a value of the kind that is asked for there.
FINE = {
    "desk_id": "larkfield", "email": "ann@example.com", "role": "viewer", "topic": "returns",
    "why": "wrong prices", "subdomain": "larkfield", "desk": "larkfield", "ticket": "1", "letter": "x",
    "letters": "x", "api_token": "t",
}  # fmt: skip


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    var = tmp_path_factory.mktemp("hostile")
    before = Path.cwd()
    os.chdir(var)  # an export writes where it is told
    given = load_settings({"CANDOR_VAR": str(var), "CANDOR_PUBLIC_URL": "https://candor.example.com"})
    prepare(Database(given.database_url), SystemClock())
    made = Flask("candor")
    register_commands(made, lambda: given, _no_models, make_clock)
    yield made
    os.chdir(before)


def _no_models(settings: Settings) -> object:
    return make_work(settings)


Named = tuple[tuple[str, ...], click.Command]


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[Named]:
    for name, command in group.commands.items():
        if path == () and name in FRAMEWORKS_OWN:
            continue
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        if not isinstance(command, click.Group) or command.params:
            yield (*path, name), command


def words(command: click.Command, hostile: click.Parameter, value: str) -> list[str]:
    """What is typed after the command's name: the hostile value in its place, fine ones where something is
    required."""
    typed: list[str] = []
    for param in command.params:
        text = value if param is hostile else FINE.get(param.name or "", "x")
        if isinstance(param, click.Argument):
            typed += ["--", text] if "--" not in typed and text.startswith("-") else [text]
        elif param is hostile and isinstance(param, click.Option) and not param.is_flag:
            typed = [f"{param.opts[0]}={text}", *typed]
        elif param.required or (param is hostile and isinstance(param, click.Option) and param.is_flag):
            is_flag = isinstance(param, click.Option) and param.is_flag
            typed = [param.opts[0] if is_flag else f"{param.opts[0]}={text}", *typed]
    return typed


def fault(result: Result) -> str | None:
    """What is wrong with how a command ended; None when nothing is."""
    said = result.output + (result.stderr if result.stderr_bytes else "")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        return f"{type(result.exception).__name__}: {result.exception}"
    if "Traceback" in said:
        return "a traceback"
    if result.exit_code and len(said.strip()) < 10 and not isinstance(result.exception, SystemExit):
        return f"code {result.exit_code} without a sentence"
    if result.exit_code and not said.strip() and not str(result.exception.code if result.exception else ""):
        return f"code {result.exit_code} without a sentence"
    return None


def test_no_command_breaks_on_a_hostile_value(app: Flask, figures: Figures) -> None:
    run: Callable[..., Result] = app.test_cli_runner().invoke
    tried, refused, broke = 0, 0, []
    seen = set()
    for path, command in commands(app.cli):
        for param, value in product(command.params, TEXTS):
            if "\0" in value or (isinstance(param, click.Option) and param.is_flag and value):
                continue
            tried += 1
            seen.add(path)
            result = run(args=[*path, *words(command, param, value)], input="y\nx\n")
            refused += result.exit_code != 0
            wrong = fault(result)
            if wrong:
                broke.append(f"{' '.join(path)} {param.name}={value[:30]!r}: {wrong[:160]}")
    figures("door", "options x hostile values tried / tracebacks", len(broke), tried, commands=len(seen),
            refused=refused)
    assert not broke, "\n".join(broke)
    assert len(seen) >= 14
