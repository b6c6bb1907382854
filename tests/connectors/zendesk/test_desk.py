"""Reading a Zendesk: over HTTP from a sandbox desk, and from samples of the real one."""
from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connectors.clock import MINUTE, SECOND, SetClock, to_iso
from connectors.errors import ConnectorError
from connectors.records import (
    ChangedTicket,
    Person,
    PostNote,
    Role,
    Sent,
    Stamp,
    Status,
    Ticket,
    UpdateFields,
)
from connectors.zendesk import payloads
from connectors.zendesk.audits import audit_of
from connectors.zendesk.client import ZendeskClient, next_link
from connectors.zendesk.desk import ZendeskDesk
from connectors.zendesk.sandbox import SandboxZendesk
from tests.connectors.conftest import NOON, Peer
from tests.connectors.zendesk.wiring import client, installed, outbound, peer_client, reply, safe_stamp, write

SAMPLES = Path("connectors/zendesk/samples/go-zendesk")
VIEW = payloads.view_of(
    "zendesk-1",
    {"user_id": "5", "bots": ["6"], "groups": {"Orders": "40"}},
    frozenset({"7"}),
    "https://acme/agent/",
)


def test_a_ticket_is_read_in_two_named_calls(
    sandbox: SandboxZendesk, clock: SetClock, mayas_ticket: int
) -> None:
    of = installed(sandbox, clock)
    sandbox.do.agent_reply(mayas_ticket, "We have it, thank you.")
    sandbox.do.agent_note(mayas_ticket, "She is a regular.")
    before = len(of.session.calls)
    ticket = ZendeskDesk(of).ticket(str(mayas_ticket))
    assert list(of.session.calls)[before:] == [
        ("GET", "/api/v2/tickets/{id}.json"),
        ("GET", "/api/v2/tickets/{id}/comments.json"),
    ]
    assert (ticket.desk, ticket.id, ticket.subject, ticket.status) == (
        "zendesk-1",
        str(mayas_ticket),
        "Where is my refund",
        Status.NEW,
    )
    assert (ticket.requester.name, ticket.requester.email, ticket.requester.role) == (
        "Maya Lind",
        "maya@example.com",
        Role.CUSTOMER,
    )
    assert ticket.requester.locale == "en-US"
    assert [(m.author.role, m.public, m.text) for m in ticket.messages] == [
        (Role.CUSTOMER, True, "I sent the shoes back."),
        (Role.AGENT, True, "We have it, thank you."),
        (Role.AGENT, False, "She is a regular."),
    ]
    assert (ticket.group, ticket.channel, ticket.cannot_reply) == ("Support", "email", None)
    assert ticket.url == f"{sandbox.url}/sandbox/agent/tickets/{mayas_ticket}"
    assert sandbox.do.failures() == []


def test_the_stamp_carries_the_desks_clock_and_ours(
    sandbox: SandboxZendesk, clock: SetClock, mayas_ticket: int
) -> None:
    desk = ZendeskDesk(client(sandbox, clock))
    written = clock()
    clock.advance(90)
    stamp = desk.stamp(str(mayas_ticket))
    assert stamp == desk.ticket(str(mayas_ticket)).stamp
    assert (stamp.value, stamp.changed_at) == (to_iso(written), written)
    assert (stamp.desk_now, stamp.read_at) == (written + 90 * SECOND, clock())


def _noted(of: ZendeskClient, ticket_id: int, clock: SetClock) -> Stamp:
    """The stamp that our own note made, two seconds ago."""
    clock.advance(5)
    note = write(
        str(ticket_id),
        PostNote("<p>For you.</p>", "For you."),
        safe_stamp(ZendeskDesk(of), str(ticket_id), clock),
    )
    sent = outbound(of).send(note)
    assert isinstance(sent, Sent) and sent.stamp is not None
    return sent.stamp


def test_that_nobody_acted_after_our_own_note_is_told_in_one_call(
    sandbox: SandboxZendesk, clock: SetClock, mayas_ticket: int
) -> None:
    of = installed(sandbox, clock)
    made = _noted(of, mayas_ticket, clock)
    clock.advance(2)
    before = len(of.session.calls)
    found = ZendeskDesk(of).since_own_write(str(mayas_ticket), made)
    assert list(of.session.calls)[before:] == [("GET", "/api/v2/tickets/{id}/audits.json")]
    assert found == replace(made, desk_now=clock(), read_at=clock())


