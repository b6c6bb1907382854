"""How tickets appear on the pages: comments as safe HTML, times as people write them."""
from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import nh3
from flask import render_template
from markupsafe import Markup

from connectors.clock import SECOND
from connectors.zendesk.sandbox.nouns import Comment, Ticket, User
from connectors.zendesk.sandbox.state import State

_COMMENT_TAGS = {"p", "br", "a", "ol", "ul", "li", "strong", "em", "blockquote"}
_ARTICLE_TAGS = _COMMENT_TAGS | set("h1 h2 h3 h4 h5 h6 table thead tbody tr th td code pre hr b i dl dt dd".split())
STATUS_WORDS = {"new": "New", "open": "Open", "pending": "Pending", "hold": "On hold", "solved": "Solved", "closed": "Closed"}


def page(template: str, **values: Any) -> str:
    return render_template(template, **values)


def when(us: int) -> str:
    """`11 March, 10:02` in UTC, as every time on these pages."""
    moment = datetime.fromtimestamp(us // SECOND, UTC)
    return f"{moment.day} {moment:%B}, {moment:%H:%M}"


def day(us: int) -> str:
    moment = datetime.fromtimestamp(us // SECOND, UTC)
    return f"{moment.day} {moment:%B %Y}"


def comment_html(fragment: str) -> Markup:
    return Markup(_clean(fragment, _COMMENT_TAGS))  # noqa: S704 - cleaned to a handful of tags


def article_html(fragment: str) -> Markup:
    return Markup(_clean(fragment, _ARTICLE_TAGS))  # noqa: S704


def _clean(fragment: str, tags: set[str]) -> str:
    return nh3.clean(fragment, tags=tags, attributes={"a": {"href"}}, url_schemes={"http", "https"}, attribute_filter=_safe_link,
                     link_rel="noopener noreferrer")


def _safe_link(tag: str, attribute: str, value: str) -> str | None:
    """Addresses on the web by https, and on this machine; a relative one would lead into the desk's own pages."""
    parts = urlsplit(value)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")):
        return value
    return None


def line(state: State, ticket: Ticket) -> dict[str, Any]:
    """A ticket as a line of a list. Call with the lock held."""
    group = state.groups.get(ticket.group_id) if ticket.group_id else None
    return {"id": ticket.id, "subject": ticket.subject, "status": ticket.status, "status_word": STATUS_WORDS[ticket.status],
            "requester": state.users[ticket.requester_id].name, "updated_us": ticket.updated_us, "group": group.name if group else "",
            "messages": len([c for c in ticket.comments if c.public]), "notes": len([c for c in ticket.comments if not c.public])}


def thread(state: State, ticket: Ticket, *, with_notes: bool) -> list[dict[str, Any]]:
    """The comments, oldest first: all of them, or what the customer sees."""
    return [_message(state, ticket, c) for c in ticket.comments if with_notes or _reaches_customer(ticket, c)]


def _message(state: State, ticket: Ticket, comment: Comment) -> dict[str, Any]:
    author = state.users[comment.author_id]
    return {"id": comment.id, "author": author.name, "at_us": comment.at_us, "public": comment.public, "html": comment.html_body,
            "side": side(ticket, author), "channel": comment.via.get("channel", ""), "flags": comment.flags}


def side(ticket: Ticket, author: User) -> str:
    """customer | assistant | agent: the assistant is the user the API acts as."""
    if not author.is_staff:
        return "customer"
    return "assistant" if author.role == "admin" else "agent"


def _reaches_customer(ticket: Ticket, comment: Comment) -> bool:
    return comment.public and not (ticket.from_messaging_channel and comment.via.get("channel") == "api")
