"""The traps of zenpy 2.0.57, each with the way round it (ZP1 to ZP11), over real HTTP."""
from __future__ import annotations

import json
import logging
import threading
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
import requests
from structlog.testing import capture_logs
from zenpy import Zenpy
from zenpy.lib.api_objects import Comment, Ticket

from connectors.clock import SetClock
from connectors.errors import ConnectorError, RateLimited
from connectors.records import Status, Unknown, UpdateFields
from connectors.zendesk.outbound import ZendeskOutbound
from tests.connectors.conftest import NOON, Peer
from tests.connectors.zendesk.wiring import SHORT, peer_client, reply, write

ANSWER = json.dumps({
    "ticket": {"id": 7, "updated_at": "2026-03-11T12:00:00Z"},
    "audit": {"id": 70, "ticket_id": 7, "events": [{"id": 71, "type": "Comment"}]},
})  # fmt: skip


def slow(peer: Peer, seconds: float) -> None:
    def late(handler: BaseHTTPRequestHandler) -> None:
        peer.ended.wait(seconds)
        handler.send_response_only(200)
        handler.send_header("Content-Length", "2")
        handler.end_headers()
        handler.wfile.write(b"{}")

    peer.do(late)


def test_zp1_a_slow_desk_gets_the_comment_once(peer: Peer) -> None:
    slow(peer, 3)
    outcome = ZendeskOutbound(peer_client(peer.url, SetClock(NOON))).send(write("7", reply()))
    assert isinstance(outcome, Unknown)
    assert len(peer.seen) == 1


def test_zp1_the_default_transport_sends_the_same_comment_four_times(peer: Peer) -> None:
    # The control: without our session the same call against the same peer is what the rule is about.
    slow(peer, 3)

    class Plain(requests.adapters.HTTPAdapter):
        def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
            request.url = request.url.replace("https://acme.zendesk.com", peer.url)
            return super().send(request, *args, **kwargs)

    with requests.Session() as session:
        session.mount("https://", Plain(**Zenpy.http_adapter_kwargs()))
        zenpy = Zenpy(
            subdomain="acme", email="a@b.example", token="t", session=session, timeout=0.3, disable_cache=True
        )
        with pytest.raises(requests.exceptions.ConnectionError):
            zenpy.tickets.update(Ticket(id=7, comment=Comment(html_body="<p>x</p>", public=True)))
    assert len(peer.seen) == 4


def test_zp1_a_503_is_sent_once_and_is_unknown(peer: Peer) -> None:
    peer.say(503, "<html>", Retry_After="0")
    outcome = ZendeskOutbound(peer_client(peer.url, SetClock(NOON))).send(write("7", reply()))
    assert isinstance(outcome, Unknown)
    assert len(peer.seen) == 1


@pytest.mark.parametrize("retry_after", ["1", "1.5", "Wed, 11 Mar 2026 12:00:42 GMT", "0", None])
@pytest.mark.parametrize("body", ["{}", "<html>busy</html>"])
def test_zp2_a_429_ends_the_call_at_once_and_is_never_slept_on_inside_zenpy(
    peer: Peer, retry_after: str | None, body: str
) -> None:
    peer.say(429, body, **({} if retry_after is None else {"Retry_After": retry_after}))
    client = peer_client(peer.url, SetClock(NOON))
    with pytest.raises(RateLimited) as limited:
        client.through_zenpy(lambda z: z.users.me())
    assert limited.value.retry_after is not None
    assert limited.value.retry_after >= 1
    assert len(peer.seen) == 1


def test_zp3_two_reads_see_two_truths(peer: Peer) -> None:
    client = peer_client(peer.url, SetClock(NOON))
    for status in ("open", "solved"):
        peer.say(200, json.dumps({"ticket": {"id": 7, "status": status}}))
        assert client.through_zenpy(lambda z: z.tickets(id=7).status) == status
    assert len(peer.seen) == 2


