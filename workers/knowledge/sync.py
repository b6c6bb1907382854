"""Bringing what a source holds now into the store, and naming the snapshot that is searched from then on.

Rows are the truth. A run that changes nothing embeds nothing and writes no snapshot; one that breaks off
leaves what was current before.
"""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import Protocol

import numpy as np
from sqlalchemy import Connection

from app.store import articles, snapshots, sources
from app.store.articles import ArticleVersion, Copy, Known, StoredPassage
from app.store.database import Database
from app.store.ids import new_id
from app.store.sources import SourceRow
from connectors.badrows import BadRow, RowError, RowReader, bad_row, desk_place
from connectors.clock import Clock
from connectors.contract import Knowledge
from connectors.records import Article
from workers.knowledge.embed import Embedder
from workers.knowledge.ingest import Ingested, embedded_text, ingest, text_hash
from workers.knowledge.passages import Cut

SHOWN_BAD_ROWS = 50  # by name; the others are counted
ROWS_AT_ONCE = 50  # versions in one transaction: deliveries must not wait long for the database
TOLD_EVERY = 64  # articles or passages between two words of progress: each may be a write


class Progress(Protocol):
    def __call__(self, step: str, done: int, total: int | None) -> None:
        """Told often: `step` is reading | embedding | storing; `total` is None while it is not known."""
        ...


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What one sync did, in articles; `embedded` counts passages. `bad_rows` were left out, each with its
    reason."""

    added: int
    changed: int
    gone: int
    unchanged: int
    embedded: int
    bad_rows: tuple[BadRow, ...] = ()

    @property
    def changes(self) -> int:
        return self.added + self.changed + self.gone


@dataclass(frozen=True, slots=True)
class _Reading:
    """What was read of a source, by the source's own ids, beside what the store knew before. `read_at`: when
    the reading began, for a page may be withdrawn while the others are read."""

    source: str
    read_at: int
    read: dict[str, Ingested]
    before: Mapping[str, Known]
    ids: dict[str, str] = field(default_factory=dict)


def quiet(step: str, done: int, total: int | None) -> None:
    """For callers who show nothing."""


def sync(
    db: Database,
    tenant: str,
    source_row: SourceRow,
    source: Knowledge,
    embedder: Embedder,
    clock: Clock,
    progress: Progress = quiet,
) -> SyncResult:
    """Make the store hold what the source holds. Raises what the source raises (SourceError, ConnectorError):
    then nothing has changed.

    An article that is not in the source any more is gone from search at once; its versions stay, for
    citations.
    """
    rows, read_at = RowReader(), clock()
    read = _read(source.articles(), rows, progress)
    with db.read() as conn:
        before = articles.known(conn, tenant, source_row.id)
    reading = _Reading(source_row.id, read_at, read, before)
    embedded = _store(db, tenant, reading, rows, embedder, clock, progress)
    result = _count(before, read, embedded, (*getattr(source, "bad_rows", ()), *rows.bad))
    _make_current(db, tenant, reading, embedder, clock, result)
    return result


def sync_article(
    db: Database,
    tenant: str,
    copy: Copy,
    source: Knowledge,
    embedder: Embedder,
    clock: Clock,
) -> None:
    """Make the store hold one article as its source has it now, in one question to it: what has changed is
    quoted anew, what is withdrawn is gone from search at once. Raises as `sync` does."""
    rows, read_at = RowReader(), clock()
    found = source.article(copy.vendor_id)
    read = _read(iter(() if found is None else (found,)), rows, quiet)
    # Where it stands in the help centre is not told with a single article.
    read = {vendor: replace(a, section=a.section or copy.section) for vendor, a in read.items()}
    with db.read() as conn:
        known = articles.known(conn, tenant, copy.source.id)
    before = {vendor: old for vendor, old in known.items() if vendor == copy.vendor_id}
    reading = _Reading(copy.source.id, read_at, read, before)
    _store(db, tenant, reading, rows, embedder, clock, quiet)
    _make_current(db, tenant, reading, embedder, clock, None)


def _store(
    db: Database,
    tenant: str,
    reading: _Reading,
    rows: RowReader,
    embedder: Embedder,
    clock: Clock,
    progress: Progress,
) -> int:
    """Store the versions that are new to us; what cannot be cut into passages is taken out of `reading`.
    Returns how many passages were embedded."""
    read, before = reading.read, reading.before
    with db.read() as conn:
        embedded_already = articles.with_vectors_of(conn, tenant, embedder.model_id, reading.source)
    reading.ids.update({vendor: (before[vendor].id if vendor in before else new_id()) for vendor in read})
    fresh = {
        vendor: article for vendor, article in read.items()
        if vendor not in before or before[vendor].version != article.version
        or (before[vendor].id, article.version) not in embedded_already
    }
    cuts = _cut(fresh, rows)
    for vendor in fresh.keys() - cuts.keys():
        del read[vendor], fresh[vendor]
    return _store_versions(db, tenant, reading.ids, fresh, cuts, embedder, clock, progress)


def _read(articles_now: Iterator[Article], rows: RowReader, progress: Progress) -> dict[str, Ingested]:
    read: dict[str, Ingested] = {}
    closed: set[str] = set()
    for article in articles_now:
        file, line = article.stands if article.stands[0] else (desk_place({"id": article.id}), 0)
        ingested = next(rows.read(file, line, partial(ingest, article)), None)
        if ingested is None:
            closed.add(article.id)
        elif article.id in read:
            twice = RowError(f"id: {article.id!r} stands twice in the source; one was left out")
            rows.bad.append(bad_row(file, line, twice))
            # The more careful of the two stays: nothing becomes public by an accident of order.
            if read[article.id].public and not ingested.public:
                read[article.id] = ingested
        else:
            read[article.id] = ingested
        if len(read) % TOLD_EVERY == 0:
            progress("reading", len(read), None)
    # Of two with one id of which one cannot be read, that one may be the one that is not for everybody.
    return {vendor: article for vendor, article in read.items() if not (vendor in closed and article.public)}


def _cut(fresh: Mapping[str, Ingested], rows: RowReader) -> dict[str, tuple[Cut, ...]]:
    return {
        vendor: passages
        for vendor, article in fresh.items()
        for passages in rows.read(desk_place({"id": vendor}), 0, article.passages)
    }


def _store_versions(
    db: Database,
    tenant: str,
    ids: Mapping[str, str],
    fresh: Mapping[str, Ingested],
    cuts: Mapping[str, tuple[Cut, ...]],
    embedder: Embedder,
    clock: Clock,
    progress: Progress,
) -> int:
    """Store the versions with their vectors; nothing points at them yet. Returns how many passages were
    embedded."""
    texts: dict[str, str] = {}
    hashes: dict[str, list[str]] = {}
    for vendor, article in fresh.items():
        of_article = [
            embedded_text(article.title, p.heading, article.text[p.start : p.end]) for p in cuts[vendor]
        ]
        hashes[vendor] = [text_hash(t) for t in of_article]
        texts.update(zip(hashes[vendor], of_article, strict=True))
    with db.read() as conn:
        vectors = articles.vectors_by_hash(conn, tenant, embedder.model_id, texts)
    missing = [h for h in texts if h not in vectors]
    if missing:
        made = embedder.embed_many(
            [texts[h] for h in missing], lambda done: _tell(progress, done, len(missing))
        )
        vectors.update(zip(missing, (row.tobytes() for row in made.astype(np.float16)), strict=True))
    waiting = list(fresh.items())
    for at in range(0, len(waiting), ROWS_AT_ONCE):
        with db.write() as conn:
            for vendor, article in waiting[at:at + ROWS_AT_ONCE]:
                articles.put_version(
                    conn,
                    tenant,
                    _version_row(ids[vendor], article),
                    _passage_rows(
                        ids[vendor], article.version, cuts[vendor], hashes[vendor], vectors, embedder.model_id
                    ),
                    clock(),
                )
        progress("storing", min(at + ROWS_AT_ONCE, len(waiting)), len(waiting))
    return len(missing)


def _tell(progress: Progress, done: int, total: int) -> None:
    if done % TOLD_EVERY == 0 or done == total:
        progress("embedding", done, total)


def _make_current(
    db: Database,
    tenant: str,
    reading: _Reading,
    embedder: Embedder,
    clock: Clock,
    result: SyncResult | None,
) -> None:
    """`result` is None for one article that was asked for alone."""
    source, read_at, now = reading.source, reading.read_at, clock()
    with db.write() as conn:
        sources.every(conn, tenant, lock=True)
        for vendor, article in reading.read.items():
            present = Known(reading.ids[vendor], vendor, article.version, article.public, gone=False)
            if result is None or reading.before.get(vendor) != present:
                articles.make_current(conn, tenant, source, present, read_at)
        for vendor, old in reading.before.items():
            if vendor not in reading.read and not old.gone:
                articles.make_current(
                    conn, tenant, source, Known(old.id, vendor, old.version, old.public, gone=True), read_at
                )
        for visibility in snapshots.VISIBILITIES:
            _name_snapshot(conn, tenant, visibility, embedder.model_id, now)
        if result is not None:
            sources.synced(conn, tenant, source, read_at, shown(result))


def shown(result: SyncResult) -> dict[str, object]:
    """The result as people are shown it, on the page of the console and by the command."""
    return {
        **asdict(result),
        "bad_rows": [str(row) for row in result.bad_rows[:SHOWN_BAD_ROWS]],
        "left_out": len(result.bad_rows),
    }


def _name_snapshot(conn: Connection, tenant: str, visibility: str, model: str, now: int) -> None:
    members = tuple(articles.members(conn, tenant, public_only=visibility == snapshots.PUBLIC))
    newest = snapshots.newest(conn, tenant, visibility, model)
    if newest is not None and newest.members == members:
        return
    n_passages = articles.count_passages(conn, tenant, public_only=visibility == snapshots.PUBLIC)
    snapshots.add(
        conn, tenant, snapshots.Snapshot(new_id(), visibility, model, members, len(members), n_passages, now)
    )


def _count(
    before: Mapping[str, Known], read: Mapping[str, Ingested], embedded: int, bad_rows: tuple[BadRow, ...]
) -> SyncResult:
    there = {vendor: old for vendor, old in before.items() if not old.gone}
    changed = sum(
        vendor in there and there[vendor].version != article.version for vendor, article in read.items()
    )
    unchanged = sum(
        vendor in there and there[vendor].version == article.version for vendor, article in read.items()
    )
    return SyncResult(
        len(read) - changed - unchanged,
        changed,
        sum(v not in read for v in there),
        unchanged,
        embedded,
        bad_rows,
    )


def _version_row(article_id: str, article: Ingested) -> ArticleVersion:
    blocks = tuple((b.start, b.end, b.kind, b.heading) for b in article.blocks)
    return ArticleVersion(
        article_id,
        article.version,
        article.title,
        article.text,
        article.url,
        article.public,
        article.locale,
        article.section,
        article.kind,
        blocks,
        article.updated_at,
    )


def _passage_rows(
    article_id: str,
    version: str,
    cuts: Sequence[Cut],
    hashes: list[str],
    vectors: Mapping[str, bytes],
    model: str,
) -> list[StoredPassage]:
    return [
        StoredPassage(
            article_id, version, p.start, p.end, p.kind, p.heading, p.own_time, h, model, vectors[h]
        )
        for p, h in zip(cuts, hashes, strict=True)
    ]
