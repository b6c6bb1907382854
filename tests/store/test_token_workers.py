"""Two processes on one database and one desk: the token is got once, and a worker that is killed while it
gets it holds up nobody."""
from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from app.keys import Keys
from app.store.database import Database
from connectors.clock import SECOND, SetClock
from connectors.tokens import TURN
from connectors.zendesk.sandbox import SandboxZendesk
from tests.store.conftest import NOW
from tests.store.token_worker import desk


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOW)


@pytest.fixture
def sandbox(clock: SetClock) -> Iterator[SandboxZendesk]:
    with SandboxZendesk(None, seed=7, clock=clock) as started:
        yield started


def start(db: Database, keys: Keys, sandbox: SandboxZendesk, clock: SetClock) -> subprocess.Popen[str]:
    words = (db.url, sandbox.url, sandbox.client_secret, keys.fernet[0], str(clock()))
    return subprocess.Popen(
        [sys.executable, "-m", "tests.store.token_worker", *words], stdout=subprocess.PIPE, text=True
    )


def asked_for_tokens(sandbox: SandboxZendesk) -> int:
    return len(sandbox.do.requests("POST", "/oauth/tokens"))


def test_processes_at_once_get_one_token(
    db: Database, keys: Keys, sandbox: SandboxZendesk, clock: SetClock
) -> None:
    sandbox.do.fault("X2", path="/oauth/tokens", seconds=0.5)  # long enough for the others to come
    workers = [start(db, keys, sandbox, clock) for _ in range(3)]
    # the last line: what is logged stands before it
    said = [worker.communicate(timeout=60)[0].split()[-1] for worker in workers]
    assert said == [str(sandbox.assistant.id)] * 3
    assert asked_for_tokens(sandbox) == 1


@pytest.mark.parametrize("known", [True, False], ids=["while the old one lives", "with none to go on with"])
def test_a_worker_killed_while_it_renews_holds_up_nobody(
    db: Database, keys: Keys, sandbox: SandboxZendesk, clock: SetClock, known: bool
) -> None:
    ours = desk(db, keys, sandbox.url, sandbox.client_secret, clock)
    if known:
        ours.whoami()
        clock.advance(0.9 * 30 * 60)
    before = asked_for_tokens(sandbox)
    sandbox.do.fault("X7-hang", path="/oauth/tokens")
    worker = start(db, keys, sandbox, clock)
    until = time.monotonic() + 60
    while asked_for_tokens(sandbox) == before and time.monotonic() < until:
        time.sleep(0.05)
    worker.kill()
    worker.communicate()
    if known:
        assert ours.whoami().id == str(sandbox.assistant.id), "with the old token"
        assert asked_for_tokens(sandbox) == before + 1
    clock.advance(TURN / SECOND)
    assert ours.whoami().id == str(sandbox.assistant.id)
    assert asked_for_tokens(sandbox) == before + 2
    assert {r["status"] for r in sandbox.do.requests(path="/users/me")} == {200}
