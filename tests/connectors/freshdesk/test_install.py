"""Candor's side of a Freshdesk: made, found again, repaired, removed; and told in words where the desk's API
refuses."""
from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from connectors.clock import SetClock
from connectors.contract import Step
from connectors.errors import ConnectorError, Rejected
from connectors.freshdesk import blueprint
from connectors.freshdesk.desk import FreshdeskDesk
from connectors.freshdesk.inbound import SECRET_MIN, FreshdeskInbound
from connectors.freshdesk.install import FreshdeskInstall
from connectors.freshdesk.sandbox import SandboxFreshdesk, texts
from connectors.sandbox.faults import Fault
from tests.connectors.freshdesk.wiring import HOOK, client, installed
from tests.connectors.receivers import Receiver

FIELDS = [label for label, _ in blueprint.FIELDS.values()]
RULES = [rule.name for rule in blueprint.RULES]
ALL = [*FIELDS, *RULES]


def states(steps: Any) -> dict[str, str]:
    """Of what is Candor's own; what is told of the desk's mails has tests of its own."""
    return {
        step.name: step.state for step in steps if not step.name.startswith(("mail of ", "notification "))
    }


def apply(sandbox: SandboxFreshdesk, clock: SetClock, state: Any = None, hook: str = HOOK) -> Any:
    return FreshdeskInstall(client(sandbox, clock, state)).apply(hook, lambda step: None)


def writes(sandbox: SandboxFreshdesk) -> list[str]:
    return [f"{r['method']} {r['path']}" for r in sandbox.do.requests() if r["method"] != "GET"]


def test_a_plan_writes_nothing(sandbox: SandboxFreshdesk, clock: SetClock) -> None:
    steps = FreshdeskInstall(client(sandbox, clock)).plan(HOOK)
    assert {name: states(steps)[name] for name in ALL} == dict.fromkeys(ALL, "planned")
    assert writes(sandbox) == []


def test_everything_is_made_once_and_a_second_run_changes_nothing(
    sandbox: SandboxFreshdesk, clock: SetClock
) -> None:
    told: list[Step] = []
    first = FreshdeskInstall(client(sandbox, clock)).apply(HOOK, told.append)
    assert tuple(told) == first.steps
    assert {name: states(first.steps)[name] for name in ALL} == dict.fromkeys(ALL, "created")
    before = len(writes(sandbox))
    second = apply(sandbox, clock, first.state)
    assert {name: states(second.steps)[name] for name in ALL} == dict.fromkeys(ALL, "exists")
    assert (second.state, second.secrets) == (first.state, first.secrets)
    assert len(writes(sandbox)) == before
    plan = FreshdeskInstall(client(sandbox, clock, first.state)).plan(HOOK)
    assert {name: states(plan)[name] for name in ALL} == dict.fromkeys(ALL, "exists")


def test_what_was_found_is_kept(sandbox: SandboxFreshdesk, clock: SetClock) -> None:
    sandbox.state.find_group("Billing").auto_ticket_assign = True
    made = apply(sandbox, clock)
    assert made.state["user_name"] == "Larkfield AI assistant"
    assert set(made.state["groups"]) == {"Support", "Billing", "Repairs"}
    assert made.state["routed"] == [made.state["groups"]["Billing"]]
    assert "Ana Ruiz" in made.state["agents"].values()
    assert made.state["fields"]["next_step"] == "cf_candor_next_step"
    assert sandbox.api_key not in str(made.state)
    assert made.secrets[0] not in str(made.state)


def test_it_says_whose_act_an_assignment_counts_as(sandbox: SandboxFreshdesk, clock: SetClock) -> None:
    def told() -> list[str]:
        both = (apply(sandbox, clock).steps, FreshdeskInstall(client(sandbox, clock)).plan(HOOK))
        return [step.detail for steps in both for step in steps if step.name == "assignments"]

    assert told() == 2 * [
        "Freshdesk does not say who assigned a ticket: it counts as a person's act, and no group here "
        "assigns by itself; run connect again when one does"
    ]
    sandbox.state.find_group("Billing").auto_ticket_assign = True
    assert told() == 2 * [
        "Freshdesk does not say who assigned a ticket: it counts as a person's act, except in groups that "
        "assign by themselves (Billing), where it counts as a rule's"
    ]


