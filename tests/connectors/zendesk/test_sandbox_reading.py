"""Reading: users, groups, search, export, help centre, credentials, limits."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from connectors.clock import SECOND, SetClock
from connectors.sandbox import articles
from connectors.zendesk.sandbox import SandboxZendesk
from connectors.zendesk.sandbox.answers import Refusal
from tests.connectors.zendesk.conftest import START, Api

SAMPLES = Path(__file__).resolve().parents[3] / "connectors" / "zendesk" / "samples" / "go-zendesk"


def count(api: Api, query: str) -> int:
    return int(api("GET", "search/count", params={"query": query}).json()["count"])


def test_z38_users_carry_role_and_identity(api: Api, sandbox: SandboxZendesk) -> None:
    ticket = sandbox.do.customer_ticket(
        name="Vera", email="vera@example.com", subject="S", text="T", verified=True, locale="fr"
    )
    me = api("GET", "users/me").json()["user"]
    assert (me["id"], me["role"], me["name"]) == (sandbox.assistant.id, "admin", "Larkfield AI assistant")
    vera = api("GET", f"tickets/{ticket}?include=users").json()["users"]
    assert [(u["role"], u["locale"], u["locale_id"]) for u in vera] == [("end-user", "fr", 16)]
    identity = api("GET", f"users/{vera[0]['id']}/identities").json()["identities"][0]
    assert (identity["verification_method"], identity["deliverable_state"]) == ("low", "deliverable")
    assert [u["name"] for u in api("GET", "users?role[]=agent").json()["users"]] == [
        "Ana Ruiz",
        "Tom Weber",
        "Ines Moreau",
    ]


def test_z39_a_ticket_takes_30_updates_in_10_minutes_tags_included(
    api: Api, mayas_ticket: int, clock: SetClock
) -> None:
    for n in range(29):
        assert api.put_ticket(mayas_ticket, priority=("high", "low")[n % 2]).status_code == 200
    last = api("PUT", f"tickets/{mayas_ticket}/tags", {"tags": ["x"]})
    assert last.headers["zendesk-ratelimit-per-ticket-updates"].startswith("total=30; remaining=0; resets=")
    refused = api.put_ticket(mayas_ticket, priority="urgent")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "600")
    clock.advance(601)
    assert api.put_ticket(mayas_ticket, priority="urgent").status_code == 200


def test_z39_the_desk_takes_a_settable_number_of_updates_a_minute(
    api: Api, sandbox: SandboxZendesk, clock: SetClock
) -> None:
    sandbox.do.switch(updates_per_minute=3)
    tickets = [
        sandbox.do.customer_ticket(name="M", email="m@example.com", subject="S", text="T") for _ in range(4)
    ]
    assert [api.put_ticket(t, priority="high").status_code for t in tickets] == [200, 200, 200, 429]
    sandbox.do.switch(updates_per_minute=0)
    assert api.put_ticket(tickets[3], priority="high").status_code == 200


def test_z40_the_plan_limits_requests_and_the_help_center_has_its_own_bucket(
    api: Api, sandbox: SandboxZendesk, clock: SetClock
) -> None:
    sandbox.do.switch(plan_per_minute=2)
    codes = [api("GET", "users/me").status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    assert api("GET", "help_center/articles").status_code == 200
    clock.advance(61)
    assert api("GET", "users/me").headers["x-rate-limit-remaining"] == "1"


@pytest.mark.parametrize(("style", "present", "absent"), [
    ("2023", "rate-limit-remaining", "ratelimit-remaining"),
    ("2024", "ratelimit-remaining", "rate-limit-remaining"),
    ("x", "x-rate-limit-remaining", "ratelimit-remaining"),
])
def test_z41_rate_headers_come_in_three_spellings(
    api: Api, sandbox: SandboxZendesk, style: str, present: str, absent: str
) -> None:
    sandbox.do.switch(rate_headers=style)
    headers = api("GET", "users/me").headers
    assert headers[present] == "699"
    assert absent not in headers
    assert headers["x-rate-limit"] == "700"


def test_z42_search_lags_by_a_settable_delay(api: Api, sandbox: SandboxZendesk, clock: SetClock) -> None:
    sandbox.do.switch(search_lag=120.0)
    sandbox.do.customer_ticket(name="M", email="m@example.com", subject="S", text="T")
    assert count(api, "type:ticket") == 0
    clock.advance(121)
    assert count(api, "type:ticket") == 1


def test_z42_queries_of_a_queue_are_understood(api: Api, sandbox: SandboxZendesk, mayas_ticket: int) -> None:
    api.put_ticket(
        mayas_ticket, status="open", group_id=sandbox.state.find_group("Billing").id, tags=["candor_handoff"]
    )
    sandbox.do.customer_ticket(name="M", email="m@example.com", subject="Boots", text="T")
    for query, expected in (
        ("type:ticket status<solved", 2),
        ("type:ticket status:open", 1),
        ('type:ticket group:"Billing"', 1),
        ("group:none", 0),
        ("tags:candor_handoff", 1),
        ("-tags:candor_handoff", 1),
        ("assignee:none", 2),
        ("subject:boots", 1),
        ("created>2026-03-10", 2),
        ("updated>2026-03-12", 0),
        ("requester:maya@example.com", 1),
        ("shoes", 1),
    ):
        assert count(api, query) == expected, query
    assert sandbox.do.failures() == []


def test_z42_a_page_beyond_1000_rows_is_refused(api: Api) -> None:
    assert api("GET", "search?query=type:ticket&page=11&per_page=100").status_code == 422


def test_x19_a_count_can_lag_behind_the_tickets(
    api: Api, sandbox: SandboxZendesk, mayas_ticket: int, clock: SetClock
) -> None:
    assert count(api, "status:new") == 1
    sandbox.do.switch(search_lag=300.0)
    sandbox.do.solve(mayas_ticket)
    assert count(api, "status:new") == 1
    clock.advance(301)
    assert count(api, "status:new") == 0


@pytest.mark.parametrize(("form", "value", "fresh"), [("fresh", 1, True), ("stale", 1, False), ("null", None,
False)])
def test_z43_a_view_count_can_be_null_or_stale(
    api: Api, sandbox: SandboxZendesk, mayas_ticket: int, form: str, value: int | None, fresh: bool,
) -> None:
    sandbox.do.switch(view_count=form)
    wanted = {"title": "Waiting", "all": [{"field": "status", "operator": "less_than", "value": "solved"}]}
    view = api("POST", "views", {"view": wanted}).json()["view"]
    shown = api("GET", f"views/{view['id']}/count?include=None").json()["view_count"]
    assert (shown["value"], shown["fresh"]) == (value, fresh)


def test_z44_the_newest_minute_is_withheld_and_the_cursor_goes_on(
    api: Api, sandbox: SandboxZendesk, clock: SetClock
) -> None:
    first = sandbox.do.customer_ticket(name="M", email="m@example.com", subject="One", text="T")
    clock.advance(61)
    second = sandbox.do.customer_ticket(name="M", email="m@example.com", subject="Two", text="T")
    page = api("GET", f"incremental/tickets/cursor.json?start_time={START // SECOND - 60}").json()
    assert [t["id"] for t in page["tickets"]] == [first]
    assert page["end_of_stream"] is True
    clock.advance(61)
    rest = api("GET", page["after_url"].split("/api/v2/")[1]).json()
    assert [t["id"] for t in rest["tickets"]] == [second]
    api.put_ticket(first, priority="high")
    clock.advance(61)
    assert [
        t["id"]
        for t in api("GET", f"incremental/tickets/cursor?cursor={rest['after_cursor']}").json()["tickets"]
    ] == [first]


def test_z44_pages_are_bounded_and_deleted_tickets_show(
    api: Api, sandbox: SandboxZendesk, clock: SetClock
) -> None:
    made = [
        sandbox.do.customer_ticket(name="M", email="m@example.com", subject="S", text="T") for _ in range(3)
    ]
    sandbox.do.delete(made[2])
    clock.advance(61)
    page = api("GET", "incremental/tickets/cursor?start_time=0&per_page=2").json()
    assert (len(page["tickets"]), page["end_of_stream"]) == (2, False)
    rest = api("GET", f"incremental/tickets/cursor?per_page=2&cursor={page['after_cursor']}").json()
    assert [(t["id"], t["status"]) for t in rest["tickets"]] == [(made[2], "deleted")]


def test_z44_admins_only_a_recent_start_refused_and_ten_a_minute(
    api: Api, sandbox: SandboxZendesk, clock: SetClock
) -> None:
    agent = ("ana@larkfield.example/token", sandbox.token)
    assert api("GET", "incremental/tickets/cursor?start_time=0", auth=agent).status_code == 403
    assert api("GET", f"incremental/tickets/cursor?start_time={clock() // SECOND - 30}").status_code == 422
    codes = [api("GET", "incremental/tickets/cursor?start_time=0").status_code for _ in range(10)]
    assert codes == [200] * 9 + [429]  # the refused one counted too


def test_z49_articles_say_draft_segment_and_outdated(api: Api, sandbox: SandboxZendesk) -> None:
    sandbox.do.put_article(id="draft", title="Not ready", html="<p>x</p>", draft=True)
    sandbox.state.articles[sandbox.article_ids["refunds"]].outdated = True
    listed = {a["title"]: a for a in api("GET", "help_center/en-us/articles").json()["articles"]}
    assert (listed["Not ready"]["draft"], listed["Not ready"]["user_segment_id"]) == (True, None)
    assert listed["Goodwill limits"]["user_segment_id"] is not None
    assert (listed["Returning an item"]["draft"], listed["Returning an item"]["user_segment_id"]) == (
        False,
        None,
    )
    assert listed["When refunds arrive"]["outdated"] is True
    sandbox.do.delete_article(id="returns")
    assert "Returning an item" not in {
        a["title"] for a in api("GET", "help_center/articles").json()["articles"]
    }


def test_z49_articles_page_and_bring_their_sections(api: Api, sandbox: SandboxZendesk) -> None:
    for n in range(40):
        sandbox.do.put_article(id=f"a{n}", title=f"Article {n}", html="<p>x</p>")
    first = api("GET", "help_center/articles?include=sections,categories").json()
    assert (len(first["articles"]), first["count"]) == (30, 43)
    assert {s["name"] for s in first["sections"]} == {"Orders", "Playbook", "General"}
    rest = api("GET", first["next_page"].split("/api/v2/")[1]).json()
    assert (len(rest["articles"]), rest["next_page"]) == (13, None)


@pytest.mark.parametrize(("auth", "status"), [
    (("assistant@larkfield.example/token", "sandbox-token-7"), 200),
    (("assistant@larkfield.example/token", "wrong"), 401),
    (("assistant@larkfield.example", "sandbox-token-7"), 401),
    (("nobody@larkfield.example/token", "sandbox-token-7"), 401),
    (("maya@example.com/token", "sandbox-token-7"), 403),
])
def test_z50_basic_credentials(api: Api, mayas_ticket: int, auth: tuple[str, str], status: int) -> None:
    assert api("GET", "users/me", auth=auth).status_code == status


def test_z50_bearer_tokens_and_their_scopes(api: Api, sandbox: SandboxZendesk, mayas_ticket: int) -> None:
    sandbox.keys.bearers["reader"] = (sandbox.assistant.id, frozenset({"read"}))

    def status(method: str, path: str, token: str) -> int:
        return api(
            method,
            path,
            {"ticket": {"priority": "high"}},
            auth=None,
            headers={"Authorization": f"Bearer {token}"},
        ).status_code

    assert status("GET", "users/me", sandbox.bearer) == 200
    assert status("PUT", f"tickets/{mayas_ticket}", sandbox.bearer) == 200
    assert status("GET", "users/me", "reader") == 200
    assert status("PUT", f"tickets/{mayas_ticket}", "reader") == 403
    assert status("GET", "users/me", "wrong") == 401


def test_z51_groups_memberships_and_views_are_listed_and_made(api: Api, sandbox: SandboxZendesk) -> None:
    made = api("POST", "groups", {"group": {"name": "Returns desk"}})
    assert made.status_code == 201
    ana = sandbox.state.find_user("Ana Ruiz").id
    joined = api(
        "POST",
        "group_memberships",
        {"group_membership": {"user_id": ana, "group_id": made.json()["group"]["id"]}},
    )
    assert joined.status_code == 201
    assert [g["name"] for g in api("GET", "groups").json()["groups"]][-1] == "Returns desk"
    assert len(api("GET", f"users/{ana}/group_memberships").json()["group_memberships"]) == 2
    wanted = {
        "title": "Handed off",
        "conditions": {"all": [{"field": "current_tags", "operator": "includes", "value": "candor_handoff"}]},
    }
    view = api("POST", "views", {"view": wanted}).json()["view"]
    assert api("GET", f"views/{view['id']}").json()["view"]["title"] == "Handed off"
    assert api("DELETE", f"views/{view['id']}").status_code == 204
    assert api("GET", "views").json()["views"] == []


def missing(sample: Any, answer: Any, where: str = "") -> list[str]:
    """Fields of the sample that the answer lacks, as paths; of lists, the first items are compared."""
    if isinstance(sample, dict) and isinstance(answer, dict):
        return [
            gap
            for name, value in sample.items()
            for gap in (
                [f"{where}.{name}"] if name not in answer else missing(value, answer[name], f"{where}.{name}")
            )
        ]
    if isinstance(sample, list) and isinstance(answer, list) and sample and answer:
        return missing(sample[0], answer[0], f"{where}[0]")
    return []


def test_x31_every_answer_has_at_least_the_fields_of_its_sample(
    api: Api, sandbox: SandboxZendesk, mayas_ticket: int
) -> None:
    api.put_ticket(mayas_ticket, comment={"body": "Hello", "public": False}, status="open")
    hook = {
        "name": "Candor",
        "endpoint": "http://127.0.0.1:9/x",
        "http_method": "POST",
        "request_format": "json",
        "status": "active",
        "authentication": {
            "type": "basic_auth",
            "data": {"username": "u", "password": "p"},
            "add_position": "header",
        },
    }
    view = {"title": "V", "conditions": {"all": [{"field": "status", "operator": "is", "value": "open"}]}}
    options = [{"name": "A", "value": "a"}]
    answers = {
        "POST_webhooks": api("POST", "webhooks", {"webhook": hook}).json(),
        "GET_triggers": api("GET", "triggers").json(),
        "POST_triggers": {"trigger": api("GET", "triggers").json()["triggers"][0]},
        "GET_ticket_fields": api("GET", "ticket_fields").json(),
        "ticket_result": [
            {**api("GET", f"tickets/{mayas_ticket}").json()["ticket"], "result_type": "ticket"}
        ],
        "GET_search_ticket": api("GET", "search?query=type:ticket").json(),
        "GET_search_count_ticket": api("GET", "search/count?query=type:ticket").json(),
        "GET_user": api("GET", f"users/{sandbox.do.ticket(mayas_ticket)['requester_id']}").json(),
        "GET_groups": api("GET", "groups").json(),
        "GET_group_memberships": api("GET", "group_memberships").json(),
        "GET_ticket_comments": api("GET", f"tickets/{mayas_ticket}/comments?page[size]=1").json(),
        "GET_ticket_audits": api("GET", f"tickets/{mayas_ticket}/audits?sort=-created_at").json(),
        "GET_tags": api("GET", f"tickets/{mayas_ticket}/tags").json(),
    }
    api(
        "POST",
        "ticket_fields",
        {"ticket_field": {"title": "D", "type": "tagger", "custom_field_options": options}},
    )
    api("POST", "views", {"view": view})
    answers["GET_views"] = api("GET", "views").json()
    for name, answer in answers.items():
        sample = json.loads((SAMPLES / f"{name}.json").read_text())
        # A photo is a picture and a search's group is only in a grouped view: null here, so there is nothing
        # below to compare.
        assert missing(sample, answer) == [], name
    assert sandbox.do.failures() == []


def test_articles_load_from_markdown_and_jsonl_with_stable_numbers(tmp_path: Path) -> None:
    head = "id: one\ntitle: One\nsection: Basics\nvisibility: agents\nupdated: 2026-03-01\nlabels: [a, b]"
    (tmp_path / "one.md").write_text(f"---\n{head}\n---\n# One\n\n- x\n")
    rows = [{"id": "w1", "title": "Plain", "body": "First line\nSecond <line>"},
            {"id": "w2", "title": "H", "body": "<p>Hi</p>", "visibility": "agents"}]
    (tmp_path / "wix.jsonl").write_text("\n".join(json.dumps(r) for r in rows))
    one = next(articles.read(tmp_path))
    assert (one.id, one.public, one.section, one.labels, one.html) == (
        "one",
        False,
        "Basics",
        ("a", "b"),
        "<ul>\n<li>x</li>\n</ul>",
    )
    plain, html = articles.read(tmp_path / "wix.jsonl")
    assert plain.html == "<p>First line</p><p>Second &lt;line&gt;</p>"
    assert (html.html, html.public) == ("<p>Hi</p>", False)
    first = SandboxZendesk(articles=[plain, html], seed=3)
    second = SandboxZendesk(articles=[html, plain], seed=3)
    assert first.article_ids == second.article_ids
    for desk in (first, second):
        desk.start().stop()


@pytest.mark.parametrize(("text", "named"), [
    ("{", "wix.jsonl:1"), ('{"title": "No id"}', "wix.jsonl:1"), ('{"id": 1, "title": "T", "updated": '
                                                                  '"soon"}', "soon"),
])
def test_a_broken_article_file_is_named_with_its_fault(tmp_path: Path, text: str, named: str) -> None:
    (tmp_path / "wix.jsonl").write_text(text)
    with pytest.raises(ValueError, match=named):
        list(articles.read(tmp_path / "wix.jsonl"))


def test_z47_schedules_have_minutes_of_the_week_a_zone_and_holidays(
    api: Api, sandbox: SandboxZendesk
) -> None:
    made = sandbox.do.add_schedule("London", "London", [(1440 + 540, 1440 + 1020), (0, 1440), (8640, 10_080)])
    sandbox.do.add_holiday(made, "Christmas", "2026-12-25", "2026-12-26")
    [shown] = api("GET", "business_hours/schedules").json()["schedules"]
    assert (shown["id"], shown["time_zone"]) == (made, "London")
    assert shown["intervals"] == [
        {"start_time": 0, "end_time": 1440},
        {"start_time": 1980, "end_time": 2460},
        {"start_time": 8640, "end_time": 10_080},
    ], "0 and 10080 are the same midnight"
    [holiday] = api("GET", f"business_hours/schedules/{made}/holidays").json()["holidays"]
    assert (holiday["start_date"], holiday["end_date"]) == ("2026-12-25", "2026-12-26")
    with pytest.raises(Refusal):
        sandbox.do.add_schedule("Night", "London", [(1_300, 1_500)])
    assert api("GET", "business_hours/schedules/1").status_code == 404


def test_z47_availabilities_are_pages_of_agents_with_their_channels(
    api: Api, sandbox: SandboxZendesk
) -> None:
    sandbox.do.set_availability("Ana Ruiz", "online")
    sandbox.do.set_availability("Ana Ruiz", "offline", "messaging")
    sandbox.do.set_availability("Tom Weber", "away")
    first = api("GET", "agent_availabilities?page[size]=1").json()
    assert len(first["data"]) == 1 and first["meta"]["has_more"] is True
    assert {c["attributes"]["name"]: c["attributes"]["status"] for c in first["included"]} == {
        "support": "online",
        "messaging": "offline",
    }
    online = api(
        "GET", "agent_availabilities", params={"filter[channel_status]": "support:online", "page[size]": 100}
    ).json()
    assert [a["attributes"]["agent_id"] for a in online["data"]] == [sandbox.state.find_user("Ana Ruiz").id]


@pytest.mark.parametrize(("system", "legacy", "survey"), [("ratings", 1, 403), ("surveys", 0, 1), ("none", 0,
403)])
def test_z48_a_desk_has_ratings_or_surveys_and_never_both(
    api: Api, sandbox: SandboxZendesk, mayas_ticket: int, system: str, legacy: int, survey: int
) -> None:
    sandbox.do.switch(csat=system)
    sandbox.do.rate(mayas_ticket, "bad")
    sandbox.do.rate(mayas_ticket, "good", "That was quick")
    ratings = api("GET", "satisfaction_ratings").json()["satisfaction_ratings"]
    assert [(r["score"], r["comment"]) for r in ratings] == [("good", "That was quick")] * legacy
    asked = api(
        "GET", "guide/survey_responses", params={"filter[subject_zrns]": f"zen:ticket:{mayas_ticket}"}
    )
    if survey == 403:
        assert asked.status_code == 403
    else:
        [answer] = asked.json()["survey_responses"]
        assert [a.get("rating_category") or a["value"] for a in answer["answers"]] == [
            "good",
            "That was quick",
        ]
