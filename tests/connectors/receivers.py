"""A receiver that stands where Candor's hook would, for the deliveries of a sandbox desk."""
from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest


@dataclass
class Receiver:
    """Stands where Candor's hook would: records deliveries, answers what it is told (200 when told
    nothing)."""

    url: str
    seen: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    silent_for: float = 0.0

    def wait_for(self, count: int, seconds: float = 5.0) -> None:
        wait_until(
            lambda: len(self.seen) >= count, seconds, lambda: f"{len(self.seen)} of {count} deliveries came"
        )


def wait_until(
    truth: Callable[[], bool],
    seconds: float = 5.0,
    why: Callable[[], str] = lambda: "the condition never held",
) -> None:
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not truth():
        assert time.monotonic() < deadline, why()
        pause.wait(0.01)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    ended = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            hook.seen.append((dict(self.headers), body))
            if hook.silent_for:
                ended.wait(hook.silent_for)
            status, headers = hook.answers.pop(0) if hook.answers else (200, {})
            self.send_response(status)
            for name, value in {**headers, "Content-Length": "0"}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Quiet."""

        def handle(self) -> None:
            try:
                super().handle()
            except ConnectionError:
                return  # the desk did not wait for the answer

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hook = Receiver(f"http://127.0.0.1:{server.server_port}/hooks/desk-1")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield hook
    ended.set()
    server.shutdown()
    thread.join(5)
    server.server_close()
