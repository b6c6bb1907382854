"""Every module of the rooms serves: it is reached from `candor.py`, or stands on a list with its reason.

And what sends reaches nothing that decides.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from connectors import registry
from tests.test_rooms import ROOT, STAIR, imports

# Not reached by imports from candor.py, each with its reason. A name that ends in a dot stands for all below
# it.
NOT_REACHED = {
    "app.core.deciding.support": "measured by `make quality` and not in force yet: no verdict rests on it",
    "app.core.waits.learned.watch": "the estimator that learns from the queue speaks once queues are kept "
                                    "in the store",
    "app.store.migrations.": "run by Alembic, out of their folder, when the schema is brought to this "
                             "release",
    "app.web.buffered_worker": "named in the Procfile: gunicorn loads it",
    "connectors.sandbox": "sandbox desks: for the demo and the tests",
    "connectors.sandbox.": "sandbox desks: for the demo and the tests",
    "workers.knowledge.fit": "a program for developers: fits the shipped prior",
    "workers.knowledge.fit_grave": "a program for developers: fits the shipped head of the floor",
} | {
    f"connectors.{kind}.sandbox{dot}": "sandbox desks: for the demo and the tests"
    for kind in registry.NAMES
    for dot in ("", ".")
}

# a module named in a text: run by `python -m`, or loaded by its name
_PROGRAM = re.compile(r'"((?:workers|app|connectors)(?:\.\w+)+)"')


def modules() -> Mapping[str, Path]:
    found = {}
    for room in STAIR:
        for file in (ROOT / room).rglob("*.py"):
            parts = file.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def reached(start: Iterable[str], there: Mapping[str, Path]) -> set[str]:
    """The modules that importing these loads, now or later: what they import, the packages above it, and the
    programs they name."""
    seen: set[str] = set()
    waiting = list(start)
    while waiting:
        module = waiting.pop()
        file = there[module]
        source = file.read_text(encoding="utf-8")
        package = tuple(module.split(".")) if file.name == "__init__.py" else tuple(module.split(".")[:-1])
        named = [name for _, name in imports(source, package)] + _PROGRAM.findall(source)
        for parts in (name.split(".") for name in named):
            above = {".".join(parts[:n]) for n in range(1, len(parts) + 1)} & there.keys() - seen
            seen |= above
            waiting += above
    return seen


def covers(name: str, module: str) -> bool:
    return module == name or (name.endswith(".") and module.startswith(name))


def reason(module: str) -> str | None:
    return next((why for name, why in NOT_REACHED.items() if covers(name, module)), None)


def test_every_module_is_reached_from_candor_or_has_its_reason() -> None:
    there = modules()
    left = sorted(there.keys() - reached(["candor"], {**there, "candor": ROOT / "candor.py"}))
    for name, why in NOT_REACHED.items():
        print(f"{sum(covers(name, module) for module in left):3} {name}: {why}")
    assert [module for module in left if reason(module) is None] == [], (
        "reach it from candor.py, or take it away"
    )
    unused = [name for name in NOT_REACHED if not any(covers(name, module) for module in left)]
    assert unused == [], "these are reached by now: take them off the list"


def test_a_module_that_nobody_imports_is_seen(tmp_path: Path) -> None:
    (tmp_path / "alone.py").write_text("from workers import jobs\n")
    there = {**modules(), "workers.alone": tmp_path / "alone.py", "candor": ROOT / "candor.py"}
    assert "workers.alone" in there.keys() - reached(["candor"], there)
    assert reason("workers.alone") is None


def test_what_sends_reaches_nothing_that_decides() -> None:
    there = modules()
    ways = [name for name in there if name.startswith(("workers.sending", "workers.rows"))]
    assert len(ways) > 4
    assert sorted(name for name in reached(ways, there) if name.startswith("workers.deciding")) == []
