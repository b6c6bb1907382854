"""What one article may cost: its size, its nesting, its pieces and the time to read it. What is beyond a
bound is a bad row, told in words."""
from __future__ import annotations

import re
import time
from collections.abc import Callable

from connectors.badrows import RowError
from connectors.clean import carriable
from connectors.records import Article

MAX_BYTES = 2_000_000  # a help page; more is a mistake, and would hold up every sync
MAX_ID = 300  # characters, as the store keeps it
MAX_TITLE = 1000
MAX_SHORT = 2000  # a section, a label, an address
MAX_LOCALE = 16
MAX_LABELS = 200
MAX_DEPTH = 100  # elements inside each other; the HTML parser itself gives up at 256 and drops the rest
MAX_PIECES = 5000  # paragraphs, lists, tables and headings
MAX_ELEMENTS = 100_000
MAX_TEXT = 400_000  # characters to read; about 60,000 words, a book
MAX_TAG_WORDS = 2000  # names and values in one tag: the parser's time grows with their square
CPU_SECONDS = 5.0  # of this thread, so that a busy machine leaves out no page
EARLIEST, LATEST = 0, 4_102_444_800_000_000  # microseconds: 1970 to 2099
LOCALE = re.compile(r"[a-zA-Z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")

_LONG_TAG = 4000
# Quotes count only behind an equals sign, as they do in HTML.
_TAG = re.compile(r"""<[a-zA-Z](?:[^>"'=]|=\s*(?:"[^"]*"|'[^']*')?|["'])*""")
_QUOTED = re.compile(r"""=\s*(?:"[^"]*"|'[^']*')""")


class Allowance:
    """The processor time one article may take. Asked often while it is read."""

    def __init__(self, clock: Callable[[], float] = time.thread_time) -> None:
        self._clock = clock
        self._end = clock() + CPU_SECONDS

    def check(self) -> None:
        """Raises RowError once the time is used up."""
        if self._clock() > self._end:
            raise RowError(f"takes more than {CPU_SECONDS:g} s to read: split the page")


def check_markup(html: str) -> None:
    """Raises RowError for HTML that a parser would take minutes over."""
    check_size(html)
    for tag in _TAG.finditer(html):
        if tag.end() - tag.start() > _LONG_TAG:
            words = _QUOTED.sub("= ", tag.group()).replace("=", " ").replace("/", " ").split()
            if len(words) > MAX_TAG_WORDS:
                raise RowError("has a tag with more than a thousand attributes: leave them out")


def check_size(text: str) -> None:
    if len(text) > MAX_BYTES:
        raise RowError(f"is larger than {MAX_BYTES // 1_000_000} MB: split the page")


def check_article(article: Article) -> None:
    """Raises RowError for an article, of whatever source, that the store or a page could not hold."""
    for name, text, least, most in (
        ("id", article.id, 1, MAX_ID), ("title", article.title, 0, MAX_TITLE),
        ("section", article.section, 0, MAX_SHORT), ("url", article.url or "", 0, MAX_SHORT),
        ("locale", article.locale, 2, MAX_LOCALE), ("kind", article.kind, 0, MAX_LOCALE),
        *(("label", label, 0, MAX_SHORT) for label in article.labels),
    ):
        if not least <= len(text) <= most:
            raise RowError(f"{name}: use {least} to {most} characters")
    for name, text in (("id", article.id), ("url", article.url or "")):
        if carriable(text) != text:
            raise RowError(f"{name}: holds half a character; write it anew")
    if len(article.labels) > MAX_LABELS:
        raise RowError(f"labels: no more than {MAX_LABELS}")
    if not LOCALE.fullmatch(article.locale):
        raise RowError("locale: write it like en or pt-BR")
    if not EARLIEST <= article.updated_at < LATEST:
        raise RowError("updated: write a date between 1970 and 2099, like 2026-05-02")
    check_markup(article.html)
