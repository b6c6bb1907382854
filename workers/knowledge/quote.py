"""Which words of an article are quoted: whole sentences or a whole list with what introduces it, never a sentence on our own answering time. Pure."""
from __future__ import annotations

from dataclasses import dataclass

from workers.knowledge.index import Index, Piece
from workers.knowledge.owntime import states_own_time
from workers.knowledge.passages import LEAST_WORDS, LISTS
from workers.knowledge.sentences import sentence_spans

MOST_WORDS = 130
LEAST_LEFT = 6  # words; a shorter remainder of a passage says nothing by itself


@dataclass(frozen=True, slots=True)
class Quote:
    start: int
    end: int
    kind: str
    heading: str


def quote(index: Index, article: int, by_score: list[int]) -> Quote | None:
    """The best quotable span of the article: the first of its passages (given by falling score) that leaves something to quote."""
    text = index.articles[article].text
    for passage in by_score:
        piece = index.pieces[passage]
        if not piece.own_time:
            return _with_neighbours(index, article, passage)
        kept = _without_own_time(text, piece)
        if kept is not None:
            return kept
    return None


def _without_own_time(text: str, piece: Piece) -> Quote | None:
    """The longest run of sentences around the ones that state our own time. A list loses its sense with its parts: it is not quoted."""
    if piece.kind in LISTS:
        return None
    runs: list[tuple[int, int]] = []
    begin: int | None = None
    end = piece.start
    for a, b in sentence_spans(text, piece.start, piece.end):
        if states_own_time(text[a:b]):
            if begin is not None:
                runs.append((begin, end))
            begin = None
            continue
        begin = a if begin is None else begin
        end = b
    if begin is not None:
        runs.append((begin, end))
    longest = max(runs, key=lambda r: r[1] - r[0], default=None)
    if longest is None or len(text[longest[0]:longest[1]].split()) < LEAST_LEFT:
        return None
    return Quote(*longest, "text", piece.heading)


def _with_neighbours(index: Index, article: int, passage: int) -> Quote:
    """A passage too short to stand alone takes the next or the one before of its section along, where the two stay a quote's length."""
    text = index.articles[article].text
    piece = index.pieces[passage]
    alone = Quote(piece.start, piece.end, piece.kind, piece.heading)
    if _words(text, piece.start, piece.end) >= LEAST_WORDS:
        return alone
    numbers = index.passages_of(article)
    after = index.pieces[passage + 1] if passage + 1 in numbers else None
    before = index.pieces[passage - 1] if passage - 1 in numbers else None
    if after and piece.kind == "text" and _joins(text, piece, piece, after):
        return Quote(piece.start, after.end, after.kind, piece.heading)
    if before and before.kind == "text" and _joins(text, piece, before, piece):
        return Quote(before.start, piece.end, piece.kind, piece.heading)
    return alone


def _joins(text: str, chosen: Piece, first: Piece, second: Piece) -> bool:
    other = second if chosen is first else first
    return (
        not other.own_time
        and first.heading == second.heading
        and not text[first.end:second.start].strip()  # no heading between them
        and _words(text, first.start, second.end) <= MOST_WORDS
    )


def _words(text: str, start: int, end: int) -> int:
    return len(text[start:end].split())
