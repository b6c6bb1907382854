"""Faults, people who are faster, the record of everything, and the command line."""
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
from connectors.zendesk.sandbox import SandboxZendesk
from connectors.zendesk.sandbox.control import RemoteSandbox
from tests.connectors.zendesk.conftest import START, Api

ROOT = Path(__file__).resolve().parents[3]
REPLY = {"comment": {"body": "An answer", "public": True}}
TICKETS = r"/tickets/\d+$"


def put(api: Api, ticket: int, timeout: float = 5) -> requests.Response:
    auth = (f"{api.desk.email}/token", api.desk.token)
    return requests.put(
        f"{api.desk.url}/api/v2/tickets/{ticket}.json", json={"ticket": REPLY}, auth=auth, timeout=timeout
    )


def test_x1_accepted_then_cut(api: Api, sandbox: SandboxZendesk, mayas_ticket: int) -> None:
    sandbox.do.fault("X1", method="PUT", path=r"/tickets/\d+")
    with pytest.raises(requests.ConnectionError):
        put(api, mayas_ticket)
    assert sandbox.do.once(mayas_ticket) == 1
    assert put(api, mayas_ticket).status_code == 200  # a blind retry is a second reply: the desk never helps
    assert sandbox.do.once(mayas_ticket) == 2


def test_x2_accepted_and_answered_too_late(api: Api, sandbox: SandboxZendesk, mayas_ticket: int) -> None:
    sandbox.do.fault("X2", method="PUT", seconds=10)
    with pytest.raises(requests.ReadTimeout):
        put(api, mayas_ticket, timeout=0.5)
    assert sandbox.do.once(mayas_ticket) == 1


def test_x3_503_after_the_commit(api: Api, sandbox: SandboxZendesk, mayas_ticket: int) -> None:
    sandbox.do.fault("X3", method="PUT")
    assert put(api, mayas_ticket).status_code == 503
    assert sandbox.do.once(mayas_ticket) == 1


def test_x4_503_with_a_page_before_the_commit(api: Api, sandbox: SandboxZendesk, mayas_ticket: int) -> None:
    sandbox.do.fault("X4", method="PUT")
    answer = put(api, mayas_ticket)
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "text/html")
    assert sandbox.do.once(mayas_ticket) == 0


@pytest.mark.parametrize("headers", [{"Retry-After": "1"}, {"Retry-After": "1.5"},
{"Retry-After": "Wed, 11 Mar 2026 10:00:30 GMT"},
                                     {"Retry-After": "0"}, {}])
def test_x5_429_with_every_kind_of_retry_after(
    api: Api, sandbox: SandboxZendesk, mayas_ticket: int, headers: dict[str, str]
) -> None:
    sandbox.do.fault("X5", method="PUT", headers=headers)
    answer = put(api, mayas_ticket)
    assert answer.status_code == 429
    assert answer.headers.get("Retry-After") == headers.get("Retry-After")
    assert sandbox.do.once(mayas_ticket) == 0


