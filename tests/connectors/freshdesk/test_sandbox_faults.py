"""Faults on Freshdesk's routes, people who are faster, the record of everything, and the command line."""
from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from connectors.clock import SECOND, SetClock
from connectors.freshdesk.sandbox import SandboxFreshdesk
from connectors.freshdesk.sandbox.control import RemoteSandbox
from tests.connectors.freshdesk.conftest import START, Api

ROOT = Path(__file__).resolve().parents[3]
REPLY = r"/tickets/\d+/reply$"


def test_x1_accepted_then_cut(api: Api, sandbox: SandboxFreshdesk, mayas_ticket: int) -> None:
    sandbox.do.fault("X1", method="POST", path=REPLY)
    with pytest.raises(requests.ConnectionError):
        api.reply(mayas_ticket)
    assert sandbox.do.once(mayas_ticket) == 1
    assert api.reply(mayas_ticket).status_code == 201  # a blind retry is a second reply: the desk never helps
    assert sandbox.do.once(mayas_ticket) == 2


def test_x2_accepted_and_answered_too_late(api: Api, sandbox: SandboxFreshdesk, mayas_ticket: int) -> None:
    sandbox.do.fault("X2", method="POST", path=REPLY, seconds=10)
    with pytest.raises(requests.ReadTimeout):
        api.reply(mayas_ticket, timeout=0.5)
    assert sandbox.do.once(mayas_ticket) == 1


@pytest.mark.parametrize(("mode", "replies"), [("X3", 1), ("X4", 0)])
def test_x3_x4_503_after_and_before_the_commit(
    api: Api, sandbox: SandboxFreshdesk, mayas_ticket: int, mode: str, replies: int
) -> None:
    sandbox.do.fault(mode, method="POST", path=REPLY)
    answer = api.reply(mayas_ticket)
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "text/html")
    assert sandbox.do.once(mayas_ticket) == replies


@pytest.mark.parametrize("headers", [{"Retry-After": "1.5"}, {"Retry-After": "Wed, 11 Mar 2026 10:00:30 GMT"},
{"Retry-After": "0"}, {}])
def test_x5_429_with_every_kind_of_retry_after(
    api: Api, sandbox: SandboxFreshdesk, mayas_ticket: int, headers: dict[str, str]
) -> None:
    sandbox.do.fault("X5", method="POST", path=REPLY, headers=headers)
    answer = api.reply(mayas_ticket)
    assert (answer.status_code, answer.headers.get("Retry-After")) == (429, headers.get("Retry-After"))
    assert answer.json() == {"message": "You have exceeded the limit of requests per minute"}
    assert sandbox.do.once(mayas_ticket) == 0


