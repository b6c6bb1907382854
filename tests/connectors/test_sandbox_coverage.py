"""How many lines of the sandbox desks' list hold: the figure, out of the page that `test_sandbox_docs.py`
holds to the tests' names."""
from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.figures import Figures

HERE = Path(__file__).resolve().parent
PAGE = (HERE.parents[1] / "docs" / "sandbox-desks.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| ([ZFX]\d+) \| .* \| (holds|in part|not yet)[^|]* \|$", re.M)
NAMED = re.compile(r"_([zfx]\d+)(?=_)")
WHERE = {"Z": ("zendesk", 55), "F": ("freshdesk", 25), "X": ("zendesk", 32)}


def named(desk: str) -> set[str]:
    """Ids of lines in the names of this desk's sandbox tests."""
    found = [
        re.findall(r"def (test\w+)", path.read_text(encoding="utf-8"))
        for path in (HERE / desk).glob("test_sandbox_*.py")
    ]
    return {line.upper() for names in found for name in names for line in NAMED.findall(name)}


@pytest.mark.parametrize("letter", sorted(WHERE))
def test_the_lines_that_hold_are_counted(letter: str, figures: Figures) -> None:
    desk, total = WHERE[letter]
    states = {line: state for line, state in ROW.findall(PAGE) if line.startswith(letter)}
    held = {line for line, state in states.items() if state == "holds"} & named(desk)
    part = sum(state == "in part" for state in states.values())
    more = (
        {"on_freshdesk": f"{sum(line.startswith('X') for line in named('freshdesk'))}/{total}"}
        if letter == "X"
        else {}
    )
    figures(
        "connectors",
        f"sandbox lines covered {letter}",
        len(held) / total,
        total,
        covered=f"{len(held)}/{total}",
        in_part=part,
        **more,
    )
    print(f"sandbox lines covered {letter} {len(held)}/{total}")
    assert len(states) == total
    assert len(held) + part >= 0.8 * total, f"lines without a test: {sorted(states.keys() - held)}"
