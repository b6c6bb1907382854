"""Migrations: they make exactly the tables the code names, once, whoever starts first, and refuse a schema of
another age."""
from __future__ import annotations

import ast
import os
import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from app.store import schema
from app.store.database import Database
from app.store.schema import SchemaError
from app.store.tables import metadata
from tests.services import ROOT


@pytest.fixture
def empty(database_url):
    db = Database(database_url)
    yield db
    db.close()


def differences(db: Database) -> list[object]:
    with db.engine.connect() as connection:
        return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)


def test_the_migrated_schema_is_the_one_the_code_names(empty):
    assert differences(empty)  # or the comparison sees nothing
    schema.upgrade(empty)
    assert differences(empty) == []


def test_upgrading_twice_changes_nothing(empty):
    assert schema.upgrade(empty) == schema.upgrade(empty) == schema.head() == schema.current(empty)
    schema.check(empty)


def test_every_column_with_a_default_in_the_code_has_it_in_the_database(empty):
    schema.upgrade(empty)
    with empty.write() as tx:
        tx.execute(
            text(
                "INSERT INTO desks (id, tenant, kind, name, settings, created_at) VALUES ('d', 't', "
                "'zendesk', 'D', '{}', 1)"
            )
        )
        row = tx.execute(
            text("SELECT status, guard_proven, secrets, state, ledger_seq, ledger_mac, claimed_at FROM desks")
        ).one()
    assert (
        row.status,
        bool(row.guard_proven),
        row.secrets,
        row.state,
        row.ledger_seq,
        row.ledger_mac,
        row.claimed_at,
    ) == ("active", False, "[]", "{}", 0, "", 0)


def test_two_processes_that_upgrade_at_once_make_one_schema(database_url):
    code = (
        "import sys; from app.store import schema; from app.store.database import Database; "
        "print(schema.upgrade(Database(sys.argv[1])))"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code, database_url],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    ended = [process.communicate(timeout=60) for process in started]
    assert [process.returncode for process in started] == [0, 0], ended
    assert [out.strip() for out, _ in ended] == [schema.head()] * 2
    db = Database(database_url)
    assert differences(db) == []
    db.close()


def test_a_database_without_tables_says_which_command_makes_them(empty):
    with pytest.raises(SchemaError, match="db upgrade"):
        schema.check(empty)


def at(db: Database, revision: str) -> None:
    with db.write() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


def test_a_schema_of_a_much_newer_release_is_refused_and_of_the_next_one_is_not(empty):
    schema.upgrade(empty)
    at(empty, f"{int(schema.head()) + 1:04d}")
    schema.check(empty)
    at(empty, f"{int(schema.head()) + 2:04d}")
    with pytest.raises(SchemaError, match=r"newer release wrote.*install that release"):
        schema.check(empty)


@pytest.mark.parametrize(("found", "fits"), [("0003", True), ("0004", True), ("0002", False), ("0001", False),
("0005", False)])
def test_one_step_ahead_is_worked_on_and_nothing_else_but_our_own(
    sqlite_store, tmp_path, monkeypatch, found, fits
):
    db = Database(sqlite_store)
    (tmp_path / "versions").mkdir()
    for number in (1, 2, 3):
        (tmp_path / "versions" / f"{number:04d}_step.py").touch()
    monkeypatch.setattr(schema, "MIGRATIONS", tmp_path)
    at(db, found)
    if fits:
        schema.check(db)
    else:
        with pytest.raises(SchemaError, match=found):
            schema.check(db)
    db.close()


def test_revisions_are_numbered_without_a_gap_and_named_like_their_files():
    # `check` names the step after ours by adding one, and reads no more than the files' names.
    names = schema.known()
    assert names == [f"{n:04d}" for n in range(1, len(names) + 1)]
    walked = ScriptDirectory.from_config(schema._config()).walk_revisions()
    assert [script.revision for script in walked] == names[::-1]


def test_a_revision_only_expands():
    """The release before must go on working on it: what it takes away, it takes away from running
    processes."""
    later = sorted((schema.MIGRATIONS / "versions").glob("0*.py"))[1:]
    assert {
        file.name: found for file in later if (found := not_expanding(file.read_text(encoding="utf-8")))
    } == {}


def not_expanding(source: str) -> list[str]:
    """What a migration does beyond making tables and indexes, and adding columns that old writers may leave
    out."""
    found = []
    upgrade = next(
        n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef) and n.name == "upgrade"
    )
    for call in (
        n for n in ast.walk(upgrade) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)
    ):
        name = call.func.attr
        if name.startswith(("drop_", "alter_", "rename_", "execute")):
            found.append(f"{name} at line {call.lineno}")
        if name == "add_column" and (
            "nullable=False" in ast.unparse(call) and "server_default=" not in ast.unparse(call)
        ):
            found.append(f"a column that old writers do not fill, at line {call.lineno}")
    return found


@pytest.mark.parametrize(("line", "fits"), [
    ('op.add_column("inbox", sa.Column("weight", sa.Integer()))', True),
    ('op.add_column("inbox", sa.Column("weight", sa.Integer(), nullable=False, server_default="0"))', True),
    ('op.create_index("ix", "inbox", ["state"])', True),
    ('op.add_column("inbox", sa.Column("weight", sa.Integer(), nullable=False))', False),
    ('op.drop_column("inbox", "result")', False),
    ('op.alter_column("inbox", "result", nullable=False)', False),
])
def test_the_rule_of_expanding_can_fail(line, fits):
    assert (not_expanding(f"def upgrade():\n    {line}\n") == []) is fits


def test_an_upgrade_by_the_release_before_leaves_the_next_ones_schema_alone(empty):
    schema.upgrade(empty)
    following = f"{int(schema.head()) + 1:04d}"
    at(empty, following)
    assert schema.upgrade(empty) == following
    at(empty, "0099")
    with pytest.raises(
        SchemaError, match=r"0099, which a newer release wrote.*install that release on this host"
    ):
        schema.upgrade(empty)


def test_asking_for_the_version_loads_no_alembic(tmp_path):
    program = (
        "import sys; from app.store import schema; from app.store.database import Database; db = "
        "Database('sqlite:///' + sys.argv[1]); "
        "print(schema.known()[0], schema.current(db), 'alembic' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "none.db")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["0001", "None", "False"]


def test_every_table_but_the_small_facts_carries_its_tenant():
    assert {t.name for t in metadata.sorted_tables if "tenant" not in t.c} == {"marks"}
