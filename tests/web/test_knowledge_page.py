"""The knowledge page: what each source brought, and which of its rows were left out."""
from __future__ import annotations

import pytest

from app.store import sources
from app.store.sources import SourceRow
from connectors.clock import MINUTE
from tests.web.seeding import TENANT, WebHouse
from tests.web.test_letters import text


def put(house: WebHouse, location: str, **result: object) -> str:
    row = SourceRow(house.new_id("source"), "folder", None, location, None)
    with house.db.write() as tx:
        sources.add(tx, TENANT, row, house.clock())
        if result:
            sources.synced(tx, TENANT, row.id, house.clock() - 5 * MINUTE, result)
    return row.id


@pytest.mark.parametrize("role", ["viewer", "owner"])
def test_rows_that_were_left_out_are_named_and_counted(house: WebHouse, role: str) -> None:
    rows = ["/srv/help/a.md:3: updated: is not a date", "/srv/help/<b>.md: is not UTF-8"]
    put(house, "/srv/help", added=2, changed=0, gone=1, unchanged=7, bad_rows=rows, left_out=60)
    page = text(house.signed_in(role), "/knowledge")
    assert "/srv/help folder" in page and "2 added, 0 changed, 1 gone, 7 unchanged" in page
    assert rows[0] in page and "/srv/help/&lt;b&gt;.md: is not UTF-8" in page and "and 58 more" in page


def test_a_source_that_failed_says_why_and_keeps_the_time_it_was_last_read(house: WebHouse) -> None:
    source = put(house, "/srv/help", added=1)
    with house.db.write() as tx:
        sources.failed(tx, TENANT, source, {"error": "/srv/help cannot be read", "again": False})
    put(house, "/srv/new")
    page = text(house.signed_in("owner"), "/knowledge")
    assert "failed /srv/help cannot be read" in page and "not yet" in page


def test_a_page_that_was_left_out_is_told_above_every_page_until_it_can_be_read(house: WebHouse) -> None:
    rows = ["/srv/help/a.md:3: updated: is not a date"]
    source = put(house, "/srv/help", added=2, bad_rows=rows, left_out=1)
    client = house.signed_in("viewer")
    for address in ("/tickets", "/desks", "/knowledge"):
        page = text(client, address)
        assert "One page of /srv/help cannot be read and answers nothing until put right" in page
        assert "a.md:3: updated: is not a date. The page Knowledge names them." in page
    with house.db.write() as tx:
        sources.synced(tx, TENANT, source, house.clock(), {"bad_rows": [], "left_out": 0})
    assert "cannot be read" not in text(client, "/tickets")


def test_without_a_source_the_page_says_where_one_comes_from(house: WebHouse) -> None:
    assert "No source of articles yet" in text(house.signed_in("viewer"), "/knowledge")
