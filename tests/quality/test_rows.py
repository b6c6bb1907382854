"""A bad line or a bad row costs itself, with its name; a bad module costs its own figures, and the exit
code."""
from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType

import pytest

from tests.emit import Emit
from tests.quality import __main__ as program
from tests.quality import rows


def test_a_line_that_is_no_json_object_is_named_and_left_out(tmp_path, capsys):
    file = tmp_path / "suite_x" / "eval.jsonl"
    file.parent.mkdir()
    file.write_bytes(
        '{"id": "a", "text": "one\u2028line"}\n\n{"id": "b"\n["c"]\n{"id": "d"}\n'.encode()
        + b'{"id": "\xff"}\n'
    )

    assert rows.read(file) == [{"id": "a", "text": "one\u2028line"}, {"id": "d"}]

    told = capsys.readouterr().err.splitlines()
    assert [line.rpartition(":")[0] for line in told] == [
        f"left out: suite_x/eval.jsonl:{n}" for n in (3, 4, 6)
    ]


def test_a_file_that_a_suite_lacks_has_no_rows(tmp_path):
    assert rows.read_or_none(tmp_path / "train.jsonl") == []


def test_a_row_that_raises_is_named_by_its_id_and_counted_and_its_text_is_not_shown(capsys):
    emit = Emit()
    asked = [{"id": "good", "text": "3"}, {"id": "bad", "text": "a secret"}, {"id": "also good", "text": "4"}]

    found = [
        (row["id"], value) for row, value in rows.each(emit, "suite_x", asked, lambda row: int(row["text"]))
    ]
    rows.broken(emit)

    assert found == [("good", 3), ("also good", 4)]
    assert emit.rows == [{"suite": "suite_x", "name": "rows_broken", "value": 1, "n": 3}]
    told = capsys.readouterr().err
    assert told.startswith("broken: suite_x bad: ValueError at test_rows.py:")
    assert "a secret" not in told


def test_a_suite_without_broken_rows_says_so():
    emit = Emit()
    assert len(list(rows.each(emit, "suite_x", [{"id": "a"}, {"id": "b"}], len))) == 2
    rows.broken(emit)
    assert emit.rows == [{"suite": "suite_x", "name": "rows_broken", "value": 0, "n": 2}]


def a_module(name: str, suites: list[str], run, **more) -> tuple[str, ModuleType]:
    module = ModuleType(name)
    module.suites = lambda data: suites
    module.run = run
    for key, value in more.items():
        setattr(module, key, value)
    return name, module


def emits_its_suites(emit: Emit, data: Path, wanted, var: Path) -> None:
    for suite in wanted:
        emit(suite, "share", 0.5, 2)


def breaks(emit: Emit, data: Path, wanted, var: Path) -> None:
    raise KeyError("cosine_top")


@pytest.fixture
def modules(monkeypatch):
    def use(*found: tuple[str, ModuleType]) -> None:
        monkeypatch.setattr(program, "modules_with_run", lambda package: iter(found))

    return use


def figures_of(emit: Emit) -> list[tuple[str, str]]:
    """But for the names that a whole run owes."""
    return [
        (row["suite"], row["name"]) for row in emit.rows if row["suite"] != "all" and row["value"] is not None
    ]


def test_a_module_that_breaks_is_told_with_its_error_and_the_next_one_runs(modules, tmp_path, capsys):
    modules(a_module("early", ["a_one"], breaks), a_module("late", ["b_one"], emits_its_suites))
    emit = Emit()

    assert program.measure(emit, tmp_path, None, tmp_path) == 1

    assert figures_of(emit) == [("b_one", "share")]
    told = capsys.readouterr().err
    assert "early broke on a_one" in told
    assert "KeyError: 'cosine_top'" in told
    assert told.rstrip().endswith("early broke: its figures are missing or not complete")


def test_a_run_that_ended_ends_with_0_although_rows_broke(modules, tmp_path):
    def one_row_breaks(emit, data, wanted, var):
        assert (
            len(
                list(
                    rows.each(emit, "a_one", [{"id": "x"}, {"id": "y", "text": ""}], lambda row: row["text"])
                )
            )
            == 1
        )

    modules(a_module("only", ["a_one"], one_row_breaks))
    emit = Emit()

    assert program.measure(emit, tmp_path, None, tmp_path) == 0
    assert figures_of(emit) == [("a_one", "rows_broken")]
    assert emit.rows[-1]["name"] == "seconds"


def test_suites_are_chosen_by_name_or_by_how_they_begin(modules, tmp_path):
    modules(
        a_module("first", ["a_one", "a_two", "b_one"], emits_its_suites),
        a_module("named", ["c_one"], emits_its_suites, ONLY_BY_NAME=True),
    )
    for only, expected in (
        (None, ["a_one", "a_two", "b_one"]),
        ("a", ["a_one", "a_two"]),
        ("b_one, c", ["b_one", "c_one"]),
    ):
        emit = Emit()
        assert program.measure(emit, tmp_path, only, tmp_path) == 0
        assert [suite for suite, _ in figures_of(emit)] == expected
    assert program.measure(Emit(), tmp_path, "d", tmp_path) == 2


def test_a_folder_that_is_not_there_ends_with_a_sentence_on_where_suites_come_from(
    monkeypatch, capsys, tmp_path
):
    monkeypatch.setattr("sys.argv", ["quality", "--data", str(tmp_path / "none")])
    assert program.main() == 2
    assert "docs/quality.md says how a folder of them is laid out" in capsys.readouterr().err


def test_without_a_folder_only_rows_of_our_own_are_measured(modules, monkeypatch, capsys, tmp_path):
    ours = a_module("ours", ["own_rows"], emits_its_suites)
    theirs = a_module("theirs", [], emits_its_suites)
    theirs[1].suites = lambda data: [found.name for found in data.glob("*")]
    modules(ours, theirs)
    monkeypatch.setattr("sys.argv", ["quality", "--var", str(tmp_path), "--charts", str(tmp_path / "charts")])
    monkeypatch.delenv("ONLY", raising=False)

    assert program.main() == 0

    told = capsys.readouterr()
    printed = [json.loads(line) for line in told.out.splitlines()]
    assert [row["suite"] for row in printed if row["value"] is not None] == ["own_rows", "all", "all"]
    assert (tmp_path / "charts").is_dir()


def test_a_row_without_its_label_is_a_broken_row():
    emit = Emit()
    asked = [
        {"id": "a", "text": "x", "label": "y"},
        {"id": "b", "text": "x"},
        {"id": "c", "text": None, "label": "y"},
    ]
    assert rows.labelled(emit, "suite_x", asked, "label") == asked[:1]
    assert emit.broken == {"suite_x": 2}
