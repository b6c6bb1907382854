"""Every recorded payload in ../shared/samples through the parser that reads its kind: none fails, none is
passed over without a reason."""
from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connectors.clock import from_iso
from connectors.freshdesk import payloads as freshdesk
from connectors.freshdesk.inbound import FreshdeskInbound
from connectors.freshdesk.knowledge import is_public as is_public_solution
from connectors.freshdesk.outcomes import outcome_of as freshdesk_outcome
from connectors.http import Exchange
from connectors.records import Sent
from connectors.view import View
from connectors.zendesk import acknowledgements as zendesk_rules
from connectors.zendesk import blueprint
from connectors.zendesk import payloads as zendesk
from connectors.zendesk.audits import audit_of, changes
from connectors.zendesk.client import next_link
from connectors.zendesk.inbound import ZendeskInbound

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT.parent / "shared" / "samples"
Z = View(
    "z", "1", frozenset(), {"next_step": "7"}, {"Support": "2"}, "https://acme.zendesk.com/agent/tickets/"
)
F = freshdesk.FreshdeskView("f", "1", agent_url="https://acme.freshdesk.com/a/tickets/")
NOON = from_iso("2026-03-11T12:00:00Z")
Parser = Callable[[Any], object]


def z_ticket(data: Any) -> object:
    found = zendesk.ticket(data, (), {}, zendesk.stamp_of(data, NOON, NOON), Z)
    assert found.id == str(data["id"]) and found.status.value == data["status"]
    assert zendesk.changed(data).stamp == data["updated_at"]
    return found


def z_comments(value: Any) -> object:
    for comment in value["comments"]:
        message = zendesk.message(comment, {}, Z, "9")
        assert message.public is comment["public"] and message.text.strip()
    return next_link(value)


def z_audits(found: list[Any]) -> object:
    assert found
    for data in found:
        audit = audit_of(data, {})
        assert audit.id == str(data["id"])
        list(changes(audit, Z))
    return found


def z_user(data: Any) -> object:
    found = zendesk.person(data, Z)
    assert (found.id, found.name) == (str(data["id"]), data["name"])
    return found


def z_triggers(found: list[Any]) -> object:
    wanted = blueprint.trigger_wanted("w")
    assert not any(blueprint.trigger_fits(t, wanted) for t in found)
    for trigger in zendesk_rules.acknowledging(found):
        changed = zendesk_rules.with_exclusion(trigger)
        assert zendesk_rules.excluded(changed)
        assert zendesk_rules.without_exclusion(changed)["conditions"] == trigger["conditions"]
    return found


def z_fields(found: list[Any]) -> object:
    return [blueprint.field_fits(field, blueprint.field_wanted("intent")) for field in found]


def z_webhook(data: Any) -> object:
    assert not blueprint.webhook_fits(data, blueprint.webhook_wanted("https://candor.example/hooks/z"))
    return data


def z_groups(found: list[Any]) -> object:
    assert all(str(g["id"]).isdigit() and g["name"] for g in found)
    return [View("z", "1", frozenset(), {}, {g["name"]: str(g["id"])}, "").group_name(g["id"]) for g in found]


def f_ticket(data: Any) -> object:
    found = freshdesk.ticket(data, (), freshdesk.stamp_of(data["updated_at"], NOON, NOON), F)
    assert found.id == str(data["id"]) and found.subject == data["subject"]
    return freshdesk.changed(data)


def f_conversation(data: Any) -> object:
    person = freshdesk.requester_of({"requester_id": data["user_id"]}, F)
    found = freshdesk.message(data, person, F)
    assert found.public is (data["private"] is False)
    return found


def f_written(data: Any) -> object:
    """A conversation as the desk answers it to the write that made it."""
    last = Exchange("POST", "/api/v2/tickets/1/reply", 201, {}, json.dumps(data).encode(), NOON)
    found = freshdesk_outcome(last, None, clock=lambda: NOON)
    assert isinstance(found, Sent) and found.remote_id == str(data["id"])
    return f_conversation(data)


def f_articles(found: list[Any]) -> object:
    # The recorded folder says nothing of its visibility, and that is no yes.
    assert not any(is_public_solution(data, {}) for data in found)
    return [
        (str(data["id"]), data["title"], data["description"], from_iso(data["updated_at"])) for data in found
    ]


