"""Addresses that may stand in a message, and the form that opens a page at a quote."""
from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote as percent
from urllib.parse import urlsplit

# Words at each end of a long quote: enough to be unique on a page, few enough for a link.
LINK_WORDS = 6
# What a page shows as list numbering is not part of its text, so a link cannot ask for it.
_MARK = re.compile(r"^\s*(?:\d{1,3}[.)]|[a-zA-Z]\)|[-*–•·▪◦‣])\s+")


def deep_link(url: str | None, quote: str) -> str | None:
    """The address that opens the page at the quote; None for no address, or one that is not plain http(s).

    A text fragment as https://wicg.github.io/scroll-to-text-fragment/ defines it: a short quote whole, a long
    one (or one over several blocks) by its first and last words; everything but letters and digits is
    percent-encoded, `-` `,` `&` included.
    """
    address = web_address(url)
    if address is None:
        return None
    lines = [words for line in quote.splitlines() if (words := _MARK.sub("", line, count=1).split())]
    if not lines:
        return address
    first, last = lines[0], lines[-1]
    if len(lines) == 1 and len(first) <= 2 * LINK_WORDS:
        fragment = _fragment(first)
    else:
        fragment = f"{_fragment(first[:LINK_WORDS])},{_fragment(last[-LINK_WORDS:])}"
    base, _, anchor = address.partition("#")
    return f"{base}#{anchor.partition(':~:')[0]}:~:text={fragment}"


@lru_cache(maxsize=512)  # a message links the same address several times
def web_address(url: str | None) -> str | None:
    """The address, fit for an attribute and a plain mail; None unless it is http(s) with a host and without a
    name in front of it."""
    # Of all blanks only the space counts as printable.
    if not url or " " in url or not url.isprintable():
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:  # such as an unclosed [ in the host: no address a reader could open
        return None
    # A name before an @ makes one site look like another.
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        return None
    # Quotes and braces are data in an address: encoded, they can neither leave the attribute nor look like a
    # desk's placeholder.
    return percent(url, safe=":/?#[]@!$&()*+,;=%~-._")


def _fragment(words: list[str]) -> str:
    return percent(" ".join(words), safe="").replace("-", "%2D")
