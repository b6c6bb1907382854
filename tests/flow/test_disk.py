"""A database that is locked, full or broken, and a power cut amid a write: no 200 without a row, and every
200 keeps its row."""
from __future__ import annotations

import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from sqlalchemy import event
from werkzeug.serving import make_server

from app.factory import create_app
from app.store.database import WEB_BUSY_SECONDS, Database
from app.store.tables import inbox
from tests.flow.faulty import RETURN, answered_once
from tests.flow.house import DESK, House

DESKS_PATIENCE = 3.0  # seconds within which the answer must be there; desks wait 10 to 12


def file_of(house: House) -> Path:
    return Path(house.db.url.removeprefix("sqlite:///"))


def delivery(number: int) -> bytes:
    return b'{"ticket_id": "%d"}' % number


@contextmanager
def web_on(house: House, db: Database) -> Iterator[str]:
    """A web process beside the house's own, on this database; its address."""
    app = create_app(house.settings, db, house.keys, house.clock, lambda *_: None)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()
        db.close()


def post(house: House, url: str, body: bytes) -> requests.Response:
    return requests.post(f"{url}/hooks/{DESK}", data=body, headers=house.signed_now(body), timeout=15)


def is_busy(answer: requests.Response, started: float) -> bool:
    assert time.monotonic() - started < DESKS_PATIENCE
    return answer.status_code == 503 and answer.headers["Retry-After"] == "5"


@contextmanager
def locked(house: House) -> Iterator[None]:
    """Somebody else writes and does not end."""
    other = sqlite3.connect(file_of(house), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def test_a_locked_database_answers_503_in_time_and_the_delivery_sent_again_is_kept(house: House) -> None:
    house.desk.do.drop_deliveries(1)
    ticket = house.write(RETURN)
    with web_on(house, Database(house.db.url, WEB_BUSY_SECONDS)) as url:
        with locked(house):
            started = time.monotonic()
            assert is_busy(post(house, url, delivery(int(ticket))), started)
            assert house.deliveries() == []
        assert post(house, url, delivery(int(ticket))).status_code == 200
    house.settle()
    answered_once(house, ticket)


def test_a_full_disk_answers_503_and_every_200_has_its_row(house: House) -> None:
    with sqlite3.connect(file_of(house)) as looking:
        pages = looking.execute("PRAGMA page_count").fetchone()[0]
    looking.close()
    full = Database(house.db.url, WEB_BUSY_SECONDS)
    # SQLite's own "database or disk is full", without a disk to fill: not one page more than there are.
    event.listen(full.engine, "connect", lambda raw, _: raw.execute(f"PRAGMA max_page_count={pages}"))
    answers = []
    with web_on(house, full) as url:
        for number in range(9000, 9060):
            started = time.monotonic()
            answers.append(post(house, url, delivery(number)))
            assert answers[-1].status_code == 200 or is_busy(answers[-1], started), answers[-1].text
    assert [a.status_code for a in answers].count(503) > 20
    assert len(house.deliveries()) == [a.status_code for a in answers].count(200)
    assert house.post_signed(delivery(9059)).status_code == 200, "with room again it is taken"


@pytest.mark.parametrize("spared", [0, 4096], ids=["no database any more",
"every page but the first is garbage"])
def test_a_broken_database_answers_503_and_takes_nothing(house: House, tmp_path: Path, spared: int) -> None:
    with sqlite3.connect(file_of(house)) as copying, sqlite3.connect(tmp_path / "broken.db") as copy:
        copying.backup(copy)
    copying.close()
    copy.close()
    broken = tmp_path / "broken.db"
    whole = broken.read_bytes()
    broken.write_bytes(whole[:spared] + b"\xa5" * (len(whole) - spared))
    with web_on(house, Database(f"sqlite:///{broken}", WEB_BUSY_SECONDS)) as url:
        for _ in range(2):
            started = time.monotonic()
            assert is_busy(post(house, url, delivery(9001)), started)


def test_a_page_that_breaks_while_we_run_answers_503(house: House, tmp_path: Path) -> None:
    """The desk's secret is known by then; what cannot be written is the row."""
    broken = tmp_path / "broken.db"
    with sqlite3.connect(file_of(house)) as copying, sqlite3.connect(broken) as copy:
        copying.backup(copy)
        roots = [r for (r,) in copy.execute("SELECT rootpage FROM sqlite_master WHERE tbl_name = 'inbox'")]
        size = copy.execute("PRAGMA page_size").fetchone()[0]
    copying.close()
    copy.close()
    with broken.open("r+b") as file:
        for root in roots:
            file.seek((root - 1) * size)
            file.write(b"\xa5" * size)
    with web_on(house, Database(f"sqlite:///{broken}", WEB_BUSY_SECONDS)) as url:
        started = time.monotonic()
        assert is_busy(post(house, url, delivery(9001)), started)


def test_a_power_cut_at_any_byte_of_a_write_keeps_every_delivery_that_was_answered(
    house: House, tmp_path: Path
) -> None:
    """What was on the disk when 200 was said stays; of the write under way then, nothing or all."""
    for number in range(9000, 9005):
        assert house.post_signed(delivery(number)).status_code == 200
    log = Path(f"{file_of(house)}-wal")
    before = log.stat().st_size
    assert house.post_signed(delivery(9005)).status_code == 200
    after = log.stat().st_size
    assert after > before, "the last delivery's bytes stand at the end of the log"
    found = []
    for end in sorted(
        {before, before + 1, before + 24, (before + after) // 2, after - 4096, after - 1, after}
    ):
        cut = tmp_path / f"cut-{end}"
        cut.mkdir()
        shutil.copy(file_of(house), cut / "candor.db")
        (cut / "candor.db-wal").write_bytes(log.read_bytes()[:end])
        db = Database(f"sqlite:///{cut}/candor.db")
        with db.read() as tx:
            assert tx.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
            found.append({int(r.subject_id) for r in tx.execute(inbox.select())})
        db.close()
    assert all(rows >= set(range(9000, 9005)) for rows in found)
    assert 9005 not in found[0] and 9005 in found[-1], "the cuts lie before and after the last write"


def test_after_a_power_cut_in_the_middle_of_a_decision_the_ticket_is_answered_once(
    house: House, tmp_path: Path
) -> None:
    """The database goes back to before the last commits of the worker, and the desk does not: what was sent
    is found there."""
    house.desk.do.drop_deliveries(0)
    ticket = house.write(RETURN)
    house.clock.advance(3)
    assert house.process_only()
    old = {p.name: p.read_bytes() for p in file_of(house).parent.glob(f"{file_of(house).name}*")}
    assert old
    house.drain()
    assert len(house.replies(ticket)) == 1
    house.db.close()
    for name, content in old.items():
        (file_of(house).parent / name).write_bytes(content)
    house.settle(300, step=5)
    answered_once(house, ticket)
