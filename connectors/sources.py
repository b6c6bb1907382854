"""Articles from outside a desk: a folder of Markdown and HTML, and a JSONL file.

Both yield `records.Article` and go on after a bad row, which they report in `bad_rows` with file, line and
reason. Visibility: a row that says `public` is public, a row that says anything else is for agents only; a
row without the field is **public**, because the operator pointed us at a help centre. A title marked internal
is never public, whatever the row says.
"""
from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from connectors.clean import carriable, carriable_json
from connectors.markdown import looks_like_html, markdown_to_html
from connectors.records import Article

MAX_ARTICLE_BYTES = 2_000_000  # a help page; more is a mistake, and would hold up every sync
_INTERNAL = r"(?:internal|interne?|interno|interna)"
_INTERNAL_TITLE = re.compile(rf"^\s*{_INTERNAL}\s*(?::|[-–—]\s)|[(\[]{_INTERNAL}[)\]]", re.IGNORECASE)
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_SUFFIXES = {".md": "markdown", ".markdown": "markdown", ".html": "html", ".htm": "html"}


class SourceError(Exception):
    """The whole source cannot be read; the message says what to do. Nothing may be concluded about its
    articles."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """One row or file that was left out: where (`file`, `line` from 1, 0 when the whole file is meant) and
    why, for people."""

    file: str
    line: int
    why: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.why}" if self.line else f"{self.file}: {self.why}"


def marked_internal(title: str) -> bool:
    """True for titles such as "Internal: closing an account" or "Closing an account (internal)", also in
    French, German and Spanish."""
    return bool(_INTERNAL_TITLE.search(title))


class ArticleRow(Schema):
    """One article of a JSONL file, or the front matter of a file. Fields we do not know are ignored: exports
    carry many."""

    class Meta:
        unknown = EXCLUDE

    id = fields.String(required=True, validate=validate.Length(1, 300))
    title = fields.String(load_default="", validate=validate.Length(max=1000))
    url = fields.Url(schemes={"http", "https"}, require_tld=False, allow_none=True, load_default=None)
    visibility = fields.String(load_default="public")
    updated = fields.Raw(load_default=None, allow_none=True)
    section = fields.String(load_default="")
    labels = fields.List(fields.String(), load_default=list)
    kind = fields.String(load_default="", validate=validate.OneOf(["", "policy", "howto", "spec", "note"]))
    locale = fields.String(
        load_default="en", validate=validate.Regexp(r"^[a-zA-Z]{2,3}([-_][A-Za-z0-9]{2,8})*$")
    )


class JsonlRow(ArticleRow):
    body = fields.String(required=True)


class FolderSource:
    """Every `*.md`, `*.markdown`, `*.html` below a folder, one article a file.

    An article's address is its own `url`, else `base_url` + its path in the folder without the ending, else
    none.
    """

    def __init__(self, folder: Path, base_url: str | None = None) -> None:
        self.folder = folder
        self.base_url = base_url
        self.bad_rows: list[BadRow] = []

    def articles(self) -> Iterator[Article]:
        """The articles of the folder, by path. Raises SourceError when the folder cannot be read."""
        self.bad_rows = []
        if not self.folder.is_dir():
            raise SourceError(f"{self.folder} is not a folder: check the path of this source")
        for path in sorted(p for p in self.folder.rglob("*") if p.suffix.lower() in _SUFFIXES):
            try:
                yield self._article(path)
            except _BadFile as error:
                self.bad_rows.append(BadRow(str(path), error.line, str(error)))

    def _article(self, path: Path) -> Article:
        text = _text_of(path)
        meta, body, body_line = _front_matter(text)
        # A file's name may hold bytes that are not text.
        relative = carriable(path.relative_to(self.folder).with_suffix("").as_posix())
        row = _load(ArticleRow(), {"id": relative, **meta}, 1 if meta else 0)
        html = body if _SUFFIXES[path.suffix.lower()] == "html" else markdown_to_html(body)
        title = row["title"] or _first_heading(body)
        if not title:
            raise _BadFile("has no title: put `title:` between two lines of --- at its top", body_line)
        url = row["url"] or _joined(self.base_url, relative)
        return _article_of(row, title, html, url, int(path.stat().st_mtime), 1)


class JsonlSource:
    """A file with one JSON object a line: {id, title, body, url?, visibility?, …}. `body` is HTML, Markdown
    or plain text."""

    def __init__(self, file: Path, base_url: str | None = None) -> None:
        self.file = file
        self.base_url = base_url
        self.bad_rows: list[BadRow] = []

    def articles(self) -> Iterator[Article]:
        """The articles of the file, in its order. Raises SourceError when the file cannot be read."""
        self.bad_rows = []
        try:
            written = int(self.file.stat().st_mtime)
            lines = self.file.open("rb")
        except OSError as error:
            raise SourceError(
                f"{self.file} cannot be read ({error.strerror}): check the path of this source"
            ) from error
        with lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                try:
                    yield self._article(line, number, written)
                except _BadFile as error:
                    self.bad_rows.append(BadRow(str(self.file), number, str(error)))

    def _article(self, line: bytes, number: int, written: int) -> Article:
        if len(line) > MAX_ARTICLE_BYTES:
            raise _BadFile(f"is longer than {MAX_ARTICLE_BYTES // 1_000_000} MB", number)
        try:
            given = json.loads(carriable_json(line.decode("utf-8-sig")))
        except (ValueError, RecursionError) as error:
            raise _BadFile(f"is not JSON ({error})", number) from error
        if not isinstance(given, dict):
            raise _BadFile("must be a JSON object {…}", number)
        row = _load(JsonlRow(), given, number)
        body = row["body"]
        html = body if looks_like_html(body) else markdown_to_html(body)
        title = row["title"].strip() or _first_words(body)
        return _article_of(row, title, html, row["url"] or _joined(self.base_url, row["id"]), written, number)


class _BadFile(Exception):
    def __init__(self, why: str, line: int) -> None:
        super().__init__(why)
        self.line = line


def _text_of(path: Path) -> str:
    if path.stat().st_size > MAX_ARTICLE_BYTES:
        raise _BadFile(f"is larger than {MAX_ARTICLE_BYTES // 1_000_000} MB", 0)
    try:
        return carriable(path.read_text("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError as error:
        raise _BadFile("is not UTF-8: save it as UTF-8", 0) from error


def _front_matter(text: str) -> tuple[dict[str, object], str, int]:
    """(fields, body, line the body starts at)."""
    found = _FRONT_MATTER.match(text)
    if found is None:
        return {}, text, 1
    try:
        meta = yaml.safe_load(found[1])
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise _BadFile(
            f"has a front matter that is not YAML ({getattr(error, 'problem', error)})",
            mark.line + 2 if mark else 1,
        ) from error
    if meta is not None and not isinstance(meta, dict):
        raise _BadFile("has a front matter that is not a list of `name: value`", 2)
    return (
        {str(k): v for k, v in (meta or {}).items()},
        text[found.end() :],
        text.count("\n", 0, found.end()) + 1,
    )


def _load(schema: Schema, given: Mapping[str, object], line: int) -> dict[str, Any]:
    # Numbers as ids are common in exports; a vendor's id is text to us.
    plain = {**given, "id": str(given["id"])} if isinstance(given.get("id"), int) else given
    # A front matter has escapes of its own.
    clean = {
        name: carriable(value) if isinstance(value, str) else value
        for name, value in plain.items()
        if value is not None
    }
    try:
        loaded: dict[str, Any] = schema.load(clean)
    except ValidationError as error:
        raise _BadFile(
            "; ".join(f"{name}: {_flat(why)}" for name, why in sorted(error.messages_dict.items())), line
        ) from error
    return loaded


def _flat(why: object) -> str:
    return " ".join(str(w) for w in why) if isinstance(why, list) else str(why)


def _article_of(
    row: Mapping[str, Any], title: str, html: str, url: str | None, written: int, line: int
) -> Article:
    return Article(
        id=str(row["id"]),
        title=title.strip(),
        html=html,
        public=str(row["visibility"]).strip().lower() == "public" and not marked_internal(title),
        updated_at=_moment(row["updated"], written, line),
        locale=str(row["locale"]),
        url=url,
        section=str(row["section"]),
        labels=tuple(map(carriable, row["labels"])),
        kind=str(row["kind"]),
    )


def _moment(given: object, written: int, line: int) -> int:
    """Microseconds of a date, a time or epoch seconds; the file's own time when the row has none."""
    if given is None:
        return written * 1_000_000
    if isinstance(given, int | float) and not isinstance(given, bool):
        return int(given * 1_000_000)
    text = given.isoformat() if isinstance(given, date) else str(given)  # YAML reads dates by itself
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise _BadFile(f"updated: {given!r} is not a date (write 2026-05-02)", line) from None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()) * 1_000_000


def _joined(base_url: str | None, path: str) -> str | None:
    return f"{base_url.rstrip('/')}/{quote(path)}" if base_url else None


def _first_heading(body: str) -> str:
    found = re.search(
        r"^#{1,2}[ \t]+(.+?)[ \t#]*$|<(?:title|h1)[^>]*>([^<]+)<", body, re.MULTILINE | re.IGNORECASE
    )
    return (found[1] or found[2]).strip() if found else ""


def _first_words(body: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", body[:400]).split()[:9])
