"""Deliveries that are not Zendesk's, or not any more what Zendesk sent: each with one thing wrong (X16)."""
from __future__ import annotations

from connectors.zendesk.sandbox.signature import TESTING_SECRET, sign

SIGNATURE, STAMP = "X-Zendesk-Webhook-Signature", "X-Zendesk-Webhook-Signature-Timestamp"
HOW = (
    "wrong_signature",
    "wrong_order",
    "body_alone",
    "no_signature",
    "no_timestamp",
    "changed_byte",
    "other_secret",
    "testing_secret",
)


def forged(
    how: str, headers: dict[str, str], body: bytes, secret: str, stamp: str
) -> tuple[dict[str, str], bytes]:
    """Headers and body of the forgery. `wrong_order` signs the body before the timestamp, `body_alone` leaves
    the timestamp out."""
    if how == "changed_byte":
        return headers, body[:-1] + bytes([body[-1] ^ 1])
    if how in ("no_signature", "no_timestamp"):
        gone = SIGNATURE if how == "no_signature" else STAMP
        return {name: value for name, value in headers.items() if name != gone}, body
    signatures = {
        "wrong_signature": "A" * 43 + "=",
        "wrong_order": sign(secret, "", body + stamp.encode()),
        "body_alone": sign(secret, "", body),
        "other_secret": sign(secret[::-1], stamp, body),
        "testing_secret": sign(TESTING_SECRET, stamp, body),
    }
    if how not in signatures:
        raise LookupError(f"no forgery {how!r}; there are {', '.join(HOW)}")
    return {**headers, SIGNATURE: signatures[how]}, body
