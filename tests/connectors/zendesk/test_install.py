"""Installing on a Zendesk, twice and away again, and the proof of the guard."""
from __future__ import annotations

from collections.abc import Mapping

import pytest

from connectors import registry
from connectors.clock import SetClock
from connectors.contract import Connection, Step
from connectors.errors import ConnectorError, Rejected
from connectors.records import FIELDS, NEXT_STEPS
from connectors.sandbox.faults import Fault
from connectors.zendesk import blueprint, payloads, signing
from connectors.zendesk.desk import ZendeskDesk
from connectors.zendesk.guard import prove
from connectors.zendesk.inbound import ZendeskInbound
from connectors.zendesk.install import ZendeskInstall
from connectors.zendesk.outbound import ZendeskOutbound
from connectors.zendesk.sandbox import SandboxZendesk
from tests.connectors.conftest import NOON, Peer
from tests.connectors.zendesk.conftest import Receiver
from tests.connectors.zendesk.wiring import (
    HOOK,
    client,
    installed,
    peer_client,
    reply,
    safe_stamp,
    settings,
    write,
)


def states(steps: object) -> dict[str, str]:
    """Of what is Candor's own; what is told of the desk's mails has tests of its own."""
    others = ("user", "groups", "mail of ")
    return {step.name: step.state for step in steps if not step.name.startswith(others)}  # type: ignore[attr-defined]


@pytest.fixture
def install(sandbox: SandboxZendesk, clock: SetClock) -> ZendeskInstall:
    return ZendeskInstall(client(sandbox, clock))


def test_everything_is_made_once_and_a_second_run_changes_nothing(
    install: ZendeskInstall, sandbox: SandboxZendesk
) -> None:
    assert set(states(install.plan(HOOK)).values()) == {"planned"}
    assert sandbox.do.requests("POST") == []
    told: list[Step] = []
    first = install.apply(HOOK, told.append)
    assert list(first.steps) == told
    assert set(states(first.steps).values()) == {"created"}
    assert set(states(install.plan(HOOK)).values()) == {"exists"}
    writes = len([r for r in sandbox.do.requests() if r["method"] != "GET"])
    second = install.apply(HOOK, told.append)
    assert set(states(second.steps).values()) == {"exists"}
    assert (second.state, second.secrets) == (first.state, first.secrets)
    assert len([r for r in sandbox.do.requests() if r["method"] != "GET"]) == writes
    assert sandbox.do.failures() == []


def test_the_state_holds_what_the_other_parts_need(install: ZendeskInstall, sandbox: SandboxZendesk) -> None:
    done = install.apply(HOOK, lambda step: None)
    assert len(set(done.secrets)) == 2
    assert done.state["user_id"] == str(sandbox.assistant.id)
    assert done.state["user_name"] == "Larkfield AI assistant"
    assert set(done.state["fields"]) == set(FIELDS)  # type: ignore[call-overload]
    assert set(done.state["groups"]) == {"Support", "Billing", "Repairs"}  # type: ignore[call-overload]
    assert {"webhook_id", "articles_webhook_id", "trigger_id", "hook_url"} <= set(done.state)


def test_the_fields_are_for_agents_only_and_the_next_step_offers_our_four(
    install: ZendeskInstall, sandbox: SandboxZendesk
) -> None:
    install.apply(HOOK, lambda step: None)
    made = {f.title: f for f in sandbox.state.fields.values() if f.title.startswith("Candor:")}
    assert len(made) == len(FIELDS)
    assert not any(f.visible_in_portal or f.editable_in_portal for f in made.values())
    step = made["Candor: next step"]
    assert step.type == "tagger"
    assert [o["value"] for o in step.options] == [f"candor_next_{name}" for name in NEXT_STEPS]
    assert set(blueprint.NEXT_STEP_LABELS) == set(NEXT_STEPS)
    assert set(blueprint.FIELDS) == set(FIELDS)


def test_what_somebody_changed_is_put_right_and_their_own_options_stay(
    install: ZendeskInstall, sandbox: SandboxZendesk
) -> None:
    install.apply(HOOK, lambda step: None)
    trigger = next(t for t in sandbox.state.triggers.values() if t.title == blueprint.TRIGGER_TITLE)
    trigger.conditions["all"] = [c for c in trigger.conditions["all"] if c["field"] != "role"]
    step = sandbox.state.find_field("Candor: next step")
    step.options = [*step.options[1:], {"id": 1, "name": "Ours", "value": "our_own"}]
    again = install.apply("https://elsewhere.example/hooks/zendesk-1", lambda step: None)
    changed = {name for name, state in states(again.steps).items() if state == "updated"}
    assert changed == {"webhook", "webhook of articles", "trigger", "Candor: next step"}
    assert {"field": "role", "operator": "is", "value": "end_user"} in trigger.conditions["all"]
    assert {o["value"] for o in sandbox.state.find_field("Candor: next step").options} == {
        *payloads.NEXT_STEP_NAMES,
        "our_own",
    }
    assert set(states(install.plan("https://elsewhere.example/hooks/zendesk-1")).values()) == {"exists"}


