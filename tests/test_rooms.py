"""The house is one stair: workers > app > connectors > config. A room imports only rooms to its right; the
core does nothing but think.

Within the rooms: the way of a sending stands on nothing that decides, tables are the store's, sandbox desks
are scenery, and a vendor's word stands in its folder. What holds for whole modules (who is reached from
where) is in `test_reach.py`.
"""
from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.registry import NAMES

ROOT = Path(__file__).resolve().parent.parent
STAIR = ("workers", "app", "connectors", "config")
ABOVE = ("candor", "demo", "tests", "scripts")  # may import every room; no room may import them

# The core gets times, ids and scores as arguments. What is not on this list reaches for the world, or has not
# been thought about.
CORE_MAY_IMPORT = frozenset({
    "__future__", "abc", "babel", "bisect", "collections", "dataclasses", "datetime", "decimal", "difflib",
    "email.utils.parseaddr", "enum",
    "fractions", "functools", "hashlib", "heapq", "hmac", "html", "itertools", "json", "markupsafe", "math",
    "numpy", "operator", "re",
    "scipy.special", "scipy.stats", "statistics", "string", "textwrap", "types", "typing", "unicodedata",
    "urllib.parse", "zoneinfo",
    "app.core", "config.floor", "config.policy", "config.wording",
    "connectors.clean", "connectors.clock", "connectors.contract", "connectors.errors", "connectors.records",
})  # fmt: skip
CORE_MAY_NOT_CALL = frozenset({"open", "print", "input", "eval", "exec", "__import__"})
# Called on whatever object, a method of that name reads a clock, a file or dice.
CORE_MAY_NOT_ASK = frozenset({"now", "utcnow", "today", "fromfile", "tofile", "memmap", "default_rng", "rvs"})
CORE_MAY_NOT_NAME = frozenset({"random", "SystemClock", "FileClock"})

# Heavy or vendor libraries, and the only places that may load them.
ONLY_IN = {
    "torch": ("workers/knowledge",),
    "transformers": ("workers/knowledge",),
    "sentence_transformers": ("workers/knowledge",),
    "onnxruntime": ("workers/knowledge",),
    "faiss": ("workers/knowledge",),
    "bm25s": ("workers/knowledge",),
    "zenpy": ("connectors/zendesk",),
    "freshdesk": ("connectors/freshdesk",),
    "celery": ("workers",),
    "flask": (
        "app/factory.py",
        "app/web",
        "connectors/sandbox",
        "connectors/zendesk/sandbox",
        "connectors/freshdesk/sandbox",
        "workers/commands",
    ),
}

# What only these may import, by the sentence that says why. A place is a folder or a file.
KEPT = (
    (
        "app.store.tables",
        ("app/store",),
        "statements stand in app/store alone, by names that say what they ask.",
    ),
    (
        "workers.deciding",
        ("workers/deciding", "workers/tasks.py", "workers/jobs.py", "workers/running", "workers/commands"),
        "what sends, and what both need of a row, stands on nothing that decides.",
    ),
)

# A vendor's word stands in its folder. The places outside that may name one:
VENDORS = (*NAMES, "zenpy")
VENDORS_NAMED = {
    "connectors/registry.py": "the one line that a desk has outside its folder",
}


def imports(source: str, package: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of every import, lazy ones too; relative ones resolved against the file's
    package."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*base, *filter(None, [node.module])))
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)


def faults(path: str, source: str) -> list[str]:
    """One plain sentence for each thing this file may not do. `path` is relative to the repository, with
    slashes."""
    room, package = path.split("/")[0], tuple(path.split("/")[:-1])
    core = path.startswith("app/core/")
    found = []
    for line, name in imports(source, package):
        where, top = f"{path}:{line}", name.split(".")[0]
        if top in ABOVE:
            found.append(f"{where} imports {name}: {top} stands above the stair, no room may import it.")
        elif top in STAIR and STAIR.index(top) < STAIR.index(room):
            found.append(
                f"{where} imports {name}: {room} may import only rooms to its right ({' > '.join(STAIR)})."
            )
        elif top in ONLY_IN and not any(path == home or path.startswith(home + "/") for home in ONLY_IN[top]):
            found.append(f"{where} imports {name}: {top} is loaded only in {' and '.join(ONLY_IN[top])}.")
        elif kept := _kept_from(path, name):
            found.append(f"{where} imports {name}: {kept}")
        elif _is_sandbox(name.split(".")) and not _is_sandbox(path.removesuffix(".py").split("/")):
            found.append(f"{where} imports {name}: sandbox desks are for the demo, the tests and themselves.")
        elif core and not any(
            name == allowed or name.startswith(allowed + ".") for allowed in CORE_MAY_IMPORT
        ):
            found.append(
                f"{where} imports {name}: the core does no I/O and asks no clock and no dice; {name} is not "
                f"on its list."
            )
    return found + (_core_calls(path, source) if core else [])


def _kept_from(path: str, name: str) -> str | None:
    for kept, homes, why in KEPT:
        if (name == kept or name.startswith(kept + ".")) and not any(
            path == home or path.startswith(home + "/") for home in homes
        ):
            return why
    return None


