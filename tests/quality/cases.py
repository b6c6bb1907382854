"""Suite `cases`: how many of the failing inputs that were handed to us hold by now, run as the tests they
are."""
from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.emit import Emit, say

SUITE = "cases"
ROOT = Path(__file__).parents[2]


def suites(data: Path) -> list[str]:
    return [SUITE]


def run(emit: Emit, data: Path, names: Sequence[str], var: Path) -> None:
    # --runxfail: what is expected to fail counts as failed.
    asked = [
        sys.executable,
        "-m",
        "pytest",
        "tests/cases",
        "-q",
        "--runxfail",
        "-p",
        "no:cacheprovider",
        "--tb=no",
    ]
    ended = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    counts = {
        what: int(n)
        for n, what in re.findall(
            r"(\d+) (passed|failed|error)", ended.stdout.splitlines()[-1] if ended.stdout else ""
        )
    }
    total = sum(counts.values())
    if not total:
        raise RuntimeError(f"the cases could not be run: {ended.stdout[-500:]}{ended.stderr[-500:]}")
    for line in ended.stdout.splitlines():
        if line.startswith(("FAILED", "ERROR")):
            say(f"cases: {line}")
    emit(SUITE, "held", counts.get("passed", 0), total)
