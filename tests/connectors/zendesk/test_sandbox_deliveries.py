"""Deliveries as Zendesk makes them: headers, signature, attempts, what is tried again and what is lost."""
from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64encode
from pathlib import Path

import pytest

from connectors.clock import SetClock, to_iso
from connectors.zendesk.sandbox import SandboxZendesk
from connectors.zendesk.sandbox.forgery import HOW
from connectors.zendesk.sandbox.signature import TESTING_SECRET, sign
from tests.connectors.zendesk.conftest import START, Api, Connected, Receiver, connect, wait_until

SAMPLES = Path(__file__).resolve().parents[3] / "connectors" / "zendesk" / "samples"
SUPERSEDED = ("HRkRd4BeOAoUkfZr-mhauJT64rvBASlJRoIyPsd3zeA=", "2021-07-25T10:00:00Z", b'{"say": "hello"}')


def write(sandbox: SandboxZendesk, text: str = "Where is it?") -> int:
    return sandbox.do.customer_ticket(name="Maya Lind", email="maya@example.com", subject="Refund", text=text)


def status_of(sandbox: SandboxZendesk) -> str:
    return str(sandbox.do.invocations()[-1]["status"])


def settle(sandbox: SandboxZendesk) -> None:
    assert sandbox.deliveries.wait_idle(5), "deliveries never came to rest"


def test_z1_a_delivery_carries_the_five_headers(
    sandbox: SandboxZendesk, receiver: Receiver, connected: Connected
) -> None:
    ticket = write(sandbox)
    receiver.wait_for(1)
    headers, body = receiver.seen[0]
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    assert headers["User-Agent"] == "Zendesk Webhook"
    assert headers["X-Zendesk-Webhook-Id"] == connected.webhook_id
    assert headers["X-Zendesk-Account-Id"] == str(sandbox.state.ids.account)
    assert headers["X-Zendesk-Webhook-Signature-Timestamp"] == to_iso(START)
    assert len(headers["X-Zendesk-Webhook-Invocation-Id"]) == 26
    assert json.loads(body) == {"ticket_id": str(ticket)}


def test_z2_the_signature_is_over_timestamp_and_raw_body(
    sandbox: SandboxZendesk, receiver: Receiver, connected: Connected
) -> None:
    write(sandbox)
    receiver.wait_for(1)
    headers, body = receiver.seen[0]
    stamp = headers["X-Zendesk-Webhook-Signature-Timestamp"].encode()
    expected = b64encode(hmac.new(connected.secret.encode(), stamp + body, hashlib.sha256).digest()).decode()
    assert headers["X-Zendesk-Webhook-Signature"] == expected


def test_z2_the_published_vector_is_met_and_the_reversed_order_never_made() -> None:
    body = (SAMPLES / "aaronellington-zendesk-go" / "group_membership_created.json").read_bytes()
    assert len(body) == 534
    assert sign(TESTING_SECRET, "1234", body) == "10IqYzYTLHRftNsNE+im0DeOM6/JactIRuy0XCHJ9B8="
    assert sign(TESTING_SECRET, "2021-03-25T05:09:27Z", b"") == "wCdBvXaHttn0wRVIYctzZ9O6O0bnqWakJMEKZ9VoRWw="
    assert sign(*SUPERSEDED) == "Rry/4TtIdFyawtXXp8QdI6tlAUUQ/5kL1OTp5qo/ZIk="
    assert sign(*SUPERSEDED) != "tRDSF7URY8BLCDlaBcQ7FHu051Zk+aAB0NKMP53teMw="


def test_z3_a_late_attempt_is_freshly_signed_under_the_same_invocation(
    sandbox: SandboxZendesk, receiver: Receiver, connected: Connected, clock: SetClock,
) -> None:
    receiver.answers.append((503, {"Retry-After": "59"}))
    write(sandbox)
    receiver.wait_for(1)
    settle(sandbox)
    clock.advance(490)  # the recorded case: throttled, and eight minutes late
    receiver.wait_for(2)
    (first, body_1), (second, body_2) = receiver.seen
    assert first["X-Zendesk-Webhook-Invocation-Id"] == second["X-Zendesk-Webhook-Invocation-Id"]
    assert second["X-Zendesk-Webhook-Signature-Timestamp"] == to_iso(clock())
    assert first["X-Zendesk-Webhook-Signature"] != second["X-Zendesk-Webhook-Signature"]
    assert body_1 == body_2


