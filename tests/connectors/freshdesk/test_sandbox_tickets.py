"""Writing to tickets: codes, replies and notes, what a PUT refuses, closed tickets, placeholders,
statistics."""
from __future__ import annotations

import threading
from typing import Any

import pytest

from connectors.clock import SetClock
from connectors.freshdesk.sandbox import SandboxFreshdesk
from tests.connectors.freshdesk.conftest import Api


def errors(answer: Any) -> dict[str, str]:
    """field → code of a 400."""
    assert answer.status_code == 400, answer.text
    assert answer.json()["description"] == "Validation failed"
    return {e["field"]: e["code"] for e in answer.json()["errors"]}


def test_f7_statuses_priorities_and_sources_are_codes_and_the_desk_has_its_own(
    sandbox: SandboxFreshdesk, api: Api
) -> None:
    for source in (1, 2, 3, 9, 10, 11, 13):
        ticket = sandbox.do.customer_ticket(
            name="M", email="m@example.com", subject="S", text="T", source=source, priority=3
        )
        assert (shown := api("GET", f"tickets/{ticket}").json())["source"] == source
        assert (shown["status"], shown["priority"]) == (2, 3)
    assert api.put(ticket, status=6).json()["status"] == 6
    choices = api("GET", "ticket_fields?type=default_status").json()[0]["choices"]
    assert choices["6"] == ["Waiting on Customer", "Awaiting your Reply"]
    sandbox.do.set_status(6, "Wartet auf Kunden")
    sandbox.do.set_status(8, "In der Werkstatt")
    choices = api("GET", "ticket_fields?type=default_status").json()[0]["choices"]
    assert (choices["6"][0], choices["8"][0]) == ("Wartet auf Kunden", "In der Werkstatt")
    assert api.put(ticket, status=8).status_code == 200
    assert errors(api.put(ticket, status=99)) == {"status": "invalid_value"}


def test_f8_a_reply_is_a_201_in_the_callers_name_with_html_made_safe(
    sandbox: SandboxFreshdesk, api: Api, mayas_ticket: int
) -> None:
    body = (
        "<p>Hello <a href='https://a.example'>here</a></p><script>x()</script><p onclick='y()'>Ref "
        "7F3K-2Q</p>"
    )
    answer = api.reply(mayas_ticket, body)
    assert answer.status_code == 201
    said = answer.json()
    assert (
        said["body"] == '<p>Hello <a href="https://a.example" rel="noreferrer">here</a></p><p>Ref 7F3K-2Q</p>'
    )
    assert said["body_text"].split() == ["Hello", "here", "Ref", "7F3K-2Q"]
    assert (said["user_id"], said["incoming"], said["private"], said["source"]) == (
        sandbox.assistant.id,
        False,
        False,
        0,
    )
    assert said["to_emails"] == ["maya@example.com"]
    assert errors(api("POST", f"tickets/{mayas_ticket}/reply", {"text": "x"})) == {"text": "invalid_field"}
    assert errors(api("POST", f"tickets/{mayas_ticket}/reply", {})) == {"body": "missing_field"}
    stranger = sandbox.state.find_person("maya@example.com").id
    assert errors(api("POST", f"tickets/{mayas_ticket}/reply", {"body": "x", "user_id": stranger})) == {
        "user_id": "invalid_value"
    }


def test_f8_a_note_is_private_unless_it_says_otherwise(
    sandbox: SandboxFreshdesk, api: Api, mayas_ticket: int
) -> None:
    notes = f"tickets/{mayas_ticket}/notes"
    assert api("POST", notes, {"body": "for us"}).json()["private"] is True
    assert sandbox.do.once(mayas_ticket) == 0
    shown = api("POST", notes, {"body": "for all", "private": False}).json()
    assert (shown["private"], shown["source"]) == (False, 2)
    assert sandbox.do.once(mayas_ticket) == 1
    assert [n["body_text"] for n in sandbox.do.notes(mayas_ticket)] == ["for us"]


