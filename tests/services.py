"""Servers and places the tests use: each of our own, on sockets and ports of our own, gone when the tests
end."""
from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from workers.running.broker import EmbeddedRedis, end_process, end_with_parent

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 30.0


def absent(what: str, how: str) -> None:
    """Skip this test with the reason, or fail where nothing may be left out (CI=true)."""
    reason = f"{what} is not installed ({how})"
    if os.environ.get("CI") == "true":
        pytest.fail(reason + "; with CI=true nothing is skipped", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def redis_server() -> Iterator[EmbeddedRedis]:
    with EmbeddedRedis() as server:
        yield server


@pytest.fixture(scope="session")
def redis_url(redis_server: EmbeddedRedis) -> str:
    """Of a Redis of our own, as Celery writes it (`redis+socket://…`). Shared by the whole run: use keys or
    databases of your own."""
    return redis_server.url


class PostgresServer:
    """A PostgreSQL cluster in a temporary directory, run by an ordinary user even when we are root, on a free
    loopback port."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self._user = "postgres" if os.geteuid() == 0 else None
        self._room = Path(tempfile.mkdtemp(prefix="candor-pg-"))
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    def start(self) -> None:
        if self._user:
            shutil.chown(self._room, self._user)
        # Nothing here outlives the run, so nothing is forced to disk.
        self._run(
            "initdb",
            "-D",
            "data",
            "-U",
            "candor",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        )
        for _ in range(3):  # somebody may take the free port before we do
            self.port = _free_port()
            if self._serve():
                return
        raise RuntimeError(
            "PostgreSQL did not start: " + (self._room / "log").read_text(errors="replace")[-2000:]
        )

    def stop(self) -> None:
        if self._process is not None:
            # SIGINT: fast shutdown, without waiting for clients
            end_process(self._process, 15.0, gentle=signal.SIGINT)
        shutil.rmtree(self._room, ignore_errors=True)

    def create(self, name: str) -> str:
        """A new, empty database; returns its URL."""
        self._command(f'CREATE DATABASE "{name}" TEMPLATE template0')
        return f"postgresql+psycopg://candor@127.0.0.1:{self.port}/{name}"

    def drop(self, name: str) -> None:
        self._command(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _command(self, sql: str) -> None:
        with psycopg.connect(
            host="127.0.0.1", port=self.port, user="candor", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(sql)

    def _run(self, program: str, *words: str) -> None:
        done = subprocess.run(
            [str(self._programs / program), *words],
            cwd=self._room,
            user=self._user,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr}")

    def _serve(self) -> bool:
        options = ["-D", "data", "-p", str(self.port), "-h", "127.0.0.1", "-k", str(self._room)]
        options += [
            word
            for setting in ("fsync=off", "max_connections=60", "shared_buffers=32MB")
            for word in ("-c", setting)
        ]
        with (self._room / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self._programs / "postgres"), *options],
                cwd=self._room, user=self._user, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                preexec_fn=end_with_parent(signal.SIGINT),
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                self._command("SELECT 1")
                return True
            except psycopg.OperationalError:
                time.sleep(0.02)  # not listening yet
        end_process(self._process, 5.0, gentle=signal.SIGINT)
        return False


def postgres_programs() -> Path | None:
    """The directory of the newest installed initdb and postgres."""
    debian = [p.parent for p in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if debian:
        return max(debian, key=lambda p: int(re.sub(r"\D", "", p.parent.name) or 0))
    found = shutil.which("initdb")
    return Path(found).parent if found else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _known(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    programs = postgres_programs()
    if programs is None:
        absent("PostgreSQL", "Debian: apt-get install postgresql")
    if os.geteuid() == 0 and not _known("postgres"):
        absent("the user `postgres`", "PostgreSQL refuses to run as root; Debian's package makes the user")
    server = PostgresServer(programs)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """Of a fresh, empty PostgreSQL database (`postgresql+psycopg://…`)."""
    name = f"t_{uuid4().hex}"
    yield postgres_server.create(name)
    postgres_server.drop(name)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """Of a fresh SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path}/candor.db"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """Of a fresh, empty database: the test runs once on SQLite and once on PostgreSQL."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The system's Chromium."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return Path(found)
    absent("Chromium", "Debian: apt-get install chromium")
    raise AssertionError("absent() never returns")


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder of suites and samples that may lie beside the repository. Never needed: skips when it is
    absent."""
    place = ROOT.parent / "shared"
    if not place.is_dir():
        pytest.skip(f"no folder {place.name}/ beside the repository (its suites and samples are optional)")
    return place
