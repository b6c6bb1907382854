"""Zendesk's `{{placeholders}}`: in trigger texts (Z4), and, dangerously, in every comment an agent or the API
writes (Z25).

Source: REF ticket_comments "Bodies"; support.zendesk.com, placeholders reference.
"""
from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterable

from connectors.clock import to_iso
from connectors.zendesk.sandbox import texts
from connectors.zendesk.sandbox.nouns import Comment, Ticket, User
from connectors.zendesk.sandbox.state import State

_PLACEHOLDER = re.compile(r"\{\{-?\s*([^{}]*?)\s*-?\}\}")
_FOR_COMMENTS = re.compile(
    r"\{%-?\s*for\s+(\w+)\s+in\s+ticket\.(public_)?comments\s*-?%\}(.*?)\{%-?\s*endfor\s*-?%\}", re.S
)
_TAG = re.compile(r"\{%.*?%\}", re.S)
_CODE = re.compile(r"<code\b[^>]*>.*?</code>", re.S | re.I)
_BRACE_ENTITIES = re.compile(
    r"&(?:#0*123|#x0*7b|lbrace|lcub);?|&(?:#0*125|#x0*7d|rbrace|rcub);?|&(?:#0*37|#x0*25|percnt);?", re.I
)

Values = Callable[[str], str]


def values_of(state: State, ticket: Ticket, actor: User) -> Values:
    """Name → plain text. An unknown name is the empty text, as at Zendesk."""

    def user_value(user: User | None, attribute: str) -> str:
        if user is None:
            return ""
        first, _, last = user.name.partition(" ")
        return {
            "name": user.name,
            "first_name": first,
            "last_name": last,
            "email": user.email or "",
            "id": str(user.id),
            "role": user.role,
            "locale": user.locale,
            "language": user.locale,
        }.get(attribute, "")

    def value(name: str) -> str:
        name = name.split("|")[0].strip()
        head, _, rest = name.partition(".")
        if head == "current_user":
            return user_value(actor, rest)
        if head == "satisfaction" or head != "ticket":
            return ""
        person, _, attribute = rest.partition(".")
        people = {
            "requester": ticket.requester_id,
            "assignee": ticket.assignee_id,
            "submitter": ticket.submitter_id,
        }
        if person in people:
            wanted = people[person]
            return user_value(state.users.get(wanted) if wanted else None, attribute)
        return _ticket_value(state, ticket, rest)

    return value


def _ticket_value(state: State, ticket: Ticket, name: str) -> str:
    public = [c for c in ticket.comments if c.public]
    group = state.groups.get(ticket.group_id) if ticket.group_id else None
    if name.startswith("ticket_field_"):
        field_id = name.rsplit("_", 1)[1]
        value = ticket.custom_fields.get(int(field_id)) if field_id.isdigit() else None
        field = state.fields.get(int(field_id)) if field_id.isdigit() else None
        if value is not None and field is not None and "option_title" in name:
            return next((o["name"] for o in field.options if o["value"] == value), "")
        return "" if value is None else str(value)
    made: dict[str, Callable[[], str]] = {
        "id": lambda: str(ticket.id),
        "title": lambda: ticket.subject,
        "description": lambda: ticket.comments[0].body if ticket.comments else "",
        "status": lambda: ticket.status.capitalize(),
        "priority": lambda: (ticket.priority or "").capitalize(),
        "tags": lambda: " ".join(ticket.tags),
        "account": lambda: state.account,
        "url": lambda: f"{state.vendor_url}/agent/tickets/{ticket.id}".removeprefix("https://"),
        "link": lambda: f"{state.vendor_url}/agent/tickets/{ticket.id}",
        "external_id": lambda: ticket.external_id or "",
        "via": lambda: str(ticket.via.get("channel", "")),
        "group.name": lambda: group.name if group else "",
        "group.id": lambda: str(group.id) if group else "",
        "created_at": lambda: to_iso(ticket.created_us)[:10],
        "updated_at": lambda: to_iso(ticket.updated_us)[:10],
        "created_at_with_timestamp": lambda: to_iso(ticket.created_us),
        "updated_at_with_timestamp": lambda: to_iso(ticket.updated_us),
        "comments_formatted": lambda: _formatted(state, reversed(ticket.comments)),
        "public_comments_formatted": lambda: _formatted(state, reversed(public)),
        "latest_comment_formatted": lambda: _formatted(state, ticket.comments[-1:]),
        "latest_public_comment_formatted": lambda: _formatted(state, public[-1:]),
        "latest_comment": lambda: ticket.comments[-1].body if ticket.comments else "",
        "latest_public_comment": lambda: public[-1].body if public else "",
        "latest_comment.is_public": lambda: (
            str(ticket.comments[-1].public).lower() if ticket.comments else ""
        ),
    }
    return made[name]() if name in made else ""


