"""The desk's own pages: what the customer sees, what the agent sees, and articles as the target of deep
links."""
from __future__ import annotations

import re

import pytest
import requests

from connectors.zendesk.sandbox import SandboxZendesk
from tests.connectors.zendesk.conftest import Api

HOSTILE = "<script>alert(1)</script> <img src=x onerror=alert(2)> {{7*7}} </textarea><b>bold</b>"
FIELD = {
    "title": "Candor: next step",
    "type": "tagger",
    "custom_field_options": [{"name": "Send the draft", "value": "send_draft"}],
}


def get(sandbox: SandboxZendesk, path: str) -> requests.Response:
    return requests.get(sandbox.page_url + path, timeout=5)


def post(
    sandbox: SandboxZendesk, path: str, headers: dict[str, str] | None = None, **form: str
) -> requests.Response:
    return requests.post(sandbox.page_url + path, data=form, headers=headers, timeout=5)


def test_a_customer_writes_reads_and_answers_on_the_pages(sandbox: SandboxZendesk, api: Api) -> None:
    sent = post(
        sandbox,
        "/sandbox/tickets",
        name="Maya Lind",
        email="maya@example.com",
        subject="My boots",
        text="They leak.",
    )
    assert "They leak." in sent.text
    assert "looks again every two seconds" in sent.text
    assert "Sandbox desk" in sent.text
    ticket = int(re.search(r"/sandbox/tickets/(\d+)", sent.url).group(1))
    answer = "<p>Wax them. <a href='https://example.com/a'>More</a></p>"
    api.put_ticket(ticket, comment={"html_body": answer, "public": True}, status="pending")
    api.put_ticket(ticket, comment={"body": "Only for us", "public": False})
    page = get(sandbox, f"/sandbox/tickets/{ticket}?waiting=1").text
    assert "Wax them." in page
    assert "https://example.com/a" in page
    assert "Only for us" not in page
    assert "looks again" not in page  # the answer is here: no more waiting
    post(sandbox, f"/sandbox/tickets/{ticket}/reply", text="They still leak.")
    shown = sandbox.do.ticket(ticket)
    assert (shown["status"], shown["comments"][-1]["via"]["channel"]) == ("open", "email")


def test_a_form_without_its_parts_says_what_is_missing(sandbox: SandboxZendesk) -> None:
    answer = post(
        sandbox, "/sandbox/tickets", name="Maya", email="not an address", subject="", text="Kept text"
    )
    assert answer.status_code == 422
    assert "This needs an @" in answer.text
    assert "Please fill this in." in answer.text
    assert "Kept text" in answer.text
    refused = post(
        sandbox, "/sandbox/tickets", name="A", email="ana@larkfield.example", subject="S", text="T"
    )
    assert "colleague" in refused.text


def test_z55_an_agent_sees_everything_and_acts(sandbox: SandboxZendesk, api: Api, mayas_ticket: int) -> None:
    field = api("POST", "ticket_fields", {"ticket_field": FIELD}).json()["ticket_field"]
    text = api("POST", "ticket_fields", {"ticket_field": {"title": "Candor: intent", "type": "text"}}).json()[
        "ticket_field"
    ]
    api.put_ticket(mayas_ticket, comment={"body": "Only for us", "public": False}, tags=["candor_handoff"],
                   custom_fields=[{"id": text["id"], "value": "refund_delay"}])
    page = get(sandbox, f"/sandbox/agent/tickets/{mayas_ticket}").text
    for expected in (
        "Only for us",
        "Internal note",
        "candor_handoff",
        "Candor: intent",
        "refund_delay",
        "next step",
        "Support",
        "New",
    ):
        assert expected in page, expected
    path = f"/sandbox/agent/tickets/{mayas_ticket}"
    post(sandbox, f"{path}/field", field=str(field["id"]), value="send_draft", agent="Tom Weber")
    assert {"id": field["id"], "value": "send_draft"} in sandbox.do.ticket(mayas_ticket)["custom_fields"]
    assert (
        sandbox.do.ticket(mayas_ticket)["audits"][-1]["author_id"] == sandbox.state.find_user("Tom Weber").id
    )
    post(sandbox, f"{path}/reply", text="A public word", kind="reply", agent="Tom Weber")
    post(sandbox, f"{path}/reply", text="An inner word", kind="note", agent="Tom Weber")
    post(sandbox, f"{path}/take", agent="Tom Weber")
    post(sandbox, f"{path}/solve", agent="Tom Weber")
    shown = sandbox.do.ticket(mayas_ticket)
    assert [(c["plain_body"], c["public"]) for c in shown["comments"][-2:]] == [
        ("A public word", True),
        ("An inner word", False),
    ]
    assert (shown["status"], shown["assignee_id"]) == ("solved", sandbox.state.find_user("Tom Weber").id)
    customers = get(sandbox, f"/sandbox/tickets/{mayas_ticket}").text
    assert "next step" not in customers
    assert "An inner word" not in customers
    sandbox.do.close(mayas_ticket)
    refused = post(sandbox, f"{path}/reply", text="Too late", kind="reply")
    assert (refused.status_code, "closed prevents ticket update" in refused.text) == (422, True)


