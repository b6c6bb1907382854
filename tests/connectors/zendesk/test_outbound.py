"""Writing to a Zendesk: every outcome, the fence, the marker, over real HTTP against the sandbox desk."""
from __future__ import annotations

import json
from typing import Any

import pytest
from structlog.testing import capture_logs

from connectors.clock import SECOND, SetClock
from connectors.errors import ConnectorError
from connectors.records import (
    Conflict,
    Later,
    OpenTicket,
    PostNote,
    Refused,
    RunAction,
    Sent,
    Status,
    Trace,
    Unknown,
    UpdateFields,
)
from connectors.zendesk.desk import ZendeskDesk
from connectors.zendesk.outbound import ZendeskOutbound
from connectors.zendesk.sandbox import SandboxZendesk
from tests.connectors.conftest import NOON, Peer
from tests.connectors.zendesk.wiring import installed, peer_client, reply, safe_stamp, write

PUT = {"method": "PUT", "path": "/tickets/"}


class Case:
    """A ticket that waits for an answer, with the connector in front of its desk."""

    def __init__(self, sandbox: SandboxZendesk, clock: SetClock, ticket: int) -> None:
        self.sandbox, self.clock, self.number, self.id = sandbox, clock, ticket, str(ticket)
        self.client = installed(sandbox, clock)
        self.desk, self.out = ZendeskDesk(self.client), ZendeskOutbound(self.client)
        self.stamp = safe_stamp(self.desk, self.id, clock)

    def put_bodies(self) -> list[dict[str, Any]]:
        seen = self.sandbox.do.requests("PUT", f"/tickets/{self.id}")
        return [json.loads(request["body"])["ticket"] for request in seen]


@pytest.fixture
def case(sandbox: SandboxZendesk, clock: SetClock, mayas_ticket: int) -> Case:
    return Case(sandbox, clock, mayas_ticket)


def test_a_reply_with_fields_tags_group_and_status_is_one_call(case: Case) -> None:
    effect = reply(
        fields={"intent": "refund", "confidence": "0.91"},
        add_tags=("candor_answered",),
        group="Billing",
        status=Status.PENDING,
    )
    before = len(case.client.session.calls)
    sent = case.out.send(write(case.id, effect, case.stamp))
    assert list(case.client.session.calls)[before:] == [("PUT", "/api/v2/tickets/{id}.json")]
    assert isinstance(sent, Sent)
    assert sent.stamp is not None
    assert sent.stamp.changed_at == sent.stamp.desk_now == case.clock()
    there = case.sandbox.do.ticket(case.number)
    assert (there["status"], there["tags"]) == ("pending", ["candor_answered"])
    assert str(there["comments"][-1]["id"]) == sent.remote_id
    assert there["comments"][-1]["public"] is True
    assert there["audits"][-1]["metadata"]["custom"] == {"candor_key": "key-1", "candor_plan": "plan-1"}
    assert case.desk.ticket(case.id).group == "Billing"
    assert case.sandbox.do.once(case.number) == 1


def test_a_note_is_never_public(case: Case) -> None:
    assert isinstance(case.out.send(write(case.id, PostNote("<p>For us.</p>", "For us."), case.stamp)), Sent)
    assert case.sandbox.do.once(case.number) == 0
    assert [note["body"] for note in case.sandbox.do.notes(case.number)] == ["For us."]


def test_fields_alone_are_sent_with_the_audits_id(case: Case) -> None:
    sent = case.out.send(write(case.id, UpdateFields({"intent": "refund"}), case.stamp))
    assert isinstance(sent, Sent)
    assert sent.remote_id == str(case.sandbox.do.ticket(case.number)["audits"][-1]["id"])


def test_the_fence_holds_a_reply_back_when_a_person_was_faster(case: Case) -> None:
    case.sandbox.do.person_first("agent_reply", ticket=case.number, text="I have this one.")
    case.clock.advance(5)
    assert case.out.send(write(case.id, reply(), case.stamp)) == Conflict()
    assert [r["body"] for r in case.sandbox.do.public_replies(case.number)] == ["I have this one."]


