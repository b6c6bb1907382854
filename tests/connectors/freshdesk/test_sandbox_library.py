"""The real python-freshdesk 1.3.9 in front of the sandbox: what a connector uses of it works, and its traps
are there."""
from __future__ import annotations

import pytest
from freshdesk.api import API
from freshdesk.v2.errors import (
    FreshdeskBadRequest,
    FreshdeskNotFound,
    FreshdeskRateLimited,
    FreshdeskUnauthorized,
)

from connectors.freshdesk.sandbox import SandboxFreshdesk


def test_tickets_are_read_written_and_searched(
    sandbox: SandboxFreshdesk, library: API, mayas_ticket: int
) -> None:
    found = library.tickets.get_ticket(mayas_ticket, "stats", "conversations", "requester")
    assert (found.subject, found.status, found.priority, found.requester["name"]) == (
        "Where is my refund",
        "open",
        "low",
        "Maya Lind",
    )
    assert library.comments.create_reply(mayas_ticket, "<p>Hello</p>").body_text == "Hello"
    assert library.comments.create_note(mayas_ticket, "for us", private=True).private is True
    assert [c.source for c in library.comments.list_comments(mayas_ticket)] == ["reply", "note"]
    assert library.tickets.update_ticket(mayas_ticket, status=6, tags=["candor"]).status == "status_6"
    made = library.tickets.create_ticket(
        "Internal", description="<p>D</p>", requester_id=sandbox.assistant.id
    )
    assert {t.id for t in library.tickets.list_tickets(filter_name=None)} == {mayas_ticket, made.id}
    assert [t.id for t in library.tickets.list_new_and_my_open_tickets()] == [made.id]
    assert [t.id for t in library.tickets.filter_tickets("tag:'candor'")] == [mayas_ticket]
    library.tickets.delete_ticket(made.id)
    assert [t.id for t in library.tickets.list_deleted_tickets()] == [made.id]
    assert sandbox.do.failures() == []


def test_people_fields_and_solutions_are_read(
    sandbox: SandboxFreshdesk, library: API, mayas_ticket: int
) -> None:
    assert library.agents.currently_authenticated_agent().id == sandbox.assistant.id
    assert len(library.agents.list_agents()) == 4
    assert library.contacts.get_contact(library.contacts.list_contacts()[0].id).email == "maya@example.com"
    group = library.groups.list_groups()[0]
    assert library.groups.get_group(group.id).name == "Support"
    assert {f.name for f in library.ticket_fields.list_ticket_fields()} >= {"status", "priority", "group"}
    category = library.solutions.categories.list_categories()[0]
    folders = library.solutions.folders.list_from_category(category.id)
    articles = [a for f in folders for a in library.solutions.articles.list_from_folder(f.id)]
    assert {a.title for a in articles} == {"Returning an item", "When refunds arrive", "Goodwill limits"}
    assert {a.status for a in articles} == {"published"}
    assert sandbox.do.failures() == []


def test_errors_are_the_librarys_own(sandbox: SandboxFreshdesk, library: API, mayas_ticket: int) -> None:
    with pytest.raises(FreshdeskNotFound):
        library.tickets.get_ticket(99)
    with pytest.raises(FreshdeskBadRequest, match="Unexpected/invalid field in request"):
        library.tickets.update_ticket(mayas_ticket, moon=1)
    sandbox.do.fault("X5")
    with pytest.raises(FreshdeskRateLimited):
        library.tickets.get_ticket(mayas_ticket)
    sandbox.do.fault("X10")
    with pytest.raises(FreshdeskUnauthorized):
        library.tickets.get_ticket(mayas_ticket)


def test_f7_the_librarys_models_break_on_sources_they_do_not_know(
    sandbox: SandboxFreshdesk, library: API
) -> None:
    ticket = library.tickets.get_ticket(
        sandbox.do.customer_ticket(name="M", email="m@example.com", subject="S", text="T", source=9)
    )
    with pytest.raises(KeyError):
        _ = ticket.source
