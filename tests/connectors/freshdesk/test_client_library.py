"""The traps of python-freshdesk 1.3.9, each with the way round it (FP1 to FP12), over real HTTP."""
from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
import requests
from freshdesk.api import API
from freshdesk.v2.errors import FreshdeskRateLimited
from freshdesk.v2.models import Ticket as LibraryTicket
from structlog.testing import capture_logs

from connectors.clock import SetClock
from connectors.errors import ConnectorError, RateLimited
from connectors.freshdesk.client import next_link
from connectors.freshdesk.desk import FreshdeskDesk
from connectors.freshdesk.knowledge import FreshdeskKnowledge
from connectors.freshdesk.outbound import FreshdeskOutbound
from connectors.freshdesk.settings import HOST_RULE
from connectors.records import PostNote, Sent, Status, Unknown
from tests.connectors.conftest import NOON, Peer
from tests.connectors.freshdesk.peers import (
    ANA,
    MAYA,
    as_json,
    peer_client,
    reply,
    said,
    sample,
    ticket_json,
    write,
)


def answers(peer: Peer, *given: tuple[int, dict[str, str], bytes]) -> None:
    peer.answers = list(given)


def plain_library(url: str) -> API:
    """The library as it comes, with only the address changed."""
    api = API("acme.freshdesk.com", "key")
    api._api_prefix = f"{url}/api/v2/"
    return api


def test_fp1_a_desk_that_never_answers_costs_a_bounded_time(peer: Peer) -> None:
    def silent(handler: BaseHTTPRequestHandler) -> None:
        peer.ended.wait(3)

    peer.do(silent)
    with pytest.raises(ConnectorError, match="did not answer"):
        peer_client(peer.url, SetClock(NOON)).through_library(
            lambda api: api.agents.currently_authenticated_agent()
        )
    assert isinstance(FreshdeskOutbound(peer_client(peer.url, SetClock(NOON))).send(write(reply())), Unknown)
    assert len(peer.seen) == 2


def test_fp1_the_library_alone_waits_for_ever(peer: Peer) -> None:
    # The control: without our session the same call does not come back while the desk is silent.
    def silent(handler: BaseHTTPRequestHandler) -> None:
        peer.ended.wait(20)

    peer.do(silent)
    api = plain_library(peer.url)
    ended = threading.Event()

    def call() -> None:
        try:
            api.agents.currently_authenticated_agent()
        except requests.RequestException:
            pass  # the peer went away at the end of the test
        ended.set()

    waiting = threading.Thread(target=call, daemon=True)
    waiting.start()
    assert not ended.wait(1.5)  # past the longest our own session would wait
    peer.ended.set()
    assert ended.wait(5)


@pytest.mark.parametrize("source", [9, 10, 11, 13, 99])
def test_fp2_sources_the_library_does_not_know_are_read(peer: Peer, source: int) -> None:
    answers(peer, as_json(ticket_json(source=source)), as_json([said(1, MAYA, source=source)]))
    ticket = FreshdeskDesk(peer_client(peer.url, SetClock(NOON))).ticket("7")
    assert ticket.messages[1].channel == {9: "phone", 10: "mobihelp", 11: "ecommerce"}.get(
        source, f"source_{source}"
    )
    with pytest.raises(KeyError):
        _ = LibraryTicket(**ticket_json(source=source)).source


def test_fp3_an_answer_without_both_times_is_still_what_the_desk_committed(peer: Peer) -> None:
    made = said(5, 900)
    del made["updated_at"]
    answers(peer, as_json(made, 201))
    sent = FreshdeskOutbound(peer_client(peer.url, SetClock(NOON))).send(write(reply()))
    assert isinstance(sent, Sent)
    assert sent.remote_id == "5"
    with pytest.raises(AttributeError):
        plain_library(peer.url).comments.create_reply(7, "x")


@pytest.mark.parametrize(
    ("retry_after", "seconds"), [("1", 1), ("1.5", 1.5), ("Wed, 11 Mar 2026 12:00:42 GMT", 42), ("0", 1),
    (None, 30), ("86400", 600)]
)
@pytest.mark.parametrize("body", ['{"message": "You have exceeded the limit of requests per '
                                  'minute"}', "<html>busy</html>"])
def test_fp4_a_429_says_its_seconds(peer: Peer, retry_after: str | None, seconds: float, body: str) -> None:
    peer.say(429, body, **({} if retry_after is None else {"Retry_After": retry_after}))
    with pytest.raises(RateLimited) as limited:
        peer_client(peer.url, SetClock(NOON)).through_library(
            lambda api: api.agents.currently_authenticated_agent()
        )
    assert limited.value.retry_after == seconds
    with pytest.raises(FreshdeskRateLimited) as theirs:
        plain_library(peer.url).agents.currently_authenticated_agent()
    assert theirs.value.response is None


