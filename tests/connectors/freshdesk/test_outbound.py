"""Writing to a Freshdesk: one effect in up to two calls, every outcome of each, and what is found again
afterwards."""
from __future__ import annotations

import json
from typing import Any

import pytest
from structlog.testing import capture_logs

from connectors.clock import MINUTE, SetClock, from_iso
from connectors.errors import ConnectorError
from connectors.freshdesk.desk import FreshdeskDesk
from connectors.freshdesk.outbound import FreshdeskOutbound
from connectors.freshdesk.payloads import view_of
from connectors.freshdesk.reference import reference_line
from connectors.freshdesk.writing import key_tag, message_html, new_ticket_body, ticket_changes, without
from connectors.outgoing import BODY_LIMIT
from connectors.records import (
    Later,
    OpenTicket,
    PostNote,
    PostReply,
    Refused,
    RunAction,
    Sent,
    Status,
    Trace,
    Unknown,
    UpdateFields,
)
from tests.connectors.conftest import NOON, Peer
from tests.connectors.freshdesk.peers import (
    ANA,
    MAYA,
    OWN,
    STATE,
    as_json,
    peer_client,
    reply,
    said,
    ticket_json,
    write,
)

MADE = said(55, OWN, at="2026-03-11T11:59:58Z")
SENT = as_json(MADE, 201)
UNSAID = Unknown("the desk answered 201 without what it wrote")
LATER = from_iso("2026-03-11T11:00:00Z")


def outbound(peer: Peer) -> FreshdeskOutbound:
    return FreshdeskOutbound(peer_client(peer.url, SetClock(NOON)))


def bodies(peer: Peer) -> list[tuple[str, str, Any]]:
    return [
        (s.method, s.path.removeprefix("/api/v2"), json.loads(s.body) if s.body else None) for s in peer.seen
    ]


def refusal(*names: str) -> tuple[int, dict[str, str], bytes]:
    errors = [
        {"field": n, "message": "It should not be the value the ticket already has", "code": "invalid_value"}
        for n in names
    ]
    return as_json({"description": "Validation failed", "errors": errors}, 400)


def full_reply() -> PostReply:
    return reply(fields={"intent": "returns"}, add_tags=("candor",), group="Billing", status=Status.PENDING)


def test_a_reply_with_fields_tags_group_and_status_is_two_calls_the_fields_first(peer: Peer) -> None:
    peer.answers = [as_json(ticket_json()), SENT]
    outcome = outbound(peer).send(write(full_reply(), tags=("vip",)))
    change = {
        "status": 3,
        "group_id": 11,
        "tags": ["vip", "candor"],
        "custom_fields": {"cf_candor_topic": "returns"},
    }
    body = f"<p>Refunds take 5 to 7 working days.</p><p>{reference_line('key-1')}</p>"
    assert bodies(peer) == [("PUT", "/tickets/7", change), ("POST", "/tickets/7/reply", {"body": body})]
    assert isinstance(outcome, Sent)
    assert outcome.remote_id == "55"
    assert outcome.stamp is not None
    assert (outcome.stamp.value, outcome.stamp.desk_now, outcome.stamp.read_at) == (
        "2026-03-11T11:59:58Z",
        NOON,
        NOON,
    )


def test_a_reply_that_changes_nothing_else_is_one_call(peer: Peer) -> None:
    peer.answers = [SENT]
    assert isinstance(outbound(peer).send(write(reply())), Sent)
    assert [(m, p) for m, p, _ in bodies(peer)] == [("POST", "/tickets/7/reply")]


def test_what_the_ticket_already_has_is_not_sent_again(peer: Peer) -> None:
    client = peer_client(peer.url, SetClock(NOON))
    peer.answers = [
        as_json(
            ticket_json(
                status=3, group_id=11, tags=["candor", "vip"], custom_fields={"cf_candor_topic": "returns"}
            )
        ),
        SENT,
    ]
    FreshdeskDesk(client).stamp("7")
    assert isinstance(FreshdeskOutbound(client).send(write(full_reply(), tags=("long ago",))), Sent)
    assert [m for m, _, _ in bodies(peer)] == ["GET", "POST"]


