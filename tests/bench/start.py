"""From the start to the first answer at the desk, and what the two kinds of processes cost to start.

`fresh` (a new clone, nothing installed) takes a network and many minutes: scripts/clean-machine does that.
"""
from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.bench.deliveries import ROOT, open_store
from tests.bench.measure import in_turn, ratios
from tests.emit import Emit
from workers.running.broker import end_process, end_with_parent

ANSWER = "first answer "  # as the demo says it
LONGEST = 600.0
ROUNDS = 6
HEAVY = ("torch", "transformers", "faiss", "onnxruntime", "zenpy", "freshdesk")
# Programs of their own, each in a fresh interpreter: they print their CPU time, and the packages they have
# loaded.
_END = (
    "import json, sys, time; print(json.dumps([time.process_time(), sorted({m.split('.')[0] for m in "
    "sys.modules})]))"
)
_WEB, _FLASK, _NOTHING = f"import candor; candor.web(); {_END}", f"import flask; {_END}", _END


def run(emit: Emit) -> None:
    _web_import(emit)
    _first_answers(emit)


def _first_answers(emit: Emit) -> None:
    """In a copy of the tree, so that no demo that is up is disturbed: once with nothing but the packages,
    then again."""
    with copy_of_the_tree() as place:
        for start, bar in (("installed", None), ("second", "≤ 20 s")):
            seconds = _first_answer(place)
            emit(
                "bench",
                "start_to_first_answer_s",
                seconds,
                1,
                unit="s",
                start=start,
                bar=bar,
                why=None
                if seconds is not None
                else f"the demo ended, or {LONGEST:.0f} s passed, without an answer",
            )


@contextmanager
def copy_of_the_tree() -> Iterator[Path]:
    """What git knows of this tree, as it lies here, without var/."""
    with TemporaryDirectory(prefix="candor-bench-") as place:
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
        for name in filter(None, listed.split("\0")):
            if (ROOT / name).is_file():
                (Path(place) / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, Path(place) / name)
        yield Path(place)


def _first_answer(place: Path) -> float | None:
    """Wall seconds from the call of the demo to its first answer, debounce included."""
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "demo", "--once"],
        cwd=place,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
        preexec_fn=end_with_parent(signal.SIGTERM),
    )
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if ANSWER in line:
                return time.monotonic() - began
            if time.monotonic() - began > LONGEST:
                break
        return None
    finally:
        end_process(process, 40.0)


def _web_import(emit: Emit) -> None:
    """CPU time of a fresh interpreter that builds the web application, beside one that imports Flask; the
    interpreter itself taken off."""
    with open_store() as store:
        loaded: set[str] = set()

        def web() -> float:
            seconds, modules = _interpreter(_WEB, store.environment)
            loaded.update(modules)
            return seconds

        def flask() -> float:
            return _interpreter(_FLASK, {})[0]

        def nothing() -> float:
            return _interpreter(_NOTHING, {})[0]

        in_turn(1, web, flask, nothing)
        ours, plain, empty = in_turn(ROUNDS, web, flask, nothing)
    found = ratios(
        [a - e for a, e in zip(ours, empty, strict=True)], [b - e for b, e in zip(plain, empty, strict=True)]
    )
    emit(
        "bench",
        "web_import_vs_flask",
        found.value,
        found.n,
        unit="ratio",
        bar="≤ 2.0",
        **found.fields(),
        heavy=sorted(loaded & set(HEAVY)),
        cpu_s=median(ours),
        baseline="import flask, CPU s",
        baseline_value=median(plain),
    )


def _interpreter(program: str, environment: dict[str, str]) -> tuple[float, list[str]]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("CANDOR_")}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, modules = json.loads(done.stdout.splitlines()[-1])
    return float(seconds), list(modules)