@pytest.mark.parametrize(
    ("status", "body", "permanent"),
    [(400, '{"description":"Validation '
           'failed","errors":[{"field":"status","message":"no","code":"x"}]}', True), (401, "{}", True),
     (403, '{"code":"access_denied","message":"You are not '
           'authorized"}', True), (404, "", True), (404, '["a list"]', True),
     (405, "{}", True), (500, "<html>", False), (501, "{}", False), (502, "[]", False), (503, "", False),
     (200, "<html>login</html>", False), (200, '{"trunc', False)],
)  # fmt: skip
def test_fp5_errors_are_told_apart_by_their_status(
    peer: Peer, status: int, body: str, permanent: bool
) -> None:
    peer.say(status, body)
    client = peer_client(peer.url, SetClock(NOON))
    by_library = lambda: client.through_library(lambda api: api.agents.currently_authenticated_agent())  # noqa: E731
    for call in (by_library, lambda: client.raw("GET", "/tickets/7")):
        with pytest.raises(ConnectorError) as failed:
            call()
        assert (failed.value.status, failed.value.permanent) == (status, permanent)


def test_fp6_one_call_gives_the_depth_of_the_queue(peer: Peer) -> None:
    answers(
        peer,
        as_json(
            {"total": 900, "results": [sample("python-freshdesk/search_tickets.json")["results"][0]] * 30}
        ),
    )
    snapshot = FreshdeskDesk(peer_client(peer.url, SetClock(NOON))).queue("Billing")
    assert (snapshot.waiting, snapshot.as_of, snapshot.source) == (900, NOON, "search")
    assert [s.path for s in peer.seen] == ["/api/v2/search/tickets?query=%22status%3A2+AND+group_id%3A11%22"]


@pytest.mark.parametrize("answer", [{}, {"total": None}, {"total": "12"}, {"total": -1}, {"total": True}])
def test_a_depth_the_desk_does_not_say_is_never_guessed(peer: Peer, answer: dict[str, Any]) -> None:
    answers(peer, as_json(answer))
    assert FreshdeskDesk(peer_client(peer.url, SetClock(NOON))).queue(None).waiting is None


def test_a_group_nobody_knows_is_not_asked_for(peer: Peer) -> None:
    assert FreshdeskDesk(peer_client(peer.url, SetClock(NOON))).queue("Gone").waiting is None
    assert peer.seen == []


def test_fp7_changed_tickets_are_asked_for_once_and_without_the_librarys_filter(peer: Peer) -> None:
    answers(peer, as_json([ticket_json(), ticket_json(id=8, updated_at="2026-03-11T11:31:00Z")]))
    found, cursor = FreshdeskDesk(peer_client(peer.url, SetClock(NOON))).changed_since(
        "2026-03-11T11:00:00Z#1", NOON
    )
    assert [(c.id, c.stamp) for c in found] == [("7", "2026-03-11T11:30:00Z"), ("8", "2026-03-11T11:31:00Z")]
    assert cursor == "2026-03-11T11:31:00Z#1"
    assert [s.path for s in peer.seen] == [
        "/api/v2/tickets?updated_since=2026-03-11T11%3A00%3A00Z&order_by=updated_at&order_type=asc&per_page=100&page=1"
    ]


def test_a_full_page_of_one_second_leads_on_and_never_round(peer: Peer) -> None:
    desk = FreshdeskDesk(peer_client(peer.url, SetClock(NOON)))
    answers(peer, as_json([ticket_json(id=n) for n in range(100)]))
    _, cursor = desk.changed_since("2026-03-11T11:00:00Z#1", NOON)
    assert cursor == "2026-03-11T11:30:00Z#1"
    _, cursor = desk.changed_since(cursor, NOON)
    assert cursor == "2026-03-11T11:30:00Z#2"
    answers(peer, as_json([]))
    _, cursor = desk.changed_since(cursor, NOON)
    assert cursor == "2026-03-11T11:30:00Z#1"


