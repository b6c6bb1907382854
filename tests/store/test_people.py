"""Requesters and secrets: found by a keyed hash, sealed, and never in clear text in the file."""
from __future__ import annotations

import threading
from pathlib import Path

import pytest
from cryptography.fernet import Fernet, InvalidToken

from app.core.sending.plan import spoken
from app.keys import Keys
from app.store import desks as desk_store
from app.store import ledger, requesters, tickets
from app.store.database import Database
from app.store.queues import outbox
from app.store.queues.effects import effect_json, effect_of
from app.store.queues.stamps import stamp_json, stamp_of
from app.store.tables import requesters as people
from config.settings import SettingsError
from connectors.records import OpenTicket, PostNote, PostReply, RunAction, Stamp, Status, UpdateFields
from tests.store.conftest import LEASE, NOW, TENANT, effect_row

TOKEN, SIGNING = "planted-api-token-4711", "planted-signing-secret-4711"
SENTENCE = "My grandmother's planted ring is lost"
ADDRESS = "maya.planted@example.com"


def meet(db: Database, keys: Keys, address: str, row_id: str, tenant: str = TENANT) -> str:
    with db.write() as tx:
        return requesters.meet(tx, tenant, address, keys, NOW, row_id)


def test_a_person_is_known_again_by_their_address_however_it_is_written(db, keys):
    assert meet(db, keys, "Maya@Example.com ", "r1") == "r1"
    assert meet(db, keys, "maya@example.com", "r2") == "r1"
    assert meet(db, keys, "other@example.com", "r3") == "r3"


def test_two_tenants_do_not_share_a_person(db, keys):
    assert meet(db, keys, "maya@example.com", "r1", "one") != meet(db, keys, "maya@example.com", "r2", "two")
    assert requesters.address_hmac(keys, "one", "a@b") != requesters.address_hmac(keys, "two", "a@b")


def test_two_first_messages_at_once_end_with_one_person_and_one_key(db, keys):
    met: list[str] = []
    ready = threading.Barrier(8)

    def work(number: int) -> None:
        ready.wait()
        met.append(meet(db, keys, "maya@example.com", f"r{number}"))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(met) == 8 and len(set(met)) == 1


def test_a_persons_box_opens_what_it_sealed_and_nobody_elses_does(db, keys):
    maya, noor = meet(db, keys, "maya@example.com", "r1"), meet(db, keys, "noor@example.com", "r2")
    with db.read() as tx:
        sealed = requesters.box(tx, TENANT, maya, keys).encrypt(b"hello")
        assert requesters.box(tx, TENANT, maya, keys).decrypt(sealed) == b"hello"
        with pytest.raises(InvalidToken):
            requesters.box(tx, TENANT, noor, keys).decrypt(sealed)
        assert requesters.box(tx, TENANT, None, keys) is None
        assert requesters.box(tx, "another tenant", maya, keys) is None


def test_other_keys_do_not_open_this_database_and_say_what_to_look_at(db, keys):
    maya = meet(db, keys, "maya@example.com", "r1")
    others = Keys((Fernet.generate_key().decode(),), keys.ledger, keys.links, keys.sessions)
    with db.read() as tx, pytest.raises(SettingsError, match="var/keys or CANDOR_KEYS"):
        requesters.box(tx, TENANT, maya, others)


def test_a_new_key_in_front_still_opens_what_the_old_one_sealed(db, keys):
    maya = meet(db, keys, "maya@example.com", "r1")
    rotated = Keys((Fernet.generate_key().decode(), *keys.fernet), keys.ledger, keys.links, keys.sessions)
    with db.read() as tx:
        assert requesters.box(tx, TENANT, maya, rotated) is not None


def test_when_somebody_asked_for_a_person_is_remembered(db, keys):
    maya = meet(db, keys, "maya@example.com", "r1")
    with db.write() as tx:
        assert requesters.asked_person_at(tx, TENANT, "maya@example.com", keys) is None
        requesters.remember_asked_person(tx, TENANT, maya, NOW)
        assert requesters.asked_person_at(tx, TENANT, "maya@example.com", keys) == NOW


