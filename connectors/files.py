"""Text files among a customer's attachments: small text files that lie on the desk's own host, and how their
bytes become a text."""
from __future__ import annotations

import codecs

from connectors.clean import carriable
from connectors.records import File

# bytes of a file that is read; a larger one is left to people whole, for its end may be what matters
FILE_MAX = 20_000
_KINDS = frozenset({"text/plain", "text/csv", "text/tab-separated-values", "text/x-log", "text/markdown"})
# then the name's ending decides
_UNTOLD = frozenset({"", "application/octet-stream", "application/csv", "application/vnd.ms-excel"})
_ENDINGS = (".txt", ".csv", ".tsv", ".log", ".md")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CONTROLS = frozenset(range(32)) - {9, 10, 12, 13}


def may_be_read(file: File) -> bool:
    """Whether it says of itself that it is a small text. What it says is held against its bytes once they are
    there."""
    named = file.kind in _UNTOLD and file.name.lower().endswith(_ENDINGS)
    return (file.kind in _KINDS or named) and 0 < (file.size or 0) <= FILE_MAX and bool(file.url)


def text_of(body: bytes) -> str | None:
    """The text of a file: UTF-8, UTF-16 with its mark, else Latin-1; None for what is not text, or too
    large."""
    if not body or len(body) > FILE_MAX:
        return None
    coding = next((name for mark, name in _MARKS if body.startswith(mark)), None)
    try:
        text = body.decode(coding or "utf-8")
    except UnicodeDecodeError:
        if coding is not None or _CONTROLS.intersection(body):
            return None
        text = body.decode("latin-1")
    if "\0" in text:
        return None
    return carriable(text.replace("\r\n", "\n").replace("\r", "\n"))
