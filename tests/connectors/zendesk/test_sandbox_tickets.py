"""Tickets and comments: what a PUT does, what it refuses, and what happens to text on its way in."""
from __future__ import annotations

from typing import Any

import pytest

from connectors.clock import SECOND, SetClock, to_iso
from connectors.zendesk.sandbox import SandboxZendesk
from connectors.zendesk.sandbox.texts import BODY_LIMIT
from tests.connectors.zendesk.conftest import START, Api

CLOSED = {"error": "RecordInvalid", "description": "Record validation errors",
          "details": {"status": [{"description": "Status: closed prevents ticket update"}]}}


def last_comment(sandbox: SandboxZendesk, ticket: int) -> dict[str, Any]:
    return dict(sandbox.do.ticket(ticket)["comments"][-1])


def reply(api: Api, ticket: int, **comment: Any) -> dict[str, Any]:
    answer = api.put_ticket(ticket, comment=comment)
    assert answer.status_code == 200, answer.text
    return last_comment(api.desk, ticket)


def test_z20_a_put_answers_with_ticket_and_audit(api: Api, mayas_ticket: int) -> None:
    body = api.put_ticket(
        mayas_ticket,
        comment={"body": "Hello", "public": True},
        status="pending",
        metadata={"candor": "key-1"},
    ).json()
    assert body["ticket"]["status"] == "pending"
    audit = body["audit"]
    assert audit["metadata"]["custom"] == {"candor": "key-1"}
    assert "system" in audit["metadata"]
    assert audit["via"]["channel"] == "api"
    assert [e["type"] for e in audit["events"]] == ["Comment", "Change", "Notification"]
    assert audit["events"][2]["via"]["source"]["rel"] == "trigger"


def test_z20_there_is_no_endpoint_that_makes_a_comment(
    api: Api, sandbox: SandboxZendesk, mayas_ticket: int
) -> None:
    assert api("POST", f"tickets/{mayas_ticket}/comments", {"comment": {"body": "x"}}).status_code == 404
    assert sandbox.do.failures() == []


@pytest.mark.parametrize("public", [True, False])
def test_z21_without_public_the_value_of_the_creation_holds(api: Api, public: bool) -> None:
    ticket = api(
        "POST", "tickets", {"ticket": {"subject": "S", "comment": {"body": "First", "public": public}}}
    ).json()["ticket"]
    assert ticket["is_public"] is public
    assert reply(api, ticket["id"], body="Later")["public"] is public


def test_z22_html_is_stripped_and_blanks_collapse_in_body(api: Api, mayas_ticket: int) -> None:
    stored = reply(
        api, mayas_ticket, body="One   <b>two</b>\n\n\n\n\nthree &amp; four", plain_body="never", public=True
    )
    assert stored["body"] == "One two\n\nthree & four"
    assert "never" not in stored["plain_body"]


def test_z22_markdown_is_rendered_for_agents_only(
    api: Api, sandbox: SandboxZendesk, mayas_ticket: int
) -> None:
    maya = sandbox.do.ticket(mayas_ticket)["requester_id"]
    assert (
        "<strong>bold</strong>"
        in reply(api, mayas_ticket, body="Some **bold** text", public=True)["html_body"]
    )
    assert (
        "**bold**"
        in reply(api, mayas_ticket, body="Some **bold** text", public=True, author_id=maya)["html_body"]
    )


def test_z22_an_html_body_keeps_its_structure_and_loses_its_scripts(api: Api, mayas_ticket: int) -> None:
    fragment = "<p>Do this:</p><ol><li>Open</li></ol><script>x()</script><p onclick='y()'>Bye</p>"
    stored = reply(api, mayas_ticket, html_body=fragment, public=True)
    assert "<ol><li>Open</li></ol>" in stored["html_body"]
    assert "script" not in stored["html_body"]
    assert "onclick" not in stored["html_body"]
    assert "1. Open" in stored["plain_body"]


@pytest.mark.parametrize("form", ["body", "html_body"])
def test_z23_a_body_over_64_kb_is_cut_without_an_error(api: Api, mayas_ticket: int, form: str) -> None:
    text = "é" * BODY_LIMIT  # two bytes each
    stored = reply(api, mayas_ticket, **{form: text}, public=True)
    assert len(stored["plain_body"].encode()) == BODY_LIMIT


