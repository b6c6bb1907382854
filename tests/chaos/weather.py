"""What the network and the desk's own servers do to calls: drawn for each request by a seeded generator,
until it clears up.

Stands between the desk's record of requests and its API: what a request meets here happens to a call that has
arrived.
"""
from __future__ import annotations

import random
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from werkzeug.test import run_wsgi_app

from connectors.sandbox.wire import WsgiApp, http_date

HTML = "<html><head><title>Service unavailable</title></head><body><h1>We'll be back soon</h1></body></html>"
LATEST_COMMIT = 8.0  # seconds after the connection was cut; every settle of the protocol is longer
CUT_AFTER, LATE, AFTER = "cut after commit", "late commit", "503 after commit"


@dataclass(frozen=True, slots=True)
class Odds:
    """Of each fault, for one request. Together they must stay below 1."""

    before: float  # 500, 502, 503, 504 or a cut: nothing was done
    cut_after: float  # done, and the connection cut before the answer
    late: float  # the connection is cut at once, done up to LATEST_COMMIT later
    garbled: float  # done, and the answer is a 503, half a JSON or a login page
    throttled: float  # 429 in one of its forms


WRITES = Odds(before=0.10, cut_after=0.05, late=0.08, garbled=0.02, throttled=0.03)
READS = Odds(before=0.05, cut_after=0.02, late=0.0, garbled=0.01, throttled=0.01)


class Weather:
    """A WSGI layer around a desk's API. `counts` tells what it did; `under_way` how many late commits are
    still to come."""

    def __init__(self, api: WsgiApp, seed: int, clock: Callable[[], int]) -> None:
        self._api, self._random, self._clock = api, random.Random(seed), clock
        self._lock = threading.Lock()
        self.rough = False
        self.counts: Counter[str] = Counter()
        self.under_way = 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        fault, drawn = self._draw(environ["REQUEST_METHOD"])
        if fault is None:
            return self._api(environ, start_response)
        if fault == LATE:
            self._late(environ, drawn * LATEST_COMMIT)
        if fault == "throttled":
            return self._throttled(start_response)
        if fault == "before":
            status = self._pick(
                drawn, ("500 Error", "502 Bad Gateway", "503 Unavailable", "504 Time-out", "cut")
            )
            if status == "cut":
                _cut(environ)
            start_response(status, [("Content-Type", "text/html")])
            return [HTML.encode()]
        chunks, _, _ = run_wsgi_app(self._api, environ, buffered=True)
        data = b"".join(chunks)
        if fault == CUT_AFTER:
            _cut(environ)
        kind = self._pick(drawn, (AFTER, "half", "login"))
        start_response("503 Unavailable" if kind == AFTER else "200 OK",
                       [("Content-Type", "application/json" if kind == "half" else "text/html")])
        return [data[: max(1, len(data) // 2)] if kind == "half" else HTML.encode()]

    def _draw(self, method: str) -> tuple[str | None, float]:
        odds = READS if method == "GET" else WRITES
        with self._lock:
            if not self.rough:
                return None, 0.0
            first, second = self._random.random(), self._random.random()
            for fault, share in (
                ("before", odds.before),
                (CUT_AFTER, odds.cut_after),
                (LATE, odds.late),
                ("garbled", odds.garbled),
                ("throttled", odds.throttled),
            ):
                first -= share
                if first < 0:
                    self.counts[f"{'read' if method == 'GET' else 'write'}: {fault}"] += 1
                    return fault, second
            return None, 0.0

    def _late(self, environ: dict[str, Any], seconds: float) -> None:
        """Raises ConnectionResetError: whoever called has long gone when the desk at last does what it was
        asked."""
        with self._lock:
            self.under_way += 1
        try:
            _shut(environ)
            threading.Event().wait(seconds)
            run_wsgi_app(self._api, environ, buffered=True)
        finally:
            with self._lock:
                self.under_way -= 1
        raise ConnectionResetError("cut at once, committed late")

    def _throttled(self, start_response: Any) -> Iterable[bytes]:
        with self._lock:
            form = self._random.choice(("1", "1", "2", "1.5", "0", "-3", "date", "date", None))
        headers = [("Content-Type", "text/html" if form == "0" else "application/json")]
        if form == "date":
            headers.append(("Retry-After", http_date(self._clock() + 2_000_000)))
        elif form is not None:
            headers.append(("Retry-After", form))
        else:
            # no pause is named: when the window ends is said elsewhere
            headers.append(("ratelimit-reset", "3"))
        start_response("429 Too Many Requests", headers)
        return [HTML.encode() if form == "0" else b'{"error":"too many requests"}']

    @staticmethod
    def _pick(drawn: float, of: tuple[str, ...]) -> str:
        return of[int(drawn * len(of)) % len(of)]


def _shut(environ: dict[str, Any]) -> None:
    connection: socket.socket = environ["werkzeug.socket"]
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # already gone


def _cut(environ: dict[str, Any]) -> None:
    _shut(environ)
    raise ConnectionResetError("cut by the weather")
