"""One article of a source -> the version and passages we keep. Pure: equal articles give equal hashes, on
every machine."""
from __future__ import annotations

import hashlib
from dataclasses import dataclass

from connectors.bounds import check_article
from connectors.clean import carriable, visible
from connectors.records import Article
from connectors.sources import marked_internal
from workers.knowledge.passages import Cut, cut
from workers.knowledge.plaintext import Block, plain_text


@dataclass(frozen=True, slots=True)
class Ingested:
    """An article as we store it. `version` is 12 hex digits over title, text, visibility, kind and url: equal
    content, equal version."""

    vendor_id: str
    version: str
    title: str
    text: str
    public: bool
    locale: str
    section: str
    kind: str
    url: str | None
    updated_at: int
    blocks: tuple[Block, ...]

    def passages(self) -> tuple[Cut, ...]:
        """Its passages, cut when asked: most articles of a sync have not changed."""
        return cut(self.text, self.blocks)


def ingest(article: Article) -> Ingested:
    """Read one article. A title marked internal is never public; an article without text has no passages and
    is found by nothing. Raises RowError for one that could not be kept or shown."""
    check_article(article)
    title = " ".join(visible(carriable(article.title)).split())
    text, blocks = plain_text(article.html)
    public = article.public and not marked_internal(title)
    return Ingested(
        vendor_id=article.id,
        version=version_of(title, text, public, article.kind, article.url),
        title=title,
        text=text,
        public=public,
        locale=article.locale.lower().replace("_", "-"),
        section=" ".join(visible(carriable(article.section)).split()),
        kind=article.kind,
        url=article.url,
        updated_at=article.updated_at,
        blocks=blocks,
    )


def version_of(title: str, text: str, public: bool, kind: str, url: str | None) -> str:
    parts = (title, text, "public" if public else "agents", kind, url or "")
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()[:12]


def embedded_text(title: str, heading: str, passage: str) -> str:
    """What the vector of a passage is made from: the title in front of every passage (measured: +1 to +4
    points), its heading, its text."""
    return "\n".join(part for part in (title, heading, passage) if part)


def text_hash(embedded: str) -> str:
    """Equal hash and equal model: the vector is known, nothing is embedded again."""
    return hashlib.sha256(embedded.encode("utf-8", "replace")).hexdigest()
