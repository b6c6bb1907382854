"""No log holds a signed link, an address or a subject, whatever has failed."""
from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.figures import Figures

ROOT = Path(__file__).resolve().parent.parent
PLANTED = re.compile("Qx7planted|jezebel|quibble|Xylophonic|wellingtons|Zebrawords", re.IGNORECASE)
# What has to be told all the same: a silent log holds no secret either.
TOLD = (
    "a page broke", "the work on a row broke", "deliveries refused", "Error handling request /t/…",
    "desk call", "Task work raised unexpected: ValueError", "keeper broke",
)  # fmt: skip


def test_what_was_planted_stands_in_no_log_after_any_failure(tmp_path: Path, figures: Figures) -> None:
    for name in ("web", "pages"):
        (tmp_path / name).mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "tests.planted", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert set(done.stdout.split()) >= {"pages", "refused_deliveries", "worker", "desk", "libraries"}
    lines = done.stderr.splitlines()
    found = [line for line in lines if PLANTED.search(line)]
    figures("door", "planted secrets found in logs", len(found), len(lines))
    assert found == []
    assert [event for event in TOLD if event not in done.stderr] == []
    assert "route=/t/<token>" in done.stderr and "error=ValueError" in done.stderr
    first, *later = (x for x in lines if "deliveries refused" in x and "desk=desk-larkfield" in x)
    assert "count=1" in first, "the first at once; the others wait for their minute"
    assert len(later) == 1, "or for the end of the process"
