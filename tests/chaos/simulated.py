"""The simulation of the send protocol, as a program of its own; its figures are passed on as they come."""
from __future__ import annotations

import importlib.util
import json
import subprocess
import sys

from tests.emit import Emit, say
from tests.services import ROOT


def run(emit: Emit, histories: int) -> bool:
    """Whether it ended well: no violation with all guards, and one at least without each of them."""
    if importlib.util.find_spec("tests.simulation.__main__") is None:
        emit("simulation", "histories", None, 0, why="tests/simulation has no program in this tree")
        return True
    command = [sys.executable, "-m", "tests.simulation", "--histories", str(histories), "--guards"]
    say(f"chaos: {' '.join(command[1:])}")
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("{"):
            row = json.loads(line)
            emit(row.pop("suite"), row.pop("name"), row.pop("value"), row.pop("n"), **row)
    return process.wait() == 0