@pytest.mark.parametrize("mode", ["X7-hang", "X7-drip"])
def test_x7_never_answers_or_one_byte_a_second(
    sandbox: SandboxFreshdesk, mayas_ticket: int, mode: str
) -> None:
    sandbox.do.fault(mode, path=r"/tickets/\d+", seconds=10)
    host, port = sandbox.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=0.7) as connection:
        connection.sendall(f"GET /api/v2/tickets/{mayas_ticket} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        if mode == "X7-drip":
            assert connection.recv(64).startswith(b"HTTP/1.1 200 OK")
        else:
            with pytest.raises(TimeoutError):
                connection.recv(64)


@pytest.mark.parametrize(("mode", "said"), [("X8-truncated", '{"body"'), ("X8-list", "[]"), ("X8-login",
"<html>")])
def test_x8_200_with_a_body_that_says_nothing(
    api: Api, sandbox: SandboxFreshdesk, mayas_ticket: int, mode: str, said: str
) -> None:
    sandbox.do.fault(mode, method="POST", path=REPLY)
    answer = api.reply(mayas_ticket)
    assert answer.status_code == 200
    assert answer.text.startswith(said)
    if mode != "X8-list":
        with pytest.raises(requests.JSONDecodeError):
            answer.json()


@pytest.mark.parametrize("status", [500, 502, 504])
def test_x9_faults_strike_by_route_method_number_and_count(
    api: Api, sandbox: SandboxFreshdesk, mayas_ticket: int, status: int
) -> None:
    sandbox.do.fault("X9", method="GET", path=r"/tickets/\d+$", nth=2, count=2, status=status)
    assert [api("GET", f"tickets/{mayas_ticket}").status_code for _ in range(4)] == [200, status, status, 200]
    assert api("GET", "agents/me").status_code == 200


def test_x10_a_revoked_key_stays_revoked_until_the_fault_is_cleared(
    api: Api, sandbox: SandboxFreshdesk, mayas_ticket: int
) -> None:
    sandbox.do.fault("X10")
    assert [api("GET", "agents/me").status_code, api.reply(mayas_ticket).status_code] == [401, 401]
    sandbox.do.clear_faults()
    assert api("GET", "agents/me").status_code == 200


@pytest.mark.parametrize("status", [302, 307])
def test_x11_a_redirect_leads_elsewhere(
    api: Api, sandbox: SandboxFreshdesk, mayas_ticket: int, status: int
) -> None:
    sandbox.do.fault("X11", method="POST", status=status)
    answer = api.reply(mayas_ticket, allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (status, "http://127.0.0.1:9/elsewhere")
    assert sandbox.do.once(mayas_ticket) == 0


def test_x18_a_person_answers_between_our_read_and_our_write(
    api: Api, sandbox: SandboxFreshdesk, mayas_ticket: int
) -> None:
    sandbox.do.person_first("agent_reply", ticket=mayas_ticket, text="I was faster")
    assert api.reply(mayas_ticket).status_code == 201  # the desk has no guard: the reply lands all the same
    assert [r["body_text"] for r in sandbox.do.public_replies(mayas_ticket)] == ["I was faster", "An answer"]
    sandbox.do.person_first("assign", "PUT", r"/tickets/\d+$", ticket=mayas_ticket, agent="Tom Weber")
    assert api.put(mayas_ticket, status=3).json()["responder_id"] == sandbox.state.find_person("Tom Weber").id


def test_x24_x25_two_desks_have_equal_ids_and_clocks_of_their_own() -> None:
    with (
        SandboxFreshdesk(seed=7, clock=lambda: START) as one,
        SandboxFreshdesk(seed=7, clock=lambda: START + 600 * SECOND) as other,
    ):
        who = {"name": "Maya", "email": "maya@example.com", "subject": "S", "text": "T"}
        tickets = one.do.customer_ticket(**who), other.do.customer_ticket(**who)
        assert tickets[0] == tickets[1]
        assert one.do.ticket(tickets[0])["created_at"] != other.do.ticket(tickets[1])["created_at"]


def test_x26_every_request_is_recorded_and_credentials_only_by_kind(
    api: Api, sandbox: SandboxFreshdesk, mayas_ticket: int
) -> None:
    api.reply(mayas_ticket, "Hello")
    seen = sandbox.do.requests("POST", REPLY)[0]
    assert (seen["status"], seen["at_us"], json.loads(seen["body"])) == (201, START, {"body": "Hello"})
    assert seen["headers"]["Authorization"] == "Basic ***"
    assert [c["kind"] for c in sandbox.do.changes()] == ["ticket_created", "ticket_updated"]


def test_x27_once_counts_public_replies_as_the_customer_sees_them(
    api: Api, sandbox: SandboxFreshdesk, mayas_ticket: int
) -> None:
    sandbox.do.agent_note(mayas_ticket, "for us")
    sandbox.do.customer_comment(mayas_ticket, "Hello?")
    assert sandbox.do.once(mayas_ticket) == 0
    api.reply(mayas_ticket)
    assert sandbox.do.once(mayas_ticket) == 1


def test_x28_equal_seeds_give_equal_desks_and_every_answer_is_dated_by_the_clock() -> None:
    def play(seed: int) -> tuple[Any, ...]:
        with SandboxFreshdesk(seed=seed, clock=lambda: START) as desk:
            ticket = desk.do.customer_ticket(name="Maya", email="maya@example.com", subject="S", text="T")
            answer = requests.get(f"{desk.url}/api/v2/tickets/{ticket}", auth=(desk.api_key, "X"), timeout=5)
            page = requests.get(f"{desk.url}/sandbox/", timeout=5)
            for seen in (answer, page):
                assert parsedate_to_datetime(seen.headers["Date"]).timestamp() == START // SECOND
            return ticket, desk.do.ticket(ticket)

    assert play(7) == play(7)
    assert play(7) != play(8)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.10"])
def test_x29_any_address_but_loopback_is_refused(host: str) -> None:
    with pytest.raises(ValueError, match="loopback"):
        SandboxFreshdesk(host=host)


def test_x31_an_unknown_path_is_a_404_and_a_failure_of_the_sandbox(
    api: Api, sandbox: SandboxFreshdesk, mayas_ticket: int
) -> None:
    missing = api("GET", "canned_responses")
    assert (missing.status_code, missing.content) == (404, b"")
    assert api("POST", f"tickets/{mayas_ticket}/conversations", {}).status_code == 405
    assert [f["detail"] for f in sandbox.do.failures()] == [
        "GET /api/v2/canned_responses", f"POST /api/v2/tickets/{mayas_ticket}/conversations",
    ]  # fmt: skip


def test_the_control_api_does_what_python_does(sandbox: SandboxFreshdesk, clock: SetClock) -> None:
    remote = RemoteSandbox(sandbox.control_url)
    ticket = remote.customer_ticket(name="Maya", email="maya@example.com", subject="S", text="T")
    remote.agent_reply(ticket=ticket, text="Hello", status="pending")
    assert (remote.once(ticket=ticket), remote.ticket(ticket=ticket)["status"]) == (1, 3)
    assert remote.advance(seconds=60) == START + 60 * SECOND
    assert remote.switch(plan_per_minute=5)["plan_per_minute"] == 5
    assert remote.about()["api_key"] == sandbox.api_key
    wrong = (
        ("solve", {"ticket": 99}, "no ticket 99"),
        ("switch", {"moon": 1}, "no switch"),
        ("fault", {"name": "X99"}, "no fault"),
    )
    for verb, arguments, said in wrong:
        with pytest.raises(RuntimeError, match=said):
            getattr(remote, verb)(**arguments)
    with pytest.raises(AttributeError, match="customer_ticket"):
        remote.dance()


def test_x32_the_command_prints_its_addresses_and_switches_and_ends_on_sigterm(tmp_path: Path) -> None:
    (tmp_path / "articles.jsonl").write_text('{"id": "a", "title": "A", "body": "Text"}')
    command = [sys.executable, "-m", "connectors.freshdesk.sandbox", "--page-port", "0", "--seed", "9",
               "--articles", str(tmp_path / "articles.jsonl"), "--switch", "plan_per_minute=50"]  # fmt: skip
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=os.environ) as process:
        assert process.stdout is not None
        about = json.loads(process.stdout.readline())
        assert (about["kind"], about["switches"], about["articles"]) == (
            "freshdesk-sandbox",
            {"plan_per_minute": 50},
            1,
        )
        assert not about["page_url"].startswith(about["url"])
        assert requests.get(about["page_url"], timeout=5).status_code == 200
        me = requests.get(f"{about['url']}/api/v2/agents/me", auth=(about["api_key"], "X"), timeout=5)
        assert me.json()["contact"]["name"] == "Larkfield AI assistant"
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