def test_tags_are_merged_with_those_of_the_last_read(peer: Peer) -> None:
    client = peer_client(peer.url, SetClock(NOON))
    peer.answers = [as_json(ticket_json(tags=["new", "vip"])), as_json(ticket_json())]
    FreshdeskDesk(client).stamp("7")
    FreshdeskOutbound(client).send(write(UpdateFields(add_tags=("candor",)), tags=("vip",)))
    assert bodies(peer)[1] == ("PUT", "/tickets/7", {"tags": ["new", "vip", "candor"]})


def test_an_old_read_is_not_taken_for_the_present(peer: Peer) -> None:
    clock = SetClock(NOON)
    client = peer_client(peer.url, clock)
    peer.answers = [as_json(ticket_json(status=3)), as_json(ticket_json())]
    FreshdeskDesk(client).stamp("7")
    clock.now_us += 2 * MINUTE
    FreshdeskOutbound(client).send(write(UpdateFields(status=Status.PENDING)))
    assert bodies(peer)[1] == ("PUT", "/tickets/7", {"status": 3})


def test_a_note_carries_the_reference_and_never_goes_to_the_customer(peer: Peer) -> None:
    peer.answers = [SENT]
    outbound(peer).send(write(PostNote("<p>For us.</p>", "For us.")))
    assert bodies(peer) == [
        (
            "POST",
            "/tickets/7/notes",
            {"body": f"<p>For us.</p><p>{reference_line('key-1')}</p>", "private": True},
        )
    ]


def test_the_agents_field_can_be_set_and_emptied() -> None:
    view = view_of("d", STATE, frozenset(), "")
    for value, sent in (("send_draft", "Send the draft"), ("", None), ("unheard of", None)):
        chosen = UpdateFields({"next_step": value})
        assert ticket_changes(write(chosen), chosen, view) == {"custom_fields": {"cf_candor_next_step": sent}}
    present = ticket_json()
    emptied = UpdateFields({"next_step": ""})
    assert ticket_changes(write(emptied), emptied, view, present) == {}


# What becomes of the row, by what the desk says to the reply.
@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [(400, '{"description":"Validation failed","errors":[{"field":"body","message":"too long"}]}',
      Refused("Validation failed; body: too long", 400)),
     (401, '{"code":"invalid_credentials","message":"You have to be logged '
           'in"}', Refused("You have to be logged in", 401)),
     (403, "<html>", Refused("no reason given", 403)), (404, "", Refused("no reason given", 404)),
     (422, "{}", Refused("no reason given", 422)), (408, "{}", Unknown("the desk answered 408")),
     (409, '{"message":"duplicate"}', Unknown("the desk answered 409")), (302, "",
     Unknown("the desk answered 302")),
     (500, "{}", Unknown("the desk answered 500")), (503, "<html>", Unknown("the desk answered 503")),
     (204, "", Unknown("the desk answered 204 without what it wrote")), (201, '{"id": 5', UNSAID),
     (201, "[]", UNSAID),
     (200, "<html>login", Unknown("the desk answered 200 without what it wrote")),
     (201, '{"id": 5}', UNSAID),
     (201, '{"id": 5, "created_at": "yesterday"}', Unknown("the desk answered 201 with a time that cannot "
                                                           "be read"))],
)  # fmt: skip
def test_the_outcome_of_the_row_is_the_outcome_of_the_reply(
    peer: Peer, status: int, body: str, outcome: Any
) -> None:
    peer.answers = [as_json(ticket_json()), (status, {"Content-Length": str(len(body))}, body.encode())]
    assert outbound(peer).send(write(full_reply())) == outcome
    assert [m for m, _, _ in bodies(peer)] == ["PUT", "POST"]


def test_a_reply_the_desk_wants_later_comes_later(peer: Peer) -> None:
    peer.answers = [as_json(ticket_json()), as_json({"message": "limit"}, 429, Retry_After="7")]
    assert outbound(peer).send(write(full_reply())) == Later(7.0)


