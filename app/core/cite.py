"""An answer made of the help centre's own sentences: which to quote, in which order, and the link that opens at them.

Nothing here writes a sentence. What is sent is `article_text[start:end]`, and `verify` proves it once more before sending.
"""
from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import quote as percent
from urllib.parse import urlsplit

from app.core.sentences import ENDS, LINE, STEP, TABLE_ROW, Piece, pieces
from app.core.verdicts import Answer, Candidate, Passage, Sentence, Source

# The second article joins only near the first's score: right often enough to pay for its length (44 of 160 real questions need two).
CLOSE = 0.9
# ... and only when this share of its words is new.
NEW_WORDS = 0.4
# A passage of about a hundred words answers as well as any picking of sentences; a list that has begun is always finished.
WORDS_FIRST, WORDS_SECOND = 150, 60
# A line without a closing mark and no longer than this is a heading, unless it stands in a list.
HEADING_WORDS = 9
# Sections whose text describes the customer's trouble: the opening sentence there repeats what the customer has just told us.
PROBLEM_SECTIONS = frozenset(
    "problem issue symptom symptoms question problème symptôme symptômes symptome frage fehler fehlerbild síntoma síntomas problema "
    "pregunta".split()
)
# Words at each end of a long quote: enough to be unique on a page, few enough for a link.
LINK_WORDS = 6


def compose(
    candidates: Sequence[Candidate],
    *,
    p_right: float | None = None,
    max_articles: int = 2,
    close: float = CLOSE,
    new_words: float = NEW_WORDS,
    question: str = "",
) -> Answer:
    """The cited body for what was found: verbatim sentences of the first article, and of a second one that is close and adds something.

    Passages that state the company's own answering time, headings and empty passages are passed over. `close` is a share of the first
    score (0-1). With nothing to quote the answer has no sentences, and the caller must not send it.
    Raises ValueError when a passage's text is not as long as its span: its offsets would point at other words.
    """
    sentences: list[Sentence] = []
    sources: list[Source] = []
    used: set[str] = set()
    best: float | None = None
    for candidate in candidates:
        passage = candidate.passage
        if len(sources) >= max_articles:
            break
        if passage.article in used or (best is not None and candidate.score < close * best):
            continue
        chosen = _quotable(passage, question, WORDS_SECOND if sources else WORDS_FIRST)
        if not chosen or (sources and not _adds(chosen, sentences, new_words)):
            continue
        number = len(sources) + 1
        sentences += [_sentence(passage, piece, number) for piece in chosen]
        sources.append(source_of(candidate, number, "\n".join(piece.text for piece in chosen)))
        used.add(passage.article)
        best = candidate.score if best is None else best
    return Answer(tuple(sentences), tuple(sources), p_right)


def source_of(candidate: Candidate, number: int = 1, quote: str | None = None) -> Source:
    """The candidate's article as a source; its link opens at the quote (the passage's opening words when none is given)."""
    passage = candidate.passage
    if quote is None:
        quote = next((piece.text for piece in _quotable(passage, "", WORDS_SECOND)), "")
    return Source(number, passage.article, passage.version, passage.title, deep_link(passage.url, quote), passage.updated_at)


def deep_link(url: str | None, quote: str) -> str | None:
    """The address that opens the page at the quote; None for no address, or one that is not plain http(s).

    A text fragment as https://wicg.github.io/scroll-to-text-fragment/ defines it: a short quote whole, a long one (or one over several
    blocks) by its first and last words; everything but letters and digits is percent-encoded, `-` `,` `&` included.
    """
    address = _web_address(url)
    if address is None:
        return None
    lines = [words for line in quote.splitlines() if (words := MARKS_OFF.sub("", line, count=1).split())]
    if not lines:
        return address
    first, last = lines[0], lines[-1]
    if len(lines) == 1 and len(first) <= 2 * LINK_WORDS:
        fragment = _fragment(first)
    else:
        fragment = f"{_fragment(first[:LINK_WORDS])},{_fragment(last[-LINK_WORDS:])}"
    base, _, anchor = address.partition("#")
    return f"{base}#{anchor.partition(':~:')[0]}:~:text={fragment}"


def verify(answer: Answer, texts: Mapping[tuple[str, str], str]) -> tuple[Sentence, ...]:
    """The sentences that do not stand in their article, of `texts[(article, version)]`; empty when every one does.

    Verbatim, case and spacing apart, between token boundaries: "1" is not found in "10". An unknown article supports nothing.
    """
    folded = {key: _folded(text) for key, text in texts.items()}
    return tuple(s for s in answer.sentences if not _stands_in(_folded(s.text), folded.get((s.article, s.version), "")))


def without(answer: Answer, unsupported: tuple[Sentence, ...]) -> Answer:
    """The answer with those sentences cut, and the sources that nothing cites any more; numbers close up."""
    kept = [s for s in answer.sentences if s not in unsupported]
    cited = sorted({s.number for s in kept})
    renumber = {old: new for new, old in enumerate(cited, start=1)}
    return replace(
        answer,
        sentences=tuple(replace(s, number=renumber[s.number]) for s in kept),
        sources=tuple(replace(s, number=renumber[s.number]) for s in answer.sources if s.number in renumber),
    )


