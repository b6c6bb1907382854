"""`verifier`: does the product's check keep what is faithful and cut what is not. Nothing is fitted.

Sentences are those of every `articles.jsonl` of the folder, of the demo shop where there is none. Only
changed sentences count; those a kind of change leaves as they are stand in the field `unchanged`. Two checks
are measured: `app.core.deciding.support` on sentences in other words, `app.core.deciding.cite.verify` on
quotes.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.core.deciding import cite, support
from app.core.sentences import pieces
from app.core.verdicts import Answer, Candidate, Passage, Sentence
from connectors.contract import Knowledge
from connectors.sources import FolderSource, JsonlSource
from demo.scenes import HELP_CENTRE
from tests.emit import Emit, say
from tests.quality.intervals import of_share
from tests.quality.rewordings import FAITHFUL, FAULTS, Change, in_prose
from tests.quality.rows import each
from tests.quality.support import overlap
from workers.knowledge.ingest import Ingested, ingest

SUITE = "verifier"
SEED = 7
MOST = 300  # changed sentences of a kind
MOST_ARTICLES = 400  # drawn from all: the sentences of more add time and nothing new
LEAST_WORDS, MOST_WORDS = 8, 60
LIST_ITEMS = range(2, 5)  # a longer list is told as a list


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence, as the page has it or changed, and the page it was taken from."""

    text: str
    page: Ingested


def suites(data: Path) -> list[str]:
    return [SUITE]


def run(emit: Emit, data: Path, names: Sequence[str], var: Path) -> None:
    pages = _pages(emit, data)
    say(f"{SUITE}: {len(pages)} articles")
    sentences = [Said(text, page) for page in pages for text in _sentences(page)]
    _draw("sentences").shuffle(sentences)
    kinds = {kind: _changed(sentences, kind, change) for kind, change in FAITHFUL.items()}
    kinds["list_to_prose"] = _lists(pages)
    _faithful(emit, kinds)
    for fault, change in FAULTS.items():
        _let_through(emit, fault, *_changed(sentences, fault, change))
    _let_through(emit, "foreign", *_foreign(sentences))
    _quotes(emit, pages)


def _pages(emit: Emit, data: Path) -> list[Ingested]:
    """The articles as the product reads them, in an order of their own."""
    files = sorted(data.glob("*/articles.jsonl"))
    sources: list[Knowledge] = [JsonlSource(file) for file in files] or [FolderSource(HELP_CENTRE)]
    rows = ({"id": article.id, "article": article} for source in sources for article in source.articles())
    pages = [page for _, page in each(emit, SUITE, rows, lambda row: ingest(row["article"]))]
    _draw("pages").shuffle(pages)
    return [page for page in pages if page.text][:MOST_ARTICLES]


def _sentences(page: Ingested) -> list[str]:
    found = dict.fromkeys(piece.text for piece in pieces(page.text))
    return [text for text in found if LEAST_WORDS <= len(text.split()) <= MOST_WORDS]


def _changed(sentences: Sequence[Said], kind: str, change: Change) -> tuple[list[Said], int]:
    """The first sentences that the change changes, and how many were passed over on the way."""
    draw, found, unchanged = _draw(kind), [], 0
    for said in sentences:
        if len(found) == MOST:
            break
        text = change(said.text, draw)
        if text is None or text in said.page.text:  # as it was, or said by the page as well
            unchanged += 1
        else:
            found.append(Said(text, said.page))
    return found, unchanged


def _lists(pages: Sequence[Ingested]) -> tuple[list[Said], int]:
    """Short lists told as one sentence, and how many lists were passed over."""
    found, unchanged = [], 0
    for page in pages:
        for cut in page.passages():
            if cut.kind not in ("steps", "bullets"):
                continue
            items = page.text[cut.start : cut.end].rpartition("\n\n")[2].split("\n")
            if len(found) < MOST and _tellable(items):
                found.append(Said(in_prose(items, cut.kind == "steps"), page))
            else:
                unchanged += 1
    return found, unchanged


