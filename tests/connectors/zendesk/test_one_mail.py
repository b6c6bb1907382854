"""One mail per message: the desk's own acknowledgement is found, offered, left out with the admin's word, and
given back."""
from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from connectors.clock import SetClock
from connectors.contract import Installed, Step
from connectors.sandbox.faults import Fault
from connectors.zendesk import acknowledgements as rules
from connectors.zendesk.install import ZendeskInstall
from connectors.zendesk.onemail import TAGGING
from connectors.zendesk.sandbox import SandboxZendesk
from connectors.zendesk.sandbox.mails import ACKNOWLEDGEMENT
from connectors.zendesk.sandbox.nouns import Trigger
from tests.connectors.zendesk.conftest import Api
from tests.connectors.zendesk.wiring import HOOK, client

MAIL = f"mail of {ACKNOWLEDGEMENT!r}"


def apply(sandbox: SandboxZendesk, clock: SetClock, state: Any = None, **settings: str) -> Installed:
    return ZendeskInstall(client(sandbox, clock, state, **settings)).apply(HOOK, lambda step: None)


def of_mails(steps: Any) -> dict[str, str]:
    return {s.name: s.state for s in steps if s.name == TAGGING or s.name.startswith("mail of ")}


def acknowledgement(sandbox: SandboxZendesk) -> Trigger:
    return next(t for t in sandbox.state.triggers.values() if t.title == ACKNOWLEDGEMENT)


def as_delivered_by_the_vendor(sandbox: SandboxZendesk) -> Trigger:
    """A new account's trigger as recorded: nobody has put an exclusion into it yet, and it is the first of
    all."""
    found = acknowledgement(sandbox)
    found.conditions["all"] = [c for c in found.conditions["all"] if c["field"] != "current_tags"]
    return found


def mails_of_an_answered_ticket(sandbox: SandboxZendesk, api: Api, **more: Any) -> list[str]:
    ticket = sandbox.do.customer_ticket(
        name="Maya", email="maya@example.com", subject="Hi", text="Hello", **more
    )
    api.put_ticket(ticket, comment={"body": "An answer", "public": True})
    return next(m["kinds"] for m in sandbox.do.mails_per_customer_message() if m["ticket"] == ticket)


def test_without_the_admins_word_the_mail_is_named_and_nothing_is_changed(
    sandbox: SandboxZendesk, clock: SetClock, api: Api
) -> None:
    trigger = as_delivered_by_the_vendor(sandbox)
    before = copy.deepcopy(trigger)
    told: list[Step] = []
    ZendeskInstall(client(sandbox, clock)).apply(HOOK, told.append)
    assert of_mails(told) == {MAIL: "offered"}
    [step] = [s for s in told if s.name == MAIL]
    assert "two mails" in step.detail and "--one-mail" in step.detail and str(trigger.id) in step.detail
    assert acknowledgement(sandbox) == before
    assert mails_of_an_answered_ticket(sandbox, api) == ["acknowledgement", "comment"]


def test_with_the_admins_word_an_answered_message_brings_one_mail(
    sandbox: SandboxZendesk, clock: SetClock, api: Api
) -> None:
    trigger = as_delivered_by_the_vendor(sandbox)
    conditions, actions = copy.deepcopy(trigger.conditions["all"]), copy.deepcopy(trigger.actions)
    first = apply(sandbox, clock, one_mail="yes")
    assert of_mails(first.steps) == {TAGGING: "created", MAIL: "updated"}
    assert trigger.conditions["all"] == [*conditions, rules.EXCLUSION] and trigger.actions == actions
    assert mails_of_an_answered_ticket(sandbox, api) == ["comment"]


def test_a_second_run_changes_nothing(sandbox: SandboxZendesk, clock: SetClock) -> None:
    as_delivered_by_the_vendor(sandbox)
    first = apply(sandbox, clock, one_mail="yes")
    writes = len([r for r in sandbox.do.requests() if r["method"] != "GET"])
    second = apply(sandbox, clock, first.state, one_mail="yes")
    assert of_mails(second.steps) == {TAGGING: "exists", MAIL: "exists"}
    assert second.state == first.state
    assert len([r for r in sandbox.do.requests() if r["method"] != "GET"]) == writes
    assert of_mails(ZendeskInstall(client(sandbox, clock, first.state, one_mail="yes")).plan(HOOK)) == {
        TAGGING: "exists",
        MAIL: "exists",
    }


@pytest.mark.parametrize("how", ["removed", "taken_back"])
def test_what_was_changed_is_given_back(sandbox: SandboxZendesk, clock: SetClock, api: Api, how: str) -> None:
    trigger = as_delivered_by_the_vendor(sandbox)
    conditions = copy.deepcopy(trigger.conditions)
    first = apply(sandbox, clock, one_mail="yes")
    if how == "removed":
        ZendeskInstall(client(sandbox, clock, first.state, one_mail="yes")).remove(lambda step: None)
    else:
        assert apply(sandbox, clock, first.state, one_mail="").state["acknowledgements"] == []
    assert trigger.conditions == conditions
    assert rules.TITLE not in {t.title for t in sandbox.state.triggers.values()}
    assert mails_of_an_answered_ticket(sandbox, api) == ["acknowledgement", "comment"]


