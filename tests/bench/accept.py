"""Receiving a delivery: beside a bare Flask application under the same server, and beside the sum of its own
parts."""
from __future__ import annotations

import hashlib
import hmac
import json
import logging
import sqlite3
import time
from base64 import b64decode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import structlog
from flask import Flask
from sqlalchemy.schema import CreateIndex, CreateTable

from app.factory import create_app
from app.store.ids import new_id
from app.store.tables import inbox
from connectors.clock import SystemClock
from connectors.zendesk.inbound import INVOCATION, SIGNATURE, TIMESTAMP, EventSchema
from tests.bench import bare
from tests.bench.deliveries import DESK, PATH, ROOT, Signed, Store, open_store, signed
from tests.bench.measure import in_turn, ratios, spread
from tests.bench.pairs import cpu_of
from tests.bench.servers import Load, Server, gunicorn, has_wrk, write_requests
from tests.emit import Emit

ROUNDS, SECONDS, WARM_SECONDS = 6, 4, 1
MOST_PER_ROUND = 12_000  # requests made beforehand; more than any such server takes in SECONDS
LOOP, LOOPS = 300, 10
ACCEPTED, AGAIN = "≥ .30", "≤ .8"


def run(emit: Emit) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with open_store() as store:
        _under_a_server(emit, store)
    with open_store() as store:
        _in_process(emit, store)


@dataclass(frozen=True, slots=True)
class _Round:
    bare: Load
    fresh: Load
    again: Load


def _under_a_server(emit: Emit, store: Store) -> None:
    if not has_wrk():
        for name, bar in (("accept_vs_bare_flask", ACCEPTED), ("duplicate_vs_fresh_cpu", AGAIN)):
            emit("bench", name, None, 0, bar=bar, why="wrk is not installed (Debian: apt-get install wrk)")
        return
    # Fresh servers each round; the order turns; the warm-up of each is thrown away.
    rounds = [_round(store, number) for number in range(ROUNDS)]
    plain, fresh, again = [r.bare for r in rounds], [r.fresh for r in rounds], [r.again for r in rounds]
    found = ratios([r.per_second for r in fresh], [r.per_second for r in plain])
    emit(
        "bench",
        "accept_vs_bare_flask",
        found.value,
        found.n,
        unit="ratio",
        bar=ACCEPTED,
        **found.fields(),
        synchronous="FULL",
        requests_per_s=median(r.per_second for r in fresh),
        p50_ms=median(r.p50_ms for r in fresh),
        p99_ms=median(r.p99_ms for r in fresh),
        baseline="bare Flask 202, requests/s",
        baseline_value=median(r.per_second for r in plain),
    )
    _cpu(emit, "accept_server_cpu_vs_bare_flask", fresh, plain, "bare Flask 202")
    _cpu(emit, "duplicate_vs_fresh_cpu", again, fresh, "a fresh delivery", bar=AGAIN)


def _cpu(emit: Emit, name: str, above: Sequence[Load], below: Sequence[Load], what: str, **more: str) -> None:
    found = ratios([r.cpu_us for r in above], [r.cpu_us for r in below])
    emit(
        "bench",
        name,
        found.value,
        found.n,
        unit="ratio",
        **more,
        **found.fields(),
        cpu_us=median(r.cpu_us for r in above),
        baseline=f"{what}, CPU µs/request of the server's processes",
        baseline_value=median(r.cpu_us for r in below),
    )


