"""The one HTTP session: L1 to L8, L10, the total deadline, the cap, and recorded exchanges."""
from __future__ import annotations

import gzip
import socket
import time
from http.server import BaseHTTPRequestHandler

import pytest
import requests
import responses
from structlog.testing import capture_logs

from connectors.clock import SECOND, SetClock
from connectors.errors import ConnectorError, DeskResting, RateLimited
from connectors.http import BODY_CAP, AnswerTooBig, DeskSession, Timeouts, desk_session
from connectors.limits import LONGEST_WAIT, RateBudget
from connectors.wire import is_public
from connectors.zendesk.rates import RULES
from tests.connectors.conftest import HOSTS, NOON, VENDOR, Peer


def real_session(budget: RateBudget | None = None) -> DeskSession:
    return desk_session(
        VENDOR, host_rule=HOSTS, user_agent="Candor", budget=budget or RateBudget(), clock=SetClock(NOON)
    )


# L1, L2
@pytest.mark.parametrize("base", [VENDOR, f"{VENDOR}:443"])
def test_l1_the_desk_is_reached_with_and_without_its_port(
    session: DeskSession, peer: Peer, base: str
) -> None:
    session.auth = ("a@b.example/token", "t0p-s3cret")
    response = session.get(f"{base}/api/v2/webhooks?page[size]=2")
    assert response.status_code == 200
    assert peer.seen[0].path == "/api/v2/webhooks?page%5Bsize%5D=2"
    assert response.url.startswith(base)
    assert str(response.request.url).startswith(base)


@pytest.mark.parametrize(
    "url",
    ["https://acme.zendesk.com.evil.tld/", "https://evil.tld/", "http://acme.zendesk.com/",
    "https://acme.zendesk.com:444/",
     "https://acme.zendesk.com@evil.tld/", "https://other.zendesk.com/", "http://127.0.0.1:9/",
     "https://acme.zendesk.com.:443/"],
)  # fmt: skip
def test_l2_every_other_address_is_refused_before_anything_leaves(
    session: DeskSession, peer: Peer, url: str
) -> None:
    session.auth = ("a@b.example/token", "t0p-s3cret")
    with pytest.raises(ConnectorError) as refused:
        session.get(url)
    assert refused.value.permanent
    assert peer.seen == []


@pytest.mark.parametrize(
    "base",
    ["http://acme.zendesk.com", "https://acme.zendesk.com.evil.tld", "https://evilzendesk.com",
    "https://zendesk.com", "https://acme.zendesk.com:443",
     "https://user@acme.zendesk.com", "https://acme.zendesk.com/api", "https://acme.zendesk.com\n",
     "https://ACME.zendesk.com", ""],
)  # fmt: skip
def test_the_desks_own_address_must_match_the_vendors_pattern_from_end_to_end(base: str) -> None:
    with pytest.raises(ConnectorError, match="not the address"):
        desk_session(base, host_rule=HOSTS, user_agent="Candor", budget=RateBudget(), clock=SetClock(NOON))


# L3
@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
@pytest.mark.parametrize("status", [413, 503])
def test_l3_nothing_is_sent_twice(session: DeskSession, peer: Peer, method: str, status: int) -> None:
    peer.say(status, Retry_After="0")
    assert session.request(method, f"{VENDOR}/api/v2/tickets/1.json").status_code == status
    assert len(peer.seen) == 1


def test_l3_a_connection_that_is_cut_is_not_tried_again(session: DeskSession, peer: Peer) -> None:
    peer.do(lambda handler: None)  # reads the request, closes without a word
    with pytest.raises(requests.ConnectionError):
        session.put(f"{VENDOR}/api/v2/tickets/1.json", json={})
    assert len(peer.seen) == 1