@pytest.mark.parametrize(
    ("status", "body", "permanent"),
    [(422, '{"error": "invalid"}', True), (409, "{}", True), (403, '{"error": "Forbidden"}', True), (400,
    '["a list"]', True),
     (404, "<html>", True), (500, "<html>", False), (502, '["a list"]', False), (200, "<html>login</html>",
     False),
     (200, '{"trunc', False)],
)  # fmt: skip
def test_zp4_errors_that_zenpy_blurs_are_told_apart_by_their_status(
    peer: Peer, status: int, body: str, permanent: bool
) -> None:
    peer.say(status, body)
    for call in (
        lambda c: c.through_zenpy(lambda z: z.users.me().to_dict()),
        lambda c: c.raw("GET", "/api/v2/users/me.json"),
    ):
        with pytest.raises(ConnectorError) as failed:
            call(peer_client(peer.url, SetClock(NOON)))
        assert (failed.value.status, failed.value.permanent) == (status, permanent)


def test_zp5_everything_the_write_says_reaches_the_wire(peer: Peer) -> None:
    peer.say(200, ANSWER)
    client = peer_client(peer.url, SetClock(NOON), {"fields": {"next_step": "55"}})
    ZendeskOutbound(client).send(write("7", UpdateFields({"next_step": ""}, status=Status.OPEN)))
    sent = json.loads(peer.seen[0].body)
    # A null as well: it empties the drop-down, and zenpy's constructors would have dropped it.
    assert sent == {"ticket": {
        "id": 7, "status": "open", "custom_fields": [{"id": 55, "value": None}],
        "metadata": {"candor_key": "key-1", "candor_plan": "plan-1"},
    }}  # fmt: skip


def test_zp6_threads_share_nothing_that_could_be_sent_again(peer: Peer) -> None:
    peer.say(200, ANSWER)
    client = peer_client(peer.url, SetClock(NOON))
    sender = ZendeskOutbound(client)

    def work(number: int) -> None:
        for turn in range(5):
            sender.send(write(str(number), reply(f"to {number}, turn {turn}"), key=f"{number}-{turn}"))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(peer.seen) == 20
    keys = [json.loads(seen.body)["ticket"]["metadata"]["candor_key"] for seen in peer.seen]
    assert len(set(keys)) == 20
    for seen in peer.seen:
        ticket = json.loads(seen.body)["ticket"]
        assert f"/tickets/{ticket['id']}.json" in seen.path
        assert f"to {ticket['id']}," in ticket["comment"]["html_body"]


def test_zp7_zp9_the_time_out_and_the_login_are_ours(peer: Peer) -> None:
    peer.say(200, '{"user": {"id": 5, "name": "A"}}')
    client = peer_client(peer.url, SetClock(NOON))
    zenpy = client.zenpy()
    assert zenpy.users.timeout == (SHORT.connect, SHORT.read)
    client.through_zenpy(lambda z: z.users.me())
    assert peer.seen[0].headers["authorization"].startswith("Basic ")
    assert peer.seen[0].headers["user-agent"] == "Candor"


def test_zp11_a_redirected_write_is_unknown_and_not_a_success(peer: Peer) -> None:
    peer.say(302, Location="https://acme.zendesk.com/api/v2/tickets/7.json")
    outcome = ZendeskOutbound(peer_client(peer.url, SetClock(NOON))).send(write("7", reply()))
    assert outcome == Unknown("the desk answered 302")
    assert len(peer.seen) == 1


def test_l7_zenpy_itself_writes_no_bodies_to_the_log(peer: Peer, caplog: pytest.LogCaptureFixture) -> None:
    peer.say(200, ANSWER)
    with caplog.at_level(logging.DEBUG), capture_logs() as ours:
        ZendeskOutbound(peer_client(peer.url, SetClock(NOON))).send(write("7", reply("my card is 4111")))
    for log in (caplog.text, str(ours)):
        assert "4111" not in log
        assert "t0p-s3cret" not in log
    assert [(line["method"], line["path"], line["status"]) for line in ours] == [
        ("PUT", "/api/v2/tickets/7.json", 200)
    ]


def test_missing_credentials_are_named_and_nothing_is_sent_without_them(peer: Peer) -> None:
    client = peer_client(peer.url, SetClock(NOON))
    client.connection.settings.pop("api_token")  # type: ignore[attr-defined]
    for _ in range(2):
        with pytest.raises(ConnectorError, match="no credentials"):
            client.raw("GET", "/api/v2/users/me.json")
    assert peer.seen == []
