"""What a sync changes, embeds and leaves alone."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from app.store import articles, snapshots, sources
from app.store.database import DEFAULT_TENANT as TENANT
from tests.knowledge.conftest import REFUNDS, Library, article
from workers.knowledge.embed import HashEmbedder
from workers.knowledge.search import NotReady


@pytest.fixture
def knowledge_url(database_url: str) -> str:
    return database_url


def newest(library: Library, visibility: str) -> snapshots.Snapshot:
    with library.db.read() as conn:
        found = snapshots.newest(conn, TENANT, visibility, library.embedder.model_id)
    assert found is not None
    return found


def test_a_sync_without_changes_embeds_nothing_and_names_no_snapshot(shop: Library) -> None:
    before, embedded = newest(shop, "public"), shop.embedder.embedded
    result = shop.sync()
    assert (result.added, result.changed, result.gone, result.unchanged, result.embedded) == (0, 0, 0, 4, 0)
    assert shop.embedder.embedded == embedded
    assert newest(shop, "public") == before


def test_only_the_passages_that_changed_are_embedded_again(shop: Library) -> None:
    held = shop.source.held["returns"]
    shop.source.put(replace(held, html=held.html + "<h2>New</h2><p>A label costs nothing.</p>"))
    result = shop.sync()
    assert (result.changed, result.unchanged, result.embedded) == (1, 3, 1)


def test_an_article_that_left_the_source_is_gone_and_its_versions_stay(shop: Library) -> None:
    refunds = shop.id_of("refunds")
    with shop.db.read() as conn:
        was = articles.current(conn, TENANT, refunds)
    assert was is not None
    del shop.source.held["refunds"]
    assert shop.sync().gone == 1
    with shop.db.read() as conn:
        assert articles.current(conn, TENANT, refunds) is None
        assert articles.version(conn, TENANT, refunds, was.version) == was
        assert articles.no_longer_public(conn, TENANT, [(refunds, was.version)]) == {(refunds, was.version)}
    assert refunds not in {a for a, _ in newest(shop, "public").members}
    shop.source.put(article("refunds", "When refunds arrive", REFUNDS))
    back = shop.sync()
    assert (back.added, back.embedded) == (1, 0)
    with shop.db.read() as conn:
        assert articles.current(conn, TENANT, refunds) == was


def test_restricted_articles_are_in_the_agents_snapshot_only(shop: Library) -> None:
    goodwill = shop.id_of("goodwill")
    assert goodwill not in {a for a, _ in newest(shop, "public").members}
    assert goodwill in {a for a, _ in newest(shop, "agents").members}


def test_an_article_taken_back_is_not_public_before_its_next_send(shop: Library) -> None:
    pair = next(p for p in newest(shop, "public").members if p[0] == shop.id_of("returns"))
    with shop.db.read() as conn:
        assert articles.no_longer_public(conn, TENANT, [pair, ("unknown", "1")]) == {("unknown", "1")}
    shop.source.put(replace(shop.source.held["returns"], public=False))
    shop.sync()
    with shop.db.read() as conn:
        assert articles.no_longer_public(conn, TENANT, [pair]) == {pair}


def test_another_tenant_sees_none_of_it(shop: Library) -> None:
    pair = newest(shop, "public").members[0]
    with shop.db.read() as conn:
        assert articles.version(conn, "other", *pair) is None
        assert articles.no_longer_public(conn, "other", [pair]) == {pair}
        assert articles.members(conn, "other", public_only=False) == []


def test_a_source_that_breaks_off_changes_nothing(shop: Library) -> None:
    before = newest(shop, "agents")
    del shop.source.held["refunds"]
    shop.source.breaks = True
    with pytest.raises(ConnectionError):
        shop.sync()
    assert newest(shop, "agents") == before
    with shop.db.read() as conn:
        assert articles.current(conn, TENANT, shop.id_of("refunds")) is not None


def test_an_id_that_stands_twice_is_reported_and_the_restricted_one_wins(
    make_library: Callable[[], Library],
) -> None:
    library = make_library()

    class Twice:
        def articles(self):  # type: ignore[no-untyped-def]
            yield article("a", "Open", "<p>For everybody to read.</p>")
            yield article("a", "Closed", "<p>For agents to read.</p>", public=False)

    library.source = Twice()  # type: ignore[assignment]
    result = library.sync()
    assert [row.file for row in result.bad_rows] == ["article a"]
    assert newest(library, "public").members == ()


def test_a_new_model_embeds_everything_again_and_is_searched_from_then_on(shop: Library) -> None:
    shop.embedder = HashEmbedder(width=32)
    with pytest.raises(NotReady, match="knowledge sync"):
        shop.searcher().search("refund")
    result = shop.sync()
    assert (result.unchanged, result.changed) == (4, 0)
    assert result.embedded == shop.embedder.embedded > 0
    assert shop.searcher().search("When do refunds arrive?").candidates


def test_an_empty_help_centre_is_searched_and_says_so(make_library: Callable[[], Library]) -> None:
    library = make_library()
    library.sync()
    found = library.searcher().search("anything")
    assert (found.candidates, found.articles, found.p_right) == ((), 0, 0.0)


def test_progress_is_told_and_the_result_kept_with_the_source(shop: Library) -> None:
    with shop.db.read() as conn:
        [row] = sources.every(conn, TENANT)
    assert row.synced_at is not None
    assert '"added": 4' in (row.sync_result or "")
