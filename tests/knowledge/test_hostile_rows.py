"""Rows of somebody's making, in every place of every kind of source, through the whole sync: none stops a
source, each is named, and what was withdrawn is gone all the same."""
from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.store import articles
from app.store.database import DEFAULT_TENANT as TENANT
from connectors import bounds
from connectors.contract import Knowledge
from connectors.freshdesk.knowledge import FreshdeskKnowledge
from connectors.sources import FolderSource, JsonlSource
from connectors.zendesk.knowledge import ZendeskKnowledge
from tests.figures import Figures
from tests.knowledge.conftest import Library
from workers.knowledge.ingest import ingest
from workers.knowledge.sync import SyncResult, shown, sync

TRIED: list[str] = []
STOPPED: list[str] = []

# As JSON text, so that what JSON itself does not know can be written too.
VALUES = {
    "no such date": '"2026-02-30"', "infinite": "Infinity", "not a number": "NaN", "too large": "1e999",
    "5,000 digits": "9" * 5000, "300 digits": "9" * 300, "negative": "-1e30", "null": "null", "truth": "true",
    "nothing": '""', "spaces": '" \\t "', "half a character": '"\\ud83d"', "other half": '"\\udc00x"', "NUL": '"\\u0000"',
    "brackets": "[" * 50_000, "closed brackets": "[" * 900 + "]" * 900, "braces": '{"a":' * 50_000,
    "list": "[1, [2], {}]", "object": '{"a": {"b": null}}', "long": json.dumps("x" * 500_000),
    "line ends": '"a\\nb\\u2028c\\rd"', "turned": '"\\u202egnp.exe\\u2066"', "invisible": '"\\u200b\\u200d\\ufeff"',
    "year one": '"0001-01-01"', "last year": '"9999-12-31T23:59:59-23:59"', "zone": '"2026-05-02T10:00:00+99:99"',
    "script": '"<script>alert(1)</script>"', "link": '"javascript:alert(1)"', "path": '"../../etc/passwd"',
    "marks": json.dumps("a" + "\u0301" * 5000), "placeholder": '"{{ticket.comments}} {% x %}"', "date": '"2026-05-02"',
    "word": '"plain"', "number": "12", "quotes": '"\\"\'\\""',
}  # fmt: skip
BODIES = {
    "80 tables": "<table><tr><td>a</td><td>b" * 80 + "x" * 100_000,
    "20 tables": "<table><tr><td>a</td><td>b" * 20 + "x " * 50_000,
    "paragraphs of HTML": "<p>a" * 480_000, "paragraphs": "a\n\n" * 480_000, "divs": "<div>" * 200_000 + "x",
    "lists": "<ul><li>" * 5000 + "x", "attributes": f"<p {' '.join(f'a{n}=1' for n in range(80_000))}>x</p>",
    "attributes behind quotes": "<p " + "".join(f'a{n}=">" ' for n in range(60_000)) + ">x</p>",
    "brackets": "[" * 200_000, "images": "![" * 50_000, "stars": "*a **a " * 50_000, "quotes": "> " * 50_000 + "x",
    "cells": "|a" * 3000 + "\n" + "|-" * 3000 + "\n" + "|b\n" * 3000, "links": "[a](" * 50_000,
    "one word": "x" * 1_900_000, "dots": "a." * 300_000, "too long": "x" * 2_100_000, "open tags": "<a <b " * 50_000,
    "comment": "<!--" * 100_000, "styles": "<style>" + ".a{display:none}" * 50_000 + "</style><p class=a>x",
    "title": "<title" * 100_000, "heading": "# " + "# " * 100_000 + "x", "cdata": "<![CDATA[" * 1000, "entities": "&a;" * 9999,
    "nothing": "", "control": "".join(map(chr, range(32))), "svg": "<svg>" * 300 + "x", "form": "<form><input>" * 9000,
}  # fmt: skip
FIELDS = ("id", "title", "body", "url", "visibility", "updated", "section", "labels", "kind", "locale")
Row = Mapping[str, str]
GOOD: tuple[Row, Row] = (
    {"id": "returns", "title": "Returning an item", "body": "<p>You can return shoes within 30 days.</p>"},
    {"id": "rule", "title": "Our old rule", "body": "<p>You can return shoes within a year.</p>"},
)
BAD = {**GOOD[0], "id": "bad"}