def test_z3_invocation_ids_can_be_digits_only(
    sandbox: SandboxZendesk, receiver: Receiver, connected: Connected
) -> None:
    sandbox.do.switch(digits_only_invocation_ids=True)
    write(sandbox)
    receiver.wait_for(1)
    assert receiver.seen[0][0]["X-Zendesk-Webhook-Invocation-Id"].isdigit()


@pytest.mark.parametrize(("escaped", "parses"), [(False, False), (True, True)])
def test_z4_placeholder_values_are_json_escaped_only_on_request(
    sandbox: SandboxZendesk, receiver: Receiver, api: Api, escaped: bool, parses: bool,
) -> None:
    connect(
        api,
        receiver.url,
        body='{"id":"{{ticket.id}}","title":"{{ticket.title}}","none":"{{ticket.nonsense}}"}',
    )
    sandbox.do.switch(escape_json_in_trigger_bodies=escaped)
    sandbox.do.customer_ticket(name="Maya", email="maya@example.com", subject='The "blue" boots', text="Hi")
    receiver.wait_for(1)
    try:
        body = json.loads(receiver.seen[0][1])
    except ValueError:
        assert not parses
    else:
        assert parses
        assert (body["title"], body["none"]) == ('The "blue" boots', "")


@pytest.mark.parametrize(("answer", "attempts", "status"), [
    ((200, {}), 1, "success"),
    ((202, {}), 1, "success"),
    ((409, {}), 4, "failed"),
    ((503, {"Retry-After": "30"}), 4, "failed"),
    ((429, {"Retry-After": "59"}), 4, "failed"),
    ((503, {"Retry-After": "60"}), 1, "failed"),
    ((503, {}), 1, "failed"),
    ((400, {}), 1, "terminated"),
    ((401, {}), 1, "terminated"),
    ((500, {}), 1, "terminated"),
])
def test_z6_only_some_answers_are_tried_again(
    sandbox: SandboxZendesk,
    receiver: Receiver,
    connected: Connected,
    clock: SetClock,
    answer: tuple[int, dict[str, str]],
    attempts: int,
    status: str,
) -> None:
    receiver.answers.extend([answer] * 10)
    write(sandbox)
    for expected in range(1, attempts + 1):
        receiver.wait_for(expected)
        settle(sandbox)
        clock.advance(60)
    settle(sandbox)
    assert len(receiver.seen) == attempts
    assert status_of(sandbox) == status


def test_z7_no_answer_in_time_is_logged_as_504_and_tried_again(
    sandbox: SandboxZendesk, receiver: Receiver, connected: Connected, clock: SetClock,
) -> None:
    sandbox.do.switch(delivery_timeout=0.2, retry_on_timeout=1)
    receiver.silent_for = 30
    write(sandbox)
    receiver.wait_for(1)
    settle(sandbox)
    clock.advance(2)
    receiver.wait_for(2)
    settle(sandbox)
    invocation = sandbox.do.invocations()[0]
    assert [a["status_code"] for a in invocation["attempts"]] == [504, 504]
    assert invocation["status"] == "timeout"


def test_z9_invocations_are_listed_newest_first_with_the_port_in_the_link(
    sandbox: SandboxZendesk, receiver: Receiver, connected: Connected, api: Api,
) -> None:
    for text in ("one", "two", "three"):
        write(sandbox, text)
    receiver.wait_for(3)
    settle(sandbox)
    first = api("GET", f"webhooks/{connected.webhook_id}/invocations?page[size]=2").json()
    made = [i["id"] for i in sandbox.do.invocations()]
    assert [i["id"] for i in first["invocations"]] == made[:0:-1]
    assert first["links"]["next"].startswith("https://larkfield.zendesk.com:443/api/v2/webhooks/")
    assert first["meta"]["has_more"] is True
    rest = api("GET", first["links"]["next"].split("/api/v2/")[1]).json()
    assert [i["id"] for i in rest["invocations"]] == made[:1]
    attempts = api("GET", f"webhooks/{connected.webhook_id}/invocations/{made[0]}/attempts").json()[
        "attempts"
    ]
    assert [(a["status_code"], a["status"]) for a in attempts] == [(200, "success")]