def test_removing_takes_away_what_was_made_and_nothing_else(
    install: ZendeskInstall, sandbox: SandboxZendesk
) -> None:
    before = (set(sandbox.state.triggers), set(sandbox.state.fields), set(sandbox.state.webhooks))
    install.apply(HOOK, lambda step: None)
    told: list[Step] = []
    install.remove(told.append)
    assert set(states(told).values()) == {"removed"}
    assert (set(sandbox.state.triggers), set(sandbox.state.fields), set(sandbox.state.webhooks)) == before
    told.clear()
    install.remove(told.append)
    assert told == []


def test_a_field_of_another_type_under_our_name_is_named_and_not_touched(
    install: ZendeskInstall, sandbox: SandboxZendesk
) -> None:
    install.apply(HOOK, lambda step: None)
    sandbox.state.find_field("Candor: topic").type = "checkbox"
    told: list[Step] = []
    with pytest.raises(ConnectorError, match="cannot be changed: rename or delete it"):
        install.apply(HOOK, told.append)
    assert (told[-1].name, told[-1].state) == ("Candor: topic", "failed")


def test_a_user_who_is_no_admin_learns_which_step_failed(peer: Peer) -> None:
    ok = {"Content-Type": "application/json"}
    peer.answers = [
        (200, ok, b'{"user": {"id": 5, "name": "Bot", "role": "agent"}}'), (200, ok, b'{"groups": []}'), (200,
        ok, b'{"webhooks": []}'),
        (200, ok, b'{"triggers": []}'), (200, ok, b'{"ticket_fields": []}'),
        (403, ok, b'{"error": "Forbidden", "description": "No access"}'),
    ]  # fmt: skip
    told: list[Step] = []
    with pytest.raises(ConnectorError, match="rights: No access"):
        ZendeskInstall(peer_client(peer.url, SetClock(NOON))).apply(HOOK, told.append)
    assert (told[-1].name, told[-1].state) == ("webhook", "failed")


def test_a_customers_message_comes_in_signed_and_our_own_reply_does_not(
    install: ZendeskInstall, sandbox: SandboxZendesk, clock: SetClock, receiver: Receiver
) -> None:
    done = install.apply(receiver.url, lambda step: None)
    of = client(sandbox, clock, done.state)
    ticket = sandbox.do.customer_ticket(
        name="Maya", email="maya@example.com", subject="Hi", text='Quotes " and {{braces}} and ünïcode'
    )
    receiver.wait_for(1)
    headers, body = receiver.seen[0]
    inbound = ZendeskInbound()
    inbound.verify(headers, body, done.secrets, clock(), production=True)
    delivery = inbound.parse(headers, body)
    assert delivery is not None
    assert (delivery.subject, delivery.subject_id) == ("ticket", str(ticket))
    stamp = safe_stamp(ZendeskDesk(of), str(ticket), clock)
    ZendeskOutbound(of).send(write(str(ticket), reply(), stamp))
    sandbox.do.agent_reply(ticket, "A person, too.")
    sandbox.do.agent_note(ticket, "A note.")
    clock.advance(5)
    sandbox.do.customer_comment(ticket, "Thanks, one more thing.")
    receiver.wait_for(2)
    assert len(sandbox.do.invocations()) == len(receiver.seen) == 2


def test_an_articles_event_comes_in_signed_by_a_webhook_of_its_own(
    install: ZendeskInstall, sandbox: SandboxZendesk, clock: SetClock, receiver: Receiver
) -> None:
    done = install.apply(receiver.url, lambda step: None)
    number = sandbox.do.put_article(id="new", title="A new page", html="<p>x</p>")
    receiver.wait_for(1)
    headers, body = receiver.seen[0]
    inbound = ZendeskInbound()
    inbound.verify(headers, body, done.secrets[1:], clock(), production=True)
    with pytest.raises(Rejected):
        inbound.verify(headers, body, done.secrets[:1], clock(), production=True)
    delivery = inbound.parse(headers, body)
    assert delivery is not None
    assert (delivery.subject, delivery.subject_id) == ("article", str(number))


def test_an_account_that_takes_no_event_webhook_is_connected_without_it(
    install: ZendeskInstall, sandbox: SandboxZendesk
) -> None:
    sandbox.do.faults.arm(
        Fault("answer", method="POST", path="/webhooks", nth=2, status=422, body='{"error": "RecordInvalid"}')
    )
    done = install.apply(HOOK, lambda step: None)
    assert states(done.steps)["webhook of articles"] == "failed"
    assert (len(done.secrets), done.state["articles_webhook_id"]) == (1, None)