@dataclass
class Sync:
    """One source in a store. Of two good pages one leaves and the other comes back each time a hostile one
    is there."""

    library: Library
    turn: int = 0

    def tried(self, name: str, make: Callable[[Row], Knowledge]) -> SyncResult | None:
        """What the hostile sync did; counted as stopped when it raised, kept the page that left, lost the
        good one, or told something that no page and no terminal can show."""
        self.turn += 1
        stays, leaves = GOOD[self.turn % 2], GOOD[1 - self.turn % 2]
        held = self.library
        TRIED.append(name)
        try:
            result = sync(held.db, TENANT, held.row, make(stays), held.embedder, held.clock)
        except Exception as error:
            STOPPED.append(f"{name}: {type(error).__name__}: {error}"[:300])
            return None
        with held.db.read() as conn:
            there = {known.vendor_id for known in articles.known(conn, TENANT, held.row.id).values() if not known.gone}
        told = json.dumps(shown(result), ensure_ascii=False)
        if stays["id"] not in there or leaves["id"] in there or len(told) > 20_000 or not _clean(told):
            STOPPED.append(f"{name}: {told[:300]}")
        return result


def _clean(told: str) -> bool:
    told.encode()
    return all(letter.isprintable() for letter in told)


@pytest.fixture
def syncs(make_library: Callable[[], Library], monkeypatch: pytest.MonkeyPatch) -> Sync:
    monkeypatch.setattr(bounds, "CPU_SECONDS", 0.5)  # as few pages are really slow, the tests need not be
    return Sync(make_library())


def lines(folder: Path, *rows: str) -> JsonlSource:
    file = folder / "articles.jsonl"
    file.write_text("\n".join(rows), "utf-8", "surrogatepass")
    return JsonlSource(file, "https://help.example.com")


def pages(folder: Path, good: Row, **texts: str) -> FolderSource:
    """A folder of the good page and these files, and of none that was there before."""
    home = folder / "pages"
    if home.exists():
        shutil.rmtree(home)
    home.mkdir()
    (home / f"{good['id']}.md").write_text(f"# {good['title']}\n\n{good['body']}", "utf-8")
    for name, text in texts.items():
        (home / name.replace("_", ".")).write_text(text, "utf-8", "surrogatepass")
    return FolderSource(home, "https://help.example.com")


class Canned:
    """A desk's client that answers with what is put there."""

    connection = SimpleNamespace(settings={}, wire_url=None)
    base_url = "https://desk.example.com"

    def __init__(self, rows: list[Any]) -> None:
        self._rows = rows

    def through_zenpy(self, call: Callable[[Any], Any]) -> Any:
        return call(SimpleNamespace(help_center=SimpleNamespace(categories=list, sections=list)))

    def pages(self, path: str, *_: object) -> Iterator[Any]:
        if path.startswith("/api/v2"):
            yield {"articles": self._rows}
        elif path.endswith("/categories"):
            yield {"id": 1, "name": "Help"}
        elif path.endswith("/folders"):
            yield {"id": 2, "name": "Shoes", "visibility": 1}
        else:
            yield from self._rows


def zendesk(*rows: Any) -> ZendeskKnowledge:
    return ZendeskKnowledge(Canned(list(rows)))  # type: ignore[arg-type]


def freshdesk(*rows: Any) -> FreshdeskKnowledge:
    return FreshdeskKnowledge(Canned(list(rows)))  # type: ignore[arg-type]