def test_fp8_every_page_of_the_help_centre_is_read(peer: Peer) -> None:
    folder = {**sample("python-freshdesk/solution_folders.json")[0], "visibility": 1}
    article = sample("python-freshdesk/solution_articles.json")[0]
    more = '<https://acme.freshdesk.com/api/v2/solutions/folders/3/articles?page=2>; rel="next"'
    answers(
        peer, as_json(sample("python-freshdesk/solution_categories.json")), as_json([folder]),
        as_json([{**article, "id": n} for n in range(100)], Link=more), as_json([{**article,
        "id": n} for n in range(99, 140)]),
    )  # fmt: skip
    assert len({a.id for a in FreshdeskKnowledge(peer_client(peer.url, SetClock(NOON))).articles()}) == 140
    assert peer.seen[-1].path == "/api/v2/solutions/folders/3/articles?page=2"


def test_a_link_that_leads_round_ends(peer: Peer) -> None:
    more = '<https://acme.freshdesk.com/api/v2/tickets?page=2>; rel="next"'
    peer.answers = [as_json([ticket_json()], Link=more)]
    assert len(list(peer_client(peer.url, SetClock(NOON)).pages("/tickets"))) == 2


def test_a_link_to_another_host_is_not_followed(peer: Peer) -> None:
    peer.answers = [
        as_json(
            [ticket_json()], Link='<https://acme.freshdesk.com.evil.tld/api/v2/tickets?page=2>; rel="next"'
        )
    ]
    with pytest.raises(ConnectorError, match="refused to call"):
        list(peer_client(peer.url, SetClock(NOON)).pages("/tickets"))
    assert len(peer.seen) == 1


def test_next_link_reads_the_header_in_every_spelling() -> None:
    link = '<https://acme.freshdesk.com/api/v2/x?page=2>; rel="next"'
    for headers in ({"Link": link}, {"link": link}, {"LINK": f'<https://a/>; rel="prev", {link}'}):
        assert next_link(headers) == "https://acme.freshdesk.com/api/v2/x?page=2"
    for headers in ({}, {"Link": ""}, {"Link": '<https://a/>; rel="prev"'}, {"Link": "nonsense"}):
        assert next_link(headers) is None


def test_fp9_taking_the_test_ticket_away_prints_nothing(
    peer: Peer, capsys: pytest.CaptureFixture[str]
) -> None:
    peer.say(204, "")
    with capture_logs():  # our own line of the call, which no log is set up for here
        peer_client(peer.url, SetClock(NOON)).raw("DELETE", "/tickets/7")
    assert capsys.readouterr().out == ""


def test_fp10_a_note_always_says_that_it_is_private(peer: Peer) -> None:
    answers(peer, as_json(said(5, 900, private=True), 201))
    FreshdeskOutbound(peer_client(peer.url, SetClock(NOON))).send(
        write(PostNote("<p>For us.</p>", "For us."))
    )
    sent = json.loads(peer.seen[0].body)
    assert sent["private"] is True
    assert peer.seen[0].path == "/api/v2/tickets/7/notes"


@pytest.mark.parametrize("code", [6, 7, 42])
def test_fp11_a_status_of_the_desks_own_is_a_number_and_no_made_up_word(peer: Peer, code: int) -> None:
    answers(peer, as_json(ticket_json(status=code)), as_json([]))
    assert FreshdeskDesk(peer_client(peer.url, SetClock(NOON))).ticket("7").status is Status.HOLD


def test_fp12_every_call_is_made_by_our_session_under_our_name(peer: Peer) -> None:
    answers(peer, as_json(sample("python-freshdesk/agent_1.json")))
    client = peer_client(peer.url, SetClock(NOON))
    client.through_library(lambda api: api.agents.currently_authenticated_agent())
    client.raw("GET", "/agents/me")
    for seen in peer.seen:
        assert seen.headers["user-agent"] == "Candor"
        assert seen.headers["authorization"].startswith("Basic ")
    assert list(client.session.calls) == [("GET", "/api/v2/agents/me")] * 2


def test_threads_have_sessions_of_their_own(peer: Peer) -> None:
    answers(peer, as_json(said(5, 900), 201))
    client = peer_client(peer.url, SetClock(NOON))
    out = FreshdeskOutbound(client)
    sessions: set[int] = set()

    def work(number: int) -> None:
        for turn in range(5):
            assert isinstance(
                out.send(write(reply(f"to {number}, turn {turn}"), str(number), f"{number}-{turn}")), Sent
            )
        sessions.add(id(client.session))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert (len(sessions), len(peer.seen)) == (4, 20)
    for seen in peer.seen:
        assert f"to {seen.path.split('/')[4]}," in json.loads(seen.body)["body"]