def test_the_secret_is_long_and_each_installations_own(sandbox: SandboxFreshdesk, clock: SetClock) -> None:
    secrets = {apply(sandbox, clock).secrets[0] for _ in range(3)}
    assert len(secrets) == 3
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", s) and len(s) >= SECRET_MIN for s in secrets)


def test_a_lost_state_makes_a_new_secret_and_repairs_the_rules(
    sandbox: SandboxFreshdesk, clock: SetClock
) -> None:
    first = apply(sandbox, clock)
    second = apply(sandbox, clock)
    assert second.secrets != first.secrets
    assert {name: states(second.steps)[name] for name in RULES} == dict.fromkeys(RULES, "updated")
    assert len(sandbox.state.rules) == 1 + len(RULES)  # the desk's own acknowledgement is untouched


@pytest.mark.parametrize("spoil", ["active", "url", "performer"])
def test_a_rule_that_somebody_changed_is_put_right(
    sandbox: SandboxFreshdesk, clock: SetClock, spoil: str
) -> None:
    first = apply(sandbox, clock)
    rule = next(r for r in sandbox.state.rules.values() if r.name == "Candor: a customer wrote")
    if spoil == "active":
        rule.active = False
    elif spoil == "url":
        rule.actions[0]["url"] = "http://127.0.0.1:9/elsewhere"
    else:
        rule.performer = {"type": 3}
    second = apply(sandbox, clock, first.state)
    assert states(second.steps)["Candor: a customer wrote"] == "updated"
    assert states(apply(sandbox, clock, second.state).steps)["Candor: a customer wrote"] == "exists"


def test_fields_are_for_agents_only_and_the_drop_down_has_our_words(
    sandbox: SandboxFreshdesk, clock: SetClock
) -> None:
    apply(sandbox, clock)
    for label in FIELDS:
        field = sandbox.state.find_field(label)
        assert (field.displayed_to_customers, field.customers_can_edit) == (False, False)
    assert sandbox.state.find_field("Candor: next step").choices == [
        "Send the draft", "Assistant may continue", "Stay out", "Hand-off not needed",
    ]  # fmt: skip


def test_a_field_an_admin_changed_is_named_and_never_overwritten(
    sandbox: SandboxFreshdesk, clock: SetClock
) -> None:
    state = apply(sandbox, clock).state
    field = sandbox.state.find_field("Candor: next step")
    field.choices = ["Send the draft", "My own"]
    step = next(s for s in apply(sandbox, clock, state).steps if s.name == "Candor: next step")
    assert step.state == "manual"
    assert "Stay out" in step.detail
    assert field.choices == ["Send the draft", "My own"]


def test_a_field_of_another_type_stops_the_run_and_says_what_to_do(
    sandbox: SandboxFreshdesk, clock: SetClock
) -> None:
    sandbox.do.add_field("Candor: next step", "custom_text")
    with pytest.raises(ConnectorError, match="rename or delete it"):
        apply(sandbox, clock)


def test_where_the_api_makes_no_fields_the_steps_are_told_and_the_rest_goes_on(
    sandbox: SandboxFreshdesk, clock: SetClock
) -> None:
    sandbox.do.switch(fields_by_api=False)
    made = apply(sandbox, clock)
    told = {step.name: step for step in made.steps}
    for label in FIELDS:
        assert told[label].state == "manual"
        assert label in told[label].detail
        assert "Ticket Fields" in told[label].detail
    assert told["Candor: a customer wrote"].state == "created"
    assert told["Candor: a next step was chosen"].state == "manual"
    assert made.state["fields"] == {}
    assert FreshdeskInstall(client(sandbox, clock, made.state)).prove_guard().held


