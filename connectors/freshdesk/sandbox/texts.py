"""What Freshdesk makes of a text on the way in: HTML made safe, and the plain text beside it.

Source: samples of python-freshdesk (`solution_articles.json` shows how plain text comes out of HTML) and of
Zulip.
"""
from __future__ import annotations

import html
import re

import nh3

from connectors.sandbox import texts

_ATTRIBUTES = {
    "*": {"class", "style", "dir"}, "a": {"href", "target"}, "img": {"src", "alt", "width", "height",
    "data-id"},
    "td": {"colspan", "rowspan"},
}  # fmt: skip
_BLOCK = re.compile(r"</?(?:p|div|br|li|ul|ol|blockquote|h[1-6]|tr|table|pre|hr)\b[^>]*>", re.I)


def sanitize(fragment: str) -> str:
    """Scripts, forms and handlers go; what a mail needs stays, a last line with a reference too."""
    tags = nh3.ALLOWED_TAGS - {"form", "input", "button"}
    return nh3.clean(fragment, tags=tags, attributes=_ATTRIBUTES, link_rel="noreferrer")


def from_mail(text: str) -> str:
    """A customer's plain mail as the desk keeps it: a `div` a line."""
    lines = [
        f"<div>{html.escape(line, quote=False) or '<br>'}</div>"
        for line in text.replace("\r\n", "\n").strip().split("\n")
    ]
    return "\n".join(lines)


def to_text(fragment: str, *, keep_lines: bool) -> str:
    """Plain text of HTML. Blocks run together with blanks between, unless lines are kept."""
    if keep_lines:
        return texts.to_plain(fragment)
    return texts.strip_html(_BLOCK.sub(" ", fragment.replace("\n", " "))).strip()
