"""Somebody without a key at the web process: stalled connections, forged deliveries and hostile addresses,
until told to stop.

    python -m tests.flow.siege PORT HOOK LINK

Says `begun` once the stalled connections stand, and on SIGTERM one JSON object: how much was tried, and how
many answers were a 500.
"""
from __future__ import annotations

import contextlib
import json
import resource
import signal
import socket
import sys
import threading
from collections import Counter
from http.client import HTTPConnection, HTTPException
from itertools import count, cycle
from urllib.parse import quote

from connectors.clock import SystemClock, to_iso
from tests.hostile import TEXTS

STALLED = 400
HALVES = (
    b"", b"POST /hooks/larkfield HT", b"POST /hooks/larkfield HTTP/1.1\r\nHost: x\r\nX-Slow: ",
    b"POST /hooks/larkfield HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{",
)  # fmt: skip
PAGES = ("/tickets?after={}", "/tickets/{}/1", "/t/{}", "/a/{}/1", "/login?next={}", "/dead-letters/{}")
SIGNATURE = "X-Zendesk-Webhook-Signature"
PAUSE = 0.05  # seconds between two requests of each kind


class Siege:
    def __init__(self, port: int, hook: str, link: str) -> None:
        self.port, self.hook, self.link = port, hook, link
        self.stop = threading.Event()
        self.counts: Counter[str] = Counter()

    def stall(self) -> list[socket.socket]:
        """Half requests; whatever the server closes is opened again by `keep`."""
        held = []
        for number in range(STALLED):
            with contextlib.suppress(OSError):
                one = socket.create_connection(("127.0.0.1", self.port), 5)
                one.sendall(HALVES[number % len(HALVES)])
                one.setblocking(False)
                held.append(one)
        self.counts["stalled"] += len(held)
        return held

    def keep(self, held: list[socket.socket]) -> None:
        while not self.stop.wait(5):
            gone = []
            for one in held:
                with contextlib.suppress(BlockingIOError):
                    try:
                        closed = one.recv(1) == b""
                    except ConnectionError:
                        closed = True
                    if closed:
                        gone.append(one)
            for one in gone:
                held.remove(one)
                one.close()
            if len(held) < STALLED // 2:
                held += self.stall()

    def forge(self) -> None:
        for n in count():
            if self.stop.wait(PAUSE):
                return
            body = json.dumps({"subject": self.link, "n": n}).encode() if n % 3 else b"[" * 50_000
            at = to_iso(SystemClock()())
            signed = {SIGNATURE: self.link, f"{SIGNATURE}-Timestamp": at if n % 4 else "2026"}
            status = self.ask("POST", self.hook if n % 5 else "/hooks/nobody", body, signed if n % 2 else {})
            self.counts["forged"] += 1
            self.counts["refused"] += status in (401, 404)

    def visit(self) -> None:
        for page, value in zip(cycle(PAGES), cycle(TEXTS), strict=False):
            if self.stop.wait(PAUSE):
                return
            told = quote(self.link if len(value) > 2000 else value, errors="surrogateescape")
            self.ask("GET", page.format(told), b"", {"Referer": self.link})
            self.counts["pages"] += 1

    def ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> int | None:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=15)
        try:
            connection.request(method, path, body, headers)
            status = connection.getresponse().status
        except (OSError, HTTPException):
            self.counts["without an answer"] += 1
            return None
        finally:
            connection.close()
        self.counts["500s"] += status == 500
        return status


def main(port: int, hook: str, link: str) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
    siege = Siege(port, hook, link)
    signal.signal(signal.SIGTERM, lambda *_: siege.stop.set())
    held = siege.stall()
    threads = [threading.Thread(target=act) for act in (siege.forge, siege.visit, lambda: siege.keep(held))]
    for thread in threads:
        thread.start()
    print("begun", flush=True)
    for thread in threads:
        thread.join()
    print(json.dumps(siege.counts), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3])