def test_z24_comment_5001_is_refused_and_other_updates_work(
    api: Api, sandbox: SandboxZendesk, mayas_ticket: int
) -> None:
    ticket = sandbox.state.tickets[mayas_ticket]
    ticket.comments = ticket.comments * 5000
    assert api.put_ticket(mayas_ticket, comment={"body": "One more", "public": True}).status_code == 422
    assert api.put_ticket(mayas_ticket, priority="high").status_code == 200


LEAK = "ZEBRA-INTERNAL"


@pytest.fixture
def ticket_with_a_note(sandbox: SandboxZendesk, mayas_ticket: int) -> int:
    sandbox.do.agent_note(mayas_ticket, f"Suspected fraud, {LEAK}")
    return mayas_ticket


@pytest.mark.parametrize("form", ["body", "html_body"])
@pytest.mark.parametrize("text", [
    "You wrote {{ticket.comments_formatted}}",
    "You wrote {{ ticket.comments_formatted }}",
    "You wrote {{ticket.latest_comment}}",
    "You wrote {% for c in ticket.comments %}{{c.body}}{% endfor %}",
])
def test_z25_an_echoed_placeholder_publishes_internal_notes(
    api: Api, ticket_with_a_note: int, form: str, text: str
) -> None:
    stored = reply(api, ticket_with_a_note, **{form: text}, public=True)
    assert all(LEAK in stored[kind] for kind in ("body", "html_body", "plain_body"))


@pytest.mark.parametrize("form", ["body", "html_body"])
@pytest.mark.parametrize("text", [
    "You wrote {\u200b{ticket.comments_formatted}\u200b}",
    "You wrote {\u2060{ticket.latest_comment}}",
    "You wrote {\u200b% for c in ticket.comments %}x",
])
def test_z25_a_broken_brace_pair_is_left_alone(
    api: Api, ticket_with_a_note: int, form: str, text: str
) -> None:
    stored = reply(api, ticket_with_a_note, **{form: text}, public=True)
    assert LEAK not in str(stored)
    assert "You wrote {" in stored["plain_body"]


def test_z25_tags_between_the_braces_do_not_save_a_body(api: Api, ticket_with_a_note: int) -> None:
    assert (
        LEAK
        in reply(api, ticket_with_a_note, body="{<b></b>{ticket.comments_formatted}}", public=True)[
            "plain_body"
        ]
    )


@pytest.mark.parametrize(("decoded_first", "leaks"), [(True, True), (False, False)])
@pytest.mark.parametrize("form", ["body", "html_body"])
def test_z25_entities_are_decoded_before_or_after_expansion(
    api: Api, sandbox: SandboxZendesk, ticket_with_a_note: int, form: str, decoded_first: bool, leaks: bool,
) -> None:
    sandbox.do.switch(entities_decoded_first=decoded_first)
    stored = reply(
        api, ticket_with_a_note, **{form: "&#123;&#x7b;ticket.comments_formatted&#125;&rbrace;"}, public=True
    )
    assert (LEAK in stored["plain_body"]) is leaks


def test_z25_unknown_placeholders_vanish_and_known_ones_speak(api: Api, mayas_ticket: int) -> None:
    text = (
        "{{ticket.requester.first_name}}, {{ticket.nonsense}}{{dc.thing}}number {{ticket.id}} of "
        "{{current_user.name}}"
    )
    assert (
        reply(api, mayas_ticket, body=text, public=True)["body"]
        == f"Maya, number {mayas_ticket} of Larkfield AI assistant"
    )


def test_z25_the_documented_escapes_are_honoured(
    api: Api, sandbox: SandboxZendesk, mayas_ticket: int
) -> None:
    assert reply(api, mayas_ticket, body="Say \\\\{{ticket.id}}", public=True)["body"] == "Say {{ticket.id}}"
    assert (
        "{{ticket.id}}"
        in reply(api, mayas_ticket, html_body="<p>Say <code>{{ticket.id}}</code></p>", public=True)[
            "html_body"
        ]
    )
    assert (
        reply(api, mayas_ticket, body="Say \\{{ticket.id}}", public=True)["body"] == f"Say \\{mayas_ticket}"
    )
    sandbox.do.switch(escape_backslashes=1)
    assert reply(api, mayas_ticket, body="Say \\{{ticket.id}}", public=True)["body"] == "Say {{ticket.id}}"


