"""The marker of what we write: a last line a customer can read to an agent, such as "Ref 7F3K-2Q". Pure.

Freshdesk keeps nothing unseen beside a conversation, so the marker stands in the text. It is made of the
outbox row's key: the same row gives the same line for ever.
"""
from __future__ import annotations

import hashlib
import re

# Without 0 and O, 1, I and L, U and V: it is read out on the phone.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTWXYZ"
_LENGTH = 6

_LINE = re.compile(
    rf"^[ \t>*|]{{0,20}}Ref[ \t\u00a0][{ALPHABET}]{{4}}-[{ALPHABET}]{{2}}[ \t*]{{0,20}}$\n?", re.MULTILINE
)


def reference(key: str) -> str:
    """`7F3K-2Q`: about 600 million values, and it is looked for on one ticket and in one stretch of time
    only."""
    number = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")
    signs = []
    for _ in range(_LENGTH):
        number, place = divmod(number, len(ALPHABET))
        signs.append(ALPHABET[place])
    return f"{''.join(signs[:4])}-{''.join(signs[4:])}"


def reference_line(key: str) -> str:
    return f"Ref {reference(key)}"


def carries(text: str, key: str) -> bool:
    """Whether the text holds this key's line, and not only a word that begins like it."""
    return re.search(rf"\bRef[\s\u00a0]{{1,3}}{reference(key)}(?![0-9A-Za-z])", text) is not None


def strip_reference(text: str) -> str:
    """The text without lines that are such a marker: they come back in what customers quote, and are nobody's
    words."""
    return _LINE.sub("", text)
