"""A finished message, made safe to hand to a desk: no placeholder in it expands, and the desk will not cut it
in silence. Pure.

One desk documents that it expands `{{…}}` in what staff users write and cuts bodies at 64 kB without an error
(`BODY_LIMIT`'s source stands in its folder's README). Where neither is documented the same is done.
"""
from __future__ import annotations

import html
import re

from connectors.clean import break_placeholders

BODY_LIMIT = 64 * 1024  # bytes of UTF-8
_TAIL = 4 * 1024  # of a text that is too long, kept: the way to a person stands at its end
_CUT = "[…]"

_ENTITIES = re.compile(
    r"&(?:#0*(?:123|125|37)|#[xX]0*(?:7[bB]|7[dD]|25)|lbrace|lcub|rbrace|rcub|percnt)(?:;|(?![0-9A-Za-z]))"
)
# Markup between two braces vanishes at the desk, and the braces meet.
_DIVIDED = re.compile(r"([{}%])(?=(?:<[^<>]*>)+[{}%])")


def body_html(markup: str, text: str) -> str:
    """The HTML to send: no placeholder survives in it, and the desk will not cut it.

    A message that is too long goes out as plain paragraphs with a visible gap before its last lines.
    """
    safe = break_markup(markup)
    if len(safe.encode()) <= BODY_LIMIT:
        return safe
    return _shortened(text)


def break_markup(text: str) -> str:
    """The same to the eye, with every placeholder broken: also those written as entities, or with tags
    between their braces."""
    plain = _ENTITIES.sub(lambda m: html.unescape(m.group(0).rstrip(";") + ";"), text)
    return break_placeholders(_DIVIDED.sub("\\1\u200c", plain))


def comparable(markup: str) -> str:
    """A body as compared between ours and the desk's copy: no tags, no entities, no zero-width characters,
    white space as one blank."""
    plain = html.unescape(re.sub(r"<[^<>]*>", " ", markup))
    return " ".join(re.sub("[\u200b-\u200d\u2060\ufeff]", "", plain).split())


def _shortened(text: str) -> str:
    tail = _as_html(_last(text, _TAIL))
    room = BODY_LIMIT - len(tail.encode()) - len(f"<p>{_CUT}</p>".encode())
    kept = text
    while len(_as_html(kept).encode()) > room:
        # Escaping makes a text longer by an amount only known afterwards.
        kept = kept[: int(len(kept) * min(0.95, room / len(_as_html(kept).encode())))]
    return f"{_as_html(kept)}<p>{_CUT}</p>{tail}"


def _last(text: str, size: int) -> str:
    return text.encode()[-size:].decode(errors="ignore")


def _as_html(text: str) -> str:
    lines = html.escape(break_markup(text), quote=False).split("\n")
    return "".join(f"<p>{line}</p>" for line in lines if line.strip())