def _tellable(items: Sequence[str]) -> bool:
    """A few short items, none of them more than one sentence."""
    words = sum(len(item.split()) for item in items)
    whole = not any(re.search(r"[.!?:] ", item) for item in items)
    return len(items) in LIST_ITEMS and LEAST_WORDS <= words <= MOST_WORDS and whole


def _foreign(sentences: Sequence[Said]) -> tuple[list[Said], int]:
    """Sentences unchanged, each held against another page; passed over where that page says them too."""
    draw, found, unchanged = _draw("foreign"), [], 0
    for said in sentences[:MOST]:
        other = draw.choice(sentences).page
        if said.text in other.text:
            unchanged += 1
        else:
            found.append(Said(said.text, other))
    return found, unchanged


def _faithful(emit: Emit, kinds: Mapping[str, tuple[list[Said], int]]) -> None:
    for kind, (found, unchanged) in kinds.items():
        _put(emit, "faithful_kept", found, unchanged, kind=kind)
    everything = [said for found, _ in kinds.values() for said in found]
    _put(emit, "faithful_kept", everything, sum(unchanged for _, unchanged in kinds.values()), kind="all")


def _let_through(emit: Emit, fault: str, found: Sequence[Said], unchanged: int) -> None:
    _put(emit, "let_through", found, unchanged, fault=fault)


def _put(emit: Emit, name: str, found: Sequence[Said], unchanged: int, **fields: object) -> None:
    """Baseline: a sentence passes when the page has every word of it."""
    n = len(found)
    passed = sum(support.check(said.text, said.page.text).passes for said in found)
    words = sum(overlap(said.text, said.page.text) == 1.0 for said in found)
    low, high = of_share(passed, n) if n else (None, None)
    emit(
        SUITE, name, passed / n if n else None, n, low=low, high=high, model="shipped", unchanged=unchanged,
        baseline="every_word_there", baseline_value=words / n if n else None,
        why=None if n else "no sentence of the articles can be changed so", **fields,
    )  # fmt: skip


def _quotes(emit: Emit, pages: Sequence[Ingested]) -> None:
    """Quotes as the product composes them of every passage: each must stand in its page; none with a fault
    may."""
    quoted = [(sentence, page) for page in pages for sentence in _composed(page)]
    held = sum(_stands(sentence, page) for sentence, page in quoted)
    why = None if quoted else "no passage to quote"
    emit(
        SUITE,
        "quotes_verbatim",
        held / len(quoted) if quoted else None,
        len(quoted),
        model="shipped",
        why=why,
    )
    _draw("quotes").shuffle(quoted)
    for fault, change in FAULTS.items():
        draw = _draw(f"quote {fault}")
        turned = [
            (replace(sentence, text=text), page)
            for sentence, page in quoted
            if (text := change(sentence.text, draw)) is not None and text not in page.text
        ][:MOST]
        through = sum(_stands(sentence, page) for sentence, page in turned)
        share, why = (through / len(turned), None) if turned else (None, "no quote can be changed so")
        emit(SUITE, "quote_let_through", share, len(turned), fault=fault, model="shipped", why=why)


def _composed(page: Ingested) -> Iterator[Sentence]:
    for cut in page.passages():
        passage = Passage(
            page.vendor_id, page.version, cut.start, cut.end, page.text[cut.start : cut.end], page.title,
            page.url, page.updated_at, cut.heading or page.section, cut.kind, cut.own_time, page.locale,
        )  # fmt: skip
        yield from cite.compose((Candidate(passage, 1.0, 1.0, 1.0),), p_right=None).sentences


def _stands(sentence: Sentence, page: Ingested) -> bool:
    return not cite.verify(Answer((sentence,), (), None), {(page.vendor_id, page.version): page.text})


def _draw(kind: str) -> random.Random:
    """Each kind draws for itself: one more of them moves no other's figure."""
    return random.Random(f"{SEED} {kind}")