@pytest.mark.parametrize("same_id", [True, False])
def test_x12_a_delivery_can_come_twice(
    sandbox: SandboxZendesk, receiver: Receiver, connected: Connected, same_id: bool
) -> None:
    sandbox.do.duplicate_deliveries(1, same_id=same_id)
    write(sandbox)
    receiver.wait_for(2)
    ids = {headers["X-Zendesk-Webhook-Invocation-Id"] for headers, _ in receiver.seen}
    assert len(ids) == (1 if same_id else 2)
    assert receiver.seen[0][1] == receiver.seen[1][1]


def test_x12_a_past_delivery_can_be_sent_again(
    sandbox: SandboxZendesk, receiver: Receiver, connected: Connected
) -> None:
    write(sandbox)
    receiver.wait_for(1)
    settle(sandbox)
    sandbox.do.redeliver(sandbox.do.invocations()[0]["id"])
    receiver.wait_for(2)
    assert (
        receiver.seen[0][0]["X-Zendesk-Webhook-Invocation-Id"]
        == receiver.seen[1][0]["X-Zendesk-Webhook-Invocation-Id"]
    )


def test_x14_a_late_delivery_is_freshly_signed(
    sandbox: SandboxZendesk, receiver: Receiver, connected: Connected, clock: SetClock,
) -> None:
    write(sandbox)
    receiver.wait_for(1)
    settle(sandbox)
    sandbox.do.advance(8 * 60)
    sandbox.do.redeliver(sandbox.do.invocations()[0]["id"])
    receiver.wait_for(2)
    assert receiver.seen[1][0]["X-Zendesk-Webhook-Signature-Timestamp"] == to_iso(
        clock() + 8 * 60 * 1_000_000
    )


def test_x17_a_dropped_delivery_never_arrives_and_leaves_no_trace_in_the_log(
    sandbox: SandboxZendesk, receiver: Receiver, connected: Connected, api: Api,
) -> None:
    sandbox.do.drop_deliveries(1)
    write(sandbox, "lost")
    kept = write(sandbox, "kept")
    receiver.wait_for(1)
    settle(sandbox)
    assert [json.loads(body) for _, body in receiver.seen] == [{"ticket_id": str(kept)}]
    assert len(api("GET", f"webhooks/{connected.webhook_id}/invocations").json()["invocations"]) == 1


def test_a_refused_connection_is_tried_again_and_the_delivery_comes(
    sandbox: SandboxZendesk, receiver: Receiver, connected: Connected, api: Api, clock: SetClock,
) -> None:
    api("PATCH", f"webhooks/{connected.webhook_id}", {"webhook": {"endpoint": "http://127.0.0.1:9/hooks"}})
    write(sandbox)
    wait_until(lambda: len(sandbox.do.invocations()[0]["attempts"]) == 1)
    api("PATCH", f"webhooks/{connected.webhook_id}", {"webhook": {"endpoint": receiver.url}})
    clock.advance(2)
    receiver.wait_for(1)


def test_the_desk_never_delivers_beyond_this_machine(sandbox: SandboxZendesk, api: Api) -> None:
    connect(api, "https://hooks.example.com/x")
    write(sandbox)
    settle(sandbox)
    assert status_of(sandbox) == "terminated"
    assert sandbox.do.failures()[0]["what"] == "delivery refused"


def subscribe(api: Api, url: str, *kinds: str) -> dict[str, object]:
    wanted = {
        "name": "Events",
        "endpoint": url,
        "http_method": "POST",
        "request_format": "json",
        "status": "active",
        "subscriptions": kinds,
    }
    return dict(api("POST", "webhooks", {"webhook": wanted}).json().get("webhook", {}))


