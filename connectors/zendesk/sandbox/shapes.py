"""Zendesk's JSON forms of the sandbox's nouns. Fields follow the samples in `../samples/go-zendesk/` (X30,
X31)."""
from __future__ import annotations

from typing import Any
from urllib.parse import quote

from connectors.clock import SECOND, to_iso
from connectors.sandbox.attachments import Attachment
from connectors.zendesk.sandbox.comments import FLAGS
from connectors.zendesk.sandbox.invocations import Attempt, Invocation
from connectors.zendesk.sandbox.nouns import (
    Audit,
    Comment,
    Group,
    Membership,
    Ticket,
    TicketField,
    Trigger,
    User,
    View,
    Webhook,
)
from connectors.zendesk.sandbox.state import State

Json = dict[str, Any]


def ticket(state: State, t: Ticket) -> Json:
    custom = [{"id": f.id, "value": t.custom_fields.get(f.id)} for f in state.fields.values() if f.removable]
    status = "deleted" if t.id in state.deleted_tickets else t.status
    return {
        "url": f"{state.vendor_url}/api/v2/tickets/{t.id}.json",
        "id": t.id,
        "external_id": t.external_id,
        "via": t.via,
        "created_at": to_iso(t.created_us),
        "updated_at": to_iso(t.updated_us),
        "generated_timestamp": t.generated_us // SECOND,
        "type": t.type,
        "subject": t.subject,
        "raw_subject": t.subject,
        "description": t.comments[0].body if t.comments else "",
        "priority": t.priority,
        "status": status,
        "recipient": None,
        "custom_status_id": t.custom_status or state.default_status_id(t.status),
        "requester_id": t.requester_id,
        "submitter_id": t.submitter_id,
        "assignee_id": t.assignee_id,
        "organization_id": None,
        "group_id": t.group_id,
        "collaborator_ids": [],
        "follower_ids": [],
        "email_cc_ids": [],
        "forum_topic_id": None,
        "problem_id": None,
        "has_incidents": False,
        "is_public": t.is_public,
        "due_at": None,
        "tags": list(t.tags),
        "custom_fields": custom,
        "satisfaction_rating": None,
        "sharing_agreement_ids": [],
        "fields": custom,
        "followup_ids": list(t.followup_ids),
        "ticket_form_id": state.ids.account * 10 + 1,
        "brand_id": state.ids.account * 10 + 2,
        "satisfaction_probability": None,
        "allow_channelback": False,
        "allow_attachments": True,
        "from_messaging_channel": t.from_messaging_channel,
    }


def comment(state: State, c: Comment) -> Json:
    return {
        "id": c.id,
        "type": "Comment",
        "author_id": c.author_id,
        "body": c.body,
        "html_body": c.html_body,
        "plain_body": c.plain_body,
        "public": c.public,
        "attachments": [attachment(state, a) for a in state.attachments.get(c.id, ())],
        "audit_id": c.audit_id,
        "via": c.via,
        "created_at": to_iso(c.at_us),
        "metadata": _metadata(c.flags, c.custom),
    }


def attachment(state: State, a: Attachment) -> Json:
    host = "https://p1.zdusercontent.com" if a.elsewhere else state.vendor_url
    return {
        "url": f"{state.vendor_url}/api/v2/attachments/{a.id}.json",
        "id": a.id,
        "file_name": a.name,
        "content_type": a.content_type,
        "content_url": f"{host}/attachments/token/{a.id}/?name={quote(a.name)}",
        "size": len(a.body),
        "inline": a.shown,
        "deleted": False,
        "malware_access_override": False,
        "malware_scan_result": "malware_not_found",
        "thumbnails": [],
    }


def audit(a: Audit) -> Json:
    return {
        "id": a.id,
        "ticket_id": a.ticket_id,
        "created_at": to_iso(a.at_us),
        "author_id": a.author_id,
        "via": a.via,
        "metadata": _metadata(a.flags, a.custom),
        "events": a.events,
    }


# What Zendesk numbers its first locales by; the sandbox desk gives any other the number of en-US.
LOCALE_IDS = {"en-US": 1, "es": 2, "de": 8, "fr": 16}


def _metadata(flags: tuple[int, ...], custom: Json) -> Json:
    made: Json = {
        "system": {"client": "sandbox desk", "ip_address": "127.0.0.1", "location": "Loopback"},
        "custom": custom,
    }
    if flags:
        trusted = not set(flags) & {0, 2, 3, 4, 14, 20, 21, 22}
        made |= {
            "flags": list(flags),
            "trusted": trusted,
            "flags_options": {
                str(f): {"trusted": trusted, "message": {"text": FLAGS.get(f, "")}} for f in flags
            },
        }
    return made


def user(state: State, u: User) -> Json:
    blank = (
        "phone",
        "shared_phone_number",
        "photo",
        "organization_id",
        "external_id",
        "alias",
        "last_login_at",
        "signature",
        "details",
        "notes",
        "role_type",
        "custom_role_id",
        "default_group_id",
    )
    no = (
        "shared",
        "shared_agent",
        "two_factor_auth_enabled",
        "moderator",
        "only_private_comments",
        "suspended",
        "chat_only",
        "report_csv",
    )
    return {
        "id": u.id,
        "url": f"{state.vendor_url}/api/v2/users/{u.id}.json",
        "name": u.name,
        "email": u.email,
        "created_at": to_iso(u.created_us),
        "updated_at": to_iso(u.created_us),
        "time_zone": u.time_zone,
        "iana_time_zone": u.time_zone,
        "locale_id": LOCALE_IDS.get(u.locale, 1),
        "locale": u.locale,
        "role": u.role,
        "verified": u.verification_method != "none",
        "tags": [],
        "active": True,
        "ticket_restriction": None if u.is_staff else "requested",
        "restricted_agent": u.role != "admin",
        "user_fields": {},
        **dict.fromkeys(blank),
        **dict.fromkeys(no, False),
        "suspended": u.suspended,
    }


