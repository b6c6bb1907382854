"""Several hosts on one database: equal keys or no start, and an index that is built on each host from the
rows."""
from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from app.keys import Keys
from app.store import freshness, snapshots, standing
from app.store.database import Database
from app.store.snapshots import Snapshot
from tests.services import ROOT
from tests.store.conftest import NOW, SECOND, TENANT
from workers.knowledge.keeper import IndexKeeper, missing


def other(name: str, keys: Keys) -> Keys:
    return replace(keys, **{name: (Fernet.generate_key().decode(),) if name == "fernet" else b"x" * 32})


@pytest.mark.parametrize("name", ["fernet", "ledger", "links", "sessions"])
def test_a_host_with_another_key_does_not_start_and_says_which(db: Database, keys: Keys, name: str) -> None:
    standing.check_start(db, keys)
    with pytest.raises(
        standing.Unfit, match=rf"other keys than the hosts .*\({name}\): copy var/keys of one of them here"
    ):
        standing.check_start(db, other(name, keys))
    standing.check_start(db, keys)


def test_a_sealing_key_is_changed_by_giving_both_for_a_while(db: Database, keys: Keys) -> None:
    newer = Fernet.generate_key().decode()
    both, only_new = replace(keys, fernet=(newer, *keys.fernet)), replace(keys, fernet=(newer,))
    standing.check_start(db, keys)
    with pytest.raises(standing.Unfit):
        standing.check_start(db, only_new)
    standing.check_start(db, both)
    with pytest.raises(standing.Unfit):
        standing.check_start(db, keys)  # could not open what the others seal from now on
    standing.check_start(db, only_new)


def test_what_is_kept_of_the_keys_tells_nothing_of_them(keys: Keys) -> None:
    kept = str(keys.fingerprints())
    for secret in (*keys.fernet, keys.ledger.hex(), keys.links.hex(), keys.sessions.hex()):
        assert secret not in kept and secret[:16] not in kept


def test_a_web_process_with_another_key_ends_with_the_sentence(
    db: Database, tmp_path: Path, keys: Keys
) -> None:
    standing.check_start(db, keys)
    url = db.engine.url.render_as_string(hide_password=False)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("CANDOR_")}
    environment |= {"CANDOR_VAR": str(tmp_path / "host"), "PYTHONPATH": str(ROOT)}
    made = subprocess.run(
        [sys.executable, "-c", "from candor import *; make_keys(read_settings())"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    environment["CANDOR_DATABASE_URL"] = url
    started = subprocess.run(
        [sys.executable, "-c", "import candor; candor.web()"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert started.returncode == 1
    assert "Candor does not start: this host has other keys" in started.stderr


def name_snapshot(db: Database, number: int, visibility: str = "public") -> str:
    named = Snapshot(f"s{number}", visibility, "model", (), 0, 0, NOW + number * SECOND)
    with db.write() as tx:
        snapshots.add(tx, TENANT, named)
    return named.id


def built_on(var: Path, snapshot: str) -> None:
    (freshness.index_folder(var, TENANT) / "public" / snapshot).mkdir(parents=True)


def test_a_host_two_snapshots_behind_says_so_and_the_others_do_not(db: Database, tmp_path: Path) -> None:
    here, there, web_only = tmp_path / "here", tmp_path / "there", tmp_path / "web"
    for host in (here, there):
        built_on(host, name_snapshot(db, 1) if host is here else "s1")
    name_snapshot(db, 2)
    assert freshness.why_behind(db, here) is None, "one behind is a host that builds"
    built_on(there, "s2")
    name_snapshot(db, 3)
    assert "2 snapshots behind (public articles)" in str(freshness.why_behind(db, here))
    assert freshness.why_behind(db, there) is None
    assert freshness.why_behind(db, web_only) is None, "no worker has ever built here"
    built_on(here, "s3")
    assert freshness.why_behind(db, here) is None


def test_an_index_that_is_being_built_is_not_there_yet(db: Database, tmp_path: Path) -> None:
    built_on(tmp_path, name_snapshot(db, 1))
    name_snapshot(db, 2)
    name_snapshot(db, 3)
    (freshness.index_folder(tmp_path, TENANT) / "public" / ".building-s3").mkdir()
    assert freshness.why_behind(db, tmp_path)


def test_each_host_builds_the_newest_index_although_nobody_asks_it_anything(
    db: Database, tmp_path: Path
) -> None:
    for number, visibility in ((1, "public"), (2, "public"), (3, "agents")):
        name_snapshot(db, number, visibility)
    now = [NOW + 3 * SECOND]
    for host in (tmp_path / "a", tmp_path / "b"):
        now[0] = NOW + 3 * SECOND
        keeper = IndexKeeper(db, host, lambda: now[0])
        keeper.look()
        assert not host.exists(), "a worker with a question gets a moment to build it"
        now[0] += 20 * SECOND
        assert [(v, s) for _, v, s in missing(db, host, now[0])] == [("agents", "s3"), ("public", "s2")]
        keeper.look()
        assert freshness.built(host, TENANT, "public") == {"s2"} and freshness.built(
            host, TENANT, "agents"
        ) == {"s3"}
        assert missing(db, host, now[0]) == []
