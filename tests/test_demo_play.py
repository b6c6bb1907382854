"""The demo, played to its end as `make demo` does, in a copy of the tree: every scene ends as its script
says."""
from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from demo.scenes import shop_scenes
from tests.bench.start import copy_of_the_tree

# seconds: two desks, the model's first conversion and some two dozen tickets, on a machine that does other
# things too
LONGEST = 400.0
MODELS = Path(__file__).resolve().parents[1] / "var" / "models"


@pytest.mark.slow
def test_every_scene_of_the_demo_ends_as_its_script_says() -> None:
    with copy_of_the_tree() as place:
        (place / "var").mkdir()
        MODELS.mkdir(parents=True, exist_ok=True)
        (place / "var" / "models").symlink_to(MODELS)
        played = subprocess.run(
            [sys.executable, "-u", "-m", "demo", "--once"],
            cwd=place,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LONGEST,
            check=False,
        )
    assert played.returncode == 0, played.stdout + played.stderr
    assert "not as scripted" not in played.stderr
    steps = sum(len(scene.steps) for scene in shop_scenes())
    told = [line for line in played.stdout.splitlines() if "  #" in line and "  · " in line]
    assert len(told) == steps, "a step was not told"