@pytest.mark.parametrize("body", ["json", "empty", "html"])
def test_a_conflict_is_one_whatever_its_body(case: Case, body: str) -> None:
    case.sandbox.do.switch(conflict_body=body)
    case.sandbox.do.agent_note(case.number, "Mine.")
    assert case.out.send(write(case.id, reply(), case.stamp)) == Conflict()
    assert case.sandbox.do.once(case.number) == 0


def test_a_second_copy_of_our_own_reply_is_held_back(case: Case) -> None:
    first = case.out.send(write(case.id, reply(), case.stamp))
    case.clock.advance(3)
    assert isinstance(first, Sent)
    assert case.out.send(write(case.id, reply(), case.stamp)) == Conflict()
    assert case.sandbox.do.once(case.number) == 1
    assert case.out.find(write(case.id, reply(), case.stamp), case.stamp.changed_at) == Trace(
        first.remote_id, others=False
    )


def test_the_next_row_of_a_plan_goes_on_from_the_stamp_of_the_row_before(case: Case) -> None:
    first = case.out.send(write(case.id, PostNote("<p>n</p>", "n"), case.stamp, key="note"))
    assert isinstance(first, Sent)
    case.clock.advance(2)
    assert isinstance(case.out.send(write(case.id, reply(), first.stamp, key="reply")), Sent)


@pytest.mark.parametrize("retry_after", ["1", "1.5", "0", None])
def test_a_throttled_write_is_later_and_was_not_written(case: Case, retry_after: str | None) -> None:
    case.sandbox.do.fault("X5", **PUT, headers={} if retry_after is None else {"Retry-After": retry_after})
    later = case.out.send(write(case.id, reply(), case.stamp))
    assert isinstance(later, Later)
    assert later.seconds >= 1
    assert case.sandbox.do.once(case.number) == 0


def test_a_closed_ticket_is_refused_in_the_desks_own_words(case: Case) -> None:
    case.sandbox.do.close(case.number)
    refused = case.out.send(write(case.id, reply()))
    assert refused == Refused("Record validation errors; Status: closed prevents ticket update", 422)


def test_a_ticket_that_is_gone_is_refused(case: Case) -> None:
    case.sandbox.do.delete(case.number)
    assert case.out.send(write(case.id, reply(), case.stamp)) == Refused("Not found", 404)


def test_a_revoked_token_is_refused_and_not_unknown(case: Case) -> None:
    case.sandbox.do.fault("X10")
    refused = case.out.send(write(case.id, reply(), case.stamp))
    assert isinstance(refused, Refused)
    assert refused.status == 401


@pytest.mark.parametrize(
    ("fault", "committed"),
    [("X1", True), ("X2", True), ("X3", True), ("X4", False), ("X7-hang", False), ("X7-drip", False),
    ("X8-truncated", True),
     ("X8-list", False), ("X8-login", False), ("X9", False), ("X11", False)],
)  # fmt: skip
def test_what_nobody_knows_is_unknown_and_is_sent_once(case: Case, fault: str, committed: bool) -> None:
    more = {"seconds": 3.0} if fault == "X2" else {}
    case.sandbox.do.fault(fault, **PUT, **more)
    row = write(case.id, reply(), case.stamp)
    outcome = case.out.send(row)
    assert isinstance(outcome, Unknown), outcome
    assert outcome.why
    assert len(case.put_bodies()) == 1
    case.sandbox.do.clear_faults()
    trace = case.out.find(row, case.stamp.changed_at)
    assert (trace.remote_id is not None) is committed
    assert trace.others is False


@pytest.mark.parametrize("body", ["", "null", '{"ticket": null}', '{"ticket": {"id": 7}}',
'{"ticket": {"id": 7, "updated_at": "soon"}}',
                                  '{"ticket": {"id": 7, "updated_at": '
                                  '"2026-03-11T12:00:00Z"}}', "[" * 100_000])