def _formatted(state: State, comments: Iterable[Comment]) -> str:
    # Internal notes are among them: this is how an echoed placeholder publishes what was never meant to be
    # seen.
    parts = []
    for comment in comments:
        author = state.users[comment.author_id].name if comment.author_id in state.users else "?"
        parts.append(
            f"----------------------------------------------\n\n{author}, "
            f"{to_iso(comment.at_us)}\n\n{comment.plain_body}"
        )
    return "\n\n".join(parts)


def fill(template: str, values: Values, *, as_json: bool = False) -> str:
    """A trigger's text with its placeholders filled as plain text; JSON-escaped only on request (Z4)."""

    def one(match: re.Match[str]) -> str:
        value = values(match.group(1))
        return json.dumps(value, ensure_ascii=False)[1:-1] if as_json else value

    return _PLACEHOLDER.sub(one, template)


def expand_body(text: str, state: State, ticket: Ticket, actor: User) -> str:
    """A comment's `body` as stored: HTML stripped, placeholders expanded, documented escapes honoured."""
    values = values_of(state, ticket, actor)
    if state.switches.entities_decoded_first:
        return _expand(texts.strip_html(text), state, ticket, values, str)
    return texts.strip_html(_expand(text, state, ticket, values, str))


def expand_html(fragment: str, state: State, ticket: Ticket, actor: User) -> str:
    """A comment's `html_body` as stored. What stands in `<code>` is not touched (documented escape)."""
    values = values_of(state, ticket, actor)
    if state.switches.entities_decoded_first:
        fragment = _BRACE_ENTITIES.sub(
            lambda m: html.unescape(m.group(0) if m.group(0).endswith(";") else m.group(0) + ";"), fragment
        )
    kept: list[str] = []

    def put_aside(match: re.Match[str]) -> str:
        kept.append(match.group(0))
        return f"\x00{len(kept) - 1}\x00"

    fragment = _CODE.sub(put_aside, fragment.replace("\x00", ""))
    fragment = _expand(
        fragment, state, ticket, values, lambda value: html.escape(value, quote=False).replace("\n", "<br>")
    )
    return re.sub("\x00(\\d+)\x00", lambda m: kept[int(m.group(1))], fragment)


def _expand(text: str, state: State, ticket: Ticket, values: Values, encode: Callable[[str], str]) -> str:
    if state.switches.run_liquid_tags == "run":
        text = _FOR_COMMENTS.sub(lambda m: _loop(m, ticket, encode), text)
    if state.switches.run_liquid_tags in ("run", "remove"):
        text = _TAG.sub("", text)
    escape = "\\" * state.switches.escape_backslashes

    def one(match: re.Match[str]) -> str:
        start = match.start()
        if text[max(0, start - len(escape)):start] == escape:
            return match.group(0)
        return encode(values(match.group(1)))

    expanded = _PLACEHOLDER.sub(one, text)
    return expanded.replace(escape + "{{", "{{")


def _loop(match: re.Match[str], ticket: Ticket, encode: Callable[[str], str]) -> str:
    name, public_only, inner = match.group(1), bool(match.group(2)), match.group(3)
    parts = []
    for comment in ticket.comments:
        if public_only and not comment.public:
            continue
        body = inner
        for attribute in ("body", "value"):
            body = re.sub(
                r"\{\{\s*" + re.escape(f"{name}.{attribute}") + r"\s*\}\}",
                lambda _, c=comment: encode(c.plain_body),
                body,
            )
        parts.append(body)
    return "".join(parts)