def identity(state: State, u: User) -> Json:
    return {
        "url": f"{state.vendor_url}/api/v2/users/{u.id}/identities/{u.identity_id}.json",
        "id": u.identity_id,
        "user_id": u.id,
        "type": "email",
        "value": u.email,
        "verified": u.verification_method != "none",
        "verification_method": u.verification_method,
        "primary": True,
        "created_at": to_iso(u.created_us),
        "updated_at": to_iso(u.created_us),
        "undeliverable_count": 0,
        "deliverable_state": u.deliverable_state,
    }


def group(state: State, g: Group) -> Json:
    return {
        "url": f"{state.vendor_url}/api/v2/groups/{g.id}.json",
        "id": g.id,
        "name": g.name,
        "deleted": False,
        "is_public": True,
        "created_at": to_iso(g.created_us),
        "updated_at": to_iso(g.created_us),
    }


def membership(state: State, m: Membership) -> Json:
    return {
        "url": f"{state.vendor_url}/api/v2/group_memberships/{m.id}.json",
        "id": m.id,
        "user_id": m.user_id,
        "group_id": m.group_id,
        "default": False,
        "created_at": to_iso(m.created_us),
        "updated_at": to_iso(m.created_us),
    }


def ticket_field(state: State, f: TicketField) -> Json:
    made: Json = {
        "url": f"{state.vendor_url}/api/v2/ticket_fields/{f.id}.json",
        "id": f.id,
        "type": f.type,
        "title": f.title,
        "raw_title": f.title,
        "description": f.description,
        "raw_description": f.description,
        "position": 9999,
        "active": True,
        "required": False,
        "collapsed_for_agents": False,
        "regexp_for_validation": f.regexp,
        "title_in_portal": f.title,
        "raw_title_in_portal": f.title,
        "visible_in_portal": f.visible_in_portal,
        "editable_in_portal": f.editable_in_portal,
        "required_in_portal": False,
        "tag": None,
        "created_at": to_iso(f.created_us),
        "updated_at": to_iso(f.updated_us or f.created_us),
        "removable": f.removable,
        "agent_description": None,
    }
    if f.type in ("tagger", "multiselect"):
        made["custom_field_options"] = [
            {"id": o["id"], "name": o["name"], "raw_name": o["name"], "value": o["value"], "default": False}
            for o in f.options
        ]
    return made


def trigger(state: State, t: Trigger) -> Json:
    return {
        "url": f"{state.vendor_url}/api/v2/triggers/{t.id}.json",
        "id": t.id,
        "title": t.title,
        "active": t.active,
        "updated_at": to_iso(t.updated_us),
        "created_at": to_iso(t.created_us),
        "actions": t.actions,
        "conditions": {"all": t.conditions.get("all", []), "any": t.conditions.get("any", [])},
        "description": t.description,
        "position": t.position,
        "raw_title": t.title,
        "category_id": t.category_id,
        "default": False,
    }


def view(state: State, v: View) -> Json:
    columns = [
        {"id": "subject", "title": "Subject"},
        {"id": "requester", "title": "Requester"},
        {"id": "created", "title": "Requested"},
    ]
    order = {"id": "created", "title": "Requested", "order": "desc"}
    execution = {
        "group_by": None,
        "group_order": "asc",
        "sort_by": "created",
        "sort_order": "desc",
        "group": None,
        "sort": order,
        "columns": columns,
        "fields": columns,
        "custom_fields": [],
    }
    return {
        "url": f"{state.vendor_url}/api/v2/views/{v.id}.json",
        "id": v.id,
        "title": v.title,
        "active": True,
        "created_at": to_iso(v.created_us),
        "updated_at": to_iso(v.created_us),
        "position": v.position,
        "description": v.description,
        "execution": execution,
        "conditions": {"all": v.conditions.get("all", []), "any": v.conditions.get("any", [])},
        "restriction": None,
        "watchable": True,
        "raw_title": v.title,
    }


def webhook(w: Webhook) -> Json:
    """Without the credentials of its endpoint: Zendesk never shows them again."""
    made: Json = {
        "id": w.id,
        "name": w.name,
        "endpoint": w.endpoint,
        "http_method": w.http_method,
        "request_format": w.request_format,
        "status": w.status,
        "subscriptions": w.subscriptions,
        "created_at": to_iso(w.created_us),
        "created_by": w.created_by,
        "updated_at": to_iso(w.updated_us or w.created_us),
        "updated_by": w.created_by,
    }
    if w.authentication:
        made["authentication"] = {
            "type": w.authentication.get("type"),
            "add_position": w.authentication.get("add_position", "header"),
        }
    if w.custom_headers:
        made["custom_headers"] = w.custom_headers
    return made


def invocation(i: Invocation) -> Json:
    last = i.attempts[-1] if i.attempts else None
    return {
        "id": i.id,
        "status": last.status if i.status == "accepted" and last else i.status,
        "status_code": last.status_code if last else None,
        "latest_completed_at": to_iso(last.at_us) if last else None,
    }


def attempt(i: Invocation, a: Attempt) -> Json:
    return {
        "id": a.id,
        "invocation_id": i.id,
        "status": a.status,
        "status_code": a.status_code,
        "completed_at": to_iso(a.at_us),
        "request": {"payload": i.body.decode("utf-8", "replace")},
        "response": {"payload": a.response},
    }