def at_zendesk(row: Row) -> dict[str, Any]:
    return {
        "id": row["id"], "title": row["title"], "body": row["body"], "draft": False, "user_segment_id": None,
        "updated_at": "2026-05-02T10:00:00Z", "locale": "en", "label_names": [], "html_url": "https://x.example/1",
    }  # fmt: skip


def at_freshdesk(row: Row) -> dict[str, Any]:
    return {
        "id": row["id"], "title": row["title"], "description": row["body"], "status": 2, "tags": [],
        "updated_at": "2026-05-02T10:00:00Z",
    }  # fmt: skip


DESKS = ((zendesk, at_zendesk), (freshdesk, at_freshdesk))


def test_each_hostile_value_in_each_field_of_a_line(syncs: Sync, tmp_path: Path) -> None:
    for field, (name, value) in product(FIELDS, VALUES.items()):
        row = json.dumps({**BAD, field: "PUT"}).replace('"PUT"', value)
        result = syncs.tried(f"line, {field}: {name}", lambda good, row=row: lines(tmp_path, row, json.dumps(good)))
        assert result is None or all(bad.line == 1 for bad in result.bad_rows)
    assert STOPPED == []


def test_each_hostile_value_in_each_line_of_a_front_matter(syncs: Sync, tmp_path: Path) -> None:
    for field, (name, value) in product(FIELDS, VALUES.items()):
        text = f"---\n{field}: {value}\n---\n\n# Title\n\nText."
        syncs.tried(
            f"front matter, {field}: {name}", lambda good, text=text: pages(tmp_path, good, bad_md=text)
        )
    assert STOPPED == []


@pytest.mark.parametrize(("desk", "written"), DESKS)
def test_each_hostile_value_in_each_field_of_a_desks_article(
    syncs: Sync, desk: Callable[..., Knowledge], written: Callable[[Row], dict[str, Any]]
) -> None:
    rows: dict[str, Any] = {"no object": 5, "nothing": None, "empty": {}, "a list": [1]}
    for field, (name, value) in product(written(BAD), VALUES.items()):
        try:
            rows[f"{field}: {name}"] = {**written(BAD), field: json.loads(value)}
        except (ValueError, RecursionError):
            continue  # what no JSON can say does not come from a desk
    for name, row in rows.items():
        syncs.tried(f"desk, {name}", lambda good, row=row: desk(row, written(good)))
    assert STOPPED == []


@pytest.mark.parametrize("place", ["bad_md", "bad_html", "line", "desk"])
def test_each_hostile_body_in_each_kind_of_source(syncs: Sync, tmp_path: Path, place: str) -> None:
    def put(good: Row, body: str) -> Knowledge:
        row = {**BAD, "body": body}
        if place == "line":
            return lines(tmp_path, json.dumps(row), json.dumps(good))
        if place == "desk":
            return zendesk(at_zendesk(row), at_zendesk(good))
        return pages(tmp_path, good, **{place: f"---\ntitle: x\n---\n{body}"})

    for name, body in BODIES.items():
        syncs.tried(f"{place}: {name}", partial(put, body=body))
    assert STOPPED == []


@pytest.mark.parametrize("text", [
    "---\n" + "[" * 50_000 + "\n---\nx",
    "---\na: &a [x]\n" + "".join(f"b{n}: &b{n} [*a, *a]\n" for n in range(90)) + "---\n# T\n\nx",
    "---\nvisibility: agents\nvisibility: public\n---\n# T\n\nx", "---\nvisibility: agents\n\n# T\n\nx",
    "---", "---\n---", "\r---\r", "---\ntitle: |\n  a\n  b\n---\nx", "---\n: x\n---\nx", "---\ntitle: 'x\n---\nx",
    "---\ntitle: !!python/object/apply:os.system [ls]\n---\nx", "---\nlabels: [a, [b]]\n---\n# T",
    "---\nlabels:\n  a: b\n---\n# T", "", "\0", "\ud800", "---\n\ufeff\n---\n",
])  # fmt: skip
def test_hostile_front_matters(syncs: Sync, tmp_path: Path, text: str) -> None:
    result = syncs.tried(f"front matter: {text[:20]!r}", lambda good: pages(tmp_path, good, bad_md=text))
    assert STOPPED == [] and result is not None
    if "visibility" in text:
        assert len(result.bad_rows) == 1, "who may read a page is never guessed"


