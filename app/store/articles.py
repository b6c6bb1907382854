"""Articles, their versions and passages. Versions are never changed or removed while a citation may point at
them; what is current is said by `articles`, what was searched by `snapshots`.
"""
from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Table, and_, bindparam, delete, func, insert, or_, select, update

from app.store import sources as sources_store
from app.store.database import AnyRow
from app.store.sources import SourceRow
from app.store.tables import articles, passages, sources, versions

_MANY = 400  # values in one IN list: SQLite's limit is 999 in older builds


@dataclass(frozen=True, slots=True)
class ArticleVersion:
    """One version of one article as it was read. `blocks` are (start, end, kind, heading) into `text`."""

    article: str
    version: str
    title: str
    text: str
    url: str | None
    public: bool
    locale: str
    section: str
    kind: str
    blocks: tuple[tuple[int, int, str, str], ...]
    updated_at: int


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """One passage row. `vector` is float16 bytes, unit length, made by `model`."""

    article: str
    version: str
    start: int
    end: int
    kind: str
    heading: str
    own_time: bool
    text_hash: str
    model: str
    vector: bytes


@dataclass(frozen=True, slots=True)
class Known:
    """What the store holds of one article of a source."""

    id: str
    vendor_id: str
    version: str
    public: bool
    gone: bool


@dataclass(frozen=True, slots=True)
class Copy:
    """Our copy of an article that nothing was heard of for a while. `section` as it stands in the copy."""

    vendor_id: str
    section: str
    source: SourceRow


def known(conn: Connection, tenant: str, source: str) -> dict[str, Known]:
    """Every article the source ever had, by vendor id."""
    rows = conn.execute(
        select(articles.c.id, articles.c.vendor_id, articles.c.version, articles.c.public, articles.c.gone)
        .where(articles.c.tenant == tenant, articles.c.source == source)
    )
    return {r.vendor_id: Known(r.id, r.vendor_id, r.version, r.public, r.gone) for r in rows}


def put_version(
    conn: Connection, tenant: str, version: ArticleVersion, cut: Sequence[StoredPassage], now: int
) -> None:
    """Store a version and its passages; a version that is there already keeps its row and gets the passages'
    new vectors."""
    key = and_(versions.c.article == version.article, versions.c.version == version.version)
    if conn.execute(select(versions.c.version).where(key)).first() is None:
        conn.execute(
            insert(versions).values(
                article=version.article,
                version=version.version,
                tenant=tenant,
                title=version.title,
                text=version.text,
                url=version.url,
                public=version.public,
                locale=version.locale,
                section=version.section,
                kind=version.kind,
                blocks=json.dumps(version.blocks, ensure_ascii=False),
                updated_at=version.updated_at,
                created_at=now,
            )
        )
    conn.execute(
        delete(passages).where(passages.c.article == version.article, passages.c.version == version.version)
    )
    if cut:
        conn.execute(
            insert(passages),
            [
                {
                    "article": p.article,
                    "version": p.version,
                    "start": p.start,
                    "end": p.end,
                    "tenant": tenant,
                    "kind": p.kind,
                    "heading": p.heading,
                    "own_time": p.own_time,
                    "text_hash": p.text_hash,
                    "model": p.model,
                    "vector": p.vector,
                }
                for p in cut
            ],
        )


def make_current(conn: Connection, tenant: str, source: str, article: Known, now: int) -> None:
    """Say which version of the article is the present one (and whether it is gone)."""
    values = {"version": article.version, "public": article.public, "gone": article.gone, "seen_at": now}
    changed = conn.execute(
        update(articles).where(articles.c.tenant == tenant, articles.c.id == article.id).values(**values)
    )
    if changed.rowcount == 0:
        conn.execute(
            insert(articles).values(
                id=article.id, tenant=tenant, source=source, vendor_id=article.vendor_id, **values
            )
        )


def vectors_by_hash(conn: Connection, tenant: str, model: str, hashes: Iterable[str]) -> dict[str, bytes]:
    """The vectors already made by this model for these embedded texts."""
    found: dict[str, bytes] = {}
    for some in _slices(sorted(set(hashes))):
        rows = conn.execute(
            select(passages.c.text_hash, passages.c.vector)
            .where(passages.c.tenant == tenant, passages.c.model == model, passages.c.text_hash.in_(some))
        )
        found.update((r.text_hash, r.vector) for r in rows)
    return found


def with_vectors_of(conn: Connection, tenant: str, model: str, source: str) -> set[tuple[str, str]]:
    """(article, version) of the source's current versions whose passages all have vectors of this model."""
    current = and_(articles.c.id == passages.c.article, articles.c.version == passages.c.version)
    scope = and_(articles.c.tenant == tenant, articles.c.source == source)
    every = select(articles.c.id, articles.c.version).where(scope)
    foreign = (
        select(passages.c.article, passages.c.version)
        .join(articles, current)
        .where(scope, passages.c.model != model)
        .distinct()
    )
    return {(r[0], r[1]) for r in conn.execute(every)} - {(r[0], r[1]) for r in conn.execute(foreign)}


def members(conn: Connection, tenant: str, *, public_only: bool) -> list[tuple[str, str]]:
    """(article, version) of everything current, sorted; with `public_only` only what customers may read."""
    query = select(articles.c.id, articles.c.version).where(
        articles.c.tenant == tenant, articles.c.gone.is_(False)
    )
    if public_only:
        query = query.where(articles.c.public.is_(True))
    return sorted((r[0], r[1]) for r in conn.execute(query))


