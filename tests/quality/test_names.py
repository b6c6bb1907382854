"""Names that scripts read: each is printed or explained, and the page says what it means."""
from __future__ import annotations

import re
from pathlib import Path

from tests.emit import Emit
from tests.quality import names
from tests.quality.names import FIGURES, Figures

PAGE = Path(__file__).parents[2] / "docs" / "quality.md"
ROW = re.compile(r"^\| (`[^|]+) \| (`[^|]+) \| (.+) \|$", re.MULTILINE)


def pairs_of_the_page() -> set[tuple[str, str]]:
    section = PAGE.read_text("utf-8").partition("## Every name\n")[2].partition("\n## ")[0]
    rows = ROW.findall(section)
    return {
        (suite, name) for suites, figures, _ in rows for suite in _quoted(suites) for name in _quoted(figures)
    }


def _quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_the_page_explains_every_name_of_the_list_and_no_other():
    listed = {(suite, name) for figures in FIGURES for suite in figures.suites for name in figures.names}
    assert pairs_of_the_page() == listed


def owed(monkeypatch, figures: Figures, there=(), by_name=(), printed=()) -> list[dict[str, object]]:
    monkeypatch.setattr(names, "FIGURES", (figures,))
    emit = Emit()
    for suite, name, fields in printed:
        emit(suite, name, 0.5, 2, **fields)
    names.fill(emit, there, by_name)
    return emit.rows[len(printed):]


def test_what_was_printed_is_not_owed_and_what_was_not_is_null_with_a_why(monkeypatch):
    figures = Figures(("shop_*",), ("hit", "miss"), without=("shop_staff",))
    rows = owed(monkeypatch, figures, there=["shop_one", "shop_staff"], printed=[("shop_one", "hit", {})])
    assert rows == [{"suite": "shop_one", "name": "miss", "value": None, "n": 0, "why": names.NOT_MEASURED}]


def test_a_name_is_owed_for_each_value_of_its_field(monkeypatch):
    figures = Figures(
        ("shop",), ("let_through",), "fault", ("number", "negation"), why="no reply is reworded"
    )
    rows = owed(
        monkeypatch,
        figures,
        there=["shop"],
        printed=[("shop", "let_through", {"fault": "number", "seed": 7})],
    )
    assert [(row["fault"], row["why"]) for row in rows] == [("negation", "no reply is reworded")]


def test_a_suite_that_is_not_there_or_runs_by_name_only_says_so(monkeypatch):
    assert owed(monkeypatch, Figures(("shop_*",), ("hit",)))[0]["why"] == names.NOT_THERE
    assert owed(monkeypatch, Figures(("shop_*",), ("hit",)))[0]["suite"] == "shop_*"
    assert owed(monkeypatch, Figures(("shop_*",), ("hit",), why="nobody asks"))[0]["why"] == "nobody asks"
    assert (
        owed(monkeypatch, Figures(("shop_*",), ("hit",)), by_name=["shop_long"])[0]["why"]
        == f"{names.BY_NAME}shop_long"
    )