@pytest.mark.parametrize("line", ["Visibility: agents", "visibility : agents", '"visibility": agents', "visibility:",
                                  "visibility: agents # not yet", "visibility: 'agents'", "visibility: pubic"])  # fmt: skip
def test_however_it_is_written_a_page_for_agents_is_not_public(tmp_path: Path, line: str) -> None:
    [_, page] = pages(tmp_path, GOOD[0], zz_md=f"\n---\r\n{line}\r\n---\r\n# T\n\nx").articles()
    assert page.public is False


def test_what_is_no_file_is_named_and_never_waited_for(syncs: Sync, tmp_path: Path) -> None:
    def hostile(good: Row) -> FolderSource:
        source = pages(tmp_path, good)
        home = source.folder
        (home / "folder.md").mkdir()
        os.mkfifo(home / "pipe.md")
        for name, target in LINKS.items():
            (home / name).symlink_to(target)
        (home / "old.md").write_text("# Old\n\nText.")
        os.utime(home / "old.md", (10**10, 10**10))
        (home / "turned\u202e.md").write_bytes(b"\xff")
        (home / os.fsdecode(b"bytes\xff.md")).write_text("no title")
        return source

    (tmp_path / "secret.md").write_text("# Secret\n\nNot for anybody.")
    result = syncs.tried("no files", hostile)
    assert STOPPED == [] and result is not None
    assert {"folder.md", "pipe.md", "turned.md", *LINKS} <= {Path(bad.file).name for bad in result.bad_rows}
    assert result.added == 2, "the good page and the old one"


LINKS = {"device.md": "/dev/zero", "out.md": "../secret.md", "round.md": "round.md", "nowhere.md": "gone.md"}
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(FIELDS), JSON_VALUES, max_size=5), st.text(max_size=200))
def test_made_up_rows(syncs: Sync, tmp_path: Path, row: dict[str, Any], text: str) -> None:
    made = json.dumps({**BAD, **row})
    syncs.tried(f"made up: {made[:200]}", lambda good: lines(tmp_path, made, text, json.dumps(good)))
    page = f"---\n{text}\n---\n{text}"
    syncs.tried(f"made up: {text!r}", lambda good: pages(tmp_path, good, bad_md=page))
    assert STOPPED == []


def test_the_bounds_are_far_from_pages_of_people(tmp_path: Path) -> None:
    """A terms page of 40,000 words, a table of 500 rows, lists in lists in lists, a picture of 300 kB."""
    terms = "".join(f"## Section {n}\n\n" + "We keep what we promise here. " * 20 + "\n\n" for n in range(300))
    table = "<table>" + "<tr><td>Oslo<td>5 days" * 500 + "</table>"
    nested = "<ul><li>a" * 12 + f'<img alt="x" src="data:image/png;base64,{"A" * 300_000}">'
    rows = [json.dumps({"id": str(n), "title": "T", "body": body}) for n, body in enumerate((terms, table, nested))]
    source = lines(tmp_path, *rows)
    assert len([ingest(article).passages() for article in source.articles()]) == 3 and source.bad_rows == []


def test_figures(figures: Figures) -> None:
    assert TRIED, "run the whole module"
    shown_as = f"{len(TRIED)} / {len(STOPPED)}"
    figures("door", "hostile rows tried / sources stopped", len(STOPPED), len(TRIED), figure=shown_as)
    assert STOPPED == []