def test_hosts_that_only_look_like_freshdesk_are_refused() -> None:
    assert HOST_RULE.fullmatch("acme.freshdesk.com")
    for host in ("evilfreshdesk.com.attacker.tld", "acme.freshdesk.com.evil.tld", "127.0.0.1:1/freshdesk.com",
    "acme.freshdesk.com:8443",
                 "a.b.freshdesk.com", "freshdesk.com", "ACME.freshdesk.com",
                 "acme_.freshdesk.com"):  # fmt: skip
        assert not HOST_RULE.fullmatch(host)
        assert API(host, "key").domain == host  # the library itself takes them all


@pytest.mark.parametrize("subdomain", ["acme.evil", "acme/x", "evil.tld/?", "acme@evil", "", "ACME"])
def test_an_account_name_that_is_none_never_leaves_the_house(peer: Peer, subdomain: str) -> None:
    with pytest.raises(ConnectorError, match="not the address of a desk"):
        peer_client(peer.url, SetClock(NOON), subdomain=subdomain).raw("GET", "/agents/me")
    assert peer.seen == []


def test_a_redirected_write_is_unknown_and_not_a_success(peer: Peer) -> None:
    peer.say(302, Location="https://acme.freshdesk.com/api/v2/tickets/7/reply")
    assert FreshdeskOutbound(peer_client(peer.url, SetClock(NOON))).send(write(reply())) == Unknown(
        "the desk answered 302"
    )
    assert len(peer.seen) == 1


def test_missing_credentials_are_named_and_nothing_is_sent_without_them(peer: Peer) -> None:
    client = peer_client(peer.url, SetClock(NOON), api_key="")
    with pytest.raises(ConnectorError, match="no credentials"):
        client.raw("GET", "/agents/me")
    assert peer.seen == []


def test_neither_key_nor_words_reach_the_log(peer: Peer, caplog: pytest.LogCaptureFixture) -> None:
    answers(peer, as_json(said(5, 900), 201))
    with caplog.at_level("DEBUG"), capture_logs() as ours:
        FreshdeskOutbound(peer_client(peer.url, SetClock(NOON))).send(write(reply("my card is 4111")))
    for log in (caplog.text, str(ours)):
        assert "4111" not in log
        assert "t0p-s3cret" not in log
    assert [(line["method"], line["path"], line["status"]) for line in ours] == [
        ("POST", "/api/v2/tickets/7/reply", 201)
    ]


def test_rate_headers_in_freshdesks_spelling_reach_the_budget(peer: Peer) -> None:
    clock = SetClock(NOON)
    client = peer_client(peer.url, clock)
    budget = client._budget
    answers(
        peer,
        as_json(
            [], X_RateLimit_Total="100.0", X_RateLimit_Remaining="7", X_RateLimit_Used_CurrentRequest="3"
        ),
    )
    client.rows("/groups")
    assert budget.wait_needed(NOON, calls=7) == 0 < budget.wait_needed(NOON, calls=8)
    answers(peer, as_json([], X_RateLimit_Total="100.0", X_RateLimit_Remaining="0"))
    client.rows("/groups")
    assert budget.wait_needed(NOON) == 60.0


def test_a_sub_limit_stops_its_own_call_and_not_the_desk(peer: Peer) -> None:
    client = peer_client(peer.url, SetClock(NOON))
    peer.say(429, "{}", Retry_After="20", X_RateLimit_Total="200", X_RateLimit_Remaining="150")
    with pytest.raises(RateLimited):
        client.rows("/tickets")
    assert client._budget.wait_needed(NOON) == 0.0


@pytest.mark.parametrize("ticket_id", ["", "7/../8", "abc", "７", "-1"])
def test_an_id_that_is_none_is_gone_and_never_asked_for(peer: Peer, ticket_id: str) -> None:
    with pytest.raises(ConnectorError) as failed:
        FreshdeskDesk(peer_client(peer.url, SetClock(NOON))).ticket(ticket_id)
    assert (failed.value.permanent, failed.value.status) == (True, 404)
    assert peer.seen == []


def test_conversations_are_read_to_the_last_page(peer: Peer) -> None:
    more = '<https://acme.freshdesk.com/api/v2/tickets/7/conversations?page=2&per_page=100>; rel="next"'
    answers(
        peer,
        as_json(ticket_json()),
        as_json([said(n, MAYA) for n in range(1, 101)], Link=more),
        as_json([said(101, ANA)]),
    )
    ticket = FreshdeskDesk(peer_client(peer.url, SetClock(NOON))).ticket("7")
    assert len(ticket.messages) == 102
    assert peer.seen[0].path == "/api/v2/tickets/7?include=requester"
