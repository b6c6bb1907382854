"""A message as a reader sees it, every character with its place in the message's own text."""
from __future__ import annotations

from collections.abc import Iterable

from app.core.reading.mail_lines import SHORTENED
from connectors.clean import WORD_JOINER, strip_hidden

READ_MAX = 20_000  # characters of one message that are read


def shown(text: str, ranges: Iterable[tuple[int, int]], cut: list[str]) -> tuple[str, list[int]]:
    """The ranges joined, without hidden characters, and the place of each character left in `text`.

    Kinds of hidden characters, and whether READ_MAX was reached, go into `cut`.
    """
    letters: list[str] = []
    at: list[int] = []
    for start, end in ranges:
        if len(at) + end - start > READ_MAX:
            end = start + max(0, READ_MAX - len(at))
            cut.append(SHORTENED)
        piece = text[start:end]
        clean, kinds = strip_hidden(piece)
        cut.extend(kinds)
        letters.append(clean)
        at.extend(range(start, end) if clean == piece else _places(piece, clean, start))
    return "".join(letters), at


def _places(piece: str, clean: str, start: int) -> list[int]:
    """Where each character of the cleaned piece comes from: letter by letter with its marks; where that does
    not add up, in proportion."""
    places: list[int] = []
    made: list[str] = []
    for begin, end in _clusters(piece):
        shown = strip_hidden(piece[begin:end])[0]
        made.append(shown)
        places.extend(start + min(begin + n, end - 1) for n in range(len(shown)))
    if "".join(made) == clean:
        return places
    return [start + min(n * len(piece) // max(1, len(clean)), len(piece) - 1) for n in range(len(clean))]


def _clusters(piece: str) -> Iterable[tuple[int, int]]:
    begin = 0
    # A joiner stays only in the company of its two letters.
    joiners = {match.start() for match in WORD_JOINER.finditer(piece)}
    for n in range(1, len(piece) + 1):
        joined = n in joiners or n - 1 in joiners
        if n == len(piece) or not (
            joined or "\u0300" <= piece[n] <= "\u036f" or piece[n - 1 : n + 1] == "\r\n"
        ):
            yield begin, n
            begin = n