def test_x22_hostile_text_is_never_more_than_text(sandbox: SandboxZendesk, api: Api) -> None:
    ticket = sandbox.do.customer_ticket(name=HOSTILE, email="m@example.com", subject=HOSTILE, text=HOSTILE)
    echo = f"<p>{HOSTILE}<a href='javascript:x()'>a</a><a href='http://evil.test/'>b</a></p>"
    api.put_ticket(ticket, comment={"html_body": echo, "public": True})
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
        assert "<style" not in page.text
    assert "&lt;script&gt;" in get(sandbox, "/sandbox/").text


def test_another_site_cannot_write_or_read_through_the_browser(
    sandbox: SandboxZendesk, mayas_ticket: int
) -> None:
    path = f"/sandbox/tickets/{mayas_ticket}/reply"
    assert post(sandbox, path, {"Origin": "https://evil.test"}, text="x").status_code == 403
    assert (
        requests.get(f"{sandbox.page_url}/sandbox/", headers={"Host": "evil.test"}, timeout=5).status_code
        == 403
    )
    assert post(sandbox, path, {"Origin": sandbox.page_url}, text="x").status_code == 200


def test_z52_article_pages_are_served_under_their_html_url_with_text_as_stored(
    sandbox: SandboxZendesk, api: Api
) -> None:
    listed = api("GET", "help_center/en-us/articles").json()["articles"]
    url = next(a["html_url"] for a in listed if a["title"] == "Returning an item")
    assert url == f"{sandbox.url}/hc/en-us/articles/{sandbox.article_ids['returns']}-Returning-an-item"
    page = requests.get(url, timeout=5).text
    assert "<h1>Returning an item</h1>" in page
    assert "<h2>How</h2>" in page
    assert "<p>Print the label, then post the parcel.</p>" in page


@pytest.mark.parametrize("how", ["draft", "restricted", "deleted"])
def test_z52_what_is_not_public_does_not_show(sandbox: SandboxZendesk, api: Api, how: str) -> None:
    number = sandbox.do.put_article(
        id="x", title="Hidden words", html="<p>secret</p>", public=how != "restricted", draft=how == "draft"
    )
    if how == "deleted":
        sandbox.do.delete_article(id="x")
    answer = get(sandbox, f"/hc/en-us/articles/{number}")
    assert answer.status_code == 404
    assert "secret" not in answer.text
    assert "Hidden words" not in get(sandbox, "/hc/").text


def test_an_articles_markup_is_cleaned(sandbox: SandboxZendesk) -> None:
    body = "<p onclick='x()'>Text</p><script>y()</script><table><tr><td>1</td></tr></table>"
    number = sandbox.do.put_article(id="x", title="T", html=body)
    page = get(sandbox, f"/hc/en-us/articles/{number}").text
    assert "<td>1</td>" in page
    assert "script" not in page
    assert "onclick" not in page