def test_a_reply_that_was_cut_off_is_unknown(peer: Peer) -> None:
    def cut(handler: Any) -> None:
        handler.connection.close()

    peer.do(cut)
    outcome = outbound(peer).send(write(reply()))
    assert isinstance(outcome, Unknown)
    assert len(peer.seen) == 1


# And by what it says to the fields, before a word was said.
@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, Refused), (403, Refused), (404, Refused), (405, Refused), (408, Unknown), (409, Unknown), (500,
    Unknown), (502, Unknown),
     (302, Unknown)],
)  # fmt: skip
def test_nothing_is_said_while_the_fields_are_uncertain(peer: Peer, status: int, kind: type) -> None:
    peer.answers = [as_json({}, status), SENT]
    assert isinstance(outbound(peer).send(write(full_reply())), kind)
    assert [m for m, _, _ in bodies(peer)] == ["PUT"]


def test_a_pause_asked_for_at_the_fields_is_a_pause_of_the_row(peer: Peer) -> None:
    peer.answers = [as_json({}, 429, Retry_After="3"), SENT]
    assert outbound(peer).send(write(full_reply())) == Later(3.0)
    assert len(peer.seen) == 1


def test_fields_the_desk_refuses_by_name_are_left_out_and_the_rest_is_sent(peer: Peer) -> None:
    peer.answers = [refusal("status", "cf_candor_topic"), as_json(ticket_json()), SENT]
    with capture_logs() as lines:
        assert isinstance(outbound(peer).send(write(full_reply(), tags=("vip",))), Sent)
    assert bodies(peer)[1] == ("PUT", "/tickets/7", {"group_id": 11, "tags": ["vip", "candor"]})
    assert [line["fields"] for line in lines if line["log_level"] == "warning"] == [
        ["cf_candor_topic", "status"]
    ]


@pytest.mark.parametrize(
    "names", [("status", "group_id", "tags", "custom_fields.cf_candor_topic"), ("custom_fields", "status",
    "group_id", "tags")]
)
def test_a_reply_goes_out_although_every_field_was_refused(peer: Peer, names: tuple[str, ...]) -> None:
    peer.answers = [refusal(*names), SENT]
    assert isinstance(outbound(peer).send(write(full_reply())), Sent)
    assert [m for m, _, _ in bodies(peer)] == ["PUT", "POST"]


def test_a_refusal_that_names_nothing_of_ours_is_not_argued_with(peer: Peer) -> None:
    peer.answers = [refusal("colour"), SENT]
    assert isinstance(outbound(peer).send(write(full_reply())), Sent)
    peer.seen.clear()
    peer.answers = [refusal("colour"), as_json(ticket_json())]
    assert isinstance(outbound(peer).send(write(UpdateFields(status=Status.PENDING))), Refused)


def test_a_change_refused_because_it_is_there_already_is_done(peer: Peer) -> None:
    peer.answers = [refusal("status"), as_json(ticket_json(status=3))]
    assert outbound(peer).send(write(UpdateFields(status=Status.PENDING))) == Sent("t7")


def test_a_change_refused_for_good_says_so(peer: Peer) -> None:
    peer.answers = [refusal("status"), as_json(ticket_json(status=2))]
    outcome = outbound(peer).send(write(UpdateFields(status=Status.PENDING)))
    assert isinstance(outcome, Refused)
    assert outcome.status == 400


def test_fields_alone_are_sent_with_the_tickets_new_stamp(peer: Peer) -> None:
    peer.answers = [as_json(ticket_json(updated_at="2026-03-11T11:59:00Z"))]
    outcome = outbound(peer).send(write(UpdateFields({"intent": "returns"})))
    assert isinstance(outcome, Sent)
    assert outcome.stamp is not None
    assert (outcome.remote_id, outcome.stamp.value) == ("t7", "2026-03-11T11:59:00Z")


def test_a_field_the_desk_does_not_have_is_left_out_and_named(peer: Peer) -> None:
    peer.answers = [SENT]
    with capture_logs() as lines:
        assert isinstance(outbound(peer).send(write(reply(fields={"confidence": "0.9"}))), Sent)
    assert len(peer.seen) == 1
    assert [line["fields"] for line in lines if line["log_level"] == "warning"] == [["confidence"]]


