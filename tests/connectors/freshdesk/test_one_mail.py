"""One mail per message: the desk's own acknowledgement is found, offered, left out with the admin's word, and
given back."""
from __future__ import annotations

import copy
from typing import Any

import pytest

from connectors.clock import SetClock
from connectors.contract import Installed, Step
from connectors.freshdesk import acknowledgements as rules
from connectors.freshdesk.install import FreshdeskInstall
from connectors.freshdesk.onemail import TAGGING
from connectors.freshdesk.sandbox import SandboxFreshdesk
from connectors.freshdesk.sandbox.mails import ACKNOWLEDGEMENT
from connectors.freshdesk.sandbox.nouns import Rule
from connectors.sandbox.faults import Fault
from tests.connectors.freshdesk.conftest import Api
from tests.connectors.freshdesk.wiring import HOOK, client

MAIL = f"mail of {ACKNOWLEDGEMENT!r}"
OPEN = {"resource_type": "ticket", "field_name": "status", "operator": "in", "value": [2]}


def apply(sandbox: SandboxFreshdesk, clock: SetClock, state: Any = None, **settings: str) -> Installed:
    return FreshdeskInstall(client(sandbox, clock, state, **settings)).apply(HOOK, lambda step: None)


def of_mails(steps: Any) -> dict[str, str]:
    return {s.name: s.state for s in steps if s.name == TAGGING or s.name.startswith("mail of ")}


def acknowledgement(sandbox: SandboxFreshdesk) -> Rule:
    return next(r for r in sandbox.state.rules.values() if r.name == ACKNOWLEDGEMENT)


def unprepared(sandbox: SandboxFreshdesk, *conditions: dict[str, Any]) -> Rule:
    """The rule as an admin makes it who has never heard of our tag."""
    found = acknowledgement(sandbox)
    found.conditions = list(conditions) or [
        {"name": "condition_set_1", "match_type": "all", "properties": [OPEN]}
    ]
    return found


def mails_of_an_answered_ticket(sandbox: SandboxFreshdesk, api: Api) -> list[str]:
    ticket = sandbox.do.customer_ticket(name="Maya", email="maya@example.com", subject="Hi", text="Hello")
    assert api.reply(ticket).status_code == 201
    return next(m["kinds"] for m in sandbox.do.mails_per_customer_message() if m["ticket"] == ticket)


def test_without_the_admins_word_the_mail_is_named_and_nothing_is_changed(
    sandbox: SandboxFreshdesk, clock: SetClock, api: Api
) -> None:
    before = copy.deepcopy(unprepared(sandbox))
    told: list[Step] = []
    FreshdeskInstall(client(sandbox, clock)).apply(HOOK, told.append)
    assert of_mails(told) == {MAIL: "offered"}
    assert "--one-mail" in next(s.detail for s in told if s.name == MAIL)
    assert acknowledgement(sandbox) == before
    assert mails_of_an_answered_ticket(sandbox, api) == ["acknowledgement", "comment"]


def test_with_the_admins_word_an_answered_message_brings_one_mail(
    sandbox: SandboxFreshdesk, clock: SetClock, api: Api
) -> None:
    rule = unprepared(sandbox)
    actions = copy.deepcopy(rule.actions)
    first = apply(sandbox, clock, one_mail="yes")
    assert of_mails(first.steps) == {TAGGING: "created", MAIL: "updated"}
    assert rule.conditions[0]["properties"][0] == OPEN and rule.actions == actions
    assert mails_of_an_answered_ticket(sandbox, api) == ["comment"]


def test_a_second_run_changes_nothing(sandbox: SandboxFreshdesk, clock: SetClock) -> None:
    unprepared(sandbox)
    first = apply(sandbox, clock, one_mail="yes")
    writes = len([r for r in sandbox.do.requests() if r["method"] != "GET"])
    second = apply(sandbox, clock, first.state, one_mail="yes")
    assert of_mails(second.steps) == {TAGGING: "exists", MAIL: "exists"}
    assert second.state == first.state
    assert len([r for r in sandbox.do.requests() if r["method"] != "GET"]) == writes


