"""Reading: lists and their pages, search, solutions, people, limits, errors; every answer beside its
sample."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import requests

from connectors.clock import SECOND, SetClock, to_iso
from connectors.freshdesk.sandbox import SandboxFreshdesk
from tests.connectors.freshdesk.conftest import Api

SAMPLES = Path(__file__).resolve().parents[3] / "connectors" / "freshdesk" / "samples" / "python-freshdesk"
# What the samples keep of the API's first version; a reader that needs it would fail at a real desk.
FIRST_VERSION = {"priority_name", "customer_id", "custom_field", "helpdesk_agent"}


def write(sandbox: SandboxFreshdesk, count: int, clock: SetClock | None = None) -> list[int]:
    made = []
    for n in range(count):
        if clock is not None:
            clock.advance(1)
        made.append(sandbox.do.customer_ticket(name="M", email="m@example.com", subject=f"S{n}", text="T"))
    return made


def search(api: Api, query: str, **more: str) -> Any:
    return api("GET", "search/tickets", params={"query": query, **more})


def test_f12_a_list_has_no_descriptions_and_pages_by_link(
    sandbox: SandboxFreshdesk, api: Api, clock: SetClock
) -> None:
    made = write(sandbox, 35, clock)
    first = api("GET", "tickets")
    assert [t["id"] for t in first.json()] == made[:4:-1]  # newest first, 30 a page
    assert "description" not in first.json()[0]
    assert first.headers["Link"] == '<https://larkfield.freshdesk.com/api/v2/tickets?page=2>; rel="next"'
    second = api("GET", "tickets?page=2")
    assert (len(second.json()), second.headers.get("Link")) == (5, None)
    described = api("GET", "tickets?include=description,requester,stats&per_page=1")
    assert described.json()[0]["description"] == "<div>T</div>"
    assert described.headers["X-RateLimit-Used-CurrentRequest"] == "7"
    assert api("GET", "tickets?page=300").json() == []
    assert api("GET", "tickets?page=301").status_code == 400
    assert api("GET", "tickets?order_by=moon").status_code == 400


def test_f12_updated_since_is_the_poll(sandbox: SandboxFreshdesk, api: Api, clock: SetClock) -> None:
    first, second = write(sandbox, 2, clock)
    clock.advance(60)
    sandbox.do.agent_note(first, "seen")  # 10:01:02
    changed = api(
        "GET", "tickets?updated_since=2026-03-11T10:01:02Z&order_by=updated_at&order_type=asc"
    ).json()
    assert [t["id"] for t in changed] == [first]
    everything = api(
        "GET", "tickets?updated_since=2026-03-11T10:00:00Z&order_by=updated_at&order_type=asc"
    ).json()
    assert [t["id"] for t in everything] == [second, first]
    clock.advance(31 * 24 * 3600)
    assert api("GET", "tickets").json() == []  # older than 30 days
    assert len(api("GET", "tickets?updated_since=2026-03-11T10:00:00Z").json()) == 2
    assert api("GET", "tickets?updated_since=yesterday").status_code == 400


def test_f13_a_search_counts_in_one_call(sandbox: SandboxFreshdesk, api: Api, clock: SetClock) -> None:
    made = write(sandbox, 33, clock)
    support = sandbox.state.find_group("Support").id
    for ticket in made[:3]:
        api.put(ticket, group_id=support, tags=["vip"])
    api.put(made[3], status=6, priority=4)
    assert search(api, f'"status:2 AND group_id:{support}"').json()["total"] == 3
    found = search(api, '"status:2"').json()
    assert (found["total"], len(found["results"])) == (32, 30)
    assert len(search(api, '"status:2"', page="2").json()["results"]) == 2
    assert search(api, '"status:2"', page="11").status_code == 400
    for query, total in (
        ("group_id:null", 30), ("tag:'vip'", 3), ("(status:6 OR tag:'vip') AND "
                                                  "priority:4", 1), ("priority:>2", 1), ("priority:<1", 32),
        ("created_at:>'2026-03-11'", 33), ("created_at:>'2026-03-12'", 0), ("created_at:<'2026-03-11'", 33),
        ("agent_id:null", 33),
    ):  # fmt: skip
        assert search(api, f'"{query}"').json()["total"] == total, query
    api("DELETE", f"tickets/{made[0]}")
    sandbox.do.archive(made[1])
    assert search(api, f'"group_id:{support}"').json()["total"] == 1


@pytest.mark.parametrize("query", [
    "status:2", '"status:2', '"moon:2"', '"status:2 AND"', '"(status:2"', '"status=2"', '""',
    '"status:' + "2" * 513 + '"',
])  # fmt: skip
def test_f13_a_query_that_cannot_be_read_is_a_400(api: Api, query: str) -> None:
    answer = search(api, query)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "query")


def test_f13_the_index_lags(sandbox: SandboxFreshdesk, api: Api, clock: SetClock) -> None:
    sandbox.do.switch(search_lag=120)
    write(sandbox, 1)
    assert search(api, '"status:2"').json()["total"] == 0
    clock.advance(120)
    assert search(api, '"status:2"').json()["total"] == 1


def test_f14_rate_headers_count_credits_and_invalid_requests(
    sandbox: SandboxFreshdesk, api: Api, clock: SetClock, mayas_ticket: int,
) -> None:
    left = [api("GET", path).headers["X-RateLimit-Remaining"] for path in
            (f"tickets/{mayas_ticket}", f"tickets/{mayas_ticket}?include=stats", "tickets/99")]  # fmt: skip
    assert left == ["699", "696", "695"]
    assert api.put(mayas_ticket, moon=1).headers["X-RateLimit-Remaining"] == "694"
    # without a key
    assert requests.get(f"{sandbox.url}/api/v2/tickets", timeout=5).headers["X-RateLimit-Remaining"] == "693"
    sandbox.do.switch(float_rate_totals=True)
    assert api("GET", "agents/me").headers["X-RateLimit-Total"] == "700.0"
    clock.advance(60)
    assert api("GET", "agents/me").headers["X-RateLimit-Remaining"] == "699.0"


def test_f14_a_sub_limit_strikes_while_much_is_left(
    sandbox: SandboxFreshdesk, api: Api, clock: SetClock, mayas_ticket: int
) -> None:
    sandbox.do.switch(updates_per_minute=1)
    assert api.put(mayas_ticket, status=3).status_code == 200
    clock.advance(20)
    refused = api.put(mayas_ticket, status=4)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "40")
    assert refused.json() == {"message": "You have exceeded the limit of requests per minute"}
    assert api.reply(mayas_ticket).headers["X-RateLimit-Remaining"] == "698"
    clock.advance(40)
    assert api.put(mayas_ticket, status=4).status_code == 200


def test_f15_errors_in_the_desks_own_shapes(sandbox: SandboxFreshdesk, api: Api, mayas_ticket: int) -> None:
    wrong = api("GET", "tickets", key="nobody")
    assert (wrong.status_code, wrong.json()["code"]) == (401, "invalid_credentials")
    forbidden = api("GET", "automations/1/rules", key=sandbox.agent_key)
    assert (forbidden.status_code, forbidden.json()["code"]) == (403, "access_denied")
    missing = api("GET", "tickets/999")
    assert (missing.status_code, missing.content) == (404, b"")
    assert sandbox.do.failures() == []  # a missing ticket is no missing route
    broken = requests.put(
        f"{sandbox.url}/api/v2/tickets/{mayas_ticket}", data="{", auth=(sandbox.api_key, "X"), timeout=5
    )
    assert (broken.status_code, broken.json()["code"]) == (400, "invalid_json")
    fault = api.put(mayas_ticket, type="Moon").json()["errors"][0]
    assert fault["message"].startswith("It should be one of these values: 'Question,Incident")


def test_f17_solutions_have_visibility_drafts_translations_and_pages(
    sandbox: SandboxFreshdesk, api: Api
) -> None:
    for visibility in (1, 2, 3, 4, None):
        sandbox.do.put_article(
            id=f"v{visibility}", title="T", html="<p>T</p>", section=f"F{visibility}", visibility=visibility
        )
    category = api("GET", "solutions/categories").json()[0]["id"]
    folders = {f["name"]: f for f in api("GET", f"solutions/categories/{category}/folders").json()}
    assert {name: f.get("visibility", "absent") for name, f in folders.items()} == {
        "Orders": 1, "Playbook": 3, "F1": 1, "F2": 2, "F3": 3, "F4": 4, "FNone": "absent",
    }  # fmt: skip
    for n in range(35):
        sandbox.do.put_article(id=f"m{n}", title=f"M{n}", html="<p>M</p>", section="Many", draft=n == 0)
    sandbox.do.translate_article("refunds", "fr", "Quand", "<p>Remboursement</p>")
    many = next(
        f for f in api("GET", f"solutions/categories/{category}/folders").json() if f["name"] == "Many"
    )
    first = api("GET", f"solutions/folders/{many['id']}/articles")
    assert (len(first.json()), "page=2" in first.headers["Link"]) == (30, True)
    assert len(api("GET", f"solutions/folders/{many['id']}/articles?page=2").json()) == 5
    assert {a["status"] for a in first.json() if a["title"] == "M0"} <= {1}
    number = sandbox.article_ids["refunds"]
    assert api("GET", f"solutions/articles/{number}/fr").json()["title"] == "Quand"
    assert api("GET", f"solutions/articles/{number}/de").status_code == 404
    assert [
        a["title"] for a in api("GET", f"solutions/folders/{folders['Orders']['id']}/articles/fr").json()
    ] == ["Quand"]
    sandbox.do.delete_article("refunds")
    assert api("GET", f"solutions/articles/{number}").status_code == 404


def test_f18_agents_groups_contacts_and_business_hours(
    sandbox: SandboxFreshdesk, api: Api, mayas_ticket: int
) -> None:
    me = api("GET", "agents/me").json()
    assert (me["id"], me["contact"]["name"]) == (sandbox.assistant.id, "Larkfield AI assistant")
    agents = {a["contact"]["name"]: a["id"] for a in api("GET", "agents").json()}
    groups = {g["name"]: g for g in api("GET", "groups").json()}
    assert groups["Billing"]["agent_ids"] == [agents["Tom Weber"]]
    assert api("GET", f"groups/{groups['Billing']['id']}").json() == groups["Billing"]
    hours = api("GET", "business_hours").json()[0]
    assert (hours["id"], hours["time_zone"]) == (groups["Billing"]["business_hour_id"], "London")
    maya = api("GET", "contacts?email=maya@example.com").json()
    assert [c["active"] for c in maya] == [False]
    assert api("GET", f"contacts/{maya[0]['id']}").json() == maya[0]
    assert api("GET", f"contacts/{agents['Tom Weber']}").status_code == 404
    assert api("GET", f"agents/{maya[0]['id']}").status_code == 404
    made = api("POST", "groups", {"name": "Returns", "agent_ids": [agents["Ana Ruiz"]]})
    assert (made.status_code, made.json()["agent_ids"]) == (201, [agents["Ana Ruiz"]])
    assert api("POST", "groups", {"name": "Returns"}).status_code == 409


@pytest.mark.parametrize(("sample", "path", "pick"), [
    ("ticket_1.json", "tickets/1?include=stats,requester", None), ("conversations.json",
    "tickets/1/conversations", 0),
    ("agent_1.json", "agents/me", None), ("agents.json", "agents", 0), ("groups.json", "groups", 0),
    ("contact.json", "contacts", 0),
    ("solution_categories.json", "solutions/categories", 0), ("solution_folders.json",
    "solutions/categories/{c}/folders", 0),
    ("solution_articles.json", "solutions/folders/{f}/articles", 0),
])  # fmt: skip
def test_x30_x31_each_answer_has_at_least_the_fields_of_its_sample(
    sandbox: SandboxFreshdesk, api: Api, mayas_ticket: int, sample: str, path: str, pick: int | None,
) -> None:
    api("POST", "tickets/1/notes", {"body": "n"})
    here = {"c": next(iter(sandbox.state.categories)), "f": next(iter(sandbox.state.folders))}
    answer = api("GET", path.format(**here)).json()
    wanted = json.loads((SAMPLES / sample).read_text("utf-8"))
    wanted, answer = (
        (wanted if isinstance(wanted, dict) else wanted[0]),
        (answer if pick is None else answer[pick]),
    )

    def lacking(there: Any, here: Any, at: str = "") -> list[str]:
        if not isinstance(there, dict) or at in (".custom_fields", ".seo_data"):
            return []
        missing = [f"{at}.{key}" for key in there if key not in here and key not in FIRST_VERSION]
        return missing + [
            m for key in there if key in here for m in lacking(there[key], here[key], f"{at}.{key}")
        ]

    assert lacking(wanted, answer) == []


def test_x30_x31_written_answers_have_the_fields_of_their_samples(
    sandbox: SandboxFreshdesk, api: Api, mayas_ticket: int
) -> None:
    made = {
        "reply_1.json": api.reply(mayas_ticket), "note_1.json": api("POST", f"tickets/{mayas_ticket}/notes",
        {"body": "n"}),
        "ticket_1_updated.json": api.put(mayas_ticket, priority=2),
    }  # fmt: skip
    for name, answer in made.items():
        wanted = set(json.loads((SAMPLES / name).read_text("utf-8"))) - FIRST_VERSION
        assert wanted - set(answer.json()) <= {"stats", "requester"}, name
    assert set(json.loads((SAMPLES / "search_tickets.json").read_text("utf-8"))) == set(
        search(api, '"status:2"').json()
    )


def test_f16_ratings_are_numbers_and_a_switch_makes_them_words(
    sandbox: SandboxFreshdesk, api: Api, mayas_ticket: int, clock: SetClock
) -> None:
    sandbox.do.rate(mayas_ticket, -102, "Nobody read it")
    clock.advance(60)
    sandbox.do.rate(mayas_ticket, 103)
    rated = api("GET", f"tickets/{mayas_ticket}/satisfaction_ratings").json()
    assert [(r["ratings"]["default_question"], r["feedback"]) for r in rated] == [
        (-102, "Nobody read it"),
        (103, None),
    ]
    later = api("GET", f"surveys/satisfaction_ratings?created_since={to_iso(clock() - SECOND)}").json()
    assert [r["ratings"] for r in later] == [{"default_question": 103}]
    sandbox.do.switch(rating_words=True)
    assert api("GET", "surveys/satisfaction_ratings").json()[1]["ratings"] == {
        "default_question": "extremely_happy"
    }
    assert api("GET", "tickets/999/satisfaction_ratings").status_code == 404
    with pytest.raises(LookupError, match="-103"):
        sandbox.do.rate(mayas_ticket, 5)
