"""The process's own keys: made once on one machine, never made up on many, never short, never readable by
others."""
from __future__ import annotations

import json
import os
import stat
import threading

import pytest
from cryptography.fernet import Fernet

from app.keys import length_prefixed, load_keys, seal, unseal
from config.settings import Settings, SettingsError, load_settings

GOOD = {
    "fernet": [Fernet.generate_key().decode()],
    "ledger": "11" * 32,
    "links": "22" * 32,
    "sessions": "33" * 32,
}


def on(tmp_path, **more: str) -> Settings:
    return load_settings({"CANDOR_VAR": str(tmp_path / "var"), **more})


def test_the_first_start_makes_keys_that_only_we_can_read_and_the_second_finds_them(tmp_path):
    made, fresh = load_keys(on(tmp_path))
    assert fresh
    assert stat.S_IMODE((tmp_path / "var" / "keys").stat().st_mode) == 0o600
    assert load_keys(on(tmp_path)) == (made, False)
    assert sorted(os.listdir(tmp_path / "var")) == ["keys"]


def test_two_first_starts_at_once_end_with_the_same_keys(tmp_path):
    found: list[str] = []
    ready = threading.Barrier(6)

    def start() -> None:
        ready.wait()
        found.append(load_keys(on(tmp_path))[0].fingerprint())

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6 and len(set(found)) == 1


def test_keys_that_others_can_read_are_refused(tmp_path):
    load_keys(on(tmp_path))
    (tmp_path / "var" / "keys").chmod(0o640)
    with pytest.raises(SettingsError, match="chmod 600"):
        load_keys(on(tmp_path))


def test_with_a_database_of_many_machines_no_key_is_made_up(tmp_path):
    with pytest.raises(SettingsError, match="CANDOR_KEYS"):
        load_keys(on(tmp_path, CANDOR_DATABASE_URL="postgresql://db/x"))
    keys, fresh = load_keys(
        on(tmp_path, CANDOR_DATABASE_URL="postgresql://db/x", CANDOR_KEYS=json.dumps(GOOD))
    )
    assert not fresh and keys.ledger == b"\x11" * 32
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize("bad", [
    "", "no json", "[]", "{}",
    json.dumps(GOOD | {"fernet": []}), json.dumps(GOOD | {"fernet": ["short"]}),
    json.dumps(GOOD | {"ledger": ""}),
    json.dumps(GOOD | {"links": "ab"}), json.dumps(GOOD | {"sessions": "xyz"}), json.dumps({k: v for k,
    v in GOOD.items() if k != "links"}),
])  # fmt: skip
def test_keys_that_are_none_or_short_are_refused_without_being_quoted(tmp_path, bad):
    file = tmp_path / "var" / "keys"
    file.parent.mkdir()
    file.write_text(bad)
    file.chmod(0o600)
    with pytest.raises(SettingsError, match="does not hold the keys") as refused:
        load_keys(on(tmp_path))
    assert GOOD["ledger"] not in str(refused.value)


def test_keys_do_not_print(tmp_path):
    keys, _ = load_keys(on(tmp_path))
    assert keys.fernet[0] not in repr(keys)
    assert keys.ledger.hex() not in repr(keys)


def test_a_seal_opens_with_its_own_keys_only(tmp_path):
    keys, _ = load_keys(on(tmp_path))
    assert unseal(keys.box, seal(keys.box, "é secret")) == "é secret"
    others, _ = load_keys(on(tmp_path / "other"))
    with pytest.raises(SettingsError, match="other keys"):
        unseal(others.box, seal(keys.box, "x"))


def test_a_keyed_hash_tells_lists_of_parts_apart(tmp_path):
    keys, _ = load_keys(on(tmp_path))
    assert keys.mac("a", "bc") != keys.mac("ab", "c")
    assert keys.mac("a", "b") == keys.mac("a", "b")
    assert length_prefixed("é") == b"2:\xc3\xa9"
    assert length_prefixed("\ud800")  # half a character from outside must not stop the chain