def test_f8_a_chat_wants_a_structured_body(sandbox: SandboxFreshdesk, api: Api) -> None:
    chat = sandbox.do.customer_ticket(name="M", email="m@example.com", subject="S", text="T", messaging=True)
    assert api("GET", f"tickets/{chat}").json()["source"] == 7
    assert errors(api.reply(chat)) == {"structured_body": "missing_field"}
    parts = {"structured_body": [{"type": "text", "content": "Hello"}]}
    assert api("POST", f"tickets/{chat}/reply", parts).json()["body_text"] == "Hello"


def test_f9_a_put_takes_only_what_changes(sandbox: SandboxFreshdesk, api: Api, mayas_ticket: int) -> None:
    field = sandbox.do.add_field("Candor: topic")
    whole = api("GET", f"tickets/{mayas_ticket}").json()
    faults = errors(api("PUT", f"tickets/{mayas_ticket}", whole))
    assert {faults[name] for name in ("id", "created_at", "description_text", "spam")} == {"invalid_field"}
    assert errors(api.put(mayas_ticket, status=2, priority=1, priority_name="Low")) == {
        "status": "invalid_value", "priority": "invalid_value", "priority_name": "invalid_field",
    }  # fmt: skip
    assert api.put(mayas_ticket, status=3, custom_fields={field: "refund"}).json()["custom_fields"] == {
        field: "refund"
    }
    assert errors(api.put(mayas_ticket, custom_fields={field: "refund"})) == {field: "invalid_value"}
    assert errors(api.put(mayas_ticket, custom_fields={"cf_gone": "x"}, group_id=5, responder_id=5,
    tags="x")) == {
        "cf_gone": "invalid_field", "group_id": "invalid_value", "responder_id": "invalid_value",
        "tags": "datatype_mismatch",
    }  # fmt: skip
    assert errors(api.put(mayas_ticket, status="open")) == {"status": "datatype_mismatch"}
    assert errors(api.put(mayas_ticket)) == {"request": "missing_field"}
    sandbox.do.switch(unchanged_refused=False)
    assert api.put(mayas_ticket, status=3).status_code == 200


def test_f9_tags_replace_or_add_and_null_unassigns(
    sandbox: SandboxFreshdesk, api: Api, mayas_ticket: int
) -> None:
    api.put(mayas_ticket, tags=["vip"], responder_id=sandbox.state.find_person("Tom Weber").id)
    assert api.put(mayas_ticket, tags=["candor"]).json()["tags"] == ["candor"]
    assert api.put(mayas_ticket, responder_id=None).json()["responder_id"] is None
    sandbox.do.switch(tags_overwrite=False)
    assert api.put(mayas_ticket, tags=["more"]).json()["tags"] == ["candor", "more"]


def test_f9_a_new_ticket_names_everything_it_lacks(sandbox: SandboxFreshdesk, api: Api) -> None:
    assert set(errors(api("POST", "tickets", {}))) == {"requester_id", "subject", "description"}
    made = api(
        "POST",
        "tickets",
        {
            "subject": "S",
            "description": "<p>D</p>",
            "email": "new@example.com",
            "name": "New",
            "status": 2,
            "priority": 1,
            "tags": ["a"],
        },
    )
    assert made.status_code == 201
    assert made.headers["Location"].endswith(f"/api/v2/tickets/{made.json()['id']}")
    assert sandbox.state.person_by_email("new@example.com").id == made.json()["requester_id"]
    internal = api(
        "POST", "tickets", {"subject": "S", "description": "D", "requester_id": sandbox.assistant.id}
    ).json()
    # nobody outside hears of an internal ticket
    assert [m["ticket"] for m in sandbox.do.mails()] == [made.json()["id"]]
    assert sandbox.do.mails_per_customer_message()[-1]["ticket"] != internal["id"]