@pytest.mark.parametrize("seconds", [0, 1, 7], ids=["the same second", "the next", "later"])
def test_who_spoke_after_our_own_note_is_read_whatever_the_stamp_says(
    sandbox: SandboxZendesk, clock: SetClock, mayas_ticket: int, seconds: int
) -> None:
    of = installed(sandbox, clock)
    made = _noted(of, mayas_ticket, clock)
    clock.advance(seconds)
    sandbox.do.agent_reply(mayas_ticket, "I have this one.")
    clock.advance(2)
    found = ZendeskDesk(of).since_own_write(str(mayas_ticket), made)
    assert isinstance(found, Ticket) and found.messages[-1].text == "I have this one."
    assert (found.stamp.value == made.value) == (seconds == 0)  # hidden from whoever looks at the stamp alone


SILENT = [
    lambda do, ticket: do.solve(ticket),
    lambda do, ticket: do.assign(ticket, "Ana Ruiz"),
    lambda do, ticket: do.set_field(ticket, "Candor: next step", "candor_next_stay_out"),
]


@pytest.mark.parametrize("act", SILENT, ids=["solve", "assign", "stay out"])
def test_what_an_agent_did_without_a_word_in_the_second_of_our_own_note_is_read(
    sandbox: SandboxZendesk, clock: SetClock, mayas_ticket: int, act: Callable[[Any, int], object]
) -> None:
    of = installed(sandbox, clock)
    made = _noted(of, mayas_ticket, clock)
    act(sandbox.do, mayas_ticket)
    clock.advance(2)
    found = ZendeskDesk(of).since_own_write(str(mayas_ticket), made)
    assert isinstance(found, Ticket) and found.stamp.value == made.value


@pytest.mark.parametrize(("author", "channel", "comment", "counts"), [
    ("-1", "rule", False, False), ("-1", "rule", True, True),
    ("9", "web", False, True), ("5", "api", True, False),
])
def test_whose_update_counts_as_somebody_elses(
    author: str, channel: str, comment: bool, counts: bool
) -> None:
    said: dict[str, object] = {"type": "Comment", "public": True, "author_id": int(author)}
    changed: dict[str, object] = {"type": "Change", "field_name": "status", "value": "solved"}
    data = {
        "id": 1,
        "author_id": int(author),
        "created_at": "2026-03-11T11:00:00Z",
        "via": {"channel": channel},
        "events": [said if comment else changed],
    }
    assert audit_of(data, {}).by_somebody_but("5") is counts


def test_a_long_history_is_read_to_its_end(peer: Peer) -> None:
    """The oldest come first: who acted since our note stands on the last page."""
    def page(number: int, author: int, at: str, more: bool) -> tuple[int, dict[str, str], bytes]:
        comment = {"id": number, "author_id": author, "public": True, "plain_body": "x", "created_at": at}
        said = {**comment, "type": "Comment"}
        audit = {"id": number, "author_id": author, "created_at": at, "events": [said]}
        link = f"https://acme.zendesk.com/api/v2/tickets/7/audits.json?page%5Bafter%5D={number}"
        body = {
            "audits": [audit], "comments": [comment], "meta": {"has_more": more}, "links": {"next": link}
        }
        return 200, {"Content-Type": "application/json"}, json.dumps(body).encode()

    made = Stamp("2026-03-11T11:00:00Z", NOON - 60 * MINUTE, NOON, NOON)
    ticket = {
        "id": 7,
        "requester_id": 1,
        "status": "open",
        "created_at": made.value,
        "updated_at": made.value,
    }
    whole = {"ticket": ticket, "users": [{"id": 1, "role": "end-user"}, {"id": 9, "role": "agent"}]}
    old, new = page(1, 1, "2026-03-11T10:00:00Z", True), page(2, 9, made.value, False)
    peer.answers = [
        page(0, 5, "2026-03-11T09:00:00Z", True),
        old,
        new,
        (200, old[1], json.dumps(whole).encode()),
        old,
        new,
    ]
    found = ZendeskDesk(peer_client(peer.url, SetClock(NOON), {"user_id": "5"})).since_own_write("7", made)
    assert isinstance(found, Ticket) and found.messages[-1].author.role is Role.AGENT


