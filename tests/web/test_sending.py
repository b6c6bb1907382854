"""The kill switch in the console, in /readyz and on every page's banner."""
from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from app.store import audit
from app.store import caps as cap_store
from app.store.tables import caps
from tests.web.seeding import DESK, OTHER_DESK, TENANT
from tests.web.test_access import PASSWORD
from tests.web.test_letters import HERE, post, text


def killed(house, desk: str) -> str | None:
    with house.db.read() as tx:
        return cap_store.killed(tx, TENANT, desk, house.clock())


def owner_with_password(house):
    client = house.signed_in("owner")
    house.account(email="owner@larkfield.test", password=PASSWORD)
    return client


def test_one_desk_is_stopped_and_the_others_send_on(house):
    client = house.signed_in("admin")
    answer = post(client, "/sending/stop", desk=DESK, why="wrong   prices in the\nhelp centre")
    assert "Sending is stopped" in answer.text
    assert killed(house, DESK) == "wrong prices in the help centre"
    assert killed(house, OTHER_DESK) is None
    assert (
        "Sending to Larkfield is stopped by admin@larkfield.test: wrong prices in the help centre."
        in text(client, "/tickets")
    )
    assert house.app.test_client().get("/readyz").text == "ready; the kill switch is on for 1 desk\n"


def test_every_desk_is_stopped_at_once_also_one_that_is_connected_later(house):
    post(house.signed_in("owner"), "/sending/stop", desk="*", why="a test")
    assert killed(house, DESK) and killed(house, OTHER_DESK) and killed(house, "a desk of tomorrow")
    ready = house.app.test_client().get("/readyz")
    assert (ready.status_code, ready.text) == (200, "ready; the kill switch is on for every desk\n")


def test_pressing_twice_leaves_one_switch_with_the_newer_reason(house):
    client = house.signed_in("owner")
    for why in ("first", "second"):
        post(client, "/sending/stop", desk=DESK, why=why)
    with house.db.read() as tx:
        assert tx.execute(select(caps.c.why)).scalars().all() == ["second"]


def test_sending_again_takes_the_password(house):
    client = owner_with_password(house)
    post(client, "/sending/stop", desk=DESK, why="a test")
    wrong = post(client, "/sending/allow", desk=DESK, password="wrong wrong wrong")
    assert wrong.status_code == 400 and "The password does not fit" in wrong.text
    assert killed(house, DESK)
    assert "Sending goes on." in post(client, "/sending/allow", desk=DESK, password=PASSWORD).text
    assert killed(house, DESK) is None
    assert house.rings


def test_one_desks_switch_does_not_lift_the_one_over_all(house):
    client = owner_with_password(house)
    for desk in (DESK, "*"):
        post(client, "/sending/stop", desk=desk, why="a test")
    post(client, "/sending/allow", desk=DESK, password=PASSWORD)
    assert killed(house, DESK)


@pytest.mark.parametrize(("desk", "why", "said"), [("no-such-desk", "a test", "There is no desk"), (DESK,
"  ", "Say why")])
def test_a_switch_needs_a_desk_and_a_reason(house, desk, why, said):
    answer = post(house.signed_in("owner"), "/sending/stop", desk=desk, why=why)
    assert answer.status_code == 400 and said in answer.text
    with house.db.read() as tx:
        assert tx.execute(select(caps)).all() == []


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("agent", 403), ("auditor", 403), ("admin",
200), ("owner", 200)])
def test_who_may_switch(house, role, status):
    client = house.signed_in(role)
    assert client.get("/sending", base_url=HERE).status_code == 200
    assert ("Stop sending" in text(client, "/sending")) is (status == 200)
    assert post(client, "/sending/stop", desk="*", why="a test").status_code == status
    assert (killed(house, DESK) is not None) is (status == 200)


def test_a_form_without_its_token_switches_nothing(house):
    client = house.signed_in("owner")
    assert (
        client.post(
            "/sending/stop", base_url=HERE, headers={"Origin": HERE}, data={"desk": "*", "why": "x"}
        ).status_code
        == 400
    )
    assert killed(house, DESK) is None


def test_both_directions_are_on_record(house):
    client = owner_with_password(house)
    post(client, "/sending/stop", desk=DESK, why="a test")
    post(client, "/sending/allow", desk=DESK, password=PASSWORD)
    with house.db.read() as tx:
        rows = [
            (r.who, r.what, r.detail) for r in audit.newest(tx, TENANT, None, 9) if r.what.startswith("kill")
        ]
        assert audit.first_broken(tx, TENANT, house.keys) is None
    assert rows == [("owner@larkfield.test", "kill_switch_off", {"desk": DESK}),
                    ("owner@larkfield.test", "kill_switch_on", {"desk": DESK, "why": "a test"})]
    assert not re.search(PASSWORD, str(rows))
