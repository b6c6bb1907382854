"""A Freshdesk delivery at our own door: one row for copies of one moment, a row of its own for everything
later."""
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.store import desks
from app.store.tables import inbox
from tests.web.seeding import TENANT, WebHouse, build

SECRET, NEXT = "Qx0nq6m1oQm0xg1w9v3k8h2yYb5n7c4zLr6t8u0sPdE", "Zy9wv8u7t6s5r4q3p2o1n0m9l8k7j6i5h4g3f2e1d0c"
BODY = b'{"freshdesk_webhook": {"ticket_id": "12", "triggered_event": "{ticket_action:created}"}}'


@pytest.fixture
def house(tmp_path: Path) -> Iterator[WebHouse]:
    made = build(tmp_path)
    with made.db.write() as tx:
        for desk, secrets in (("fresh", [SECRET, NEXT]), ("fresher", [SECRET]), ("bare", [])):
            desks.add(
                tx,
                TENANT,
                desk,
                "freshdesk",
                "Larkfield",
                {"subdomain": "acme"},
                frozenset(),
                None,
                made.keys,
                made.clock(),
            )
            desks.installed(tx, TENANT, desk, {}, secrets, False, made.keys)
    yield made
    made.db.close()


@pytest.fixture
def door(house: WebHouse) -> FlaskClient:
    return house.app.test_client()


def deliver(
    door: FlaskClient, desk: str = "fresh", secret: str | None = SECRET, body: bytes = BODY
) -> tuple[int, str]:
    answer = door.post(
        f"/hooks/{desk}", data=body, headers={} if secret is None else {"X-Candor-Secret": secret}
    )
    return answer.status_code, answer.text.strip()


def rows(house: WebHouse) -> int:
    with house.db.read() as tx:
        return tx.execute(select(func.count()).select_from(inbox)).scalar_one()


def test_copies_of_one_moment_make_one_row_and_a_later_message_its_own(
    house: WebHouse, door: FlaskClient
) -> None:
    assert deliver(door) == (200, "kept")
    assert deliver(door) == (200, "known")
    house.clock.advance(1)
    assert deliver(door) == (200, "kept")
    assert rows(house) == 2


def test_tickets_and_desks_with_equal_numbers_are_never_mixed(house: WebHouse, door: FlaskClient) -> None:
    assert (
        deliver(door)
        == deliver(door, "fresher")
        == deliver(door, body=b'{"ticket_id": "13"}')
        == (200, "kept")
    )
    assert rows(house) == 3


def test_both_secrets_open_the_door_during_a_change_over_and_no_other(
    house: WebHouse, door: FlaskClient
) -> None:
    assert deliver(door, secret=NEXT)[0] == 200
    for desk, secret in (("fresh", None), ("fresh", ""), ("fresh", SECRET[:-1]), ("fresher", NEXT)):
        assert deliver(door, desk, secret)[0] == 401
    assert deliver(door, "bare")[0] == 503
    assert deliver(door, "nobody")[0] == 404
    assert rows(house) == 1


def test_an_unreadable_body_is_400_only_for_whoever_knows_the_secret(door: FlaskClient) -> None:
    assert deliver(door, body=b"{ticket_action:created}")[0] == 400
    assert deliver(door, secret="wrong", body=b"{ticket_action:created}")[0] == 401