# L4
def test_l4_a_silent_peer_costs_no_more_than_the_read_time(session: DeskSession, peer: Peer) -> None:
    peer.do(lambda handler: peer.ended.wait(5))
    started = time.monotonic()
    with pytest.raises(requests.ReadTimeout):
        session.get(f"{VENDOR}/api/v2/users/me.json")
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("part", ["head", "body", "chunks"])
def test_l4_a_peer_that_drips_is_ended_by_the_total_deadline(
    session: DeskSession, peer: Peer, part: str
) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        start = {
            "head": b"HTTP/1.1 200 OK\r\nX-Slow: ",
            "body": b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n",
            "chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        }[part]
        handler.wfile.write(start)
        while not peer.ended.wait(0.1):
            handler.wfile.write(b"1\r\nx\r\n" if part == "chunks" else b"x")

    peer.do(drip)
    started = time.monotonic()
    with pytest.raises(requests.ReadTimeout, match="no complete answer within 1 s"):
        session.get(f"{VENDOR}/api/v2/users/me.json")
    assert 0.8 < time.monotonic() - started < 2.5


def test_l4_the_deadline_of_one_call_does_not_end_the_next(session: DeskSession, peer: Peer) -> None:
    for _ in range(3):
        session.get(f"{VENDOR}/api/v2/users/me.json")
    pause = time.monotonic() + 1.2
    while time.monotonic() < pause:  # past the first calls' deadline, on their kept connection
        assert session.get(f"{VENDOR}/api/v2/users/me.json").status_code == 200


# L10
@pytest.mark.parametrize(("sent", "read"), [
    (b'{"subject": "Hole \\ud83d", "k\\u0000": ["\\udc00"]}', {"subject": "Hole \ufffd",
    "k\ufffd": ["\ufffd"]}),
    (b'{"subject": "Hole \xed\xa0\xbd"}', {"subject": "Hole \ufffd\ufffd\ufffd"}),
    (b'{"subject": "\\ud83d\\ude00 \\\\ud83d \xc3\xa9"}', {"subject": "😀 \\ud83d é"}),
])
def test_l10_no_string_of_an_answer_holds_what_cannot_be_kept(
    session: DeskSession, peer: Peer, sent: bytes, read: object
) -> None:
    for status in (200, 422):
        peer.say(status, sent)
        response = session.get(f"{VENDOR}/api/v2/tickets/1.json")
        assert (response.status_code, response.json()) == (status, read)
        assert session.last is not None and session.last.body == response.content, (
            "what people are told of an error is as clean"
        )


def test_an_answer_over_the_cap_is_not_read_on(session: DeskSession, peer: Peer) -> None:
    peer.say(200, b"x" * (BODY_CAP + 1))
    with pytest.raises(AnswerTooBig):
        session.get(f"{VENDOR}/api/v2/tickets.json")


def test_the_cap_holds_for_what_is_packed(session: DeskSession, peer: Peer) -> None:
    peer.say(200, gzip.compress(b" " * (BODY_CAP * 4)), Content_Encoding="gzip")
    with pytest.raises(AnswerTooBig):
        session.get(f"{VENDOR}/api/v2/tickets.json")


def test_a_body_shorter_than_it_was_promised_is_an_error_and_no_answer(
    session: DeskSession, peer: Peer
) -> None:
    peer.do(lambda handler: handler.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"ticket":'))
    with pytest.raises(requests.RequestException):
        session.put(f"{VENDOR}/api/v2/tickets/1.json", json={})
    assert session.last is None


# L5
@pytest.mark.parametrize(
    ("retry_after", "body", "seconds"),
    [("1", "{}", 1.0), ("1.5", "{}", 1.5), ("93", "{}", 93.0), ("0", "{}", 1.0), (None, "{}", 30.0), ("soon",
    "<html>busy</html>", 30.0),
     ("-5", "{}", 30.0), ("999999", "{}", LONGEST_WAIT), ("nan", "{}", 30.0),
     ("Wed, 11 Mar 2026 12:00:42 GMT", "<html>", 42.0),
     ("Wed, 11 Mar 2026 11:00:00 GMT", "{}", 1.0)],
)  # fmt: skip
def test_l5_a_429_becomes_one_typed_error_whatever_its_form(
    session: DeskSession, peer: Peer, retry_after: str | None, body: str, seconds: float
) -> None:
    headers = {"Date": "Wed, 11 Mar 2026 12:00:00 GMT"} | (
        {} if retry_after is None else {"Retry_After": retry_after}
    )
    peer.say(429, body, **headers)
    started = time.monotonic()
    with pytest.raises(RateLimited) as limited:
        session.put(f"{VENDOR}/api/v2/tickets/1.json", json={})
    assert limited.value.retry_after == seconds
    assert time.monotonic() - started < 0.5
    assert len(peer.seen) == 1


# L6
INDEX = "total=100; remaining=99; resets=41"


@pytest.mark.parametrize(
    "headers",
    [
        {"rate-limit": "700", "rate-limit-remaining": "0", "rate-limit-reset": "20",
        "zendesk-rate-limit-tickets-index": INDEX},
        {"RateLimit-Limit": "700", "RateLimit-Remaining": "0", "RateLimit-Reset": "20",
        "Zendesk-RateLimit-Tickets-Index": INDEX},
        {"X-Rate-Limit": "700", "X-Rate-Limit-Remaining": "0", "ratelimit-reset": "20",
        "ZENDESK-RATELIMIT-TICKETS-INDEX": INDEX},
    ],
)  # fmt: skip
def test_l6_the_budget_learns_from_every_spelling(
    session: DeskSession, peer: Peer, budget: RateBudget, headers: dict[str, str]
) -> None:
    peer.say(200, **headers)
    session.get(f"{VENDOR}/api/v2/tickets.json")
    assert 0 < budget.wait_needed(NOON) <= 60
    assert budget.wait_needed(NOON + 61 * SECOND) == 0


def test_l6_a_limit_of_one_endpoint_does_not_stop_the_desk(
    session: DeskSession, peer: Peer, budget: RateBudget
) -> None:
    peer.say(
        429,
        Retry_After="60",
        ratelimit_remaining="600",
        zendesk_ratelimit_per_ticket_updates="total=30; remaining=0; resets=60",
    )
    with pytest.raises(RateLimited):
        session.put(f"{VENDOR}/api/v2/tickets/1.json", json={})
    assert budget.wait_needed(NOON) == 0
    peer.say(429, Retry_After="60")
    with pytest.raises(RateLimited):
        session.get(f"{VENDOR}/api/v2/tickets/1.json")
    assert budget.wait_needed(NOON) == 60
    assert len(peer.seen) == 2


# L9
def test_l9_a_call_the_desk_would_refuse_does_not_go_out(session: DeskSession, peer: Peer) -> None:
    peer.say(429, Retry_After="42")
    for _ in range(3):
        with pytest.raises(RateLimited) as limited:
            session.get(f"{VENDOR}/api/v2/users/me.json")
        assert limited.value.retry_after == 42
    assert len(peer.seen) == len(session.calls) == 1


def test_l9_a_desk_whose_calls_fail_is_left_alone_and_asked_again_by_one_call(
    session: DeskSession, peer: Peer
) -> None:
    peer.say(503)
    for _ in range(3):
        assert session.get(f"{VENDOR}/api/v2/users/me.json").status_code == 503
    for _ in range(3):
        with pytest.raises(DeskResting) as resting:
            session.get(f"{VENDOR}/api/v2/users/me.json")
        assert resting.value.retry_after == 10
    assert len(peer.seen) == 3


def test_l6_limits_that_make_no_sense_are_passed_over(
    session: DeskSession, peer: Peer, budget: RateBudget
) -> None:
    peer.say(200, ratelimit_remaining="many", zendesk_ratelimit_x="remaining", x_rate_limit_remaining="-4")
    session.get(f"{VENDOR}/api/v2/tickets.json")
    assert budget.wait_needed(NOON, calls=10_000) == 0


# L7
def test_l7_a_call_is_one_line_with_method_path_status_time_and_id_and_nothing_else(
    session: DeskSession, peer: Peer
) -> None:
    session.auth = ("a@b.example/token", "t0p-s3cret")
    peer.say(200, '{"customer": "Maya"}', X_Request_Id="8f2c-41")
    with capture_logs() as lines:
        session.put(
            f"{VENDOR}/api/v2/tickets/7.json?email=maya@x.example",
            json={"ticket": {"comment": "my card is 4111"}},
        )
    (line,) = lines
    assert isinstance(line.pop("ms"), int)
    assert line == {
        "event": "desk call",
        "log_level": "debug",
        "host": "acme.zendesk.com",
        "method": "PUT",
        "path": "/api/v2/tickets/7.json",
        "status": 200,
        "request_id": "8f2c-41",
    }


@pytest.mark.parametrize(
    ("path", "told"),
    [("/api/v2/users/maya@x.example", "/api/v2/users/…"), ("/api/v2/users/Maya%20Lind/tickets.json",
    "/api/v2/users/…/tickets.json"),
     ("/api/v2/uploads/" + "t" * 60, "/api/v2/uploads/…"), ("/api/v2/search.json", "/api/v2/search.json")],
)  # fmt: skip
def test_l7_a_part_of_a_path_that_may_be_somebodys_words_is_left_out(
    session: DeskSession, peer: Peer, path: str, told: str
) -> None:
    with capture_logs() as lines:
        session.get(f"{VENDOR}{path}?query=my+card+is+4111")
    assert [line["path"] for line in lines] == [told]
    assert "4111" not in str(lines)


@pytest.mark.parametrize("said", ["Maya Lind", "a" * 101, "<b>", ""])
def test_l7_a_request_id_of_another_form_is_left_out(session: DeskSession, peer: Peer, said: str) -> None:
    peer.say(200, X_Request_Id=said)
    with capture_logs() as lines:
        session.get(f"{VENDOR}/api/v2/tickets.json")
    assert [line["request_id"] for line in lines] == [None]


def test_l7_a_call_without_an_answer_and_one_held_back_are_told_too(
    session: DeskSession, peer: Peer, budget: RateBudget
) -> None:
    peer.do(lambda handler: handler.connection.close())
    with capture_logs() as lines, pytest.raises(requests.ConnectionError):
        session.get(f"{VENDOR}/api/v2/tickets.json")
    assert [(line["event"], line["status"]) for line in lines] == [("desk call", "ConnectionError")]
    budget.refused({"Retry-After": "30"}, NOON, budget.call("GET", "/api/v2/tickets.json"))
    with capture_logs() as lines, pytest.raises(RateLimited):
        session.get(f"{VENDOR}/api/v2/tickets.json")
    assert [(line["event"], line["seconds"]) for line in lines] == [("desk call held back", 30)]


def test_calls_are_counted_by_the_form_of_their_path(session: DeskSession) -> None:
    session.get(f"{VENDOR}/api/v2/tickets/71/comments.json?page[size]=100")
    session.get(f"{VENDOR}/api/v2/webhooks/01M84ZFQ6MQRHG2JAFS991EMM7/signing_secret")
    assert list(session.calls) == [
        ("GET", "/api/v2/tickets/{id}/comments.json"),
        ("GET", "/api/v2/webhooks/{id}/signing_secret"),
    ]


# L8
@pytest.mark.parametrize(
    "wire", ["http://10.0.0.8:80", "http://192.168.1.1", "http://example.com", "https://127.0.0.1:1",
    "http://127.0.0.1:1/x", "http://a@127.0.0.1:1",
             "http://127.0.0.1.evil.tld", "http://169.254.169.254", "file:///etc/passwd", ""],
)  # fmt: skip
def test_l8_the_wire_may_only_be_swapped_for_loopback(wire: str) -> None:
    with pytest.raises(ConnectorError, match="loopback"):
        desk_session(
            VENDOR,
            wire,
            host_rule=HOSTS,
            user_agent="x",
            budget=RateBudget(),
            clock=SetClock(NOON),
            sandbox_allowed=True,
        )


def test_l8_the_wire_is_not_swapped_where_sandbox_desks_are_not_allowed(peer: Peer) -> None:
    with pytest.raises(ConnectorError, match="CANDOR_SANDBOX_DESKS"):
        desk_session(
            VENDOR, peer.url, host_rule=HOSTS, user_agent="Candor", budget=RateBudget(), clock=SetClock(NOON)
        )


@pytest.mark.parametrize(
    ("address", "public"),
    [("8.8.8.8", True), ("2606:4700::1111", True), ("127.0.0.1", False), ("10.1.2.3", False),
    ("169.254.169.254", False), ("::1", False),
     ("::ffff:10.0.0.1", False), ("0.0.0.0", False), ("100.64.0.1", False), ("224.0.0.1", False), ("fd00::1",
     False)],
)  # fmt: skip
def test_a_desk_is_never_at_a_private_address(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_a_vendors_name_that_leads_to_this_machine_is_not_called(
    monkeypatch: pytest.MonkeyPatch, peer: Peer
) -> None:
    port = int(peer.url.rsplit(":", 1)[1])
    here = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: here)
    with pytest.raises(requests.ConnectionError, match="does not lead to an address"):
        real_session().get(f"{VENDOR}/api/v2/users/me.json")
    assert peer.seen == []


# no redirects, no environment, no cookies
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_zp11_a_redirect_is_an_error_and_is_not_followed(
    session: DeskSession, peer: Peer, status: int
) -> None:
    peer.say(status, Location=f"{VENDOR}/api/v2/tickets/2.json")
    with pytest.raises(requests.TooManyRedirects):
        session.put(f"{VENDOR}/api/v2/tickets/1.json", json={})
    assert len(peer.seen) == 1
    assert session.last is not None
    assert session.last.status == status


def test_the_environment_adds_neither_proxies_nor_credentials(
    session: DeskSession, peer: Peer, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    netrc = f"{tmp_path}/netrc"
    with open(netrc, "w") as file:
        file.write("machine acme.zendesk.com login a password b\nmachine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", netrc)
    peer.say(200, Set_Cookie="a=1; Path=/")
    for _ in range(2):
        session.get(f"{VENDOR}/api/v2/users/me.json")
    assert all("authorization" not in seen.headers and "cookie" not in seen.headers for seen in peer.seen)
    assert len(peer.seen) == 2


# recorded exchanges, without a wire
@responses.activate
def test_a_recorded_answer_is_kept_as_it_came() -> None:
    recorded = '{"count": 10}\n'
    headers = {
        "Date": "Wed, 11 Mar 2026 12:00:07 GMT",
        "x-rate-limit": "400",
        "x-rate-limit-remaining": "399",
    }
    responses.get(f"{VENDOR}/api/v2/search/count.json", body=recorded, headers=headers)
    session = real_session(budget := RateBudget())
    assert session.get(f"{VENDOR}/api/v2/search/count.json").json() == {"count": 10}
    assert session.last is not None
    assert (session.last.status, session.last.body, session.last.date) == (
        200,
        recorded.encode(),
        NOON + 7 * SECOND,
    )
    assert budget.wait_needed(NOON, calls=399) == 0 < budget.wait_needed(NOON, calls=400)


@responses.activate
def test_a_recorded_throttle_and_a_recorded_refusal_are_told_apart() -> None:
    words = "Number of allowed incremental ticket export API requests per minute exceeded"
    responses.get(
        f"{VENDOR}/api/v2/incremental/tickets/cursor.json",
        status=429,
        headers={"Retry-After": "36"},
        body=words,
    )
    responses.get(
        f"{VENDOR}/api/v2/tickets/9.json",
        status=404,
        json={"error": "RecordNotFound", "description": "Not found"},
    )
    session = real_session(RateBudget(RULES))
    with pytest.raises(RateLimited) as limited:
        session.get(f"{VENDOR}/api/v2/incremental/tickets/cursor.json")
    assert limited.value.retry_after == 36
    assert session.get(f"{VENDOR}/api/v2/tickets/9.json").status_code == 404


@responses.activate
def test_a_connection_error_leaves_no_answer_of_an_earlier_call_behind() -> None:
    responses.get(f"{VENDOR}/api/v2/users/me.json", json={"user": {}})
    responses.put(f"{VENDOR}/api/v2/tickets/1.json", body=requests.ConnectionError("reset"))
    session = real_session()
    session.get(f"{VENDOR}/api/v2/users/me.json")
    with pytest.raises(requests.ConnectionError):
        session.put(f"{VENDOR}/api/v2/tickets/1.json", json={})
    assert session.last is None


def test_timeouts_are_the_documented_ones() -> None:
    assert Timeouts() == Timeouts(connect=3.0, read=10.0, total=20.0)
