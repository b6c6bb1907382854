"""The shelf in the console: what is on it, one letter whole, and a replay that goes on record."""
from __future__ import annotations

import re

import pytest
from sqlalchemy import insert, select, update

from app.core.sending.plan import outbox_key, turn_key
from app.core.sending.states import MAX_SENDS
from app.store import audit
from app.store.queues.effects import effect_json
from app.store.tables import inbox, jobs, outbox
from connectors.clock import MINUTE
from connectors.records import PostNote, PostReply
from tests.web.seeding import DESK, NOW, REPLY, TENANT, a_morning

HERE = "http://127.0.0.1"


def post(client, path: str, **values: str):
    page = client.get("/tickets", base_url=HERE).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    return client.post(
        path,
        base_url=HERE,
        headers={"Origin": HERE},
        data={"csrf_token": token[1], **values},
        follow_redirects=True,
    )


def letters(house) -> None:
    """One of each kind: a delivery, an effect that took the next of its plan along, a job."""
    with house.db.write() as tx:
        tx.execute(
            insert(inbox).values(
                id="bad-delivery",
                tenant=TENANT,
                desk=DESK,
                kind="delivery",
                delivery_key="k1",
                subject="ticket",
                subject_id="1044",
                body=b'{"ticket": {"title": "<b>hello</b>"}}',
                received_at=NOW - 9 * MINUTE,
                next_at=NOW,
                state="bad",
                attempts=3,
                crashes=3,
                result="its work broke 3 times, the last time alone",
                done_at=NOW - 8 * MINUTE,
            )
        )
        shared = {
            "tenant": TENANT,
            "plan": "p",
            "desk": DESK,
            "ticket": "1041",
            "target": DESK,
            "turn_id": "m:7",
            "body_hash": "h",
            "next_at": NOW,
            "created_at": NOW - 20 * MINUTE,
            "done_at": NOW - 5 * MINUTE,
        }
        note = PostNote("<p>x</p>", "AI NOTE · Handed off", {"topic": "returns"}, ("candor",), "Billing")
        notice = PostReply("<p>x</p>", REPLY)
        tx.execute(
            insert(outbox).values(
                id="dead-note",
                place=0,
                effect="note",
                purpose="note",
                key="aa11",
                body=house.keys.box.encrypt(effect_json(note).encode()),
                state="dead",
                sends=MAX_SENDS,
                attempts=7,
                result="6 calls without an answer",
                attempt_at=NOW - 6 * MINUTE,
                evidence='[["returns", "v1"]]',
                **shared,
            )
        )
        tx.execute(
            insert(outbox).values(
                id="lost-notice",
                place=1,
                effect="public",
                purpose="handoff_notice",
                key="stale:lost-notice",
                state="failed",
                body=house.keys.box.encrypt(effect_json(notice).encode()),
                result="an earlier row was dead",
                **shared,
            )
        )
        tx.execute(
            insert(jobs).values(
                id="bad-job",
                tenant=TENANT,
                kind="knowledge_sync",
                args="{}",
                state="bad",
                result='{"error": "gave up after 3 tries"}',
                attempts=4,
                next_at=NOW,
                expires=NOW,
                created_at=NOW - 30 * MINUTE,
            )
        )


def state(house, table, row: str) -> str:
    with house.db.read() as tx:
        return tx.execute(select(table.c.state).where(table.c.id == row)).scalar_one()


def text(client, path: str) -> str:
    answer = client.get(path, base_url=HERE)
    assert answer.status_code == 200, path
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def test_an_empty_shelf_says_so(house):
    assert "No dead letters: nothing was given up." in text(house.signed_in("viewer"), "/dead-letters")


def test_the_shelf_lists_each_letter_once_with_its_why(house):
    letters(house)
    page = text(house.signed_in("viewer"), "/dead-letters")
    assert "3 wait for a person" in page
    for said in (
        "6 calls without an answer",
        "its work broke 3 times, the last time alone",
        "gave up after 3 tries",
        "7 tries, 0 crashes, 6 calls",
    ):
        assert page.count(said) == 1, said
    assert "an earlier row was dead" not in page, "it goes with the row that took it along"


def test_the_shelf_has_pages(house):
    letters(house)
    with house.db.write() as tx:
        for n in range(60):
            tx.execute(
                insert(jobs).values(
                    id=f"j{n:02}",
                    tenant=TENANT,
                    kind="export",
                    args="{}",
                    state="bad",
                    result=f'{{"error": "no {n}"}}',
                    attempts=1,
                    next_at=NOW,
                    expires=NOW,
                    created_at=NOW - n * MINUTE,
                )
            )
    client, seen, path = house.signed_in(), [], "/dead-letters"
    while path:
        page = client.get(path, base_url=HERE).text
        seen += re.findall(r'href="/dead-letters/([\w-]+)"', page)
        more = re.search(r'href="(/dead-letters\?before=[^"]+)"', page)
        path = more[1] if more else None
    assert len(seen) == len(set(seen)) == 63


