"""A peer on loopback that answers what a test tells it to, and a session of ours that reaches it under a
vendor's name."""
from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from connectors.clock import SetClock, from_iso
from connectors.http import DeskSession, Timeouts, desk_session
from connectors.limits import RateBudget

NOON = from_iso("2026-03-11T12:00:00Z")
VENDOR = "https://acme.zendesk.com"
HOSTS = re.compile(r"[a-z0-9-]+\.zendesk\.com")


@dataclass
class Seen:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Peer:
    """`answers` are taken in turn, the last one for ever: (status, headers, body), or a function that writes
    to the handler itself."""

    url: str
    ended: threading.Event
    seen: list[Seen] = field(default_factory=list)
    answers: list[Any] = field(default_factory=lambda: [(200, {"Content-Type": "application/json"}, b"{}")])

    def say(self, status: int, body: bytes | str = b"{}", **headers: str) -> None:
        """Answer so from now on; header names with underscores for dashes."""
        data = body.encode() if isinstance(body, str) else body
        self.answers = [
            (
                status,
                {"Content-Type": "application/json", **{k.replace("_", "-"): v for k, v in headers.items()}},
                data,
            )
        ]

    def do(self, act: Callable[[BaseHTTPRequestHandler], None]) -> None:
        self.answers = [act]


@pytest.fixture
def peer() -> Iterator[Peer]:
    ended = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            there.seen.append(
                Seen(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body)
            )
            answer = there.answers.pop(0) if len(there.answers) > 1 else there.answers[0]
            if callable(answer):
                self.close_connection = True
                answer(self)
                return
            status, headers, data = answer
            self.send_response_only(status)
            for name, value in {"Content-Length": str(len(data)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_PUT = do_POST = do_DELETE = do_PATCH = _serve

        def log_message(self, *_: Any) -> None:
            """Quiet."""

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:
                return  # the client went away first, which some tests want

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    there = Peer(f"http://127.0.0.1:{server.server_port}", ended)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield there
    ended.set()
    server.shutdown()
    thread.join(5)
    server.server_close()


@pytest.fixture
def budget() -> RateBudget:
    return RateBudget()


@pytest.fixture
def session(peer: Peer, budget: RateBudget) -> Iterator[DeskSession]:
    with desk_session(
        VENDOR,
        peer.url,
        host_rule=HOSTS,
        user_agent="Candor",
        budget=budget,
        clock=SetClock(NOON),
        sandbox_allowed=True,
        timeouts=Timeouts(connect=1, read=0.5, total=1.0),
    ) as made:
        yield made
