"""Connecting as an admin meets it: the plan, what goes wrong and what is then said, and a desk that is left
as it was."""
from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from app.store import desks as desk_store
from app.store.database import DEFAULT_TENANT
from connectors import registry
from connectors.errors import ConnectorError
from connectors.freshdesk.sandbox import SandboxFreshdesk
from connectors.zendesk.sandbox import SandboxZendesk
from tests.flow.house import House
from workers.desks.advice import advice
from workers.desks.connect import connect, disconnect, plan

Desk = SandboxZendesk | SandboxFreshdesk
KINDS = ("zendesk", "freshdesk")
ID = "newcomer"
WRONG = "wrong-key-0123456789abcdef"


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def desk(house: House, kind: str) -> Iterator[Desk]:
    made = SandboxZendesk if kind == "zendesk" else SandboxFreshdesk
    with made(None, seed=29, clock=house.clock, account="larkfield-new") as started:  # type: ignore[operator]
        yield started


def given(desk: Desk, **other: str) -> dict[str, str]:
    key = (
        {"email": desk.email, "api_token": desk.token}
        if isinstance(desk, SandboxZendesk)
        else {"api_key": desk.api_key}
    )
    return {"subdomain": desk.account, **key, **other}


def run(house: House, kind: str, desk: Desk, url: str = "", **other: str) -> bool:
    house.clock.advance(1)  # the guard's test ticket is told from an earlier run's by the time
    return connect(
        house.work,
        DEFAULT_TENANT,
        ID,
        kind,
        "New",
        given(desk, **other),
        url or desk.url,
        house.url,
        lambda step: None,
    )


def rules_and_fields(desk: Desk) -> dict[str, Any]:
    names = (
        ("triggers", "webhooks", "fields", "views")
        if isinstance(desk, SandboxZendesk)
        else ("rules", "fields", "statuses")
    )
    return {name: deepcopy(getattr(desk.state, name)) for name in (*names, "groups")}


def test_removing_leaves_the_desk_as_it_was(house: House, kind: str, desk: Desk) -> None:
    before = rules_and_fields(desk)
    assert run(house, kind, desk, one_mail="yes")
    made = rules_and_fields(desk)
    assert made != before
    assert run(house, kind, desk, one_mail="yes")
    assert rules_and_fields(desk) == made, "a second run changes nothing"
    disconnect(house.work, DEFAULT_TENANT, ID, lambda step: None)
    assert _timeless(rules_and_fields(desk)) == _timeless(before)


def _timeless(state: dict[str, Any]) -> dict[str, Any]:
    """Without the moment of the last change, and rules by their order, not by their number in it.

    An admin's rule that was given back as it was has been written all the same; and whether a desk closes the
    gap a deleted rule leaves in its numbers is documented nowhere.
    """
    for things in state.values():
        for thing in things.values():
            if hasattr(thing, "updated_us"):
                thing.updated_us = 0
    rules = state.get("rules", {})
    for kind in {rule.type for rule in rules.values()}:
        for place, rule in enumerate(
            sorted((r for r in rules.values() if r.type == kind), key=lambda r: (r.position, r.id)), 1
        ):
            rule.position = place
    return state


def test_a_plan_knows_what_an_earlier_run_entered_and_made(house: House, kind: str, desk: Desk) -> None:
    assert run(house, kind, desk)
    steps = plan(house.work, DEFAULT_TENANT, kind, ID, {"subdomain": desk.account}, desk.url, house.url)
    assert "planned" not in {step.state for step in steps}


def test_a_plan_writes_nothing_there_or_here(house: House, kind: str, desk: Desk) -> None:
    before = rules_and_fields(desk)
    steps = plan(house.work, DEFAULT_TENANT, kind, ID, given(desk), desk.url, house.url)
    assert "planned" in {step.state for step in steps}
    assert rules_and_fields(desk) == before
    assert stored(house) is None


def test_a_wrong_key_is_told_with_what_to_do_and_marks_the_desk(house: House, kind: str, desk: Desk) -> None:
    key = "api_token" if kind == "zendesk" else "api_key"
    with pytest.raises(ConnectorError) as refused:
        run(house, kind, desk, **{key: WRONG})
    assert refused.value.permanent
    found = stored(house)
    assert found is not None and found.status == "broken"
    assert "the key is wrong or was revoked" in str(found.status_why)
    assert WRONG not in str(found.status_why)
    assert run(house, kind, desk), "with the right key the same command goes through"
    found = stored(house)
    assert found is not None and found.status == "active"


def test_settings_the_form_refuses_are_named_before_anything_is_stored(
    house: House, kind: str, desk: Desk
) -> None:
    with pytest.raises(ValueError, match="subdomain: "):
        run(house, kind, desk, subdomain="https://larkfield.example")
    assert stored(house) is None


def test_a_desk_nobody_answers_for_is_told_by_its_address(house: House, kind: str, desk: Desk) -> None:
    desk.stop()
    with pytest.raises(ConnectorError):
        run(house, kind, desk)
    found = stored(house)
    assert found is not None and f"check that larkfield-new.{kind}.com" in str(found.status_why)


@pytest.mark.parametrize(("status", "told"), [
    (401, "wrong or was revoked"), (402, "suspended"), (403, "admin's key"), (404, "check the subdomain"),
    (429, "over its rate limit"),
    (503, "in some minutes"), (422, "put right what it names"), (None, "this machine may reach it"),
])
def test_every_refusal_ends_with_what_to_do(kind: str, status: int | None, told: str) -> None:
    said = advice(
        ConnectorError("the desk said no", status=status),
        registry.connector(kind).account({"subdomain": "acme"}),
    )
    assert said.startswith("the desk said no. What to do: ")
    assert told in said


def stored(house: House) -> desk_store.StoredDesk | None:
    with house.db.read() as tx:
        return desk_store.get(tx, DEFAULT_TENANT, ID, house.keys)


def test_an_unknown_desk_cannot_be_removed(house: House) -> None:
    with pytest.raises(LookupError, match="there is no desk"):
        disconnect(house.work, DEFAULT_TENANT, "nobody", lambda step: None)
