"""Deliveries from Zendesk: pure, from plain values, and without any client library, because the web process
runs it.

Two kinds of body arrive. A trigger's body is written by our own installation and holds ids only (no page says
that placeholder values are JSON-escaped). An event's body is Zendesk's own. Source: developer.zendesk.com,
webhooks/anatomy-of-a-webhook-request and webhooks/event-types.
"""
from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from connectors.bodies import NUMBER_ID, Lenient, NumberId, bounded_json
from connectors.clock import from_iso
from connectors.errors import Rejected
from connectors.headers import lower_names
from connectors.records import Delivery, Subject
from connectors.zendesk import signing

SIGNATURE = "x-zendesk-webhook-signature"
TIMESTAMP = "x-zendesk-webhook-signature-timestamp"
INVOCATION = "x-zendesk-webhook-invocation-id"
ACCOUNT = "x-zendesk-account-id"

# What an answer could depend on. Agents' acts are found by the poll, which is their only source.
TICKET_EVENTS = frozenset({"zen:event-type:ticket.created", "zen:event-type:ticket.comment_added"})
# What can change an answer. There is none for an edit; votes, comments, authors and followers change none.
ARTICLE_EVENTS = ("zen:event-type:article.published", "zen:event-type:article.unpublished")

# Documented as digits, recorded as a ULID: opaque, but never long and never more than plain signs.
_KEY = re.compile(r"[!-~]{1,128}")


class TriggerSchema(Lenient):
    """The body our trigger sends. An admin may add keys to it."""

    ticket_id = NumberId(required=True)


class _Author(Lenient):
    is_staff = fields.Boolean(load_default=False)


class _Comment(Lenient):
    is_public = fields.Boolean(load_default=True)
    author = fields.Nested(_Author, load_default=None, allow_none=True)


class _Event(Lenient):
    comment = fields.Nested(_Comment, load_default=None, allow_none=True)


class _Detail(Lenient):
    id = NumberId(required=True)


class EventSchema(Lenient):
    """The envelope of a `zen:event-type:…` body, version 2022-11-06; Zendesk adds keys as it likes."""

    type = fields.String(required=True, validate=validate.Length(max=200))
    detail = fields.Nested(_Detail, required=True)
    event = fields.Nested(_Event, load_default=dict)


# Made once: a schema and the schemas nested in it take longer to make than to use, and a desk waits.
_TRIGGER, _EVENT = TriggerSchema(), EventSchema()


class ZendeskInbound:
    """Verify and parse one delivery."""

    def verify(
        self, headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: int, *, production: bool
    ) -> None:
        """Return when the delivery is authentic; raise Rejected(401) when not, Rejected(503) when there is no
        usable secret."""
        named = lower_names(headers)
        signing.verify(named.get(SIGNATURE), named.get(TIMESTAMP), body, secrets, now, production=production)

    def parse(self, headers: Mapping[str, str], body: bytes) -> Delivery | None:
        """The delivery, None when nothing depends on it. Raises Rejected(400) on an unreadable body. Called
        after `verify` only."""
        named = lower_names(headers)
        key = named.get(INVOCATION, "")
        if not _KEY.fullmatch(key):
            raise Rejected("the delivery has no usable invocation id", 400)
        found = _subject_of(bounded_json(body))
        if found is None:
            return None
        subject, subject_id = found
        try:
            sent_at = from_iso(named[TIMESTAMP])
        except (KeyError, ValueError, OverflowError):
            raise Rejected("the signature's timestamp cannot be read", 400) from None
        account = named.get(ACCOUNT, "")
        return Delivery(key, subject, subject_id, sent_at, account if NUMBER_ID.fullmatch(account) else None)


def _subject_of(value: Any) -> tuple[Subject, str] | None:
    if not isinstance(value, dict):
        raise Rejected("the body is not an object", 400)
    if "ticket_id" in value:
        return Subject.TICKET, _load(_TRIGGER, value)["ticket_id"]
    event = _load(_EVENT, value)
    kind, subject_id = event["type"], event["detail"]["id"]
    if kind in ARTICLE_EVENTS:
        return Subject.ARTICLE, subject_id
    if kind not in TICKET_EVENTS or _by_staff(event["event"].get("comment")):
        return None
    return Subject.TICKET, subject_id


def _by_staff(comment: Mapping[str, Any] | None) -> bool:
    # The second guard against our own echo: the assistant's user is staff at Zendesk.
    return bool(comment and comment["author"] and comment["author"]["is_staff"])


def _load(schema: Schema, value: Mapping[str, Any]) -> dict[str, Any]:
    try:
        loaded: dict[str, Any] = schema.load(value)
    except ValidationError as error:
        named = ", ".join(sorted(str(k) for k in error.messages_dict)[:3])
        raise Rejected(f"the body does not have the form of a Zendesk delivery: {named}", 400) from None
    return loaded
