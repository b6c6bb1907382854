"""An answer made of the help centre's own sentences: which to quote, in which order, and the link that opens
at them.

Nothing here writes a sentence. What is sent is `article_text[start:end]`, and `verify` proves it once more
before sending.
"""
from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from app.core.sentences import ENDS, LINE, MARK, STEP, TABLE_ROW, Piece, pieces
from app.core.verdicts import Answer, Candidate, Passage, Sentence, Source
from app.core.writing.links import deep_link

# The second article joins only near the first's score: right often enough to pay for its length (44 of 160
# real questions need two).
CLOSE = 0.9
# ... and only when this share of its words is new.
NEW_WORDS = 0.4
# A passage of about a hundred words answers as well as any picking of sentences; a list that has begun is
# always finished.
WORDS_FIRST, WORDS_SECOND = 150, 60
# A line without a closing mark and no longer than this is a heading, unless it stands in a list.
HEADING_WORDS = 9
# Sections whose text describes the customer's trouble: the opening sentence there repeats what the customer
# has just told us.
PROBLEM_SECTIONS = frozenset(
    "problem issue symptom symptoms question problème symptôme symptômes symptome frage fehler fehlerbild "
    "síntoma síntomas problema "
    "pregunta".split()
)


def compose(
    candidates: Sequence[Candidate],
    *,
    p_right: float | None = None,
    max_articles: int = 2,
    close: float = CLOSE,
    new_words: float = NEW_WORDS,
    question: str = "",
) -> Answer:
    """The cited body for what was found: verbatim sentences of the first article, and of a second one that is
    close and adds something.

    Passages that state the company's own answering time, headings and empty passages are passed over. `close`
    is a share of the first score (0-1). With nothing to quote the answer has no sentences, and the caller
    must not send it. Raises ValueError when a passage's text is not as long as its span: its offsets would
    point at other words.
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
        sources.append(source_of(candidate, number, _as_shown(chosen)))
        used.add(passage.article)
        best = candidate.score if best is None else best
    return Answer(tuple(sentences), tuple(sources), p_right)


def source_of(candidate: Candidate, number: int = 1, quote: str | None = None) -> Source:
    """The candidate's article as a source; its link opens at the quote (the passage's opening words when none
    is given)."""
    passage = candidate.passage
    if quote is None:
        quote = _as_shown(_quotable(passage, "", WORDS_SECOND)[:1])
    return Source(
        number,
        passage.article,
        passage.version,
        passage.title,
        deep_link(passage.url, quote),
        passage.updated_at,
    )


def verify(answer: Answer, texts: Mapping[tuple[str, str], str]) -> tuple[Sentence, ...]:
    """The sentences that do not stand in their article, of `texts[(article, version)]`; empty when every one
    does.

    Verbatim, case and spacing apart, between token boundaries: "1" is not found in "10". An unknown article
    supports nothing.
    """
    folded = {key: _folded(text) for key, text in texts.items()}
    return tuple(
        s for s in answer.sentences if not _stands_in(_folded(s.text), folded.get((s.article, s.version), ""))
    )


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


LISTS = frozenset(("steps", "bullets", "table"))
_WORD = re.compile(r"\w{3,}")


def _quotable(passage: Passage, question: str, max_words: int) -> list[Piece]:
    if passage.own_time or passage.kind == "heading":
        return []
    if len(passage.text) != passage.end - passage.start:
        raise ValueError(
            f"passage of {passage.article} {passage.start}-{passage.end}: its text has {len(passage.text)} "
            f"characters"
        )
    kept = list(_read_whole(passage))
    if len(kept) > 1 and kept[0].kind == LINE and _only_asks(kept[0], passage, question):
        kept = kept[1:]
    return _shortened(kept, max_words)


@lru_cache(maxsize=1_024)  # one ticket reads a passage several times, and the next ticket the same ones
def _read_whole(passage: Passage) -> tuple[Piece, ...]:
    return tuple(_without_headings(_read(passage), passage))


def _read(passage: Passage) -> list[Piece]:
    """The passage in pieces; in one of kind steps, bullets or table every line after the last blank line is
    one item or row."""
    if passage.kind not in LISTS:
        return _listed(pieces(passage.text))
    lead, gap, items = passage.text.rpartition("\n\n")
    found = _listed(pieces(lead))
    at = len(lead) + len(gap)
    number = passage.first_step
    for line in items.split("\n"):
        if line.strip():
            start = at + len(line) - len(line.lstrip())
            mark = f"{number}." if passage.kind == "steps" and not MARK.match(line.strip()) else ""
            kind = TABLE_ROW if passage.kind == "table" else STEP
            found.append(Piece(line.strip(), start, start + len(line.strip()), kind, mark=mark))
            number += 1
        at += len(line) + 1
    return found


def _listed(found: list[Piece]) -> list[Piece]:
    """Short lines under an introducing line are a list even without marks."""
    typed: list[Piece] = []
    in_list = False
    for piece in found:
        bare = piece.kind == LINE and piece.opens and _is_heading(piece)
        # Under marked steps a bare line is a new heading, not one more step.
        typed.append(replace(piece, kind=STEP) if bare and in_list else piece)
        in_list = piece.text[-1] == ":" or (in_list and bare)
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
    return (
        piece.opens and piece.text[-1] not in ENDS + ':;,"”’»)' and len(piece.text.split()) <= HEADING_WORDS
    )


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
        in_list = (
            piece.kind != LINE and bool(kept) and (kept[-1].kind == piece.kind or kept[-1].text[-1] == ":")
        )
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
        piece.text,
        passage.article,
        passage.version,
        start,
        start + len(piece.text),
        support=1.0,
        step=piece.kind != LINE,
        number=number,
        mark=piece.mark,
    )


def _as_shown(chosen: list[Piece]) -> str:
    # A page shows a row's cells apart: only the first can be asked for as one text.
    return "\n".join(
        piece.text.split(" | ")[0] if piece.kind == TABLE_ROW else piece.text for piece in chosen
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
