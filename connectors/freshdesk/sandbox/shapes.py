"""Freshdesk's JSON forms of the sandbox's nouns. Fields follow the samples in `../samples/python-freshdesk/`
(X30, X31).

What those samples keep of the first version of the API (`priority_name`, `customer_id`, `helpdesk_agent` …)
is left out.
"""
from __future__ import annotations

from typing import Any

from connectors.clock import DAY, to_iso
from connectors.freshdesk.sandbox.nouns import (
    Category,
    Conversation,
    Folder,
    Group,
    Person,
    Rule,
    SolutionArticle,
    Ticket,
)
from connectors.freshdesk.sandbox.state import State
from connectors.freshdesk.sandbox.texts import to_text

Json = dict[str, Any]
_FILE_STORE = "https://s3.amazonaws.com/cdn.freshdesk.com/data"


def ticket(state: State, t: Ticket, include: frozenset[str] = frozenset(), *, whole: bool = True) -> Json:
    """`whole`: as one ticket is shown; else as in a list, which has no description unless `include` asks for
    it."""
    made: Json = {
        "cc_emails": [], "fwd_emails": [], "reply_cc_emails": [], "ticket_cc_emails": [],
        "email_config_id": None, "fr_escalated": False,
        "group_id": t.group_id, "priority": t.priority, "requester_id": t.requester_id,
        "responder_id": t.responder_id, "source": t.source,
        "spam": t.spam, "status": t.status, "subject": t.subject, "type": t.type, "company_id": None,
        "id": t.id, "to_emails": None,
        "support_email": None, "product_id": None, "created_at": to_iso(t.created_us),
        "updated_at": to_iso(t.updated_us),
        "due_by": to_iso(t.created_us + 3 * DAY), "fr_due_by": to_iso(t.created_us + DAY),
        "is_escalated": False,
        "custom_fields": {name: t.custom_fields.get(name) for name in state.fields}, "tags": list(t.tags),
        "association_type": None,
    }  # fmt: skip
    if t.deleted:
        made["deleted"] = True
    if whole or "description" in include:
        made |= {"description": t.description, "description_text": t.description_text}
    if whole:
        made |= {"attachments": attachments(state, -t.id), "source_additional_info": None}
    if "requester" in include:
        made["requester"] = _requester(state, t)
    if "stats" in include:
        made["stats"] = _stats(t)
    if "company" in include:
        made["company"] = {}
    if "conversations" in include:
        made["conversations"] = [conversation(state, t, c) for c in reversed(t.conversations[-10:])]
    return made


def _requester(state: State, t: Ticket) -> Json | None:
    person = state.people.get(t.requester_id)
    if person is None:
        return None
    return {
        "id": person.id,
        "name": person.name,
        "email": person.email,
        "language": person.language,
        "mobile": None,
        "phone": None,
    }


def _stats(t: Ticket) -> Json:
    s = t.stats
    times = {
        "agent_responded_at": s.agent_responded_us, "requester_responded_at": s.requester_responded_us,
        "first_responded_at": s.first_responded_us, "status_updated_at": s.status_updated_us,
        "reopened_at": s.reopened_us,
        "resolved_at": s.resolved_us, "closed_at": s.closed_us, "pending_since": s.pending_since_us,
    }  # fmt: skip
    return {name: None if us is None else to_iso(us) for name, us in times.items()}


def attachments(state: State, message: int) -> list[Json]:
    return [
        {
            "id": a.id,
            "name": a.name,
            "content_type": a.content_type,
            "size": len(a.body),
            "created_at": to_iso(state.clock()),
            "updated_at": to_iso(state.clock()),
            "attachment_url":
                f"{_FILE_STORE if a.elsewhere else state.vendor_url}/helpdesk/attachments/{a.id}",
        }
        for a in state.attachments.get(message, ())
    ]


