"""Articles from outside a desk: a folder of Markdown and HTML, and a JSONL file.

Both yield `records.Article` and go on after a bad row, which they report in `bad_rows` with file, line and
reason. Visibility: a row that says `public` is public, a row that says anything else is for agents only; a
row without the field is **public**, because the operator pointed us at a help centre. A title marked internal
is never public, whatever the row says.
"""
from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from connectors.badrows import BadRow, RowError, RowReader, bad_row
from connectors.bounds import (
    EARLIEST,
    LATEST,
    LOCALE,
    MAX_BYTES,
    MAX_ID,
    MAX_LABELS,
    MAX_SHORT,
    MAX_TITLE,
)
from connectors.clean import carriable, carriable_json
from connectors.frontmatter import front_matter
from connectors.markdown import looks_like_html, markdown_to_html
from connectors.records import Article
from connectors.regular_files import open_regular, short_lines, written_at

_INTERNAL = r"(?:internal|interne?|interno|interna)"
_INTERNAL_TITLE = re.compile(rf"^\s*{_INTERNAL}\s*(?::|[-–—]\s)|[(\[]{_INTERNAL}[)\]]", re.IGNORECASE)
_SUFFIXES = {".md": "markdown", ".markdown": "markdown", ".html": "html", ".htm": "html"}
_LISTS = ("labels",)
_LET = "let the account that runs Candor read it"
_TOP = 20_000  # characters in which a title is looked for


class SourceError(Exception):
    """The whole source cannot be read; the message says what to do. Nothing may be concluded about its
    articles."""


def marked_internal(title: str) -> bool:
    """True for titles such as "Internal: closing an account" or "Closing an account (internal)", also in
    French, German and Spanish."""
    return bool(_INTERNAL_TITLE.search(title))


class ArticleRow(Schema):
    """One article of a JSONL file, or the front matter of a file. Fields we do not know are ignored: exports
    carry many."""

    class Meta:
        unknown = EXCLUDE

    id = fields.String(required=True, validate=validate.Length(1, MAX_ID))
    title = fields.String(load_default="", validate=validate.Length(max=MAX_TITLE))
    url = fields.Url(schemes={"http", "https"}, require_tld=False, allow_none=True, load_default=None)
    visibility = fields.String(load_default="public")
    updated = fields.Raw(load_default=None, allow_none=True)
    section = fields.String(load_default="")
    labels = fields.List(fields.String(), load_default=list, validate=validate.Length(max=MAX_LABELS))
    kind = fields.String(load_default="", validate=validate.OneOf(["", "policy", "howto", "spec", "note"]))
    locale = fields.String(load_default="en", validate=validate.Regexp(rf"{LOCALE.pattern}\Z"))


class JsonlRow(ArticleRow):
    body = fields.String(required=True)


def _only(articles: Iterator[Article], article_id: str) -> Article | None:
    """The article of that id; of two, the one that is not for everybody."""
    found = [article for article in articles if article.id == article_id]
    return next((a for a in found if not a.public), found[0] if found else None)


