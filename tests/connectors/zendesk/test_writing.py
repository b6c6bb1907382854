"""An effect as Zendesk's JSON."""
from __future__ import annotations

import html
from typing import Any

import pytest

from connectors.contract import Write
from connectors.outgoing import BODY_LIMIT, body_html
from connectors.records import OpenTicket, PostNote, PostReply, Stamp, Status, UpdateFields
from connectors.view import UnknownGroup, View
from connectors.zendesk import payloads, writing
from tests.connectors.conftest import NOON
from tests.connectors.zendesk.wiring import write

STATE = {"user_id": "5", "fields": {"intent": "61", "next_step": "62"}, "groups": {"Billing": "41"}}
VIEW = payloads.view_of("zendesk-1", STATE, frozenset(), "")
STAMP = Stamp("2026-03-11T12:00:00Z", NOON, NOON, NOON)


def ticket_body(written: Write, view: View) -> dict[str, Any]:
    assert isinstance(written.effect, PostReply | PostNote | UpdateFields)
    return writing.ticket_body(written, written.effect, view)


def new_ticket_body(written: Write, view: View) -> dict[str, Any]:
    assert isinstance(written.effect, OpenTicket)
    return writing.new_ticket_body(written, written.effect, view)


def test_everything_goes_out_in_one_object() -> None:
    effect = PostReply("<p>Hi</p>", "Hi", {"intent": "refund"}, ("candor",), "Billing", Status.PENDING)
    assert ticket_body(write("7", effect, STAMP, tags=("vip",)), VIEW) == {
        "comment": {"html_body": "<p>Hi</p>", "public": True},
        "status": "pending",
        "custom_fields": [{"id": 61, "value": "refund"}],
        "group_id": 41,
        "tags": ["vip", "candor"],
        "metadata": {"candor_key": "key-1", "candor_plan": "plan-1"},
        "safe_update": True,
        "updated_stamp": "2026-03-11T12:00:00Z",
    }


def test_public_is_always_said() -> None:
    assert ticket_body(write("7", PostNote("<p>x</p>", "x")), VIEW)["comment"]["public"] is False
    assert ticket_body(write("7", PostReply("<p>x</p>", "x")), VIEW)["comment"]["public"] is True
    assert new_ticket_body(write("", OpenTicket("s", "<p>x</p>", "x")), VIEW)["comment"]["public"] is False


def test_an_unfenced_write_names_no_guard_at_all_and_replaces_no_tags() -> None:
    body = ticket_body(write("7", UpdateFields(add_tags=("candor",)), tags=("vip",)), VIEW)
    assert body == {
        "additional_tags": ["candor"],
        "metadata": {"candor_key": "key-1", "candor_plan": "plan-1"},
    }


def test_tags_are_left_alone_when_none_are_added() -> None:
    assert "tags" not in ticket_body(write("7", UpdateFields({"intent": "x"}), STAMP, tags=("vip",)), VIEW)


@pytest.mark.parametrize(
    ("chosen", "value", "tags"),
    [("stay_out", "candor_next_stay_out", ["vip", "candor_next_stay_out"]), ("", None, ["vip"]), ("nonsense",
    None, ["vip"])],
)
def test_the_next_step_replaces_the_tag_of_the_step_before(
    chosen: str, value: str | None, tags: list[str]
) -> None:
    present = ("vip", "candor_next_send_draft")
    body = ticket_body(write("7", UpdateFields({"next_step": chosen}), STAMP, tags=present), VIEW)
    assert body["custom_fields"] == [{"id": 62, "value": value}]
    assert body["tags"] == tags


def test_a_group_is_named_or_numbered_and_never_guessed() -> None:
    assert ticket_body(write("7", UpdateFields(group="999")), VIEW)["group_id"] == 999
    with pytest.raises(UnknownGroup):
        ticket_body(write("7", UpdateFields(group="Nobody")), VIEW)


def test_fields_the_desk_lacks_are_left_out_and_named() -> None:
    effect = UpdateFields({"sentiment": "upset", "intent": "x"})
    assert ticket_body(write("7", effect), VIEW)["custom_fields"] == [{"id": 61, "value": "x"}]


def test_a_new_ticket_is_internal_and_can_be_found_by_its_key() -> None:
    effect = OpenTicket("About {{x}}", "<p>x</p>", "x", "Billing", {"intent": "y"}, ("a",), "high")
    assert new_ticket_body(write("", effect, key="k"), VIEW) == {
        "subject": "About {\u200c{x}\u200c}",
        "comment": {"html_body": "<p>x</p>", "public": False},
        "external_id": "k",
        "metadata": {"candor_key": "k", "candor_plan": "plan-1"},
        "custom_fields": [{"id": 61, "value": "y"}],
        "group_id": 41,
        "tags": ["a"],
        "priority": "high",
    }


@pytest.mark.parametrize(
    "markup",
    ["{{ticket.comments_formatted}}", "{% for c in ticket.comments %}", "{{{x}}}",
    "&#123;&#123;x&#125;&#125;", "&#x7b;{x}}",
     "&lbrace;&lcub;x}}",
     "{&#37; x %}", "{<b></b>{x}<i>}</i>", "{<!-- -->{x}}", '<a href="https://x/{{y}}">a</a>', "&#123{x}}",
     "&#0000123;&#X7B;x}}",
     "{&percnt;"],
)  # fmt: skip
def test_no_placeholder_survives_in_what_we_send(markup: str) -> None:
    sent = html.unescape(body_html(markup, ""))
    bare = sent.replace("<b></b>", "").replace("<!-- -->", "").replace("<i>", "")
    for pair in ("{{", "}}", "{%", "%}"):
        assert pair not in bare
    assert body_html(sent, "") == sent  # broken once is broken for good
    assert sent.replace("\u200c", "") == html.unescape(markup.replace("&#123{", "&#123;{"))


def test_ordinary_text_is_sent_as_it_is() -> None:
    markup = "<p>50 % off, {one} brace &amp; &lt;b&gt; – 100%</p>"
    assert body_html(markup, "") == markup


def test_a_message_over_the_desks_limit_is_cut_visibly_and_keeps_its_end() -> None:
    text = (
        "\n".join(f"Line {n}: ünïcode & <tags> {{{{x}}}}" for n in range(4_000))
        + "\nTalk to a person: https://candor.example/t/1"
    )
    sent = body_html("<p>" + "x" * BODY_LIMIT + "</p>", text)
    assert len(sent.encode()) <= BODY_LIMIT
    assert sent.startswith("<p>Line 0:")
    assert "<p>[…]</p>" in sent
    assert sent.endswith("<p>Talk to a person: https://candor.example/t/1</p>")
    assert "{{" not in sent
    assert "<tags>" not in sent
    assert len(sent.encode()) > BODY_LIMIT * 0.8


def test_one_endless_line_is_cut_as_well() -> None:
    for text in ("x" * 500_000, "&" * 500_000, "漢" * 200_000, "{" * 300_000):
        assert len(body_html("y" * (BODY_LIMIT + 1), text).encode()) <= BODY_LIMIT


def test_our_words_are_recognised_in_the_desks_copy_of_them() -> None:
    ours = "<p>A &amp; B\u200c <b>bold</b></p>\n<p>end</p>"
    theirs = '<div class="zd-comment" dir="auto"><p>A &amp; B <b>bold</b></p> <p>end</p></div>'
    assert writing.body_hash_text(ours) == writing.body_hash_text({"html_body": theirs, "body": "other"})
    assert writing.body_hash_text(ours) != writing.body_hash_text("<p>A &amp; B</p>")

