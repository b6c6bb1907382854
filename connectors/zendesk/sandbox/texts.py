"""What Zendesk makes of a comment's text on the way in (Z22, Z23).

Source: REF ticket_comments, section "Bodies".
"""
from __future__ import annotations

import re

from markdown_it import MarkdownIt

from connectors.sandbox.texts import from_plain, sanitize, strip_html, to_plain

__all__ = [
    "BODY_LIMIT",
    "collapse",
    "cut",
    "from_markdown",
    "from_plain",
    "sanitize",
    "strip_html",
    "to_plain",
    "wrap",
]

BODY_LIMIT = 64 * 1024  # bytes; what is over is cut without an error

_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True})


def cut(text: str) -> str:
    data = text.encode("utf-8", "replace")
    return text if len(data) <= BODY_LIMIT else data[:BODY_LIMIT].decode("utf-8", "ignore")


def collapse(text: str) -> str:
    """Runs of blanks become one blank, runs of empty lines one empty line."""
    text = re.sub(r"[ \t]+", " ", text.replace("\r\n", "\n").replace("\r", "\n"))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def from_markdown(text: str) -> str:
    return str(_markdown.render(text)).strip()


def wrap(fragment: str) -> str:
    return f'<div class="zd-comment" dir="auto">{fragment}</div>'
