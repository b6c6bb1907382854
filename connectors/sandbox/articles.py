"""Articles to fill a help centre with: a folder of Markdown files with YAML front matter, or a JSONL file.

Markdown: front matter `id, title, section, visibility: public|agents, updated, labels`. JSONL: one object a
line with `id, title, body` (HTML or plain text) and optional `visibility, section, updated`.
"""
from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml
from markdown_it import MarkdownIt

from connectors.clock import SECOND, from_iso
from connectors.sandbox import texts

_FRONT_MATTER = re.compile(r"\A---\s*\n(.*?)\n---\s*\n", re.S)
_HTML = re.compile(r"<(p|h[1-6]|ul|ol|div|br|table|a)\b", re.I)
_markdown = MarkdownIt("commonmark").enable("table")


@dataclass(frozen=True, slots=True)
class Source:
    """An article as its file says it, before it gets the desk's ids."""

    id: str
    title: str
    html: str
    public: bool = True
    section: str = "General"
    updated_us: int | None = None
    labels: tuple[str, ...] = field(default=())


def sources(given: str | Path | Iterable[Source] | None) -> Iterable[Source]:
    """What a desk was given: a folder or file, ready records, or nothing."""
    if given is None:
        return ()
    return read(Path(given)) if isinstance(given, str | Path) else given


def read(place: Path) -> Iterator[Source]:
    """Every article below a folder of Markdown files, or in a JSONL file. Raises ValueError naming file and
    fault."""
    if place.is_dir():
        for path in sorted(place.rglob("*.md")):
            if path.name.lower() != "readme.md":
                yield _from_markdown(path)
    elif place.is_file():
        for number, line in enumerate(place.read_text(encoding="utf-8").splitlines(), start=1):
            if line.strip():
                yield _from_json(line, f"{place}:{number}")
    else:
        raise ValueError(f"{place}: neither a folder of Markdown files nor a JSONL file")


def _from_markdown(path: Path) -> Source:
    text = path.read_text(encoding="utf-8")
    match = _FRONT_MATTER.match(text)
    try:
        head = yaml.safe_load(match.group(1)) if match else {}
    except yaml.YAMLError as error:
        raise ValueError(f"{path}: the front matter is not YAML ({error})") from error
    if not isinstance(head, dict):
        raise ValueError(f"{path}: the front matter must be keys and values")
    body = text[match.end():] if match else text
    title = str(head.get("title") or path.stem.replace("-", " ").capitalize())
    # The title has its own place on the page: a first heading that repeats it is left out.
    body = re.sub(r"\A\s*#\s+" + re.escape(title) + r"\s*\n", "", body)
    labels = head.get("labels") or []
    return Source(
        str(head.get("id") or path.stem),
        title,
        _markdown.render(body).strip(),
        head.get("visibility", "public") == "public",
        str(head.get("section") or (path.parent.name.replace("-", " ").capitalize())),
        _moment(head.get("updated"), str(path)),
        tuple(str(label) for label in (labels if isinstance(labels, list) else str(labels).split(","))),
    )


def _from_json(line: str, where: str) -> Source:
    try:
        row: Any = json.loads(line)
    except ValueError as error:
        raise ValueError(f"{where}: not JSON ({error})") from error
    if not isinstance(row, dict) or not row.get("id") or "title" not in row:
        raise ValueError(f"{where}: an article needs id, title and body")
    body = str(row.get("body") or "")
    html = body if _HTML.search(body) else "".join(texts.from_plain(line) for line in body.split("\n"))
    public = row.get("visibility", "public") == "public"
    return Source(
        str(row["id"]),
        str(row["title"]),
        html,
        public,
        str(row.get("section") or "General"),
        _moment(row.get("updated"), where),
    )


def _moment(value: Any, where: str) -> int | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        return int((value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()) * SECOND
    if isinstance(value, date):
        return int(datetime(value.year, value.month, value.day, tzinfo=UTC).timestamp()) * SECOND
    text = str(value)
    try:
        return from_iso(text if "T" in text else f"{text}T00:00:00Z")
    except ValueError as error:
        raise ValueError(f"{where}: updated: {text!r} is not a date such as 2026-03-01") from error