def f_hook(value: Any) -> object:
    body = json.dumps(value).encode()
    delivery = FreshdeskInbound().parse({"Content-Type": "application/json"}, body)
    assert delivery.subject == "ticket" and delivery.subject_id.isdigit()
    return delivery


def f_groups(found: list[Any]) -> object:
    groups = {str(g["name"]): str(g["id"]) for g in found}
    return [freshdesk.FreshdeskView("f", "1", groups=groups).group_name(g["id"]) for g in found]


def z_hook(value: Any) -> object:
    """An event of a kind nobody subscribed to: read, and of no interest."""
    assert (
        ZendeskInbound().parse({"X-Zendesk-Webhook-Invocation-Id": "1"}, json.dumps(value).encode()) is None
    )
    return value


# folder/name -> its parser
PARSERS: dict[str, Parser] = {
    "aaronellington-zendesk-go/group_membership_created": z_hook,
    "go-zendesk/ticket_result": lambda v: [z_ticket(t) for t in v],
    "go-zendesk/GET_search_ticket": lambda v: [
        z_ticket(t) for t in v["results"] if t.get("result_type") == "ticket"
    ],
    "go-zendesk/GET_ticket_custom_field": lambda v: zendesk.own_fields(v["ticket"], Z),
    "go-zendesk/GET_ticket_comments": z_comments,
    "go-zendesk/GET_ticket_audit": lambda v: z_audits([v["audit"]]),
    "go-zendesk/GET_ticket_audits": lambda v: z_audits(v["audits"]),
    "go-zendesk/GET_user": lambda v: z_user(v["user"]),
    "go-zendesk/POST_users": lambda v: z_user(v["user"]),
    "go-zendesk/PUT_user": lambda v: z_user(v["user"]),
    "go-zendesk/GET_search_user": lambda v: [z_user(u) for u in v["results"]],
    "go-zendesk/GET_search_count_ticket": lambda v: v["count"] + 0,
    "go-zendesk/GET_group": lambda v: z_groups([v["group"]]),
    "go-zendesk/GET_groups": lambda v: z_groups(v["groups"]),
    "go-zendesk/POST_groups": lambda v: z_groups([v["group"]]),
    "go-zendesk/PUT_groups": lambda v: z_groups([v["group"]]),
    "go-zendesk/GET_trigger": lambda v: z_triggers([v["trigger"]]),
    "go-zendesk/GET_triggers": lambda v: z_triggers(v["triggers"]),
    "go-zendesk/POST_triggers": lambda v: z_triggers([v["trigger"]]),
    "go-zendesk/PUT_triggers": lambda v: z_triggers([v["trigger"]]),
    "go-zendesk/GET_ticket_field": lambda v: z_fields([v["ticket_field"]]),
    "go-zendesk/GET_ticket_fields": lambda v: z_fields(v["ticket_fields"]),
    "go-zendesk/POST_ticket_fields": lambda v: z_fields([v["ticket_field"]]),
    "go-zendesk/PUT_ticket_field": lambda v: z_fields([v["ticket_field"]]),
    "go-zendesk/GET_webhook": lambda v: z_webhook(v["webhook"]),
    "go-zendesk/POST_webhooks": lambda v: z_webhook(v["webhook"]),
    "python-freshdesk/ticket_1": f_ticket,
    "python-freshdesk/ticket_1_updated": f_ticket,
    "python-freshdesk/outbound_email_1": f_ticket,
    "python-freshdesk/search_tickets": lambda v: (v["total"] + 0, [f_ticket(t) for t in v["results"]]),
    "python-freshdesk/conversations": lambda v: [f_conversation(c) for c in v],
    "python-freshdesk/note_1": f_written,
    "python-freshdesk/reply_1": f_written,
    "python-freshdesk/group_1": lambda v: f_groups([v]),
    "python-freshdesk/groups": f_groups,
    "python-freshdesk/solution_articles": f_articles,
    "python-freshdesk/solution_articles_fr": f_articles,
    "python-freshdesk/solution_folders": lambda v: [
        is_public_solution({"status": 2}, folder) for folder in v
    ],
    "python-freshdesk/solution_folders_fr": lambda v: [
        is_public_solution({"status": 2}, folder) for folder in v
    ],
    "zulip-freshdesk/inline_images": f_hook,
    "zulip-freshdesk/status_changed": f_hook,
}