def test_a_read_without_the_desks_clock_never_passes_the_same_second_guard() -> None:
    stamp = payloads.stamp_of({"updated_at": "2026-03-11T12:00:00Z"}, None, NOON + MINUTE)
    assert stamp.desk_now == stamp.changed_at


def test_our_own_words_and_our_own_fields_come_back_as_ours(
    sandbox: SandboxZendesk, clock: SetClock, mayas_ticket: int
) -> None:
    of = installed(sandbox, clock)
    desk, ticket_id = ZendeskDesk(of), str(mayas_ticket)
    stamp = safe_stamp(desk, ticket_id, clock)
    outbound(of).send(write(ticket_id, reply(fields={"intent": "refund", "next_step": "send_draft"}), stamp))
    ticket = desk.ticket(ticket_id)
    assert ticket.messages[-1].author.role is Role.ASSISTANT
    assert ticket.fields == {"intent": "refund", "next_step": "send_draft"}
    sandbox.do.set_field(mayas_ticket, "Candor: next step", "candor_next_stay_out")
    assert desk.ticket(ticket_id).fields["next_step"] == "stay_out"


def test_a_ticket_that_is_gone_is_a_permanent_404(
    sandbox: SandboxZendesk, clock: SetClock, mayas_ticket: int
) -> None:
    desk = ZendeskDesk(client(sandbox, clock))
    sandbox.do.delete(mayas_ticket)
    for ticket_id in (str(mayas_ticket), "999", "../users/me", "", "1 OR 1"):
        with pytest.raises(ConnectorError) as gone:
            desk.ticket(ticket_id)
        assert (gone.value.permanent, gone.value.status) == (True, 404)


def test_a_token_that_was_taken_away_is_a_permanent_401(sandbox: SandboxZendesk, clock: SetClock) -> None:
    with pytest.raises(ConnectorError) as refused:
        ZendeskDesk(client(sandbox, clock, api_token="revoked")).whoami()
    assert (refused.value.permanent, refused.value.status) == (True, 401)


def test_who_cannot_be_answered_is_said_in_a_word(
    sandbox: SandboxZendesk, clock: SetClock, mayas_ticket: int
) -> None:
    desk = ZendeskDesk(client(sandbox, clock))
    chat = sandbox.do.customer_ticket(
        name="Ola", email="ola@example.com", subject="Hi", text="Hi", messaging=True
    )
    assert desk.ticket(str(chat)).cannot_reply == "messaging"
    sandbox.do.close(mayas_ticket)
    assert desk.ticket(str(mayas_ticket)).cannot_reply == "closed"
    assert desk.ticket(str(mayas_ticket)).status is Status.CLOSED
    assert payloads.cannot_reply({}, Status.DELETED, {}) == "deleted"
    assert payloads.cannot_reply({}, Status.OPEN, {"suspended": True}) == "requester_suspended"
    assert payloads.cannot_reply({"via": {"channel": "whatsapp"}}, Status.OPEN, {}) == "messaging"


def test_the_desks_warnings_about_a_message_arrive_in_our_words(
    sandbox: SandboxZendesk, clock: SetClock, mayas_ticket: int
) -> None:
    sandbox.do.customer_comment(
        mayas_ticket, "I am away until Monday.", headers={"Auto-Submitted": "auto-replied"}
    )
    sandbox.do.customer_comment(mayas_ticket, "It is me, honestly.", flags=[2, 22, 99])
    messages = ZendeskDesk(client(sandbox, clock)).ticket(str(mayas_ticket)).messages
    assert [m.flags for m in messages] == [
        frozenset(),
        {"auto_generated"},
        {"not_the_requester", "unverified", "flag_99"},
    ]


@pytest.mark.parametrize(
    ("user", "role"),
    [({"id": 5, "role": "admin"}, Role.ASSISTANT), ({"id": 6, "role": "agent"}, Role.BOT), ({"id": 7,
    "role": "end-user"}, Role.BOT),
     ({"id": 8, "role": "agent"}, Role.AGENT), ({"id": 8, "role": "admin"}, Role.AGENT), ({"id": 9,
     "role": "end-user"}, Role.CUSTOMER),
     ({"id": -1}, Role.SYSTEM), ({"id": 10}, Role.AGENT), ({"id": 11, "role": "agent"}, Role.CUSTOMER)],
)  # fmt: skip
def test_who_somebody_is_in_this_ticket(user: dict[str, Any], role: Role) -> None:
    assert payloads.role_of(user, VIEW, requester_id="11") is role


