"""What the contract promises of every desk, shown on its sandbox desk over HTTP. Written once, run for each
kind there is."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from connectors.clock import SECOND
from connectors.contract import Capability
from connectors.errors import ConnectorError
from connectors.files import FILE_MAX
from connectors.records import (
    FIELDS,
    Conflict,
    File,
    Later,
    OpenTicket,
    PostNote,
    PostReply,
    Refused,
    Role,
    RunAction,
    Sent,
    Stamp,
    Status,
    Ticket,
    Unknown,
    UpdateFields,
)
from tests.connectors.benches import KINDS, Connected, connector_of, opened
from tests.connectors.receivers import Receiver, receiver

__all__ = ["receiver"]

TEXT = "Refunds take 5 to 7 working days."
REPLY = PostReply(f"<p>{TEXT}</p>", TEXT)
NOTE = PostNote("<p>Asked for a person.</p>", "Asked for a person.")
OPENING = OpenTicket("From support", "<p>Please look.</p>", "Please look.", group="Billing")
WRITES = ("POST", "PUT", "DELETE", "PATCH")
# The desks' own lists of what has changed may withhold the newest minute or two.
WITHHELD = 150


@pytest.fixture(params=KINDS)
def bare(request: pytest.FixtureRequest) -> Iterator[Connected]:
    """A desk with nothing of ours on it."""
    with opened(request.param) as desk:
        yield desk


@pytest.fixture
def desk(bare: Connected, receiver: Receiver) -> Connected:
    bare.connect(receiver.url)
    return bare


# -- installing
def test_a_plan_writes_nothing_and_the_second_run_finds_all_as_it_was_left(
    bare: Connected, receiver: Receiver
) -> None:
    assert "planned" in {step.state for step in bare.install.plan(receiver.url)}
    assert bare.requests(*WRITES) == []
    first = bare.connect(receiver.url)
    written = len(bare.requests(*WRITES))
    second = bare.connect(receiver.url)
    assert {step.state for step in second.steps} <= {"exists", "offered", "manual"}
    assert (len(bare.requests(*WRITES)), second.state, second.secrets) == (
        written,
        first.state,
        first.secrets,
    )
    assert {step.state for step in bare.install.plan(receiver.url)} <= {"exists", "offered", "manual"}


def test_what_was_found_at_the_desk_is_kept_under_the_names_that_reading_and_writing_look_for(
    desk: Connected,
) -> None:
    state = desk.installed.state
    me = desk.desk.whoami()
    assert (state["user_id"], state["user_name"]) == (me.id, me.name)
    assert set(state["fields"]) == set(FIELDS)  # type: ignore[call-overload]
    assert state["groups"] == {group.name: group.id for group in desk.desk.groups()}
    assert desk.installed.secrets and all(len(secret) >= 32 for secret in desk.installed.secrets)


def test_the_guard_is_proven_and_leaves_no_ticket_behind(desk: Connected) -> None:
    proof = desk.install.prove_guard()
    assert proof.held, proof.detail
    ours = [path for path in desk.requests("DELETE") if "ticket" in path]
    assert len(ours) == 1


def test_what_was_made_is_taken_away_again(desk: Connected, receiver: Receiver) -> None:
    desk.install.remove(lambda step: None)
    planned = [step for step in replace_state(desk).install.plan(receiver.url) if step.state == "planned"]
    assert len(planned) >= len(FIELDS)
    desk.ticket()
    assert desk.sandbox.do.deliveries.wait_idle(5)
    assert receiver.seen == []


def replace_state(desk: Connected) -> Connected:
    desk.connection = replace(desk.connection, state={})
    return desk


def test_a_revoked_key_is_told_as_one_and_for_good(desk: Connected) -> None:
    refused = desk.connector.desk(desk.with_wrong_key(), desk.clock)
    with pytest.raises(ConnectorError) as told:
        refused.whoami()
    assert (told.value.permanent, told.value.status) == (True, 401)
    assert desk.bench.wrong_key.keys() <= desk.connector.settings_schema().fields.keys()


def test_the_account_is_told_in_words_and_without_its_key(desk: Connected) -> None:
    account = desk.connector.account(desk.connection.settings)
    assert desk.connection.settings["subdomain"] in account.address and account.new_key
    keys = [
        desk.connection.settings[name]
        for name in desk.connector.secret_keys
        if desk.connection.settings.get(name)
    ]
    assert keys and not [key for key in keys if key in f"{account.address} {account.new_key}"]
    assert desk.connector.account({}).new_key == account.new_key, "settings may be incomplete"


# -- deliveries
def test_a_customers_message_makes_a_delivery_that_the_installed_secret_opens(
    desk: Connected, receiver: Receiver
) -> None:
    ticket = desk.ticket()
    receiver.wait_for(1)
    headers, body = receiver.seen[0]
    inbound = desk.connector.inbound()
    inbound.verify(headers, body, desk.installed.secrets, desk.clock(), production=True)
    delivery = inbound.parse(headers, body)
    assert delivery is not None and (delivery.subject, delivery.subject_id) == ("ticket", ticket)


def test_what_we_write_ourselves_makes_no_delivery(desk: Connected, receiver: Receiver) -> None:
    ticket = desk.ticket()
    receiver.wait_for(1)
    desk.outbound.send(desk.write(desk.read(ticket), REPLY))
    assert desk.sandbox.do.deliveries.wait_idle(5)
    assert len(receiver.seen) == 1


# -- reading
def test_a_ticket_is_read_whole_oldest_first_with_whose_words_are_whose(desk: Connected) -> None:
    number = desk.ticket()
    for act in ("agent_reply", "agent_note", "customer_comment"):
        desk.clock.advance(60)
        getattr(desk.sandbox.do, act)(int(number), f"Words of {act}.")
    ticket = desk.read(number)
    assert (ticket.desk, ticket.id, ticket.subject) == ("desk-1", number, "Where is my refund")
    assert (ticket.requester.role, ticket.requester.name, ticket.requester.email) == (
        Role.CUSTOMER,
        "Maya Lind",
        "maya@example.com",
    )
    told = [(m.author.role, m.public, m.text.strip()) for m in ticket.messages]
    assert told == [
        (Role.CUSTOMER, True, "I sent the shoes back."), (Role.AGENT, True, "Words of agent_reply."),
        (Role.AGENT, False, "Words of agent_note."), (Role.CUSTOMER, True, "Words of customer_comment."),
    ]
    assert len({m.id for m in ticket.messages}) == 4
    assert ticket.cannot_reply is None and ticket.url
    assert ticket.messages[0].at == ticket.created_at <= ticket.updated_at <= desk.clock()


def test_a_stamp_is_the_tickets_and_moves_with_what_anybody_says(desk: Connected) -> None:
    number = desk.ticket()
    ticket = desk.read(number)
    assert desk.desk.stamp(number).value == ticket.stamp.value
    assert ticket.stamp.desk_now > ticket.stamp.changed_at + SECOND, "a write is safe by the desk's own clock"
    desk.sandbox.do.agent_note(int(number), "For us.")
    assert desk.desk.stamp(number).value != ticket.stamp.value


def test_a_ticket_that_is_not_there_is_a_404_for_good(desk: Connected) -> None:
    for number in ("987654", "7; drop", "../users", ""):
        with pytest.raises(ConnectorError) as gone:
            desk.desk.ticket(number)
        assert (gone.value.permanent, gone.value.status) == (True, 404)


def test_a_desk_in_trouble_is_an_error_that_may_pass(desk: Connected) -> None:
    number = desk.ticket()
    desk.sandbox.do.fault("X4", path="/tickets")
    with pytest.raises(ConnectorError) as trouble:
        desk.desk.ticket(number)
    assert (trouble.value.permanent, trouble.value.status) == (False, 503)


def test_after_our_own_write_the_ticket_is_as_we_left_it_until_somebody_acts(desk: Connected) -> None:
    number = desk.ticket()
    sent = desk.outbound.send(desk.write(desk.read(number), REPLY))
    assert isinstance(sent, Sent)
    desk.clock.advance(5)
    made = sent.stamp or desk.desk.stamp(number)
    since = desk.desk.since_own_write(number, made)
    assert (since if isinstance(since, Stamp) else since.stamp).value == made.value
    desk.sandbox.do.customer_comment(int(number), "And when?")
    desk.clock.advance(5)
    since = desk.desk.since_own_write(number, made)
    assert isinstance(since, Ticket) and since.messages[-1].text.strip() == "And when?"


def test_changed_tickets_are_listed_once_the_desk_lists_them_and_the_cursor_goes_on(desk: Connected) -> None:
    _, cursor = desk.desk.changed_since(None, desk.clock())
    desk.clock.advance(5)
    number = desk.ticket()
    desk.clock.advance(WITHHELD)
    changed, following = desk.desk.changed_since(cursor, desk.clock())
    [line] = [one for one in changed if one.id == number]
    assert (line.stamp, line.status) == (desk.desk.stamp(number).value, desk.desk.ticket(number).status)
    # The newest line may come again, for two tickets may change in one second; nothing that is older does.
    again, _ = desk.desk.changed_since(following, desk.clock())
    assert {one.stamp for one in again} <= {line.stamp}


def test_a_deleted_ticket_is_seen_to_be_gone(desk: Connected) -> None:
    number = desk.ticket()
    before = desk.desk.stamp(number).value
    _, cursor = desk.desk.changed_since(None, desk.clock())
    desk.clock.advance(5)
    desk.sandbox.do.delete(int(number))
    desk.clock.advance(WITHHELD)
    try:
        assert desk.desk.ticket(number).status is Status.DELETED
        assert desk.desk.stamp(number).value != before
    except ConnectorError as gone:
        assert (gone.permanent, gone.status) == (True, 404)
    changed, _ = desk.desk.changed_since(cursor, desk.clock())
    listed = {one.id for one in changed if one.status is Status.DELETED}
    assert number in listed | set(desk.desk.gone_since(cursor))


def test_history_says_who_said_something_and_what_was_ours(desk: Connected) -> None:
    number = desk.ticket()
    since = desk.clock() + 1
    desk.outbound.send(desk.write(desk.read(number), REPLY))
    desk.clock.advance(60)
    desk.sandbox.do.agent_reply(int(number), "I am on it.")
    desk.clock.advance(60)
    desk.sandbox.do.agent_note(int(number), "Checked.")
    said = [
        (c.actor, c.kind, c.by_rule)
        for c in desk.desk.history(number, since)
        if c.kind in ("comment", "note")
    ]
    assert said == [
        (Role.ASSISTANT, "comment", False),
        (Role.AGENT, "comment", False),
        (Role.AGENT, "note", False),
    ]


def test_the_queue_is_a_count_or_not_known_and_never_guessed(desk: Connected) -> None:
    for _ in range(2):
        desk.ticket()
    desk.clock.advance(WITHHELD)
    queue = desk.desk.queue(None)
    assert queue.waiting is None or queue.waiting >= 0
    assert queue.source and queue.as_of <= desk.clock()
    assert desk.desk.queue("No such group").waiting in (None, 0)


# -- writing
def test_a_reply_reaches_the_customer_once_in_one_call_and_is_found_again(desk: Connected) -> None:
    number = desk.ticket()
    ticket, since = desk.read(number), desk.clock()
    write = desk.write(ticket, REPLY)
    assert desk.outbound.find(write, since).remote_id is None
    before = len(desk.requests(*WRITES))
    sent = desk.outbound.send(write)
    assert isinstance(sent, Sent) and sent.remote_id
    assert len(desk.requests(*WRITES)) == before + 1
    [told] = desk.public(number)
    assert TEXT in told
    trace = desk.outbound.find(write, since)
    assert (trace.remote_id, trace.others) == (sent.remote_id, False)
    another = desk.write(ticket, PostReply("<p>Other words.</p>", "Other words."), key="key-2")
    assert desk.outbound.find(another, since).remote_id is None
    message = desk.read(number).messages[-1]
    assert (message.author.role, message.public, message.text.strip()) == (Role.ASSISTANT, True, TEXT)


def test_somebody_elses_words_since_then_are_seen_beside_ours(desk: Connected) -> None:
    number = desk.ticket()
    write, since = desk.write(desk.read(number), REPLY), desk.clock()
    desk.clock.advance(5)
    desk.sandbox.do.agent_reply(int(number), "I am on it.")
    assert desk.outbound.find(write, since).others


def test_a_note_is_for_agents_alone(desk: Connected) -> None:
    number = desk.ticket()
    assert isinstance(desk.outbound.send(desk.write(desk.read(number), NOTE)), Sent)
    assert desk.public(number) == []
    [note] = desk.notes(number)
    assert "Asked for a person." in note
    assert not desk.read(number).messages[-1].public


def test_fields_tags_group_and_status_are_kept_under_our_names_and_tags_that_were_there_stay(
    desk: Connected,
) -> None:
    number = desk.ticket()
    tagged = UpdateFields(add_tags=("vip",))
    assert isinstance(desk.outbound.send(desk.write(desk.read(number), tagged, "key-0")), Sent)
    effect = UpdateFields(
        {"intent": "refund", "next_step": "stay_out"}, ("candor_seen",), "Billing", Status.SOLVED
    )
    assert isinstance(desk.outbound.send(desk.write(desk.read(number), effect)), Sent)
    ticket = desk.read(number)
    assert ticket.fields == {"intent": "refund", "next_step": "stay_out"}
    assert {"vip", "candor_seen"} <= set(ticket.tags)
    assert (ticket.group, ticket.status) == ("Billing", Status.SOLVED)


def test_a_new_ticket_is_opened_in_its_group_and_found_again(desk: Connected) -> None:
    since = desk.clock()
    write = desk.write("", OPENING, "key-open")
    sent = desk.outbound.send(write)
    assert isinstance(sent, Sent)
    ticket = desk.read(sent.remote_id)
    assert (ticket.subject, ticket.group) == ("From support", "Billing")
    assert desk.outbound.find(write, since).remote_id == sent.remote_id
    assert desk.outbound.find(replace(write, key="key-other"), since).remote_id is None


@pytest.mark.parametrize("effect", [replace(REPLY, group="No such group"), RunAction("refund"),
replace(OPENING, group="No such group")])
def test_what_no_desk_takes_is_refused_in_words_before_a_call(
    desk: Connected, effect: PostReply | RunAction | OpenTicket
) -> None:
    ticket = desk.read(desk.ticket())
    before = len(desk.requests())
    refused = desk.outbound.send(desk.write(ticket, effect))
    assert isinstance(refused, Refused) and refused.why
    assert len(desk.requests()) == before


@pytest.mark.parametrize("number", ["7; drop", "../7", "", "٧"])
def test_another_text_than_a_ticket_id_is_refused_before_a_call(desk: Connected, number: str) -> None:
    before = len(desk.requests())
    assert isinstance(desk.outbound.send(desk.write(number, REPLY)), Refused)
    assert len(desk.requests()) == before


def test_a_reply_on_an_old_stamp_is_refused_where_the_desk_has_a_fence(desk: Connected) -> None:
    number = desk.ticket()
    ticket = desk.read(number)
    desk.sandbox.do.customer_comment(int(number), "And when?")
    desk.clock.advance(5)
    outcome = desk.outbound.send(desk.write(ticket, REPLY))
    fenced = Capability.FENCE in desk.connector.capabilities
    assert isinstance(outcome, Conflict) is fenced
    assert (desk.public(number) == []) is fenced


# -- trouble: what became of a write is said as it is, and nothing is ever sent twice
@pytest.mark.parametrize(
    ("fault", "outcome", "written"),
    [("X1", Unknown, True), ("X3", Unknown, True), ("X4", Unknown, False), ("X9", Unknown, False), ("X11",
    Unknown, False),
     ("X5", Later, False), ("X10", Refused, False)],
)  # fmt: skip
def test_each_trouble_has_its_outcome_in_one_call_and_find_tells_whether_it_was_written(
    desk: Connected, fault: str, outcome: type[object], written: bool
) -> None:
    number = desk.ticket()
    write, since = desk.write(desk.read(number), REPLY), desk.clock()
    method, path = desk.sandbox.do.reply_route
    before = len(desk.requests(method))
    desk.sandbox.do.fault(fault, method=method, path=path)
    found = desk.outbound.send(write)
    assert isinstance(found, outcome), found
    assert len(desk.requests(method)) == before + 1
    desk.sandbox.do.clear_faults()
    assert len(desk.public(number)) == int(written)
    desk.clock.advance(61)  # past the pause that a desk which failed is given
    assert (desk.outbound.find(write, since).remote_id is not None) is written


# -- knowledge
def test_every_article_comes_with_who_may_read_it(desk: Connected) -> None:
    found = {article.title: article for article in desk.knowledge.articles()}
    assert {title: article.public for title, article in found.items()} == {
        "Returning an item": True, "When refunds arrive": True, "Goodwill limits": False}
    assert "5 to 7 working days" in found["When refunds arrive"].html
    assert len({article.id for article in found.values()}) == 3


# -- limits
def test_the_budget_learns_of_a_pause_and_is_the_same_for_all_who_ask_this_connector(desk: Connected) -> None:
    number = desk.ticket()
    assert desk.connector.budget("desk-1").wait_needed(desk.clock()) == 0
    desk.sandbox.do.fault("X5", path="/tickets", headers={"Retry-After": "30"})
    with pytest.raises(ConnectorError) as paused:
        desk.desk.ticket(number)
    assert paused.value.retry_after == 30
    with pytest.raises(ConnectorError):
        desk.desk.ticket(number)
    assert connector_of(desk.kind).budget("another").wait_needed(desk.clock()) == 0


# -- files
@pytest.mark.parametrize("link", [
    "https://files.elsewhere.example/a.txt", "{own}.evil.example/a.txt", "{own}@evil.example/a.txt",
    "{plain}/a.txt",
    "//evil.example/a.txt", "file:///etc/passwd", "",
])
def test_no_file_is_fetched_from_another_host(bare: Connected, link: str) -> None:
    own = bare.connector.account(bare.connection.settings).address
    before = bare.requests()
    with pytest.raises(ConnectorError):
        bare.desk.file(
            File("a.txt", "text/plain", 5, link.format(own=f"https://{own}", plain=f"http://{own}"))
        )
    assert bare.requests() == before, "nothing may go out, our credentials least of all"


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_on_the_desks_own_host_comes_byte_by_byte_up_to_its_limit(kind: str) -> None:
    with opened(kind) as bare:
        if not hasattr(bare.sandbox.do, "attach"):
            pytest.skip("no file can be attached at this desk")
        ticket = bare.ticket()
        for name, content in (("small.txt", "für €"), ("large.txt", "a" * (FILE_MAX + 1))):
            bare.sandbox.do.attach(int(ticket), name=name, content=content, coding="utf-16")
        small, large = bare.read(ticket).messages[0].files
        assert (small.name, small.kind, bare.desk.file(small)) == (
            "small.txt",
            "text/plain",
            "für €".encode("utf-16"),
        )
        with pytest.raises(ConnectorError):
            bare.desk.file(large)
        assert bare.read(ticket).subject, "the next answer is JSON again"