@pytest.mark.parametrize("mode", ["X7-hang", "X7-drip"])
def test_x7_never_answers_or_one_byte_a_second(
    api: Api, sandbox: SandboxZendesk, mayas_ticket: int, mode: str
) -> None:
    sandbox.do.fault(mode, path=TICKETS.replace("$", ""), seconds=10)
    address = sandbox.url.removeprefix("http://").split(":")
    with socket.create_connection((address[0], int(address[1])), timeout=0.7) as connection:
        connection.sendall(f"GET /api/v2/tickets/{mayas_ticket} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        if mode == "X7-drip":
            assert connection.recv(64).startswith(b"HTTP/1.1 200 OK")
        else:
            with pytest.raises(TimeoutError):
                connection.recv(64)


@pytest.mark.parametrize(("mode", "body_is"), [
    ("X8-truncated", lambda text: text.startswith('{"audit"') and not text.rstrip().endswith("}}}}")),
    ("X8-list", lambda text: text == "[]"),
    ("X8-login", lambda text: "<form" in text),
])
def test_x8_200_with_a_body_that_says_nothing(
    api: Api, sandbox: SandboxZendesk, mayas_ticket: int, mode: str, body_is: Any
) -> None:
    sandbox.do.fault(mode, method="PUT")
    answer = put(api, mayas_ticket)
    assert answer.status_code == 200
    assert body_is(answer.text)


@pytest.mark.parametrize("status", [500, 502, 504])
def test_x9_faults_strike_by_route_method_number_and_count(
    api: Api, sandbox: SandboxZendesk, mayas_ticket: int, status: int
) -> None:
    sandbox.do.fault("X9", method="GET", path=TICKETS, nth=2, count=2, status=status)
    path = f"tickets/{mayas_ticket}"
    assert [api("GET", path).status_code for _ in range(4)] == [200, status, status, 200]
    assert api("GET", "users/me").status_code == 200
    assert [r["fault"] for r in sandbox.do.requests("GET", TICKETS)] == [None, "X9", "X9", None]


def test_x10_a_revoked_token_stays_revoked_until_the_fault_is_cleared(
    api: Api, sandbox: SandboxZendesk, mayas_ticket: int
) -> None:
    sandbox.do.fault("X10")
    assert [api("GET", "users/me").status_code, put(api, mayas_ticket).status_code] == [401, 401]
    sandbox.do.clear_faults()
    assert api("GET", "users/me").status_code == 200


@pytest.mark.parametrize("status", [302, 307])
def test_x11_a_redirect_leads_elsewhere(
    api: Api, sandbox: SandboxZendesk, mayas_ticket: int, status: int
) -> None:
    sandbox.do.fault("X11", method="PUT", status=status, headers={"Location": "http://127.0.0.1:9/elsewhere"})
    answer = api("PUT", f"tickets/{mayas_ticket}", {"ticket": REPLY}, allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (status, "http://127.0.0.1:9/elsewhere")
    assert sandbox.do.once(mayas_ticket) == 0


def test_x24_x25_two_desks_have_equal_ids_and_clocks_of_their_own() -> None:
    with (
        SandboxZendesk(seed=7, clock=lambda: START) as one,
        SandboxZendesk(seed=7, clock=lambda: START + 600 * SECOND) as other,
    ):
        who = {"name": "Maya", "email": "maya@example.com", "subject": "S", "text": "T"}
        tickets = one.do.customer_ticket(**who), other.do.customer_ticket(**who)
        assert tickets[0] == tickets[1]
        assert one.do.ticket(tickets[0])["created_at"] != other.do.ticket(tickets[1])["created_at"]


def test_x18_a_person_answers_between_our_read_and_our_write(
    api: Api, sandbox: SandboxZendesk, mayas_ticket: int, clock: SetClock
) -> None:
    stamp = sandbox.do.ticket(mayas_ticket)["updated_at"]
    clock.advance(3)
    sandbox.do.person_first("agent_reply", ticket=mayas_ticket, text="I was faster")
    assert api.put_ticket(mayas_ticket, safe_update=True, updated_stamp=stamp, **REPLY).status_code == 409
    assert [r["plain_body"] for r in sandbox.do.public_replies(mayas_ticket)] == ["I was faster"]
    assert api.put_ticket(mayas_ticket, **REPLY).status_code == 200  # once only


def test_x26_every_request_is_recorded_and_credentials_only_by_kind(
    api: Api, sandbox: SandboxZendesk, mayas_ticket: int
) -> None:
    api.put_ticket(mayas_ticket, **REPLY)
    seen = sandbox.do.requests("PUT", TICKETS)[0]
    assert (seen["status"], seen["at_us"]) == (200, START)
    assert json.loads(seen["body"]) == {"ticket": REPLY}
    assert seen["headers"]["Authorization"] == "Basic ***"
    assert sandbox.token not in str(sandbox.do.requests())
    assert [c["kind"] for c in sandbox.do.changes()] == ["ticket_created", "ticket_changed"]


def test_x27_once_counts_public_replies_as_the_customer_sees_them(
    api: Api, sandbox: SandboxZendesk, mayas_ticket: int
) -> None:
    assert sandbox.do.once(mayas_ticket) == 0
    api.put_ticket(mayas_ticket, comment={"body": "A note", "public": False})
    sandbox.do.customer_comment(mayas_ticket, "Hello?")
    assert sandbox.do.once(mayas_ticket) == 0
    put(api, mayas_ticket)
    assert sandbox.do.once(mayas_ticket) == 1


def test_x28_equal_seeds_give_equal_desks_and_every_answer_is_dated_by_the_clock(clock: SetClock) -> None:
    def play(seed: int) -> tuple[Any, ...]:
        with SandboxZendesk(seed=seed, clock=lambda: START) as desk:
            ticket = desk.do.customer_ticket(name="Maya", email="maya@example.com", subject="S", text="T")
            answer = requests.get(
                f"{desk.url}/api/v2/tickets/{ticket}", auth=(f"{desk.email}/token", desk.token), timeout=5
            )
            assert parsedate_to_datetime(answer.headers["Date"]).timestamp() == START // SECOND
            page = requests.get(f"{desk.url}/sandbox/", timeout=5)
            assert parsedate_to_datetime(page.headers["Date"]).timestamp() == START // SECOND
            return ticket, desk.do.ticket(ticket)

    assert play(7) == play(7)
    assert play(7) != play(8)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.10"])
def test_x29_any_address_but_loopback_is_refused(host: str) -> None:
    with pytest.raises(ValueError, match="loopback"):
        SandboxZendesk(host=host)


def test_x31_an_unknown_path_is_a_404_and_a_failure_of_the_sandbox(api: Api, sandbox: SandboxZendesk) -> None:
    answer = api("GET", "side_conversations/1.json")
    assert (answer.status_code, answer.json()) == (
        404,
        {"error": "InvalidEndpoint", "description": "Not found"},
    )
    assert [f["detail"] for f in sandbox.do.failures()] == ["GET /api/v2/side_conversations/1"]
    assert requests.get(f"{sandbox.url}/api/v2/nothing", timeout=5).status_code == 404
    assert len(sandbox.do.failures()) == 2


def test_the_control_api_does_what_python_does(sandbox: SandboxZendesk, clock: SetClock) -> None:
    remote = RemoteSandbox(sandbox.control_url)
    ticket = remote.customer_ticket(name="Maya", email="maya@example.com", subject="S", text="T")
    remote.agent_reply(ticket=ticket, text="Hello")
    assert remote.once(ticket=ticket) == 1
    assert remote.advance(seconds=60) == START + 60 * SECOND
    assert remote.switch(plan_per_minute=5)["plan_per_minute"] == 5
    assert remote.about()["url"] == sandbox.url
    wrong = (
        ("solve", {"ticket": 1}, "no ticket 1"),
        ("switch", {"moon": 1}, "no switch"),
        ("fault", {"name": "X99"}, "no fault"),
    )
    for verb, arguments, said in wrong:
        with pytest.raises(RuntimeError, match=said):
            getattr(remote, verb)(**arguments)
    assert requests.post(f"{sandbox.control_url}/dance", json={}, timeout=5).status_code == 404


def test_x32_the_command_prints_its_addresses_and_switches_and_ends_on_sigterm(tmp_path: Path) -> None:
    (tmp_path / "articles.jsonl").write_text('{"id": "a", "title": "A", "body": "Text"}')
    command = [
        sys.executable,
        "-m",
        "connectors.zendesk.sandbox",
        "--port",
        "0",
        "--control-port",
        "0",
        "--page-port",
        "0",
        "--seed",
        "9",
        "--articles",
        str(tmp_path / "articles.jsonl"),
        "--switch",
        "plan_per_minute=50",
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=os.environ) as process:
        assert process.stdout is not None
        about = json.loads(process.stdout.readline())
        assert about["switches"] == {"plan_per_minute": 50}  # X32: what differs from the default is told
        assert about["articles"] == 1
        assert not about["page_url"].startswith(about["url"])
        assert requests.get(about["page_url"], timeout=5).status_code == 200
        me = requests.get(
            f"{about['url']}/api/v2/users/me", auth=(f"{about['email']}/token", about["token"]), timeout=5
        )
        assert me.json()["user"]["role"] == "admin"
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_the_command_names_what_is_wrong() -> None:
    command = [sys.executable, "-m", "connectors.zendesk.sandbox", "--articles", "/nowhere"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert "/nowhere: neither a folder of Markdown files nor a JSONL file" in done.stderr


def test_x6_nobody_there_no_such_name_and_no_tls_are_errors_and_no_answers(sandbox: SandboxZendesk) -> None:
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(sandbox.url.replace("http:", "https:"), timeout=5)
    with pytest.raises(requests.ConnectionError):
        requests.get("http://desk.invalid/api/v2/users/me", timeout=5)
    sandbox.stop()
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{sandbox.url}/api/v2/users/me", timeout=5)


def test_x20_a_ticket_that_changes_between_two_pages_comes_again_and_none_is_left_out(
    api: Api, sandbox: SandboxZendesk, clock: SetClock
) -> None:
    tickets = [sandbox.do.customer_ticket(f"C {n}", f"c{n}@example.com", "S", "T") for n in range(4)]
    clock.advance(100)
    first = api("GET", f"incremental/tickets/cursor?start_time={START // SECOND}&per_page=2").json()
    sandbox.do.customer_comment(tickets[0], "One more thing")
    clock.advance(100)
    rest = api("GET", f"incremental/tickets/cursor?cursor={first['after_cursor']}").json()
    assert [t["id"] for t in first["tickets"]] == tickets[:2]
    assert [t["id"] for t in rest["tickets"]] == [*tickets[2:], tickets[0]]
    assert rest["end_of_stream"] is True


def test_x20_a_next_page_may_be_the_same_one_for_ever(
    api: Api, sandbox: SandboxZendesk, mayas_ticket: int, clock: SetClock
) -> None:
    sandbox.do.switch(export_repeats=True)
    clock.advance(100)
    first = api("GET", f"incremental/tickets/cursor?start_time={START // SECOND}").json()
    again = api("GET", f"incremental/tickets/cursor?cursor={first['after_cursor']}").json()
    assert (again["after_cursor"], again["end_of_stream"]) == (first["after_cursor"], False)
    assert [t["id"] for t in again["tickets"]] == [mayas_ticket]
