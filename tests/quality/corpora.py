"""One index a suite and one model a run: opened once, searched by every evaluator that asks for it.

A suite of the folder is known by its name; two more are made here: `helpcentre_all`, every suite's articles
in one index, and `demo_shop`, the demo's help centre with the questions written for it.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from app.store.tables import metadata
from connectors.contract import Knowledge
from connectors.records import Article
from connectors.sources import FolderSource, JsonlSource
from demo.scenes import HELP_CENTRE
from tests.emit import say
from tests.quality.rows import Row, read, read_or_none
from workers.knowledge.embed import Embedder, LazyEmbedder, Vectors
from workers.knowledge.fit import Corpus

BANK = "helpcentre_bank"  # its gold articles are mostly staff procedures: searched as an agent would
ALL = "helpcentre_all"
DEMO = "demo_shop"
FOREIGN = ("intent_clinc150", "intent_banking77oos")
QUESTIONS = HELP_CENTRE.parent / "questions"
OWN = Path(__file__).parent / "own"


def help_centres(data: Path) -> list[str]:
    """The suites of single questions that lie in the folder, by name; `helpcentre_all` behind them when
    there is more than one corpus."""
    found = [
        p.parent.name
        for p in sorted(data.glob("helpcentre_*/articles.jsonl"))
        if (p.parent / "eval.jsonl").exists()
    ]
    return [*found, ALL] if found and len(_with_articles(data)) > 1 else found


def conversations(data: Path) -> list[str]:
    return [
        p.parent.name
        for p in sorted(data.glob("conversation_*/articles.jsonl"))
        if (p.parent / "eval.jsonl").exists()
    ]


def foreign_to(name: str) -> tuple[str, ...]:
    """The sets whose questions are none of this desk's business. The bank's pages are in the one index of
    all, too."""
    return FOREIGN[:1] if name in (BANK, ALL) else FOREIGN


def visibility_of(name: str) -> str:
    return "agents" if name == BANK else "public"


def rows_of(data: Path, name: str, part: str = "eval") -> list[Row]:
    """The suite's rows of `eval` or `valid`; none where it has no such file.

    Those of `helpcentre_all` are the questions of the suites that are searched as a customer searches,
    their articles under the ids of the one index.
    """
    if name == DEMO:
        return read(QUESTIONS / f"{part}.jsonl")
    if name != ALL:
        return read_or_none(data / name / f"{part}.jsonl")
    suites = [one for one in help_centres(data) if visibility_of(one) == "public" and one != ALL]
    return [
        {**row, "id": _joint(one, row["id"]), "article_ids": [_joint(one, a) for a in row["article_ids"]]}
        for one in suites
        for row in rows_of(data, one, part)
    ]


def articles_of(data: Path, name: str) -> list[Row]:
    """The suite's articles as they lie in its file."""
    if name != ALL:
        return read(data / name / "articles.jsonl")
    return [
        {**row, "id": _joint(one, row["id"])}
        for one in _with_articles(data)
        for row in read(data / one / "articles.jsonl")
    ]


@cache
def corpus(data: Path, name: str, var: Path) -> Corpus:
    """The suite's articles, synced by the product into a database of their own below `var`, and a searcher
    on them."""
    folder = var / "quality" / name
    _clear_other_tables(folder)
    source = _source(data, name)
    made = Corpus(source, embedder(var), folder)
    for bad in getattr(source, "bad_rows", ()):
        say(f"left out: {bad}")
    say(f"{name}: {len(made.vendor_of)} articles, {made.synced.embedded} passages new to its index")
    return made


@cache
def embedder(var: Path) -> Embedder:
    return Remembering(LazyEmbedder("bundled", var / "models", say))


class Remembering:
    """An embedder that embeds a text once in a run: two evaluators ask the same questions, and
    `helpcentre_all` has every suite's pages."""

    def __init__(self, inner: Embedder) -> None:
        self._inner = inner
        self._known: dict[str, Vectors] = {}

    @property
    def model_id(self) -> str:
        return self._inner.model_id

    @property
    def width(self) -> int:
        return self._inner.width

    def embed(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        return self._remembered(texts, self._inner.embed, progress)

    def embed_many(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        return self._remembered(texts, self._inner.embed_many, progress)

    def embed_peaks(self, texts: Sequence[str]) -> Vectors:
        return self._inner.embed_peaks(texts)

    def _remembered(
        self, texts: Sequence[str], embed: Any, progress: Callable[[int], None] | None
    ) -> Vectors:
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known.update(zip(new, embed(new, progress), strict=True))
        return np.array([self._known[text] for text in texts], dtype=np.float32).reshape(
            len(texts), self.width
        )


class _Together:
    """Several files of articles as one source; an id says which file it came from."""

    def __init__(self, files: Sequence[Path]) -> None:
        self._sources = [(file.parent.name, JsonlSource(file)) for file in files]

    @property
    def bad_rows(self) -> list[Any]:
        return [bad for _, source in self._sources for bad in source.bad_rows]

    def article(self, article_id: str) -> Article | None:
        return next((a for a in self.articles() if a.id == article_id), None)

    def articles(self) -> Iterator[Article]:
        for name, source in self._sources:
            for article in source.articles():
                yield replace(article, id=_joint(name, article.id))


def _source(data: Path, name: str) -> Knowledge:
    if name == DEMO:
        return FolderSource(HELP_CENTRE)
    if name == ALL:
        return _Together([data / one / "articles.jsonl" for one in _with_articles(data)])
    return JsonlSource(data / name / "articles.jsonl")


def _with_articles(data: Path) -> list[str]:
    return [p.parent.name for p in sorted(data.glob("*/articles.jsonl"))]


def _joint(suite: str, one: str) -> str:
    return f"{suite}/{one}"


def _clear_other_tables(folder: Path) -> None:
    """The folder outlives releases, its database is not migrated: one with other tables than ours is made
    anew."""
    columns = sorted(
        f"{table.name}.{column.name} {column.type!r}"
        for table in metadata.tables.values()
        for column in table.columns
    )
    ours, stamp = hashlib.sha256("\n".join(columns).encode()).hexdigest(), folder / "tables"
    if not stamp.exists() or stamp.read_text("ascii") != ours:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        stamp.write_text(ours, "ascii")
