"""The chain of verdicts: it shows every tampering, and it survives the erasure of a person."""
from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import Connection, delete, insert, select, update

from app.keys import Keys
from app.store import ledger, requesters
from app.store.database import Database
from app.store.tables import desks
from app.store.tables import ledger as chain
from app.store.tables import requesters as people
from tests.store.conftest import NOW, TENANT, add_desk

LENGTH = 6


def entry(number: int, desk: str = "calm", kind: str = "verdict") -> ledger.Entry:
    return ledger.Entry(
        f"{desk}-{number}", desk, "7", kind, NOW + number, {"p_right": 0.5, "n": number}, "handoff", "unsure"
    )


def write_chain(db: Database, keys: Keys, desk: str = "calm") -> None:
    for number in range(1, LENGTH + 1):
        with db.write() as tx:
            assert ledger.append(tx, TENANT, entry(number, desk), keys) == number


def check(db: Database, keys: Keys, desk: str = "calm") -> ledger.ChainCheck:
    with db.read() as tx:
        return next(found for found in ledger.verify(tx, TENANT, keys) if found.desk == desk)


def test_a_chain_nobody_touched_holds(db, keys):
    write_chain(db, keys)
    assert check(db, keys) == ledger.ChainCheck("calm", LENGTH, 0, None)


def test_a_desk_without_an_entry_holds(db, keys):
    assert check(db, keys) == ledger.ChainCheck("calm", 0, 0, None)


def test_each_desk_has_a_chain_of_its_own(db, keys):
    add_desk(db, "second")
    write_chain(db, keys)
    write_chain(db, keys, "second")
    with db.write() as tx:
        tx.execute(update(chain).where(chain.c.id == "second-3").values(payload="{}"))
    assert check(db, keys).broken_at is None
    assert check(db, keys, "second").broken_at == 3


def _edited(**values: object) -> Callable[[Connection, Keys], object]:
    return lambda tx, keys: tx.execute(update(chain).where(chain.c.id == "calm-3").values(**values))


def _reordered(tx: Connection, keys: Keys) -> None:
    for entry_id, seq in (("calm-3", 99), ("calm-4", 3), ("calm-3", 4)):
        tx.execute(update(chain).where(chain.c.id == entry_id).values(seq=seq))


def _inserted(tx: Connection, keys: Keys) -> None:
    for number in range(LENGTH, 3, -1):
        tx.execute(update(chain).where(chain.c.id == f"calm-{number}").values(seq=number + 1))
    row = tx.execute(select(chain).where(chain.c.id == "calm-3")).one()._asdict()
    tx.execute(insert(chain).values(**(row | {"id": "forged", "seq": 4, "prev_mac": row["mac"]})))
    tx.execute(update(desks).values(ledger_seq=LENGTH + 1))


def _appended(tx: Connection, keys: Keys) -> None:
    row = tx.execute(select(chain).where(chain.c.id == f"calm-{LENGTH}")).one()._asdict()
    tx.execute(insert(chain).values(**(row | {"id": "forged", "seq": LENGTH + 1, "prev_mac": row["mac"]})))


def _removed(tx: Connection, keys: Keys) -> None:
    tx.execute(delete(chain).where(chain.c.id == "calm-3"))


def _beginning_cut(tx: Connection, keys: Keys) -> None:
    tx.execute(delete(chain).where(chain.c.id == "calm-1"))


def _tail_cut(tx: Connection, keys: Keys) -> None:
    tx.execute(delete(chain).where(chain.c.seq > LENGTH - 2))


def _tail_cut_with_its_head(tx: Connection, keys: Keys) -> None:
    _tail_cut(tx, keys)
    mac = tx.execute(select(chain.c.mac).where(chain.c.seq == LENGTH - 2)).scalar_one()
    tx.execute(update(desks).values(ledger_seq=LENGTH - 2, ledger_mac=mac))


def _emptied(tx: Connection, keys: Keys) -> None:
    tx.execute(delete(chain))


def _rechained_under_another_key(tx: Connection, keys: Keys) -> None:
    forger = Keys(keys.fernet, b"x" * 32, keys.links, keys.sessions)
    tx.execute(delete(chain))
    tx.execute(update(desks).values(ledger_seq=0, ledger_mac=""))
    for number in range(1, LENGTH + 1):
        ledger.append(tx, TENANT, entry(number), forger)


TAMPERS: dict[str, Callable[[Connection, Keys], object]] = {
    "payload edited": _edited(payload='{"n":3,"p_right":0.99}'),
    "verdict edited": _edited(verdict="answer"),
    "verdict removed": _edited(verdict=None),
    "reason edited": _edited(reason="customer_asked"),
    "reason emptied": _edited(reason=""),
    "time edited": _edited(at=NOW),
    "ticket edited": _edited(ticket="8"),
    "kind edited": _edited(kind="erased"),
    "id edited": _edited(id="other"),
    "mac edited": _edited(mac="0" * 64),
    "prev_mac edited": _edited(prev_mac="0" * 64),
    "two reordered": _reordered,
    "one inserted": _inserted,
    "one appended": _appended,
    "one removed": _removed,
    "beginning cut off": _beginning_cut,
    "tail cut off": _tail_cut,
    "tail cut off with its head": _tail_cut_with_its_head,
    "everything removed": _emptied,
    "chained anew under another key": _rechained_under_another_key,
}


