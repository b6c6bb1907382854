"""Desks' access tokens in the database: sealed, shared, and renewed by one at a time."""
from __future__ import annotations

import threading
from dataclasses import replace

from sqlalchemy import select

from app.keys import Keys
from app.store.database import Database
from app.store.tables import marks
from app.store.tokens import DatabaseTokenStore
from connectors.clock import MINUTE, SetClock
from connectors.tokens import TURN, KeptToken, Token
from tests.store.conftest import NOW

NAME = "token:shop:0123456789abcdef"
TOKEN = Token("t0p-s3cret", NOW, NOW + 30 * MINUTE, ("read", "write"))


def test_what_is_kept_is_read_by_another_process_and_lies_sealed(db: Database, keys: Keys) -> None:
    DatabaseTokenStore(db, keys).keep(NAME, TOKEN)
    assert DatabaseTokenStore(db, keys).read(NAME) == TOKEN
    with db.read() as tx:
        assert TOKEN.value not in str(tx.execute(select(marks)).all())


def test_a_token_sealed_under_keys_that_are_gone_counts_as_none(db: Database, keys: Keys) -> None:
    store = DatabaseTokenStore(db, keys)
    store.keep(NAME, TOKEN)
    other = replace(keys, fernet=("bm90IHRoZSBrZXkgdGhhdCBzZWFsZWQgaXQsIG5vISE=",))
    assert DatabaseTokenStore(db, other).read(NAME) is None


def test_the_next_token_of_a_desk_takes_dead_ones_of_other_secrets_away(db: Database, keys: Keys) -> None:
    store = DatabaseTokenStore(db, keys)
    for old in ("token:shop:old", "token:shop2:old", "token:sh_p:old"):
        store.keep(old, TOKEN)
    store.keep(NAME, replace(TOKEN, since=TOKEN.until, until=TOKEN.until + MINUTE))
    assert store.read("token:shop:old") is None
    assert store.read("token:shop2:old") == TOKEN and store.read("token:sh_p:old") == TOKEN


def test_a_turn_is_one_holders_until_it_is_given_over_or_ends(db: Database, keys: Keys) -> None:
    store = DatabaseTokenStore(db, keys)
    assert store.take_turn(NAME, "a", NOW, NOW + TURN)
    assert not store.take_turn(NAME, "b", NOW + TURN - 1, NOW + 2 * TURN)
    store.end_turn(NAME, "b")
    assert not store.take_turn(NAME, "b", NOW + 1, NOW + TURN), "nobody ends another's turn"
    assert store.take_turn(NAME, "b", NOW + TURN, NOW + 2 * TURN)
    store.end_turn(NAME, "b")
    assert store.take_turn(NAME, "c", NOW + TURN, NOW + 2 * TURN)
    assert store.take_turn(NAME, "d", NOW - 10 * MINUTE, NOW), "a clock that was set back shuts nobody out"


def test_a_forgotten_token_is_gone_with_its_turn(db: Database, keys: Keys) -> None:
    store = DatabaseTokenStore(db, keys)
    store.keep(NAME, TOKEN)
    store.take_turn(NAME, "a", NOW, NOW + TURN)
    store.forget(NAME)
    with db.read() as tx:
        assert tx.execute(select(marks).where(marks.c.name.contains("token:"))).all() == []


def test_workers_at_once_mint_once_over_the_database(db: Database, keys: Keys) -> None:
    clock, made, lock = SetClock(NOW), [0], threading.Lock()

    def mint() -> Token:
        with lock:
            made[0] += 1
        return Token(f"t{made[0]}", clock(), clock() + 30 * MINUTE)

    for turn in range(1, 4):
        workers = [KeptToken(DatabaseTokenStore(db, keys), NAME, mint, clock) for _ in range(4)]
        got: list[str] = []
        threads = [threading.Thread(target=lambda w=w, got=got: got.append(w.token())) for w in workers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert got == [f"t{turn}"] * 4 and made == [turn]
        clock.advance(31 * 60)
