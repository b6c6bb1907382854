"""A stored row's field that does not exist is found by `make lint`, before anything runs."""
from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
ROOMS = {"app", "workers", "connectors", "config", "candor.py"}
FIELD = "row.attempts"


def test_a_misspelt_field_of_a_row_is_refused(tmp_path: Path) -> None:
    module = (ROOT / "workers" / "jobs.py").read_text("utf-8")
    assert FIELD in module, "the module reads the field this test misspells"
    right, wrong = tmp_path / "right.py", tmp_path / "wrong.py"
    right.write_text(module, "utf-8")
    wrong.write_text(module.replace(FIELD, "row.atempts", 1), "utf-8")
    # With the cache of `make lint`, as nothing but the copy is new to it: seconds, not half a minute.
    done = subprocess.run(
        [sys.executable, "-m", "mypy", str(right), str(wrong)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    errors = [line for line in done.stdout.splitlines() if ": error: " in line]
    assert len(errors) == 1, done.stdout + done.stderr
    assert "wrong.py" in errors[0] and '"JobRow" has no attribute "atempts"' in errors[0]


def test_every_room_is_checked_strictly() -> None:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["mypy"]
    assert told["strict"] is True and set(told["files"]) == ROOMS
    assert {p.name for p in ROOT.iterdir() if (p / "__init__.py").exists()} - {
        "demo",
        "tests",
        "scripts",
    } <= ROOMS
