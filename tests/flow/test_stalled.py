"""The web server as it ships, with connections that stall: deliveries and health checks go on as if they were
not there."""
from __future__ import annotations

import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from app.web.buffered_worker import PEER_MOST, REQUEST_SECONDS
from tests.bench.deliveries import PATH, Store, open_store, signed
from tests.bench.servers import Server, gunicorn
from tests.figures import Figures

STALLED = 500
HALVES = (
    b"",
    b"POST /hooks/bench HT",
    b"POST /hooks/bench HTTP/1.1\r\nHost: x\r\nX-Slow: ",
    b"POST /hooks/bench HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{",
    b"POST /hooks/bench HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n400\r\n{",
    b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\nExpect: 100-continue\r\n\r\n",
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Server, Path]]:
    """Two processes of four threads on a store with one desk, as the Procfile runs them."""
    log = tmp_path_factory.mktemp("stalled") / "web.log"
    with open_store() as store, gunicorn("candor:web()", store.environment, log) as server:
        yield store, server, log


@contextmanager
def stalled(port: int, count: int) -> Iterator[list[socket.socket]]:
    """So many connections that have sent half a request each and nothing more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 4096)), hard))
    with ExitStack() as stack:
        held = []
        for number in range(count):
            one = stack.enter_context(socket.create_connection(("127.0.0.1", port), 10))
            one.sendall(HALVES[number % len(HALVES)])
            held.append(one)
        yield held


def deliver(store: Store, port: int, number: int) -> int:
    """The status of one signed delivery on a connection of its own."""
    one = signed(store.secret, number)
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("POST", PATH, one.body, one.headers)
        return connection.getresponse().status
    finally:
        connection.close()


def healthy(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def largest_mb(parent: int) -> float:
    """Resident memory of the largest child process, MB."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    pages = [int(Path(f"/proc/{child}/statm").read_text().split()[1]) for child in children]
    return max(pages) * resource.getpagesize() / 2**20


def test_deliveries_and_health_checks_pass_five_hundred_stalled_connections(
    served: tuple[Store, Server, Path], figures: Figures
) -> None:
    store, server, _ = served
    took = []
    with stalled(server.port, STALLED):
        for number in range(200):
            begun = time.monotonic()
            assert deliver(store, server.port, number) == 200
            took.append((time.monotonic() - begun) * 1000)
        answered = sum(healthy(server.port) for _ in range(200)) / 200
    took.sort()
    figures("security", "stalled_delivery_p99_ms", round(took[197], 1), 200, stalled=STALLED, unit="ms")
    figures("security", "stalled_healthz_answered", answered, 200, stalled=STALLED, bar="≥ .99")
    assert store.rows() >= 200
    assert took[197] < 1000
    assert answered >= 0.99


def test_half_a_request_is_closed_although_it_drips(served: tuple[Store, Server, Path]) -> None:
    """A byte now and then is no sign of life: the whole request has its time, and no more."""
    _, server, _ = served
    with socket.create_connection(("127.0.0.1", server.port), 5) as one:
        one.settimeout(1)
        one.sendall(b"GET /healthz HTTP/1.1\r\nX-Slow: ")
        begun = time.monotonic()
        while time.monotonic() - begun < REQUEST_SECONDS * 3:
            try:
                if one.recv(100) == b"":
                    break
            except TimeoutError:
                one.sendall(b"a")
            except ConnectionError:
                break
        assert time.monotonic() - begun < REQUEST_SECONDS * 3


def test_who_opens_too_many_pushes_out_only_his_own(served: tuple[Store, Server, Path]) -> None:
    """Both processes take at most `PEER_MOST` of one address, and the newest are still served."""
    store, server, _ = served
    with stalled(server.port, 2 * PEER_MOST + 100) as held:
        assert deliver(store, server.port, 1_000) == 200
        time.sleep(1.5)
        closed = 0
        for one in held:
            one.setblocking(False)
            try:
                closed += one.recv(1) == b""
            except BlockingIOError:
                continue
            except ConnectionError:
                closed += 1
        assert closed >= 50
        assert healthy(server.port)


def test_nothing_of_a_path_reaches_the_log(served: tuple[Store, Server, Path]) -> None:
    _, server, log = served
    for raw in (
        b"GET /t/SECRETLINK HTTP/9\r\n\r\n",
        b"\0SECRETLINK\r\n\r\n",
        b"GET /t/SECRETLINK\x01 HTTP/1.1\r\n\r\n",
    ):
        with socket.create_connection(("127.0.0.1", server.port), 5) as one:
            one.sendall(raw)
            one.settimeout(5)
            one.recv(1000)
    assert "SECRETLINK" not in log.read_text(errors="replace")


def test_memory_stays_flat_under_forged_deliveries(
    served: tuple[Store, Server, Path], figures: Figures
) -> None:
    """Thousands of forged deliveries: what the processes hold after the first thousand is what they hold in
    the end."""
    store, server, _ = served
    rows = store.rows()
    forged = signed("not-the-secret-of-this-desk-at-all-000000000000", 1)
    sizes = []
    begun = time.monotonic()
    for _ in range(5):
        connection = HTTPConnection("127.0.0.1", server.port, timeout=10)
        for _ in range(1_000):
            connection.request("POST", PATH, forged.body, forged.headers)
            answer = connection.getresponse()
            answer.read()
            assert answer.status in (401, 403)
        connection.close()
        sizes.append(largest_mb(server.pid))
    each_second = 5_000 / (time.monotonic() - begun)
    figures("security", "forged_memory_mb", round(sizes[-1], 1), 5_000, low=round(min(sizes), 1),
            high=round(max(sizes), 1), per_second=round(each_second), unit="MB")
    assert store.rows() == rows
    assert max(sizes) - sizes[0] < 8
