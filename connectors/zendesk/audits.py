"""The history of a ticket as Zendesk keeps it: one audit per update, with the marker we put into its
metadata.

Source: developer.zendesk.com, ticketing/tickets/ticket_audits; `metadata` of a write comes back as
`metadata.custom`.
"""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.clock import from_iso
from connectors.records import Change
from connectors.view import View
from connectors.zendesk.client import ZendeskClient
from connectors.zendesk.payloads import Json, role_of

KINDS = {
    "assignee_id": "assignee",
    "group_id": "group",
    "status": "status",
    "custom_status_id": "status",
    "tags": "tags",
}
_RULE_CHANNELS = frozenset({"rule", "system", "admin_setting", "sla_target_policy"})
_ACTS = frozenset({"Create", "Change"})
_COMMENTS = frozenset({"Comment", "VoiceComment"})


@dataclass(frozen=True, slots=True)
class Audit:
    """One update. `comment` is its comment event, None when it has none; `role_known` users come with the
    page."""

    id: str
    at: int
    author_id: str
    by_rule: bool
    key: str | None
    plan: str | None
    comment: Json | None
    events: tuple[Json, ...]
    author: Json

    def by_somebody_but(self, own_id: str | None) -> bool:
        """Whether it is neither ours nor a mere change by one of the desk's rules; what a rule says in a
        comment counts."""
        if self.comment is not None:
            return str(self.comment.get("author_id", self.author_id)) != own_id
        return self.author_id != own_id and not self.by_rule


def audits(client: ZendeskClient, ticket_id: str, since: int) -> Iterator[Audit]:
    """The audits made at or after `since`, oldest first."""
    for page in client.pages(
        f"/api/v2/tickets/{int(ticket_id)}/audits.json", {"include": "users", "page[size]": "100"}
    ):
        people = {str(u.get("id")): u for u in page.get("users") or ()}
        for data in page.get("audits") or ():
            audit = audit_of(data, people)
            if audit.at >= since:
                yield audit


def audit_of(data: Json, people: Mapping[str, Json]) -> Audit:
    events = tuple(e for e in data.get("events") or () if isinstance(e, Mapping))
    custom = (data.get("metadata") or {}).get("custom") or {}
    author_id = str(data.get("author_id"))
    acts = [e for e in events if e.get("type") in _ACTS | _COMMENTS]
    return Audit(
        id=str(data["id"]),
        at=from_iso(data["created_at"]),
        author_id=author_id,
        by_rule=_is_rule(data)
        or author_id.startswith("-")
        or (bool(acts) and all(_is_rule(e) for e in acts)),
        key=_text(custom.get("candor_key")),
        plan=_text(custom.get("candor_plan")),
        comment=next((e for e in events if e.get("type") in _COMMENTS), None),
        events=events,
        author=people.get(author_id) or {"id": author_id},
    )


def changes(audit: Audit, view: View, requester_id: str | None = None) -> Iterator[Change]:
    """What the audit changed, act by act; notifications and webhook calls are not changes of the ticket."""
    actor = role_of(audit.author, view, requester_id)
    for place, event in enumerate(audit.events):
        kind = _kind(event, view)
        if kind is not None:
            event_id = str(event.get("id") or f"{audit.id}-{place}")
            yield Change(event_id, audit.at, actor, kind, audit.by_rule or _is_rule(event), audit.key)


def _kind(event: Json, view: View) -> str | None:
    sort = event.get("type")
    if sort in _COMMENTS:
        return "comment" if event.get("public") is True else "note"
    if sort in _ACTS:
        name = str(event.get("field_name"))
        return KINDS.get(name) or ("field" if name.isdigit() or name in view.fields.values() else "other")
    return "other" if sort == "CommentPrivacyChange" else None


def _is_rule(data: Json) -> bool:
    return (data.get("via") or {}).get("channel") in _RULE_CHANNELS


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