def conversation(state: State, t: Ticket, c: Conversation) -> Json:
    return {
        "body": c.body, "body_text": c.body_text, "id": c.id, "incoming": c.incoming, "private": c.private,
        "user_id": c.user_id,
        "support_email": None, "source": c.source, "ticket_id": t.id, "to_emails": c.to_emails,
        "from_email": c.from_email, "cc_emails": [],
        "bcc_emails": [], "created_at": to_iso(c.at_us), "updated_at": to_iso(c.at_us),
        "attachments": attachments(state, c.id),
        "auto_response": c.auto_response, "automation_id": c.automation_id,
    }  # fmt: skip


def contact(p: Person) -> Json:
    blank = (
        "address",
        "company_id",
        "description",
        "job_title",
        "mobile",
        "phone",
        "twitter_id",
        "unique_external_id",
        "external_id",
        "fb_profile_id",
    )
    return {
        "active": p.active, "email": p.email, "id": p.id, "language": p.language, "name": p.name,
        "time_zone": p.time_zone,
        "created_at": to_iso(p.created_us), "updated_at": to_iso(p.updated_us), "custom_fields": {},
        "tags": [], "other_emails": [],
        "view_all_tickets": False, "deleted": False, **dict.fromkeys(blank),
    }  # fmt: skip


def agent(p: Person) -> Json:
    when = {"created_at": to_iso(p.created_us), "updated_at": to_iso(p.updated_us)}
    return {
        "available": p.available, "available_since": None, "occasional": False, "signature": None, "id": p.id,
        "ticket_scope": 1, **when,
        "group_ids": p.group_ids, "role_ids": [1 if p.admin else 2], "type": "support_agent",
        "focus_mode": True, "deactivated": False,
        "contact": {"active": True, "email": p.email, "job_title": None, "language": p.language,
        "last_login_at": None, "mobile": None,
                    "name": p.name, "phone": None, "time_zone": p.time_zone, **when},
    }  # fmt: skip


def group(state: State, g: Group) -> Json:
    return {
        "id": g.id, "name": g.name, "description": None, "business_hour_id": g.business_hour_id,
        "escalate_to": None,
        "unassigned_for": "30m", "agent_ids": [p.id for p in state.agents() if g.id in p.group_ids],
        "group_type": "support_agent_group",
        "auto_ticket_assign": g.auto_ticket_assign, "created_at": to_iso(g.created_us),
        "updated_at": to_iso(g.created_us),
    }  # fmt: skip


def rule(r: Rule) -> Json:
    made: Json = {
        "id": r.id, "name": r.name, "position": r.position, "active": r.active, "outdated": False,
        "conditions": r.conditions,
        "actions": r.actions, "created_at": to_iso(r.created_us),
        "updated_at": to_iso(r.updated_us or r.created_us),
    }  # fmt: skip
    if r.type == 4:  # performer and events exist for updates only
        made |= {"performer": r.performer, "events": r.events}
    return made


def category(c: Category) -> Json:
    return {
        "id": c.id,
        "name": c.name,
        "description": None,
        "created_at": to_iso(c.created_us),
        "updated_at": to_iso(c.created_us),
    }


def folder(f: Folder) -> Json:
    made: Json = {
        "id": f.id,
        "name": f.name,
        "description": None,
        "category_id": f.category_id,
        "created_at": to_iso(f.created_us),
        "updated_at": to_iso(f.created_us),
    }
    return made if f.visibility is None else {**made, "visibility": f.visibility}


def article(state: State, a: SolutionArticle, language: str | None = None) -> Json:
    title, description = a.translations[language] if language else (a.title, a.description)
    return {
        "id": a.id, "type": 1, "status": 2 if a.published else 1, "agent_id": state.assistant_id,
        "created_at": to_iso(a.created_us),
        "category_id": state.folders[a.folder_id].category_id, "folder_id": a.folder_id, "title": title,
        "updated_at": to_iso(a.updated_us), "description": description,
        "description_text": to_text(description, keep_lines=False),
        "seo_data": {}, "tags": a.tags, "attachments": [], "cloud_files": [], "thumbs_up": 0,
        "thumbs_down": 0, "hits": 0, "suggested": 0,
        "feedback_count": 0,
    }  # fmt: skip
