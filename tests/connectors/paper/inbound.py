"""Deliveries from Paper: signed over time and body, each with an id that its repetitions keep."""
from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence

from marshmallow import ValidationError

from connectors.bodies import Lenient, NumberId, bounded_json
from connectors.clock import MINUTE, from_iso
from connectors.errors import Rejected
from connectors.headers import lower_names
from connectors.records import Delivery, Subject

SIGNATURE, TIME, ID = "x-paper-signature", "x-paper-time", "x-paper-delivery"


class HookSchema(Lenient):
    ticket_id = NumberId(required=True)


def sign(secret: str, at: str, body: bytes) -> str:
    return hmac.new(secret.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()


class PaperInbound:
    def verify(
        self, headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: int, *, production: bool
    ) -> None:
        usable = [secret for secret in secrets if secret]
        if not usable:
            raise Rejected("this desk has no signing secret: connect it again", 503)
        named = lower_names(headers)
        at = named.get(TIME, "")
        given = named.get(SIGNATURE, "").encode()
        matches = [hmac.compare_digest(sign(secret, at, body).encode(), given) for secret in usable]
        if not any(matches):
            raise Rejected("the signature does not fit the body")
        if abs(now - from_iso(at)) > 5 * MINUTE:  # it is the desk's own text: the signature is over it
            raise Rejected("the signature is more than five minutes away from our clock")

    def parse(self, headers: Mapping[str, str], body: bytes) -> Delivery:
        try:
            ticket_id: str = HookSchema().load(bounded_json(body))["ticket_id"]
        except ValidationError:
            raise Rejected("the body does not name its ticket", 400) from None
        named = lower_names(headers)
        if not named.get(ID):
            raise Rejected("the delivery has no id", 400)
        return Delivery(named[ID], Subject.TICKET, ticket_id, sent_at=from_iso(named[TIME]))