def test_changed_tickets_come_by_cursor_and_each_once(sandbox: SandboxZendesk, clock: SetClock) -> None:
    desk = ZendeskDesk(client(sandbox, clock))
    nothing, cursor = desk.changed_since(None, clock())
    assert list(nothing) == []
    made = [
        sandbox.do.customer_ticket(name="A", email="a@x.example", subject=s, text="?") for s in ("one", "two")
    ]
    written = clock()
    clock.advance(61)
    found, cursor = desk.changed_since(cursor, clock())
    assert [t.id for t in found] == [str(ticket) for ticket in made]
    assert found[0] == ChangedTicket(str(made[0]), written, Status.NEW, to_iso(written))
    clock.advance(61)
    assert desk.changed_since(cursor, clock())[0] == []
    sandbox.do.solve(made[0])
    clock.advance(61)
    assert [(t.id, t.status) for t in desk.changed_since(cursor, clock())[0]] == [
        (str(made[0]), Status.SOLVED)
    ]
    assert desk.changes_by == "export"


def test_without_an_admins_rights_changed_tickets_come_by_search_and_it_says_so(peer: Peer) -> None:
    line = {"id": 9, "updated_at": "2026-03-11T11:59:30Z", "status": "open", "result_type": "ticket"}
    forbidden = (403, {"Content-Type": "application/json"}, b'{"error": "Forbidden"}')
    found = (
        200,
        {"Content-Type": "application/json"},
        json.dumps({"results": [line], "count": 1, "next_page": None}).encode(),
    )
    peer.answers = [forbidden, found]
    desk = ZendeskDesk(peer_client(peer.url, SetClock(NOON)))
    changed, cursor = desk.changed_since(None, NOON)
    assert [(t.id, t.status) for t in changed] == [("9", Status.OPEN)]
    assert cursor == "updated:2026-03-11T11:59:30Z"
    assert desk.changes_by == "search"
    desk.changed_since(cursor, NOON + MINUTE)
    asked = [s.path.split("?")[0].removeprefix("/api/v2/") for s in peer.seen]
    assert asked == ["incremental/tickets/cursor.json", "search.json", "search.json"]
    assert "updated%3E%3D2026-03-11T11%3A54%3A30Z" in peer.seen[2].path, "the index may be five minutes late"


def test_by_search_all_of_a_long_silence_is_caught_up_page_after_page(peer: Peer) -> None:
    def lines(first: int, count: int) -> bytes:
        stamps = [to_iso(NOON + n * SECOND) for n in range(first, first + count)]
        return json.dumps(
            {
                "results": [
                    {"id": n + 1, "updated_at": s, "status": "open"} for n, s in enumerate(stamps, first)
                ]
            }
        ).encode()

    desk, cursor, found = (
        ZendeskDesk(peer_client(peer.url, SetClock(NOON))),
        "updated:2026-03-11T12:00:00Z",
        [],
    )
    peer.answers = [
        (200, {"Content-Type": "application/json"}, lines(n * 100, 100 if n < 2 else 7)) for n in range(3)
    ]
    for _ in range(3):
        changed, cursor = desk.changed_since(cursor, NOON + MINUTE)
        found += [int(t.id) for t in changed]
    assert found == list(range(1, 208))
    assert cursor == "updated:" + to_iso(NOON + 206 * SECOND)
    assert ["page=1" in s.path or "page=2" in s.path or "page=3" in s.path for s in peer.seen] == [True] * 3


def test_search_ends_at_a_thousand_and_goes_on_from_the_last_of_them(peer: Peer) -> None:
    lines = [{"id": n, "updated_at": to_iso(NOON + n * SECOND), "status": "open"} for n in range(900, 1_000)]
    peer.answers = [(200, {"Content-Type": "application/json"}, json.dumps({"results": lines}).encode())]
    _, cursor = ZendeskDesk(peer_client(peer.url, SetClock(NOON))).changed_since(
        "updated:2026-03-11T12:00:00Z#10", NOON
    )
    assert cursor == "updated:" + to_iso(NOON + 999 * SECOND + 5 * MINUTE), (
        "the next search begins at the last one seen"
    )


