"""A mail's HTML -> the lines its writer saw. Some desks run those lines together in their own plain text, and
what is quoted, what is signed and what is new can only be told by lines. What was hidden from the reader is
left out. Linear in the text; nothing is fetched, run or kept of the markup."""
from __future__ import annotations

import re

from lxml import etree
from lxml import html as lxml_html

from connectors.unseen import remove_unseen

MARKUP_MAX = 400_000  # characters looked at
MARKUP_END = 40_000  # of them the last, where there are more
_QUOTE_DEPTH_MAX = 5

_BLOCKS = frozenset(
    "address article aside blockquote body center dd div dl dt fieldset figure footer h1 h2 h3 h4 h5 h6 "
    "header hr li main nav ol p pre "
    "section table tbody td tfoot th thead tr ul".split()
)
_SPACED = frozenset("p h1 h2 h3 h4 h5 h6 ul ol table blockquote".split())
_SILENT = frozenset("head script style title template noscript".split())
# How mail programs wrap what is quoted, its heading and answers within it. Most, and desks that send mail,
# call it `<their name>_quote`.
_QUOTE_CLASS = re.compile(r"\b(?:\w+_quote|yahoo_quoted|moz-cite|zmail_extra)\b")
_WROTE_CLASS = re.compile(r"\b(?:gmail_attr|moz-cite-prefix)\b")
# What indents a paragraph, and quotes nothing: an inner margin without a line, by Gmail, Apple Mail, Outlook
# and desks' own editors.
_NO_LINE = re.compile(r"border(?:-left)?(?:-width|-style)?\s*:\s*(?:0(?:px)?|none)\b")
_A_LINE = re.compile(r"border(?:-left)?(?:-width|-style|-color)?\s*:\s*(?!0(?:px)?\s*(?:;|$)|none)")
_INDENTED = re.compile(
    r"margin(?:-left)?\s*:[^;]*\b(?:30|40)px|margin-top\s*:\s*0[^;]*;\s*margin-bottom\s*:\s*0"
)


def lines_of(markup: str) -> str:
    """Plain text with a line for each line of the message; quoted ones begin with "> ". An empty text for
    markup without words."""
    root = _parsed(_looked_at(markup))
    if root is None:
        return ""
    remove_unseen(root)
    text = _Lines(_quotes_of(root))
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "start":
            text.opened(element)
        else:
            text.closed(element)
    text.end_line()
    return re.sub(r"\n{3,}", "\n\n", "\n".join(text.lines)).strip()


def hides_words(markup: str) -> bool:
    """Whether the markup holds words that its reader could not see: the desk's own plain text of it has them
    too."""
    root = _parsed(_looked_at(markup))
    return root is not None and remove_unseen(root)


class _Lines:
    def __init__(self, quotes: frozenset[etree._Element]) -> None:
        self._quotes = quotes
        self.lines: list[str] = []
        self._open: list[str] = []
        self._depth = 0

    def opened(self, element: etree._Element) -> None:
        tag = element.tag
        if tag in _BLOCKS:
            self.end_line()
        if element in self._quotes:
            self._depth += 1
        if tag == "br":
            self.end_line(always=True)
        elif tag == "li":
            self._open.append("- ")
        if tag not in _SILENT and element.text:
            self._open.append(element.text)

    def closed(self, element: etree._Element) -> None:
        if element.tag in _BLOCKS:
            self.end_line()
        if element in self._quotes:
            self._depth -= 1
        if element.tag in _SPACED:
            self.lines.append("")
        if element.tail:
            self._open.append(element.tail)

    def end_line(self, *, always: bool = False) -> None:
        words = " ".join("".join(self._open).split())
        self._open.clear()
        if words or always:
            self.lines.append("> " * min(self._depth, _QUOTE_DEPTH_MAX) + words)


def _quotes_of(root: etree._Element) -> frozenset[etree._Element]:
    """The elements that quote. A program's wrapper around a quote is none itself: answers may stand in it,
    between the quotes.

    A wrapper without a quote in it quotes, unless all words of the mail stand in it: then the program has
    wrapped the writer's own.
    """
    quotes = [element for element in root.iter("blockquote") if not _indents(element)]
    bare = [
        element
        for element in root.iter()
        if element.tag != "blockquote" and _wraps(element) and not _has_quote(element)
    ]
    outside = bare and _words_outside(root, frozenset([*quotes, *bare]))
    return frozenset([*quotes, *bare] if outside else quotes)


def _indents(element: etree._Element) -> bool:
    style = (element.get("style") or "").lower()
    if element.get("cite") or element.get("type") or _wraps(element) or _A_LINE.search(style):
        return False
    return bool(_NO_LINE.search(style) or _INDENTED.search(style))


def _wraps(element: etree._Element) -> bool:
    name = element.get("class") or ""
    return _QUOTE_CLASS.search(name) is not None and _WROTE_CLASS.search(name) is None


def _has_quote(element: etree._Element) -> bool:
    return next(element.iter("blockquote"), None) is not None


def _words_outside(root: etree._Element, quotes: frozenset[etree._Element]) -> bool:
    depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "start":
            depth += element in quotes
            said = None if element.tag in _SILENT else element.text
        else:
            depth -= element in quotes
            said = element.tail
        if depth == 0 and said and not said.isspace():
            return True
    return False


def _looked_at(markup: str) -> str:
    """The markup, or of one that is too long its beginning and its end: a wish that stands last is not
    lost."""
    if len(markup) <= MARKUP_MAX:
        return markup
    end = markup[-MARKUP_END:]
    tag = end.find("<")
    return markup[: MARKUP_MAX - MARKUP_END] + (end[tag:] if tag >= 0 else " " + end)


def _parsed(markup: str) -> etree._Element | None:
    parser = lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    raw = markup.encode("utf-8", "replace")
    if not raw.strip():
        return None
    try:
        return lxml_html.document_fromstring(raw, parser=parser)
    except (etree.ParserError, ValueError):
        return None  # nothing but white space or comments