def test_a_group_nobody_knows_is_refused_before_anything_is_said(peer: Peer) -> None:
    outcome = outbound(peer).send(write(reply(group="Nowhere")))
    assert isinstance(outcome, Refused)
    assert "Nowhere" in outcome.why
    assert peer.seen == []


def test_what_belongs_elsewhere_is_refused(peer: Peer) -> None:
    assert isinstance(outbound(peer).send(write(RunAction("refund"))), Refused)
    assert isinstance(outbound(peer).send(write(reply(), ticket_id="../7")), Refused)
    assert peer.seen == []


def test_placeholders_are_broken_in_every_field(peer: Peer) -> None:
    peer.answers = [as_json(ticket_json()), SENT]
    outbound(peer).send(
        write(PostReply("<p>{{ticket.id}} {<b></b>{ &#123;&#123;x}}</p>", "x", {"intent": "{{ticket.id}}"}))
    )
    for _, _, body in bodies(peer):
        assert "{{" not in json.dumps(body, ensure_ascii=False)


def test_a_message_that_is_too_long_keeps_its_reference() -> None:
    effect = PostReply("<p>" + "x" * BODY_LIMIT + "</p>", "x" * BODY_LIMIT)
    html = message_html(effect, "key-1")
    assert len(html.encode()) <= BODY_LIMIT
    assert reference_line("key-1") in html
    assert "[…]" in html


def test_a_refused_custom_field_is_taken_out_alone() -> None:
    body = {"status": 3, "custom_fields": {"cf_a": "1", "cf_b": "2"}}
    assert without(body, {"cf_a"}) == {"status": 3, "custom_fields": {"cf_b": "2"}}
    assert without(body, {"cf_a", "custom_fields.cf_b", "status"}) == {}
    assert without(body, {"nothing"}) == body


# Finding it again.
def conversations(*rows: dict[str, Any]) -> list[Any]:
    return [as_json(list(rows))]


def copy_of(number: int, user: int = OWN, **changes: Any) -> dict[str, Any]:
    """Our reply as a desk keeps it: in a wrapper, entities in other forms."""
    body = f'<div class="x" dir="ltr">{message_html(reply(), "key-1")}</div>'
    return said(number, user, body, **changes)


def test_our_reply_is_found_by_its_reference(peer: Peer) -> None:
    peer.answers = conversations(said(1, MAYA), copy_of(2))
    assert outbound(peer).find(write(reply()), LATER) == Trace("2", others=True)


def test_our_reply_is_found_by_its_reference_although_our_clock_was_ahead_at_the_attempt(peer: Peer) -> None:
    peer.answers = conversations(copy_of(2, at="2026-03-11T10:59:00Z"))
    assert outbound(peer).find(write(reply()), LATER) == Trace("2", others=False)


def test_our_reply_is_found_by_its_words_when_the_desk_took_the_reference_out(peer: Peer) -> None:
    peer.answers = conversations(said(2, OWN, "<div>Refunds  take 5 to 7<br>working&nbsp;days.</div>"))
    assert outbound(peer).find(write(reply()), LATER) == Trace("2", others=False)


@pytest.mark.parametrize(
    "row",
    [said(2, ANA, message_html(reply(), "key-1")), said(2, MAYA, message_html(reply(), "key-1")), copy_of(2,
    private=True),
     said(2, OWN, "<div>Refunds take 5 to 7 working days.</div>", at="2026-03-11T10:59:00Z"),
     said(2, OWN, "<p>Another answer.</p>"), said(2, OWN, message_html(reply("Other"), "key-2"))],
)  # fmt: skip
def test_what_only_looks_like_ours_is_not_it(peer: Peer, row: dict[str, Any]) -> None:
    peer.answers = conversations(row)
    assert outbound(peer).find(write(reply()), LATER).remote_id is None


