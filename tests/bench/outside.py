"""What the second desk costs outside its own folder, read from the code: lines of the product that name it.
The aim is one word."""
from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.bench.deliveries import ROOT
from tests.emit import Emit

SECOND = "freshdesk"
PRODUCT = ("config", "connectors", "app", "workers", "candor.py")
APART = ("demo", "tests")
NAMED = re.compile(SECOND, re.IGNORECASE)


def run(emit: Emit) -> None:
    found = {name: _named((name,)) for name in (*PRODUCT, *APART)}
    product = [hit for name in PRODUCT for hit in found[name]]
    files = sorted({path for path, _ in product})
    emit(
        "bench",
        "second_desk_lines_outside",
        len(product),
        len(files),
        unit="lines",
        files=files,
        lines=[f"{path}:{number}" for path, number in product],
        **{f"in_{name}": len(found[name]) for name in APART},
    )


def _named(places: tuple[str, ...]) -> list[tuple[str, int]]:
    """(file, line number) of code that names the second desk outside its folders; comments and docstrings do
    not count as code."""
    return [(str(path.relative_to(ROOT)), number) for place in places for path in _sources(ROOT / place)
            for number in _lines(path.read_text("utf-8"), path.suffix == ".py")]


def _sources(place: Path) -> Iterator[Path]:
    paths = [place] if place.is_file() else sorted(place.rglob("*"))
    own = {"samples", SECOND}
    yield from (
        p
        for p in paths
        if p.suffix in (".py", ".html", ".yaml", ".js") and not own.intersection(p.relative_to(ROOT).parts)
    )


def _lines(text: str, python: bool) -> list[int]:
    if not python:
        return [n for n, line in enumerate(text.splitlines(), start=1) if NAMED.search(line)]
    code = re.sub(r'"""[\s\S]*?"""', lambda found: "\n" * found[0].count("\n"), text)
    # Without the comment of a line, and without lines of comment alone.
    bare = [re.sub(r"(^|\s)# .*", "", line) for line in code.splitlines()]
    return [n for n, line in enumerate(bare, start=1) if NAMED.search(line)]
