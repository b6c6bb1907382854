"""A bar that is missed, that nobody can read, or that stands beside no value: each is red."""
from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from tests.bars import Bar, all_missed, missed, read_bar
from tests.emit import Emit
from tests.services import ROOT


def _row(value: float | None, bar: str | None, **fields: Any) -> dict[str, Any]:
    return {"suite": "s", "name": "n", "value": value, "n": 1, "bar": bar, **fields}


@pytest.mark.parametrize(("text", "bar"), [
    ("0", Bar("", 0)), ("= 3", Bar("=", 3)), ("<= 15", Bar("<=", 15)), ("≤ 15 s", Bar("≤", 15, "s")),
    ("≥ .30", Bar("≥", 0.3)), (">= 30", Bar(">=", 30)), ("< 1.", Bar("<", 1)), ("> -2", Bar(">", -2)),
    (">=30", Bar(">=", 30)),
])
def test_a_bar_is_a_sign_a_number_and_perhaps_a_unit(text: str, bar: Bar) -> None:
    assert read_bar(text) == bar


@pytest.mark.parametrize("text", ["", "few", "<=", "~ 3", "15 s or so", "=> 3", "1-2", "."])
def test_a_bar_that_cannot_be_read_is_an_error_and_its_row_red(text: str) -> None:
    with pytest.raises(ValueError, match="a bar is a sign and a number"):
        read_bar(text)
    assert missed(_row(0, text))


@pytest.mark.parametrize(("value", "bar", "holds"), [
    (0, "0", True), (0.0, "0", True), (1, "0", False), (-1, "0", False), (15, "<= 15", True),
    (15.01, "≤ 15", False), (30, ">= 30", True), (29, "≥ 30", False), (1, "< 1", False), (1, "> 1", False),
    (float("nan"), "<= 1", False), (float("nan"), "0", False),
])
def test_a_figure_holds_or_misses_its_bar(value: float, bar: str, holds: bool) -> None:
    assert (missed(_row(value, bar)) == "") is holds


def test_a_bar_without_a_value_is_red_and_a_figure_without_a_bar_never() -> None:
    assert missed(_row(None, "0", why="wrk is not installed")) == (
        "s n: no value for the bar 0: wrk is not installed"
    )
    assert missed(_row(None, None, why="not measured")) == ""
    assert missed(_row(7, None)) == ""


def test_a_bar_in_another_unit_than_its_figure_is_red() -> None:
    assert missed(_row(9, "<= 15 s", unit="ms")) == "s n: the bar is in s, the figure in ms"
    assert missed(_row(9, "<= 15 s", unit="s")) == ""
    assert missed(_row(9, "<= 15 s")) == ""


def test_every_figure_that_misses_is_named_with_its_run() -> None:
    rows = [_row(0, "0"), _row(2, "0", desk="zendesk", seed=3, calls=7), _row(4, None)]
    assert all_missed(rows) == ["s n desk=zendesk seed=3: 2, must be 0"]


def _written(file: Path) -> list[str]:
    calls = [node for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.Call)]
    given = [k.value for call in calls for k in call.keywords if k.arg == "bar"]
    return [v.value for v in given if isinstance(v, ast.Constant) and isinstance(v.value, str)]


@pytest.mark.parametrize("part", ["bench", "chaos", "simulation"])
def test_every_bar_that_is_written_out_can_be_read(part: str) -> None:
    for file in sorted((ROOT / "tests" / part).glob("*.py")):
        for bar in _written(file):
            assert read_bar(bar), file


def test_a_run_ends_with_1_when_a_figure_misses_its_bar(capsys: pytest.CaptureFixture[str]) -> None:
    emit = Emit()
    emit("bench", "calls", 4, 1, bar="≤ 4")
    assert emit.judge() == 0
    emit("bench", "calls", None, 0, bar="≤ 4", desk="zendesk", why="nobody answered")
    assert emit.judge() == 1
    assert "MISSED: bench calls desk=zendesk: no value for the bar ≤ 4: nobody answered" in (
        capsys.readouterr().err
    )