def test_z25_a_customers_mail_is_never_expanded(sandbox: SandboxZendesk, ticket_with_a_note: int) -> None:
    sandbox.do.customer_comment(ticket_with_a_note, "{{ticket.comments_formatted}}")
    assert last_comment(sandbox, ticket_with_a_note)["plain_body"] == "{{ticket.comments_formatted}}"


def test_z26_tags_replace_and_the_tags_endpoint_adds_and_removes(
    api: Api, sandbox: SandboxZendesk, mayas_ticket: int
) -> None:
    api.put_ticket(mayas_ticket, tags=["one", "two"])
    api.put_ticket(mayas_ticket, tags=["three"])
    assert api("GET", f"tickets/{mayas_ticket}/tags").json() == {"tags": ["three"]}
    assert api("PUT", f"tickets/{mayas_ticket}/tags", {"tags": ["four"]}).json() == {
        "tags": ["four", "three"]
    }
    assert api("DELETE", f"tickets/{mayas_ticket}/tags", {"tags": ["three"]}).json() == {"tags": ["four"]}


@pytest.mark.parametrize(("honoured", "tags"), [(True, ["more", "one"]), (False, ["one"])])
def test_z26_additional_tags_on_a_single_put_are_a_switch(
    api: Api, sandbox: SandboxZendesk, mayas_ticket: int, honoured: bool, tags: list[str],
) -> None:
    sandbox.do.switch(additional_tags_on_single_put=honoured)
    api.put_ticket(mayas_ticket, tags=["one"])
    assert api.put_ticket(mayas_ticket, additional_tags=["more"]).json()["ticket"]["tags"] == tags


@pytest.mark.parametrize("safe_update", [True, "true", False])
def test_z27_a_stale_stamp_is_refused_even_with_safe_update_false(
    api: Api, sandbox: SandboxZendesk, mayas_ticket: int, clock: SetClock, safe_update: object,
) -> None:
    stamp = to_iso(START)
    clock.advance(5)
    sandbox.do.agent_note(mayas_ticket, "I take this one")
    late = {"safe_update": safe_update, "comment": {"body": "Late", "public": True}}
    refused = api.put_ticket(mayas_ticket, updated_stamp=stamp, **late)
    assert (refused.status_code, refused.json()["error"]) == (409, "UpdateConflict")
    assert sandbox.do.once(mayas_ticket) == 0
    assert api.put_ticket(mayas_ticket, updated_stamp=to_iso(clock()), **late).status_code == 200


def test_z27_without_safe_update_a_stale_write_is_forced(
    api: Api, sandbox: SandboxZendesk, mayas_ticket: int, clock: SetClock
) -> None:
    clock.advance(5)
    sandbox.do.agent_note(mayas_ticket, "I take this one")
    assert (
        api.put_ticket(
            mayas_ticket, updated_stamp=to_iso(START), comment={"body": "Late", "public": True}
        ).status_code
        == 200
    )


def test_z27_the_guard_is_blind_within_one_second(
    api: Api, sandbox: SandboxZendesk, mayas_ticket: int, clock: SetClock
) -> None:
    clock.advance(0.4)
    sandbox.do.agent_reply(mayas_ticket, "Same second")
    sent = {"safe_update": True, "updated_stamp": to_iso(START), "comment": {"body": "Blind", "public": True}}
    assert api.put_ticket(mayas_ticket, **sent).status_code == 200


@pytest.mark.parametrize(("form", "kind"), [("json", "application/json"), ("empty", "text/plain"), ("html",
"text/html")])
def test_z27_the_body_of_the_conflict_is_a_switch(
    api: Api, sandbox: SandboxZendesk, mayas_ticket: int, clock: SetClock, form: str, kind: str,
) -> None:
    sandbox.do.switch(conflict_body=form)
    answer = api.put_ticket(
        mayas_ticket, safe_update=True, updated_stamp="2020-01-01T00:00:00Z", priority="high"
    )
    assert answer.status_code == 409
    assert answer.headers["Content-Type"].startswith(kind)


