"""The page about the sandbox desks tells the truth about the Freshdesk one: lines, claims, switches and
verbs."""
from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from connectors.freshdesk.sandbox.acts import VERBS
from connectors.freshdesk.sandbox.switches import Switches

HERE = Path(__file__).resolve()
PAGE = (HERE.parents[3] / "docs" / "sandbox-desks.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (F\d+) \| .* \| (holds|in part|not yet)[^|]* \|$", re.M)
# Claimed by these words in a test's name: `test_f1_…`, `test_x3_x4_…`.
NAMED = re.compile(r"_([fx]\d+)(?=_)")


def named_lines() -> set[str]:
    sources = [path.read_text(encoding="utf-8") for path in HERE.parent.glob("test_sandbox_*.py")]
    names = [name for source in sources for name in re.findall(r"def (test\w+)", source)]
    return {found.upper() for name in names for found in NAMED.findall(name)}


def test_every_line_stands_on_the_page_once() -> None:
    assert [line for line, _ in ROW.findall(PAGE)] == [f"F{n}" for n in range(1, 26)]


def test_what_is_claimed_is_named_by_a_test_and_nothing_else() -> None:
    missing = {line for line, state in ROW.findall(PAGE) if state == "not yet"}
    everything = {f"F{n}" for n in range(1, 26)} | {f"X{n}" for n in range(1, 33)}
    assert named_lines() == everything - missing


def test_every_switch_and_verb_is_listed_and_no_other() -> None:
    table = PAGE.split("### Freshdesk's switches")[1].split("\n\n")[0]
    first_cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    assert {name for cell in first_cells for name in re.findall(r"`(\w+)`", cell)} == {
        f.name for f in fields(Switches)
    }
    verbs = [
        PAGE.split(head)[1].split("\n\n")[0] for head in ("| for | verbs |", "| for Freshdesk also | verbs |")
    ]
    assert set(re.findall(r"`(\w+)`", " ".join(verbs))) == set(VERBS)
