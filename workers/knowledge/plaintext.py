"""Article HTML -> plain text and its blocks. Pure.

The plain text is what passages are offsets into and what is quoted: blocks stand apart by one blank line;
list items and table rows are one line each, items without a marker (numbers are put back when a list is
shown), cells joined by " | ". Nothing hidden survives: no scripts, images, invisible elements, zero-width or
direction characters. `{{placeholders}}` stay as the text they are.
"""
from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import lxml.html
from lxml import etree

from connectors.badrows import RowError
from connectors.bounds import (
    MAX_DEPTH,
    MAX_ELEMENTS,
    MAX_PIECES,
    MAX_TEXT,
    Allowance,
    check_markup,
)
from connectors.clean import visible
from connectors.unseen import remove_unseen

_DROPPED = frozenset(
    "script style head title template noscript iframe object embed svg math img picture video audio canvas "
    "map form input button select "
    "textarea nav".split()
)
_BLOCKS = frozenset(
    "p div section article main header footer aside figure figcaption blockquote details summary dl dt dd "
    "center address fieldset body "
    "html hr pre td th tr table tbody thead tfoot caption ul ol li h1 h2 h3 h4 h5 h6".split()
)
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
LONG_ITEM_WORDS = 90  # above it a list item is a page section in disguise, not a step
HEADING_WORDS = 10


@dataclass(frozen=True, slots=True)
class Block:
    """`text[start:end]` of one kind: heading | text | steps | bullets | table. `heading` is the nearest
    heading above it."""

    start: int
    end: int
    kind: str
    heading: str


def plain_text(html: str, allowance: Allowance | None = None) -> tuple[str, tuple[Block, ...]]:
    """The plain text of an article and its blocks in order; ("", ()) when it shows nothing. Raises RowError,
    for people, when it is larger, more nested or slower to read than a page may be."""
    check_markup(html)
    parts: list[str] = []
    blocks: list[Block] = []
    heading = ""
    end = 0
    for kind, block in _merged(_walk_document(html, allowance or Allowance())):
        start = end + (2 if parts else 0)
        end = start + len(block)
        parts.append(block)
        if kind == "heading":
            heading = block.replace("\n", " ")
        blocks.append(Block(start, end, kind, heading))
    if end > MAX_TEXT:
        raise RowError(f"has more than {MAX_TEXT:,} characters to read: split the page")
    return "\n\n".join(parts), tuple(blocks)


def _walk_document(html: str, allowance: Allowance) -> Iterator[tuple[str, str]]:
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    # Lone surrogates cannot be encoded; they carry nothing to read.
    raw = html.encode("utf-8", "replace")
    if not raw.strip():
        return
    try:
        root = lxml.html.document_fromstring(raw, parser=parser)
    except etree.ParserError:  # nothing but comments or spaces
        return
    _check_shape(root)
    remove_unseen(root)
    walker = _Walker(allowance)
    walker.walk(root)
    walker.flush()
    yield from walker.blocks


def _check_shape(root: etree._Element) -> None:
    depth = elements = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        if event == "end":
            depth -= 1
            continue
        depth += 1
        elements += 1
        if depth > MAX_DEPTH:
            raise RowError(f"has more than {MAX_DEPTH} elements inside each other: write it flatter")
        if elements > MAX_ELEMENTS:
            raise RowError(f"is made of more than {MAX_ELEMENTS:,} elements: split the page")


