"""`users` as an operator types it: what it prints and asks, whose sessions end, and what is on record."""
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from app.keys import load_keys
from app.store import audit, sessions, users
from app.store.database import DEFAULT_TENANT, Database
from app.store.tables import sessions as session_rows
from config.settings import load_settings
from connectors.clock import SystemClock
from workers.commands import register_commands
from workers.running.first_start import prepare

PASSWORD = "quiet copper lantern"
ANA, BEN = "ana@larkfield.test", "ben@larkfield.test"


@pytest.fixture
def db(tmp_path: Path) -> Database:
    made = Database(f"sqlite:///{tmp_path}/candor.db")
    prepare(made, SystemClock())
    return made


@pytest.fixture
def run(db: Database, tmp_path: Path) -> Callable[..., Result]:
    app = Flask("candor")
    register_commands(
        app,
        lambda: load_settings({"CANDOR_VAR": str(tmp_path)}),
        lambda settings: pytest.fail("no worker is needed"),
    )
    return lambda *words, answers="": app.test_cli_runner().invoke(args=["users", *words], input=answers)


def person(db: Database, run: Callable[..., Result], email: str, role: str) -> None:
    token = run("add", email, "--role", role, "--by", "eva").output.split("#")[1].split()[0]
    account = users.use_token(db, token, PASSWORD, SystemClock()())
    assert account is not None
    with db.write() as tx:
        sessions.start(tx, account, f"key of {email}", SystemClock()())


def log(db: Database) -> list[tuple[str, str, object]]:
    with db.read() as tx:
        return [(row.who, row.what, row.detail["for"]) for row in audit.newest(tx, DEFAULT_TENANT, None, 50)]


def open_sessions(db: Database) -> int:
    with db.read() as tx:
        return len(tx.execute(select(session_rows)).all())


def test_a_removed_person_is_signed_out_and_nothing_of_theirs_opens_a_door(run, db, tmp_path: Path) -> None:
    person(db, run, ANA, "owner")
    person(db, run, BEN, "agent")
    unused = run("add", BEN).output.split("#")[1].split()[0]
    done = run("remove", BEN.upper(), "--by", "eva")
    assert done.exit_code == 0 and "removed and signed out everywhere" in done.output
    now = SystemClock()()
    assert users.sign_in(db, BEN, PASSWORD, "192.0.2.7", now) == (None, "unknown")
    assert users.use_token(db, unused, PASSWORD, now) is None
    with db.read() as tx:
        assert sessions.read(tx, f"key of {BEN}", now) is None
        assert sessions.read(tx, f"key of {ANA}", now) is not None
        keys = load_keys(load_settings({"CANDOR_VAR": str(tmp_path)}))[0]
        assert audit.first_broken(tx, DEFAULT_TENANT, keys) is None
    assert log(db) == [
        ("eva", "user_removed", BEN),
        ("command line", "token_made", BEN),
        ("eva", "token_made", BEN),
        ("eva", "token_made", ANA),
    ]


def test_another_role_ends_the_sessions_and_signing_out_takes_the_unused_token(run, db) -> None:
    person(db, run, ANA, "owner")
    person(db, run, BEN, "agent")
    assert run("role", BEN, "admin").exit_code == 0 and open_sessions(db) == 1
    assert f"{BEN:40} admin    0 signed in" in run("list").output
    unused = run("add", BEN).output.split("#")[1].split()[0]
    assert "is signed out: 1 sessions ended" in run("sign-out", ANA).output and open_sessions(db) == 0
    assert run("sign-out", BEN).exit_code == 0
    assert users.use_token(db, unused, PASSWORD, SystemClock()()) is None
    assert users.sign_in(db, BEN, PASSWORD, "192.0.2.7", SystemClock()())[1] == "signed_in"
    assert [what for _, what, _ in log(db)][:4] == [
        "signed_out_by_command", "signed_out_by_command", "token_made", "role_changed"
    ]  # fmt: skip


@pytest.mark.parametrize("words", [("remove", ANA), ("role", ANA, "viewer")])
@pytest.mark.parametrize("answers", [f"y\n{ANA}\n", "y\nno\n", "n\n", "y\n\n", ""])
def test_the_last_owner_is_asked_about_twice(run, db, words: tuple[str, ...], answers: str) -> None:
    done = ANA in answers
    person(db, run, ANA, "owner")
    person(db, run, BEN, "admin")
    ended = run(*words, answers=answers)
    assert (ended.exit_code == 0) is done and "is the last owner" in ended.output
    with db.read() as tx:
        assert users.owners(tx, DEFAULT_TENANT) == (0 if done else 1)
    assert open_sessions(db) == (1 if done else 2)


def test_an_owner_among_several_is_not_asked_about(run, db) -> None:
    person(db, run, ANA, "owner")
    person(db, run, BEN, "owner")
    assert run("role", ANA, "owner").exit_code == 0
    assert run("remove", ANA).exit_code == 0


@pytest.mark.parametrize(
    "words",
    [
        ("remove", "no@x.test"), ("role", "no@x.test", "admin"), ("sign-out", "no@x.test"),
        ("role", ANA, "king"), ("add", "no address"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_ends_with_a_sentence_and_a_code(run, words: tuple[str, ...]) -> None:
    ended = run(*words)
    assert ended.exit_code != 0 and isinstance(ended.exception, SystemExit) and ended.output.strip()