def _is_sandbox(parts: list[str]) -> bool:
    return parts[0] == "connectors" and "sandbox" in parts[1:3]


def vendors_named(path: str, text: str) -> list[str]:
    """One sentence for each line that names a vendor outside its folder. `path` is relative to the
    repository, with slashes."""
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        for word in VENDORS:
            home = "zendesk" if word == "zenpy" else word
            if (
                word in line.lower()
                and not path.startswith(f"connectors/{home}/")
                and path not in VENDORS_NAMED
            ):
                found.append(
                    f"{path}:{number} names {word}: a vendor's word stands in connectors/{home} alone."
                )
    return found


def _core_calls(path: str, source: str) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in CORE_MAY_NOT_CALL:
                found.append(
                    f"{path}:{node.lineno} calls {name}(): the core reads and writes nothing, it returns "
                    f"values."
                )
            case ast.Call(func=ast.Attribute(attr=name)) if name in CORE_MAY_NOT_ASK:
                found.append(
                    f"{path}:{node.lineno} calls .{name}(): times, files and chance come into the core as "
                    f"arguments."
                )
            case ast.Attribute(attr=name) | ast.alias(name=name) if name in CORE_MAY_NOT_NAME:
                found.append(
                    f"{path}:{node.lineno} names {name}: times, files and chance come into the core as "
                    f"arguments."
                )
    return found


@pytest.mark.parametrize("room", STAIR)
def test_a_room_imports_only_rooms_to_its_right(room):
    files = sorted((ROOT / room).rglob("*.py"))
    assert files, f"the room {room} is empty"
    found = [
        fault
        for file in files
        for fault in faults(file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8"))
    ]
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize("room", STAIR)
def test_a_vendor_is_named_in_its_folder_alone(room):
    files = [
        f
        for f in sorted((ROOT / room).rglob("*"))
        if f.suffix in (".py", ".html", ".yaml", ".txt", ".js", ".css", ".json", ".md")
    ]
    texts = {file.relative_to(ROOT).as_posix(): file.read_text(encoding="utf-8") for file in files}
    assert [fault for path, text in texts.items() for fault in vendors_named(path, text)] == []


def test_each_place_that_may_name_a_vendor_does():
    for path in VENDORS_NAMED:
        text = (ROOT / path).read_text(encoding="utf-8").lower()
        assert any(word in text for word in VENDORS), f"{path} names none: take it off the list"


@pytest.mark.parametrize(("path", "text", "says"), [
    ("workers/desks/advice.py", 'KEYS = {"freshdesk": 1}', "names freshdesk"),
    ("connectors/limits.py", "# ok\n# as Zendesk does", "names zendesk"),
    ("connectors/freshdesk/desk.py", "# unlike Zendesk", "connectors/zendesk alone"),
    ("app/web/templates/console/desks.html", "<p>zenpy</p>", "names zenpy"),
])  # fmt: skip
def test_a_vendors_word_outside_its_folder_is_seen(path, text, says):
    [found] = vendors_named(path, text)
    assert says in found


@pytest.mark.parametrize(("path", "source", "says"), [
    ("workers/desks/poll.py", "from app.store.tables import desks", "statements stand in app/store"),
    ("app/web/health.py", "from app.store import tables", "statements stand in app/store"),
    ("workers/sending/outcome.py", "from workers.deciding.compose import "
                                   "page_of", "stands on nothing that decides"),
    ("workers/rows/lease.py", "def f():\n    from workers import deciding", "stands on nothing that decides"),
    ("workers/desks/connect.py", "from connectors.zendesk.sandbox import "
                                 "SandboxZendesk", "sandbox desks are for the demo"),
    ("app/web/hooks.py", "import connectors.sandbox.wire", "sandbox desks are for the demo"),
    ("connectors/http.py", "from .sandbox import faults", "sandbox desks are for the demo"),
    ("config/policy.py", "from connectors.records import Ticket", "config may import only rooms to its "
                                                                  "right"),
    ("connectors/http.py", "def f():\n    import app.keys", "connectors may import only rooms to its right"),
    ("app/store/queues/inbox.py", "from workers import process", "app may import only rooms to its right"),
    ("app/web/hooks.py", "from ...workers import tasks", "app may import only rooms to its right"),
    ("workers/desks/poll.py", "import candor", "stands above the stair"),
    ("workers/desks/poll.py", "from tests.fakes import FakeDesk", "stands above the stair"),
    ("app/web/hooks.py", "import faiss", "loaded only in workers/knowledge"),
    ("connectors/registry.py", "from zenpy import Zenpy", "loaded only in connectors/zendesk"),
    ("app/core/reading/triage.py", "import os", "no I/O"),
    ("app/core/reading/triage.py", "from sqlalchemy import select", "no I/O"),
    ("app/core/reading/triage.py", "from app.store import inbox", "no I/O"),
    ("app/core/reading/triage.py", "import urllib.request", "no I/O"),
    ("app/core/waits/dayone.py", "from datetime import datetime\nt = datetime.now()", "calls .now()"),
    ("app/core/waits/dayone.py", "import numpy as np\nx = np.random.rand()", "names random"),
    ("app/core/waits/dayone.py", "from connectors.clock import SystemClock", "names SystemClock"),
    ("app/core/deciding/cite.py", "open('x')", "calls open()"),
])  # fmt: skip
def test_the_reader_of_imports_sees_each_kind_of_fault(path, source, says):
    found = faults(path, source)
    assert len(found) == 1
    assert says in found[0]
    assert found[0].startswith(path + ":")


@pytest.mark.parametrize(("path", "source"), [
    ("workers/deciding/process.py", "from app.core.reading.triage import x\nfrom config import policy"),
    ("workers/knowledge/embed.py", "import onnxruntime"),
    ("connectors/zendesk/desk.py", "from zenpy import Zenpy\nfrom .inbound import parse"),
    ("app/core/reading/triage.py", "from datetime import timedelta\nfrom config.policy import Reason\nfrom "
                                   ". import rules\nimport re"),
])  # fmt: skip
def test_what_the_stair_allows_is_let_through(path, source):
    assert faults(path, source) == []


# What a query gives, or a bag of unknown things: a misspelt field of it is found by nobody before it runs.
UNTYPED = frozenset(
    {"Any", "AnyRow", "CursorResult", "MappingResult", "Result", "Row", "RowMapping", "ScalarResult"}
)
ROW_MADE_IN = "app/store/database.py"  # names AnyRow, the one argument of every `from_row`
# not a row: JSON that was sealed in one, read as its writer wrote it
DOCUMENTS = frozenset({("app/store/ledger.py", "texts")})


def untyped_rows(path: str, source: str) -> list[str]:
    """One plain sentence for each public name of a store's file through which an untyped row could leave
    it."""
    found = []
    for name, node in _public("", ast.parse(source).body):
        if (path, name) in DOCUMENTS:
            continue
        if isinstance(node, ast.FunctionDef):
            takes = set() if node.name == "from_row" else _untyped([node.args])
            for word in sorted(_untyped([node.returns]) | takes):
                found.append(f"{path}:{node.lineno} {name} names {word}: rows leave the store as records "
                             f"(`from_row`).")
            if node.returns is None:
                found.append(f"{path}:{node.lineno} {name} does not say what it returns.")
        elif path != ROW_MADE_IN:
            for word in sorted(_untyped([node])):
                found.append(f"{path}:{node.lineno} {name} names {word}: rows leave the store as records "
                             f"(`from_row`).")
    return found


def _public(
    within: str, body: list[ast.stmt]
) -> Iterator[tuple[str, ast.FunctionDef | ast.Assign | ast.AnnAssign]]:
    """Functions, fields and type aliases that other rooms may name, those of public classes too."""
    for node in body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) if name.startswith("_"):
                continue
            case ast.ClassDef(name=name, body=inner):
                yield from _public(f"{within}{name}.", inner)
            case ast.FunctionDef(name=name):
                yield within + name, node
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)) if (
                not name.startswith("_")
            ):
                yield within + name, node


