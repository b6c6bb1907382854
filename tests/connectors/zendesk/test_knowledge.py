"""The help centre of a Zendesk: what is public, and where it stands."""
from __future__ import annotations

import json
from typing import Any

import pytest

from connectors.clock import SetClock
from connectors.zendesk.knowledge import ZendeskKnowledge, is_public
from connectors.zendesk.sandbox import SandboxZendesk
from tests.connectors.conftest import NOON, Peer
from tests.connectors.zendesk.wiring import client, peer_client


def test_articles_come_with_their_place_page_and_visibility(sandbox: SandboxZendesk, clock: SetClock) -> None:
    found = {a.title: a for a in ZendeskKnowledge(client(sandbox, clock)).articles()}
    visible = {"Returning an item": True, "When refunds arrive": True, "Goodwill limits": False}
    assert {title: a.public for title, a in found.items()} == visible
    returns = found["Returning an item"]
    assert "Print the label" in returns.html
    assert returns.section.endswith("Orders")
    assert returns.url is not None
    assert returns.url.startswith(sandbox.url)
    assert returns.id.isdigit()
    assert sandbox.do.failures() == []


def test_drafts_and_deleted_articles_are_not_there(sandbox: SandboxZendesk, clock: SetClock) -> None:
    sandbox.do.put_article(id="draft", title="Not yet", html="<p>x</p>", draft=True)
    sandbox.do.delete_article("refunds")
    assert {a.title for a in ZendeskKnowledge(client(sandbox, clock)).articles()} == {
        "Returning an item",
        "Goodwill limits",
    }


def test_an_empty_help_centre_has_no_articles(clock: SetClock) -> None:
    with SandboxZendesk(seed=7, clock=clock) as empty:
        assert list(ZendeskKnowledge(client(empty, clock)).articles()) == []


def test_every_page_is_read(sandbox: SandboxZendesk, clock: SetClock) -> None:
    for number in range(230):
        sandbox.do.put_article(id=f"a{number}", title=f"Article {number}", html="<p>x</p>")
    of = client(sandbox, clock)
    found = [a.id for a in ZendeskKnowledge(of).articles()]
    assert len(found) == len(set(found)) == 233
    assert list(of.session.calls).count(("GET", "/api/v2/help_center/articles.json")) == 3


@pytest.mark.parametrize(
    ("said", "public"),
    [
        ({"draft": False, "user_segment_id": None}, True),
        ({"draft": False, "user_segment_id": None, "user_segment_ids": []}, True),
        ({"draft": False, "user_segment_id": None, "user_segment_ids": [7]}, False),
        ({"draft": False, "user_segment_id": 7}, False),
        ({"draft": False, "user_segment_id": 0}, False),
        ({"draft": True, "user_segment_id": None}, False),
        ({"draft": None, "user_segment_id": None}, False),
        ({"draft": "false", "user_segment_id": None}, False),
        ({"user_segment_id": None}, False),
        ({"draft": False}, False),
        ({}, False),
    ],
)
def test_an_article_is_public_only_when_the_desk_says_so_in_full(said: dict[str, Any], public: bool) -> None:
    assert is_public(said) is public


def test_an_article_without_a_page_or_with_a_strange_one_has_no_address(peer: Peer) -> None:
    base = {
        "draft": False,
        "user_segment_id": None,
        "title": "T",
        "body": None,
        "updated_at": "2026-03-11T12:00:00Z",
    }
    urls: list[object] = [None, "javascript:alert(1)", 7, "https://help.acme.example/hc/1"]
    listed = [
        {**base, "id": n, "html_url": url, "label_names": ["policy", "x"]} for n, url in enumerate(urls)
    ]
    ok = {"Content-Type": "application/json"}
    pages = ({"categories": []}, {"sections": []}, {"articles": listed})
    peer.answers = [(200, ok, json.dumps(page).encode()) for page in pages]
    found = list(ZendeskKnowledge(peer_client(peer.url, SetClock(NOON))).articles())
    assert [a.url for a in found] == [None, None, None, "https://help.acme.example/hc/1"]
    assert {(a.kind, a.html, a.section) for a in found} == {("policy", "", "")}
