"""Freshdesk's JSON in our words: who spoke, in which state, and whether a reply would arrive."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from connectors.clock import from_iso
from connectors.freshdesk import payloads
from connectors.freshdesk.payloads import FreshdeskView, Json
from connectors.freshdesk.reference import reference_line
from connectors.records import Role, Status, Ticket, Writer, writer_of
from tests.connectors.conftest import NOON
from tests.connectors.freshdesk.peers import ANA, MAYA, OWN, STATE, STRANGER, said, sample, ticket_json

VIEW = payloads.view_of("freshdesk-1", STATE, frozenset({"666"}), "https://acme.freshdesk.com/a/tickets/")


def read(data: Json, *conversations: Json, view: FreshdeskView = VIEW) -> Ticket:
    return payloads.ticket(data, conversations, payloads.stamp_of(data["updated_at"], NOON, NOON), view)


def test_the_description_is_the_first_message_and_the_rest_follow_by_time() -> None:
    ticket = read(
        ticket_json(),
        said(3, ANA, at="2026-03-11T11:25:00Z"),
        said(2, OWN, at="2026-03-11T11:20:00Z", private=True),
    )
    assert [(m.id, m.author.role, m.public) for m in ticket.messages] == [
        ("t7", Role.CUSTOMER, True), ("2", Role.ASSISTANT, False), ("3", Role.AGENT, True),
    ]  # fmt: skip
    assert ticket.messages[0].text == "Where is my parcel?"
    assert ticket.messages[2].author.name == "Ana Ruiz"
    assert (ticket.group, ticket.assignee, ticket.priority, ticket.tags) == ("Support", None, "low", ("vip",))
    assert ticket.url == "https://acme.freshdesk.com/a/tickets/7"
    assert ticket.requester.email == "maya@example.com"
    assert ticket.cannot_reply is None


@pytest.mark.parametrize(
    ("user", "incoming", "role"),
    [(MAYA, True, Role.CUSTOMER), (MAYA, False, Role.CUSTOMER), (OWN, False, Role.ASSISTANT), (OWN, True,
    Role.ASSISTANT),
     (666, False, Role.BOT), (ANA, False, Role.AGENT), (ANA, True, Role.AGENT), (STRANGER, True,
     Role.CUSTOMER),
     (STRANGER, False, Role.AGENT), (None, False, Role.SYSTEM)],
)  # fmt: skip
def test_people_are_told_apart_by_their_ids(user: int | None, incoming: bool, role: Role) -> None:
    assert read(ticket_json(), said(2, user, incoming=incoming)).messages[1].author.role is role


@pytest.mark.parametrize(("user", "address", "writer", "name"), [
    (MAYA, "maya@example.com", Writer.REQUESTER, "Maya Lind"),
    (STRANGER, "Bob Stone <bob@other.example>", Writer.COPIED, "Bob Stone"),
    (STRANGER, "bob@other.example", Writer.COPIED, ""),
    (STRANGER, None, Writer.COPIED, ""),
    # Of a contact that was merged into the requester's.
    (STRANGER, "Maya <Maya@Example.com>", Writer.REQUESTER, "Maya Lind"),
])
def test_who_writes_in_is_the_requester_or_somebody_in_copy(
    user: int, address: str | None, writer: Writer, name: str
) -> None:
    ticket = read(ticket_json(), {**said(2, user, incoming=True), "from_email": address})
    assert (writer_of(ticket.messages[1], ticket.requester), ticket.messages[1].author.name) == (writer, name)


def test_what_an_automation_says_in_an_agents_name_is_no_persons() -> None:
    told = [said(2, ANA, automation_id=5), said(3, ANA, automation_id=None), said(4, OWN, automation_id=5)]
    ticket = read(ticket_json(), *told)
    assert [m.author.role for m in ticket.messages[1:]] == [Role.SYSTEM, Role.AGENT, Role.ASSISTANT]


def test_a_mail_the_desk_takes_for_a_machines_is_flagged_and_keeps_its_from() -> None:
    machine, plain = (
        said(n, MAYA, auto_response=n == 2, from_email="Zed <no-reply@zed.example>") for n in (2, 3)
    )
    ticket = read(ticket_json(), machine, plain)
    assert [m.flags for m in ticket.messages[1:]] == [frozenset({"auto_generated"}), frozenset()]
    assert {m.headers["from"] for m in ticket.messages[1:]} == {"Zed <no-reply@zed.example>"}


def test_an_agents_own_ticket_is_known_as_one() -> None:
    ticket = read(
        ticket_json(requester_id=ANA, requester={"id": ANA, "name": "Ana Ruiz", "email": "ana@acme.example"})
    )
    assert writer_of(ticket.messages[0], ticket.requester) is Writer.AGENT_REQUESTER


def test_a_mail_that_an_agent_sent_first_opens_with_an_agents_message() -> None:
    ticket = read(ticket_json(source=10, responder_id=ANA))
    assert ticket.messages[0].author.role is Role.AGENT
    assert ticket.channel == "outbound_email"


def test_a_ticket_that_we_opened_ourselves_holds_no_customer() -> None:
    ticket = read(
        ticket_json(
            requester_id=OWN, requester={"id": OWN, "name": "Larkfield AI assistant", "email": "a@b.example"}
        )
    )
    assert {m.author.role for m in ticket.messages} == {Role.ASSISTANT}


@pytest.mark.parametrize(
    ("code", "status"), [(2, Status.OPEN), (3, Status.PENDING), (4, Status.SOLVED), (5, Status.CLOSED), (6,
    Status.HOLD), (19, Status.HOLD)]
)
def test_a_status_of_the_desks_own_is_read_by_its_number(code: int, status: Status) -> None:
    for label in ("Waiting on Customer", "En attente du client", ""):
        assert read(ticket_json(status=code, status_name=label)).status is status


@pytest.mark.parametrize("gone", [{"deleted": True}, {"spam": True}])
def test_a_ticket_in_the_bin_is_deleted(gone: dict[str, Any]) -> None:
    ticket = read(ticket_json(**gone))
    assert (ticket.status, ticket.cannot_reply) == (Status.DELETED, "deleted")


@pytest.mark.parametrize(
    ("changes", "why"),
    [({"status": 5}, "closed"), ({"source": 7}, "messaging"), ({"source": 5}, "messaging"), ({"source": 13},
    "messaging"),
     ({"source": 11}, "messaging"), ({"source": None}, "messaging"), ({"requester": None},
     "requester_deleted"),
     ({"requester": {"id": MAYA, "name": "x", "email": "m@e.example", "deleted": True}}, "requester_deleted"),
     ({"requester": {"id": MAYA, "name": "x", "email": "m@e.example", "blocked": True}}, "requester_blocked"),
     ({"requester": {"id": MAYA, "name": "x", "email": None}}, "no_address"),
     ({"requester": {"id": MAYA, "name": "x", "email": None}, "source": 2}, None), ({"source": 9}, None),
     ({"source": 3}, None)],
)  # fmt: skip
def test_where_a_reply_would_not_arrive_is_said(changes: dict[str, Any], why: str | None) -> None:
    assert read(ticket_json(**changes)).cannot_reply == why


def test_deleted_groups_requesters_and_fields_are_read_past() -> None:
    ticket = read(
        ticket_json(group_id=99, requester=None, custom_fields={}, tags=None, priority=None),
        said(2, STRANGER),
    )
    assert (ticket.group, ticket.requester.name, ticket.fields, ticket.tags, ticket.priority) == (
        "99",
        "",
        {},
        (),
        None,
    )
    assert read(ticket_json(custom_fields=None)).fields == {}


def test_our_fields_have_our_names_and_the_agents_choice_our_word() -> None:
    fields = {"cf_candor_topic": "returns", "cf_candor_next_step": "Send the draft", "cf_colour": "red"}
    assert read(ticket_json(custom_fields=fields)).fields == {"intent": "returns", "next_step": "send_draft"}
    assert read(ticket_json(custom_fields={"cf_candor_next_step": "STAY OUT"})).fields == {
        "next_step": "stay_out"
    }
    assert read(ticket_json(custom_fields={"cf_candor_next_step": "Entwurf senden"})).fields == {
        "next_step": "Entwurf senden"
    }


def test_forwards_and_survey_remarks_are_no_part_of_the_conversation() -> None:
    ticket = read(
        ticket_json(),
        said(2, ANA, source=8, private=False),
        said(3, MAYA, source=6, private=False),
        said(4, MAYA, source=99),
    )
    assert [m.public for m in ticket.messages] == [True, False, False, True]
    assert [m.channel for m in ticket.messages[1:]] == ["forward", "survey", "source_99"]


def test_a_message_without_a_word_about_privacy_is_not_public() -> None:
    unsaid = said(2, ANA)
    del unsaid["private"]
    assert read(ticket_json(), unsaid).messages[1].public is False


def test_lines_survive_although_the_desks_own_text_has_lost_them() -> None:
    quoted = (
        f"<blockquote>On Monday Larkfield wrote:<p>Print it.</p><p>{reference_line('key-1')}</p></blockquote>"
    )
    body = f'<div>It is still broken.</div><div>Bye</div><div class="freshdesk_quote">{quoted}</div>'
    text = read(ticket_json(), said(2, MAYA, body)).messages[1].text
    assert text.split("\n")[:2] == ["It is still broken.", "Bye"]
    assert "> Print it." in text
    assert "Ref" not in text
    assert read(ticket_json(), said(2, MAYA, "", body_text="plain words")).messages[1].text == "plain words"


def test_attachments_are_names_and_never_links() -> None:
    ticket = read(
        ticket_json(attachments=[{"id": 1, "name": "receipt.pdf", "attachment_url": "https://cdn.example/x"}])
    )
    assert ticket.messages[0].attachments == ("receipt.pdf",)


def test_times_in_any_zone_make_one_stamp() -> None:
    india = payloads.changed(ticket_json(updated_at="2026-03-11T17:00:00+05:30"))
    assert (
        india.stamp
        == payloads.changed(ticket_json()).stamp
        == read(ticket_json()).stamp.value
        == "2026-03-11T11:30:00Z"
    )
    assert india.changed_at == from_iso("2026-03-11T11:30:00Z")


def test_without_the_desks_clock_no_write_is_ever_safe() -> None:
    stamp = payloads.stamp_of("2026-03-11T11:30:00Z", None, NOON)
    assert stamp.desk_now == stamp.changed_at


@pytest.mark.parametrize("name", ["ticket_1", "outbound_email_1"])
def test_samples_of_single_tickets_are_read(name: str) -> None:
    data = sample(f"python-freshdesk/{name}.json")
    ticket = read(data, *sample("python-freshdesk/conversations.json"))
    assert ticket.id == str(data["id"])
    assert ticket.messages[0].text


def test_every_ticket_in_the_samples_folder_is_read(shared_dir: Path) -> None:
    folder = shared_dir / "samples/python-freshdesk"
    one = [
        json.loads((folder / f"{name}.json").read_text())
        for name in ("ticket_1", "ticket_1_updated", "outbound_email_1")
    ]
    many = json.loads((folder / "all_tickets.json").read_text())
    found = json.loads((folder / "search_tickets.json").read_text())["results"]
    for data in (*one, *many, *found):
        assert payloads.changed(data).id == str(data["id"])
    for data in one:
        assert read(data).created_at
    for conversation in json.loads((folder / "conversations.json").read_text()):
        assert read(ticket_json(), conversation).messages[1].id == str(conversation["id"])


def test_the_requesters_language_is_taken_where_the_ticket_has_it() -> None:
    asked = {"id": 11, "name": "Maya Lind", "email": "maya@example.com"}
    assert read({**ticket_json(), "requester": {**asked, "language": "fr"}}).requester.locale == "fr"
    assert read({**ticket_json(), "requester": asked}).requester.locale is None