def test_a_persons_word_since_then_is_seen_and_a_rules_is_not(peer: Peer) -> None:
    for row, others in ((said(1, ANA), True), (said(1, MAYA), True), (said(1, None), False), (said(1, OWN,
    "x"), False),
                        (said(1, ANA, at="2026-03-11T10:00:00Z"), False)):  # fmt: skip
        peer.answers = conversations(row)
        assert outbound(peer).find(write(reply()), LATER) == Trace(None, others)


def test_a_note_is_found_among_notes(peer: Peer) -> None:
    note = PostNote("<p>For us.</p>", "For us.")
    peer.answers = conversations(
        said(1, OWN, message_html(note, "key-1")), said(2, OWN, message_html(note, "key-1"), private=True)
    )
    assert outbound(peer).find(write(note), LATER) == Trace("2", others=False)


def test_fields_are_found_on_the_ticket_itself(peer: Peer) -> None:
    effect = UpdateFields({"intent": "returns"}, ("candor",), "Billing", Status.PENDING)
    there = ticket_json(
        status=3, group_id=11, tags=["x", "candor"], custom_fields={"cf_candor_topic": "returns"}
    )
    peer.answers = [as_json(there)]
    assert outbound(peer).find(write(effect), LATER).remote_id == "t7"
    for changes in ({"status": 2}, {"tags": ["x"]}, {"custom_fields": {}}, {"group_id": None}):
        peer.answers = [as_json({**there, **changes})]
        assert outbound(peer).find(write(effect), LATER).remote_id is None


def test_a_history_that_cannot_be_read_is_an_error_and_not_an_absence(peer: Peer) -> None:
    peer.say(500, "{}")
    with pytest.raises(ConnectorError):
        outbound(peer).find(write(reply()), LATER)


# A new ticket.
ESCALATION = OpenTicket(
    "Refund of order 1",
    "<p>Why a person</p>",
    "Why a person",
    "Billing",
    {"intent": "returns"},
    ("candor",),
    "high",
)


def test_a_new_ticket_belongs_to_our_own_user_and_carries_its_key(peer: Peer) -> None:
    peer.answers = [as_json(ticket_json(id=70), 201)]
    outcome = outbound(peer).send(write(ESCALATION, ticket_id=""))
    assert isinstance(outcome, Sent)
    assert outcome.remote_id == "70"
    assert bodies(peer) == [("POST", "/tickets", {
        "subject": "Refund of order 1", "description": f"<p>Why a person</p><p>{reference_line('key-1')}</p>",
        "requester_id": OWN, "status": 2, "priority": 3, "source": 2, "group_id": 11,
        "custom_fields": {"cf_candor_topic": "returns"}, "tags": ["candor", key_tag("key-1")],
    })]  # fmt: skip


def test_a_new_ticket_is_found_again_without_the_search(peer: Peer) -> None:
    peer.answers = [as_json([ticket_json(id=69), ticket_json(id=70, tags=["candor", key_tag("key-1")])])]
    assert outbound(peer).find(write(ESCALATION, ticket_id=""), LATER) == Trace("70", others=False)
    assert "updated_since=2026-03-11T11%3A00%3A00Z" in peer.seen[0].path
    peer.answers = [as_json([ticket_json(id=69, tags=[key_tag("key-2")])])]
    assert outbound(peer).find(write(ESCALATION, ticket_id=""), LATER).remote_id is None


def test_the_tag_of_a_key_fits_into_a_tag() -> None:
    assert len(key_tag("a" * 64)) <= 32
    assert key_tag("a") != key_tag("b")


def test_no_ticket_is_opened_on_a_desk_that_is_not_installed(peer: Peer) -> None:
    outcome = FreshdeskOutbound(peer_client(peer.url, SetClock(NOON), {})).send(
        write(OpenTicket("s", "<p>x</p>", "x"), ticket_id="")
    )
    assert isinstance(outcome, Refused)
    assert peer.seen == []


def test_a_priority_we_do_not_know_is_low() -> None:
    view = view_of("d", {"user_id": "900"}, frozenset(), "")
    assert new_ticket_body(OpenTicket("s", "<p>x</p>", "x"), "key-1", view)["priority"] == 1