def plant(db: Database, keys: Keys) -> str:
    """A desk, a person, a ticket, an outbox row and a ledger entry, each with something planted in it."""
    reply = PostReply(f"<p>{SENTENCE}</p>", SENTENCE, {"intent": "returns"}, ("t",), None, Status.PENDING)
    with db.write() as tx:
        desk_store.add(
            tx,
            TENANT,
            "shop",
            "zendesk",
            "Shop",
            {"subdomain": "shop", "api_token": TOKEN},
            frozenset({"api_token"}),
            None,
            keys,
            NOW,
        )
        desk_store.installed(tx, TENANT, "shop", {"user_name": "Shop AI"}, [SIGNING], True, keys)
        maya = requesters.meet(tx, TENANT, ADDRESS, keys, NOW, "r1")
        box = requesters.box(tx, TENANT, maya, keys)
        held = tickets.lease(tx, TENANT, "shop", "7", NOW, LEASE, "t1")
        tickets.save(tx, held.id, held.fence, subject=box.encrypt(SENTENCE.encode()), requester=maya)
        outbox.add(tx, TENANT, [effect_row(desk="shop", body=box.encrypt(effect_json(reply).encode()),
                                           body_hash=keys.mac("body", spoken(reply)), requester=maya)], NOW)
        ledger.append(
            tx,
            TENANT,
            ledger.Entry(
                "e1", "shop", "7", "verdict", NOW, {"question_hash": keys.mac("question", SENTENCE)}
            ),
            keys,
            {"question": SENTENCE, "reply": SENTENCE, "address": ADDRESS},
            maya,
        )
    return maya


def test_no_secret_no_sentence_and_no_address_stands_in_the_file(sqlite_store, keys):
    db = Database(sqlite_store)
    plant(db, keys)
    file = Path(sqlite_store.removeprefix("sqlite:///"))
    # the write-ahead log too
    written = b"".join(part.read_bytes() for part in file.parent.glob("candor.db*"))
    assert b'"subdomain": "shop"' in written  # or the test would look at nothing
    for planted in (TOKEN, SIGNING, SENTENCE, ADDRESS, "planted"):
        assert planted.encode() not in written, planted
    db.close()


def test_no_secret_and_no_sentence_stands_in_any_column(db, keys):
    plant(db, keys)
    with db.read() as tx:
        for table in people.metadata.sorted_tables:
            for row in tx.execute(table.select()).all():
                assert "planted" not in repr(row), table.name


def test_a_desk_comes_back_with_its_secrets_for_the_process_that_needs_them(db, keys):
    plant(db, keys)
    with db.read() as tx:
        shop = desk_store.get(tx, TENANT, "shop", keys)
        assert desk_store.get(tx, "another tenant", "shop", keys) is None
    assert shop.connection.settings == {"subdomain": "shop", "api_token": TOKEN}
    assert (shop.secrets, shop.guard_proven, shop.public_proven) == ((SIGNING,), True, False)
    assert shop.connection.state == {"user_name": "Shop AI"}


def test_a_desk_is_proven_public_once_and_its_settings_can_change(db, keys):
    plant(db, keys)
    with db.write() as tx:
        desk_store.prove_public(tx, "shop", NOW)
        desk_store.prove_public(tx, "shop", NOW + 5)
        desk_store.update_settings(
            tx,
            TENANT,
            "shop",
            {"subdomain": "shop2", "oauth_token": "new"},
            frozenset({"oauth_token"}),
            None,
            keys,
        )
        desk_store.polled(tx, TENANT, "shop", "cursor", NOW)
    with db.read() as tx:
        shop = next(d for d in desk_store.all_desks(tx, keys) if d.id == "shop")
    assert shop.public_proven
    assert shop.connection.settings == {"subdomain": "shop2", "oauth_token": "new"}
    assert (shop.poll_cursor, shop.polled_at) == ("cursor", NOW)


@pytest.mark.parametrize("effect", [
    PostReply("<p>é</p>", "é", {"intent": "x"}, ("a", "b"), "Support", Status.OPEN), PostNote("", "n"),
    UpdateFields({"a": "b"}, (), None, None), OpenTicket("s", "h", "t", "Repairs", {}, ("x",), "high"),
    RunAction("refund", {"order": "4471"}),
])  # fmt: skip
def test_an_effect_comes_back_from_its_row_unchanged(effect):
    assert effect_of(effect_json(effect)) == effect


def test_an_effect_of_a_newer_release_is_refused_with_what_to_do():
    with pytest.raises(ValueError, match="finish the upgrade"):
        effect_of('{"kind": "PaintTicket"}')


def test_a_stamp_comes_back_and_what_a_newer_release_added_is_dropped():
    stamp = Stamp("v", 1, 2, 3)
    assert stamp_of(stamp_json(stamp)) == stamp
    assert stamp_of(stamp_json(stamp).replace("{", '{"colour": 1, ', 1)) == stamp
    assert stamp_of(stamp_json(None)) is None
