"""Several sources of articles in one sync: each stands or falls alone."""
from __future__ import annotations

import json
from pathlib import Path

from app.store import sources
from app.store.database import DEFAULT_TENANT
from app.store.queues import jobs
from app.store.sources import SourceRow
from tests.flow.house import House
from workers.jobs import job_one
from workers.knowledge.run import sync_all

CENTRE = "help centre of larkfield"


def add(house: House, kind: str, location: Path) -> None:
    with house.db.write() as tx:
        row = SourceRow(house.work.new_id(), kind, None, str(location), None)
        sources.add(tx, DEFAULT_TENANT, row, house.clock())


def sync(house: House) -> dict[str, dict[str, object]]:
    return {name: dict(found) for name, found in sync_all(house.work, DEFAULT_TENANT, lambda _: None).items()}


def results(house: House) -> dict[str, dict[str, object]]:
    with house.db.read() as tx:
        rows = sources.every(tx, DEFAULT_TENANT)
    return {row.location: json.loads(row.sync_result or "{}") for row in rows}


def test_one_wrong_date_and_one_lost_folder_keep_nothing_else_from_being_read(
    house: House, tmp_path: Path
) -> None:
    pages, lost, rows = tmp_path / "pages", tmp_path / "lost", tmp_path / "rows.jsonl"
    for folder in (pages, lost):
        folder.mkdir()
    (pages / "old.md").write_text("# Our old rule\n\nReturns within a year.")
    rows.write_text('{"id": "tents", "title": "Tents", "body": "Tents come with poles."}\n')
    for kind, location in (("folder", pages), ("folder", lost), ("jsonl", rows)):
        add(house, kind, location)
    sync(house)
    (pages / "old.md").unlink()
    (pages / "wrong.md").write_text("---\nupdated: 2026-02-30\n---\n# Wrong\n\nText.")
    (pages / "new.md").write_text("# New\n\nReturns within 30 days.")
    lost.rmdir()
    rows.write_text('{"id": "boots", "title": "Boots", "body": "Boots come in pairs."}\n')
    house.desk.do.put_article(id="more", title="A new page", html="<p>Something new is said here.</p>")
    found = sync(house)
    assert (found[str(pages)]["added"], found[str(pages)]["gone"], found[str(pages)]["left_out"]) == (1, 1, 1)
    assert found[str(pages)]["bad_rows"] == [
        f"{pages}/wrong.md:1: updated: is not a date between 1970 and 2099; write it like 2026-05-02"
    ]
    assert "check the path" in str(found[str(lost)]["error"])
    assert (found[str(rows)]["added"], found[str(rows)]["gone"]) == (1, 1)
    assert found[CENTRE]["added"] == 1
    kept = results(house)[str(lost)]["error"]
    assert kept == found[str(lost)]["error"], "for the page of the console"


def test_a_desk_that_cannot_be_read_is_asked_again_and_the_others_are_read(
    house: House, tmp_path: Path
) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"id": "tents", "title": "Tents", "body": "Tents come with poles."}\n')
    add(house, "jsonl", rows)
    house.desk.do.fault("X4", path="/help_center/", count=99)
    with house.db.write() as tx:
        jobs.ask(tx, DEFAULT_TENANT, "j1", "knowledge_sync", {}, house.clock(), house.clock() + 10**12)
    assert job_one(house.work)
    with house.db.read() as tx:
        job = jobs.get(tx, DEFAULT_TENANT, "j1")
    assert job is not None and job.state == "waiting", "put back for the desk"
    assert results(house)[str(rows)]["added"] == 1
    assert "the desk said" in str(results(house)[""]["error"])
