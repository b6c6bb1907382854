"""The search index of one snapshot: FAISS over passages, BM25 over their smaller pieces, in files that
processes of one host share.

A directory is written beside its place and renamed when complete, and never changed afterwards; a manifest
holds every file's hash. Nothing in it is pickled.
"""
from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.store.articles import ArticleVersion, StoredPassage
from app.store.snapshots import Snapshot
from workers.knowledge.models import sha256_of
from workers.knowledge.passages import Cut, lexical_spans, together
from workers.knowledge.terms import language_of, terms

FORMAT = 1
# Passages; above it stored in half precision, which loses nothing (the rows are float16) and is read a third
# faster.
FLAT_UP_TO = 4_000
SAMPLE = 1_000
K1, B = 1.2, 0.75


class IndexUnusable(Exception):
    """The index files cannot be used, or its rows are not all there; it is built again from the rows."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One article of the index. Its passages are `first` up to the next article's `first`."""

    article: str
    version: str
    title: str
    text: str
    url: str | None
    updated_at: int
    section: str
    locale: str


class Index:
    """An open index. Passages are numbered by article and place; pieces for word search are numbered by
    passage."""

    def __init__(self, directory: Path) -> None:
        """Open the files; raises IndexUnusable when one is missing, altered or of another format or width."""
        import bm25s
        import faiss

        manifest = _checked(directory)
        faiss.omp_set_num_threads(1)
        self.snapshot: str = manifest["snapshot"]
        self.model: str = manifest["model"]
        self.width: int = manifest["width"]
        shown = json.loads((directory / "articles.json").read_text("utf-8"))
        self.articles = [Listed(*row) for row in shown["articles"]]
        self.pieces = [Cut(*row) for row in shown["passages"]]
        self._runs: dict[int, Sequence[tuple[int, int, Cut]]] = {}
        self.languages: list[str] = shown["languages"]
        self.by_id = {a.article: n for n, a in enumerate(self.articles)}
        with np.load(directory / "numbers.npz", allow_pickle=False) as numbers:
            self.article_of: NDArray[np.int32] = numbers["article_of"]  # of each passage
            # of each article, and one past the end
            self.first_passage: NDArray[np.int32] = numbers["first_passage"]
            # of each passage, and one past the end
            self.first_chunk: NDArray[np.int32] = numbers["first_chunk"]
            # (start, end) of each chunk in its article's text
            self.chunk_spans: NDArray[np.int32] = numbers["chunk_spans"]
        self.dense: Any = None
        self.sample: Any = None  # evenly spaced passages, for the least cosine of a question
        self.words: Any = None
        if self.pieces:
            # Mapped, not read: worker processes of one host share the pages.
            self.dense = faiss.read_index(str(directory / "dense.faiss"), faiss.IO_FLAG_MMAP_IFC)
            if self.dense.d != self.width or self.dense.ntotal != len(self.pieces):
                raise IndexUnusable(f"{directory}: the vectors do not fit the passages")
            self.sample = faiss.IndexFlatIP(self.width)
            self.sample.add(
                self.dense.reconstruct_batch(np.arange(0, len(self.pieces), -(-len(self.pieces) // SAMPLE)))
            )
            self.words = bm25s.BM25.load(directory / "words", mmap=True, show_progress=False)
            self.found_in: NDArray[np.int64] = np.diff(self.words.scores["indptr"])  # chunks a term stands in

    @property
    def empty(self) -> bool:
        return not self.pieces

    def passages_of(self, article: int) -> range:
        return range(int(self.first_passage[article]), int(self.first_passage[article + 1]))

    def runs_of(self, article: int) -> Sequence[tuple[int, int, Cut]]:
        """The article's passages in runs to be quoted whole, as `together` gives them; worked out when first
        asked for."""
        if article not in self._runs:
            numbers = self.passages_of(article)
            self._runs[article] = tuple(
                together(self.articles[article].text, self.pieces[numbers.start : numbers.stop])
            )
        return self._runs[article]

    def chunk_text(self, chunk: int, article: int) -> str:
        start, end = self.chunk_spans[chunk]
        return self.articles[article].text[start:end]


def build(
    directory: Path,
    snapshot: Snapshot,
    width: int,
    versions: Sequence[ArticleVersion],
    passages: Sequence[StoredPassage],
) -> None:
    """Write the index of a snapshot into `directory`, which appears complete or not at all.

    Raises IndexUnusable when a version is missing or a passage has no vector of the snapshot's model.
    """
    by_pair: dict[tuple[str, str], list[StoredPassage]] = {}
    for passage in passages:
        by_pair.setdefault((passage.article, passage.version), []).append(passage)
    if {(v.article, v.version) for v in versions} != set(snapshot.members):
        raise IndexUnusable(
            f"snapshot {snapshot.id} names versions that are not in the store: sync the knowledge again"
        )
    if any(p.model != snapshot.model or len(p.vector) != 2 * width for p in passages):
        raise IndexUnusable(
            f"passages of snapshot {snapshot.id} have vectors of another model: sync the knowledge again"
        )
    directory.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=directory.parent, prefix=".building-"))
    try:
        _write(made, snapshot, width, versions, by_pair)
        try:
            made.rename(directory)
        except OSError:
            if not directory.exists():
                raise
            # Somebody else was first: the two are equal, theirs stays.
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _write(
    made: Path,
    snapshot: Snapshot,
    width: int,
    versions: Sequence[ArticleVersion],
    by_pair: dict[tuple[str, str], list[StoredPassage]],
) -> None:
    # An article without text has nothing to quote: it is in the snapshot, and found by nothing.
    shown = [v for v in versions if by_pair.get((v.article, v.version))]
    pieces = [p for v in shown for p in by_pair[v.article, v.version]]
    text_of = {(v.article, v.version): v for v in shown}
    chunks: list[tuple[int, int]] = []
    corpus: list[list[str]] = []
    first_chunk = [0]
    for piece in pieces:
        version = text_of[piece.article, piece.version]
        language = language_of(version.locale)
        front = terms(f"{version.title} {piece.heading}", language)
        for start, end in lexical_spans(version.text, piece.start, piece.end):
            chunks.append((start, end))
            corpus.append(front + terms(version.text[start:end], language))
        first_chunk.append(len(chunks))
    counts = [len(by_pair[v.article, v.version]) for v in shown]
    np.savez(
        made / "numbers.npz",
        article_of=np.repeat(np.arange(len(shown), dtype=np.int32), counts),
        first_passage=np.concatenate([[0], np.cumsum(counts)]).astype(np.int32),
        first_chunk=np.array(first_chunk, dtype=np.int32),
        chunk_spans=np.array(chunks, dtype=np.int32).reshape(-1, 2),
    )
    listed = [
        (v.article, v.version, v.title, v.text, v.url, v.updated_at, v.section, v.locale) for v in shown
    ]
    rows = [(p.start, p.end, p.kind, p.heading, bool(p.own_time)) for p in pieces]
    languages = sorted({language_of(v.locale) for v in shown})
    (made / "articles.json").write_text(
        json.dumps({"articles": listed, "passages": rows, "languages": languages}, ensure_ascii=False),
        "utf-8",
    )
    if pieces:
        _write_vectors(made / "dense.faiss", width, pieces)
        _write_words(made / "words", corpus)
    files = sorted(p.relative_to(made).as_posix() for p in made.rglob("*") if p.is_file())
    manifest = {
        "format": FORMAT, "snapshot": snapshot.id, "model": snapshot.model, "width": width,
        "files": {name: sha256_of(made / name) for name in files},
    }
    (made / "manifest.json").write_text(json.dumps(manifest, indent=1), "utf-8")


def _write_vectors(file: Path, width: int, pieces: Sequence[StoredPassage]) -> None:
    import faiss

    vectors = (
        np.frombuffer(b"".join(p.vector for p in pieces), dtype=np.float16)
        .reshape(len(pieces), width)
        .astype(np.float32)
    )
    if len(pieces) <= FLAT_UP_TO:
        index: faiss.Index = faiss.IndexFlatIP(width)
    else:
        index = faiss.IndexScalarQuantizer(width, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
        index.train(vectors)
    index.add(vectors)
    faiss.write_index(index, str(file))


def _write_words(directory: Path, corpus: Sequence[list[str]]) -> None:
    import bm25s

    vocabulary: dict[str, int] = {}
    ids = [[vocabulary.setdefault(term, len(vocabulary)) for term in chunk] for chunk in corpus]
    if not vocabulary:
        vocabulary[""] = 0  # texts of stop words alone
    words = bm25s.BM25(k1=K1, b=B)
    words.index((ids, vocabulary), show_progress=False)
    words.save(directory, show_progress=False)


def _checked(directory: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((directory / "manifest.json").read_text("utf-8"))
        if manifest["format"] != FORMAT:
            raise IndexUnusable(f"{directory} is of another format")
        for name, expected in manifest["files"].items():
            if sha256_of(directory / name) != expected:
                raise IndexUnusable(f"{directory / name} was altered")
    except (OSError, ValueError, KeyError) as error:
        raise IndexUnusable(f"{directory} is not a complete index ({type(error).__name__})") from error
    return manifest


def discard(directory: Path) -> None:
    """Take a directory away in one step, then delete it: no process opens half of it."""
    grave = directory.with_name(f".discarded-{os.getpid()}-{directory.name}")
    try:
        directory.rename(grave)
    except FileNotFoundError:
        return
    shutil.rmtree(grave, ignore_errors=True)
