"""Two servers under the same settings, and a load of signed requests on one at a time."""
from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.deliveries import ROOT, Signed
from tests.bench.measure import tree_cpu_seconds
from workers.running.broker import end_process, end_with_parent

CONNECTIONS = 8
START_SECONDS = 30.0
LUA = Path(__file__).with_name("requests.lua")


@dataclass(frozen=True, slots=True)
class Load:
    """What one load did. CPU time is that of the server's whole process tree."""

    requests: int
    seconds: float
    refused: int
    broken: int
    p50_ms: float
    p99_ms: float
    cpu_us: float  # per request

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds


@dataclass(frozen=True, slots=True)
class Server:
    port: int
    pid: int

    def load(self, file: Path, seconds: int) -> Load:
        """Send the file's requests over CONNECTIONS connections. Raises RuntimeError when wrk fails."""
        before = tree_cpu_seconds(self.pid)
        done = subprocess.run(
            [
                "wrk",
                "-t1",
                f"-c{CONNECTIONS}",
                f"-d{seconds}s",
                "-s",
                str(LUA),
                f"http://127.0.0.1:{self.port}",
                "--",
                str(file),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        used = tree_cpu_seconds(self.pid) - before
        if done.returncode:
            raise RuntimeError(f"wrk failed: {done.stderr or done.stdout}")
        said = json.loads(done.stdout.strip().splitlines()[-1])
        return Load(
            said["requests"],
            said["us"] / 1e6,
            said["refused"],
            said["broken"],
            said["p50_us"] / 1e3,
            said["p99_us"] / 1e3,
            used / max(said["requests"], 1) * 1e6,
        )


@contextmanager
def gunicorn(application: str, environment: Mapping[str, str], log: Path) -> Iterator[Server]:
    """The application under our worker, 2 processes of 4 threads, as the Procfile runs it, once it takes
    connections."""
    port = _free_port()
    kept = {k: v for k, v in os.environ.items() if not k.startswith("CANDOR_")}
    with log.open("ab") as output:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "gunicorn",
                "--bind",
                f"127.0.0.1:{port}",
                "--worker-class",
                "app.web.buffered_worker.BufferedWorker",
                "--no-control-socket",
                "--workers",
                "2",
                "--threads",
                "4",
                "--log-level",
                "warning",
                application,
            ],
            cwd=ROOT,
            env={**kept, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=end_with_parent(signal.SIGTERM),
        )
    try:
        _wait_for(port, process, log)
        yield Server(port, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        end_process(process, 15.0)


def write_requests(file: Path, deliveries: Iterable[Signed]) -> None:
    """As requests.lua reads them."""
    with file.open("wb") as out:
        for delivery in deliveries:
            raw = delivery.raw()
            out.write(f"{len(raw):04d}".encode() + raw)


def has_wrk() -> bool:
    return shutil.which("wrk") is not None


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until every process has loaded the application: gunicorn takes connections long before, and the first
    may answer alone."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as connection:
            connection.sendall(b"GET /nothing HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
            if connection.recv(12).startswith(b"HTTP/") and _at_rest(process.pid):
                return
        time.sleep(0.05)
    raise RuntimeError(f"gunicorn did not start: {log.read_text(errors='replace')[-1000:]}")


def _at_rest(pid: int) -> bool:
    before = tree_cpu_seconds(pid)
    time.sleep(0.3)
    return tree_cpu_seconds(pid) - before <= 0.01


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