class FolderSource:
    """Every `*.md`, `*.markdown`, `*.html` below a folder, one article a file. Regular files only, and no
    link that leads out of the folder.

    An article's address is its own `url`, else `base_url` + its path in the folder without the ending, else
    none.
    """

    def __init__(self, folder: Path, base_url: str | None = None) -> None:
        self.folder = folder
        self.base_url = base_url
        self.bad_rows: list[BadRow] = []

    def articles(self) -> Iterator[Article]:
        """The articles of the folder, by path. Raises SourceError when the folder cannot be read."""
        rows = RowReader()
        self.bad_rows = rows.bad
        try:
            os.listdir(self.folder)
        except OSError as error:
            raise SourceError(
                f"{self.folder} cannot be read as a folder ({error.strerror}): check the path of this source"
            ) from error
        for path in _pages_below(self.folder, rows.bad):
            yield from rows.read(str(path), 0, partial(self._article, path))

    def article(self, article_id: str) -> Article | None:
        """The article as the folder has it now; raises as `articles` does."""
        return _only(self.articles(), article_id)

    def _article(self, path: Path) -> Article:
        if not path.resolve().is_relative_to(self.folder.resolve()):
            raise RowError("is a link that leads out of the folder: put the page itself there")
        text, written = _text_of(path)
        meta, body, body_line = front_matter(text, ArticleRow().fields, _LISTS)
        # A file's name may hold bytes that are not text.
        relative = carriable(path.relative_to(self.folder).with_suffix("").as_posix())
        row = _load(ArticleRow(), {"id": relative, **meta}, 1 if meta else 0)
        title = row["title"] or _first_heading(body[:_TOP])
        if not title:
            raise RowError("has no title: put `title:` between two lines of --- at its top", body_line)
        html = body if _SUFFIXES[path.suffix.lower()] == "html" else markdown_to_html(body)
        url = row["url"] or _joined(self.base_url, relative)
        return _article_of(row, title, html, url, written, (str(path), 1 if meta else 0))


class JsonlSource:
    """A file with one JSON object a line: {id, title, body, url?, visibility?, …}. `body` is HTML, Markdown
    or plain text."""

    def __init__(self, file: Path, base_url: str | None = None) -> None:
        self.file = file
        self.base_url = base_url
        self.bad_rows: list[BadRow] = []

    def articles(self) -> Iterator[Article]:
        """The articles of the file, in its order. Raises SourceError when the file cannot be read."""
        rows = RowReader()
        self.bad_rows = rows.bad
        try:
            lines = open_regular(self.file)
        except (OSError, RowError) as error:
            why = error.strerror if isinstance(error, OSError) else error
            raise SourceError(f"{self.file} cannot be read ({why}): check the path of this source") from error
        with lines:
            written = written_at(lines)
            for number, line in enumerate(short_lines(lines), 1):
                if line.strip():
                    yield from rows.read(
                        str(self.file), number, partial(self._article, line, number, written)
                    )

    def article(self, article_id: str) -> Article | None:
        """The article as the file has it now; raises as `articles` does."""
        return _only(self.articles(), article_id)

    def _article(self, line: bytes, number: int, written: int) -> Article:
        if len(line) > MAX_BYTES:
            raise RowError(f"is longer than {MAX_BYTES // 1_000_000} MB: split the page", number)
        row = _load(JsonlRow(), _json_object(line, number), number)
        body = row["body"]
        html = body if looks_like_html(body) else markdown_to_html(body)
        title = row["title"].strip() or _first_words(body)
        url = row["url"] or _joined(self.base_url, row["id"])
        return _article_of(row, title, html, url, written, (str(self.file), number))


def _pages_below(folder: Path, bad: list[BadRow]) -> list[Path]:
    """Every path below with the ending of a page, whatever it is. A folder that may not be opened is told."""

    def closed(error: OSError) -> None:
        why = RowError(f"cannot be opened ({error.strerror}): {_LET}")
        bad.append(bad_row(str(error.filename), 0, why))

    found: list[Path] = []
    for place, folders, files in os.walk(folder, onerror=closed):
        found += [Path(place, name) for name in (*folders, *files)]
    return sorted(path for path in found if path.suffix.lower() in _SUFFIXES)


