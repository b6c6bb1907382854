"""The stored article texts that a verdict or a page points at."""
from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select, tuple_

from app.store.tables import articles, versions

CONTEXT = 220  # characters shown at most on each side of a quoted span


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """One immutable version of an article. `blocks` are (start, end, kind, heading) into `text`."""

    article: str
    version: str
    title: str
    text: str
    url: str | None
    public: bool
    locale: str
    section: str
    blocks: tuple[tuple[int, int, str, str], ...]
    updated_at: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A quoted span with the text around it, cut at words."""

    before: str
    quote: str
    after: str


def load(
    connection: Connection, tenant: str, wanted: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], StoredVersion]:
    """The versions by (article, version); what is not there is left out."""
    pairs = sorted(set(wanted))
    if not pairs:
        return {}
    query = select(versions).where(
        versions.c.tenant == tenant, tuple_(versions.c.article, versions.c.version).in_(pairs)
    )
    return {
        (r.article, r.version): StoredVersion(
            r.article,
            r.version,
            r.title,
            r.text,
            r.url,
            bool(r.public),
            r.locale,
            r.section,
            tuple((int(b[0]), int(b[1]), str(b[2]), str(b[3] or "")) for b in json.loads(r.blocks)),
            r.updated_at,
        )
        for r in connection.execute(query)
    }


def titles(
    connection: Connection, tenant: str, wanted: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], str]:
    """The titles alone, by (article, version), for lists."""
    pairs = sorted(set(wanted))
    query = select(versions.c.article, versions.c.version, versions.c.title).where(
        versions.c.tenant == tenant, tuple_(versions.c.article, versions.c.version).in_(pairs))
    return {(r.article, r.version): r.title for r in connection.execute(query)} if pairs else {}


def public_version(
    connection: Connection, tenant: str, article: str, version: str
) -> tuple[StoredVersion, StoredVersion | None] | None:
    """A version anyone may read, and the current one when that is newer; None when there is nothing for the
    public.

    Both the version and the article as it stands today must be public: an article that was taken back is gone
    in every version.
    """
    now = connection.execute(
        select(articles).where(articles.c.tenant == tenant, articles.c.id == article)
    ).first()
    if now is None or now.gone or not now.public:
        return None
    found = load(connection, tenant, [(article, version), (article, now.version)])
    asked = found.get((article, version))
    if asked is None or not asked.public:
        return None
    newer = found.get((article, now.version))
    return asked, (newer if newer is not None and newer.version != asked.version and newer.public else None)


def in_context(text: str, start: int, end: int) -> Shown:
    """The span with up to CONTEXT characters around it, never past a blank line."""
    before = text[max(0, start - CONTEXT):start].rsplit("\n\n", 1)[-1]
    after = text[end:end + CONTEXT].split("\n\n", 1)[0]
    if start > CONTEXT and len(before) == CONTEXT:
        before = "… " + before.split(" ", 1)[-1]
    if len(after) == CONTEXT and end + CONTEXT < len(text):
        after = after.rsplit(" ", 1)[0] + " …"
    return Shown(before, text[start:end], after)
