"""The demo's processes: each is started by us and ended by us, by its own process id."""
from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workers.running.broker import end_process, end_with_parent

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60.0
STOP_SECONDS = 25.0


class DemoError(RuntimeError):
    """Something the demo needs did not start; the message says what and where its log is."""


class Processes:
    """A context manager; on leaving, the last started ends first."""

    def __init__(self, logs: Path, environment: Mapping[str, str]) -> None:
        self._logs, self._environment = logs, dict(environment)
        self._running: list[tuple[str, subprocess.Popen[Any]]] = []
        logs.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> Processes:
        return self

    def __exit__(self, *_: object) -> None:
        # All are asked at once, so that stopping takes as long as the slowest and not as long as all
        # together.
        for _, process in reversed(self._running):
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        for _, process in reversed(self._running):
            end_process(process, STOP_SECONDS)

    def start(self, name: str, *command: str, keep_output: bool = False) -> subprocess.Popen[Any]:
        """Start a Python module or program of our virtualenv; its output goes to a log file of its name."""
        log = (self._logs / f"{name}.log").open("w")
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if keep_output else log,
            stderr=log,
            start_new_session=True,  # Ctrl-C is for the demo; it then ends the others in order
            preexec_fn=end_with_parent(signal.SIGTERM),
            text=keep_output,
        )
        log.close()
        self._running.append((name, process))
        return process

    def sandbox(self, name: str, *arguments: str) -> dict[str, Any]:
        """Start a sandbox desk; returns what it says of itself on its first line."""
        process = self.start(name, sys.executable, "-m", *arguments, keep_output=True)
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise DemoError(f"the sandbox desk did not start; see {self._logs / name}.log")
        found: dict[str, Any] = json.loads(line)
        return found

    def wait_for(self, name: str, url: str) -> None:
        """Until the address answers. Raises DemoError when the process ends or START_SECONDS pass."""
        process = dict(self._running)[name]
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if process.poll() is not None:
                break
            with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
                urllib.request.urlopen(url, timeout=2).close()  # noqa: S310 - our own loopback address
                return
            time.sleep(0.05)
        raise DemoError(f"{name} did not start; see {self._logs / name}.log")

    def ended(self) -> str | None:
        """The name of a process that ended by itself, None while all run."""
        return next((name for name, process in self._running if process.poll() is not None), None)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def demo_environment(var: Path, port: int, redis_url: str) -> dict[str, str]:
    """What the demo's processes are told. Nothing of the caller's CANDOR_ settings leaks in: the demo never
    touches real desks."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("CANDOR_")}
    return kept | {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", os.defpath)]),
        "PYTHONUNBUFFERED": "1",
        "CANDOR_VAR": str(var),
        "CANDOR_REDIS_URL": redis_url,
        "CANDOR_SANDBOX_DESKS": "yes",
        "CANDOR_PORT": str(port),
        "CANDOR_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "CANDOR_DEBOUNCE_SECONDS": "2",
        "CANDOR_DEBOUNCE_CAP_SECONDS": "8",
        "OMP_NUM_THREADS": "1",
        "TOKENIZERS_PARALLELISM": "false",
    }