def _round(store: Store, number: int) -> _Round:
    place = store.settings.var
    deliveries = [signed(store.secret, i) for i in range(MOST_PER_ROUND)]
    write_requests(place / "fresh", deliveries)
    write_requests(place / "warm", (signed(store.secret, i) for i in range(1_000)))
    with (
        gunicorn("tests.bench.bare:app", {}, place / "bare.log") as plain,
        gunicorn("candor:web()", store.environment, place / "web.log") as ours,
    ):
        sides: list[Callable[[], object]] = [lambda: _loaded(plain, place), lambda: _kept(store, ours, place)]
        results = [None, None]
        for side in (0, 1) if number % 2 == 0 else (1, 0):
            results[side] = sides[side]()
        plain_load, fresh = results
        # Sent in order: all but the last are kept for certain, and all but the first, which wrk takes only to
        # look at.
        write_requests(place / "again", deliveries[8: fresh.requests * 9 // 10])
        before = _rows_at_rest(store)
        again = ours.load(place / "again", SECONDS)
        rows = _rows_at_rest(store) - before
        if rows or again.refused or again.broken:
            raise RuntimeError(
                f"deliveries sent a second time did not end as known: {again}, {rows} new rows"
            )
    return _Round(plain_load, fresh, again)


def _loaded(server: Server, place: Path) -> Load:
    server.load(place / "warm", WARM_SECONDS)
    done = server.load(place / "fresh", SECONDS)
    if done.refused or done.broken:
        raise RuntimeError(f"a load did not end well: {done}")
    return done


def _kept(store: Store, server: Server, place: Path) -> Load:
    """As `_loaded`, and every request counted has left a row of its own."""
    server.load(place / "warm", WARM_SECONDS)
    before = store.rows()
    done = server.load(place / "fresh", SECONDS)
    rows = store.rows() - before
    if done.refused or done.broken or rows < done.requests:
        raise RuntimeError(f"{done.requests} deliveries left {rows} rows: {done}")
    return done


def _rows_at_rest(store: Store) -> int:
    """What is kept once the requests that were still under way when the load ended are through."""
    rows = -1
    while rows != (rows := store.rows()):
        time.sleep(0.3)
    return rows


def _in_process(emit: Emit, store: Store) -> None:
    """CPU time of our view alone: the whole request less one to an empty view, beside the bare parts on a
    file of their own."""
    app = create_app(store.settings, store.db, store.keys, SystemClock(), lambda: None)
    with TemporaryDirectory(dir=ROOT / "var") as place:
        parts = _Parts(Path(place) / "parts.db", store.secret)
        numbers = iter(range(10**9))

        def fresh() -> list[Signed]:
            return [signed(store.secret, next(numbers)) for _ in range(LOOP)]

        kept: list[Signed] = []

        def ours() -> float:
            kept[:] = fresh()
            return _posted(app, kept, 200)

        def again() -> float:
            return _posted(app, kept, 200)

        def empty() -> float:
            return _posted(bare.app, fresh(), 202)

        def alone() -> float:
            given = fresh()
            return cpu_of(lambda: [parts.take(one) for one in given])

        in_turn(1, ours, empty, alone, again)  # warm-up
        whole, nothing, sums = in_turn(LOOPS, ours, empty, alone)
        twice = [(ours(), again()) for _ in range(LOOPS)]
        parts.close()
    own = [w - n for w, n in zip(whole, nothing, strict=True)]
    found = ratios(own, sums)
    emit(
        "bench",
        "accept_cpu_vs_parts",
        found.value,
        found.n,
        unit="ratio",
        bar="≤ 2.5",
        **found.fields(),
        baseline="hmac + json + marshmallow + insert, CPU µs",
        baseline_value=_us(sums),
        cpu_us=_us(own),
        empty_view_us=_us(nothing),
    )
    known = spread(a / f for f, a in twice)
    emit(
        "bench",
        "duplicate_vs_fresh_cpu_in_process",
        known.value,
        known.n,
        unit="ratio",
        **known.fields(),
        baseline="fresh, test client, CPU µs",
        baseline_value=_us([f for f, _ in twice]),
        cpu_us=_us([a for _, a in twice]),
    )


def _posted(app: Flask, deliveries: Sequence[Signed], status: int) -> float:
    client = app.test_client()

    def post() -> None:
        for one in deliveries:
            answer = client.post(PATH, data=one.body, headers=one.headers)
            assert answer.status_code == status, answer.get_data(as_text=True)

    return cpu_of(post)


class _Parts:
    """What accepting cannot do without, and nothing around it: the same table, one durable transaction a
    row."""

    def __init__(self, file: Path, secret: str) -> None:
        self._secret = secret.encode()
        self._schema = EventSchema()
        self._db = sqlite3.connect(file, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute(str(CreateTable(inbox)))
        for index in inbox.indexes:
            self._db.execute(str(CreateIndex(index)))

    def take(self, one: Signed) -> None:
        headers = {name.lower(): value for name, value in one.headers.items()}
        digest = hmac.new(self._secret, headers[TIMESTAMP].encode() + one.body, hashlib.sha256).digest()
        if not hmac.compare_digest(digest, b64decode(headers[SIGNATURE])):
            raise AssertionError("our own signature does not fit")
        event = self._schema.load(json.loads(one.body))
        now = SystemClock()()
        self._db.execute("BEGIN IMMEDIATE")
        self._db.execute(
            "INSERT INTO inbox (id, tenant, desk, kind, delivery_key, subject, subject_id, body, "
            "received_at, next_at, state) "
            "VALUES (?, 'default', ?, 'delivery', ?, 'ticket', ?, ?, ?, ?, 'waiting') ON CONFLICT DO NOTHING",
            (new_id(), DESK, headers[INVOCATION], event["detail"]["id"], b"", now, now),
        )
        self._db.execute("COMMIT")

    def close(self) -> None:
        self._db.close()


def _us(seconds: Sequence[float]) -> float:
    return median(seconds) / LOOP * 1e6