def _untyped(nodes: list[ast.AST | None]) -> set[str]:
    """Names of UNTYPED in annotations, quoted ones and those reached through a module too."""
    words = set()
    for node in (inner for outer in nodes if outer is not None for inner in ast.walk(outer)):
        match node:
            case ast.Name(id=word) | ast.Attribute(attr=word):
                words.add(word)
            case ast.Constant(value=str(quoted)):
                words |= set(re.findall(r"\w+", quoted))
    return words & UNTYPED


def test_no_untyped_row_leaves_the_store():
    files = [f for f in sorted((ROOT / "app" / "store").rglob("*.py")) if "migrations" not in f.parts]
    assert len(files) > 30
    found = [
        fault
        for file in files
        for fault in untyped_rows(file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8"))
    ]
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize(("source", "says"), [
    ("def get(tx: Connection) -> Row[tuple[str]] | None: ...", "get names Row"),
    ("def get(tx: Connection) -> 'Sequence[RowMapping]': ...", "get names RowMapping"),
    ("def get(tx: Connection) -> list[dict[str, Any]]: ...", "get names Any"),
    ("def get(tx: Connection) -> sqlalchemy.CursorResult[int]: ...", "get names CursorResult"),
    ("def tell(row: AnyRow) -> str: ...", "tell names AnyRow"),
    ("def get(tx: Connection): ...", "get does not say"),
    ("class Shelf:\n    def get(self) -> Row[tuple[str]]: ...", "Shelf.get names Row"),
    ("class Letter:\n    row: AnyRow", "Letter.row names AnyRow"),
    ("StoredTicket = Row[tuple[object, ...]]", "StoredTicket names Row"),
])  # fmt: skip
def test_each_way_out_of_the_store_is_seen(source, says):
    found = untyped_rows("app/store/somewhere.py", source)
    assert len(found) == 1
    assert says in found[0]


def test_a_record_made_from_a_row_is_let_through():
    made = (
        "class Letter:\n    id: str\n    @classmethod\n    def from_row(cls, row: AnyRow) -> Self: "
        "...\ndef _at(row: AnyRow) -> int: ..."
    )
    assert untyped_rows("app/store/somewhere.py", made) == []