def _text_of(path: Path) -> tuple[str, int]:
    """(text, microseconds of its writing)."""
    try:
        with open_regular(path) as file:
            raw, written = file.read(MAX_BYTES + 1), written_at(file)
    except OSError as error:
        raise RowError(f"cannot be opened ({error.strerror}): {_LET}") from error
    if len(raw) > MAX_BYTES:
        raise RowError(f"is larger than {MAX_BYTES // 1_000_000} MB: split the page")
    try:
        return carriable(raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")), written
    except UnicodeDecodeError as error:
        raise RowError("is not UTF-8: save it as UTF-8", raw.count(b"\n", 0, error.start) + 1) from error


def _json_object(line: bytes, number: int) -> dict[str, object]:
    try:
        given = json.loads(
            carriable_json(line.decode("utf-8-sig")), parse_constant=_no_constant, object_pairs_hook=_once
        )
    except RowError:
        raise
    except RecursionError as error:
        raise RowError("has too many brackets inside brackets: write a plain {…}", number) from error
    except ValueError as error:
        raise RowError(f"is not JSON ({error})", number) from error
    if not isinstance(given, dict):
        raise RowError("must be a JSON object {…}", number)
    return given


def _no_constant(name: str) -> object:
    raise RowError(f"holds {name}, which is not JSON: write a number, or leave it out")


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        # The second one would win, and it may be who may read the page.
        raise RowError("has a name that stands twice: leave one")
    return found


def _load(schema: Schema, given: Mapping[str, object], line: int) -> dict[str, Any]:
    # Numbers as ids are common in exports; a vendor's id is text to us.
    number = isinstance(given.get("id"), int) and not isinstance(given.get("id"), bool)
    plain = {**given, "id": str(given["id"])} if number else given
    # A front matter has escapes of its own.
    clean = {
        name: carriable(value) if isinstance(value, str) else value
        for name, value in plain.items()
        if value is not None and name in schema.fields
    }
    for name, value in clean.items():
        if isinstance(value, str) and name != "body" and len(value) > MAX_SHORT:
            raise RowError(f"{name}: use no more than {MAX_SHORT} characters", line)
    try:
        loaded: dict[str, Any] = schema.load(clean)
    except ValidationError as error:
        raise RowError(
            "; ".join(f"{name}: {_flat(why)}" for name, why in sorted(error.messages_dict.items())), line
        ) from error
    return loaded


def _flat(why: object) -> str:
    if isinstance(why, dict):
        return "; ".join(f"[{at}] {_flat(inner)}" for at, inner in list(why.items())[:3])
    return " ".join(str(w) for w in why) if isinstance(why, list) else str(why)


def _article_of(
    row: Mapping[str, Any], title: str, html: str, url: str | None, written: int, stands: tuple[str, int]
) -> Article:
    return Article(
        id=str(row["id"]),
        title=title.strip(),
        html=html,
        public=str(row["visibility"]).strip().lower() == "public" and not marked_internal(title),
        updated_at=_moment(row["updated"], written, stands[1]),
        locale=str(row["locale"]),
        url=url,
        section=str(row["section"]),
        labels=tuple(map(carriable, row["labels"])),
        kind=str(row["kind"]),
        stands=stands,
    )


def _moment(given: object, written: int, line: int) -> int:
    """Microseconds of a date, a time or epoch seconds; the file's own time when the row has none."""
    if given is None or given == "":
        return written
    wrong = RowError("updated: is not a date between 1970 and 2099; write it like 2026-05-02", line)
    try:
        if isinstance(given, int | float) and not isinstance(given, bool):
            at = int(given * 1_000_000)
        else:
            moment = datetime.fromisoformat(str(given))
            at = int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()) * 1_000_000
    except (ValueError, OverflowError) as error:
        raise wrong from error
    if not EARLIEST <= at < LATEST:
        raise wrong
    return at


def _joined(base_url: str | None, path: str) -> str | None:
    return f"{base_url.rstrip('/')}/{quote(path)}" if base_url else None


def _first_heading(top: str) -> str:
    for line in top.split("\n"):
        if found := re.match(r"#{1,2}[ \t]+([^\n]{1,1000})", line):
            return found[1].rstrip(" \t#").strip()
        if found := re.search(r"<(?:title|h1)\b[^<>]{0,200}>([^<]{1,1000})<", line, re.IGNORECASE):
            return found[1].strip()
    return ""


def _first_words(body: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", body[:400]).split()[:9])
