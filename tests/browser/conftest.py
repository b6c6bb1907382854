from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.web.seeding import WebHouse, build


class _Quiet(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        """Nothing: a test's output is what the test says."""


@contextmanager
def served(house: WebHouse) -> Iterator[str]:
    """The application over real HTTP on a free port of this machine."""
    server = make_server("127.0.0.1", 0, house.app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[WebHouse]:
    made = build(tmp_path)
    yield made
    made.db.close()


@pytest.fixture
def address(house: WebHouse) -> Iterator[str]:
    with served(house) as url:
        yield url


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # No sandbox of its own: the tests may run as root, and the pages are ours.
        started = playwright.chromium.launch(executable_path=str(chromium), args=["--no-sandbox"])
        yield started
        started.close()