def count_passages(conn: Connection, tenant: str, *, public_only: bool) -> int:
    """How many passages `members` of the same arguments have."""
    query = (
        select(func.count())
        .select_from(
            passages.join(
                articles, and_(articles.c.id == passages.c.article, articles.c.version == passages.c.version)
            )
        )
        .where(articles.c.tenant == tenant, articles.c.gone.is_(False))
    )
    return conn.execute(query.where(articles.c.public.is_(True)) if public_only else query).scalar_one()


def version(conn: Connection, tenant: str, article: str, version_id: str) -> ArticleVersion | None:
    """One version, however old; None when there is no such version. The caller looks at `public` before
    showing it to a customer."""
    row = conn.execute(
        select(versions).where(
            versions.c.tenant == tenant, versions.c.article == article, versions.c.version == version_id
        )
    ).first()
    return _version(row) if row else None


def current(conn: Connection, tenant: str, article: str) -> ArticleVersion | None:
    """The present version; None when the article is gone or unknown."""
    row = conn.execute(
        select(versions)
        .join(articles, and_(articles.c.id == versions.c.article, articles.c.version == versions.c.version))
        .where(articles.c.tenant == tenant, articles.c.id == article, articles.c.gone.is_(False))
    ).first()
    return _version(row) if row else None


def no_longer_public(conn: Connection, tenant: str, pairs: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of the (article, version) pairs that may not be quoted to a customer any more: changed, gone,
    restricted or unknown."""
    asked = set(pairs)
    fine: set[tuple[str, str]] = set()
    for some in _slices(sorted({article for article, _ in asked})):
        rows = conn.execute(
            select(articles.c.id, articles.c.version).where(
                articles.c.tenant == tenant,
                articles.c.id.in_(some),
                articles.c.gone.is_(False),
                articles.c.public.is_(True),
            )
        )
        fine.update((r[0], r[1]) for r in rows)
    return asked - fine


def old_copies(conn: Connection, tenant: str, pairs: Iterable[tuple[str, str]], since: int) -> list[Copy]:
    """Of the (article, version) pairs those of which our copy is older: neither their source was read since
    then, nor they alone."""
    found: list[AnyRow] = []
    for some in _slices(sorted({article for article, _ in set(pairs)})):
        found += conn.execute(
            select(articles.c.vendor_id, articles.c.source, versions.c.section)
            .join(
                versions, and_(versions.c.article == articles.c.id, versions.c.version == articles.c.version)
            )
            .join(sources, sources.c.id == articles.c.source)
            .where(
                articles.c.tenant == tenant,
                articles.c.id.in_(some),
                articles.c.seen_at < since,
                or_(sources.c.synced_at.is_(None), sources.c.synced_at < since),
            )
        ).all()
    by_id = {row.id: row for row in sources_store.every(conn, tenant)} if found else {}
    return [Copy(r.vendor_id, r.section, by_id[r.source]) for r in found]


# Built once, for the text behind an answer is read for every ticket.
_OF_ARTICLES = {
    table: select(table).where(
        table.c.tenant == bindparam("of_tenant"),
        table.c.article.in_(bindparam("of_articles", expanding=True)),
    )
    for table in (versions, passages)
}


def versions_of(conn: Connection, tenant: str, pairs: Sequence[tuple[str, str]]) -> list[ArticleVersion]:
    """The versions of the pairs, sorted by (article, version). Unknown pairs are left out."""
    return sorted(
        (_version(r) for r in _of_pairs(conn, versions, tenant, pairs)), key=lambda v: (v.article, v.version),
    )


def passages_of(conn: Connection, tenant: str, pairs: Sequence[tuple[str, str]]) -> list[StoredPassage]:
    """The passages of the pairs, sorted by (article, version, start)."""
    found = [
        StoredPassage(
            r.article,
            r.version,
            r.start,
            r.end,
            r.kind,
            r.heading,
            r.own_time,
            r.text_hash,
            r.model,
            r.vector,
        )
        for r in _of_pairs(conn, passages, tenant, pairs)
    ]
    return sorted(found, key=lambda p: (p.article, p.version, p.start))


def own_time_passages(conn: Connection, tenant: str) -> list[tuple[ArticleVersion, str]]:
    """Current passages that state the company's own answering time, for the admin: (version, passage
    text)."""
    rows = conn.execute(
        select(passages.c.article, passages.c.version, passages.c.start, passages.c.end)
        .join(articles, and_(articles.c.id == passages.c.article, articles.c.version == passages.c.version))
        .where(articles.c.tenant == tenant, articles.c.gone.is_(False), passages.c.own_time.is_(True))
    ).all()
    by_pair = {
        (v.article, v.version): v
        for v in versions_of(conn, tenant, sorted({(r.article, r.version) for r in rows}))
    }
    return [(v, v.text[r.start:r.end]) for r in rows if (v := by_pair.get((r.article, r.version)))]


def _of_pairs(conn: Connection, table: Table, tenant: str, pairs: Sequence[tuple[str, str]]) -> list[AnyRow]:
    wanted = set(pairs)
    found: list[AnyRow] = []
    for some in _slices(sorted({article for article, _ in wanted})):
        rows = conn.execute(_OF_ARTICLES[table], {"of_tenant": tenant, "of_articles": some})
        found.extend(r for r in rows if (r.article, r.version) in wanted)
    return found


def _slices(values: Sequence[str]) -> Iterable[Sequence[str]]:
    return (values[at:at + _MANY] for at in range(0, len(values), _MANY))


def _version(row: AnyRow) -> ArticleVersion:
    blocks = tuple((int(b[0]), int(b[1]), str(b[2]), str(b[3])) for b in json.loads(row.blocks))
    return ArticleVersion(
        row.article,
        row.version,
        row.title,
        row.text,
        row.url,
        row.public,
        row.locale,
        row.section,
        row.kind,
        blocks,
        row.updated_at,
    )