@pytest.mark.parametrize("how", ["removed", "taken_back"])
@pytest.mark.parametrize("conditions", [(), ({"name": "condition_set_1", "match_type": "all",
"properties": [OPEN]},)])
def test_what_was_changed_is_given_back(
    sandbox: SandboxFreshdesk, clock: SetClock, how: str, conditions: tuple[dict[str, Any], ...],
) -> None:
    rule = unprepared(sandbox, *conditions)
    before = copy.deepcopy(rule.conditions)
    first = apply(sandbox, clock, one_mail="yes")
    assert rule.conditions != before
    if how == "removed":
        FreshdeskInstall(client(sandbox, clock, first.state, one_mail="yes")).remove(lambda step: None)
    else:
        assert apply(sandbox, clock, first.state, one_mail="").state["acknowledgements"] == []
    assert rule.conditions == before
    assert rules.NAME not in {r.name for r in sandbox.state.rules.values()}


def test_an_exclusion_the_admin_made_is_used_and_never_taken_away(
    sandbox: SandboxFreshdesk, clock: SetClock, api: Api
) -> None:
    before = copy.deepcopy(acknowledgement(sandbox).conditions)
    first = apply(sandbox, clock, one_mail="yes")
    assert of_mails(first.steps) == {TAGGING: "created", MAIL: "exists"}
    assert mails_of_an_answered_ticket(sandbox, api) == ["comment"]
    FreshdeskInstall(client(sandbox, clock, first.state, one_mail="yes")).remove(lambda step: None)
    assert acknowledgement(sandbox).conditions == before


def test_a_rule_with_several_sets_of_conditions_is_left_to_the_admin(
    sandbox: SandboxFreshdesk, clock: SetClock
) -> None:
    sets = [{"name": f"condition_set_{n}", "match_type": "all", "properties": [OPEN]} for n in (1, 2)]
    rule = unprepared(sandbox, *sets)
    first = apply(sandbox, clock, one_mail="yes")
    assert of_mails(first.steps)[MAIL] == "manual"
    assert rule.conditions == sets
    assert f"add the condition Tags is none of {rules.TAG}" in next(
        s.detail for s in first.steps if s.name == MAIL
    )


def test_a_rule_that_the_desk_puts_last_is_told_with_the_steps_to_take(
    sandbox: SandboxFreshdesk, clock: SetClock, api: Api
) -> None:
    sandbox.do.switch(rules_by_position=False)
    unprepared(sandbox)
    first = apply(sandbox, clock, one_mail="yes")
    [step] = [s for s in first.steps if s.name == TAGGING]
    assert step.state == "manual" and "move 'Candor: no second mail' to the first place" in step.detail
    ours = next(r for r in sandbox.state.rules.values() if r.name == rules.NAME)
    ours.position = 0  # the admin has moved it
    assert of_mails(apply(sandbox, clock, first.state, one_mail="yes").steps) == {
        TAGGING: "exists",
        MAIL: "exists",
    }
    assert mails_of_an_answered_ticket(sandbox, api) == ["comment"]


@pytest.mark.parametrize("status", [400, 403, 405])
def test_what_the_api_refuses_is_told_and_the_rest_goes_on(
    sandbox: SandboxFreshdesk, clock: SetClock, status: int
) -> None:
    unprepared(sandbox)
    sandbox.do.faults.arm(
        Fault("answer", method="PUT", path="/automations/1/rules/", status=status, body="{}", count=9)
    )
    first = apply(sandbox, clock, one_mail="yes")
    assert of_mails(first.steps) == {TAGGING: "created", MAIL: "manual"}
    assert first.state["acknowledgements"] == []
    assert "hook_url" in first.state


@pytest.mark.parametrize(("agreed", "state"), [("", "offered"), ("yes", "manual")])
def test_the_notification_no_api_shows_is_always_told(
    sandbox: SandboxFreshdesk, clock: SetClock, api: Api, agreed: str, state: str,
) -> None:
    sandbox.do.switch(creation_notification=True)
    first = apply(sandbox, clock, one_mail=agreed)
    [step] = [s for s in first.steps if s.name == rules.NOTIFICATION]
    assert step.state == state and "Requester Notifications > New Ticket Created" in step.detail
    assert "acknowledgement" in mails_of_an_answered_ticket(sandbox, api), "no tag stops it"
