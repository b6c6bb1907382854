"""Texts on their way into a desk: tags out, HTML made safe, plain text out of HTML."""
from __future__ import annotations

import html
import re
from html.parser import HTMLParser

import nh3

# Block elements both vendors keep. Scripts, styles, forms and handlers go.
_KEPT = nh3.ALLOWED_TAGS - {"form", "input", "button"}
_BLOCKS = frozenset(
    {
        "p",
        "div",
        "br",
        "li",
        "ul",
        "ol",
        "blockquote",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "tr",
        "table",
        "pre",
        "hr",
    }
)


def strip_html(text: str) -> str:
    """Tags go, entities become characters, text stays."""
    return html.unescape(nh3.clean(text, tags=set()))


def from_plain(text: str) -> str:
    """HTML of a text that is nothing but text: paragraphs and line breaks."""
    paragraphs = [p for p in re.split(r"\n\s*\n", text.strip()) if p]
    return "".join(f"<p>{html.escape(p, quote=False).replace(chr(10), '<br>')}</p>" for p in paragraphs)


def sanitize(fragment: str) -> str:
    return nh3.clean(fragment, tags=_KEPT, link_rel="noopener noreferrer")


def to_plain(fragment: str, *, links: bool = False) -> str:
    """The text of an HTML fragment; with `links`, each address follows its words in brackets."""
    reader = _Reader(links)
    reader.feed(fragment)
    reader.close()
    return re.sub(
        r"\n{3,}", "\n\n", "\n".join(line.strip() for line in "".join(reader.parts).split("\n"))
    ).strip()


class _Reader(HTMLParser):
    def __init__(self, links: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._links = links
        self._hrefs: list[str] = []
        self._counters: list[int | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("ol", "ul"):
            self._counters.append(1 if tag == "ol" else None)
        if tag in ("p", "blockquote", "h1", "h2", "h3", "h4"):
            self.parts.append("\n\n")
        elif tag in _BLOCKS:
            self.parts.append("\n")
        if tag == "li":
            count = self._counters[-1] if self._counters else None
            self.parts.append("- " if count is None else f"{count}. ")
            if count is not None:
                self._counters[-1] = count + 1
        if tag == "a":
            self._hrefs.append(dict(attrs).get("href") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("ol", "ul") and self._counters:
            self._counters.pop()
        if tag in ("p", "blockquote", "ul", "ol"):
            self.parts.append("\n\n")
        if tag == "a" and self._hrefs:
            href = self._hrefs.pop()
            if self._links and href:
                self.parts.append(f" ({href})")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)
