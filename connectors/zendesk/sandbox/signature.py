"""How Zendesk signs a delivery. Written apart from the receiving side on purpose: one mistake must not agree
with itself.

Source: DOC webhooks/verifying.
"""
from __future__ import annotations

import base64
import hashlib
import hmac

# Zendesk signs requests made before a webhook exists with this published secret; production must refuse it.
TESTING_SECRET = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="  # noqa: S105 - published


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """base64(HMAC-SHA256(secret as text, timestamp + raw body))."""
    return base64.b64encode(
        hmac.new(secret.encode(), timestamp.encode() + body, hashlib.sha256).digest()
    ).decode()
