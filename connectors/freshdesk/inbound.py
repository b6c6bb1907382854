"""Deliveries from Freshdesk: pure, from plain values, and without any client library, because the web process
runs it.

They are actions of automation rules and carry no signature, no time and no id: a secret header is all that
says who sent them. The body is what the admin wrote into the rule (ours: the ticket's id), every value a
string. Nothing in it is believed; the ticket is read again.
"""
from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence

from marshmallow import ValidationError

from connectors.bodies import Lenient, NumberId, bounded_json
from connectors.clock import SECOND
from connectors.errors import Rejected
from connectors.headers import lower_names
from connectors.records import Delivery, Subject

SECRET_HEADER = "x-candor-secret"  # noqa: S105 - the name of a header
SECRET_MIN = 32  # characters; ours has 43, made of 32 random bytes

# Two deliveries of one ticket within this time are one. Shorter than any debounce: the ticket is read after
# the second of them came. A copy that comes later makes a row of its own, and finds that the turn has been
# decided.
SAME_DELIVERY = SECOND

# A rule of the simple layout wraps its fields in this.
_WRAPPER = "freshdesk_webhook"


class RuleSchema(Lenient):
    """The body a rule sends. Labels, HTML and the pseudo-JSON of `triggered_event` may stand beside the id;
    they are passed over."""

    ticket_id = NumberId(required=True)


# Made once: a schema takes longer to make than to use, and a desk waits.
_RULE = RuleSchema()


class FreshdeskInbound:
    """Verify and parse one delivery."""

    def verify(
        self, headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: int, *, production: bool
    ) -> None:
        """Return when the secret header holds one of the secrets (two during a change-over).

        Raises Rejected(503) when there is no secret of at least 32 characters to check with, Rejected(401)
        for a missing or wrong one. `now` and `production` do not matter: there is no time to check, and no
        published secret to refuse.
        """
        usable = [s for s in secrets if len(s) >= SECRET_MIN]
        if not usable:
            raise Rejected(
                "this desk has no usable secret: connect it again, nothing is accepted until then", 503
            )
        given = _digest(lower_names(headers).get(SECRET_HEADER, ""))
        # Digests, for equal lengths; and every secret is tried, so the answer's time tells nothing about
        # which one came near.
        matches = [hmac.compare_digest(_digest(s), given) for s in usable]
        if not any(matches):
            raise Rejected("the delivery does not carry this desk's secret")

    def parse(self, headers: Mapping[str, str], body: bytes) -> Delivery:
        """The delivery. Raises Rejected(400) on an unreadable body. Called after `verify` only."""
        value = bounded_json(body)
        if isinstance(value, dict) and isinstance(value.get(_WRAPPER), dict):
            value = value[_WRAPPER]
        if not isinstance(value, dict):
            raise Rejected("the body is not an object", 400)
        try:
            ticket_id: str = _RULE.load(value)["ticket_id"]
        except ValidationError:
            raise Rejected("the body does not name its ticket: let the rule send ticket_id", 400) from None
        # Freshdesk gives deliveries no id, and all of a ticket's look alike: the key stands for the ticket,
        # for a moment only.
        return Delivery(
            f"ticket:{ticket_id}", Subject.TICKET, ticket_id, sent_at=None, key_holds=SAME_DELIVERY
        )


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