def test_a_success_without_its_proof_is_unknown(peer: Peer, body: str) -> None:
    peer.say(200, body)
    outcome = ZendeskOutbound(peer_client(peer.url, SetClock(NOON))).send(write("7", reply()))
    assert isinstance(outcome, Unknown)


@pytest.mark.parametrize("status", [204, 302, 408, 500, 503])
def test_statuses_that_prove_nothing_are_unknown(peer: Peer, status: int) -> None:
    peer.say(status, b"" if status == 204 else b"{}")
    assert isinstance(
        ZendeskOutbound(peer_client(peer.url, SetClock(NOON))).send(write("7", reply())), Unknown
    )


def test_a_desk_that_cannot_be_reached_is_unknown(peer: Peer) -> None:
    port_of_nobody = "http://127.0.0.1:9"
    assert isinstance(
        ZendeskOutbound(peer_client(port_of_nobody, SetClock(NOON))).send(write("7", reply())), Unknown
    )


@pytest.mark.parametrize(
    "row",
    [write("7", RunAction("refund")), write("../users/5", reply()), write("", reply()), write("7",
    reply(group="Nobody"))],
    ids=["an action", "a path", "no ticket", "an unknown group"],
)
def test_what_can_never_work_is_refused_before_anything_leaves(peer: Peer, row: Any) -> None:
    assert isinstance(ZendeskOutbound(peer_client(peer.url, SetClock(NOON))).send(row), Refused)
    assert peer.seen == []


def test_a_real_desk_with_a_loopback_address_is_refused_and_not_unknown() -> None:
    client = peer_client("http://10.0.0.1:1", SetClock(NOON))
    assert isinstance(ZendeskOutbound(client).send(write("7", reply())), Refused)
    with pytest.raises(ConnectorError, match="loopback"):
        ZendeskDesk(client).whoami()


def test_placeholders_are_text_to_the_desk_whatever_its_switches(case: Case) -> None:
    case.sandbox.do.agent_note(case.number, "INTERNAL: do not tell")
    loop = "{% for c in ticket.comments %}{{c.body}}{% endfor %}"
    hostile = f"See {{{{ticket.comments_formatted}}}} &#123;&#123;ticket.comments_formatted}}}} {loop}"
    for number, decoded in enumerate((True, False)):
        case.sandbox.do.switch(entities_decoded_first=decoded)
        stamp = safe_stamp(case.desk, case.id, case.clock)
        assert isinstance(case.out.send(write(case.id, reply(hostile), stamp, key=f"k{number}")), Sent)
    for answer in case.sandbox.do.public_replies(case.number):
        assert "INTERNAL" not in answer["body"]
        assert "ticket.comments_formatted" in answer["body"]


def test_the_control_the_same_text_sent_plainly_publishes_the_note(case: Case) -> None:
    case.sandbox.do.agent_note(case.number, "INTERNAL: do not tell")
    body = {"ticket": {"comment": {"html_body": "See {{ticket.comments_formatted}}", "public": True}}}
    case.client.raw("PUT", f"/api/v2/tickets/{case.id}.json", body=body)
    assert "INTERNAL" in case.sandbox.do.public_replies(case.number)[-1]["body"]


def test_a_desk_that_lacks_a_field_still_gets_the_reply_and_the_gap_is_logged(case: Case) -> None:
    case.client.connection.state["fields"].pop("sentiment")  # type: ignore[attr-defined, index]
    with capture_logs() as lines:
        sent = case.out.send(write(case.id, reply(fields={"sentiment": "upset"}), case.stamp))
    assert isinstance(sent, Sent)
    assert [line["fields"] for line in lines if line["log_level"] == "warning"] == [["sentiment"]]
    assert "upset" not in str(lines)