def test_an_exclusion_the_admin_made_is_used_and_never_taken_away(
    sandbox: SandboxZendesk, clock: SetClock, api: Api
) -> None:
    # The sandbox desk's own trigger already leaves the tag out, as an admin may have arranged for other
    # tools.
    before = copy.deepcopy(acknowledgement(sandbox))
    first = apply(sandbox, clock, one_mail="yes")
    assert of_mails(first.steps) == {TAGGING: "created", MAIL: "exists"}
    assert mails_of_an_answered_ticket(sandbox, api) == ["comment"]
    ZendeskInstall(client(sandbox, clock, first.state, one_mail="yes")).remove(lambda step: None)
    assert acknowledgement(sandbox) == before


def test_what_an_admin_adds_later_stays_when_ours_goes(sandbox: SandboxZendesk, clock: SetClock) -> None:
    trigger = as_delivered_by_the_vendor(sandbox)
    first = apply(sandbox, clock, one_mail="yes")
    later = {"field": "priority", "operator": "is_not", "value": "low"}
    trigger.conditions["all"].append(later)
    ZendeskInstall(client(sandbox, clock, first.state, one_mail="yes")).remove(lambda step: None)
    assert later in trigger.conditions["all"] and rules.EXCLUSION not in trigger.conditions["all"]


def test_a_mail_that_runs_first_of_all_makes_room_and_nothing_else_changes_places(
    sandbox: SandboxZendesk, clock: SetClock, api: Api,
) -> None:
    as_delivered_by_the_vendor(sandbox).position = 0  # recorded so: there is no place before it
    order = titles(sandbox)
    first = apply(sandbox, clock, one_mail="yes")
    assert of_mails(first.steps)[TAGGING] == "created"
    assert [t for t in titles(sandbox) if t in order] == order and titles(sandbox)[0] == rules.TITLE
    assert mails_of_an_answered_ticket(sandbox, api) == ["comment"]
    assert of_mails(apply(sandbox, clock, first.state, one_mail="yes").steps) == {
        TAGGING: "exists",
        MAIL: "exists",
    }


def test_a_tag_that_would_come_too_late_is_told_with_the_steps_to_take(
    sandbox: SandboxZendesk, clock: SetClock
) -> None:
    as_delivered_by_the_vendor(sandbox).position = 0
    sandbox.do.faults.arm(
        Fault("answer", method="PUT", path="/triggers/reorder", status=422, body='{"error": "RecordInvalid"}')
    )
    first = apply(sandbox, clock, one_mail="yes")
    [step] = [s for s in first.steps if s.name == TAGGING]
    assert step.state == "manual" and "move 'Candor: no second mail' above" in step.detail
    acknowledgement(sandbox).position = 4  # the admin has moved them
    assert of_mails(apply(sandbox, clock, first.state, one_mail="yes").steps)[TAGGING] == "exists"


def titles(sandbox: SandboxZendesk) -> list[str]:
    return [t.title for t in sorted(sandbox.state.triggers.values(), key=lambda t: (t.position, t.id))]


def test_a_chat_keeps_the_acknowledgement(sandbox: SandboxZendesk, clock: SetClock) -> None:
    apply(sandbox, clock, one_mail="yes")
    chat = sandbox.do.customer_ticket(
        name="Maya", email="maya@example.com", subject="Hi", text="Hello", messaging=True
    )
    assert rules.TAG not in sandbox.do.ticket(chat)["tags"]


def test_a_desk_without_such_a_mail_gets_no_trigger_for_it(sandbox: SandboxZendesk, clock: SetClock) -> None:
    acknowledgement(sandbox).active = False
    assert of_mails(apply(sandbox, clock, one_mail="yes").steps) == {}
    assert rules.TITLE not in {t.title for t in sandbox.state.triggers.values()}


def test_of_a_recorded_accounts_triggers_only_the_acknowledgement_is_one() -> None:
    shared = Path(__file__).resolve().parents[4] / "shared" / "samples" / "go-zendesk" / "GET_triggers.json"
    if not shared.exists():
        pytest.skip("the recorded triggers lie in ../shared/samples, which is not part of this repository")
    recorded = json.loads(shared.read_text())["triggers"]
    assert [t["title"] for t in rules.acknowledging(recorded)] == ["Notify requester of received request"]
    assert not rules.excluded(rules.acknowledging(recorded)[0])


@pytest.mark.parametrize(("changes", "found"), [
    ({}, True),
    ({"active": False}, False),
    ({"actions": [{"field": "notification_user", "value": ["assignee_id", "s", "b"]}]}, False),
    ({"actions": [{"field": "notification_user", "value": ["requester_and_ccs", "s", "b"]}]}, True),
    ({"conditions": {"all": [{"field": "update_type", "operator": "is", "value": "Change"}], "any": []}},
    False),
    ({"conditions": {"all": [{"field": "update_type", "value": "Create"}, {"field": "role", "operator": "is",
    "value": "agent"}]}}, False),
    ({"conditions": {"all": [], "any": [{"field": "update_type", "operator": "is", "value": "Create"}]}},
    True),
    ({"conditions": None}, False),
])  # fmt: skip
def test_which_triggers_mail_a_customer_who_opens_a_ticket(changes: dict[str, Any], found: bool) -> None:
    trigger = {
        "id": 1, "title": "Received", "active": True, "position": 1,
        "conditions": {"all": [{"field": "update_type", "operator": "is", "value": "Create"}], "any": []},
        "actions": [{"field": "notification_user", "value": ["requester_id", "s", "b"]}],
    }  # fmt: skip
    assert bool(rules.acknowledging([{**trigger, **changes}])) is found