def test_fields_made_by_hand_are_found_by_the_next_run(sandbox: SandboxFreshdesk, clock: SetClock) -> None:
    sandbox.do.switch(fields_by_api=False)
    state = apply(sandbox, clock).state
    for name, (label, kind) in blueprint.FIELDS.items():
        sandbox.do.add_field(
            label, kind, [c["value"] for c in blueprint.field_wanted(name).get("choices", ())]
        )
    second = apply(sandbox, clock, state)
    assert {name: states(second.steps)[name] for name in ALL} == {
        **dict.fromkeys(ALL, "exists"), "Candor: a next step was chosen": "created",
    }  # fmt: skip


def test_where_the_api_drops_the_header_the_steps_name_it(sandbox: SandboxFreshdesk, clock: SetClock) -> None:
    sandbox.do.switch(webhook_headers_by_api=False)
    made = apply(sandbox, clock)
    for name in RULES:
        step = next(s for s in made.steps if s.name == name)
        assert step.state == "manual"
        assert f"X-Candor-Secret: {made.secrets[0]}" in step.detail
    again = apply(sandbox, clock, made.state)
    assert again.secrets == made.secrets
    assert {states(again.steps)[name] for name in RULES} == {"manual"}
    before = len(writes(sandbox))
    # By hand, as the steps say.
    for rule in sandbox.state.rules.values():
        if rule.name in RULES:
            rule.actions[0]["custom_headers"] = {"x-candor-secret": made.secrets[0]}
    assert {states(apply(sandbox, clock, made.state).steps)[name] for name in RULES} == {"exists"}
    assert len(writes(sandbox)) == before


@pytest.mark.parametrize("status", [403, 404, 405])
def test_where_there_is_no_api_for_rules_the_steps_are_whole(
    sandbox: SandboxFreshdesk, clock: SetClock, status: int
) -> None:
    sandbox.do.faults.arm(Fault("answer", path="/automations/", status=status, body="{}", count=99))
    made = apply(sandbox, clock)
    for rule in blueprint.RULES:
        step = next(s for s in made.steps if s.name == rule.name)
        assert step.state == "manual"
        for part in (
            rule.name,
            HOOK,
            f"X-Candor-Secret: {made.secrets[0]}",
            '{"ticket_id": "{{ticket.id}}"}',
            "POST",
        ):
            assert part in step.detail
    assert made.state["rules"] == {}
    assert set(made.state["fields"]) == set(blueprint.FIELDS)


def test_a_wrong_key_ends_it_at_once(sandbox: SandboxFreshdesk, clock: SetClock) -> None:
    with pytest.raises(ConnectorError) as failed:
        FreshdeskInstall(client(sandbox, clock, api_key="wrong")).apply(HOOK, lambda step: None)
    assert failed.value.status == 401
    assert writes(sandbox) == []


def test_an_agents_key_is_told_what_an_admin_must_do(sandbox: SandboxFreshdesk, clock: SetClock) -> None:
    made = FreshdeskInstall(client(sandbox, clock, api_key=sandbox.agent_key)).apply(HOOK, lambda step: None)
    assert {states(made.steps)[name] for name in ALL} == {"manual"}


def test_removing_takes_away_what_carries_our_names_and_nothing_else(
    sandbox: SandboxFreshdesk, clock: SetClock
) -> None:
    sandbox.do.add_field("Colour")
    of = installed(sandbox, clock)
    steps: list[Step] = []
    FreshdeskInstall(of).remove(steps.append)
    assert {s.state for s in steps} == {"removed"}
    assert len(steps) == len(ALL)
    assert [f.label for f in sandbox.state.fields.values()] == ["Colour"]
    assert not [r for r in sandbox.state.rules.values() if r.name.startswith("Candor")]
    steps.clear()
    FreshdeskInstall(of).remove(steps.append)
    assert steps == []


