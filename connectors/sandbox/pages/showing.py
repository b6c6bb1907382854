"""How a sandbox desk's pages are written: comments as safe HTML, times as people write them."""
from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import nh3
from flask import render_template
from markupsafe import Markup

from connectors.clock import SECOND

_COMMENT_TAGS = {"p", "div", "br", "a", "ol", "ul", "li", "strong", "em", "blockquote"}
_ARTICLE_TAGS = _COMMENT_TAGS | set(
    "h1 h2 h3 h4 h5 h6 table thead tbody tr th td code pre hr b i dl dt dd".split()
)


def page(template: str, **values: Any) -> str:
    return render_template(template, **values)


def when(us: int) -> str:
    """`11 March, 10:02` in UTC, as every time on these pages."""
    moment = datetime.fromtimestamp(us // SECOND, UTC)
    return f"{moment.day} {moment:%B}, {moment:%H:%M}"


def day(us: int) -> str:
    moment = datetime.fromtimestamp(us // SECOND, UTC)
    return f"{moment.day} {moment:%B %Y}"


def comment_html(fragment: str) -> Markup:
    return Markup(_clean(fragment, _COMMENT_TAGS))  # noqa: S704 - cleaned to a handful of tags


def article_html(fragment: str) -> Markup:
    return Markup(_clean(fragment, _ARTICLE_TAGS))  # noqa: S704


def _clean(fragment: str, tags: set[str]) -> str:
    return nh3.clean(
        fragment,
        tags=tags,
        attributes={"a": {"href"}},
        url_schemes={"http", "https"},
        attribute_filter=_safe_link,
        link_rel="noopener noreferrer",
    )


def _safe_link(tag: str, attribute: str, value: str) -> str | None:
    """Addresses on the web by https, and on this machine; a relative one would lead into the desk's own
    pages."""
    parts = urlsplit(value)
    if parts.scheme == "https" or (
        parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")
    ):
        return value
    return None
