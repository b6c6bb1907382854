"""A comment on its way into a ticket: three forms of one text (Z21–Z25), flags (Z33)."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connectors.zendesk.sandbox import answers, placeholders, texts
from connectors.zendesk.sandbox.changes import Act
from connectors.zendesk.sandbox.nouns import Comment
from connectors.zendesk.sandbox.state import State

COMMENT_LIMIT = 5000  # per ticket; the next one is refused, other updates go on (Z24)
# Flags that mark a comment as not trusted (REF ticket_comments, "Comment flags").
FLAGS = {
    0: "not trusted",
    2: "author was not part of the conversation",
    3: "author was not signed in",
    4: "system-generated mail",
    5: "attachment too big",
    11: "submitted on behalf of the author",
    14: "may not have been sent by the author",
    17: "made private",
    20: "reply-to address is suspended",
    21: "from and reply-to differ",
    22: "address is not confirmed",
}
# Mail headers by which a machine says it is one (RFC 3834 and habit).
_AUTOMATIC: dict[str, Callable[[str], bool]] = {
    "auto-submitted": lambda v: v.lower() != "no",
    "x-autoreply": bool,
    "x-autorespond": bool,
    "precedence": lambda v: v.lower() in ("bulk", "auto_reply", "junk"),
}


def flags_of_headers(headers: dict[str, str]) -> tuple[int, ...]:
    """Flag 4 when a header says the mail was made by a machine."""
    for name, value in headers.items():
        test = _AUTOMATIC.get(name.lower())
        if test is not None and test(value):
            return (4,)
    return ()


def add(
    act: Act, wanted: dict[str, Any], flags: tuple[int, ...] = (), via: dict[str, Any] | None = None
) -> Comment | None:
    """Append a comment and its audit event; None when there is no text in it. `plain_body` on input is
    dropped."""
    state, ticket = act.state, act.ticket
    if not (wanted.get("html_body") or wanted.get("body")):
        return None
    if len(ticket.comments) >= COMMENT_LIMIT:
        raise answers.invalid(base="Ticket has too many comments")
    author_id = int(wanted.get("author_id") or act.actor.user.id)
    author = state.users.get(author_id)
    if author is None:
        raise answers.invalid(comment="Comment: author is not valid")
    by_mail = act.actor.channel == "email"
    body, html_body, plain_body = _forms(state, act, wanted, staff=author.is_staff, expand=not by_mail)
    # What was public or not when the ticket was made sticks to later comments that do not say.
    public = bool(wanted["public"]) if wanted.get("public") is not None else ticket.is_public
    if not author.is_staff and author_id == act.actor.user.id:
        public = True
    comment = Comment(
        state.ids.number(),
        act.audit.id,
        author_id,
        public,
        body,
        html_body,
        plain_body,
        via or act.audit.via,
        act.audit.at_us,
        flags,
        act.audit.custom,
    )
    ticket.comments.append(comment)
    act.comment = comment
    act.event(
        "Comment",
        author_id=author_id,
        public=public,
        body=body,
        html_body=html_body,
        plain_body=plain_body,
        attachments=[],
        audit_id=act.audit.id,
    )
    act.audit.events[-1]["id"] = comment.id
    return comment


def _forms(
    state: State, act: Act, wanted: dict[str, Any], *, staff: bool, expand: bool
) -> tuple[str, str, str]:
    """(body, html_body, plain_body). Only agents' and the API's texts are expanded; a customer's mail is
    text."""
    ticket, actor = act.ticket, act.actor.user
    if wanted.get("html_body"):
        fragment = texts.cut(str(wanted["html_body"]))
        if expand:
            fragment = placeholders.expand_html(fragment, state, ticket, actor)
        fragment = texts.sanitize(fragment)
        return texts.to_plain(fragment), texts.wrap(fragment), texts.to_plain(fragment, links=True)
    text = texts.cut(str(wanted["body"]))
    if not expand:
        return text, texts.wrap(texts.from_plain(text)), text
    text = texts.collapse(placeholders.expand_body(text, state, ticket, actor))
    fragment = texts.sanitize(texts.from_markdown(text)) if staff else texts.from_plain(text)
    return text, texts.wrap(fragment), texts.to_plain(fragment, links=True)
