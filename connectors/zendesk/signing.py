"""Who sent this delivery: Zendesk's signature over the raw bytes.

Source: developer.zendesk.com, webhooks/verifying. `base64(HMAC-SHA256(secret as given, timestamp + body))`,
no separator; the secret looks like base64 and is used as the text it is.
"""
from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence

from connectors.clock import MINUTE, from_iso
from connectors.errors import Rejected

# Either way: a desk's clock may run ahead of ours as well as behind.
FRESHNESS = 5 * MINUTE

# Zendesk publishes this one ("this_secret_is_for_testing_only") and signs its own test requests with it:
# anybody can.
PUBLISHED_TEST_SECRET = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="  # noqa: S105 - published, and therefore refused

_DIGEST_BYTES = 32
_LONGEST_TIMESTAMP = 40
_LONGEST_SIGNATURE = 64


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The signature Zendesk would send for this body at this time."""
    digest = hmac.new(secret.encode(), timestamp.encode() + body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode("ascii")


def verify(
    signature: str | None,
    timestamp: str | None,
    body: bytes,
    secrets: Sequence[str],
    now: int,
    *,
    production: bool,
) -> int:
    """The time of signing in microseconds, when one of the secrets (several during a rotation) made the
    signature.

    Raises Rejected(503) when there is no secret to check with, Rejected(401) for everything else that is
    wrong. In production the published test secret counts as no secret at all.
    """
    usable = [
        s
        for s in secrets
        if s and not (production and hmac.compare_digest(s.encode(), PUBLISHED_TEST_SECRET.encode()))
    ]
    if not usable:
        raise Rejected(
            "this desk has no signing secret: connect it again, nothing is accepted until then", 503
        )
    if not signature or not timestamp:
        raise Rejected("the delivery is not signed")
    signed_at = _time_of(timestamp)
    given = _digest_of(signature)
    message = timestamp.encode() + body
    # Every secret is tried and compared in constant time, so the answer's time tells nothing about which one
    # came near.
    matches = [
        hmac.compare_digest(hmac.new(s.encode(), message, hashlib.sha256).digest(), given) for s in usable
    ]
    if not any(matches):
        raise Rejected("the signature does not fit the body")
    if abs(now - signed_at) > FRESHNESS:
        # After the signature: only the desk itself learns that its clock, or a replay, is the reason.
        raise Rejected("the signature is more than five minutes away from our clock")
    return signed_at


def _time_of(timestamp: str) -> int:
    if len(timestamp) > _LONGEST_TIMESTAMP or not timestamp.isascii():
        raise Rejected("the signature's timestamp cannot be read")
    try:
        return from_iso(timestamp)
    except (ValueError, OverflowError):
        raise Rejected("the signature's timestamp cannot be read") from None


def _digest_of(signature: str) -> bytes:
    if len(signature) > _LONGEST_SIGNATURE:
        raise Rejected("the signature has the wrong form")
    try:
        digest = base64.b64decode(signature.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error, ValueError):
        raise Rejected("the signature has the wrong form") from None
    if len(digest) != _DIGEST_BYTES:
        raise Rejected("the signature has the wrong form")
    return digest
