"""`python -m tests.quality [--data DIR] [--only suite,suite] [--charts DIR]`: how good the answers are, by
the functions the worker calls.

A module's `suites(data)` lists what it can score of the folder, its `run(emit, data, suites, var)` scores
those. A module that says ONLY_BY_NAME runs when a suite of it is asked for; `waits` stands for every suite
`waits_…`. The exit code is 0 when every module ended, also where rows broke, and 1 when a module did not.
"""
from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType

import tests.quality
from tests.emit import Emit, modules_with_run, names_of, say, unknown
from tests.quality import names, rows

WHERE_FROM = (
    "Suites are public sets that are not part of this repository: docs/quality.md says how a folder of them "
    "is laid out; give it as "
    "`make quality DATA=folder`. The rows of our own, under tests/quality, run without it."
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--data", type=Path, help="a folder of suites, each with articles.jsonl, eval.jsonl …"
    )
    parser.add_argument("--only", default=os.environ.get("ONLY"), help="suites by name, with commas")
    parser.add_argument(
        "--var", type=Path, default=Path("var"), help="where the model and the vectors are kept between runs"
    )
    parser.add_argument("--charts", type=Path, help="a folder to write charts into, as SVG")
    given = parser.parse_args()
    os.environ.setdefault("HF_HUB_OFFLINE", "1")  # a run that fetched a model in silence would be another run
    if given.charts is not None:
        given.charts.mkdir(parents=True, exist_ok=True)
    if given.data is None:
        say(WHERE_FROM)
        with tempfile.TemporaryDirectory() as empty:
            return measure(Emit(given.charts), Path(empty), given.only, given.var)
    if not given.data.is_dir():
        say(f"{given.data} is not a folder. {WHERE_FROM}")
        return 2
    return measure(Emit(given.charts), given.data, given.only, given.var)


def measure(emit: Emit, data: Path, only: str | None, var: Path) -> int:
    """Every module's figures on the folder, what broke, and the seconds of it all. Returns the exit code.

    A run of everything also prints each stable name that nothing has measured, as null with its why.
    """
    started = time.monotonic()
    modules = dict(modules_with_run(tests.quality))
    there = {name: module.suites(data) for name, module in modules.items()}
    asked = _asked(only, there)
    if wrong := unknown(asked, [suite for suites in there.values() for suite in suites]):
        say(wrong)
        return 2
    by_name = {name for name, module in modules.items() if getattr(module, "ONLY_BY_NAME", False)}
    failed = []
    for name, module in modules.items():
        wanted = [suite for suite in there[name] if suite in asked or not (asked or name in by_name)]
        if wanted and not _ran(emit, name, module, data, wanted, var):
            failed.append(name)
    if not asked:
        usual, named = (
            [suite for name in there if (name in by_name) is kind for suite in there[name]]
            for kind in (False, True)
        )
        names.fill(emit, usual, named)
    rows.broken(emit)
    emit("all", "seconds", round(time.monotonic() - started, 1), len(modules), unit="s")
    emit.show()
    for name in failed:
        say(f"{name} broke: its figures are missing or not complete")
    return 1 if failed else 0


def _asked(only: str | None, there: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """The suites of ONLY; a beginning such as `waits` stands for all that begin so."""
    asked = names_of(only)
    asked |= {
        name for names in there.values() for name in names for word in asked if name.startswith(f"{word}_")
    }
    return frozenset(word for word in asked if not any(name.startswith(f"{word}_") for name in asked))


def _ran(emit: Emit, name: str, module: ModuleType, data: Path, wanted: Sequence[str], var: Path) -> bool:
    """Whether the module came to its end. One that does not is told with its error, and the next one runs."""
    started = time.monotonic()
    try:
        module.run(emit, data, wanted, var)
    except Exception:
        say(f"{name} broke on {', '.join(wanted)}:\n{traceback.format_exc()}")
        return False
    finally:
        emit(
            "all", "module_seconds", round(time.monotonic() - started, 1), len(wanted), unit="s", module=name
        )
    return True


if __name__ == "__main__":
    sys.exit(main())