def test_what_cannot_be_removed_by_api_is_said(sandbox: SandboxFreshdesk, clock: SetClock) -> None:
    of = installed(sandbox, clock)
    sandbox.do.switch(fields_by_api=False)
    steps: list[Step] = []
    FreshdeskInstall(of).remove(steps.append)
    assert {s.name: s.state for s in steps} == {
        **dict.fromkeys(RULES, "removed"),
        **dict.fromkeys(FIELDS, "manual"),
    }


def test_the_guard_is_proven_on_a_ticket_that_is_gone_afterwards(
    sandbox: SandboxFreshdesk, clock: SetClock
) -> None:
    install = FreshdeskInstall(installed(sandbox, clock))
    proof = install.prove_guard()
    assert proof.held
    assert "survives" in proof.detail
    assert all(t.deleted for t in sandbox.state.tickets.values())


def test_the_guard_is_not_proven_where_the_reference_is_taken_out(
    sandbox: SandboxFreshdesk, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    install = FreshdeskInstall(installed(sandbox, clock))
    whole = texts.sanitize
    monkeypatch.setattr(texts, "sanitize", lambda body: re.sub(r"<p>Ref .*?</p>", "", whole(body)))
    proof = install.prove_guard()
    assert not proof.held
    assert "took the reference line out" in proof.detail


def test_the_guard_is_not_proven_where_a_note_leaves_the_ticket_as_old_as_it_was(
    sandbox: SandboxFreshdesk, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    install = FreshdeskInstall(installed(sandbox, clock))
    told = FreshdeskDesk.stamp
    monkeypatch.setattr(
        FreshdeskDesk,
        "stamp",
        lambda desk, number: replace(told(desk, number), changed_at=clock() - 1_000_000),
    )
    proof = install.prove_guard()
    assert not proof.held
    assert "did not move" in proof.detail


def test_the_guard_is_not_proven_by_another_users_key(sandbox: SandboxFreshdesk, clock: SetClock) -> None:
    state = {
        **installed(sandbox, clock).connection.state,
        "user_id": str(sandbox.state.find_person("Ana Ruiz").id),
    }
    install = FreshdeskInstall(client(sandbox, clock, state))
    proof = install.prove_guard()
    assert not proof.held
    assert "the assistant's own" in proof.detail


def test_a_customers_message_comes_with_our_secret_and_our_own_words_do_not(
    sandbox: SandboxFreshdesk, clock: SetClock, receiver: Receiver
) -> None:
    made = apply(sandbox, clock, hook=receiver.url)
    inbound = FreshdeskInbound()
    ticket = sandbox.do.customer_ticket(
        name="Maya Lind", email="maya@example.com", subject="Parcel", text="Where is it?"
    )
    receiver.wait_for(1)
    sandbox.do.agent_reply(ticket, "On its way.")
    sandbox.do.agent_note(ticket, "For us.")
    sandbox.do.customer_comment(ticket, "Thanks, and the invoice?")
    receiver.wait_for(2)
    sandbox.do.set_field(ticket, "Candor: next step", "Send the draft")
    receiver.wait_for(3)
    sandbox.do.set_field(ticket, "Candor: next step", None)
    sandbox.do.customer_comment(ticket, "Hello?")
    receiver.wait_for(4)
    assert len(receiver.seen) == 4
    for headers, body in receiver.seen:
        inbound.verify(headers, body, made.secrets, 0, production=True)
        assert inbound.parse(headers, body).subject_id == str(ticket)
        with pytest.raises(Rejected):
            inbound.verify(
                headers, body, ["another desk's secret, in the length of a real one"], 0, production=True
            )


def test_the_sandbox_knew_every_call(sandbox: SandboxFreshdesk, clock: SetClock) -> None:
    of = installed(sandbox, clock)
    FreshdeskDesk(of).groups()
    unknown = [f for f in sandbox.do.failures() if f["what"] != "delivery refused"]
    assert unknown == []
