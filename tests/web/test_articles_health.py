"""Public articles, and what machines ask: up, ready, figures."""
from __future__ import annotations

import pytest
from sqlalchemy import update

from app.store.tables import articles, versions
from app.web import times
from tests.web.seeding import NOW, RETURNS, a_morning, newer_version, seed_article
from tests.web.test_console import text

HERE = "http://127.0.0.1"


def test_an_article_shows_its_stored_text_piece_by_piece(house):
    page = house.app.test_client().get("/a/returns/v1", base_url=HERE)
    body = text(house.app.test_client(), "/a/returns/v1")
    assert "Updated on 6 November 2026" in body
    assert "<ol> <li>Open Your orders</li>" in " ".join(page.text.split())
    assert "<td>Shoes</td><td>30</td>" in page.text
    # What a link to a quote looks for stands in one piece of the page.
    for line in RETURNS.replace(" | ", "\n").split("\n"):
        assert line.strip() in page.text, line
    assert page.headers["Cache-Control"] == "public, max-age=300"


def test_an_article_from_outside_stays_text(house):
    with house.db.write() as tx:
        seed_article(
            tx,
            "evil",
            "v1",
            "<script>x</script>",
            "Hello <img src=x onerror=alert(1)> {{ticket.comments}}",
            public=True,
        )
    page = house.app.test_client().get("/a/evil/v1", base_url=HERE).text
    assert "<img" not in page and "<script>x" not in page
    assert "&lt;img src=x onerror=alert(1)&gt; {{ticket.comments}}" in page


def test_a_restricted_article_answers_as_one_that_never_was(house):
    client = house.app.test_client()
    with house.db.write() as tx:
        seed_article(tx, "gone", "v1", "Gone", "Gone.", public=True)
        tx.execute(update(articles).where(articles.c.id == "gone").values(gone=True))
    never = client.get("/a/never/v1", base_url=HERE)
    for path in ("/a/goodwill/v1", "/a/gone/v1", "/a/returns/v0"):
        answer = client.get(path, base_url=HERE)
        assert (answer.status_code, answer.text) == (404, never.text)


def test_an_article_taken_back_is_gone_in_every_version(house):
    newer_version(house, "returns", "v2", public=False)
    for version in ("v1", "v2"):
        assert house.app.test_client().get(f"/a/returns/{version}", base_url=HERE).status_code == 404


def test_an_earlier_version_names_the_current_one(house):
    newer_version(house, "returns", "v2")
    old = house.app.test_client().get("/a/returns/v1", base_url=HERE).text
    assert "This is an earlier version." in old and 'href="/a/returns/v2"' in old
    assert "earlier version" not in house.app.test_client().get("/a/returns/v2", base_url=HERE).text


def test_a_version_that_was_internal_is_closed_though_the_article_is_public_now(house):
    with house.db.write() as tx:
        tx.execute(update(versions).where(versions.c.article == "returns").values(public=False))
    newer_version(house, "returns", "v2")
    assert house.app.test_client().get("/a/returns/v1", base_url=HERE).status_code == 404
    assert house.app.test_client().get("/a/returns/v2", base_url=HERE).status_code == 200


def test_up_and_ready(house):
    client = house.app.test_client()
    assert (client.get("/healthz").status_code, client.get("/readyz").status_code) == (200, 200)


def test_not_ready_without_its_schema(house):
    with house.db.write() as tx:
        tx.exec_driver_sql("DELETE FROM alembic_version")
    answer = house.app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert "db upgrade" in answer.text


def test_metrics_count_rows_and_name_no_customer(house):
    a_morning(house)
    page = house.app.test_client().get("/metrics").text
    for line in (
        'candor_inbox_rows{state="done",tenant="default"} 6.0',
        'candor_outbox_rows{state="dead",tenant="default"} 1.0',
        'candor_outbox_rows{state="unknown",tenant="default"} 0.0',
        "candor_inbox_oldest_waiting_seconds 0.0",
        'candor_desks{status="active",tenant="default"} 2.0',
    ):
        assert line in page, line
    assert "Boots" not in page and "1041" not in page and "@" not in page


@pytest.mark.parametrize(("seconds", "said"), [(-60, "just now"), (1, "just now"), (59, "59 seconds ago"),
(60, "1 minute ago"),
                                               (7_199, "1 hour ago"), (86_400 * 13, "13 days ago"),
                                               (86_400 * 40, "40 days ago")])
def test_how_long_ago(seconds, said):
    assert times.ago(NOW - seconds * 1_000_000, NOW) == said


@pytest.mark.parametrize(("seconds", "said"), [(20, "1 minute"), (2_400, "40 minutes"), (3_600, "1 hour"),
(6_300, "1 hour 45"),
                                               (7_200, "2 hours")])
def test_how_long_it_takes(seconds, said):
    assert times.length(seconds) == said