@pytest.mark.parametrize("tamper", TAMPERS)
def test_each_kind_of_tampering_is_found(db, keys, tamper):
    write_chain(db, keys)
    with db.write() as tx:
        TAMPERS[tamper](tx, keys)
    found = check(db, keys)
    assert found.broken_at is not None, tamper
    assert found.why


def test_the_share_of_tamperings_found_is_printed(db, keys, figures):
    write_chain(db, keys)
    found = 0
    for tamper in TAMPERS.values():
        with db.engine.connect() as connection:
            if db.is_sqlite:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            tamper(connection, keys)
            found += next(iter(ledger.verify(connection, TENANT, keys))).broken_at is not None
            connection.rollback()
    assert check(db, keys).broken_at is None
    figures(
        "test", "ledger_tampers_found", found / len(TAMPERS), n=len(TAMPERS), database=db.engine.dialect.name
    )
    assert found == len(TAMPERS)


def test_many_writers_at_once_make_one_chain(db, keys):
    ready = threading.Barrier(8)

    def write(number: int) -> None:
        ready.wait()
        with db.write() as tx:
            ledger.append(tx, TENANT, entry(number), keys)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert check(db, keys) == ledger.ChainCheck("calm", 8, 0, None)


def test_a_verdict_that_is_rolled_back_leaves_no_hole(db, keys):
    write_chain(db, keys)
    with pytest.raises(ZeroDivisionError), db.write() as tx:
        ledger.append(tx, TENANT, entry(99), keys)
        raise ZeroDivisionError
    with db.write() as tx:
        assert ledger.append(tx, TENANT, entry(7), keys) == LENGTH + 1
    assert check(db, keys).broken_at is None


def test_a_check_while_verdicts_are_written_is_not_alarmed(db, keys):
    write_chain(db, keys)
    with db.read() as view:
        checks = ledger.verify(view, TENANT, keys)
        assert view.execute(select(desks.c.ledger_seq)).scalar_one() == LENGTH
        with db.write() as tx:
            ledger.append(tx, TENANT, entry(7), keys)
        assert next(checks).broken_at is None


def test_texts_come_back_while_their_person_is_known_and_are_gone_when_erased(db, keys):
    with db.write() as tx:
        maya = requesters.meet(tx, TENANT, "maya@example.com", keys, NOW, "r1")
        ledger.append(tx, TENANT, entry(1), keys, {"question": "Where is my ring?"}, maya)
        ledger.append(tx, TENANT, entry(2), keys)
    with db.read() as tx:
        assert ledger.texts(tx, TENANT, "calm-1", keys) == {"question": "Where is my ring?"}
        assert ledger.texts(tx, TENANT, "calm-2", keys) is None
    with db.write() as tx:
        tx.execute(update(people).where(people.c.id == maya).values(wrapped_key=None))
        ledger.append(tx, TENANT, entry(3, kind="erased"), keys)
    with db.read() as tx:
        assert ledger.texts(tx, TENANT, "calm-1", keys) is None
    assert check(db, keys) == ledger.ChainCheck("calm", 3, 1, None)


def test_what_an_erased_person_writes_later_is_chained_and_its_text_is_not_kept(db, keys):
    with db.write() as tx:
        maya = requesters.meet(tx, TENANT, "maya@example.com", keys, NOW, "r1")
        tx.execute(update(people).where(people.c.id == maya).values(wrapped_key=None))
        assert requesters.meet(tx, TENANT, "maya@example.com", keys, NOW, "r2") == maya
        ledger.append(tx, TENANT, entry(1), keys, {"question": "Hello again"}, maya)
    with db.read() as tx:
        assert ledger.texts(tx, TENANT, "calm-1", keys) is None
    assert check(db, keys).broken_at is None


def test_the_entries_of_a_ticket_come_oldest_first(db, keys):
    write_chain(db, keys)
    with db.read() as tx:
        assert [row.seq for row in ledger.of_ticket(tx, TENANT, "calm", "7")] == list(range(1, LENGTH + 1))
        assert ledger.of_ticket(tx, TENANT, "calm", "8") == []
        assert ledger.of_ticket(tx, "another tenant", "calm", "7") == []


def test_equal_payloads_are_equal_text_whatever_the_order_of_their_keys():
    assert (
        ledger.canonical({"b": 1, "a": [1.5, None]})
        == ledger.canonical({"a": [1.5, None], "b": 1})
        == '{"a":[1.5,null],"b":1}'
    )
