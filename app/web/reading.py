"""Stored texts and figures made fit to read on a page."""
from __future__ import annotations

import re

from app.web import times
from connectors.clean import visible

# In plain text a link stands in brackets after its words. Those to a customer's page are keys to it: nobody
# else is shown them, and on the page itself they lead nowhere new.
_OWN_LINK = re.compile(r" ?\(https?://[^\s()]{1,300}/(?:t|tickets)/[^\s()]{1,600}\)")


def shown_text(value: object) -> object:
    """What a template prints of a value: of text from outside, whatever it is and wherever it stands, nothing
    hidden, turned around or stacked. Mark-up of our own stays as it is."""
    return visible(value) if type(value) is str else value


def without_own_links(text: str) -> str:
    """A message or note without the addresses of Candor's own pages; links to articles stay."""
    return _OWN_LINK.sub("", text)


def figure(key: str, value: object) -> str:
    """One input of an estimate in plain form: no twelve digits after the point, no microseconds since
    1970."""
    if key.endswith(("as_of", "_at")) and isinstance(value, int) and value > 10**15:
        return times.iso(value).replace("T", " ").replace("Z", " UTC")
    return f"{value:.6g}" if isinstance(value, float) else str(value)
