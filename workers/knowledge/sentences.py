"""Where sentences begin and end in a plain text. Lines always end a sentence. Pure and linear."""
from __future__ import annotations

import re

Span = tuple[int, int]

_END = re.compile(r"[.!?…]+[\"'”’)\]»]*(?=\s)|\n+")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|approx|no|nr|mr|mrs|ms|dr|st|inc|ltd|co|fig|art|p\. ?ex|z\. ?b|bzw|ca|usw|d\. ?h|sr|sra|ud|núm|aprox|ej|tel|min|max)|\b[A-Z])\.$",
    re.IGNORECASE,
)


def sentence_spans(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """(start, end) of each sentence of text[start:end], without surrounding space, in order."""
    stop = len(text) if end is None else end
    spans: list[Span] = []
    begin = start
    for found in _END.finditer(text, start, stop):
        if text[found.start()] != "\n" and _goes_on(text, begin, found.end(), stop):
            continue
        _add(spans, text, begin, found.end())
        begin = found.end()
    _add(spans, text, begin, stop)
    return spans


def _goes_on(text: str, begin: int, end: int, stop: int) -> bool:
    following = text[end:min(end + 3, stop)].lstrip(" ")[:1]
    if following.islower():
        return True
    # The look-back is short: an abbreviation is a word.
    return following != "\n" and bool(_ABBREVIATION.search(text[max(begin, end - 12):end]))


def _add(spans: list[Span], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if end > start:
        spans.append((start, end))
