"""The page about the sandbox desks tells the truth: every line once, every claim named by a test, every
switch and verb listed."""
from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from connectors.zendesk.sandbox.acts import VERBS
from connectors.zendesk.sandbox.forgery import HOW
from connectors.zendesk.sandbox.switches import Switches

HERE = Path(__file__).resolve()
PAGE = (HERE.parents[3] / "docs" / "sandbox-desks.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| ([ZX]\d+) \| .* \| (holds|in part|not yet)[^|]* \|$", re.M)
# Claimed by these words in a test's name: `test_z1_…`, `test_x30_x31_…`.
NAMED = re.compile(r"_([zx]\d+)(?=_)")


def named_lines() -> set[str]:
    sources = [path.read_text(encoding="utf-8") for path in HERE.parent.glob("test_sandbox_*.py")]
    names = [name for source in sources for name in re.findall(r"def (test\w+)", source)]
    return {found.upper() for name in names for found in NAMED.findall(name)}


def test_every_line_stands_on_the_page_once() -> None:
    lines = [line for line, _ in ROW.findall(PAGE)]
    assert lines == [f"Z{n}" for n in range(1, 56)] + [f"X{n}" for n in range(1, 33)]


def test_every_line_that_is_claimed_is_named_by_a_test() -> None:
    claimed = {line for line, state in ROW.findall(PAGE) if state != "not yet"}
    assert claimed - named_lines() == set()


def test_no_line_is_tested_and_called_missing() -> None:
    missing = {line for line, state in ROW.findall(PAGE) if state == "not yet"}
    assert missing & named_lines() == set()


def test_every_switch_and_verb_is_listed_and_no_other() -> None:
    switches = PAGE.split("## Switches")[1]
    first_cells = [line.split("|")[1] for line in switches.splitlines() if line.startswith("| `")]
    assert {name for cell in first_cells for name in re.findall(r"`(\w+)`", cell)} == {
        f.name for f in fields(Switches)
    }
    verbs = [
        PAGE.split(head)[1].split("\n\n")[0] for head in ("| for | verbs |", "| for Zendesk also | verbs |")
    ]
    assert set(re.findall(r"`(\w+)`", " ".join(verbs))) - set(HOW) == set(VERBS)
