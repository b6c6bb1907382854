"""What each piece found, kept in a file by its name: a run that was stopped goes on where it was. Another
tree's or another size's figures are not taken."""
from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.services import ROOT

Row = dict[str, Any]
# Without git: what the figures rest on.
SOURCES = ("app", "config", "connectors", "demo", "tests", "workers")


class Kept:
    """Files `<name>.json` in `folder`, each with the tree and the size its figures belong to."""

    def __init__(self, folder: Path, tree: str) -> None:
        self._folder, self._tree = folder, tree

    def rows(self, name: str, size: Mapping[str, int]) -> list[Row] | None:
        """The figures of the piece on this tree and of this size; None when it has not been run."""
        file = self._folder / f"{name}.json"
        if not file.exists():
            return None
        found = json.loads(file.read_text("utf-8"))
        if (found["tree"], found["size"]) != (self._tree, dict(size)):
            return None
        return list(found["rows"])

    def keep(self, name: str, size: Mapping[str, int], rows: list[Row]) -> None:
        """Whole or not at all: a run may be stopped while it writes."""
        self._folder.mkdir(parents=True, exist_ok=True)
        found = {"tree": self._tree, "size": dict(size), "rows": rows}
        half = self._folder / f".{name}.half"
        half.write_text(json.dumps(found, ensure_ascii=False, indent=1), "utf-8")
        os.replace(half, self._folder / f"{name}.json")

    def forget(self) -> None:
        for file in self._folder.glob("*.json"):
            file.unlink()


def this_tree(root: Path = ROOT) -> str:
    """The commit, and a hash of what differs from it; without git a hash of the sources."""
    commit = _git(root, "rev-parse", "HEAD")
    if commit is None:
        return f"no commit, {_sources(root)}"
    differs = _git(root, "diff", "HEAD", "--binary")
    more = _git(root, "ls-files", "--others", "--exclude-standard", "-z") or b""
    if not differs and not more:
        return commit.decode().strip()
    digest = hashlib.sha256(differs or b"")
    for name in filter(None, more.split(b"\0")):
        digest.update(name + (root / os.fsdecode(name)).read_bytes())
    return f"{commit.decode().strip()} and {digest.hexdigest()[:16]}"


def _git(root: Path, *words: str) -> bytes | None:
    """None where git, or a repository of this very folder, is missing."""
    if not (root / ".git").exists():
        return None
    try:
        done = subprocess.run(["git", *words], cwd=root, capture_output=True, check=False)
    except FileNotFoundError:
        return None
    return done.stdout if done.returncode == 0 else None


def _sources(root: Path) -> str:
    digest = hashlib.sha256()
    for part in SOURCES:
        for file in sorted((root / part).rglob("*")):
            if file.is_file() and file.suffix != ".pyc":
                digest.update(str(file.relative_to(root)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]