def test_f10_two_writers_both_succeed_and_nothing_is_remembered(
    sandbox: SandboxFreshdesk, api: Api, mayas_ticket: int
) -> None:
    answers: list[int] = []
    both = threading.Barrier(2)

    def write() -> None:
        both.wait(5)
        answers.append(api.reply(mayas_ticket, headers={"Idempotency-Key": "same"}).status_code)

    threads = [threading.Thread(target=write) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert answers == [201, 201]
    assert sandbox.do.once(mayas_ticket) == 2


def test_f11_includes_cost_and_embedded_conversations_end_after_ten(
    sandbox: SandboxFreshdesk, api: Api, mayas_ticket: int, clock: SetClock,
) -> None:
    for n in range(12):
        clock.advance(1)
        sandbox.do.customer_comment(mayas_ticket, f"message {n}")
    plain = api("GET", f"tickets/{mayas_ticket}")
    assert plain.headers["X-RateLimit-Used-CurrentRequest"] == "1"
    assert not {"requester", "stats", "conversations"} & set(plain.json())
    full = api("GET", f"tickets/{mayas_ticket}?include=conversations,requester,stats")
    assert full.headers["X-RateLimit-Used-CurrentRequest"] == "7"
    assert full.json()["requester"]["email"] == "maya@example.com"
    # Newest first, our guess: a reader must sort.
    assert [c["body_text"] for c in full.json()["conversations"]] == [
        f"message {n}" for n in range(11, 1, -1)
    ]
    first = api("GET", f"tickets/{mayas_ticket}/conversations?per_page=5")
    assert [c["body_text"] for c in first.json()] == [f"message {n}" for n in range(5)]
    assert f"/api/v2/tickets/{mayas_ticket}/conversations?per_page=5&page=2" in first.headers["Link"]
    assert len(api("GET", f"tickets/{mayas_ticket}/conversations?per_page=100").json()) == 12
    assert errors(api("GET", f"tickets/{mayas_ticket}/conversations?per_page=101")) == {
        "per_page": "invalid_value"
    }
    assert errors(api("GET", f"tickets/{mayas_ticket}?include=moon")) == {"include": "invalid_value"}


@pytest.mark.parametrize(("closed_reply", "status", "then"), [("reopen", 201, 2), ("keep", 201, 5), ("refuse",
400, 5)])
def test_f19_a_reply_on_a_closed_ticket(
    sandbox: SandboxFreshdesk, api: Api, mayas_ticket: int, closed_reply: str, status: int, then: int,
) -> None:
    sandbox.do.switch(closed_reply=closed_reply)
    sandbox.do.close(mayas_ticket)
    assert api.reply(mayas_ticket).status_code == status
    assert sandbox.do.ticket(mayas_ticket)["status"] == then
    assert sandbox.do.once(mayas_ticket) == (status == 201)


def test_a_customers_mail_opens_a_closed_ticket_again(sandbox: SandboxFreshdesk, mayas_ticket: int) -> None:
    sandbox.do.close(mayas_ticket)
    sandbox.do.customer_comment(mayas_ticket, "One more thing")
    shown = sandbox.do.ticket(mayas_ticket)
    assert (shown["status"], shown["stats"]["reopened_at"]) == (2, "2026-03-11T10:00:00Z")
    assert shown["conversations"][-1]["incoming"] is True


@pytest.mark.parametrize(("expanded", "text"), [(False, "Hi {{ticket.requester.name}}"), (True,
"Hi Maya Lind")])
def test_f20_placeholders_in_replies(
    sandbox: SandboxFreshdesk, api: Api, mayas_ticket: int, expanded: bool, text: str
) -> None:
    sandbox.do.switch(expand_placeholders=expanded)
    assert api.reply(mayas_ticket, "Hi {{ticket.requester.name}}").json()["body_text"] == text


@pytest.mark.parametrize(("counts", "stopped"), [(True, True), (False, False)])
def test_f24_our_reply_stops_the_first_response_clock(
    sandbox: SandboxFreshdesk, api: Api, mayas_ticket: int, clock: SetClock, counts: bool, stopped: bool,
) -> None:
    sandbox.do.switch(assistant_reply_counts=counts)
    clock.advance(60)
    api.reply(mayas_ticket)
    stats = sandbox.do.ticket(mayas_ticket)["stats"]
    assert (stats["first_responded_at"] == "2026-03-11T10:01:00Z") == stopped
    clock.advance(60)
    sandbox.do.agent_reply(mayas_ticket, "Hello")
    stats = sandbox.do.ticket(mayas_ticket)["stats"]
    assert stats["agent_responded_at"] == "2026-03-11T10:02:00Z"
    assert stats["first_responded_at"] == ("2026-03-11T10:01:00Z" if counts else "2026-03-11T10:02:00Z")


def test_body_text_runs_lines_together_unless_they_are_kept(sandbox: SandboxFreshdesk, api: Api) -> None:
    who = {"name": "M", "email": "m@example.com", "subject": "S", "text": "person\n\nOn Monday you wrote"}
    ticket = api("GET", f"tickets/{sandbox.do.customer_ticket(**who)}").json()
    assert "\n" not in ticket["description_text"]
    assert ticket["description"] == "<div>person</div>\n<div><br></div>\n<div>On Monday you wrote</div>"
    sandbox.do.switch(text_keeps_lines=True)
    ticket = api("GET", f"tickets/{sandbox.do.customer_ticket(**who)}").json()
    assert ticket["description_text"].split("\n")[0] == "person"


def test_every_act_moves_updated_at(
    sandbox: SandboxFreshdesk, api: Api, mayas_ticket: int, clock: SetClock
) -> None:
    acts = [
        lambda: api.reply(mayas_ticket), lambda: api.put(mayas_ticket, status=3),
        lambda: sandbox.do.agent_note(mayas_ticket, "n"),
        lambda: api("POST", f"tickets/{mayas_ticket}/notes", {"body": "n"}),
        lambda: sandbox.do.customer_comment(mayas_ticket, "m"),
    ]  # fmt: skip
    for act in acts:
        before = sandbox.do.ticket(mayas_ticket)["updated_at"]
        clock.advance(1)
        act()
        assert sandbox.do.ticket(mayas_ticket)["updated_at"] > before


def test_a_deleted_ticket_says_so_and_takes_no_writes(
    sandbox: SandboxFreshdesk, api: Api, mayas_ticket: int
) -> None:
    assert api("DELETE", f"tickets/{mayas_ticket}").status_code == 204
    assert api("GET", f"tickets/{mayas_ticket}").json()["deleted"] is True
    assert api.reply(mayas_ticket).status_code == 404
    assert api("GET", "tickets").json() == []
    assert [t["id"] for t in api("GET", "tickets?filter=deleted").json()] == [mayas_ticket]
    assert api("PUT", f"tickets/{mayas_ticket}/restore").status_code == 204
    assert "deleted" not in api("GET", f"tickets/{mayas_ticket}").json()


def test_what_was_deleted_at_the_desk_is_gone_from_its_tickets(
    sandbox: SandboxFreshdesk, api: Api, mayas_ticket: int
) -> None:
    name = sandbox.do.add_field("Candor: topic")
    billing = sandbox.state.find_group("Billing").id
    api.put(mayas_ticket, group_id=billing, custom_fields={name: "refund"})
    sandbox.do.delete_group("Billing")
    sandbox.do.delete_field("Candor: topic")
    sandbox.do.delete_contact("maya@example.com")
    shown = api("GET", f"tickets/{mayas_ticket}?include=requester").json()
    assert (shown["group_id"], shown["custom_fields"], shown["requester"]) == (None, {}, None)
    assert errors(api.put(mayas_ticket, group_id=billing)) == {"group_id": "invalid_value"}
    assert api("GET", f"contacts/{shown['requester_id']}").status_code == 404
    assert api.reply(mayas_ticket).json()["to_emails"] == []