# Why nothing of ours reads it. Named one by one: a new sample must be given a parser or a reason of its own.
NOT_READ: dict[str, str] = {
    **dict.fromkeys((f"go-zendesk/{n}" for n in (
        "GET_apps", "GET_attachment", "GET_automation", "GET_automations", "GET_brand", "GET_brands",
        "GET_dynamic_content_items",
        "GET_group_memberships", "GET_locales", "GET_macro", "GET_macros", "GET_organization",
        "GET_organization_fields",
        "GET_organization_memberships", "GET_organizations", "GET_search_group", "GET_sla_policies",
        "GET_sla_policy", "GET_target",
        "GET_targets", "GET_ticket_form", "GET_ticket_forms", "GET_user_fields", "GET_user_related",
        "GET_view", "GET_views",
        "GET_views_ticket_count", "POST_automations", "POST_brands", "POST_dynamic_content_items",
        "POST_macro", "POST_organization",
        "POST_organization_fields", "POST_organization_membership", "POST_sla_policies", "POST_target",
        "POST_ticket_form", "POST_upload",
        "PUT_automations", "PUT_brands", "PUT_macro", "PUT_organization", "PUT_organization_membership",
        "PUT_redact_ticket_comment",
        "PUT_redact_ticket_comment_attachment", "PUT_sla_policies", "PUT_target", "PUT_ticket_form",
    )), "a noun of the desk that no call of the connector asks for"),
    **dict.fromkeys(("go-zendesk/GET_tags", "go-zendesk/PUT_tags"), "tags come with the ticket and go with "
                                                                    "its update"),
    **dict.fromkeys((f"python-freshdesk/{n}" for n in (
        "companies", "company", "company_updated", "customer", "role_1", "roles", "search_companies",
        "search_contacts", "time_entries",
        "time_entry_1", "contacts", "contact_updated", "contact_1_agent",
    )), "a noun of the desk that no call of the connector asks for"),
    "python-freshdesk/all_tickets": "the shape of the API before v2, which the connector does not speak",
    **dict.fromkeys((f"python-freshdesk/{n}" for n in ("agent_1", "agent_1_updated", "agents", "contact")),
                    "read through python-freshdesk's own models; test_client_library.py and test_desk.py "
                    "run them"),
    **dict.fromkeys(("python-freshdesk/solution_categories", "python-freshdesk/solution_categories_fr"),
                    "only id and name are taken, in the walk over the help centre that test_desk.py runs"),
}  # fmt: skip
TABLES = (
    "dbt_zendesk: tables of an export, for arithmetic on waits; no desk sends them, so no connector "
    "reads them"
)


def present() -> list[str]:
    return sorted(f"{p.parent.name}/{p.stem}" for p in SAMPLES.glob("*/*.json"))


def test_every_sample_has_its_parser_or_a_reason() -> None:
    if not SAMPLES.is_dir():
        pytest.skip(
            "../shared/samples is not part of this repository; it lies beside the checkout of those who "
            "have it"
        )
    assert not PARSERS.keys() & NOT_READ.keys()
    assert set(present()) == PARSERS.keys() | NOT_READ.keys()
    for name, why in sorted(NOT_READ.items()):
        print(f"{name}: {why}")  # shown with -rP
    print(TABLES)
    others = {
        p.parent.name
        for p in SAMPLES.glob("*/*")
        if p.suffix not in (".json", ".txt", "") and p.name != "README.md"
    }
    assert others <= {TABLES.split(":")[0]}, "a kind of sample that is neither read nor accounted for"


@pytest.mark.parametrize("name", sorted(PARSERS))
def test_the_sample_parses(name: str) -> None:
    path = SAMPLES / f"{name}.json"
    if not path.exists():
        pytest.skip(f"../shared/samples/{name}.json is not there: the folder is not part of this repository")
    PARSERS[name](json.loads(path.read_text("utf-8")))