def test_another_refusal_of_the_export_is_not_taken_for_missing_rights(peer: Peer) -> None:
    peer.say(500, "{}")
    with pytest.raises(ConnectorError):
        ZendeskDesk(peer_client(peer.url, SetClock(NOON))).changed_since(None, NOON)
    assert len(peer.seen) == 1


def test_history_tells_who_did_what_and_what_was_ours(
    sandbox: SandboxZendesk, clock: SetClock, mayas_ticket: int
) -> None:
    of = installed(sandbox, clock)
    desk, ticket_id = ZendeskDesk(of), str(mayas_ticket)
    since = clock() + SECOND
    stamp = safe_stamp(desk, ticket_id, clock)
    outbound(of).send(write(ticket_id, reply(add_tags=("candor",)), stamp, key="key-of-the-reply"))
    clock.advance(60)
    sandbox.do.assign(mayas_ticket, "Tom Weber")
    sandbox.do.agent_note(mayas_ticket, "Mine now.", agent="Tom Weber")
    sandbox.do.set_field(mayas_ticket, "Candor: next step", "candor_next_stay_out", agent="Tom Weber")
    changes = desk.history(ticket_id, since)
    ours = [c for c in changes if c.marker == "key-of-the-reply"]
    assert {c.actor for c in ours} == {Role.ASSISTANT}
    assert {c.kind for c in ours} == {"comment", "tags"}
    theirs = [c for c in changes if c.marker is None and not c.by_rule]
    assert {c.actor for c in theirs} == {Role.AGENT}
    assert {"assignee", "note", "field"} <= {c.kind for c in theirs}
    assert [c.at for c in changes] == sorted(c.at for c in changes)


def test_the_queue_counts_new_and_open_tickets_of_the_group(
    sandbox: SandboxZendesk, clock: SetClock, mayas_ticket: int
) -> None:
    desk = ZendeskDesk(client(sandbox, clock))
    second = sandbox.do.customer_ticket(name="A", email="a@x.example", subject="one", text="?")
    sandbox.do.set_group(second, "Billing")
    assert (desk.queue("Support").waiting, desk.queue("Billing").waiting, desk.queue(None).waiting) == (
        1,
        1,
        2,
    )
    sandbox.do.agent_update(second, status="pending")
    found = desk.queue("Billing")
    assert (found.group, found.waiting, found.source, found.as_of) == ("Billing", 0, "search", clock())


@pytest.mark.parametrize("name", ['Returns & "Refunds"', "a#b?c=d%20", "Äpfel/Öl"])
def test_a_groups_name_cannot_change_the_question(peer: Peer, name: str) -> None:
    peer.say(200, '{"count": 3}')
    assert ZendeskDesk(peer_client(peer.url, SetClock(NOON))).queue(name).waiting == 3
    path, _, query = peer.seen[0].path.partition("?")
    assert path == "/api/v2/search/count.json"
    assert query.startswith("query=type%3Aticket%20status%3Cpending%20group%3A%22")
    assert "&" not in query
    assert query.count("%22") == 2


@pytest.mark.parametrize("body", ['{"count": null}', '{"count": "many"}'])
def test_a_count_that_is_none_is_not_guessed(peer: Peer, body: str) -> None:
    peer.say(200, body)
    assert ZendeskDesk(peer_client(peer.url, SetClock(NOON))).queue(None).waiting is None


def test_our_user_and_the_groups(sandbox: SandboxZendesk, clock: SetClock) -> None:
    desk = ZendeskDesk(client(sandbox, clock))
    me = desk.whoami()
    assert (me.name, me.role, me.email) == ("Larkfield AI assistant", Role.ASSISTANT, sandbox.email)
    assert [g.name for g in desk.groups()] == ["Support", "Billing", "Repairs"]


def test_an_anonymous_answer_to_whoami_is_no_user(peer: Peer) -> None:
    peer.say(200, '{"user": {"id": null, "name": "Anonymous user"}}')
    with pytest.raises(ConnectorError, match="does not know these credentials"):
        ZendeskDesk(peer_client(peer.url, SetClock(NOON))).whoami()


