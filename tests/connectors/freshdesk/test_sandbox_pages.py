"""The desk's own pages: what the customer sees, what the agent sees, and articles as the target of deep
links."""
from __future__ import annotations

import re

import pytest
import requests

from connectors.freshdesk.sandbox import SandboxFreshdesk
from tests.connectors.freshdesk.conftest import Api

HOSTILE = "<script>alert(1)</script> <img src=x onerror=alert(2)> {{7*7}} </textarea><b>bold</b>"


def get(sandbox: SandboxFreshdesk, path: str) -> requests.Response:
    return requests.get(sandbox.page_url + path, timeout=5)


def post(
    sandbox: SandboxFreshdesk, path: str, headers: dict[str, str] | None = None, **form: str
) -> requests.Response:
    return requests.post(sandbox.page_url + path, data=form, headers=headers, timeout=5)


def test_a_customer_writes_reads_and_answers_on_the_pages(sandbox: SandboxFreshdesk, api: Api) -> None:
    sent = post(
        sandbox,
        "/sandbox/tickets",
        name="Maya Lind",
        email="maya@example.com",
        subject="My boots",
        text="They leak.\n\nBadly.",
    )
    assert "Sandbox desk · behaves as Freshdesk" in sent.text
    assert "<div>They leak.</div>\n<div><br></div>\n<div>Badly.</div>" in sent.text
    assert "looks again every two seconds" in sent.text
    assert "automatic mail" in sent.text
    ticket = int(re.search(r"/sandbox/tickets/(\d+)", sent.url).group(1))
    api.reply(ticket, "<p>Wax them. <a href='https://example.com/a'>More</a></p><p>Ref 7F3K-2Q</p>")
    sandbox.do.agent_note(ticket, "Only for us")
    page = get(sandbox, f"/sandbox/tickets/{ticket}?waiting=1").text
    for expected in ("Wax them.", "https://example.com/a", "Ref 7F3K-2Q"):
        assert expected in page
    assert "Only for us" not in page
    assert "looks again" not in page  # the answer is here: no more waiting
    sandbox.do.close(ticket)
    again = post(sandbox, f"/sandbox/tickets/{ticket}/reply", text="They still leak.")
    # the same ticket, open again
    assert again.url.startswith(f"{sandbox.page_url}/sandbox/tickets/{ticket}?")
    shown = sandbox.do.ticket(ticket)
    assert (shown["status"], shown["conversations"][-1]["incoming"]) == (2, True)
    assert (
        post(
            sandbox, "/sandbox/tickets", name="A", email="ana@larkfield.example", subject="S", text="T"
        ).status_code
        == 422
    )


def test_f25_an_agent_sees_everything_and_acts(
    sandbox: SandboxFreshdesk, api: Api, mayas_ticket: int
) -> None:
    step = sandbox.do.add_field("Candor: next step", "custom_dropdown", ["Send the draft", "Stay out"])
    topic = sandbox.do.add_field("Candor: topic")
    sandbox.do.agent_note(mayas_ticket, "Only for us", agent="Ines Moreau")
    api.put(mayas_ticket, custom_fields={topic: "refund_delay"}, tags=["candor_handoff"], status=6,
            group_id=sandbox.state.find_group("Billing").id)  # fmt: skip
    path = f"/sandbox/agent/tickets/{mayas_ticket}"
    page = get(sandbox, path).text
    for expected in ("Only for us", "Internal note", "candor_handoff", "Candor: topic", "refund_delay",
    "next step", "Billing",
                     "Waiting on Customer", "group → Billing"):  # fmt: skip
        assert expected in page, expected
    post(sandbox, f"{path}/field", field=step, value="Send the draft", agent="Tom Weber")
    assert sandbox.do.ticket(mayas_ticket)["custom_fields"][step] == "Send the draft"
    assert '<option value="Send the draft" selected>' in get(sandbox, path).text
    post(sandbox, f"{path}/reply", text="A public word", kind="reply", agent="Tom Weber")
    post(sandbox, f"{path}/reply", text="An inner word", kind="note", agent="Tom Weber")
    post(sandbox, f"{path}/take", agent="Tom Weber")
    post(sandbox, f"{path}/solve", agent="Tom Weber")
    shown = sandbox.do.ticket(mayas_ticket)
    tom = sandbox.state.find_person("Tom Weber").id
    assert [(c["body_text"], c["private"], c["user_id"]) for c in shown["conversations"][-2:]] == [
        ("A public word", False, tom), ("An inner word", True, tom),
    ]  # fmt: skip
    assert (shown["status"], shown["responder_id"]) == (4, tom)
    refused = post(sandbox, f"{path}/field", field=step, value="Dance", agent="Tom Weber")
    assert (refused.status_code, "The desk refused" in refused.text) == (422, True)
    customers = get(sandbox, f"/sandbox/tickets/{mayas_ticket}").text
    assert "next step" not in customers
    assert "An inner word" not in customers
    assert get(sandbox, f"/a/tickets/{mayas_ticket}").url == f"{sandbox.page_url}{path}"


def test_x22_hostile_text_is_never_more_than_text(sandbox: SandboxFreshdesk, api: Api) -> None:
    ticket = sandbox.do.customer_ticket(name=HOSTILE, email="m@example.com", subject=HOSTILE, text=HOSTILE)
    api.reply(ticket, f"<p>{HOSTILE}<a href='javascript:x()'>a</a><a href='http://evil.test/'>b</a></p>")
    for path in ("/sandbox/", f"/sandbox/tickets/{ticket}", f"/sandbox/agent/tickets/{ticket}"):
        page = get(sandbox, path)
        for never in (
            "<script",
            "<img",
            "onerror=alert(2)>",
            "javascript:",
            "http://evil.test",
            "49",
            "<b>bold",
        ):
            assert never not in page.text.replace("&lt;img src=x onerror=alert(2)&gt;", ""), (path, never)
        assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "&lt;script&gt;" in get(sandbox, "/sandbox/").text


def test_another_site_cannot_write_or_read_through_the_browser(
    sandbox: SandboxFreshdesk, mayas_ticket: int
) -> None:
    path = f"/sandbox/tickets/{mayas_ticket}/reply"
    assert post(sandbox, path, {"Origin": "https://evil.test"}, text="x").status_code == 403
    assert (
        requests.get(f"{sandbox.page_url}/sandbox/", headers={"Host": "evil.test"}, timeout=5).status_code
        == 403
    )


def test_f22_article_pages_are_served_with_text_as_stored(sandbox: SandboxFreshdesk) -> None:
    page = get(sandbox, f"/support/solutions/articles/{sandbox.article_ids['returns']}").text
    for expected in (
        "<h1>Returning an item</h1>",
        "<h2>How</h2>",
        "<p>Print the label, then post the parcel.</p>",
    ):
        assert expected in page
    listed = get(sandbox, "/support/solutions/").text
    assert "When refunds arrive" in listed
    assert "Goodwill limits" not in listed


@pytest.mark.parametrize("how", ["draft", "deleted", 2, 3, 4, None])
def test_f22_what_is_not_public_does_not_show(sandbox: SandboxFreshdesk, how: str | int | None) -> None:
    visibility = how if how is None or isinstance(how, int) else 1
    number = sandbox.do.put_article(
        id="x", title="Hidden words", html="<p>secret</p>", draft=how == "draft", visibility=visibility
    )
    if how == "deleted":
        sandbox.do.delete_article(id="x")
    answer = get(sandbox, f"/support/solutions/articles/{number}")
    assert answer.status_code == 404
    assert "secret" not in answer.text
    assert "Hidden words" not in get(sandbox, "/support/solutions/").text
