"""`python -m tests.quality --data DIR [--only helpcentre_wix]`: how good the answers are, by the functions the worker calls.

A module's `suites(data)` lists what it can score of the folder, its `run(emit, data, suites, var)` scores those.
A module that says ONLY_BY_NAME runs when a suite of it is asked for; `waits` stands for every suite `waits_…`.
"""
from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import tests.quality
from tests.emit import Emit, modules_with_run, names_of, unknown


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="a folder of suites, each with articles.jsonl, eval.jsonl …")
    parser.add_argument("--only", default=os.environ.get("ONLY"), help="suites by name, with commas")
    parser.add_argument("--var", type=Path, default=Path("var"), help="where the model and the vectors are kept between runs")
    given = parser.parse_args()
    if not given.data.is_dir():
        sys.exit(f"{given.data} is not a folder: say where the suites lie with --data")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")  # a run that fetched a model in silence would be another run
    modules = [module for _, module in modules_with_run(tests.quality)]
    there = {module: module.suites(given.data) for module in modules}
    asked = names_of(given.only)
    asked |= {name for names in there.values() for name in names for word in asked if name.startswith(f"{word}_")}
    asked = frozenset(word for word in asked if not any(name.startswith(f"{word}_") for name in asked))
    if wrong := unknown(asked, [name for names in there.values() for name in names]):
        sys.exit(wrong)
    emit = Emit()
    for module, names in there.items():
        wanted = [name for name in names if name in asked or (not asked and not getattr(module, "ONLY_BY_NAME", False))]
        module.run(emit, given.data, wanted, given.var)
    emit.show()


if __name__ == "__main__":
    main()