def test_one_letter_is_shown_whole(house):
    a_morning(house)
    letters(house)
    client = house.signed_in("viewer")
    page = text(client, "/dead-letters/dead-note")
    for said in (
        "6 calls without an answer",
        "AI NOTE · Handed off",
        "Billing",
        "topic: returns",
        "aa11",
        "Returning an item",
        "And after it: reply",
        "within 30 days of delivery",
    ):
        assert said in page, said
    assert "Replay" not in page, "a viewer only looks"
    delivery = client.get("/dead-letters/bad-delivery", base_url=HERE).text
    assert "&lt;b&gt;hello&lt;/b&gt;" in delivery and "<b>hello" not in delivery
    assert client.get("/dead-letters/nothing", base_url=HERE).status_code == 404


def test_what_an_erased_person_would_have_got_is_gone(house):
    letters(house)
    with house.db.write() as tx:
        tx.execute(update(outbox).values(requester="nobody"))
    assert "was erased" in text(house.signed_in(), "/dead-letters/dead-note")


def test_a_replayed_effect_is_looked_for_first_and_takes_its_plan_along(house):
    letters(house)
    client = house.signed_in("agent")
    answer = post(client, "/dead-letters/dead-note/replay")
    assert "Put back to work" in answer.text
    assert state(house, outbox, "dead-note") == "unknown", (
        "nothing is sent before the desk's history was read"
    )
    assert state(house, outbox, "lost-notice") == "ready"
    with house.db.read() as tx:
        rows = {r.id: r for r in tx.execute(select(outbox))}
    assert (rows["dead-note"].key, rows["dead-note"].sends) == ("aa11", MAX_SENDS - 1)
    assert not rows["lost-notice"].key.startswith("stale:") and rows["lost-notice"].turn
    assert house.rings, "the workers are told"
    assert "no longer a dead letter" in post(client, "/dead-letters/dead-note/replay").text


def test_a_row_taken_along_stays_where_its_turn_was_composed_anew(house):
    letters(house)
    with house.db.write() as tx:
        row = dict(tx.execute(select(outbox).where(outbox.c.id == "lost-notice")).mappings().one())
        row |= {
            "id": "anew",
            "plan": "q",
            "state": "sent",
            "key": outbox_key(TENANT, DESK, "1041", "m:7", "handoff_notice"),
            "turn": turn_key(TENANT, DESK, "1041", "m:7"),
        }
        tx.execute(insert(outbox).values(**row))
    post(house.signed_in(), "/dead-letters/dead-note/replay")
    assert state(house, outbox, "lost-notice") == "failed"


def test_replaying_all_puts_each_letter_back_and_writes_it_down(house):
    letters(house)
    client = house.signed_in("admin")
    assert "3 put back to work" in post(client, "/dead-letters/replay").text
    assert (
        state(house, inbox, "bad-delivery"),
        state(house, outbox, "dead-note"),
        state(house, jobs, "bad-job"),
    ) == ("waiting", "unknown", "waiting")
    assert "0 put back to work" in post(client, "/dead-letters/replay").text
    with house.db.read() as tx:
        rows = [r for r in audit.newest(tx, TENANT, None, 10) if r.what == "dead_letter_replayed"]
        assert audit.first_broken(tx, TENANT, house.keys) is None
    assert {r.detail["letter"] for r in rows} == {"bad-delivery", "dead-note", "bad-job"}
    assert {r.who for r in rows} == {"admin@larkfield.test"}


@pytest.mark.parametrize(("role", "one", "everything"), [
    ("viewer", 403, 403), ("auditor", 403, 403), ("agent", 200, 403), ("admin", 200, 200), ("owner", 200,
    200)])
def test_who_may_replay(house, role, one, everything):
    letters(house)
    client = house.signed_in(role)
    assert post(client, "/dead-letters/bad-job/replay").status_code == one
    assert post(client, "/dead-letters/replay").status_code == everything
    assert (state(house, jobs, "bad-job") == "waiting") is (one == 200)


def test_a_form_without_its_token_replays_nothing(house):
    letters(house)
    client = house.signed_in()
    assert client.post("/dead-letters/replay", base_url=HERE, headers={"Origin": HERE}).status_code == 400
    assert state(house, outbox, "dead-note") == "dead"


def test_another_companys_letters_are_not_there(house):
    letters(house)
    with house.db.write() as tx:
        for table in (inbox, outbox, jobs):
            tx.execute(update(table).values(tenant="another"))
    client = house.signed_in()
    assert "No dead letters: nothing was given up." in text(client, "/dead-letters")
    assert client.get("/dead-letters/dead-note", base_url=HERE).status_code == 404
    assert "no longer a dead letter" in post(client, "/dead-letters/dead-note/replay").text
    assert state(house, outbox, "dead-note") == "dead"
