"""`docs/adding-a-desk.md` names all that a new desk needs, and a new desk needs nothing outside its folder
but a line."""
from __future__ import annotations

import inspect
import re
from importlib import import_module
from pathlib import Path

import pytest

from connectors import contract

ROOT = Path(__file__).resolve().parents[2]
PAPER = ROOT / "tests" / "connectors" / "paper"
PAGE = (ROOT / "docs" / "adding-a-desk.md").read_text("utf-8")
SHARED = (
    "forms",
    "calls",
    "view",
    "mailtext",
    "outgoing",
    "desk_writer",
    "bodies",
    "steps",
    "guard",
    "limits",
    "vendor",
)
PROTOCOLS = ("Inbound", "Outbound", "Desk", "Knowledge", "Install", "Connector")


def test_the_third_desk_is_one_line_outside_its_folder() -> None:
    own = re.compile(r"""connectors[./]paper|["']paper["']|Paper[A-Z]""")
    files = [
        file
        for room in ("connectors", "app", "workers", "config", "demo", "tests")
        for file in (ROOT / room).rglob("*.py")
    ]
    outside = [file for file in files if PAPER not in file.parents and file != Path(__file__)]
    texts = {file.relative_to(ROOT).as_posix(): file.read_text("utf-8") for file in outside}
    lines = [
        f"{name}: {line.strip()}"
        for name, text in texts.items()
        for line in text.splitlines()
        if own.search(line)
    ]
    assert lines == [
        'tests/connectors/benches.py: "paper": ("tests.connectors.paper.connector", "PaperConnector"),'
    ]


def test_every_file_of_a_desk_stands_in_the_pages_table() -> None:
    table = {
        name
        for row in re.findall(r"^\| (`[^|]*) \|", PAGE, re.MULTILINE)
        for name in re.findall(r"`([\w./]+)`", row)
    }
    there = {file.name for file in PAPER.glob("*.py")} - {"bench.py", "test_whole_way.py"}
    assert there <= table
    assert len(there) >= 10


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`((?:connectors|tests)/[\w/]+\.py)`", PAGE))))
def test_every_file_the_page_names_is_there(name: str) -> None:
    assert (ROOT / name).is_file()


@pytest.mark.parametrize("module", SHARED)
def test_each_module_that_all_desks_stand_on_is_on_the_page_with_names_it_has(module: str) -> None:
    row = re.search(rf"`connectors/{module}\.py`(?:: ((?:`\w+`(?:, )?)+))?", PAGE)
    assert row is not None, f"{module} is not on the page"
    for name in re.findall(r"\w+", row.group(1) or ""):
        assert hasattr(import_module(f"connectors.{module}"), name)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_contract_says_what_each_thing_it_asks_for_is(protocol: str) -> None:
    kind = getattr(contract, protocol)
    assert kind.__doc__
    asked = {
        name for name, member in vars(kind).items() if inspect.isfunction(member) and not name.startswith("_")
    }
    told = {name for name in asked if vars(kind)[name].__doc__}
    # What is left has its whole promise in its name and types.
    assert asked - told <= {"inbound", "desk", "outbound", "knowledge", "install"}