def test_an_author_the_sideload_left_out_is_asked_for(peer: Peer) -> None:
    times = {"created_at": "2026-03-11T11:00:00Z", "updated_at": "2026-03-11T11:00:00Z"}
    maya = {"id": 1, "name": "Maya", "role": "end-user"}
    pages: list[Any] = [
        {"ticket": {"id": 7, "requester_id": 1, "status": "open", **times}, "users": [maya]},
        {
            "comments": [{"id": 2, "author_id": 3, "public": True, "plain_body": "Hello", **times}],
            "meta": {"has_more": False},
        },
        {"users": [{"id": 3, "name": "Tom", "role": "agent"}], "count": 1},
    ]
    peer.answers = [(200, {"Content-Type": "application/json"}, json.dumps(page).encode()) for page in pages]
    ticket = ZendeskDesk(peer_client(peer.url, SetClock(NOON))).ticket("7")
    assert (ticket.messages[0].author.name, ticket.messages[0].author.role) == ("Tom", Role.AGENT)
    assert peer.seen[2].path.startswith("/api/v2/users/show_many.json?ids=3")


def test_long_threads_are_read_to_their_end_and_a_repeated_link_ends_them(peer: Peer) -> None:
    times = {"created_at": "2026-03-11T11:00:00Z", "updated_at": "2026-03-11T11:00:00Z"}
    link = "https://acme.zendesk.com:443/api/v2/tickets/7/comments.json?page%5Bafter%5D=x"

    def page(number: int) -> Any:
        comment = {"id": number, "author_id": 1, "public": True, "plain_body": "x", **times}
        return {"comments": [comment], "users": [], "meta": {"has_more": True}, "links": {"next": link}}

    ticket = {
        "ticket": {"id": 7, "requester_id": 1, "status": "open", **times},
        "users": [{"id": 1, "role": "end-user", "name": "M"}],
    }
    peer.answers = [
        (200, {"Content-Type": "application/json"}, json.dumps(p).encode())
        for p in (ticket, page(1), page(2))
    ]
    assert [m.id for m in ZendeskDesk(peer_client(peer.url, SetClock(NOON))).ticket("7").messages] == [
        "1",
        "2",
    ]
    assert len(peer.seen) == 3


def test_links_to_another_host_are_not_followed(peer: Peer) -> None:
    page = {"audits": [], "meta": {"has_more": True}, "links": {"next": "https://evil.tld/api/v2/x.json"}}
    peer.say(200, json.dumps(page))
    with pytest.raises(ConnectorError, match="refused to call"):
        ZendeskDesk(peer_client(peer.url, SetClock(NOON))).history("7", 0)


def test_samples_of_the_real_desk_are_read() -> None:
    user = json.loads((SAMPLES / "GET_user.json").read_text())["user"]
    customer = Person(
        "369531345753", Role.CUSTOMER, "Sample customer", "customer@example.com", "en-US", "Asia/Tokyo"
    )
    assert payloads.person(user, VIEW) == customer
    data = json.loads((SAMPLES / "ticket_result.json").read_text())[0]
    comments = json.loads((SAMPLES / "GET_ticket_comments.json").read_text())
    stamp = payloads.stamp_of(data, NOON, NOON)
    ticket = payloads.ticket(data, comments["comments"], {}, stamp, VIEW)
    assert (ticket.id, ticket.status, ticket.priority, ticket.group, ticket.channel) == (
        "4",
        Status.NEW,
        "urgent",
        "360004077472",
        "api",
    )
    assert ticket.messages[0].text == "Mail to create fixture ticket for testing"
    assert ticket.messages[0].author.role is Role.CUSTOMER
    assert next_link(comments) is None  # a cursor without links is an end, not an error
    assert payloads.ticket({**data, "group_id": 40}, [], {}, stamp, VIEW).group == "Orders"



def test_an_update_of_fields_alone_is_one_call(
    sandbox: SandboxZendesk, clock: SetClock, mayas_ticket: int
) -> None:
    of = installed(sandbox, clock)
    before = len(of.session.calls)
    outbound(of).send(write(str(mayas_ticket), UpdateFields({"intent": "refund"})))
    assert list(of.session.calls)[before:] == [("PUT", "/api/v2/tickets/{id}.json")]