MARKS_OFF = re.compile(r"^\s*(?:\d{1,3}[.)]|[a-zA-Z]\)|[-*–•·▪◦‣])\s+")
_WORD = re.compile(r"\w{3,}")


def _quotable(passage: Passage, question: str, max_words: int) -> list[Piece]:
    if passage.own_time or passage.kind == "heading":
        return []
    if len(passage.text) != passage.end - passage.start:
        raise ValueError(f"passage of {passage.article} {passage.start}-{passage.end}: its text has {len(passage.text)} characters")
    kept = _without_headings(_typed(pieces(passage.text), passage.kind), passage)
    if len(kept) > 1 and kept[0].kind == LINE and _only_asks(kept[0], passage, question):
        kept = kept[1:]
    return _shortened(kept, max_words)


def _typed(found: list[Piece], kind: str) -> list[Piece]:
    """A line under an introducing line, or in a passage known to be steps or a table, belongs to the list even without a mark."""
    typed: list[Piece] = []
    in_list = False
    for piece in found:
        unmarked = piece.kind == LINE and piece.opens and piece.text[-1] != ":"
        if unmarked and kind == "table":
            piece = replace(piece, kind=TABLE_ROW)
        elif unmarked and (kind == "steps" and not _is_heading(piece) or in_list and _is_heading(piece)):
            piece = replace(piece, kind=STEP)
        # Under marked steps an unmarked line is a new heading, not one more step.
        in_list = piece.text[-1] == ":" or (in_list and unmarked and piece.kind != LINE)
        typed.append(piece)
    return typed


def _without_headings(found: list[Piece], passage: Passage) -> list[Piece]:
    own = {_folded(passage.title), _folded(passage.section)}
    kept = [piece for piece in found if piece.kind != LINE or not _is_heading(piece)]
    if not kept:
        kept = [piece for piece in found if _folded(piece.text) not in own]
    # An introducing line with nothing to introduce says nothing.
    while kept and kept[-1].kind == LINE and kept[-1].text[-1] == ":":
        kept.pop()
    return [piece for piece in kept if _folded(piece.text) not in own]


def _is_heading(piece: Piece) -> bool:
    return piece.opens and piece.text[-1] not in ENDS + ":;,\"”’»)" and len(piece.text.split()) <= HEADING_WORDS


def _only_asks(piece: Piece, passage: Passage, question: str) -> bool:
    if piece.text.endswith("?"):
        return True
    if passage.section.strip().casefold() not in PROBLEM_SECTIONS:
        return False
    said, asked = _content(piece.text), _content(question)
    return bool(said) and len(said & asked) >= 0.7 * len(said)


def _shortened(found: list[Piece], max_words: int) -> list[Piece]:
    kept: list[Piece] = []
    words = 0
    for place, piece in enumerate(found):
        in_list = piece.kind != LINE and bool(kept) and (kept[-1].kind == piece.kind or kept[-1].text[-1] == ":")
        if kept and not in_list and words + len(piece.text.split()) > max_words:
            break
        words += len(piece.text.split())
        kept.append(found[place])
    while len(kept) > 1 and kept[-1].kind == LINE and kept[-1].text[-1] == ":":
        kept.pop()
    return kept


def _adds(chosen: list[Piece], so_far: list[Sentence], share: float) -> bool:
    fresh = _content(" ".join(piece.text for piece in chosen))
    known = _content(" ".join(sentence.text for sentence in so_far))
    return bool(fresh) and len(fresh - known) >= share * len(fresh)


def _sentence(passage: Passage, piece: Piece, number: int) -> Sentence:
    start = passage.start + piece.start
    return Sentence(
        piece.text, passage.article, passage.version, start, start + len(piece.text), support=1.0, step=piece.kind != LINE, number=number
    )


def _content(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _stands_in(sentence: str, text: str) -> bool:
    if not any(letter.isalnum() for letter in sentence):
        return False
    at = text.find(sentence)
    while at != -1:
        after = at + len(sentence)
        open_left = at == 0 or not (sentence[0].isalnum() and text[at - 1].isalnum())
        open_right = after == len(text) or not (sentence[-1].isalnum() and text[after].isalnum())
        if open_left and open_right:
            return True
        at = text.find(sentence, at + 1)
    return False


def _web_address(url: str | None) -> str | None:
    if not url or any(letter.isspace() or not letter.isprintable() for letter in url):
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:  # such as an unclosed [ in the host: no address a reader could open
        return None
    # A name before an @ makes one site look like another.
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        return None
    # Quotes and braces are data in an address: encoded, they can neither leave the attribute nor look like a desk's placeholder.
    return percent(url, safe=":/?#[]@!$&()*+,;=%~-._")


def _fragment(words: list[str]) -> str:
    return percent(" ".join(words), safe="").replace("-", "%2D")
