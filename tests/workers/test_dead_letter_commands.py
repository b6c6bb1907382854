"""`dead-letters`, `kill-switch` and `database move` as an operator types them: what they print, and with
which code they end."""
from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import insert

from app.store import audit
from app.store.database import DEFAULT_TENANT, Database
from app.store.standing import Unfit, check_place
from app.store.tables import desks, jobs
from config.settings import load_settings
from connectors.clock import SystemClock
from workers.commands import register_commands
from workers.running.first_start import prepare

Run = Callable[..., Result]


@pytest.fixture
def db(tmp_path: Path) -> Database:
    made = Database(f"sqlite:///{tmp_path}/candor.db")
    prepare(made, SystemClock())
    with made.write() as tx:
        tx.execute(
            insert(desks).values(
                id="calm", tenant=DEFAULT_TENANT, kind="zendesk", name="Calm", settings="{}", created_at=1
            )
        )
        tx.execute(
            insert(jobs).values(
                id="job-1",
                tenant=DEFAULT_TENANT,
                kind="knowledge_sync",
                args="{}",
                state="bad",
                result='{"error": "gave up after 3 tries"}',
                attempts=4,
                next_at=1,
                expires=1,
                created_at=1,
            )
        )
    return made


@pytest.fixture
def run(db: Database, tmp_path: Path) -> Run:
    app = Flask("candor")
    register_commands(
        app,
        lambda: load_settings({"CANDOR_VAR": str(tmp_path)}),
        lambda settings: pytest.fail("no worker is needed"),
    )
    return lambda *words: app.test_cli_runner().invoke(args=words)


def test_the_shelf_is_listed_shown_and_replayed(run: Run, db: Database) -> None:
    for words in (("dead-letters",), ("dead-letters", "list")):
        listed = run(*words)
        assert listed.exit_code == 0 and "job-1" in listed.output and "gave up after 3 tries" in listed.output
    assert json.loads(run("dead-letters", "list", "--json").output)["what"] == "knowledge_sync"
    assert "gave up after 3 tries" in run("dead-letters", "show", "job-1").output
    replayed = run("dead-letters", "replay", "--all", "--by", "ana")
    assert replayed.exit_code == 0 and "1 put back to work" in replayed.output
    assert "there are no dead letters" in run("dead-letters").output
    with db.read() as tx:
        assert [(r.who, r.what) for r in audit.newest(tx, DEFAULT_TENANT, None, 5)] == [
            ("ana", "dead_letter_replayed")
        ]


def test_a_letter_that_is_not_there_ends_the_command_with_a_code(run: Run) -> None:
    for words in (
        ("dead-letters", "show", "nope"),
        ("dead-letters", "replay", "nope"),
        ("dead-letters", "replay"),
        ("dead-letters", "replay", "job-1", "--all"),
    ):
        assert run(*words).exit_code != 0, words


def test_the_switch_goes_on_and_off_again(run: Run) -> None:
    assert "no kill switch is on" in run("kill-switch").output
    assert run("kill-switch", "on", "--desk", "calm", "--why", "wrong prices").exit_code == 0
    assert "wrong prices" in run("kill-switch").output
    assert run("kill-switch", "off").exit_code == 1, "that of one desk is not the one over all"
    assert run("kill-switch", "off", "--desk", "calm").exit_code == 0
    assert "no kill switch is on" in run("kill-switch", "status").output
    unknown = run("kill-switch", "on", "--desk", "nope", "--why", "x")
    assert unknown.exit_code == 1 and "there are: calm" in unknown.output


def test_a_database_that_was_moved_takes_no_commands_any_more(run: Run, db: Database, tmp_path: Path) -> None:
    moved = run("database", "move", f"sqlite:///{tmp_path}/new.db")
    assert moved.exit_code == 0 and "verify there" in moved.output, moved.output
    for words in (
        ("kill-switch", "on", "--why", "x"),
        ("dead-letters", "replay", "--all"),
        ("database", "move", "--cancel"),
    ):
        refused = run(*words)
        assert refused.exit_code == 1 and ("moved to" in refused.output or "finished" in refused.output), (
            words
        )
    with pytest.raises(Unfit):
        check_place(db)
    assert run("database", "move").exit_code == 2


def test_a_topic_is_given_to_people_listed_and_taken_back(run: Run, db: Database) -> None:
    assert "no topic is with people" in run("fallback").output
    given = run(
        "fallback", "returns", "--desk", "calm", "--until", "2h", "--why", "wrong prices", "--by", "ana"
    )
    assert given.exit_code == 0 and "from the next verdict on, until 2" in given.output, given.output
    listed = run("fallback")
    assert all(word in listed.output for word in ("returns", "calm", "by ana: wrong prices"))
    assert run("fallback", "returns", "--off").exit_code == 1, "that of one desk is not the one over all"
    assert run("fallback", "returns", "--desk", "calm", "--off", "--by", "bo").exit_code == 0
    assert "no topic is with people" in run("fallback").output
    with db.read() as tx:
        assert [(r.who, r.what) for r in audit.newest(tx, DEFAULT_TENANT, None, 5)] == [
            ("bo", "fallback_off"),
            ("ana", "fallback_on"),
        ]


@pytest.mark.parametrize(("words", "code", "said"), [
    (("returnz", "--why", "x"), 1, "there are: charge_dispute, safety"),
    (("returns", "--why", "x", "--desk", "nope"), 1, "there are: calm"),
    (("returns",), 2, "say --why"), (("returns", "--why", " "), 2, "say --why"), (("--why", "x"), 2,
    "name a topic"),
    (("--off",), 2, "name a topic"), (("returns", "--why", "x", "--until", "soon"), 1, "30m, 2h or 3d"),
    (("returns", "--off"), 1, "`flask --app candor fallback` lists those that are"),
])
def test_a_fallback_that_cannot_be_says_what_to_do(
    run: Run, words: tuple[str, ...], code: int, said: str
) -> None:
    refused = run("fallback", *words)
    assert refused.exit_code == code and said in refused.output, refused.output