def test_z5_an_article_that_is_published_or_withdrawn_is_told_to_those_who_subscribed(
    sandbox: SandboxZendesk, api: Api, receiver: Receiver, connected: Connected,
) -> None:
    webhook = subscribe(
        api, receiver.url, "zen:event-type:article.published", "zen:event-type:article.unpublished"
    )
    number = sandbox.do.put_article(id="new", title="A new page", html="<p>x</p>")
    sandbox.do.put_article(id="new", title="A new page", html="<p>An edit is no event.</p>")
    sandbox.do.put_article(id="draft", title="Not yet", html="<p>x</p>", draft=True)
    receiver.wait_for(1)
    sandbox.do.delete_article(id="new")
    sandbox.do.delete_article(id="draft")
    receiver.wait_for(2)
    settle(sandbox)
    assert len(receiver.seen) == 2
    assert {h["X-Zendesk-Webhook-Id"] for h, _ in receiver.seen} == {webhook["id"]}
    first, second = (json.loads(body) for _, body in receiver.seen)
    assert [e["type"].rpartition(":")[2] for e in (first, second)] == [
        "article.published",
        "article.unpublished",
    ]
    assert {e["subject"] for e in (first, second)} == {f"zen:article:{number}"}
    assert first["detail"]["id"] == str(number)
    assert (first["account_id"], first["event"]["title"]) == (sandbox.state.ids.account, "A new page")
    assert sandbox.do.failures() == []


def test_z5_a_webhook_takes_triggers_or_events_and_others_are_a_failure(
    sandbox: SandboxZendesk, api: Api, receiver: Receiver
) -> None:
    assert subscribe(api, receiver.url, "conditional_ticket_events", "zen:event-type:article.published") == {}
    assert subscribe(api, receiver.url, "zen:event-type:user.created")
    assert [f["what"] for f in sandbox.do.failures()] == ["event subscription"]


def test_x13_held_deliveries_come_newest_first(
    sandbox: SandboxZendesk, receiver: Receiver, connected: Connected
) -> None:
    sandbox.do.hold_deliveries(2)
    first, second = write(sandbox), write(sandbox, "And where is the other one?")
    settle(sandbox)
    assert receiver.seen == []
    assert sandbox.do.release_deliveries() == 2
    assert [json.loads(body)["ticket_id"] for _, body in receiver.seen] == [str(second), str(first)]
    assert [i["status"] for i in sandbox.do.invocations()] == ["success", "success"]


def test_x15_a_replay_is_the_very_delivery_with_its_old_stamp(
    sandbox: SandboxZendesk, receiver: Receiver, connected: Connected, clock: SetClock
) -> None:
    write(sandbox)
    receiver.wait_for(1)
    settle(sandbox)
    clock.advance(3600)
    assert sandbox.do.replay_delivery(sandbox.do.invocations()[-1]["id"]) == 200
    assert receiver.seen[1] == receiver.seen[0]


@pytest.mark.parametrize("how", HOW)
def test_x16_a_forgery_has_one_thing_wrong(
    sandbox: SandboxZendesk, receiver: Receiver, connected: Connected, how: str
) -> None:
    write(sandbox)
    receiver.wait_for(1)
    settle(sandbox)
    assert sandbox.do.forge_delivery(sandbox.do.invocations()[-1]["id"], how) == 200
    (true, body), (false, changed) = receiver.seen
    differing = {name for name in true | false if true.get(name) != false.get(name)} | (
        {"body"} if body != changed else set()
    )
    assert len(differing) == 1
    if "X-Zendesk-Webhook-Signature" in false and "X-Zendesk-Webhook-Signature-Timestamp" in false:
        stamp = false["X-Zendesk-Webhook-Signature-Timestamp"]
        assert sign(connected.secret, stamp, changed) != false["X-Zendesk-Webhook-Signature"]


def test_x16_an_unknown_forgery_says_which_there_are(
    sandbox: SandboxZendesk, receiver: Receiver, connected: Connected
) -> None:
    write(sandbox)
    receiver.wait_for(1)
    settle(sandbox)
    with pytest.raises(LookupError, match="wrong_signature"):
        sandbox.do.forge_delivery(sandbox.do.invocations()[-1]["id"], "nicely")
