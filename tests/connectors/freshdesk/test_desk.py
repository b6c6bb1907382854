"""Reading a Freshdesk and writing to it over real HTTP against the sandbox desk: what is read, what a turn
costs, what faults leave."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from connectors.clock import SECOND, SetClock
from connectors.contract import Write
from connectors.errors import ConnectorError
from connectors.freshdesk.client import FreshdeskClient
from connectors.freshdesk.desk import FreshdeskDesk
from connectors.freshdesk.knowledge import FreshdeskKnowledge, is_public
from connectors.freshdesk.outbound import FreshdeskOutbound
from connectors.freshdesk.sandbox import SandboxFreshdesk
from connectors.records import (
    Effect,
    Later,
    OpenTicket,
    PostNote,
    PostReply,
    Refused,
    Role,
    Sent,
    Status,
    Ticket,
    Unknown,
)
from tests.connectors.freshdesk.peers import reply, sample, write
from tests.connectors.freshdesk.wiring import client, installed

REPLY = {"method": "POST", "path": r"/tickets/\d+/reply"}
PUT = {"method": "PUT", "path": r"/tickets/"}


class Case:
    """A ticket that waits for an answer, with the connector in front of its desk."""

    def __init__(self, sandbox: SandboxFreshdesk, clock: SetClock, ticket: int) -> None:
        self.sandbox, self.clock, self.number, self.id = sandbox, clock, ticket, str(ticket)
        sandbox.do.switch(deliveries_use_budget=False)
        self.client = installed(sandbox, clock)
        self.desk, self.out = FreshdeskDesk(self.client), FreshdeskOutbound(self.client)
        clock.advance(5)

    def write(self, effect: Effect, key: str = "key-1") -> Write:
        return write(effect, self.id, key)

    def find(self, effect: Effect, key: str = "key-1") -> str | None:
        return self.out.find(self.write(effect, key), self.clock() - 60 * SECOND).remote_id


@pytest.fixture
def case(sandbox: SandboxFreshdesk, clock: SetClock, mayas_ticket: int) -> Case:
    return Case(sandbox, clock, mayas_ticket)


def answer(**more: Any) -> PostReply:
    return reply(
        fields={"intent": "refund", "confidence": "0.91"},
        add_tags=("candor", "candor_answer"),
        status=Status.PENDING,
        **more,
    )


# Reading.
def test_a_ticket_is_read_whole_in_two_calls(case: Case) -> None:
    case.sandbox.do.agent_note(case.number, "Mine.")
    case.clock.advance(5)
    before = len(case.client.session.calls)
    ticket = case.desk.ticket(case.id)
    assert list(case.client.session.calls)[before:] == [
        ("GET", "/api/v2/tickets/{id}"),
        ("GET", "/api/v2/tickets/{id}/conversations"),
    ]
    assert [(m.author.role, m.public, m.text) for m in ticket.messages] == [
        (Role.CUSTOMER, True, "I sent the shoes back."), (Role.AGENT, False, "Mine."),
    ]  # fmt: skip
    assert (ticket.requester.name, ticket.requester.email, ticket.requester.locale) == (
        "Maya Lind",
        "maya@example.com",
        "en",
    )
    assert (ticket.status, ticket.channel, ticket.cannot_reply) == (Status.OPEN, "email", None)
    assert ticket.url == f"{case.sandbox.url}/sandbox/agent/tickets/{case.id}"
    assert ticket.stamp.desk_now == case.clock()
    assert ticket.stamp.changed_at == case.clock() - 5 * SECOND


def test_after_our_own_write_the_ticket_is_read_again_without_the_requester_who_costs_extra(
    case: Case,
) -> None:
    sent = case.out.send(case.write(PostNote("<p>Noted.</p>", "Noted.")))
    assert isinstance(sent, Sent) and sent.stamp is not None
    case.sandbox.do.agent_reply(case.number, "I have this one.")  # within the second of our note
    before = len(case.sandbox.do.requests())
    found = case.desk.since_own_write(case.id, sent.stamp)
    assert isinstance(found, Ticket)
    assert [(m.author.role, m.public) for m in found.messages[1:]] == [
        (Role.ASSISTANT, False),
        (Role.AGENT, True),
    ]
    assert ["include" in r["query"] for r in case.sandbox.do.requests()[before:]] == [False, False]


def test_every_conversation_moves_the_stamp(case: Case) -> None:
    seen = {case.desk.stamp(case.id).value}
    for act in (
        lambda: case.sandbox.do.agent_reply(case.number, "Hello"),
        lambda: case.sandbox.do.agent_note(case.number, "x"),
        lambda: case.sandbox.do.customer_comment(case.number, "And?"),
        lambda: case.sandbox.do.assign(case.number, "Ana Ruiz"),
        lambda: case.out.send(case.write(reply())),
    ):  # fmt: skip
        case.clock.advance(3)
        act()
        seen.add(case.desk.stamp(case.id).value)
    assert len(seen) == 6


def test_our_own_write_answers_with_the_stamp_the_ticket_then_has(case: Case) -> None:
    for effect in (answer(), PostNote("<p>n</p>", "n")):
        case.clock.advance(3)
        sent = case.out.send(case.write(effect))
        assert isinstance(sent, Sent)
        assert sent.stamp is not None
        assert sent.stamp.value == case.desk.stamp(case.id).value
        changed, _ = case.desk.changed_since(f"{sent.stamp.value}#1", case.clock())
        assert [(c.id, c.stamp) for c in changed] == [(case.id, sent.stamp.value)]


def test_more_than_a_hundred_conversations_are_read(case: Case) -> None:
    for n in range(120):
        case.sandbox.do.agent_note(case.number, f"note {n}")
    assert len(case.desk.ticket(case.id).messages) == 121


def test_who_is_missing_is_read_past(case: Case) -> None:
    case.sandbox.do.set_group(case.number, "Billing")
    assert case.desk.ticket(case.id).group == "Billing"
    case.sandbox.do.delete_group("Billing")
    case.sandbox.do.delete_contact("maya@example.com")
    case.sandbox.do.delete_field("Candor: topic")
    case.clock.advance(2)
    ticket = case.desk.ticket(case.id)
    assert (ticket.group, ticket.requester.name, ticket.cannot_reply) == (None, "", "requester_deleted")
    assert ticket.messages[0].author.role is Role.CUSTOMER
    # The note of the hand-off still gets there, without the field that is gone.
    note = PostNote(
        "<p>n</p>", "n", {"intent": "x", "sentiment": "calm"}, ("candor",), "Billing", Status.OPEN
    )
    assert isinstance(case.out.send(case.write(note)), Sent)
    there = case.sandbox.do.ticket(case.number)
    assert (there["custom_fields"]["cf_candor_mood"], there["tags"]) == ("calm", ["candor"])


@pytest.mark.parametrize("label", ["Warten auf Kunde", "6", "Geschlossen"])
def test_a_renamed_or_translated_status_changes_nothing(case: Case, label: str) -> None:
    case.sandbox.do.set_status(6, label)
    case.sandbox.do.set_status(2, "Offen")
    case.sandbox.do.agent_update(case.number, status=6)
    assert case.desk.ticket(case.id).status is Status.HOLD
    case.sandbox.do.agent_update(case.number, status=2)
    assert case.desk.ticket(case.id).status is Status.OPEN


def test_deleted_and_closed_tickets_say_so(case: Case) -> None:
    case.sandbox.do.close(case.number)
    assert (case.desk.ticket(case.id).status, case.desk.ticket(case.id).cannot_reply) == (
        Status.CLOSED,
        "closed",
    )
    case.sandbox.do.delete(case.number)
    assert case.desk.ticket(case.id).status is Status.DELETED
    with pytest.raises(ConnectorError) as gone:
        case.desk.ticket("999999")
    assert (gone.value.status, gone.value.permanent) == (404, True)


def test_a_chat_cannot_be_answered_here(sandbox: SandboxFreshdesk, clock: SetClock) -> None:
    chat = sandbox.do.customer_ticket(
        name="Kim", email="kim@example.com", subject="Chat", text="Hi", messaging=True
    )
    assert FreshdeskDesk(installed(sandbox, clock)).ticket(str(chat)).cannot_reply == "messaging"


def test_changed_tickets_are_followed_without_a_gap(case: Case) -> None:
    found, cursor = case.desk.changed_since(None, case.clock())
    assert [c.id for c in found] == [case.id]  # made within the time the list is asked to look back
    found, cursor = case.desk.changed_since(cursor, case.clock())
    known = {(c.id, c.stamp) for c in found}
    case.clock.advance(100)
    case.sandbox.do.agent_reply(case.number, "Mine now.")
    other = case.sandbox.do.customer_ticket(
        name="Kim", email="kim@example.com", subject="Second", text="Hello"
    )
    found, cursor = case.desk.changed_since(cursor, case.clock())
    assert {c.id for c in found if (c.id, c.stamp) not in known} == {case.id, str(other)}
    found, again = case.desk.changed_since(cursor, case.clock())
    assert again == cursor
    assert {(c.id, c.stamp) for c in found} <= {
        (c.id, c.stamp) for c in case.desk.changed_since(cursor, 0)[0]
    }


def test_deleted_tickets_are_told_although_the_list_of_changed_ones_leaves_them_out(case: Case) -> None:
    assert case.desk.gone_since(None) == ()
    _, cursor = case.desk.changed_since(None, case.clock())
    assert case.desk.gone_since(cursor) == []
    case.clock.advance(100)
    case.sandbox.do.delete(case.number)
    found, cursor = case.desk.changed_since(cursor, case.clock())
    assert (case.id in {c.id for c in found}, case.desk.gone_since(cursor)) == (False, [case.id])


def test_history_tells_who_said_what_and_who_has_it(case: Case) -> None:
    since = case.clock()
    case.sandbox.do.agent_note(case.number, "x")
    case.clock.advance(2)
    case.sandbox.do.customer_comment(case.number, "Hello?")
    case.clock.advance(2)
    case.sandbox.do.assign(case.number, "Ana Ruiz")
    found = [(c.kind, c.actor, c.by_rule) for c in case.desk.history(case.id, since)]
    assert found == [
        ("note", Role.AGENT, False),
        ("comment", Role.CUSTOMER, False),
        ("assignee", Role.AGENT, False),
    ]
    assert case.desk.history(case.id, case.clock() + SECOND) == []


def test_an_assignment_in_a_group_that_assigns_by_itself_is_a_rules(
    sandbox: SandboxFreshdesk, clock: SetClock, mayas_ticket: int
) -> None:
    sandbox.state.find_group("Support").auto_ticket_assign = True
    case = Case(sandbox, clock, mayas_ticket)
    sandbox.do.set_group(case.number, "Support")
    sandbox.do.assign(case.number, "Ana Ruiz")
    assert [(c.kind, c.by_rule) for c in case.desk.history(case.id, 0)] == [("assignee", True)]
    sandbox.do.agent_update(case.number, responder_id=sandbox.assistant.id)
    assert [(c.actor, c.by_rule) for c in case.desk.history(case.id, 0)] == [(Role.ASSISTANT, False)]


def test_the_queue_is_counted_by_group(case: Case) -> None:
    for n in range(40):
        other = case.sandbox.do.customer_ticket(
            name=f"C{n}", email=f"c{n}@example.com", subject="Q", text="Hello"
        )
        case.sandbox.do.set_group(other, "Billing")
    found = case.desk.queue("Billing")
    assert (found.waiting, found.source, found.as_of) == (40, "search", case.clock())
    assert case.desk.queue(None).waiting == 41
    assert case.desk.queue("Nowhere").waiting is None


def test_our_user_is_named(case: Case) -> None:
    me = case.desk.whoami()
    assert (me.role, me.name) == (Role.ASSISTANT, "Larkfield AI assistant")
    assert {g.name for g in case.desk.groups()} == {"Support", "Billing", "Repairs"}
    with pytest.raises(ConnectorError) as failed:
        FreshdeskDesk(client(case.sandbox, case.clock, api_key="wrong")).whoami()
    assert failed.value.status == 401


# Writing, counted by what the customer sees.
def test_an_answered_ticket_costs_five_calls_and_no_more(case: Case) -> None:
    calls, credits = counted(case.client, lambda: (
        case.desk.ticket(case.id), case.desk.stamp(case.id), case.out.send(case.write(answer())),
    ))  # fmt: skip
    assert calls == ["GET ticket", "GET conversations", "GET ticket", "PUT ticket", "POST reply"]
    assert credits == 7
    assert case.sandbox.do.once(case.number) == 1


def test_a_second_whole_read_before_the_reply_is_still_within_six_calls(case: Case) -> None:
    calls, _ = counted(case.client, lambda: (
        case.desk.ticket(case.id), case.desk.ticket(case.id), case.out.send(case.write(answer())),
    ))  # fmt: skip
    assert len(calls) == 6


def test_a_hand_off_costs_seven_calls_and_no_more(case: Case) -> None:
    note = PostNote(
        "<p>n</p>", "n", {"intent": "refund", "handoff_reason": "unsure"}, ("candor",), "Billing", Status.OPEN
    )
    notice = reply("A person will answer.", status=Status.OPEN)

    def handed_off() -> None:
        case.desk.ticket(case.id)
        case.desk.queue("Billing")
        sent = case.out.send(case.write(note, "key-note"))
        assert isinstance(sent, Sent)
        assert sent.stamp is not None
        case.clock.advance(2)
        assert case.desk.stamp(case.id).value == sent.stamp.value  # nobody came in between
        assert isinstance(case.out.send(case.write(notice, "key-notice")), Sent)

    calls, credits = counted(case.client, handed_off)
    assert calls == [
        "GET ticket",
        "GET conversations",
        "GET search",
        "PUT ticket",
        "POST note",
        "GET ticket",
        "POST reply",
    ]
    assert credits == 9
    there = case.sandbox.do.ticket(case.number)
    assert (there["group_id"], there["status"], len(case.sandbox.do.notes(case.number)),
    case.sandbox.do.once(case.number)) == (
        case.sandbox.state.find_group("Billing").id, 2, 1, 1,
    )  # fmt: skip


NAMES = {"/tickets/{id}": "ticket", "/tickets/{id}/conversations": "conversations",
"/tickets/{id}/reply": "reply",
         "/tickets/{id}/notes": "note", "/search/tickets": "search"}  # fmt: skip


def counted(of: FreshdeskClient, work: Callable[[], object]) -> tuple[list[str], int]:
    """The calls made, by name, and the credits the desk says it took for them."""
    before, credits = len(of.session.calls), 0

    def charged(response: requests.Response, *_: Any, **__: Any) -> None:
        nonlocal credits
        credits += int(response.headers["X-RateLimit-Used-CurrentRequest"])

    of.session.hooks["response"].append(charged)
    work()
    return [
        f"{method} {NAMES[path.removeprefix('/api/v2')]}" for method, path in list(of.session.calls)[before:]
    ], credits


def test_the_reply_reaches_the_customer_as_written_with_its_reference(case: Case) -> None:
    case.desk.ticket(case.id)
    assert isinstance(case.out.send(case.write(answer(group="Billing"))), Sent)
    there = case.sandbox.do.ticket(case.number)
    assert (there["status"], there["tags"], there["custom_fields"]["cf_candor_topic"]) == (
        3,
        ["candor", "candor_answer"],
        "refund",
    )
    assert (
        case.sandbox.do.public_replies(case.number)[0]["body_text"].split()
        == "Refunds take 5 to 7 working days. Ref 56HE-KB".split()
    )
    assert case.desk.ticket(case.id).messages[-1].text == "Refunds take 5 to 7 working days."


def test_tags_others_set_meanwhile_survive(case: Case) -> None:
    case.sandbox.do.agent_update(case.number, tags=["vip"])
    case.desk.stamp(case.id)
    case.out.send(case.write(answer()))
    assert case.sandbox.do.ticket(case.number)["tags"] == ["vip", "candor", "candor_answer"]


def test_a_value_the_ticket_already_has_stops_nothing(case: Case) -> None:
    case.sandbox.do.agent_update(case.number, status="pending")
    # nothing was read before: the desk itself must say so
    assert isinstance(case.out.send(case.write(answer())), Sent)
    assert case.sandbox.do.once(case.number) == 1
    assert case.sandbox.do.ticket(case.number)["custom_fields"]["cf_candor_topic"] == "refund"


@pytest.mark.parametrize("fault", ["X1", "X2", "X3"])
def test_a_reply_that_arrived_without_an_answer_is_found_again(case: Case, fault: str) -> None:
    case.sandbox.do.fault(fault, **REPLY)
    assert isinstance(case.out.send(case.write(answer())), Unknown)
    assert case.find(answer()) is not None
    assert case.sandbox.do.once(case.number) == 1


@pytest.mark.parametrize("fault", ["X4", "X7-hang", "X8-login", "X8-list", "X9"])
def test_a_reply_that_never_arrived_is_not_found_and_can_be_sent_again(case: Case, fault: str) -> None:
    case.sandbox.do.fault(fault, **REPLY)
    assert isinstance(case.out.send(case.write(answer())), Unknown)
    assert case.find(answer()) is None
    assert case.sandbox.do.once(case.number) == 0
    assert isinstance(case.out.send(case.write(answer())), Sent)
    assert case.sandbox.do.once(case.number) == 1


@pytest.mark.parametrize("fault", ["X1", "X4", "X9", "X8-truncated"])
def test_fields_cut_off_before_the_reply_are_repeated_without_harm(case: Case, fault: str) -> None:
    case.sandbox.do.fault(fault, **PUT)
    assert isinstance(case.out.send(case.write(answer())), Unknown)
    assert case.sandbox.do.once(case.number) == 0
    assert case.find(answer()) is None
    assert isinstance(case.out.send(case.write(answer())), Sent)
    there = case.sandbox.do.ticket(case.number)
    assert (case.sandbox.do.once(case.number), there["status"], there["tags"]) == (
        1,
        3,
        ["candor", "candor_answer"],
    )


def test_a_note_without_an_answer_is_found_again(case: Case) -> None:
    note = PostNote("<p>For us.</p>", "For us.", {"intent": "refund"})
    case.sandbox.do.fault("X1", method="POST", path="/notes")
    assert isinstance(case.out.send(case.write(note)), Unknown)
    assert case.find(note) is not None
    assert case.find(note, "another key") is None  # the same words, but another row's reference below them


def test_a_pause_is_a_pause_and_a_lost_right_is_refused(case: Case) -> None:
    case.sandbox.do.fault("X5", **REPLY)
    assert case.out.send(case.write(reply())) == Later(1.0)
    case.clock.advance(1)
    case.sandbox.do.fault("X10", **REPLY)
    outcome = case.out.send(case.write(reply()))
    assert isinstance(outcome, Refused)
    assert outcome.status == 401


def test_a_ticket_that_is_gone_is_refused(case: Case) -> None:
    outcome = case.out.send(write(reply(), "999999"))
    assert isinstance(outcome, Refused)
    assert outcome.status == 404


def test_a_new_ticket_is_found_before_the_search_knows_it(case: Case) -> None:
    case.sandbox.do.switch(search_lag=300.0)
    effect = OpenTicket(
        "Refund of order 1",
        "<p>Why a person</p>",
        "Why a person",
        "Billing",
        {"intent": "refund"},
        ("candor",),
        "high",
    )
    case.sandbox.do.fault("X1", method="POST", path="/tickets$")
    assert isinstance(case.out.send(write(effect, "")), Unknown)
    found = case.out.find(write(effect, ""), case.clock() - 60 * SECOND).remote_id
    assert found is not None
    opened: Ticket = case.desk.ticket(found)
    assert (opened.subject, opened.group, opened.priority, opened.requester.role) == (
        "Refund of order 1", "Billing", "high", Role.ASSISTANT,
    )  # fmt: skip
    assert opened.fields == {"intent": "refund"}
    assert case.out.find(write(effect, "", "another"), 0).remote_id is None


# The help centre.
def test_articles_are_read_with_their_place_and_only_open_folders_are_public(case: Case) -> None:
    do = case.sandbox.do
    for visibility in (1, 2, 3, 4, None):
        do.put_article(
            f"v{visibility}",
            f"Visibility {visibility}",
            "<p>x</p>",
            section=f"S{visibility}",
            visibility=visibility,
        )
    do.put_article("draft", "Draft", "<p>x</p>", draft=True)
    found = {a.title: a for a in FreshdeskKnowledge(case.client).articles()}
    assert {title for title, a in found.items() if a.public} == {
        "Returning an item",
        "When refunds arrive",
        "Visibility 1",
    }
    assert "Draft" not in found
    assert {"Goodwill limits", "Visibility 2", "Visibility 3", "Visibility 4", "Visibility None"} <= set(
        found
    )
    page = found["Returning an item"]
    assert (page.section, page.locale) == ("Help › Orders", "en")
    assert page.url == f"{case.sandbox.url}/support/solutions/articles/{page.id}"
    assert page.html.startswith("<h2>How</h2>")


def test_a_translation_does_not_take_the_place_of_the_article(case: Case) -> None:
    case.sandbox.do.translate_article("returns", "fr", "Retourner un article", "<p>Imprimez.</p>")
    found = list(FreshdeskKnowledge(client(case.sandbox, case.clock, language="en")).articles())
    assert {a.title for a in found} == {"Returning an item", "When refunds arrive", "Goodwill limits"}


def test_folders_of_more_than_a_page_are_read_whole(case: Case) -> None:
    for n in range(130):
        case.sandbox.do.put_article(f"a{n}", f"Article {n}", "<p>x</p>", section="Long")
    assert len(list(FreshdeskKnowledge(case.client).articles())) == 133


def test_an_article_that_is_deleted_is_not_among_them(case: Case) -> None:
    case.sandbox.do.delete_article("returns")
    assert "Returning an item" not in {a.title for a in FreshdeskKnowledge(case.client).articles()}


def test_samples_of_a_real_help_centre_are_not_public_without_the_field() -> None:
    folder = sample("python-freshdesk/solution_folders.json")[0]
    for name in ("solution_articles", "solution_articles_fr"):
        for article in sample(f"python-freshdesk/{name}.json"):
            assert is_public(article, {**folder, "visibility": 1}) is (article["status"] == 2)
            assert not is_public(article, folder)