# find
def test_a_colleagues_comment_is_others_and_a_rules_change_is_not(case: Case) -> None:
    row = write(case.id, reply(), case.stamp)
    case.clock.advance(5)
    case.sandbox.do.agent_note(case.number, "Looking into it.")
    assert case.out.find(row, case.stamp.changed_at) == Trace(None, others=True)


def test_what_was_there_before_the_stamp_is_not_others(case: Case) -> None:
    case.sandbox.do.agent_note(case.number, "Earlier.")
    stamp = safe_stamp(case.desk, case.id, case.clock)
    assert case.out.find(write(case.id, reply(), stamp), stamp.changed_at - 60 * SECOND) == Trace(
        None, others=False
    )


def test_our_own_row_of_the_same_plan_is_not_others_but_another_plans_is(case: Case) -> None:
    row = write(case.id, reply(), case.stamp, key="reply")
    case.out.send(write(case.id, PostNote("<p>n</p>", "n"), case.stamp, key="note"))
    assert case.out.find(row, case.stamp.changed_at) == Trace(None, others=False)
    stamp = safe_stamp(case.desk, case.id, case.clock)
    case.out.send(write(case.id, PostNote("<p>m</p>", "m"), stamp, key="note-2", plan="another plan"))
    assert case.out.find(row, case.stamp.changed_at) == Trace(None, others=True)


def test_somebody_elses_marker_is_not_ours(case: Case) -> None:
    for audit in (marked := case.sandbox.state.tickets[case.number].audits):
        audit.custom = {"candor_key": "key-1", "candor_plan": "plan-1"}
    assert marked[0].author_id != int(case.sandbox.assistant.id)
    assert case.out.find(write(case.id, reply(), case.stamp), 0).remote_id is None


def test_our_words_without_their_marker_are_found_by_their_text(case: Case) -> None:
    body = {"ticket": {"comment": {"html_body": reply().html, "public": True}}}
    case.client.raw("PUT", f"/api/v2/tickets/{case.id}.json", body=body)
    there = str(case.sandbox.do.ticket(case.number)["comments"][-1]["id"])
    row = write(case.id, reply(), case.stamp)
    assert case.out.find(row, case.stamp.changed_at).remote_id == there
    assert (
        case.out.find(write(case.id, reply("Other words."), case.stamp), case.stamp.changed_at).remote_id
        is None
    )


def test_a_history_that_cannot_be_read_is_an_error_and_not_an_empty_one(case: Case) -> None:
    case.sandbox.do.fault("X9", method="GET", path="/audits")
    with pytest.raises(ConnectorError):
        case.out.find(write(case.id, reply(), case.stamp), 0)


# open
def test_a_new_ticket_is_internal_and_a_second_attempt_makes_no_second_one(case: Case) -> None:
    effect = OpenTicket(
        "Needs Repairs", "<p>See 1001.</p>", "See 1001.", "Repairs", {"intent": "repair"}, ("candor",), "high"
    )
    row = write("", effect, key="open-1")
    before = len(case.sandbox.state.tickets)
    first, second = case.out.send(row), case.out.send(row)
    assert isinstance(first, Sent)
    assert isinstance(second, Sent)
    assert first.remote_id == second.remote_id
    assert len(case.sandbox.state.tickets) == before + 1
    opened = case.desk.ticket(first.remote_id)
    assert (opened.group, opened.priority, opened.tags, opened.fields) == (
        "Repairs",
        "high",
        ("candor",),
        {"intent": "repair"},
    )
    assert [m.public for m in opened.messages] == [False]
    assert case.out.find(row, 0) == Trace(first.remote_id, others=False)
    assert case.out.find(write("", row.effect, key="another"), 0) == Trace(None, others=False)


def test_a_new_ticket_whose_answer_was_lost_is_unknown_and_found_by_its_key(case: Case) -> None:
    row = write("", OpenTicket("S", "<p>x</p>", "x"), key="open-2")
    case.sandbox.do.fault("X1", method="POST", path="/tickets")
    assert isinstance(case.out.send(row), Unknown)
    assert case.out.find(row, 0).remote_id is not None