def _merged(blocks: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Two numbered lists with only a picture between them are one list."""
    held_kind = ""
    held: list[str] = []
    for kind, text in blocks:
        if held and kind == held_kind == "steps":
            held.append(text)
            continue
        if held:
            yield held_kind, "\n".join(held)
        held_kind, held = kind, [text]
    if held:
        yield held_kind, "\n".join(held)


class _Walker:
    """Collects running text until a block ends, then stores it."""

    def __init__(self, allowance: Allowance) -> None:
        self.blocks: list[tuple[str, str]] = []
        self._running: list[str] = []
        self._allowance = allowance

    def walk(self, element: etree._Element) -> None:
        self._allowance.check()
        if len(self.blocks) > MAX_PIECES:
            raise RowError(f"has more than {MAX_PIECES:,} paragraphs, lists and tables: split the page")
        tag = element.tag if isinstance(element.tag, str) else ""
        if not tag or tag in _DROPPED:
            return
        if tag in _HEADINGS or tag == "p" and _is_bold_heading(element):
            self._whole("heading", _line(element))
        elif tag in ("ul", "ol"):
            self._list(element, "steps" if tag == "ol" else "bullets")
        elif tag == "table":
            self._table(element)
        elif tag == "pre":
            lines = visible("".join(element.itertext())).splitlines()
            self._whole("text", "\n".join(" ".join(line.split()) for line in lines if line.strip()))
        elif tag == "br":
            self._running.append("\n")
        else:
            self._container(element, tag in _BLOCKS)

    def flush(self) -> None:
        lines = [" ".join(line.split()) for line in visible("".join(self._running)).split("\n")]
        self._running.clear()
        text = "\n".join(line for line in lines if line)
        if text:
            self.blocks.append(("text", text))

    def _container(self, element: etree._Element, is_block: bool) -> None:
        if is_block:
            self.flush()
        self._running.append(_spaces(element.text))
        for child in element:
            self.walk(child)
            self._running.append(_spaces(child.tail))
        if is_block:
            self.flush()

    def _whole(self, kind: str, text: str) -> None:
        self.flush()
        if text:
            self.blocks.append((kind, text))

    def _list(self, element: etree._Element, kind: str) -> None:
        self.flush()
        lines: list[str] = []
        for item in element:
            self._allowance.check()
            if not isinstance(item.tag, str) or item.tag in _DROPPED:
                continue
            if _is_section(item):
                # An accordion written as a list: each entry is a part of the page with blocks of its own.
                self._store(kind, lines)
                self._container(item, is_block=True)
            else:
                lines.extend(_item_lines(item, kind))
        self._store(kind, lines)

    def _store(self, kind: str, lines: list[str]) -> None:
        if lines:
            self.blocks.append((kind, "\n".join(lines)))
            lines.clear()

    def _table(self, element: etree._Element) -> None:
        rows = [self._cells(row) for row in element.iter("tr")]
        if max((len(row) for row in rows), default=0) < 2 or any(
            len(cell.split()) > LONG_ITEM_WORDS for row in rows for cell in row
        ):
            # A table for layout only.
            self._container(element, is_block=True)
            return
        self._whole("table", "\n".join(" | ".join(row) for row in rows if any(row)))


    def _cells(self, row: etree._Element) -> list[str]:
        # Tables inside tables are read once per table around them.
        self._allowance.check()
        return [_line(cell) for cell in row if cell.tag in ("td", "th")]


def _item_lines(item: etree._Element, kind: str) -> list[str]:
    nested = [child for child in item if child.tag in ("ul", "ol")]
    if kind == "steps" or not nested:
        # A step stays one line with what hangs below it, so that counting lines counts steps.
        line = _line(item)
        return [line] if line else []
    own = _line(item, without=("ul", "ol"))
    return [own] * bool(own) + [
        line for child in nested for li in child if isinstance(li.tag, str) for line in _item_lines(li, kind)
    ]


def _is_section(item: etree._Element) -> bool:
    return next(item.iter(*_HEADINGS), None) is not None or len(_line(item).split()) > LONG_ITEM_WORDS


def _is_bold_heading(element: etree._Element) -> bool:
    """A paragraph that is one short bold line: authors make headings so."""
    children = [child for child in element if child.tag != "br"]
    if (
        len(children) != 1
        or children[0].tag not in ("strong", "b")
        or (element.text or "").strip()
        or (children[0].tail or "").strip()
    ):
        return False
    line = _line(element)
    return 0 < len(line.split()) <= HEADING_WORDS and not line.endswith((".", ":", "!", ";", ","))


def _line(element: etree._Element, without: tuple[str, ...] = ()) -> str:
    parts: list[str] = []
    _gather(element, parts, without)
    return " ".join(visible("".join(parts)).split())


def _gather(element: etree._Element, parts: list[str], without: tuple[str, ...]) -> None:
    parts.append(element.text or "")
    for child in element:
        shown = isinstance(child.tag, str) and child.tag not in _DROPPED and child.tag not in without
        if shown:
            apart = " " if child.tag in _BLOCKS or child.tag == "br" else ""
            parts.append(apart)
            _gather(child, parts, without)
            parts.append(apart)
        parts.append(child.tail or "")


def _spaces(text: str | None) -> str:
    return re.sub(r"\s", " ", text) if text else ""
