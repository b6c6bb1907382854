"""The fallback in the console: who may give a topic to people, what everybody then sees, and that it goes on
record."""
from __future__ import annotations

import pytest
from sqlalchemy import select

from app.fallback import fallbacks
from app.store import audit
from app.store import caps as cap_store
from app.store.tables import caps
from config.policy import Mode
from connectors.clock import HOUR
from tests.web.seeding import DESK, OTHER_DESK, TENANT
from tests.web.test_letters import HERE, post, text

RETURNS = {"topic": "returns", "desk": DESK, "why": "the returns\n page is   wrong", "until": "2h"}


def held(house, desk: str = DESK, topic: str = "returns"):
    with house.db.read() as tx:
        return cap_store.of_turn(tx, TENANT, desk, topic, house.clock())


def on(house):
    with house.db.read() as tx:
        return fallbacks(tx, TENANT, house.clock())


def test_one_topic_of_one_desk_goes_to_people_until_its_time(house):
    client = house.signed_in("admin")
    assert "people get this topic" in post(client, "/fallback/on", **RETURNS).text
    assert held(house).fallback.why == "the returns page is wrong"
    assert held(house).ceiling is Mode.SEND, "a fallback silences nothing"
    assert held(house, OTHER_DESK).fallback is None and held(house, topic="shipping").fallback is None
    banner = (
        "Given to people at Larkfield: returns and refunds, until 23 Nov, 12:30, by "
        "admin@larkfield.test: the returns page is wrong."
    )
    assert banner in text(client, "/tickets")
    house.clock.advance(2 * 3600)
    assert held(house).fallback is None
    assert "Given to people" not in text(house.signed_in("auditor"), "/tickets")


@pytest.mark.parametrize(("topic", "given", "others"), [
    ("*", {"returns", "other", "a topic of tomorrow"}, set()), ("other", {"other"}, {"returns"}),
])
def test_every_topic_or_those_that_fit_none(house, topic, given, others):
    post(house.signed_in("owner"), "/fallback/on", topic=topic, desk="*", why="a test")
    assert all(held(house, desk, name).fallback for name in given for desk in (DESK, OTHER_DESK))
    assert not any(held(house, topic=name).fallback for name in others)


def test_pressing_twice_leaves_one_with_the_newer_reason(house):
    client = house.signed_in("owner")
    for why in ("first", "second"):
        post(client, "/fallback/on", **{**RETURNS, "why": why})
    assert [one.why for one in on(house)] == ["second"]


def test_a_narrower_one_is_taken_back_by_itself(house):
    client = house.signed_in("owner")
    for desk in (DESK, "*"):
        post(client, "/fallback/on", topic="returns", desk=desk, why="a test")
    assert "takes this topic again" in post(client, "/fallback/off", topic="returns", desk=DESK).text
    assert [one.desk for one in on(house)] == ["*"]
    assert (
        "It was not with people any more." in post(client, "/fallback/off", topic="returns", desk=DESK).text
    )


@pytest.mark.parametrize(("change", "said"), [
    ({"topic": "refundz"}, "There is no topic &#39;refundz&#39;; there are: "
                           "charge_dispute,"), ({"desk": "nope"}, "There is no desk"),
    ({"why": "  "}, "Say why"), ({"why": "x" * 301}, "Say why"), ({"until": "soon"},
    "write a duration such as 30m"),
    ({"until": "2020-01-01"}, "over already"), ({"topic": ""}, "There is no topic"),
])
def test_what_cannot_be_set_is_refused_and_says_what_to_do(house, change, said):
    answer = post(house.signed_in("owner"), "/fallback/on", **{**RETURNS, **change})
    assert answer.status_code == 400 and said in answer.text
    with house.db.read() as tx:
        assert tx.execute(select(caps)).all() == []


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("agent", 403), ("auditor", 403), ("admin",
200), ("owner", 200)])
def test_who_may_give_and_take_back(house, role, status):
    client = house.signed_in(role)
    assert client.get("/fallback", base_url=HERE).status_code == 200
    assert ("Give to people" in text(client, "/fallback")) is (status == 200)
    assert post(client, "/fallback/on", **RETURNS).status_code == status
    assert len(on(house)) == (status == 200)
    assert post(client, "/fallback/off", topic="returns", desk=DESK).status_code == status


@pytest.mark.parametrize("path", ["/fallback/on", "/fallback/off"])
def test_a_form_without_its_token_does_nothing(house, path):
    post(house.signed_in("owner"), "/fallback/on", **{**RETURNS, "topic": "shipping"})
    bare = house.signed_in("admin").post(
        path, base_url=HERE, headers={"Origin": HERE}, data={**RETURNS, "topic": "shipping"}
    )
    assert bare.status_code == 400
    assert [(one.topic, one.by) for one in on(house)] == [("shipping", "owner@larkfield.test")]


def test_both_directions_are_on_record(house):
    client = house.signed_in("owner")
    post(client, "/fallback/on", **RETURNS)
    post(client, "/fallback/off", topic="returns", desk=DESK)
    with house.db.read() as tx:
        rows = [
            (r.who, r.what, r.detail)
            for r in audit.newest(tx, TENANT, None, 9)
            if r.what.startswith("fallback")
        ]
        assert audit.first_broken(tx, TENANT, house.keys) is None
    ends = house.clock() + 2 * HOUR
    assert rows == [
        ("owner@larkfield.test", "fallback_off", {"desk": DESK, "topic": "returns"}),
        (
            "owner@larkfield.test",
            "fallback_on",
            {"desk": DESK, "topic": "returns", "why": "the returns page is wrong", "until": ends},
        ),
    ]