# the guard
def test_the_guard_is_proven_on_the_desk_and_leaves_nothing_behind(
    sandbox: SandboxZendesk, clock: SetClock
) -> None:
    install = ZendeskInstall(installed(sandbox, clock))
    before = set(sandbox.state.tickets)
    proof = install.prove_guard()
    assert proof.held
    assert (
        proof.detail
        == "a write on an old stamp was refused, one on the present stamp was taken; the test ticket was "
           "deleted"
    )
    assert set(sandbox.state.tickets) == before
    assert sandbox.do.mails_per_customer_message() == []


def test_a_desk_that_takes_every_write_is_not_proven(
    sandbox: SandboxZendesk, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As a misspelt property would behave: unknown attributes are ignored with a 200.
    def no_guard(ticket: object, wanted: Mapping[str, object]) -> None:
        return None

    of = installed(sandbox, clock)
    monkeypatch.setattr(sandbox.do.tickets, "guard", no_guard)
    proof = prove(of)
    assert proof.held is False
    assert "was not refused: Sent" in proof.detail
    assert "deleted" in proof.detail


def test_a_desk_that_refuses_every_write_is_not_proven(sandbox: SandboxZendesk, clock: SetClock) -> None:
    of = installed(sandbox, clock)
    sandbox.do.faults.arm(Fault("answer", method="PUT", path="/tickets/", count=99, status=409, body="{}"))
    proof = prove(of)
    assert proof.held is False
    assert "a write on the present stamp was not taken: Conflict" in proof.detail


def test_a_ticket_that_may_not_be_deleted_is_solved_and_named(
    sandbox: SandboxZendesk, clock: SetClock
) -> None:
    of = installed(sandbox, clock)
    sandbox.do.faults.arm(
        Fault("answer", method="DELETE", path="/tickets/", status=403, body='{"error": "Forbidden"}')
    )
    proof = prove(of)
    assert proof.held is True
    assert "could not be deleted" in proof.detail
    assert "solved instead" in proof.detail
    left = max(sandbox.state.tickets)
    assert (sandbox.state.tickets[left].status, sandbox.do.once(left)) == ("solved", 0)


def test_a_test_ticket_that_cannot_be_made_is_no_proof(sandbox: SandboxZendesk, clock: SetClock) -> None:
    of = installed(sandbox, clock)
    sandbox.do.fault("X9", method="POST", path="/tickets")
    assert prove(of).held is False


# the whole connector, as the registry gives it
def test_the_registrys_connector_answers_a_ticket_in_three_calls(
    sandbox: SandboxZendesk, clock: SetClock, mayas_ticket: int
) -> None:
    zendesk = registry.connector("zendesk", sandbox_desks=True)
    state = (
        zendesk.install(Connection("zendesk-1", settings(sandbox), {}, sandbox.url), clock)
        .apply(HOOK, lambda step: None)
        .state
    )
    connection = Connection("zendesk-1", settings(sandbox), state, sandbox.url)
    clock.advance(2)
    start = len(sandbox.do.requests())
    ticket = zendesk.desk(connection, clock).ticket(str(mayas_ticket))
    zendesk.outbound(connection, clock).send(write(ticket.id, reply(), ticket.stamp, tags=ticket.tags))
    calls = [f"{r['method']} {r['path'].rsplit('/', 1)[-1]}" for r in sandbox.do.requests()[start:]]
    print(f"calls per answered ticket: {len(calls)} ({', '.join(calls)})")
    assert len(calls) == 3
    assert sandbox.do.once(mayas_ticket) == 1


def test_the_calls_of_one_desk_share_a_connection_until_its_settings_change(
    sandbox: SandboxZendesk, clock: SetClock
) -> None:
    zendesk = registry.connector("zendesk", sandbox_desks=True)

    def session_of(**changes: str) -> object:
        connection = Connection("zendesk-1", settings(sandbox, **changes), {}, sandbox.url)
        desk = zendesk.desk(connection, clock)
        desk.whoami()
        return desk._client.session  # type: ignore[attr-defined]

    first = session_of()
    assert session_of() is first
    other = session_of(bots="5")
    assert other is not first
    assert session_of(bots="5") is other


def test_a_connection_that_was_idle_is_not_written_on(
    sandbox: SandboxZendesk, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = client(sandbox, clock)
    first = of.begin()
    assert of.begin() is first
    monkeypatch.setattr("connectors.calls._IDLE_SECONDS", -1.0)
    assert of.begin() is not first


def test_a_sandbox_desk_is_refused_where_settings_do_not_allow_it(
    sandbox: SandboxZendesk, clock: SetClock
) -> None:
    desk = registry.connector("zendesk").desk(
        Connection("zendesk-1", settings(sandbox), {}, sandbox.url), clock
    )
    with pytest.raises(ConnectorError, match="CANDOR_SANDBOX_DESKS"):
        desk.whoami()


def test_the_published_secret_is_not_what_a_webhook_gets(install: ZendeskInstall) -> None:
    assert signing.PUBLISHED_TEST_SECRET not in install.apply(HOOK, lambda step: None).secrets
