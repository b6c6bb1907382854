"""A help centre of a few articles, a database and an embedder without a model."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.store import articles, sources
from app.store.database import DEFAULT_TENANT, Database
from app.store.sources import SourceRow
from app.store.tables import metadata
from connectors.clock import SetClock
from connectors.records import Article
from workers.knowledge.embed import HashEmbedder
from workers.knowledge.search import Searcher
from workers.knowledge.sync import SyncResult, sync

RETURNS = """
<h2>What you can return</h2><p>You can return shoes within 30 days of delivery if they are unworn. Try them on indoors, on carpet.</p>
<h2>How to return</h2><p>To print a label:</p>
<ol><li>Open <b>Your orders</b>.</li><li>Choose the pair and select Return an item.</li><li>Print the label.</li></ol>
"""
REFUNDS = (
    "<p>Refunds reach your card 5 to 7 working days after we receive the parcel. We refund the price "
    "you paid.</p>"
)
STAFF = (
    "<p>A goodwill voucher of up to 20 pounds may be given for a late parcel. Note the reason in the "
    "ticket.</p>"
)
CONTACT = (
    "<p>Write to us from any page of the shop. We reply to every message within 24 hours. "
    "Please name your order number and what has gone wrong, so that nobody has to ask again.</p>"
)


def article(
    vendor_id: str, title: str, html: str, *, public: bool = True, locale: str = "en", url: str | None = None
) -> Article:
    return Article(vendor_id, title, html, public, 1_700_000_000_000_000, locale, url)


@dataclass
class HelpCentre:
    """A source that holds what the test puts there."""

    held: dict[str, Article] = field(default_factory=dict)
    breaks: bool = False

    def put(self, *given: Article) -> None:
        self.held.update({a.id: a for a in given})

    def article(self, article_id: str) -> Article | None:
        return self.held.get(article_id)

    def articles(self) -> Iterator[Article]:
        yield from self.held.values()
        if self.breaks:
            raise ConnectionError("the desk hung up")


@dataclass
class Library:
    """One tenant's knowledge: sync it, search it."""

    db: Database
    var: Path
    source: HelpCentre
    row: SourceRow
    embedder: HashEmbedder
    clock: SetClock

    def sync(self) -> SyncResult:
        self.clock.advance(1)
        return sync(self.db, DEFAULT_TENANT, self.row, self.source, self.embedder, self.clock)

    def searcher(self) -> Searcher:
        return Searcher(self.db, DEFAULT_TENANT, self.var, self.embedder)

    def id_of(self, vendor_id: str) -> str:
        with self.db.read() as conn:
            return articles.known(conn, DEFAULT_TENANT, self.row.id)[vendor_id].id


@pytest.fixture
def knowledge_url(tmp_path: Path) -> str:
    """SQLite; a module that tests the store says otherwise."""
    return f"sqlite:///{tmp_path}/knowledge.db"


@pytest.fixture
def make_library(tmp_path: Path, knowledge_url: str) -> Iterator[Callable[[], Library]]:
    made: list[Library] = []

    def make() -> Library:
        db = Database(knowledge_url)
        metadata.create_all(db.engine)
        row = SourceRow("shop", "jsonl", None, "", None)
        with db.write() as conn:
            sources.add(conn, DEFAULT_TENANT, row, 0)
        made.append(
            Library(db, tmp_path / "var", HelpCentre(), row, HashEmbedder(), SetClock(1_800_000_000_000_000))
        )
        return made[-1]

    yield make
    for library in made:
        library.db.close()


@pytest.fixture
def shop(make_library: Callable[[], Library]) -> Library:
    """A synced shop: two public articles, one for agents, one that states how fast the shop answers."""
    library = make_library()
    library.source.put(
        article("returns", "Returning an item", RETURNS),
        article("refunds", "When refunds arrive", REFUNDS),
        article("goodwill", "Internal: goodwill vouchers", STAFF),
        article("contact", "How to write to us", CONTACT),
    )
    library.sync()
    return library