def test_z28_updated_at_moves_on_events_only(
    api: Api, sandbox: SandboxZendesk, mayas_ticket: int, clock: SetClock
) -> None:
    clock.advance(10)
    sandbox.do.tickets.touch(sandbox.state.tickets[mayas_ticket])
    shown = sandbox.do.ticket(mayas_ticket)
    assert (shown["updated_at"], shown["generated_timestamp"]) == (to_iso(START), clock() // SECOND)
    clock.advance(10)
    same = api.put_ticket(mayas_ticket, status="new").json()["ticket"]
    assert (same["updated_at"], same["generated_timestamp"]) == (to_iso(START), clock() // SECOND)
    moved = api.put_ticket(mayas_ticket, priority="high").json()["ticket"]
    assert moved["updated_at"] == to_iso(clock())


def test_z29_a_closed_ticket_is_refused_word_for_word(
    api: Api, sandbox: SandboxZendesk, mayas_ticket: int
) -> None:
    sandbox.do.close(mayas_ticket)
    for answer in (
        api.put_ticket(mayas_ticket, priority="high"),
        api("PUT", f"tickets/{mayas_ticket}/tags", {"tags": ["x"]}),
    ):
        assert (answer.status_code, answer.json()) == (422, CLOSED)


def test_z30_a_follow_up_needs_a_closed_source_and_inherits_its_tags(
    api: Api, sandbox: SandboxZendesk, mayas_ticket: int
) -> None:
    api.put_ticket(mayas_ticket, tags=["refund"])
    wanted = {
        "subject": "Again",
        "comment": {"body": "More"},
        "via_followup_source_id": mayas_ticket,
        "submitter_id": 1,
    }
    assert api("POST", "tickets", {"ticket": wanted}).status_code == 422
    sandbox.do.close(mayas_ticket)
    made = api("POST", "tickets", {"ticket": wanted}).json()["ticket"]
    assert made["tags"] == ["refund"]
    assert made["via"]["source"]["rel"] == "follow_up"
    assert made["submitter_id"] == sandbox.assistant.id
    assert sandbox.do.ticket(mayas_ticket)["followup_ids"] == [made["id"]]
    assert api("POST", "tickets", {"ticket": {**wanted, "tags": ["own"]}}).json()["ticket"]["tags"] == ["own"]


def test_z30_a_customers_answer_to_a_closed_ticket_opens_a_follow_up(
    sandbox: SandboxZendesk, mayas_ticket: int
) -> None:
    sandbox.do.close(mayas_ticket)
    sandbox.do.customer_comment(mayas_ticket, "Still broken")
    followup = sandbox.do.ticket(mayas_ticket)["followup_ids"][0]
    assert sandbox.do.ticket(followup)["comments"][0]["plain_body"] == "Still broken"


def test_z31_an_idempotency_key_works_for_creation_for_two_hours(api: Api, clock: SetClock) -> None:
    def create(text: str) -> Any:
        return api(
            "POST", "tickets", {"ticket": {"comment": {"body": text}}}, headers={"Idempotency-Key": "k1"}
        )

    first, again = create("Hello"), create("Hello")
    assert (first.headers["x-idempotency-lookup"], again.headers["x-idempotency-lookup"]) == ("miss", "hit")
    assert first.json()["ticket"]["id"] == again.json()["ticket"]["id"]
    assert create("Other").status_code == 400
    clock.advance(2 * 3600 + 1)
    assert create("Other").headers["x-idempotency-lookup"] == "miss"


def test_z31_on_a_put_the_key_is_ignored(api: Api, sandbox: SandboxZendesk, mayas_ticket: int) -> None:
    for _ in range(2):
        api(
            "PUT",
            f"tickets/{mayas_ticket}",
            {"ticket": {"comment": {"body": "Twice", "public": True}}},
            headers={"Idempotency-Key": "k2"},
        )
    assert sandbox.do.once(mayas_ticket) == 2


def test_z33_flags_come_from_headers_or_by_hand(sandbox: SandboxZendesk, api: Api) -> None:
    who = {"name": "Robot", "email": "robot@example.com", "subject": "Out of office", "text": "I am away."}
    ticket = sandbox.do.customer_ticket(**who, headers={"Auto-Submitted": "auto-replied"})
    metadata = api("GET", f"tickets/{ticket}/comments").json()["comments"][0]["metadata"]
    assert (metadata["flags"], metadata["trusted"]) == ([4], False)
    sandbox.do.customer_comment(ticket, "x", flags=[2, 14])
    assert api("GET", f"tickets/{ticket}/audits").json()["audits"][-1]["metadata"]["flags"] == [2, 14]
    sandbox.do.customer_comment(ticket, "by hand", headers={"Auto-Submitted": "no"})
    assert "flags" not in last_comment(sandbox, ticket)["metadata"]


def test_z34_an_api_comment_on_a_messaging_ticket_never_reaches_the_customer(
    sandbox: SandboxZendesk, api: Api
) -> None:
    ticket = sandbox.do.customer_ticket(
        name="Maya", email="maya@example.com", subject="Chat", text="Hello", messaging=True
    )
    assert api("GET", f"tickets/{ticket}").json()["ticket"]["from_messaging_channel"] is True
    api.put_ticket(ticket, comment={"body": "Never seen", "public": True})
    assert sandbox.do.once(ticket) == 0
    sandbox.do.agent_reply(ticket, "Seen")
    assert sandbox.do.once(ticket) == 1


def test_z37_audits_page_both_ways_and_keep_the_marker(api: Api, mayas_ticket: int) -> None:
    for n in range(4):
        api.put_ticket(
            mayas_ticket, comment={"body": f"Note {n}", "public": False}, metadata={"candor": f"key-{n}"}
        )
    path = f"tickets/{mayas_ticket}/audits"
    by_offset = api("GET", f"{path}?per_page=3").json()
    assert by_offset["count"] == 5
    rest = api("GET", by_offset["next_page"].split("/api/v2/")[1]).json()
    by_cursor = api("GET", f"{path}?page[size]=3").json()
    assert by_cursor["meta"]["has_more"] is True
    rest_by_cursor = api("GET", by_cursor["links"]["next"].split("/api/v2/")[1]).json()
    assert by_offset["audits"] == by_cursor["audits"]
    assert rest["audits"] == rest_by_cursor["audits"]
    markers = [a["metadata"]["custom"].get("candor") for a in by_offset["audits"] + rest["audits"]]
    assert markers == [None, "key-0", "key-1", "key-2", "key-3"]


def test_x21_long_and_hostile_text_is_cut_and_shown_as_text(api: Api, mayas_ticket: int) -> None:
    stored = reply(
        api,
        mayas_ticket,
        html_body="<p>\u202eevil\u200b " + "long " * 20_000 + "{{ticket.id}}</p>",
        public=True,
    )
    assert len(stored["plain_body"].encode()) < BODY_LIMIT
    assert stored["plain_body"].startswith("\u202eevil\u200b long")


def test_x23_an_automatic_answer_to_our_reply_is_flagged(
    api: Api, sandbox: SandboxZendesk, mayas_ticket: int
) -> None:
    reply(api, mayas_ticket, body="An answer", public=True)
    sandbox.do.customer_comment(mayas_ticket, "I am on holiday.", headers={"X-Autoreply": "yes"})
    assert last_comment(sandbox, mayas_ticket)["metadata"]["flags"] == [4]


@pytest.mark.parametrize(("before", "after"), [("pending", "open"), ("solved", "open"), ("hold", "open"),
("new", "new")])
def test_a_customers_comment_opens_a_ticket_that_waits(
    api: Api, sandbox: SandboxZendesk, mayas_ticket: int, before: str, after: str,
) -> None:
    api.put_ticket(mayas_ticket, status=before)
    sandbox.do.customer_comment(mayas_ticket, "And one more thing")
    assert sandbox.do.ticket(mayas_ticket)["status"] == after
